"""A configuration taken apart: which keys belong to which plugin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connectors.registrar.config_values import listed

CONVERTERS = ("key.converter", "value.converter", "header.converter")
CLIENTS = {"consumer.override": "consumer", "producer.override": "producer"}
CLIENTS["admin.override"] = "admin"
# Settings that Connect itself adds to each transform and predicate.
CHAINED = {
    "transforms": {"type": "CLASS", "predicate": "STRING", "negate": "BOOLEAN"},
    "predicates": {"type": "CLASS"},
}
VERSION = {"plugin.version": "STRING"}


@dataclass(frozen=True)
class Part:
    """Some keys of a configuration.

    Attributes:
        prefix: what comes before each key in the file, with its dot.
        owner: class name of the plugin, or the kind of Kafka client; empty if unknown.
        keys: without the prefix.
        extra: keys that Connect itself knows for this part.
    """

    prefix: str
    owner: str
    keys: tuple[str, ...]
    extra: dict[str, str]
    client: bool = False


def parts(config: Mapping[str, str]) -> Iterator[Part]:
    """Every key of the configuration in exactly one part, the connector's own last."""
    left = set(config)
    for prefix, owner, extra, client in _prefixes(config):
        mine = sorted(key for key in left if key.startswith(prefix))
        left.difference_update(mine)
        if mine or (owner and not client):
            keys = tuple(key.removeprefix(prefix) for key in mine)
            yield Part(prefix, owner, keys, extra, client)
    yield Part("", config.get("connector.class", ""), tuple(sorted(left)), {})


def _prefixes(config: Mapping[str, str]) -> Iterator[tuple[str, str, dict[str, str], bool]]:
    for section, extra in CHAINED.items():
        for alias in listed(config, section):
            prefix = f"{section}.{alias}."
            yield prefix, config.get(f"{prefix}type", ""), extra | VERSION, False
    for converter in CONVERTERS:
        yield f"{converter}.", config.get(converter, ""), VERSION, False
    for override, kind in CLIENTS.items():
        yield f"{override}.", kind, {}, True
