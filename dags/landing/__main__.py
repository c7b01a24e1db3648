"""Lands feeds by hand, as the DAG does: `python -m dags.landing --help`."""

from __future__ import annotations

import argparse
import logging
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import snowflake.connector

import settings
from settings import command_line
from settings.errors import ExpectedError, SettingError, UsageError
from settings.printable import printable

from . import checks, feeds, land, postgres, recounts, unload
from . import snowflake as warehouse
from .feeds import Feed, FileFeed, StreamFeed
from .macros import macros
from .reread import reread
from .stores import address

EXAMPLES = """\
examples:
  python -m dags.landing check                 what a landing needs, tried one by one
  python -m dags.landing lint                  the landing blocks in dbt_project/models/sources
  python -m dags.landing try sales_2026.csv    what would become of a file, and a block for it
  python -m dags.landing land                  every feed: what is new in Postgres and in the folder
  python -m dags.landing land user_registrations
  python -m dags.landing resync transactions_streaming_kafka --since 2026-11-01
                                               land again what is missing in RAW; safe at any time
  python -m dags.landing resync transactions_streaming_kafka --full
  python -m dags.landing replay transactions_batch_csv
                                               land the rows of the quarantine that are good now
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code."""
    return command_line.run(lambda: _run_verb(argv))


def _run_verb(argv: Sequence[str] | None) -> int:
    arguments = _parser().parse_args(argv)
    settings.load_env()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    for noisy in ("snowflake", "botocore", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    verb: Callable[[argparse.Namespace], int] = arguments.verb
    with checks.explained_errors(), _no_echo_of_threads():
        return verb(arguments)


@contextmanager
def _no_echo_of_threads() -> Iterator[None]:
    """The connector cancels a statement in a thread, which fails as the statement itself does."""
    before = threading.excepthook

    def say(failure: threading.ExceptHookArgs) -> None:
        if not isinstance(failure.exc_value, snowflake.connector.Error):
            before(failure)

    threading.excepthook = say
    try:
        yield
    finally:
        threading.excepthook = before


def _parser() -> argparse.ArgumentParser:
    parser = command_line.Parser(
        prog="python -m dags.landing",
        description="Land feeds in Snowflake's RAW schema, each row once.",
        epilog=EXAMPLES,
    )
    parser.add_version()
    verbs = parser.add_subparsers(metavar="VERB", required=True)

    def add(name: str, run: Callable[[argparse.Namespace], int], text: str) -> Any:
        verb = verbs.add_parser(name, help=text, description=text)
        verb.set_defaults(verb=run)
        return verb

    add("check", _check, "try what a landing needs, and name what fails")
    add("lint", _lint, "check the landing and recount blocks; needs no service")
    add(
        "try",
        _try,
        "say which feed takes a file, what its rows would become, and a block that would take it;"
        " lands nothing and needs no service",
    ).add_argument("file", type=Path, help="a file, wherever it is")
    add("land", _land, "land what is new").add_argument(
        "feed", nargs="*", help="names of feeds; all feeds if none is given"
    )
    resync = add("resync", _resync, "land again what RAW lacks of a feed from Postgres")
    resync.add_argument("feed", help="name of the feed")
    which = resync.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--since",
        metavar="TIME",
        type=_time,
        help="rows whose ingested_at in Postgres is this time (UTC) or later, or unknown",
    )
    which.add_argument(
        "--full", action="store_const", const=unload.EVERYTHING, dest="since", help="all rows"
    )
    replay = add("replay", _replay, "land rows of the quarantine that are good now")
    replay.add_argument("feed", help="name of the feed")
    return parser


def _time(text: str) -> str:
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError as error:
        example = "2026-11-01 or 2026-11-01T08:30"
        message = f"{text!r} is not a valid time: use {example}"
        raise argparse.ArgumentTypeError(message) from error


def _check(_: argparse.Namespace) -> int:
    checks.check_all(
        postgres.connect_from_env,
        warehouse.connect_as_loader,
        settings.folder("INCOMING_DIR"),
        feeds.load(),
    )
    print("All that a landing needs is there.")
    return 0


def _lint(_: argparse.Namespace) -> int:
    loaded = feeds.load()
    for feed in loaded:
        print(f"{feed.name}: {len(feed.columns)} columns into {feed.raw_table}")
    stores = {feed.store for feed in loaded if isinstance(feed, FileFeed) and feed.store}
    if missing := [*filter(None, map(address.missing_package, sorted(stores)))]:
        raise ExpectedError("\n".join(missing))
    for recount in recounts.load():
        print(f"{recount.model}: {len(recount.measures)} measures that the audit recounts")
    return 0


def _try(arguments: argparse.Namespace) -> int:
    # What it loads, other verbs do not wait for.
    from . import try_file

    if not arguments.file.is_file():
        raise UsageError(f"{arguments.file} is not a file.")
    for line in try_file.report(arguments.file, feeds.load()):
        print(printable(line))
    return 0


def _land(arguments: argparse.Namespace) -> int:
    chosen = [feeds.find(name) for name in arguments.feed] or feeds.load()
    failed = [feed.name for feed in chosen if not _lands(feed)]
    if failed:
        raise ExpectedError(f"failed: {', '.join(failed)}")
    return 0


def _lands(feed: Feed) -> bool:
    """Land one feed; a failure is printed and does not keep others from landing."""
    try:
        with checks.explained_errors():
            land.land_feed(feed, settings.folder("INCOMING_DIR"))
    except SettingError:
        raise  # no feed can land
    except ExpectedError as error:
        text = str(error).removeprefix(f"{feed.name}: ")
        command_line.print_error(f"{feed.name}: {text}")
        return False
    return True


def _resync(arguments: argparse.Namespace) -> int:
    feed = feeds.find(arguments.feed)
    if not isinstance(feed, StreamFeed):
        raise UsageError(f"{feed.name} comes from files: a changed file lands by itself.")
    land.land_stream(feed, arguments.since)
    return 0


def _replay(arguments: argparse.Namespace) -> int:
    feed = feeds.find(arguments.feed)
    if isinstance(feed, FileFeed):
        with closing(warehouse.connect_as_loader()) as target:
            reread(feed, target)
    macros().run_operation("replay_quarantine", feed=feed.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
