"""Splits text of JSON into the values that are to be rows, with memory for one of them.

One value a line, the elements of one array, or values that span several lines. After a wrong line
the next one can be read; in an array only brackets and quotes say where an element ends, so a file
is refused where they do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from dags.landing.records import MAX_RECORD
from dags.landing.refused import RefusedFileError

_ARRAY = re.compile(r"\[\s*+(?:[{\]]|\Z)")
_OVER_LINES = re.compile(r"\{[ \t]*+\r?\n")
_BLANK = re.compile(r"\s*+")
_STRING = r'"(?:[^"\\]++|\\.)*+"'
#: An object without another value that has brackets, at once.
_FLAT = re.compile(rf'\{{(?:[^"{{}}\[\]]++|{_STRING})*+\}}', re.DOTALL)
#: What changes the depth; a quote alone begins a text that does not end here.
_MARK = re.compile(rf'{_STRING}|[{{}}\[\]"]', re.DOTALL)
#: A value without brackets, up to what is after it.
_PLAIN = re.compile(rf'(?:[^",\[\]{{}}]++|{_STRING})++(?=[,\]])', re.DOTALL)


def json_texts(texts: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Number and text of each value: its line, or which it is where lines do not part them.

    Raises:
        RefusedFileError: a value is too long, or where the next one begins cannot be known.
    """
    texts = iter(texts)
    start = ""
    for text in texts:
        start += text
        if len(start.lstrip()) > 1 or len(start) > MAX_RECORD:
            break
    texts, start = chain([start], texts), start.lstrip()
    if _ARRAY.match(start):
        return enumerate(_Values(texts).of_array(), start=1)
    if _OVER_LINES.match(start):
        return enumerate(_Values(texts).one_after_another(), start=1)
    return enumerate(_lines(texts), start=1)


def _lines(texts: Iterable[str]) -> Iterator[str]:
    rest = ""
    for text in texts:
        *lines, rest = (rest + text).split("\n")
        yield from lines
        if len(rest) > MAX_RECORD:
            raise RefusedFileError(f"a line is longer than {MAX_RECORD >> 20} MB.")
    yield rest


class _Values:
    """What has been read and not been handed out."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = iter(texts)
        self._text, self._at, self._lines = "", 0, 1

    def of_array(self) -> Iterator[str]:
        self._next()
        self._at += 1
        if self._next() != "]":
            while True:
                yield self._value()
                if self._next() != ",":
                    break
                self._at += 1
        match self._next():
            case "]":
                self._at += 1
            case "":
                raise self._wrong("the array does not end: send the file again, whole")
            case other:
                raise self._wrong(f"{other!r} where a comma is due")
        if after := self._next():
            raise self._wrong(f"{after!r} after the array")

    def one_after_another(self) -> Iterator[str]:
        while self._next():
            yield self._value()

    def _next(self) -> str:
        """The next character that is no blank, which stays; empty at the end."""
        while True:
            blank = _BLANK.match(self._text, self._at)
            assert blank is not None
            self._at = blank.end()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _value(self) -> str:
        if self._next() in (",", "]", "}", ""):
            raise self._wrong("a value is missing")
        while (end := _end(self._text, self._at)) is None:
            self._bounded(len(self._text))
            # Twice as much each time, so that a long value is not searched again for each piece.
            if not self._more(len(self._text) - self._at):
                raise self._wrong("a value does not end: send the file again, whole")
        self._bounded(end)
        value, self._at = self._text[self._at : end].rstrip(), end
        return value

    def _bounded(self, end: int) -> None:
        if end - self._at > MAX_RECORD:
            raise self._wrong(f"a value is longer than {MAX_RECORD >> 20} MB")

    def _more(self, least: int = 1) -> bool:
        self._lines += self._text.count("\n", 0, self._at)
        rest = len(self._text) - self._at
        pieces, length = [self._text[self._at :]], rest
        while length < rest + least and (text := next(self._texts, "")):
            pieces.append(text)
            length += len(text)
        self._text, self._at = "".join(pieces), 0
        return length > rest

    def _wrong(self, what: str) -> RefusedFileError:
        line = self._lines + self._text.count("\n", 0, self._at)
        return RefusedFileError(f"not JSON in line {line}: {what}.")


def _end(text: str, at: int) -> int | None:
    """Where the value that begins there ends; None if the text ends before."""
    if text[at] not in "{[":
        plain = _PLAIN.match(text, at)
        return plain and plain.end()
    if flat := _FLAT.match(text, at):
        return flat.end()
    depth = 0
    while mark := _MARK.search(text, at):
        at = mark.end()
        if mark[0] in "{[":
            depth += 1
        elif mark[0] in "}]":
            depth -= 1
            if not depth:
                return at
        elif mark[0] == '"':
            return None
    return None
