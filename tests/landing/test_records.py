"""Records are cut out of bytes without losing, inventing or changing one."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dags.landing import records
from dags.landing.records import RecordReader, RecordTooLongError

FIELDS = 3
text = st.text(st.sampled_from('ab ,"\n\r;é€\\'), max_size=6)
rows = st.lists(st.lists(text, min_size=FIELDS, max_size=FIELDS), min_size=1, max_size=30)


def chunks(data: bytes, size: int) -> list[bytes]:
    return [data[i : i + size] for i in range(0, len(data), size)]


def read(data: bytes, size: int = 7) -> tuple[list[list[str]], int]:
    """What a CSV parser finds in the blocks, and what the reader counted."""
    reader = RecordReader(FIELDS)
    out = b"".join(reader.blocks(chunks(data, size)))
    return list(csv.reader(io.StringIO(out.decode(), newline=""), strict=True)), reader.records


def written(field: str, always: bool) -> str:
    needed = any(c in field for c in ',"\r\n')
    return '"' + field.replace('"', '""') + '"' if needed or always else field


@given(
    rows=rows,
    newline=st.sampled_from(["\n", "\r\n"]),
    size=st.integers(1, 50),
    always=st.booleans(),
    last=st.booleans(),
)
def test_sound_csv_arrives_as_it_was_written(
    rows: list[list[str]], newline: str, size: int, always: bool, last: bool
) -> None:
    data = newline.join(",".join(written(f, always) for f in row) for row in rows)
    found, counted = read((data + newline * last).encode(), size)
    assert found == rows
    assert counted == len(rows)


@given(data=st.binary(max_size=200), size=st.integers(1, 50))
def test_any_bytes_become_records_that_a_strict_parser_accepts(data: bytes, size: int) -> None:
    data = data.decode("utf-8", "ignore").encode()
    found, counted = read(data, size)
    assert len(found) == counted


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('9,"not closed,x', ['9,"not closed,x']),
        ('9,"closed" too early,x', ['9,"closed" too early,x']),
        ('9,5" screen,x', ["9", '5" screen', "x"]),
        ("9,only two", ["9", "only two"]),
        ("9,a\0b,x", ["9,a\u2400b,x"]),
    ],
)
def test_a_broken_line_costs_only_itself(line: str, expected: list[str]) -> None:
    data = f'1,"a,b",c\n{line}\n2,"d\ne",f\n3,g,h\n'.encode()
    found, counted = read(data, 5)
    assert found == [["1", "a,b", "c"], expected, ["2", "d\ne", "f"], ["3", "g", "h"]]
    assert counted == 4


def test_a_block_may_end_anywhere_in_a_record_of_several_lines() -> None:
    data = b'1,"a\r",b\r\n2,"c\nd",e\r\n3,f,g\r\n'
    for size in range(1, len(data)):
        found, _ = read(data, size)
        assert found == [["1", "a\r", "b"], ["2", "c\nd", "e"], ["3", "f", "g"]], size


def test_blank_lines_are_not_records() -> None:
    assert read(b"\n1,2,3\n\n\r\n4,5,6\n\n")[0] == [["1", "2", "3"], ["4", "5", "6"]]


def test_a_stray_quote_does_not_hold_the_rest_of_a_large_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(records, "MAX_RECORD", 1000)
    lines = [f"{n},b,c" for n in range(1000)]
    lines[3] = '3,"b,c'
    found, counted = read("\n".join(lines).encode(), 64)
    assert counted == 1000
    assert [row[0] for row in found] == [
        line.split(",")[0] if n != 3 else line for n, line in enumerate(lines)
    ]


def test_a_record_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MAX_RECORD", 1000)
    with pytest.raises(RecordTooLongError, match="record 2 is longer"):
        read(b"1,2,3\n" + b"x" * 5000, 64)


@pytest.mark.parametrize("last", ["", "\n", "\n4,5,6\n"])
@pytest.mark.parametrize("quote", ["", '"', '"a\n'])
def test_no_record_is_longer_than_a_text_of_a_raw_table(
    monkeypatch: pytest.MonkeyPatch, last: str, quote: str
) -> None:
    """However the blocks are cut: what is read in one piece is checked, too."""
    monkeypatch.setattr(records, "MAX_RECORD", 100)
    field = quote + "x" * 90 + quote.removesuffix("a\n")
    data = f"1,2,3\n4,{field},{'y' * 20}{last}".encode()
    for size in (7, 64, 1000):
        with pytest.raises(RecordTooLongError, match="record 2 is longer than"):
            read(data, size)
        assert read(data.replace(b"y", b""), size)[1] == 2 + (last > "\n")
