"""The bench table: `make bench`, or `python -m bench generate sink` for some of it.

Every row is a ratio of two ways to do the same thing, measured in turns in this run. All subjects
but `generate` use the services of a running stack.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
from confluent_kafka import KafkaException
from rich.console import Console
from rich.table import Table

import settings
from settings import command_line

HERE = Path(__file__).parent
SUBJECTS = sorted({file.stem for file in HERE.glob("[!_]*.py")} - {"timing"})
FAILURES = (KafkaException, OSError, RuntimeError, psycopg.Error, subprocess.CalledProcessError)
COLUMNS = ("what", "compared with", "ours", "theirs", "ratio", "spread", "n", "bar")


def main() -> int:
    """Measure and print; returns 1 if a ratio is below its bar."""
    parser = command_line.Parser(prog="python -m bench", description=__doc__)
    parser.add_version()
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=", ".join(SUBJECTS))
    chosen = parser.parse_args().subjects

    def measure() -> int:
        command_line.check_known("subject", chosen, SUBJECTS)
        settings.load_env()
        table = Table(*COLUMNS, box=None, pad_edge=False)
        below = 0
        for subject in chosen or SUBJECTS:
            for row in _measured(subject):
                below += bool(row["bar"]) and row["ratio"] < row["bar"]
                numbers = (f"{row['ours_median']:,.0f}", f"{row['theirs_median']:,.0f}")
                ratio = (str(row["ratio"]), row["spread"], str(row["n"]), str(row["bar"] or ""))
                table.add_row(row["what"], row["comparison"], *numbers, *ratio)
        Console(width=150).print(table)
        return 1 if below else 0

    return command_line.run(measure)


def _measured(subject: str) -> list[dict[str, Any]]:
    try:
        return list(importlib.import_module(f"bench.{subject}").bench_rows())
    except FAILURES as error:
        reason = str(error) or type(error).__name__
        hint = "It needs the stack (`make up`), with nothing else running."
        raise settings.ExpectedError(f"{subject}: {reason}\n{hint}") from error


if __name__ == "__main__":
    sys.exit(main())
