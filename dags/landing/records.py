"""CSV records (RFC 4180) out of a stream of bytes, so that every later parser counts the same.

Quotes decide where a record ends, and one stray quote can swallow the rest of a file. So a block of
whole records passes unchanged when its quoting is valid, which a regular expression proves at
hundreds of MB/s. A block in doubt is read record by record, and a line that cannot be read becomes
one quoted field: the row then lacks fields, and lands in the quarantine with its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from settings.errors import ExpectedError

#: Longest record, in bytes: a column without a length takes 16,777,216 characters, and the row must
#: fit into the quarantine. Source: Snowflake's documentation, "String & binary data types".
MAX_RECORD = 16 << 20
#: Stands for NUL, which Snowflake's and other CSV parsers end a text at: U+2400, SYMBOL FOR NULL.
NUL = "\u2400".encode()
#: A quoted field, from the separator before it to the one after it.
_QUOTED = re.compile(rb'"(?<![^,\n]")[^"]*+(?:""[^"]*+)*+"(?=[,\r\n]|\Z)')
#: A field: quoted, or without a quote at its start.
_FIELD = rb'(?:"[^"\0]*+(?:""[^"\0]*+)*+"|[^",\r\n\0][^,\r\n\0]*+|)'
_RECORD = re.compile(rb"(%b(?:,%b)*+)(?:\r?\n|\Z)" % (_FIELD, _FIELD))
_FIELD_OF_RECORD = re.compile(rb"(?:^|,)(%b)" % _FIELD)
#: A record that may continue: its last quote is not closed, or no line break has ended it yet.
_OPEN = re.compile(
    rb'(?:%b,)*+"[^"\0]*+(?:""[^"\0]*+)*+\Z|%b(?:,%b)*+\r?\Z' % (_FIELD, _FIELD, _FIELD)
)
_BLANK = re.compile(rb"(?:\r?\n)++")
_LINE = re.compile(rb"([^\n]*+)(?:\n|\Z)")


class RecordTooLongError(ExpectedError):
    """A record is longer than MAX_RECORD; the text names its number."""


class RecordReader:
    """Turns chunks into blocks of valid records, each ending in LF, and counts the records.

    Args:
        fields: fields of a record; decides whether a quoted line break was meant.

    Attributes:
        records: number of records so far, the header among them.
    """

    def __init__(self, fields: int) -> None:
        self._fields = fields
        self.records = 0

    def blocks(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Blocks of whole records: all that is in the chunks, except blank lines and CR before LF.

        Raises:
            RecordTooLongError: a record is longer than MAX_RECORD.
        """
        rest = b""
        for chunk in chunks:
            rest += chunk
            block, end = self._take(rest)
            if end == 0 and len(rest) > MAX_RECORD:
                raise self._too_long(0)
            yield block
            rest = rest[end:]
        if rest:
            last = rest if rest.endswith(b"\n") else rest + b"\n"
            yield self._if_valid(last) or self._repair(last, more_follows=False)[0]

    def _too_long(self, before: int) -> RecordTooLongError:
        return RecordTooLongError(
            f"record {self.records + before + 1} is longer than {MAX_RECORD >> 20} MB, which no"
            " text of a raw table holds: shorten it."
        )

    def _take(self, rest: bytes) -> tuple[bytes, int]:
        """The whole records at the start of what was read, and where they end."""
        end = _end_of_records(rest)
        valid = self._if_valid(rest[:end])
        if valid is not None and (end or len(rest) < MAX_RECORD):
            return valid, end
        return self._repair(rest, more_follows=True)

    def _if_valid(self, block: bytes) -> bytes | None:
        """The block with LF at the end of each line; None if its quoting is in doubt.

        None, too, for a block in which a record might be too long.
        """
        if len(block) > MAX_RECORD:
            return None
        has_quotes = b'"' in block
        if b"\r" in block:
            quoted = _QUOTED.findall(block) if has_quotes else ()
            if not any(b"\r" in field for field in quoted):
                block = block.replace(b"\r\n", b"\n")
        bare = _QUOTED.sub(b"q", block) if has_quotes else block
        if b"\r" in bare or b"\0" in block or (has_quotes and b'"' in bare):
            return None
        if b"\n\n" in bare or bare.startswith(b"\n"):
            return None
        self.records += bare.count(b"\n")
        return block

    def _repair(self, block: bytes, more_follows: bool) -> tuple[bytes, int]:
        """Read record by record; the records in valid form, and the position of what is left.

        When more follows, a last record that may continue there is left.
        """
        records: list[bytes] = []
        position = 0
        while position < len(block):
            if blank := _BLANK.match(block, position):
                position = blank.end()
                continue
            record, end = self._record_at(block, position)
            if record is None:
                goes_on = more_follows and len(block) - position < MAX_RECORD
                if goes_on and _OPEN.match(block, position):
                    break
                record, end = _as_one_field(block, position)
            if len(record) > MAX_RECORD:
                raise self._too_long(len(records))
            if more_follows and end == len(block) and not block.endswith(b"\n"):
                break
            if record:
                records.append(record + b"\n")
            position = end
        self.records += len(records)
        return b"".join(records), position

    def _record_at(self, block: bytes, position: int) -> tuple[bytes | None, int]:
        """The record that starts at a position, in valid form, and where the next one starts."""
        found = _RECORD.match(block, position)
        if not found:
            return None, position
        fields = _FIELD_OF_RECORD.findall(found[1])
        # Over several lines it is one record only if its number of fields is right.
        if b"\n" in found[1] and len(fields) != self._fields:
            return None, position
        return b",".join(map(_requote, fields)), found.end()


def _as_one_field(block: bytes, position: int) -> tuple[bytes, int]:
    """The line at a position as one quoted field, and where the next line starts."""
    line = _LINE.match(block, position)
    assert line is not None
    text = line[1].rstrip(b"\r").replace(b"\0", NUL)
    return b'"' + text.replace(b'"', b'""') + b'"', line.end()


def _requote(field: bytes) -> bytes:
    if b'"' in field and not field.startswith(b'"'):
        return b'"' + field.replace(b'"', b'""') + b'"'
    return field


def _end_of_records(block: bytes) -> int:
    """Index after the last line break that has an even number of quotes before it, or 0."""
    odd = block.count(b'"') % 2
    end = len(block)
    while (newline := block.rfind(b"\n", 0, end)) >= 0:
        odd ^= block.count(b'"', newline + 1, end) % 2
        if not odd:
            return newline + 1
        end = newline
    return 0
