"""`python -m producer files`: a month of CSV files."""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path

import settings
from producer.commands import arguments
from producer.drawing.random_streams import RandomStream
from producer.files.csv_file import write_csv
from producer.files.feed import Feed, feed_names, find_feed, rows_option
from producer.files.malformed_rows import KINDS, MalformedRows
from producer.users import read_registrations

EXAMPLES = f"""\
examples:
  %(prog)s --month 2026-11
      next month's files, in INCOMING_DIR
  %(prog)s --month 2026-11 --transactions 1000000 --users 50000 --gzip --out /tmp/feeds
      large ones, compressed, elsewhere
  %(prog)s --month 2026-12 --broken bad-type=3,short=1
      with rows that cannot be landed, in addition to the good ones

kinds of broken rows:
{arguments.explain_kinds(KINDS)}

Transactions are made by users of the month's registration file and of earlier months' files in the
same folder, after they registered.
"""


def add_options(command: argparse.ArgumentParser) -> None:
    """Declare the verb's options: one for each feed, and those for all."""
    add = command.add_argument
    add("--month", required=True, metavar="YYYY-MM", help="when the rows happened")
    for name in feed_names():
        option, file, default = rows_option(name)
        text = f"rows in {file}, 0 for no file (default: {default})"
        read = arguments.rows
        add(f"--{option}", dest=name, type=read, default=default, metavar="N", help=text)
    text = "same seed, same bytes (default: %(default)s)"
    add("--seed", type=arguments.not_negative, default=1, metavar="S", help=text)
    add("--out", type=Path, metavar="DIR", help="folder (default: INCOMING_DIR)")
    add("--gzip", action="store_true", help="write .csv.gz")
    text = "broken rows in each file: a number of each kind, or KIND=N,KIND=N (kinds below)"
    add("--broken", type=arguments.counts(KINDS), default={}, metavar="N", help=text)
    add("--json", action="store_true", help="print the files as JSON")


def write_files(options: argparse.Namespace) -> int:
    """Write the month's file of each feed, and print what was written."""
    out = options.out or settings.folder("INCOMING_DIR")
    users = partial(read_registrations, str(out / "user_registrations_*.csv*"))
    written = [
        _write_file(find_feed(name, users), out, count, options)
        for name in feed_names()
        if (count := getattr(options, name))
    ]
    if options.json:
        print(json.dumps({"files": written}))
    for each in () if options.json else written:
        broken = f", {each['broken']} broken" if each["broken"] else ""
        print(f"{each['file']}: {each['rows']} rows{broken}")
    return 0


def _write_file(
    feed: Feed, out: Path, count: int, options: argparse.Namespace
) -> dict[str, object]:
    def random_stream(kind: str) -> RandomStream:
        return RandomStream(options.seed, feed.name, options.month, "broken", kind)

    malformed = MalformedRows(options.broken, feed.header, feed.wrong, count, random_stream)
    path = feed.path(out, options.month, options.gzip)
    records = feed.records(options.month, count, options.seed)
    rows = write_csv(path, feed.header, records, malformed)
    return {"feed": feed.name, "file": str(path), "rows": rows, "broken": malformed.count}
