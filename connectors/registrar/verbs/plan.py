"""`plan`: what `apply` would change, secrets masked."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from connectors.registrar.definition import Definition, Topic
from connectors.registrar.kafka import Kafka
from connectors.registrar.rest import Connect
from connectors.registrar.secrets import masked
from connectors.registrar.verbs.context import (
    CHANGES_PENDING,
    Context,
    exit_codes,
    painted,
    print_json,
)
from connectors.registrar.verbs.prune import without_file

HELP = "show what apply would change, secrets masked"
EXITS = exit_codes(done="no change", pending="changes pending")
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
    """What one connector needs.

    Attributes:
        topics: those to be created.
        topic_settings: of those that are there with other settings, by topic.
    """

    name: str
    action: str
    settings: tuple[Setting, ...] = ()
    topics: tuple[Topic, ...] = ()
    topic_settings: Mapping[str, tuple[Setting, ...]] = field(default_factory=dict)

    @property
    def pending(self) -> bool:
        """Whether there is anything to apply."""
        return self.action != UNCHANGED or bool(self.topics or self.topic_settings)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--prune", action="store_true", help="also show connectors without a file")


def run_verb(context: Context) -> int:
    wanted = context.definitions()
    passwords = context.listings().passwords
    changes = plan_changes(context.connect, context.kafka_for(wanted), wanted, passwords)
    removals = without_file(context.connect, context.folder) if context.options.prune else []
    if context.options.json:
        print_json({"changes": [asdict(c) for c in changes], "remove": removals})
    else:
        for change in changes:
            _show(change)
        for name in removals:
            print(painted(f"{name}: remove (register.py prune)", "red"))
    return CHANGES_PENDING if removals or any(c.pending for c in changes) else 0


def _show(change: Change) -> None:
    """A change as a diff."""
    for topic in change.topics:
        partitions = f" with {topic.partitions} partitions" if topic.partitions else ""
        print(painted(f"topic {topic.name}: create{partitions}", "green"))
    for name, settings in change.topic_settings.items():
        print(f"topic {name}: change")
        for setting in settings:
            print(painted(f"  {setting}", "yellow"))
    print(f"{change.name}: {change.action}")
    for setting in change.settings:
        colour = "green" if setting.old is None else "red" if setting.new is None else "yellow"
        print(painted(f"  {setting}", colour))


def plan_changes(
    connect: Connect, kafka: Kafka | None, definitions: Sequence[Definition], passwords: Passwords
) -> list[Change]:
    """Compare files with Connect and Kafka; alters nothing.

    Without Kafka declared topics are not looked for. What `passwords` names is masked, besides what
    looks like a secret.
    """
    return [_change(connect, kafka, definition, passwords) for definition in definitions]


def _change(
    connect: Connect, kafka: Kafka | None, wanted: Definition, passwords: Passwords
) -> Change:
    missing = tuple(kafka.missing(wanted.topics)) if kafka else ()
    there = [topic for topic in wanted.topics if topic not in missing]
    live = connect.config(wanted.name)
    secret = passwords({**(live or {}), **wanted.config})
    settings = tuple(_differences(live or {}, wanted.config, secret))
    action = CREATE if live is None else CHANGE if settings else UNCHANGED
    topics = _topic_settings(kafka, there) if kafka else {}
    return Change(wanted.name, action, settings, missing, topics)


def _topic_settings(kafka: Kafka, topics: Sequence[Topic]) -> dict[str, tuple[Setting, ...]]:
    """What differs in topics that are there: whoever created them may not have known the file."""
    declared = {topic.name: topic.config for topic in topics if topic.config}
    found = {}
    for name, live in kafka.settings(declared).items():
        own = {key: value for key, value in live.items() if key in declared[name]}
        found[name] = tuple(_differences(own, declared[name], ()))
    return {name: settings for name, settings in found.items() if settings}


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
