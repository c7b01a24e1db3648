"""One file, read once: checked, given a content key, and compressed for the stage."""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from isal import igzip, igzip_threaded, isal_zlib

from .copy_parts import CopyParts
from .feeds import FileFeed
from .no_link import open_no_link
from .records import RecordReader, RecordTooLongError
from .refused import RefusedFileError, too_large

#: Bytes read at a time.
CHUNK = 4 << 20
#: How files begin that are no CSV in UTF-8, and what to do with them.
OTHERS = {
    codecs.BOM_UTF32_LE: "UTF-32: save it as UTF-8",
    codecs.BOM_UTF16_LE: "UTF-16: save it as UTF-8",
    codecs.BOM_UTF16_BE: "UTF-16: save it as UTF-8",
    b"PK\x03\x04": "a zip archive or an Excel workbook: unpack it, or save it as CSV",
    b"\xd0\xcf\x11\xe0": "an Excel workbook: save it as CSV",
    b"\x1f\x8b": "compressed by gzip: name it .csv.gz, or unpack it if it is named so",
    b"BZh": "compressed by bzip2: unpack it",
    b"\x28\xb5\x2f\xfd": "compressed by zstd: unpack it",
    b"7z\xbc\xaf": "a 7-Zip archive: unpack it",
    b"PAR1": "Parquet: save it as CSV",
    b"%PDF": "a PDF: save the table as CSV",
    b"ORC": "ORC: save it as CSV",
    b"Obj\x01": "Avro: save it as CSV",
    b"SQLite format 3\0": "an SQLite database: save the table as CSV",
    b"\xfd7zXZ\0": "compressed by xz: unpack it",
    b"Rar!": "a RAR archive: unpack it",
    b"-----BEGIN PGP": "encrypted by PGP: decrypt it",
    b"{\\rtf": "a document (RTF): save the table as CSV",
    b"<!DOCTYPE": "a web page, perhaps one that asks to sign in: download the file again",
    b"<html": "a web page, perhaps one that asks to sign in: download the file again",
    b"<?xml": "XML: save it as CSV",
    b"version https://git-lfs": "a pointer of Git LFS: fetch the file itself (git lfs pull)",
    b"\0\0\0\0": "full of zero bytes, as a copy that was cut off: copy it again",
    b"\x89PNG": "a picture: save the table as CSV",
    b"\xff\xd8\xff": "a picture: save the table as CSV",
}
#: Where a tar archive says what it is, and how.
_TAR = slice(257, 262), b"ustar"


#: Of an unexpected header, this many names and characters of a name are repeated.
_NAMES, _CHARACTERS = 4, 30


@dataclass(frozen=True)
class Prepared:
    """A file ready for the stage.

    Attributes:
        content_key: SHA-256 of the uncompressed bytes, so that a.csv and its a.csv.gz are the same.
        rows: records without the header.
        parts: path and number of records before it, of each part of the copy.
    """

    content_key: str
    rows: int
    parts: tuple[tuple[Path, int], ...]


def prepare_file(
    feed: FileFeed, source: Path, target: Path, part_bytes: int | None = None
) -> Prepared:
    """Write the copy of a feed's file that is landed, as its block says that the file is written.

    Args:
        target: path of the copy, or of its first part.
        part_bytes: of the copy, before compression, at which a part ends; None for one part.

    Raises:
        RefusedFileError: it is not written so, empty, too large, or not readable.
        FileNotFoundError: it is gone.
    """
    if feed.shape is None:
        return prepare(source, feed.columns, target, feed.max_bytes, part_bytes)
    # These load pyarrow and more, which feeds without a format do not wait for.
    from .formats.normalise import Normaliser, write_normalised
    from .formats.source import Source

    file = Source(source, feed.shape.form.compression, feed.max_bytes)
    with CopyParts(target, part_bytes) as copy:
        rows = write_normalised(Normaliser(feed.shape), file, copy)
    return Prepared(file.content_key, rows, tuple(copy.parts))


def content_key(source: Path, max_bytes: int) -> str:
    """The content key of a CSV file, without checking or copying it.

    Raises:
        RefusedFileError: it is too large, or not readable.
        FileNotFoundError: it is gone.
    """
    digest = hashlib.sha256()
    for chunk in _chunks(source, max_bytes):
        digest.update(chunk)
    return digest.hexdigest()


