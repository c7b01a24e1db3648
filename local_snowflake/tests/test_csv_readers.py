"""The fast and the exact CSV reader read the same, or the fast one is not used."""

from __future__ import annotations

import itertools
from pathlib import Path

import duckdb
import pytest
from account import gzipped
from hypothesis import example, given, settings
from hypothesis import strategies as st

from local_snowflake.copy_into import exact, scan, source
from local_snowflake.options import CsvFormat
from local_snowflake.stages import StagedFile

CONNECTION = duckdb.connect()
TEXT = CsvFormat(quote='"', empty_as_null=False, null_if=(), escape_unenclosed=None)
DEFAULT = CsvFormat(quote='"')
UNQUOTED = CsvFormat(escape_unenclosed=None)

# Small pieces that meet in every way: delimiters, quotes, line ends, escapes, not ASCII, BOM.
PIECES = ["a", "1.5", ",", ",", '"', '""', "\n", "\n", "\r\n", "\r", " ", "\\", "é", "\ufeff", "\0"]
FIELDS = st.sampled_from(["", "a", "b c", '"x"', '"x, y"', '"x ""y"""', '"x\ny"', '""', " z ", "é"])


def both(folder: Path, content: bytes, csv: CsvFormat) -> tuple[list[object], list[object] | None]:
    """The records by the exact reader, and by the fast one if the scan allows it."""
    (folder / "file").write_bytes(content)
    scanned = scan.scan(StagedFile("file", folder / "file"), csv, folder / "plain")
    slow: list[object] = [record.values for record in exact.read(scanned.path, csv)]
    if scanned.fields is None:
        return slow, None
    fast = source.of(CONNECTION, scanned, csv, scanned.fields, must_match=True)
    rows = CONNECTION.execute(fast.sql).fetchall()
    assert fast.rows == len(rows)
    assert [row[-1] for row in rows] == list(range(1, len(rows) + 1))
    return slow, [list(row[:-1]) for row in rows]


@pytest.mark.parametrize("csv", [TEXT, DEFAULT, UNQUOTED])
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=14))
@example(pieces=[",", "\r"])
@example(pieces=["\ufeff", "\ufeff", ","])
@settings(max_examples=60, deadline=None)
def test_any_bytes_read_the_same(
    tmp_path_factory: pytest.TempPathFactory, csv: CsvFormat, pieces: list[str]
) -> None:
    slow, fast = both(tmp_path_factory.getbasetemp(), "".join(pieces).encode(), csv)
    assert fast in (None, slow)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@given(rows=st.lists(st.lists(FIELDS, min_size=3, max_size=3), min_size=1, max_size=8))
@settings(max_examples=30, deadline=None)
def test_plain_files_are_read_fast(
    tmp_path_factory: pytest.TempPathFactory, line_end: str, rows: list[list[str]]
) -> None:
    text = "".join(",".join(row) + line_end for row in rows)
    slow, fast = both(tmp_path_factory.getbasetemp(), gzipped(text), TEXT)
    if line_end == "\n" or "\n" not in text.replace("\r\n", ""):
        assert fast is not None
    assert fast in (None, slow)


def test_the_scan_does_not_depend_on_where_blocks_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = ('a,"b ""c"" d",e\n' * 7 + 'f,"g\n\nh",i\n') * 3
    for size in itertools.chain(range(1, 40), [1000]):
        monkeypatch.setattr(scan, "_BLOCK", size)
        slow, fast = both(tmp_path, content.encode(), TEXT)
        assert fast == slow


def test_of_a_long_file_little_is_in_memory_while_it_is_read_exactly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages of a mapped file count as the process's own memory while they are mapped."""
    if not Path("/proc/self/status").exists():
        pytest.skip("memory by kind is Linux's to tell")
    monkeypatch.setattr(exact, "_MAPPED", 2**20)
    with (tmp_path / "plain").open("wb") as file:
        file.writelines(itertools.repeat(b"y" * 99_999 + b"\n", 120))
    before, most, lines = mapped_memory(), 0, 0
    for record in exact.read(tmp_path / "plain", TEXT):
        lines += 1
        assert (record.line, record.values) == (lines, ["y" * 99_999])
        most = max(most, mapped_memory() - before)
    assert lines == 120
    assert most < 6 * 2**20


def mapped_memory() -> int:
    """Bytes of files that are mapped into this process and in memory."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("RssFile:")[2].split()[0]) * 1024
