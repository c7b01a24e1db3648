"""The command line: `python -m producer stream` and `python -m producer files`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from bootstrap import settings
from producer import contract, feed, run_stream, times
from producer.errors import ProducerError, UsageError

T = TypeVar("T")
SHOWN_FAILURES = 20

STREAM_EXAMPLES = """examples:
  %(prog)s --count 10000 --seed 1            ten thousand events, the same ones each time
  %(prog)s --rate 50                         50 events a second, until Ctrl-C
  %(prog)s --count 1000000 --start 2026-09-01 --end 2026-10-01
                                             back-fill a month
"""
FILES_EXAMPLES = """examples:
  %(prog)s --month 2026-11                   next month's files, in data/incoming
  %(prog)s --month 2026-11 --transactions 1000000 --users 50000 --gzip --out /tmp/feeds
"""


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit code is 0 done, 1 failed, 2 wrong usage."""
    settings.load_env()
    arguments = parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except ProducerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return code


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m producer", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    raw = argparse.RawDescriptionHelpFormatter
    stream_command = commands.add_parser(
        "stream", help="produce events to Kafka", epilog=STREAM_EXAMPLES, formatter_class=raw
    )
    _stream_options(stream_command)
    stream_command.set_defaults(run=_stream)
    files_command = commands.add_parser(
        "files", help="write a month of CSV files", epilog=FILES_EXAMPLES, formatter_class=raw
    )
    _files_options(files_command)
    files_command.set_defaults(run=_files)
    return top


def _typed(read: Callable[[str], T], valid: Callable[[T], bool], hint: str) -> Callable[[str], T]:
    """An argparse type: ``read`` the text, refuse values that are not ``valid`` with the hint."""

    def convert(text: str) -> T:
        try:
            value = read(text)
        except UsageError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r}: {hint}") from None
        if not valid(value):
            raise argparse.ArgumentTypeError(f"{text!r}: {hint}")
        return value

    return convert


positive = _typed(int, lambda n: n > 0, "use a whole number above 0")
not_negative = _typed(int, lambda n: n >= 0, "use a whole number from 0")
rate = _typed(float, lambda r: 0 <= r < float("inf"), "use events a second, 0 for no limit")
seconds = _typed(float, lambda s: 0 < s <= 86400, "use seconds above 0, at most a day")
moment = _typed(times.moment, lambda _: True, "")


def _default_users() -> str:
    return str(settings.folder("INCOMING_DIR") / "user_registrations_*.csv*")


def _stream_options(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add(
        "--stream",
        default="transaction",
        metavar="NAME",
        help=f"one of {', '.join(contract.available())}, or a topic (default: %(default)s)",
    )
    add("--count", type=positive, metavar="N", help="messages to send (default: no end)")
    add(
        "--rate",
        type=rate,
        metavar="R",
        help="messages a second, 0 for as fast as possible (default: 0, without --count 50)",
    )
    add(
        "--seed",
        type=not_negative,
        metavar="S",
        help="the same seed gives the same messages (default: a random one, which is printed)",
    )
    add("--start", type=moment, metavar="T", help="first event time, UTC unless it has an offset")
    add(
        "--end",
        type=moment,
        metavar="T",
        help="event times end before this (default: 7 days after --start). Without --start and "
        "--end event times are now, or with --seed the 7 days from 2026-11-01",
    )
    add(
        "--users",
        metavar="PATTERN",
        help="registration files whose users the events are about "
        "(default: user_registrations_*.csv in INCOMING_DIR)",
    )
    add("--topic", help="another topic than the contract's")
    add("--bootstrap-servers", metavar="HOST:PORT", help="default: KAFKA_BOOTSTRAP_SERVERS")
    add(
        "--wait",
        type=seconds,
        default=60.0,
        metavar="SECONDS",
        help="how long Kafka may be away (default: %(default)g)",
    )
    add(
        "-X",
        dest="settings",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a setting for Kafka's client (librdkafka), for example security.protocol=SASL_SSL",
    )
    add("--json", action="store_true", help="print the totals as JSON")


def _stream(arguments: argparse.Namespace) -> int:
    options = run_stream.Options(
        stream=arguments.stream,
        servers=arguments.bootstrap_servers or settings.get("KAFKA_BOOTSTRAP_SERVERS"),
        users=arguments.users or _default_users(),
        count=arguments.count,
        rate=arguments.rate,
        seed=arguments.seed,
        start=arguments.start,
        end=arguments.end,
        wait=arguments.wait,
        settings=_client_settings(arguments.settings),
        topic=arguments.topic,
    )
    totals = run_stream.run(options)
    for key, reason in totals.failures[:SHOWN_FAILURES]:
        print(f"not acknowledged: {key}: {reason}", file=sys.stderr)
    if totals.failed > SHOWN_FAILURES:
        more = totals.failed - SHOWN_FAILURES
        print(f"not acknowledged: {more} more; --json lists all", file=sys.stderr)
    report = {
        "produced": totals.produced,
        "acknowledged": totals.acknowledged,
        "failed": totals.failed,
        "failures": [{"key": key, "reason": reason} for key, reason in totals.failures],
    }
    _print(report, totals.line(), arguments.json)
    return 0 if totals.acknowledged == totals.produced else 1


def _client_settings(pairs: list[str]) -> dict[str, object]:
    split = [pair.partition("=") for pair in pairs]
    if wrong := [key for key, equals, _ in split if not equals or not key]:
        raise UsageError(f"-X {wrong[0]}: write KEY=VALUE")
    return {key: value for key, _, value in split}


def _files_options(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--month", required=True, metavar="YYYY-MM", help="the month the rows happened in")
    add("--transactions", type=not_negative, default=2000, metavar="N", help="default: %(default)s")
    add("--users", type=not_negative, default=200, metavar="N", help="default: %(default)s")
    add(
        "--seed",
        type=not_negative,
        default=1,
        metavar="S",
        help="the same seed gives the same bytes (default: %(default)s)",
    )
    add("--out", type=Path, metavar="DIR", help="default: INCOMING_DIR (data/incoming)")
    add("--gzip", action="store_true", help="write .csv.gz")
    add("--json", action="store_true", help="print the files as JSON")


def _files(arguments: argparse.Namespace) -> int:
    out = arguments.out or settings.folder("INCOMING_DIR")
    written = []
    for name, count in (
        ("user_registrations", arguments.users),
        ("transactions", arguments.transactions),
    ):
        made = feed.find(name, str(out / "user_registrations_*.csv*"))
        path = made.path(out, arguments.month, arguments.gzip)
        records = made.records(arguments.month, count, arguments.seed) if count else iter(())
        written.append({"file": str(path), "rows": feed.write(path, made.header, records)})
    text = "\n".join(f"{each['file']}: {each['rows']} rows" for each in written)
    _print({"files": written}, text, arguments.json)
    return 0


def _print(report: dict[str, Any], text: str, as_json: bool) -> None:
    print(json.dumps(report) if as_json else text, flush=True)
