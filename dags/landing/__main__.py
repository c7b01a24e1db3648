"""Lands feeds by hand, as the DAG does: `python -m dags.landing --help`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from datetime import datetime

import psycopg
import snowflake.connector

import settings

from . import checks, feeds, land, postgres, unload
from . import snowflake as warehouse
from .feeds import Feed, FileFeed, StreamFeed
from .macros import MacroError, macros
from .relation import RelationError
from .scratch import DiskFullError

EXAMPLES = """\
examples:
  python -m dags.landing check                 what a landing needs, tried one by one
  python -m dags.landing lint                  the landing blocks in dbt_project/models/sources
  python -m dags.landing land                  every feed: what is new in Postgres and in the folder
  python -m dags.landing land user_registrations
  python -m dags.landing resync transactions_streaming_kafka --since 2026-11-01
                                               land again what is missing in RAW; safe at any time
  python -m dags.landing resync transactions_streaming_kafka --full
  python -m dags.landing replay transactions_batch_csv
                                               land the rows of the quarantine that are good now

Exit codes: 0 done, 1 failed, 2 wrong usage.
"""

#: What a person can mend by reading the message; anything else is a bug and shows its trace.
EXPECTED = (
    checks.CheckError,
    feeds.FeedError,
    unload.RestoredDatabaseError,
    MacroError,
    RelationError,
    DiskFullError,
    FileNotFoundError,
    psycopg.OperationalError,
    settings.SettingError,
    snowflake.connector.Error,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; the exit code."""
    arguments = _parser().parse_args(argv)
    settings.load_env()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    for noisy in ("snowflake", "botocore", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        verb: Callable[[argparse.Namespace], int] = arguments.verb
        return verb(arguments)
    except EXPECTED as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m dags.landing",
        description="Land feeds in Snowflake's RAW schema, each row once.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    check = verbs.add_parser("check", help="try what a landing needs, and name what fails")
    check.set_defaults(verb=_check)
    lint = verbs.add_parser("lint", help="check the landing blocks; needs no service")
    lint.set_defaults(verb=_lint)
    land = verbs.add_parser("land", help="land what is new")
    land.add_argument("feed", nargs="*", help="names of feeds; all of them without")
    land.set_defaults(verb=_land)
    resync = verbs.add_parser("resync", help="land what is missing of a relation's feed")
    resync.add_argument("feed")
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
    resync.set_defaults(verb=_resync)
    replay = verbs.add_parser("replay", help="land rows of the quarantine that are good now")
    replay.add_argument("feed")
    replay.set_defaults(verb=_replay)
    return parser


def _time(text: str) -> str:
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError as error:
        example = "2026-11-01 or 2026-11-01T08:30"
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write {example}") from error


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
    for feed in feeds.load():
        print(f"{feed.name}: {len(feed.columns)} columns into {feed.schema}.{feed.table}")
    return 0


def _land(arguments: argparse.Namespace) -> int:
    chosen = [feeds.find(name) for name in arguments.feed] or feeds.load()
    failed = [feed.name for feed in chosen if not _lands(feed)]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _lands(feed: Feed) -> bool:
    """Land one feed; a failure is printed and does not keep others from landing."""
    try:
        if isinstance(feed, StreamFeed):
            land.land_stream(feed)
        elif isinstance(feed, FileFeed):
            land.land_files(feed, settings.folder("INCOMING_DIR"))
        return True
    except EXPECTED as error:
        text = str(error)
        print(text if text.startswith(feed.name) else f"{feed.name}: {text}", file=sys.stderr)
        return False


def _resync(arguments: argparse.Namespace) -> int:
    feed = feeds.find(arguments.feed)
    if not isinstance(feed, StreamFeed):
        print(f"{feed.name} comes from files: a changed file lands by itself.", file=sys.stderr)
        return 2
    land.land_stream(feed, arguments.since)
    return 0


def _replay(arguments: argparse.Namespace) -> int:
    macros().run("replay_quarantine", feed=feeds.find(arguments.feed).name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
