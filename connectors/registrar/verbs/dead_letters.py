"""`dead-letters`: why records ended there, and back to their topic after a fix."""

from __future__ import annotations

import argparse
import re
from collections import Counter, deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from connectors.registrar.dead_letters import DeadLetter, DeadLetterTopic, Origin
from connectors.registrar.errors import RegistrarError, UsageError
from connectors.registrar.records.avro import MAGIC
from connectors.registrar.records.reader import Reader, record_reader
from connectors.registrar.replay import Replay, Selection
from connectors.registrar.rest import NotFoundError
from connectors.registrar.verbs.context import (
    CHANGES_PENDING,
    Context,
    epoch_millis,
    exit_codes,
    print_json,
)
from settings.printable import printable

HELP = "show why records are in the dead-letter topic, --replay them after a fix"
EXITS = exit_codes(pending="nothing was replayed without --yes")


@dataclass
class Summary:
    """Dead letters counted.

    Attributes:
        dead_letters: all of them.
        records: without repeats.
        reasons: count, stage and reason, the most frequent first.
        last: the latest records, at most as many as were asked for.
    """

    dead_letters: int
    records: int
    reasons: list[tuple[int, str, str]]
    last: list[DeadLetter]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--show", type=int, default=0, metavar="N", help="show the last N, decoded")
    parser.add_argument(
        "--reason", default="", metavar="TEXT", help="only those whose reason has it"
    )
    parser.add_argument("--since", metavar="TIME", help="only records of this time or later")
    parser.add_argument("--until", metavar="TIME", help="only records before this time")
    parser.add_argument(
        "--offsets", metavar="PARTITION=FIRST-LAST[,...]", help="only records from these places"
    )
    parser.add_argument(
        "--replay",
        action="store_true",
        help="send back to their partition those not sent before; what fails again is left out",
    )
    parser.add_argument(
        "--all", action="store_true", help="with --replay: also those that were sent before"
    )
    parser.add_argument(
        "--outdated",
        action="store_true",
        help="with --replay: those with a newer version in their topic too; they overwrite it",
    )
    parser.add_argument("--yes", action="store_true", help="with --replay: do it")


def run_verb(context: Context) -> int:
    name, options = context.one_name(), context.options
    config = context.connect.config(name)
    if config is None:
        raise NotFoundError(name)
    topic = config.get("errors.deadletterqueue.topic.name", "")
    if not topic:
        raise RegistrarError(f"{name} has no dead-letter topic (errors.deadletterqueue.topic.name)")
    selection = _selection(options)
    if options.replay:
        every, outdated = options.all, options.outdated
        return _replay(context, Replay(context.kafka, topic, selection, every, outdated))
    letters = DeadLetterTopic(context.kafka, topic).read()
    found = summarize(filter(selection.has, letters), options.show)
    reader = _reader(config)
    if options.json:
        print_json(_as_dict(found, reader))
        return 0
    print(f"{topic}: {found.dead_letters} dead letters of {found.records} records")
    for number, stage, reason in found.reasons:
        print(printable(f"  {number:>8}  {stage}  {reason}"))
    for dead_letter in found.last:
        _show(dead_letter, reader)
    return 0


def summarize(dead_letters: Iterable[DeadLetter], show: int) -> Summary:
    """Read dead letters once, and keep the last `show` records of them."""
    total, seen = 0, set[Origin]()
    counts: Counter[tuple[str, str]] = Counter()
    last: deque[DeadLetter] = deque(maxlen=max(0, show))
    for each in dead_letters:
        total += 1
        # A batch that is read again sends its dead letters again.
        if each.origin not in seen:
            seen.add(each.origin)
            counts[each.stage, each.reason] += 1
            last.append(each)
    reasons = [(number, stage, reason) for (stage, reason), number in counts.most_common()]
    return Summary(total, len(seen), reasons, list(last))


def _replay(context: Context, replay: Replay) -> int:
    found = replay.backlog
    records, outdated = len(found.due), len(found.outdated)
    anything = records + found.lost
    for_real = bool(anything) and context.options.yes
    if for_real:
        replay.send()
    if context.options.json:
        counts = {"sent_before": len(found.sent), "failed_again": found.again}
        print_json({"records": records, "outdated": outdated, **counts, "replayed": for_real})
    else:
        print(f"{records} records {'replayed' if for_real else 'to replay'}")
        if found.sent and not context.options.all:
            again = f", {found.again} of them failed again" if found.again else ""
            print(f"{len(found.sent)} records were replayed before{again} (--all sends them too)")
        if outdated:
            print(f"{outdated} records have a newer version in their topic: {_fate(context)}")
    return 0 if not anything or context.confirmed("send them") else CHANGES_PENDING


def _selection(options: argparse.Namespace) -> Selection:
    return Selection(
        options.reason,
        epoch_millis("--since", options.since) if options.since else None,
        epoch_millis("--until", options.until) if options.until else None,
        dict(map(_range, options.offsets.split(","))) if options.offsets else {},
    )


def _range(text: str) -> tuple[int, tuple[int, int]]:
    match = re.fullmatch(r"\s*(\d+)=(\d+)(?:-(\d+))?\s*", text, re.ASCII)
    if not match:
        raise UsageError(f"--offsets {text}: use PARTITION=FIRST-LAST, such as 0=120-180")
    partition, first, last = match.groups()
    return int(partition), (int(first), int(last or first))


def _fate(context: Context) -> str:
    if context.options.outdated:
        return "they overwrite it"
    return "left out (--outdated sends them too, and overwrites it)"


def _reader(config: dict[str, str]) -> Reader | None:
    """Reads records that are not text; None if the connector's converter is not understood."""
    try:
        return record_reader(config)
    except RegistrarError:
        return None


def _decoded(dead_letter: DeadLetter, reader: Reader | None) -> Any:
    """The record's value as far as it can be read: as text, by its schema, as hex."""
    value = dead_letter.message.value()
    if value is None:
        return None
    if value[:1] != MAGIC:
        with suppress(UnicodeDecodeError):
            return value.decode()
    # Whatever is in the way, a record, its schema or a registry: the bytes can be shown.
    with suppress(Exception):
        if reader is not None:
            return reader.read(value)
    return f"0x{value.hex()}"


def _show(dead_letter: DeadLetter, reader: Reader | None) -> None:
    topic, partition, offset = dead_letter.origin
    print(printable(f"\n{topic}/{partition} offset {offset}: {dead_letter.reason}"))
    print(printable(f"  key   {_text(dead_letter.message.key())}"))
    print(printable(f"  value {_decoded(dead_letter, reader)}"))


def _text(key: Any) -> str:
    return "none" if key is None else bytes(key).decode("utf-8", "backslashreplace")


def _as_dict(found: Summary, reader: Reader | None) -> dict[str, Any]:
    return {
        "letters": found.dead_letters,
        "records": found.records,
        "reasons": [
            {"count": number, "stage": stage, "reason": reason}
            for number, stage, reason in found.reasons
        ],
        "show": [
            {
                "origin": list(dead_letter.origin),
                "reason": dead_letter.reason,
                "key": _text(dead_letter.message.key()),
                "value": _decoded(dead_letter, reader),
            }
            for dead_letter in found.last
        ],
    }
