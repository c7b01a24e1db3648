"""A connector's YAML file, read with the line of every key.

    defaults: defaults/postgres_sink.yml   # optional: a file of this form, overridden by this one
    config:                                # Connect's own keys; scalars as written, lists joined
      topics: orders
    variants:                              # optional: more `config`, picked by the environment
      STREAM_FORMAT:
        json: {value.converter: org.apache.kafka.connect.json.JsonConverter}
        avro: {value.converter: io.apicurio.registry.utils.converter.AvroConverter}
    topics:                                # optional: `apply` creates those that are missing
      orders: {partitions: 3, config: {retention.ms: -1}}

The connector's name is the file's. `${env:X}` goes to Connect as it stands: the worker fills it in,
so no secret is read here. A key set to null drops one that `defaults` brought. The tag
`!connect-schema FILE` becomes the Connect schema of that Avro schema, as JSON text.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from registrar.avro import schema_content
from registrar.errors import RegistrarError

SECTIONS = ("defaults", "config", "variants", "topics")


@dataclass(frozen=True)
class Place:
    """Where something is written."""

    file: Path
    line: int

    def __str__(self) -> str:
        return f"{_short(self.file)}:{self.line}"


@dataclass(frozen=True)
class Topic:
    """A topic that must exist before the connector starts; None leaves it to the broker."""

    name: str
    partitions: int | None = None
    replication_factor: int | None = None
    config: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Definition:
    """What one connector should be."""

    name: str
    file: Path
    config: dict[str, str]
    places: dict[str, Place]
    topics: tuple[Topic, ...] = ()


def load(file: Path) -> Definition:
    """Read a connector's file.

    Raises:
        RegistrarError: with file and line, for whatever is not of the form above.
    """
    layers = list(_layers(file))
    config: dict[str, str] = {}
    places: dict[str, Place] = {}
    topics: dict[str, Topic] = {}
    for key, value, place in (entry for layer in layers for entry in layer.settings()):
        config.pop(key, None)
        if value is not None:
            config[key], places[key] = value, place
    for layer in layers:
        topics.update({topic.name: topic for topic in layer.topics()})
    return Definition(file.stem, file, config, places, tuple(topics.values()))


def _layers(file: Path) -> Iterator[_Layer]:
    """The file's defaults, their defaults and so on, the most general first."""
    chain = [_Layer(file)]
    while parent := chain[0].parent():
        if any(parent == layer.file for layer in chain):
            raise RegistrarError(f"{chain[0].file}: defaults: {parent} leads back to itself")
        chain.insert(0, _Layer(parent))
    return iter(chain)


class _Layer:
    """One YAML file; several make a definition."""

    def __init__(self, file: Path) -> None:
        self.file = file.resolve()
        self._root = self._mapping(_compose(self.file), "the file")
        for name, (key, _) in self._root.items():
            if name not in SECTIONS:
                raise RegistrarError(
                    f"{self._at(key)}: unknown section {name!r}: use {', '.join(SECTIONS)} "
                    f"(Connect's own keys stand under config)"
                )

    def parent(self) -> Path | None:
        if "defaults" not in self._root:
            return None
        value = self._root["defaults"][1]
        return (self.file.parent / str(value.value)).resolve()

    def settings(self) -> Iterator[tuple[str, str | None, Place]]:
        """Keys, values and lines of `config`, then of the variants that the environment picks."""
        if "config" in self._root:
            yield from self._settings(self._root["config"][1])
        if "variants" not in self._root:
            return
        for variable, (key, node) in self._mapping(self._root["variants"][1], "variants").items():
            blocks = self._mapping(node, variable)
            wanted = os.environ.get(variable, "")
            if wanted not in blocks:
                raise RegistrarError(
                    f"{self._at(key)}: {variable} is {wanted!r}, and the file has variants for "
                    f"{', '.join(blocks)}: set {variable} to one of them"
                )
            yield from self._settings(blocks[wanted][1])

    def _settings(self, node: yaml.Node) -> Iterator[tuple[str, str | None, Place]]:
        for name, (key, value) in self._mapping(node, "config").items():
            yield name, self._text(name, value), self._at(key)

    def topics(self) -> Iterator[Topic]:
        if "topics" not in self._root:
            return
        for name, (_, node) in self._mapping(self._root["topics"][1], "topics").items():
            yield self._topic(name, node)

    def _topic(self, name: str, node: yaml.Node) -> Topic:
        numbers: dict[str, int] = {}
        config: dict[str, str] = {}
        for option, (key, value) in self._mapping(node, name).items():
            if option == "config":
                config = {k: v for k, v, _ in self._settings(value) if v is not None}
            elif option in ("partitions", "replication_factor"):
                numbers[option] = self._positive(option, value)
            else:
                raise RegistrarError(
                    f"{self._at(key)}: unknown option {option!r} of topic {name}: "
                    f"use partitions, replication_factor, config"
                )
        return Topic(name, numbers.get("partitions"), numbers.get("replication_factor"), config)

    def _positive(self, option: str, node: yaml.Node) -> int:
        text = str(node.value)
        if not text.isdigit() or int(text) < 1:
            raise RegistrarError(
                f"{self._at(node)}: {option} is {text!r}: use a whole number from 1"
            )
        return int(text)

    def _mapping(self, node: yaml.Node | None, what: str) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """A mapping's entries; YAML itself would let the second of two equal keys win silently."""
        if not isinstance(node, yaml.MappingNode):
            at = self._at(node) if node else str(self.file)
            raise RegistrarError(f"{at}: {what} must be a mapping of keys to values")
        entries: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            if key.value in entries:
                first = entries[key.value][0].start_mark.line + 1
                raise RegistrarError(f"{self._at(key)}: {key.value} is set in line {first} already")
            entries[str(key.value)] = (key, value)
        return entries

    def _text(self, name: str, node: yaml.Node) -> str | None:
        """A value as Connect takes it: text, exactly as written."""
        if node.tag == "!connect-schema":
            return schema_content(self.file.parent / str(node.value))
        if node.tag.startswith("!"):
            raise RegistrarError(f"{self._at(node)}: unknown tag {node.tag}: use !connect-schema")
        if isinstance(node, yaml.SequenceNode):
            return ",".join(str(self._text(name, item)) for item in node.value)
        if not isinstance(node, yaml.ScalarNode):
            raise RegistrarError(f"{self._at(node)}: {name} must be a value or a list of values")
        return None if node.tag == "tag:yaml.org,2002:null" else str(node.value)

    def _at(self, node: yaml.Node) -> Place:
        return Place(self.file, node.start_mark.line + 1)


def _compose(file: Path) -> yaml.Node | None:
    try:
        return yaml.compose(file.read_text(), Loader=yaml.SafeLoader)
    except OSError as error:
        raise RegistrarError(f"{_short(file)}: cannot be read: {error.strerror}") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RegistrarError(f"{_short(file)}:{line}: not YAML: {error.problem}") from None


def _short(file: Path) -> str:
    """Relative to where the user stands, if it is below."""
    here = Path.cwd()
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)
