"""Other people's text for a terminal: it is shown, and never obeyed."""

from __future__ import annotations

import re

# What moves the cursor, retitles the window or turns the direction of writing; not line ends.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    r"""The text with control characters written out, such as \x1b."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
