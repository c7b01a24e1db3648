"""register.py dead-letters"""

from __future__ import annotations

import argparse
from typing import Any

from connectors.registrar.letters import DeadLetters, Letter
from connectors.registrar.records.reader import RowReader
from connectors.registrar.replay import Replay, Tally, decoded, reader_of, tally, topic_of
from connectors.registrar.verbs.context import CHANGES_PENDING, Context, print_json

HELP = "why records ended in the dead-letter topic; --show them, --replay them after a fix"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--show", type=int, default=0, metavar="N", help="the last N, decoded")
    parser.add_argument(
        "--replay", action="store_true", help="back to their topic, those not replayed before"
    )
    parser.add_argument("--all", action="store_true", help="with --replay: those too")
    parser.add_argument(
        "--outdated",
        action="store_true",
        help="with --replay: those too that have a newer version in their topic, and overwrite it",
    )
    parser.add_argument("--yes", action="store_true", help="with --replay: do it")


def run(context: Context) -> int:
    name, options = context.one_name(), context.options
    topic = topic_of(context.connect, name)
    if options.replay:
        return _replay(context, Replay(context.kafka, topic, options.all, options.outdated))
    found = tally(DeadLetters(context.kafka, topic).read(), options.show)
    reader = reader_of(context.connect, name)
    if options.json:
        print_json(_as_dict(found, reader))
        return 0
    print(f"{topic}: {found.letters} letters of {found.records} records")
    for count, stage, reason in found.reasons:
        print(f"  {count:>8}  {stage}  {reason}")
    for letter in found.last:
        _show(letter, reader)
    return 0


def _replay(context: Context, replay: Replay) -> int:
    records, outdated = len(replay.backlog.origins), len(replay.backlog.outdated)
    anything = records + outdated + replay.backlog.lost
    for_real = bool(anything) and context.options.yes
    if for_real:
        replay.send()
    if context.options.json:
        print_json({"records": records, "outdated": outdated, "replayed": for_real})
    else:
        print(f"{records} records {'replayed' if for_real else 'to replay'}")
        if outdated:
            print(f"{outdated} records have a newer version in their topic: {_fate(context)}")
    return 0 if not anything or context.confirmed("send them") else CHANGES_PENDING


def _fate(context: Context) -> str:
    if context.options.outdated:
        return "they overwrite it"
    return "left out (--outdated sends them too, and overwrites it)"


def _show(letter: Letter, reader: RowReader | None) -> None:
    topic, partition, offset = letter.origin
    print(f"\n{topic}/{partition} offset {offset}: {letter.reason}")
    print(f"  key   {_text(letter.message.key())}")
    print(f"  value {decoded(letter, reader)}")


def _text(key: Any) -> str:
    return "none" if key is None else bytes(key).decode("utf-8", "backslashreplace")


def _as_dict(found: Tally, reader: RowReader | None) -> dict[str, Any]:
    return {
        "letters": found.letters,
        "records": found.records,
        "reasons": [
            {"count": count, "stage": stage, "reason": reason}
            for count, stage, reason in found.reasons
        ],
        "show": [
            {
                "origin": list(letter.origin),
                "reason": letter.reason,
                "key": _text(letter.message.key()),
                "value": decoded(letter, reader),
            }
            for letter in found.last
        ],
    }
