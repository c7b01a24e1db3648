"""Which settings a plugin knows: from its committed listing, else from a worker."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from connectors.registrar.errors import RegistrarError
from connectors.registrar.files import read_json, read_text
from connectors.registrar.lint.parts import Part, parts
from connectors.registrar.rest import Connect, NotFoundError

ADDITIONS = "additions.yml"
CLIENTS = "kafka-clients.json"


@dataclass(frozen=True)
class Listing:
    """A plugin's settings.

    Attributes:
        keys: type of each, as Connect names it (STRING, INT, BOOLEAN, LIST...).
        prefixes: of keys that are passed on to something else.
        required: keys that must be set.
        values: the words that a key accepts.
        ranges: least and greatest number of a key; None is open.
    """

    keys: Mapping[str, str]
    prefixes: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    values: Mapping[str, list[str]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)

    def knows(self, key: str) -> bool:
        return key in self.keys or key.startswith(self.prefixes or ("\0",))


class Listings:
    """All listings of a folder.

    Args:
        connect: asked for a plugin that the folder does not have; None works offline.
    """

    def __init__(self, folder: Path, connect: Connect | None = None) -> None:
        self._folder = folder
        self._connect = connect
        self._known: dict[str, Listing] = {}
        self._additions = _read_additions(folder / ADDITIONS)

    def plugin(self, class_name: str) -> Listing:
        """Settings of a connector, converter, transform or predicate.

        Raises:
            RegistrarError: neither the folder nor a worker knows the class.
        """
        if class_name not in self._known:
            keys = self._keys(class_name)
            self._known[class_name] = self._merged(keys, class_name)
        return self._known[class_name]

    def of(self, part: Part) -> Listing | None:
        """Settings of a part of a configuration; None if nothing is named that could read it.

        Raises:
            RegistrarError: see `plugin`.
        """
        if not part.owner:
            return None
        return self.client(part.owner) if part.client else self.plugin(part.owner)

    def passwords(self, config: Mapping[str, str]) -> set[str]:
        """Keys of a configuration that its plugins, as far as known, declare as passwords."""
        found: set[str] = set()
        for part in parts(config):
            with suppress(RegistrarError):
                listing = self.of(part)
                kinds = listing.keys if listing else {}
                found.update(part.prefix + k for k in part.keys if kinds.get(k) == "PASSWORD")
        return found

    def client(self, kind: str) -> Listing:
        """Settings of a Kafka client: consumer, producer or admin.

        Raises:
            RegistrarError: the folder does not have them.
        """
        file = self._folder / CLIENTS
        if not file.exists():
            raise RegistrarError(f"no list of the settings of Kafka's clients: {file}")
        return self._merged(_read_listing(file)["keys"].get(kind, {}), kind)

    def refresh(self, class_name: str) -> Path:
        """Write the listing of a class as the worker gives it; returns the file.

        Raises:
            RegistrarError: there is no worker, or it does not have the class.
        """
        file = self._files(class_name)[0]
        if file.exists() and _read_listing(file).get("class") != class_name:
            file = self._files(class_name)[1]
        content = {"class": class_name, "keys": self._ask(class_name)}
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")
        return file

    def _keys(self, class_name: str) -> dict[str, str]:
        for file in self._files(class_name):
            if file.exists() and (content := _read_listing(file)).get("class") == class_name:
                keys: dict[str, str] = content["keys"]
                return keys
        if "keys" in self._additions.get(class_name, {}) and self._connect is None:
            return {}
        return self._ask(class_name)

    def _ask(self, class_name: str) -> dict[str, str]:
        if self._connect is None:
            raise RegistrarError(
                f"no list of the settings of {class_name} in {self._folder}: "
                f"with a worker running, register.py lint --refresh writes it"
            )
        try:
            return {d["name"]: d["type"] for d in self._connect.plugin_keys(class_name)}
        except NotFoundError:
            raise RegistrarError(f"the worker has no plugin {class_name}") from None

    def _files(self, class_name: str) -> tuple[Path, Path]:
        """Where a listing is: by the simple name, or by the full one where two have the same."""
        names = (class_name.rpartition(".")[2], class_name)
        short, long = (self._folder / f"{name.replace('$', '-')}.json" for name in names)
        return short, long

    def _merged(self, keys: Mapping[str, str], name: str) -> Listing:
        own: dict[str, Any] = self._additions.get(name, {})
        common: dict[str, Any] = {}
        if "connector.class" in keys:
            common = self._additions.get("*", {})
        source = "connector.class" in keys and "topics" not in keys
        shared = self._additions.get("source", {}) if source else {}
        try:
            values = {**common.get("values", {}), **own.get("values", {})}
            ranges = {**common.get("ranges", {}), **own.get("ranges", {})}
            return Listing(
                keys={**keys, **own.get("keys", {})},
                prefixes=(*own.get("prefixes", ()), *shared.get("prefixes", ())),
                required=tuple(own.get("required", ())),
                values={key: [*map(str, words)] for key, words in values.items()},
                ranges={key: (low, high) for key, (low, high) in ranges.items()},
            )
        except (TypeError, ValueError, AttributeError) as error:
            raise RegistrarError(f"{self._folder / ADDITIONS}: entry of {name}: {error}") from None


def _read_listing(file: Path) -> dict[str, Any]:
    content = read_json(file)
    if isinstance(content, dict) and isinstance(content.get("keys"), dict):
        return content
    raise RegistrarError(f"{file}: not a list of settings: remove it and run lint --refresh")


def _read_additions(file: Path) -> dict[str, dict[str, Any]]:
    try:
        content = yaml.safe_load(read_text(file)) if file.exists() else {}
    except yaml.YAMLError as error:
        raise RegistrarError(f"{file}: not YAML: {' '.join(str(error).split())}") from None
    if isinstance(content, dict) and all(isinstance(entry, dict) for entry in content.values()):
        return content
    raise RegistrarError(f"{file}: not a mapping of class names to what their listings lack")
