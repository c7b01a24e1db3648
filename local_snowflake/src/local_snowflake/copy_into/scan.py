"""The first pass over a staged file: unpack it and find out whether it is plain CSV.

Nearly every file is: each record has the same number of fields, quotes only around whole fields,
one kind of line end, no escapes. DuckDB reads such a file at full speed and all readers agree on
what it means. Anything else goes to the exact reader (exact.py), which reads as Snowflake does.
NumPy looks at whole blocks, so the pass costs a fraction of the load.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from local_snowflake.errors import SnowflakeError
from local_snowflake.options import CsvFormat
from local_snowflake.stages import StagedFile

_BLOCK = 2**20
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_NEWLINE = 10

# Snowflake's limit for a single value; a longer record is refused before it fills the memory.
MAX_RECORD = 128 * 2**20


@dataclass
class Scanned:
    """An unpacked file without its header lines.

    `fields` is the number of fields of every record, or None when the exact reader must decide.
    """

    path: Path
    rows: int = 0
    fields: int | None = None
    longest: int = 0
    has_multiline: bool = True


def unpacked(file: StagedFile, compression: str) -> Iterator[bytes]:
    """The bytes of a staged file, decompressed.

    Raises:
        SnowflakeError: the gzip data is damaged or ends too early.
    """
    with file.path.open("rb") as source:
        is_gzip = source.read(2) == _GZIP
        source.seek(0)
        if compression == "NONE" or (compression == "AUTO" and not is_gzip):
            yield from iter(lambda: source.read(_BLOCK), b"")
            return
        try:
            yield from _inflated(iter(lambda: source.read(2**18), b""))
        except (zlib.error, EOFError) as error:
            raise SnowflakeError(
                100069,
                "22000",
                f"Invalid data encountered during decompression for file: '{file.name}', "
                f"compression type used: 'GZIP', cause: '{error}'",
            ) from None


def _inflated(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Gzip members one after the other; zlib checks each one's length and CRC."""
    member = zlib.decompressobj(31)
    for block in blocks:
        rest = block
        while rest:
            yield member.decompress(rest, _BLOCK)
            rest = member.unconsumed_tail
            if member.eof:
                rest = member.unused_data
                member = zlib.decompressobj(31) if rest else member
            elif not rest:
                break
    while not member.eof:
        tail = member.decompress(member.unconsumed_tail, _BLOCK)
        if not tail:
            raise EOFError("unexpected end of file")
        yield tail


def scan(file: StagedFile, csv: CsvFormat, target: Path) -> Scanned:
    """Unpack into `target`, without BOM and header lines, and look at the structure.

    Raises:
        SnowflakeError: the file cannot be unpacked, or a record is too long.
    """
    result = Scanned(target)
    state = _Structure(csv)
    with target.open("wb") as out:
        for block in _without_header(unpacked(file, csv.compression), csv):
            out.write(block)
            state.add(block)
    state.finish()
    result.rows, result.longest = state.rows, state.longest
    result.has_multiline = not state.regular or state.newlines != state.rows
    result.fields = state.fields if state.regular else None
    return result


def _without_header(blocks: Iterator[bytes], csv: CsvFormat) -> Iterator[bytes]:
    """Drop the byte order mark and SKIP_HEADER lines, whatever they hold."""
    start = b""
    for block in blocks:
        start += block
        if start.count(b"\n") >= csv.header_lines and len(start) >= len(_BOM):
            break
    if csv.skip_bom:
        start = start.removeprefix(_BOM)
    for _ in range(csv.header_lines):
        start = start.partition(b"\n")[2]
    yield start
    yield from blocks