def prepare(
    source: Path,
    columns: tuple[str, ...],
    target: Path,
    max_bytes: int,
    part_bytes: int | None = None,
) -> Prepared:
    """Write a checked and compressed copy of a CSV file to a target.

    The copy differs from the file in form only: no byte-order mark, LF, no blank lines, valid
    quotes. Its first record is the header.

    Args:
        max_bytes: most bytes of the file, decompressed.
        part_bytes: as for prepare_file.

    Raises:
        RefusedFileError: wrong header, not UTF-8, empty, too large, or not readable.
    """
    digest = hashlib.sha256()
    reader = RecordReader(len(columns))
    with CopyParts(target, part_bytes) as copy:
        before = 0
        try:
            for block in reader.blocks(_utf8(_hashed(_chunks(source, max_bytes), digest))):
                if block and copy.is_empty:
                    _check_header(block.partition(b"\n")[0].decode(), columns)
                copy.write(block, before)
                before = reader.records
        except RecordTooLongError as error:
            raise RefusedFileError(str(error)) from error
        if copy.is_empty:
            raise RefusedFileError("the file is empty: there is not even a header.")
    return Prepared(digest.hexdigest(), reader.records - 1, tuple(copy.parts))


def _check_header(record: str, columns: Sequence[str]) -> None:
    """Same names in the same order; case and blanks around a name do not matter."""
    found = [name.strip().lower() for name in next(csv.reader([record]))]
    if found != list(columns):
        expected = ",".join(columns)
        raise RefusedFileError(f"wrong header: {_difference(found, columns)}. Expected: {expected}")


def _difference(found: list[str], columns: Sequence[str]) -> str:
    if len(found) == 1 and len(columns) > 1:
        return f"one column, {_shortened(found)}: are commas between the names, and LF after them?"
    missing = [name for name in columns if name not in found]
    unknown = [name for name in found if name not in columns]
    if missing or unknown:
        parts = [f"{', '.join(missing)} missing"] if missing else []
        parts += [f"{_shortened(unknown)} unknown"] if unknown else []
        return "; ".join(parts)
    if len(found) != len(columns):
        return "a column is there twice"
    n = next(i for i, (a, b) in enumerate(zip(found, columns, strict=True)) if a != b)
    return f"order differs: column {n + 1} is {found[n]}, expected {columns[n]}"


def _shortened(names: list[str]) -> str:
    shown = [repr(name[:_CHARACTERS]) for name in names[:_NAMES]]
    more = [f"{len(names) - _NAMES} more"] if len(names) > _NAMES else []
    return ", ".join(shown + more)


def _chunks(source: Path, max_bytes: int) -> Iterator[bytes]:
    left = max_bytes
    try:
        with (
            open(source, "rb", opener=open_no_link) as raw,
            _decompressed(raw, source) as file,
        ):
            while chunk := file.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise too_large(max_bytes)
                yield chunk
    except FileNotFoundError:
        raise
    except EOFError as error:
        raise RefusedFileError("the gzip file ends early: send it again, whole.") from error
    # isal's stub calls the class an instance.
    except (igzip.BadGzipFile, isal_zlib.IsalError) as error:  # type: ignore[misc]
        raise RefusedFileError(
            f"not readable as gzip ({error}): if it is not compressed, name it .csv."
        ) from error
    except OSError as error:
        raise RefusedFileError(f"cannot be read: {error.strerror or error}.") from error


def _decompressed(raw: BinaryIO, source: Path) -> BinaryIO:
    return igzip_threaded.open(raw, "rb") if source.suffix == ".gz" else raw


def _hashed(chunks: Iterator[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks without a byte-order mark; refuses what is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = 1
    for number, chunk in enumerate(chunks):
        if number == 0:
            _check_beginning(chunk)
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            line = lines + error.object.count(b"\n", 0, error.start)
            raise RefusedFileError(
                f"not UTF-8: byte 0x{error.object[error.start]:02X} in line {line}. "
                "Save the file as UTF-8, or name its encoding in the block's format."
            ) from error
        lines += chunk.count(b"\n")
        yield chunk.removeprefix(codecs.BOM_UTF8) if number == 0 else chunk
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise RefusedFileError("not UTF-8: the last character is cut off.") from error


def _check_beginning(chunk: bytes) -> None:
    start = chunk.removeprefix(codecs.BOM_UTF8)
    found = [what for beginning, what in OTHERS.items() if start.startswith(beginning)]
    if chunk[_TAR[0]] == _TAR[1]:
        found.append("a tar archive: unpack it")
    if found:
        raise RefusedFileError(f"the file is {found[0]}, and send it again.")
