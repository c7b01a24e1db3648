"""The bench table: `make bench`, or `python -m bench generate sink` for some of it.

Every row is a ratio of two ways to do the same thing, measured in turns in this run. `produce`,
`sink` and `land` use the services of a running stack.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from settings import load_env

HERE = Path(__file__).parent
SUBJECTS = sorted({file.stem for file in HERE.glob("[!_]*.py")} - {"timing"})


def main() -> int:
    """Measure and print; returns 1 if a ratio is below its bar."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("subjects", nargs="*", choices=[*SUBJECTS, []], metavar="SUBJECT")
    chosen = parser.parse_args().subjects or SUBJECTS
    load_env()
    table = Table(box=None, pad_edge=False)
    for title in ("what", "compared with", "ours", "theirs", "ratio", "spread", "n", "bar"):
        table.add_column(title)
    below = 0
    for subject in chosen:
        for row in importlib.import_module(f"bench.{subject}").run():
            below += bool(row["bar"]) and row["ratio"] < row["bar"]
            numbers = (f"{row['ours_median']:,.0f}", f"{row['theirs_median']:,.0f}")
            ratio = (str(row["ratio"]), row["spread"], str(row["n"]), str(row["bar"] or ""))
            table.add_row(row["what"], row["comparison"], *numbers, *ratio)
    Console(width=150).print(table)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