class _Structure:
    """Counts records and fields, block by block; not `regular` from the first surprise on."""

    def __init__(self, csv: CsvFormat) -> None:
        self.csv = csv
        self.regular = csv.escape is None and not csv.trim_space
        self.rows = self.newlines = 0
        self.fields: int | None = None
        self.longest = 0
        self._rest = b""
        self._crlf: bool | None = None
        self._delimiter = ord(csv.field_delimiter) if csv.field_delimiter.isascii() else -1
        self._quote = ord(csv.quote) if csv.quote else -1
        if self._delimiter < 0 or self._quote > 127:
            self.regular = False

    def add(self, block: bytes) -> None:
        """Look at the next block."""
        if not self.regular:
            return
        buffer = self._rest + block
        if not self.rows and buffer.startswith(_BOM):
            self.regular = False  # a second mark is text, and DuckDB would skip it
            return
        if len(buffer) > MAX_RECORD:
            self.regular = False
            return
        self._rest = self._records(buffer)

    def finish(self) -> None:
        """A last line without a line end is a record too."""
        if self._rest.endswith(b"\r"):
            self.regular = False  # a carriage return that ends the file is text
        if self.regular and self._rest:
            end = b"\r\n" if self._crlf else b"\n"
            if self._records(self._rest + end):
                self.regular = False  # an open quote at the end of the file
        if self.rows and self.fields == 1:
            self.regular = False  # readers disagree about empty lines in one-column files

    def _records(self, buffer: bytes) -> bytes:
        """Look at the whole records of a buffer; return what is left over."""
        data = np.frombuffer(buffer, np.uint8)
        special = (data == self._delimiter) | (data == _NEWLINE)
        if self._quote >= 0:
            special |= data == self._quote
        at = np.flatnonzero(special)
        kinds = data[at]
        quotes = kinds == self._quote
        # After an odd number of quotes, delimiters and line ends are text.
        outside = np.bitwise_xor.accumulate(quotes.view(np.uint8)) == 0
        positions = at[outside & ~quotes]
        ends = np.flatnonzero(data[positions] == _NEWLINE)
        if not ends.size:
            return buffer
        cut = int(positions[ends[-1]]) + 1
        self._count(positions, ends)
        self.newlines += int((kinds[at < cut] == _NEWLINE).sum())
        self._check_text(buffer[:cut])
        quoted = at[quotes]
        self._check_quotes(data, quoted[quoted < cut])
        return buffer[cut:]

    def _count(self, positions: npt.NDArray[np.intp], ends: npt.NDArray[np.intp]) -> None:
        fields = np.diff(ends, prepend=-1)
        if self.fields is None:
            self.fields = int(fields[0])
        self.regular = self.regular and bool((fields == self.fields).all())
        self.rows += ends.size
        self.longest = max(self.longest, int(np.diff(positions[ends], prepend=-1).max()))

    def _check_text(self, text: bytes) -> None:
        """Line ends of one kind, no escapes, nothing that is not UTF-8."""
        if self.csv.escape_unenclosed and self.csv.escape_unenclosed.encode() in text:
            self.regular = False
        returns = text.count(b"\r")
        if self._crlf is None:
            self._crlf = returns > 0
        if returns and not returns == text.count(b"\r\n") == text.count(b"\n"):
            self.regular = False
        if self._crlf != (returns > 0):
            self.regular = False
        if not text.isascii() or b"\x00" in text:
            self.regular = self.regular and _is_clean(text)

    def _check_quotes(self, data: npt.NDArray[np.uint8], at: npt.NDArray[np.intp]) -> None:
        """Each quote opens or closes a field, or is one of a doubled pair."""
        if not at.size or not self.regular:
            return
        opening, closing = at[0::2], at[1::2]
        before, after = data[opening - 1], data[closing + 1]
        opens = (opening == 0) | (before == self._delimiter) | (before == _NEWLINE)
        opens[1:] |= opening[1:] == closing[:-1] + 1
        closes = (after == self._delimiter) | (after == _NEWLINE) | (after == self._quote)
        closes |= (after == 13) & (data[np.minimum(closing + 2, data.size - 1)] == _NEWLINE)
        self.regular = bool(opens.all() and closes.all())


def _is_clean(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\x00" not in text
