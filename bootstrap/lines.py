"""Lines with a coloured first word; names, paths and causes in them are never markup."""

from __future__ import annotations

from rich.text import Text

from settings.printable import printable


def line(word: str, style: str, rest: str) -> Text:
    """Two blanks, the word in its colour, and the rest as it is, brackets and all."""
    return Text.assemble("  ", (word, style), printable(rest))
