"""A file is checked whole before anything of it leaves the machine."""

from __future__ import annotations

import bz2
import errno
import gzip
import io
import lzma
import os
import tarfile
from pathlib import Path

import pytest

from dags.landing import prepare as prepare_module
from dags.landing.feeds import MAX_BYTES, find
from dags.landing.found import Found
from dags.landing.prepare import Prepared, RefusedFileError, prepare
from tests.landing.csv_files import HEADER, good, row

COLUMNS = find("transactions_batch_csv").columns


def prepared(folder: Path, content: bytes, name: str = "a.csv") -> tuple[Prepared, bytes]:
    (folder / name).write_bytes(content)
    done = prepare(folder / name, COLUMNS, folder / "copy", MAX_BYTES)
    return done, gzip.decompress((folder / "copy").read_bytes())


def tar(content: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        member = tarfile.TarInfo("a.csv")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + good(2),
        good(2).replace(b"\n", b"\r\n"),
        good(2).removesuffix(b"\n"),
        good(2) + b"\n\n",
        good(2).replace(HEADER.encode(), HEADER.upper().replace(",", " , ").encode()),
    ],
    ids=["byte-order mark", "CRLF", "no last newline", "blank lines", "header's case and blanks"],
)
def test_form_does_not_matter(tmp_path: Path, content: bytes) -> None:
    done, copy = prepared(tmp_path, content)
    assert done.rows == 2
    assert copy.split(b"\n", 1)[1] == good(2).split(b"\n", 1)[1]


def test_a_file_and_its_gzip_have_one_content_key(tmp_path: Path) -> None:
    plain, _ = prepared(tmp_path, good(3))
    packed, _ = prepared(tmp_path, gzip.compress(good(3), mtime=0), "a.csv.gz")
    assert plain == packed


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty: there is not even a header"),
        (b"\n\n", "empty"),
        (good(1)[10:], "wrong header"),
        (f"{HEADER},extra\n".encode(), "wrong header: 'extra' unknown"),
        (HEADER.replace(",category", "").encode(), "wrong header: category missing"),
        (HEADER.replace("amount", "price").encode(), "amount missing; 'price' unknown"),
        (f"{HEADER},tx_id\n".encode(), "a column is there twice"),
        (
            HEADER.replace("amount,currency", "currency,amount").encode(),
            "order differs: column 3 is currency, expected amount",
        ),
        (HEADER.replace(",", ";").encode(), "one column, 'tx_id;user_id.*': are commas"),
        (good(3).replace(b"\n", b"\r"), "wrong header"),
        (good(1) + row(2, merchant="Café").encode("latin-1"), "byte 0xE9 in line 3"),
        (good(1).decode().encode("utf-16"), "the file is UTF-16"),
        (good(1) + "é".encode()[:1], "last character is cut off"),
        (gzip.compress(good(1), mtime=0), r"compressed by gzip: name it \.csv\.gz"),
        (b"PK\x03\x04" + b"\0" * 99, "a zip archive or an Excel workbook: unpack it"),
        (b"PAR1" + b"\0" * 99, "Parquet: save it as CSV"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html>", "a web page, perhaps one that asks to sign in"),
        (b'<?xml version="1.0"?>', "XML: save it as CSV"),
        (b"\0" * 4096, "full of zero bytes"),
        (good(1).decode().encode("utf-32"), "the file is UTF-32"),
        (b"SQLite format 3\0" + b"\0" * 99, "an SQLite database"),
        (lzma.compress(good(1)), "compressed by xz: unpack it"),
        (bz2.compress(good(1)), "compressed by bzip2: unpack it"),
        (tar(good(1)), "a tar archive: unpack it"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(
    tmp_path: Path, content: bytes, message: str
) -> None:
    with pytest.raises(RefusedFileError, match=message):
        prepared(tmp_path, content)


def test_the_copy_of_a_packed_file_fits_into_the_room_that_is_asked_for(tmp_path: Path) -> None:
    packed = gzip.compress(good(20_000), compresslevel=9, mtime=0)
    prepared(tmp_path, packed, "a.csv.gz")
    copy = (tmp_path / "copy").stat().st_size
    assert len(packed) < copy < Found.at(tmp_path / "a.csv.gz", tmp_path).copy_bytes


@pytest.mark.parametrize("end", [-9, 20])
def test_a_gzip_that_ends_early_is_refused(tmp_path: Path, end: int) -> None:
    content = gzip.compress(good(9))[:end]
    with pytest.raises(RefusedFileError, match="ends early"):
        prepared(tmp_path, content, "a.csv.gz")


def test_a_bomb_is_refused_before_it_is_read_to_its_end(tmp_path: Path) -> None:
    bomb = gzip.compress(good(1) + b"\n" * (64 << 20))
    (tmp_path / "a.csv.gz").write_bytes(bomb)
    with pytest.raises(RefusedFileError, match="more than 10,000,000 bytes: split it"):
        prepare(tmp_path / "a.csv.gz", COLUMNS, tmp_path / "copy", 10_000_000)


@pytest.mark.parametrize("code", [errno.EACCES, errno.EIO, errno.ELOOP])
def test_a_file_that_cannot_be_read_is_refused_with_the_systems_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    # Root may read everything, so the system would not refuse it to the tests.
    monkeypatch.setattr(prepare_module, "open_no_link", refuse)
    with pytest.raises(RefusedFileError, match=f"cannot be read: {os.strerror(code)}"):
        prepared(tmp_path, good(1))


def test_a_gzip_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedFileError, match=r"not readable as gzip .* name it \.csv"):
        prepared(tmp_path, good(1), "a.csv.gz")


def test_parts_of_a_copy_hold_whole_records_and_how_many_were_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare_module, "CHUNK", 500)
    (tmp_path / "a.csv").write_bytes(good(100))
    done = prepare(tmp_path / "a.csv", COLUMNS, tmp_path / "copy", MAX_BYTES, part_bytes=2000)
    parts = [gzip.decompress(path.read_bytes()) for path, _ in done.parts]
    assert len(parts) > 3
    assert b"".join(parts) == good(100)
    assert all(len(part) <= 2000 and part.endswith(b"\n") for part in parts)
    counts = [part.count(b"\n") for part in parts]
    assert [before for _, before in done.parts] == [sum(counts[:n]) for n in range(len(counts))]
