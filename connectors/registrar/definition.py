"""A connector's YAML file, read with the line of every key.

    defaults: defaults/postgres_sink.yml   # optional: a file of this form, overridden by this one
    config:                                # Connect's own keys; scalars as written, lists joined
      topics: orders
    variants:                              # optional: more `config`, picked by the environment
      STREAM_FORMAT:
        json: {value.converter: org.apache.kafka.connect.json.JsonConverter}
        avro: {value.converter: pipeline.connect.StrictAvroConverter}
    topics:                                # optional: `apply` creates those that are missing
      orders: {partitions: 3, config: {retention.ms: -1}}

The connector's name is the file's. `${env:X}` goes to Connect unchanged: the worker fills it in, so
no secret is read here. A key set to null drops one that `defaults` brought. The tag
`!connect-schema FILE` becomes the Connect schema of that Avro schema, as JSON text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from connectors.registrar.avro import schema_content
from connectors.registrar.errors import RegistrarError
from connectors.registrar.findings import ERROR, WARNING, Finding, Location

SECTIONS = ("defaults", "config", "variants", "topics")


@dataclass(frozen=True)
class Topic:
    """A topic that must exist before the connector starts; None leaves it to the broker."""

    name: str
    partitions: int | None = None
    replication_factor: int | None = None
    config: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Definition:
    """What one connector should be.

    Attributes:
        name: the file's.
        config: for Connect; what `problems` are about is left out.
        locations: of the keys of `config`.
        topics: to be created if they are missing.
        problems: what is not of the form above.
    """

    name: str
    file: Path
    config: dict[str, str]
    locations: dict[str, Location]
    topics: tuple[Topic, ...] = ()
    problems: tuple[Finding, ...] = ()

    def error(self, key: str, message: str, severity: str = ERROR) -> Finding:
        """A finding at the line of a key, or at the file's first line if the key is missing."""
        location = self.locations.get(key) or Location(self.file.resolve(), 1)
        return Finding(location, message, key, severity)

    def warning(self, key: str, message: str) -> Finding:
        """The same, for what works, and probably not as meant."""
        return self.error(key, message, WARNING)


def load_definition(file: Path) -> Definition:
    """Read a connector's file.

    Raises:
        RegistrarError: with file and line, for all that is not of the form above.
    """
    found = read_definition(file)
    if found.problems:
        raise RegistrarError("\n".join(f"{p.location}: {p.message}" for p in found.problems))
    return found


def read_definition(file: Path) -> Definition:
    """Read a connector's file as far as it can be read; the rest is in `problems`."""
    layers = _layers(file)
    config: dict[str, str] = {}
    locations: dict[str, Location] = {}
    topics: dict[str, Topic] = {}
    for key, value, location in (entry for layer in layers for entry in layer.settings()):
        config.pop(key, None)
        if value is not None:
            config[key], locations[key] = value, location
    for layer in layers:
        topics.update({topic.name: topic for topic in layer.topics()})
    problems = dict.fromkeys(problem for layer in layers for problem in layer.problems)
    return Definition(file.stem, file, config, locations, tuple(topics.values()), tuple(problems))


def _layers(file: Path) -> list[_Layer]:
    """The file's defaults, their defaults and so on, the most general first."""
    chain = [_Layer(file)]
    while parent := chain[0].parent():
        if any(parent == layer.file for layer in chain):
            chain[0].wrong(None, f"defaults: {parent} leads back to itself")
            break
        chain.insert(0, _Layer(parent))
    return chain


