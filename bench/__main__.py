"""The bench table: `make bench`, or `python -m bench generate sink` for some of it.

Every row is a ratio of two ways to do the same thing, measured in turns in this run, and printed as
soon as it is measured; latency is compared with a limit. All subjects but `generate` use the
services of a running stack.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from confluent_kafka import KafkaException

import settings
from settings import command_line

HERE = Path(__file__).parent
SUBJECTS = sorted({file.stem for file in HERE.glob("[!_]*.py")} - {"timing"})
FAILURES = (KafkaException, OSError, RuntimeError, psycopg.Error, subprocess.CalledProcessError)
#: Column -> its width; texts are to the left of their column, numbers to the right.
TEXTS = {"what": 28, "compared with": 43}
NUMBERS = {"ours": 8, "theirs": 8, "ratio": 6, "spread": 11, "n": 3, "bar": 5}


def main() -> int:
    """Measure and print; returns 1 if a ratio is below its bar."""
    parser = command_line.Parser(prog="python -m bench", description=__doc__)
    parser.add_version()
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=", ".join(SUBJECTS))
    chosen = parser.parse_args().subjects

    def measure() -> int:
        command_line.check_known("subject", chosen, SUBJECTS)
        settings.load_env()
        print(_line([*TEXTS, *NUMBERS]), flush=True)
        below = 0
        for subject in chosen or SUBJECTS:
            for row in _measured(subject):
                below += bool(row["bar"]) and row["ratio"] < row["bar"]
                print(_line(_cells(row)), flush=True)
        return 1 if below else 0

    return command_line.run(measure)


def _cells(row: dict[str, Any]) -> list[str]:
    numbers = [f"{row[name]:,.0f}" for name in ("ours_median", "theirs_median")]
    ratio = [str(row["ratio"]), row["spread"], str(row["n"]), str(row["bar"] or "")]
    return [row["what"], row["comparison"], *numbers, *ratio]


def _line(cells: Iterable[str]) -> str:
    widths = [f"<{width}" for width in TEXTS.values()] + [f">{w}" for w in NUMBERS.values()]
    return " ".join(map(format, cells, widths)).rstrip()


def _measured(subject: str) -> Iterator[dict[str, Any]]:
    try:
        yield from importlib.import_module(f"bench.{subject}").bench_rows()
    except FAILURES as error:
        reason = str(error) or type(error).__name__
        hint = "It needs the stack (`make up`), with nothing else running."
        raise settings.ExpectedError(f"{subject}: {reason}\n{hint}") from error


if __name__ == "__main__":
    sys.exit(main())
