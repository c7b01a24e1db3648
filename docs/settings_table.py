"""Writes docs/settings.md from .env.example: `python docs/settings_table.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "settings.md"
TABLE = "| setting | default | description |\n|---|---|---|\n"
HEAD = """\
# Settings

<!-- Written by docs/settings_table.py from .env.example. Change that file, not this page. -->

Environment variables. `make up` writes `.env` once, with these defaults and, for "random", with
secrets of its own. A variable of the shell wins over `.env`. After a change: `make down up`. What
has no description is described by the row above it, or by its name.
"""


def page(example: str) -> str:
    """The page's text: a table for each section of .env.example, a row for each setting."""
    _, *sections = re.split(r"^# --- (.+?) -+$", example, flags=re.MULTILINE)
    tables = [
        f"\n## {title[0].upper()}{title[1:]}\n\n{TABLE}"
        + "".join(f"| `{name}` | {default} | {text} |\n" for name, default, text in _rows(body))
        for title, body in zip(sections[::2], sections[1::2], strict=True)
    ]
    return "".join([HEAD, *tables])


def _rows(body: str) -> Iterator[tuple[str, str, str]]:
    """Name, default and comment of each setting; an empty line ends a comment."""
    comment: list[str] = []
    for line in body.splitlines():
        if line.startswith("# "):
            comment.append(line[2:])
            continue
        if match := re.fullmatch(r"(\w+)=(.*)", line):
            yield match[1], _default(*match.groups()), " ".join(comment).replace("|", "\\|")
        comment = []


def _default(name: str, value: str) -> str:
    if value:
        return f"`{value}`"
    return "random" if name.endswith(("_PASSWORD", "_SECRET", "_FERNET_KEY")) else ""


if __name__ == "__main__":
    PAGE.write_text(page((ROOT / ".env.example").read_text()))
