"""A file in another form lands with the values that its sender meant, or says why not."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dags.landing.feeds import FeedError
from dags.landing.refused import RefusedFileError
from tests.landing.format_files import COLUMNS, feed, read
from tests.landing.shapes import parquet, workbook

ROW = ["a", "1234.50", "2026-12-31", "2026-12-31 16:20:45", "true"]
GERMAN = {
    "field_delimiter": ";",
    "decimal_separator": ",",
    "group_separator": ".",
    "date_format": "DD.MM.YYYY",
    "timestamp_format": "DD.MM.YYYY HH24:MI:SS",
    "true_if": ["WAHR"],
    "false_if": ["FALSCH"],
}


def test_a_german_workbook_saved_as_csv_lands_with_its_values(tmp_path: Path) -> None:
    content = "id;Amount;day;at;paid\r\na;1.234,50;31.12.2026;31.12.2026 16:20:45;WAHR\r\n"
    [row] = read(tmp_path, {**GERMAN, "encoding": "windows1252"}, content.encode("cp1252"))
    assert row == [*ROW, "2", "", "", ""]


@pytest.mark.parametrize(
    ("form", "column", "text", "value"),
    [
        ({"negative": ["parentheses"]}, "amount", "(10.50)", "-10.50"),
        ({"negative": ["trailing_minus"]}, "amount", "10.50-", "-10.50"),
        ({"currency_symbol": "$", "group_separator": ","}, "amount", "$1,234.50", "1234.50"),
        ({"currency_symbol": "€"}, "amount", "-10.50 €", "-10.50"),
        ({"group_separator": " "}, "amount", "1\u202f234.50", "1234.50"),
        ({"group_separator": "'"}, "amount", "1\u2019234\u2019567.50", "1234567.50"),
        ({"group_separator": ","}, "amount", "12,34,567.50", "1234567.50"),
        ({"null_if": ["NULL"]}, "amount", "NULL", ""),
        ({"date_format": "DD/MM/YYYY"}, "day", "1/2/2026", "2026-02-01"),
        ({"date_format": "DD-MON-YY"}, "day", "31-DEC-26", "2026-12-31"),
        ({"date_format": "YYYYMMDD"}, "day", "20261231", "2026-12-31"),
        ({"timezone": "Asia/Bangkok"}, "at", "2026-12-31 16:20:45", "2026-12-31 09:20:45"),
        ({"timezone": "Asia/Bangkok"}, "at", "2026-12-31T16:20:45+02:00", "2026-12-31 14:20:45"),
        ({"timezone": "Asia/Bangkok"}, "at", "2026-12-31T16:20:45Z", "2026-12-31 16:20:45"),
        (
            {"timestamp_format": "MM/DD/YYYY HH12:MI AM"},
            "at",
            "12/31/2026 4:20 PM",
            "2026-12-31 16:20:00",
        ),
        (
            {"timestamp_format": 'YYYY-MM-DD"T"HH24:MI:SS.FFTZH:TZM'},
            "at",
            "2026-12-31T16:20:45.5+07:00",
            "2026-12-31 09:20:45.500000",
        ),
        ({"timestamp_format": "EPOCH_SECONDS"}, "at", "1798734045", "2026-12-31 16:20:45"),
        ({"true_if": ["x"], "false_if": ["-"]}, "paid", "X", "true"),
    ],
)  # fmt: skip
def test_a_declared_form_becomes_the_value_that_it_means(
    tmp_path: Path, form: dict[str, Any], column: str, text: str, value: str
) -> None:
    content = f"id;{column}\na;{text}\n".encode()
    form = {"field_delimiter": ";", **form, "optional": [*set(COLUMNS) - {"id", column}]}
    [row] = read(tmp_path, form, content)
    assert row[list(COLUMNS).index(column)] == value, row


@pytest.mark.parametrize(
    ("form", "column", "text", "reason"),
    [
        (GERMAN, "amount", "1,234.50", "amount: '1,234.50' is not number(18,2), written 1.234,50"),
        (GERMAN, "amount", "1.23", "amount: '1.23' is not"),
        (GERMAN, "amount", "1,234", "amount: '1,234' is not"),
        ({"negative": ["parentheses"]}, "amount", "(-10.50)", "amount: '(-10.50)' is not"),
        ({}, "amount", "1e3", "amount: '1e3' is not number(18,2), written 1234.50"),
        ({}, "amount", "1" * 17, "is not number(18,2)"),
        (GERMAN, "day", "31/12/2026", "day: '31/12/2026' is not date, written DD.MM.YYYY"),
        (GERMAN, "day", "31.02.2026", "day: '31.02.2026' is not date"),
        ({}, "at", "2026-12-31T16:20:45+07:00", "has an offset: set the format's timezone"),
        ({"timezone": "Europe/Berlin"}, "at", "2026-10-25 02:30:00", "is twice on the clocks"),
        ({"timezone": "Europe/Berlin"}, "at", "2026-03-29 02:30:00", "is never on the clocks"),
        ({}, "at", "2026-12-31 16:20:45.1234567", "is not timestamp_ntz(6)"),
        ({"true_if": ["ja"], "false_if": ["nein"]}, "paid", "yes", "'yes' is not boolean"),
        ({}, "id", "", "id is empty"),
    ],
)
def test_what_does_not_fit_is_quarantined_with_value_and_format(
    tmp_path: Path, form: dict[str, Any], column: str, text: str, reason: str
) -> None:
    fields = {"id": "a", "paid": "", column: text}
    form = {**form, "field_delimiter": "|", "optional": [*set(COLUMNS) - {*fields}]}
    content = f"{'|'.join(fields)}\n{'|'.join(fields.values())}\n".encode()
    [row] = read(tmp_path, form, content)
    assert reason in row[6]
    assert row[:5] == [""] * 5
    assert json.loads(row[7])[column] == text


@pytest.mark.parametrize(
    ("form", "content", "ids"),
    [
        ({"field_optionally_enclosed_by": "'"}, b"id\n'it''s'\n'a\nb'\n", ["it's", "a\nb"]),
        ({"field_optionally_enclosed_by": "none"}, b'id\n"a"\n', ['"a"']),
        ({"escape": "\\"}, b'id\n"say \\"hi\\""\na\\nb\n', ['say "hi"', "a\nb"]),
        ({"encoding": "utf16"}, "id\né\n".encode("utf-16"), ["é"]),
        ({"encoding": "UTF-16LE"}, "id\né\n".encode("utf-16-le"), ["é"]),
        ({"encoding": "windows874"}, "id\nบาท\n".encode("cp874"), ["บาท"]),
        ({"record_delimiter": "\\r"}, b"id\ra\rb\r", ["a", "b"]),
        ({"skip_header": 2}, b"Report\nof today\nid\na\n", ["a"]),
        ({"parse_header": False}, b"a\nb\n", ["a", "b"]),
        ({"skip_footer": "Total"}, b"id\na\nTotal: 1\n", ["a"]),
        ({"rename": {"Nr. (ID)": "id"}}, b"NR. (id) \na\n", ["a"]),
        ({"extra": "ignore"}, b"id,more\na,1\n", ["a"]),
        ({"trim_space": True}, b"id\n  a \n", ["a"]),
        ({"field_delimiter": "||", "extra": "ignore"}, b"id||x\na||b\n", ["a"]),
        ({"compression": "bz2"}, bz2.compress(b"id\na\n"), ["a"]),
        ({}, gzip.compress(b"id\na\n", mtime=0), ["a"]),
        ({"type": "json"}, b'{"id": "a"}\n\n{"ID": "b"}', ["a", "b"]),
    ],
)
def test_a_declared_structure_is_read(
    tmp_path: Path, form: dict[str, Any], content: bytes, ids: list[str]
) -> None:
    rows = read(tmp_path, form, content, columns={"id": "text"})
    assert [row[0] for row in rows] == ids
    assert {row[2] for row in rows} == {""}


def test_a_stray_quote_costs_its_line_and_no_other(tmp_path: Path) -> None:
    content = b'id;amount\na;1\n"b;2\nc;3\n"d";"4"x\n"e";5\n'
    rows = read(
        tmp_path, {"field_delimiter": ";"}, content, columns={"id": "text", "amount": "text"}
    )
    assert [(row[0], row[2]) for row in rows] == [
        ("a", "2"),
        ("", "3"),
        ("c", "4"),
        ("", "5"),
        ("e", "6"),
    ]
    assert [json.loads(row[4]) for row in rows if row[3]] == [{"id": '"b;2'}, {"id": '"d";"4"x'}]


def test_fields_of_no_column_are_kept_on_request(tmp_path: Path) -> None:
    rows = read(tmp_path, {"extra": "keep"}, b"id,note,x\na,hi,\n", columns={"id": "text"})
    assert json.loads(rows[0][4]) == {"note": "hi", "x": ""}
    lines = b'{"id": "a", "n": 1.10, "deep": {"x": [1e2]}}\n'
    rows = read(tmp_path, {"type": "json", "extra": "keep"}, lines, columns={"id": "text"})
    assert rows[0][4] == '{"n": 1.10, "deep": {"x": [1e2]}}'
    with pytest.raises(RefusedFileError, match=r"'note', 'x' unknown .*extra: ignore or keep"):
        read(tmp_path, {}, b"id,note,x\na,hi,\n", columns={"id": "text"})


def test_numbers_of_json_keep_their_digits(tmp_path: Path) -> None:
    lines = (
        b'{"id": 7, "amount": 0.10}\n{"id": "b", "amount": 1e2}\n{"id": "c"\n{"id": "d", "id": 1}\n'
    )
    columns = {"id": "text", "amount": "number(18,2)"}
    rows = read(tmp_path, {"type": "json", "optional": ["amount"]}, lines, columns=columns)
    assert [row[:2] for row in rows] == [["7", "0.10"], ["b", "100"], ["", ""], ["", ""]]
    assert [row[3] for row in rows] == [
        "",
        "",
        "not JSON, where each row is an object in JSON",
        "a name is there twice, where each row is an object in JSON",
    ]


@pytest.mark.parametrize(
    ("form", "content", "message"),
    [
        ({"encoding": "ascii"}, b"id\na\n\xff\n", "not ascii: byte 0xFF in line 3"),
        (
            {"field_delimiter": ";"},
            b"id,x\n",
            r"one column, 'id,x': are its names separated by ';'",
        ),
        ({"skip_header": 9}, b"id\n", "no more lines than skip_header"),
        ({}, b"", "not even a header"),
        ({"type": "parquet"}, b"id\n", "not readable as Parquet"),
        ({"type": "xlsx"}, b"id\n", "not readable as a workbook"),
        ({"compression": "zip"}, b"id\n", "cannot be unpacked"),
        ({}, gzip.compress(b"id\na\n" * 99, mtime=0)[:-9], "ends early"),
    ],
)
def test_a_file_in_another_form_than_declared_is_refused(
    tmp_path: Path, form: dict[str, Any], content: bytes, message: str
) -> None:
    with pytest.raises(RefusedFileError, match=message):
        read(tmp_path, form, content, columns={"id": "text", "x1": "text"})


def test_an_archive_is_read_if_it_holds_one_file(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", "id\na\n")
        archive.writestr("__MACOSX/._a.csv", "x")
    assert read(tmp_path, {}, packed.getvalue(), columns={"id": "text"})[0][0] == "a"
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("b.csv", "id\nb\n")
    with pytest.raises(RefusedFileError, match=r"2 files \(a.csv, b.csv\), not one: unpack it"):
        read(tmp_path, {}, packed.getvalue(), columns={"id": "text"})


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"delimiter": ";"}, r"'delimiter' was unexpected\): use field_delimiter"),
        ({"encoding": "utf9"}, "encoding: 'utf9' is not known: write utf8"),
        ({"timezone": "Bangkok"}, "'Bangkok' is not a time zone: write Europe/Berlin"),
        ({"date_format": "dd/mm/jjjj"}, "'j' is not part of a format: use YYYY"),
        ({"date_format": "MM/YYYY"}, "lacks a month or a day"),
        ({"timestamp_format": "DD.MM.YYYY HH12:MI"}, "HH12 and AM go together"),
        ({"date_format": "DD.MM.YYYY HH24"}, "that is timestamp_format's"),
        ({"field_delimiter": '"'}, "'\"' is another option's character too"),
        ({"decimal_separator": ",", "group_separator": ","}, "it is the decimal separator too"),
        ({"escape": "ab"}, "'ab' is not one character"),
        ({"rename": {"x": "y"}}, "'y' is not one of the columns"),
        ({"optional": ["id"]}, "id must not be empty"),
        ({"type": "json", "field_delimiter": ";"}, "only files of the type csv have it"),
        ({"type": "parquet", "skip_header": 1}, "has no header line"),
        ({"parse_header": False, "extra": "keep"}, "have no names: use ignore"),
        ({"skip_footer": "("}, "not a regular expression"),
    ],
)
def test_a_format_that_cannot_work_is_refused_with_the_fix(
    tmp_path: Path, form: dict[str, Any], message: str
) -> None:
    with pytest.raises(FeedError, match=message):
        feed(tmp_path, form)


def damaged(seed: int) -> tuple[str, bytes]:
    """A format, and a file of it with a few bytes of its content changed, added or cut off."""
    draw = random.Random(seed)

    def damage(content: bytes) -> bytes:
        out = bytearray(content)
        for _ in range(draw.randrange(1, 4)):
            at = draw.randrange(len(out))
            match draw.randrange(3):
                case 0:
                    out[at] = draw.randrange(256)
                case 1:
                    out[at:at] = draw.choice([b"<", b"&", b"\xff\xfe", b"0" * 9, b"</c>"])
                case _:
                    del out[at : at + draw.choice([1, 40, len(out)])]
            out = out or bytearray(b" ")
        return bytes(out)

    if draw.random() < 0.4:
        return "parquet", damage(parquet(at=pa.timestamp("us")))
    whole = zipfile.ZipFile(io.BytesIO(workbook()))
    packed, hurt = io.BytesIO(), draw.choice(whole.namelist())
    with zipfile.ZipFile(packed, "w") as archive:
        for name in whole.namelist():
            archive.writestr(name, damage(whole.read(name)) if name == hurt else whole.read(name))
    return "xlsx", packed.getvalue()


@pytest.mark.parametrize("seed", range(0, 400, 100))
def test_a_damaged_file_of_another_program_is_read_or_refused(tmp_path: Path, seed: int) -> None:
    refused = 0
    for each in range(seed, seed + 100):
        kind, content = damaged(each)
        columns = {"id": "text"}
        try:
            read(tmp_path, {"type": kind, "extra": "ignore"}, content, columns=columns)
        except RefusedFileError:
            refused += 1
    assert 0 < refused < 100
