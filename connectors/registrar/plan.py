"""`plan`: what `apply` would change, secrets masked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from registrar.definition import Definition, Topic
from registrar.kafka import Kafka
from registrar.rest import Connect

CREATE, CHANGE, UNCHANGED = "create", "change", "unchanged"

SECRET_KEY = re.compile(r"password|secret|token|credential|jaas|private|\bapi\.?key", re.IGNORECASE)
# ${env:X} and its kind are references, not secrets.
_REFERENCE = re.compile(r"^(\$\{[^}]*\})?$")
_URL_SECRET = re.compile(r"(?i)(password=)[^&;]+|(://[^/@:]*:)[^@/]+(?=@)")
MASK = "********"
LONG = 120


@dataclass(frozen=True)
class Setting:
    """One key that differs; None where a side does not have it."""

    key: str
    old: str | None
    new: str | None

    def __str__(self) -> str:
        if self.old is None:
            return f"+ {self.key} = {self.new}"
        if self.new is None:
            return f"- {self.key} = {self.old}"
        return f"~ {self.key} = {self.old} -> {self.new}"


@dataclass(frozen=True)
class Change:
    """What one connector needs."""

    name: str
    action: str
    settings: tuple[Setting, ...] = ()
    topics: tuple[Topic, ...] = field(default=())

    @property
    def pending(self) -> bool:
        return self.action != UNCHANGED or bool(self.topics)


def plan(connect: Connect, kafka: Kafka | None, definitions: Sequence[Definition]) -> list[Change]:
    """Compare files with Connect and Kafka; alters nothing.

    Without Kafka declared topics are not looked for.
    """
    return [_change(connect, kafka, definition) for definition in definitions]


def _change(connect: Connect, kafka: Kafka | None, wanted: Definition) -> Change:
    lacking = tuple(kafka.missing(wanted.topics)) if kafka else ()
    live = connect.config(wanted.name)
    settings = tuple(_differences(live or {}, wanted.config))
    action = CREATE if live is None else CHANGE if settings else UNCHANGED
    return Change(wanted.name, action, settings, lacking)


def _differences(old: dict[str, str], new: dict[str, str]) -> Iterable[Setting]:
    # Connect adds the name by itself.
    for key in sorted((old.keys() | new.keys()) - {"name"}):
        if old.get(key) != new.get(key):
            yield Setting(key, masked(key, old.get(key)), masked(key, new.get(key)))


def masked(key: str, value: str | None) -> str | None:
    """A value fit for a terminal: secrets hidden, long text cut in the middle."""
    if value is None or _REFERENCE.match(value):
        return value
    if SECRET_KEY.search(key):
        return MASK
    value = _URL_SECRET.sub(rf"\1\2{MASK}", value)
    if len(value) <= LONG:
        return value
    return f"{value[: LONG // 2]}...{value[-LONG // 2 :]} ({len(value)} characters)"