class _Layer:
    """One YAML file; several make a definition."""

    def __init__(self, file: Path) -> None:
        self.file = file.resolve()
        self.problems: list[Finding] = []
        self._root = self._mapping(self._compose(), "the file")
        for name, (key, _) in self._root.items():
            if name not in SECTIONS:
                self.wrong(
                    key,
                    f"unknown section {name!r}: use {', '.join(SECTIONS)} "
                    f"(Connect's own keys go under config)",
                )

    def wrong(self, at: yaml.Node | int | None, message: str) -> None:
        """Take note of a problem at a node or line, and go on."""
        line = at if isinstance(at, int) else at.start_mark.line + 1 if at else 1
        self.problems.append(Finding(Location(self.file, line), message))

    def parent(self) -> Path | None:
        if "defaults" not in self._root:
            return None
        value = self._root["defaults"][1]
        if not isinstance(value, yaml.ScalarNode) or "\0" in value.value:
            self.wrong(value, "defaults must be the name of a file")
            return None
        return (self.file.parent / value.value).resolve()

    def settings(self) -> Iterator[tuple[str, str | None, Location]]:
        """Keys, values and lines of `config`, then of the variants that the environment picks."""
        if "config" in self._root:
            yield from self._settings(self._root["config"][1])
        if "variants" not in self._root:
            return
        for variable, (key, node) in self._mapping(self._root["variants"][1], "variants").items():
            blocks = self._mapping(node, variable)
            wanted = os.environ.get(variable, "")
            if wanted in blocks:
                yield from self._settings(blocks[wanted][1])
            else:
                self.wrong(
                    key,
                    f"{variable} is {wanted!r}, and the file has variants for "
                    f"{', '.join(blocks)}: set {variable} to one of them",
                )

    def _settings(self, node: yaml.Node) -> Iterator[tuple[str, str | None, Location]]:
        for name, (key, value) in self._mapping(node, "config").items():
            try:
                text = self._text(name, value)
            except RecursionError:
                self.wrong(value, f"{name} must not contain itself")
                text = None
            yield name, text, Location(self.file, key.start_mark.line + 1)

    def topics(self) -> Iterator[Topic]:
        if "topics" not in self._root:
            return
        for name, (_, node) in self._mapping(self._root["topics"][1], "topics").items():
            yield self._topic(name, node)

    def _topic(self, name: str, node: yaml.Node) -> Topic:
        numbers: dict[str, int | None] = {}
        config: dict[str, str] = {}
        for option, (key, value) in self._mapping(node, name).items():
            if option == "config":
                config = {k: v for k, v, _ in self._settings(value) if v is not None}
            elif option in ("partitions", "replication_factor"):
                numbers[option] = self._positive(option, value)
            else:
                self.wrong(
                    key,
                    f"unknown option {option!r} of topic {name}: "
                    f"use partitions, replication_factor, config",
                )
        return Topic(name, numbers.get("partitions"), numbers.get("replication_factor"), config)

    def _positive(self, option: str, node: yaml.Node) -> int | None:
        text = str(node.value)
        if re.fullmatch(r"[1-9][0-9]{0,8}", text):
            return int(text)
        self.wrong(node, f"{option} is {text!r}: use a whole number from 1")
        return None

    def _mapping(self, node: yaml.Node | None, what: str) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """A mapping's entries; YAML itself would let the second of two equal keys win silently."""
        if not isinstance(node, yaml.MappingNode):
            # A file that could not be read has said so already.
            if node is not None or not self.problems:
                self.wrong(node, f"{what} must be a mapping of keys to values")
            return {}
        entries: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.wrong(key, f"a key of {what} must be a word")
            elif key.value in entries:
                first = entries[key.value][0].start_mark.line + 1
                self.wrong(key, f"{key.value} is set in line {first} already")
            else:
                entries[str(key.value)] = (key, value)
        return entries

    def _text(self, name: str, node: yaml.Node) -> str | None:
        """A value as Connect takes it: text, exactly as written."""
        if node.tag == "!connect-schema":
            return self._schema(node)
        if node.tag.startswith("!"):
            self.wrong(node, f"unknown tag {node.tag}: use !connect-schema")
        elif isinstance(node, yaml.SequenceNode):
            return ",".join(str(self._text(name, item)) for item in node.value)
        elif not isinstance(node, yaml.ScalarNode):
            self.wrong(node, f"{name} must be a value or a list of values")
        elif node.tag != "tag:yaml.org,2002:null":
            return str(node.value)
        return None

    def _schema(self, node: yaml.Node) -> str | None:
        try:
            return schema_content(self.file.parent / str(node.value))
        except RegistrarError as error:
            self.wrong(node, str(error))
            return None

    def _compose(self) -> yaml.Node | None:
        text = ""
        try:
            text = self.file.read_text(encoding="utf-8")
            return yaml.compose(text, Loader=yaml.SafeLoader)
        except OSError as error:
            self.wrong(None, f"cannot be read: {error.strerror}")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            self.wrong(line, f"not UTF-8: byte {error.object[error.start]:#04x}")
        except RecursionError:
            self.wrong(None, "not YAML: nested too deeply")
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self.wrong(line, f"not YAML: {error.problem}")
        except yaml.reader.ReaderError as error:
            line = text[: error.position].count("\n") + 1
            self.wrong(line, f"not YAML: character {error.character:#04x}: {error.reason}")
        return None
