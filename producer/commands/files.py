"""`python -m producer files`: a month of CSV files."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import settings
from producer.commands import arguments
from producer.drawing.draws import Draws
from producer.files import broken, csv_file, feed
from producer.files.broken import Broken
from producer.files.feed import Feed

EXAMPLES = f"""\
examples:
  %(prog)s --month 2026-11
      next month's files, in INCOMING_DIR
  %(prog)s --month 2026-11 --transactions 1000000 --users 50000 --gzip --out /tmp/feeds
      large ones, compressed, elsewhere
  %(prog)s --month 2026-12 --broken bad-type=3,short=1
      with rows that cannot be landed, beside the good ones

kinds of broken rows:
{arguments.explained(broken.KINDS)}

Transactions are made by users of the month's registration file and of earlier months' files in the
same folder, after they registered.
"""


def options(command: argparse.ArgumentParser) -> None:
    """Declare the verb's options: one for each feed, and those for all."""
    add = command.add_argument
    add("--month", required=True, metavar="YYYY-MM", help="when the rows happened")
    for name in feed.available():
        option, file, default = feed.option(name)
        text = f"rows in {file}, 0 for no file (default: {default})"
        read = arguments.not_negative
        add(f"--{option}", dest=name, type=read, default=default, metavar="N", help=text)
    text = "same seed, same bytes (default: %(default)s)"
    add("--seed", type=arguments.not_negative, default=1, metavar="S", help=text)
    add("--out", type=Path, metavar="DIR", help="folder (default: INCOMING_DIR)")
    add("--gzip", action="store_true", help="write .csv.gz")
    text = "broken rows in each file: a number of each kind, or KIND=N,KIND=N (kinds below)"
    add("--broken", type=arguments.counts(broken.KINDS), default={}, metavar="N", help=text)
    add("--json", action="store_true", help="print the files as JSON")


def run(options: argparse.Namespace) -> int:
    """Write the month's file of each feed, and print what was written."""
    out = options.out or settings.folder("INCOMING_DIR")
    written = []
    for name in feed.available():
        if count := getattr(options, name):
            made = feed.find(name, str(out / "user_registrations_*.csv*"))
            written.append(_write(made, out, count, options))
    if options.json:
        print(json.dumps({"files": written}))
    for each in () if options.json else written:
        beside = f", {each['broken']} broken" if each["broken"] else ""
        print(f"{each['file']}: {each['rows']} rows{beside}")
    return 0


def _write(made: Feed, out: Path, count: int, options: argparse.Namespace) -> dict[str, object]:
    def draws(kind: str) -> Draws:
        return Draws(options.seed, made.name, options.month, "broken", kind)

    spoilt = Broken(options.broken, made.header, made.wrong, count, draws)
    path = made.path(out, options.month, options.gzip)
    records = made.records(options.month, count, options.seed)
    rows = csv_file.write(path, made.header, records, spoilt)
    return {"feed": made.name, "file": str(path), "rows": rows, "broken": spoilt.count}
