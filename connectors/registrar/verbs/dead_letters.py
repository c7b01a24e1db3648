"""register.py dead-letters"""

from __future__ import annotations

import argparse
from typing import Any

from registrar.letters import DeadLetters, Letter
from registrar.records.reader import RowReader
from registrar.replay import Replay, decoded, distinct, reader_of, reasons, topic_of
from registrar.verbs.context import CHANGES_PENDING, Context, print_json

HELP = "why records ended in the dead-letter topic; --show them, --replay them after a fix"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--show", type=int, default=0, metavar="N", help="the last N, decoded")
    parser.add_argument(
        "--replay", action="store_true", help="back to their topic, those not replayed before"
    )
    parser.add_argument("--all", action="store_true", help="with --replay: those too")
    parser.add_argument("--yes", action="store_true", help="with --replay: do it")


def run(context: Context) -> int:
    name = context.one_name()
    topic = topic_of(context.connect, name)
    if context.options.replay:
        return _replay(context, Replay(context.kafka, topic))
    letters = DeadLetters(context.kafka, topic).read()
    records = distinct(letters)
    last = records[-context.options.show :] if context.options.show else []
    reader = reader_of(context.connect, name)
    if context.options.json:
        print_json(_as_dict(letters, records, last, reader))
        return 0
    print(f"{topic}: {len(letters)} letters of {len(records)} records")
    for count, stage, reason in reasons(records):
        print(f"  {count:>8}  {stage}  {reason}")
    for letter in last:
        _show(letter, reader)
    return 0


def _replay(context: Context, replay: Replay) -> int:
    letters = replay.pending(context.options.all)
    records = len(distinct(letters))
    for_real = bool(records) and context.options.yes
    if for_real:
        replay.send(letters)
    if context.options.json:
        print_json({"records": records, "replayed": for_real})
    else:
        print(f"{records} records {'replayed' if for_real else 'to replay'}")
    return 0 if not records or context.confirmed("send them") else CHANGES_PENDING


def _show(letter: Letter, reader: RowReader | None) -> None:
    topic, partition, offset = letter.origin
    print(f"\n{topic}/{partition} offset {offset}: {letter.reason}")
    print(f"  key   {_text(letter.message.key())}")
    print(f"  value {decoded(letter, reader)}")


def _text(key: Any) -> str:
    return "none" if key is None else bytes(key).decode("utf-8", "backslashreplace")


def _as_dict(
    letters: list[Letter], records: list[Letter], last: list[Letter], reader: RowReader | None
) -> dict[str, Any]:
    return {
        "letters": len(letters),
        "records": len(records),
        "reasons": [
            {"count": count, "stage": stage, "reason": reason}
            for count, stage, reason in reasons(records)
        ],
        "show": [
            {
                "origin": list(letter.origin),
                "reason": letter.reason,
                "key": _text(letter.message.key()),
                "value": decoded(letter, reader),
            }
            for letter in last
        ],
    }
