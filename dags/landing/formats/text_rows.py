"""Rows out of text with declared delimiters, quotes and escapes.

One stray quote can swallow the rest of a file. So a quoted field may have line breaks only where
its row then has as many fields as the others; a line that cannot be read is a row of its own, with
its text in one field, and only that line is lost to the quarantine.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass

from dags.landing.records import MAX_RECORD
from dags.landing.refused import RefusedFileError

from .options import FileFormat


@dataclass
class Row:
    """A row as it is in its file.

    Attributes:
        number: line in which it begins; number of the row where a file has no lines.
        fields: None for null.
        fault: why it cannot be read as a whole; None if it can.
    """

    number: int
    fields: list[str | None]
    fault: str | None = None


class TextRows:
    """Splits text by a format.

    Args:
        form: the format.

    Attributes:
        width: fields of a row; rows over several lines must have as many. None until it is known.
    """

    def __init__(self, form: FileFormat) -> None:
        self.width: int | None = None
        self._form = form
        self._end = form.record_delimiter or "\n"
        self._line = 1
        quote, escape = form.quote, form.escape
        special = [character for character in (quote, escape, "\0") if character]
        self._special = re.compile("|".join(map(re.escape, special)))
        delimiter, end = re.escape(form.field_delimiter), re.escape(self._end)
        e = re.escape(escape) if escape else None
        escaped = rf"|{e}." if e else ""
        stop = rf"{delimiter}|{end}|\r|\0" + (f"|{e}" if e else "")
        bare = rf"(?:(?!{stop}).{escaped})*+"
        if quote:
            q = re.escape(quote)
            inner = rf"[^{q}{e or ''}\0]"
            quoted = rf"{q}{inner}*+(?:(?:{q}{q}{escaped}){inner}*+)*+"
            self._field = rf"(?:{quoted}{q}|(?!{q}){bare})"
            unclosed = quoted
        else:
            self._field = unclosed = bare
        after = r"(?:\r?\n|\Z)" if form.record_delimiter is None else rf"(?:{end}|\Z)"
        fields = rf"{self._field}(?:{delimiter}{self._field})*+"
        self._row = re.compile(rf"({fields}){after}", re.DOTALL)
        self._open = re.compile(
            rf"(?:{self._field}{delimiter})*+{unclosed}\Z|{fields}\r?\Z", re.DOTALL
        )
        self._each = re.compile(rf"(?:\A|{delimiter})({self._field})", re.DOTALL)

    def rows(self, texts: Iterable[str]) -> Iterator[Row]:
        """The rows, without blank lines.

        Raises:
            RefusedFileError: no end of a row within MAX_RECORD.
        """
        rest = ""
        for text in texts:
            rest = yield from self._take(rest + text, more_follows=True)
        yield from self._take(rest, more_follows=False)

    def skip(self, texts: Iterator[str], lines: int) -> Iterator[str]:
        """The texts after so many lines at their head."""
        rest = ""
        for text in texts:
            rest += text
            while lines and self._end in rest:
                _, _, rest = rest.partition(self._end)
                lines -= 1
                self._line += 1
            if not lines:
                yield rest
                rest = ""
        if lines:
            raise RefusedFileError("it has no more lines than skip_header says.")

    def _take(self, text: str, more_follows: bool) -> Generator[Row, None, str]:
        """The rows of a text; returns what is left of it because it may continue."""
        position = 0
        while position < len(text):
            end = self._end_of_line(text, position, more_follows)
            if end is None:
                break
            line = text[position:end]
            if self._form.record_delimiter is None:
                line = line.removesuffix("\r")
            after = end + len(self._end)
            if line and not self._is_footer(line):
                row, after = self._row_at(text, position, line, after, more_follows)
                if row is None:
                    break
                yield row
            self._line += text.count(self._end, position, after)
            position = after
        return text[position:]

    def _end_of_line(self, text: str, position: int, more_follows: bool) -> int | None:
        """Where a line ends; None if that is not in the text yet."""
        end = text.find(self._end, position)
        if end >= 0:
            return end
        if len(text) - position >= MAX_RECORD:
            raise RefusedFileError(f"line {self._line} is longer than {MAX_RECORD >> 20} MB.")
        return None if more_follows else len(text)

    def _is_footer(self, line: str) -> bool:
        return self._form.skip_footer is not None and bool(self._form.skip_footer.match(line))

    def _row_at(
        self, text: str, position: int, line: str, after: int, more_follows: bool
    ) -> tuple[Row | None, int]:
        """The row at a position, and where the next one is; None if more of it may follow."""
        if not self._special.search(line) and "\r" not in line:
            return Row(self._line, self._split(line)), after
        found = self._row.match(text, position)
        fields = self._each.findall(found[1]) if found else []
        if found and self._is_row(found[1], fields):
            if more_follows and found.end(1) == len(text):
                return None, position
            return Row(self._line, [self._plain(field) for field in fields]), found.end()
        may_go_on = more_follows and len(text) - position < MAX_RECORD
        if may_go_on and self._open.match(text, position):
            return None, position
        return Row(self._line, [line], "quotes, line breaks or NUL where none may be"), after

    def _is_row(self, text: str, fields: list[str]) -> bool:
        return self._end not in text or self.width is None or len(fields) == self.width

    def _split(self, line: str) -> list[str | None]:
        fields: list[str | None] = list(line.split(self._form.field_delimiter))
        nulls = self._form.null_if
        return [None if field in nulls else field for field in fields] if nulls else fields

    def _plain(self, field: str) -> str | None:
        """A field without its quotes and escapes."""
        quote, escape = self._form.quote, self._form.escape
        if field in self._form.null_if:
            return None
        text = field
        if quote and text.startswith(quote):
            text = text[1:-1]
            if not escape:
                text = text.replace(quote * 2, quote)
        if escape and (escape in text or (quote and quote in text)):
            double = f"|{re.escape(quote * 2)}" if quote and field.startswith(quote) else ""
            text = re.sub(
                rf"{re.escape(escape)}(.){double}", self._unescaped, text, flags=re.DOTALL
            )
        return None if text in self._form.null_if else text

    def _unescaped(self, found: re.Match[str]) -> str:
        character: str | None = found[1]
        if character is None:
            return self._form.quote or ""
        return _ESCAPES.get(character, character) if self._form.escape == "\\" else character


#: As Postgres, MySQL and Snowflake write them.
_ESCAPES = {"0": "\0", "t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
