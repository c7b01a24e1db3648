"""`plan`: what `apply` would change, secrets masked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.registrar.definition import Definition, Topic
from connectors.registrar.kafka import Kafka
from connectors.registrar.rest import Connect
from connectors.registrar.secrets import masked

CREATE, CHANGE, UNCHANGED = "create", "change", "unchanged"

LONG = 120
#: The keys of a configuration whose plugins declare them as passwords.
Passwords = Callable[[Mapping[str, str]], Collection[str]]


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


def plan(
    connect: Connect,
    kafka: Kafka | None,
    definitions: Sequence[Definition],
    passwords: Passwords,
) -> list[Change]:
    """Compare files with Connect and Kafka; alters nothing.

    Without Kafka declared topics are not looked for. What `passwords` names is masked, beside what
    is seen to be a secret.
    """
    return [_change(connect, kafka, definition, passwords) for definition in definitions]


def _change(
    connect: Connect, kafka: Kafka | None, wanted: Definition, passwords: Passwords
) -> Change:
    lacking = tuple(kafka.missing(wanted.topics)) if kafka else ()
    live = connect.config(wanted.name)
    secret = passwords({**(live or {}), **wanted.config})
    settings = tuple(_differences(live or {}, wanted.config, secret))
    action = CREATE if live is None else CHANGE if settings else UNCHANGED
    return Change(wanted.name, action, settings, lacking)


def _differences(
    old: dict[str, str], new: dict[str, str], secret: Collection[str]
) -> Iterable[Setting]:
    # Connect adds the name by itself.
    for key in sorted((old.keys() | new.keys()) - {"name"}):
        before, after = old.get(key), new.get(key)
        if before != after:
            yield Setting(key, _shown(key, before, secret), _shown(key, after, secret))


def _shown(key: str, value: str | None, secret: Collection[str]) -> str | None:
    """A value fit for a terminal: secrets hidden, long text cut in the middle."""
    if value is None:
        return None
    value = masked(key, value, key in secret)
    if len(value) <= LONG:
        return value
    return f"{value[: LONG // 2]}...{value[-LONG // 2 :]} ({len(value)} characters)"
