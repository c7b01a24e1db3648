"""Files as programs write them, the same two rows in each, with the format that takes them.

`python -m tests.landing.shapes` writes the table of docs/files.md.
"""
# ruff: noqa: E501 - a table

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

COLUMNS = {
    "id": "text",
    "name": "text",
    "amount": "number(18,2)",
    "day": "date",
    "at": "timestamp_ntz(6)",
    "paid": "boolean",
}
MOMENTS = (datetime(2026, 12, 31, 16, 20), datetime(2026, 1, 2, 9, 5))
ROWS = (
    ("A1", "Zoé; O'Neil, Ltd", Decimal("1234.50"), MOMENTS[0].date(), MOMENTS[0], True),
    ("A2", 'say "hi"', Decimal("-10.50"), MOMENTS[1].date(), MOMENTS[1], False),
)
DOCUMENT = Path(__file__).parents[2] / "docs" / "files.md"


@dataclass(frozen=True)
class Shape:
    """A kind of file.

    Attributes:
        writer: the program, and what was chosen in it.
        form: the `format` of the block.
        content: the file's bytes.
    """

    writer: str
    form: dict[str, Any]
    content: bytes


def text(
    sep: str = ",",
    amount: Callable[[Decimal], str] = str,
    day: str = "%Y-%m-%d",
    at: str = "%Y-%m-%d %H:%M:%S",
    paid: tuple[str, str] = ("true", "false"),
    end: str = "\r\n",
    encoding: str = "utf-8",
    names: tuple[str, ...] | None = tuple(COLUMNS),
    head: str = "",
    foot: str = "",
    quote: str = '"',
    escape: str | None = None,
    quoting: Any = csv.QUOTE_MINIMAL,
    zone: int = 0,
) -> bytes:
    """The two rows as CSV; `zone` is the writer's distance from UTC, in hours."""
    out = io.StringIO(newline="")
    out.write(head)
    writer = csv.writer(
        out, delimiter=sep, quotechar=quote, lineterminator=end, quoting=quoting, escapechar=escape,
        doublequote=escape is None,
    )  # fmt: skip
    if names:
        writer.writerow(names)
    for id_, name, money, date, moment, flag in ROWS:
        local = moment + timedelta(hours=zone)
        writer.writerow(
            [id_, name, amount(money), date.strftime(day), local.strftime(at), paid[not flag]]
        )
    out.write(foot)
    return out.getvalue().encode(encoding)


def money(group: str, decimal: str, negative: str = "-{}") -> Callable[[Decimal], str]:
    """How a program writes amounts."""

    def write(value: Decimal) -> str:
        plain = f"{abs(value):,.2f}".translate({44: group, 46: decimal})
        return negative.format(plain) if value < 0 else plain

    return write


def frame() -> pd.DataFrame:
    found = pd.DataFrame(list(ROWS), columns=list(COLUMNS))
    return found.assign(amount=found["amount"].astype(float), at=pd.to_datetime(found["at"]))


def pandas(method: str, **options: Any) -> bytes:
    data = frame()
    if method == "parquet":
        out = io.BytesIO()
        data.to_parquet(out, index=False, **options)
        return out.getvalue()
    written: str = getattr(data, f"to_{method}")(None, **options)
    return written.encode()


def workbook(title: bool = False, texts: bool = False, sheet: str | None = None) -> bytes:
    book = openpyxl.Workbook()
    page = book.active if sheet is None else book.create_sheet(sheet)
    assert page is not None
    if title:
        page.append(["Sales"])
        page.append([])
    page.append(list(COLUMNS))
    for row in ROWS:
        page.append([f"{cell:,.2f}" if texts and cell is row[2] else cell for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet(**options: Any) -> bytes:
    types = [
        pa.string(),
        pa.string(),
        pa.decimal128(18, 2),
        pa.date32(),
        options.pop("at"),
        pa.bool_(),
    ]
    columns = [pa.array(values, type_) for values, type_ in zip(zip(*ROWS), types, strict=True)]  # noqa: B905
    out = io.BytesIO()
    pq.write_table(pa.table(columns, names=list(COLUMNS)), out, **options)
    return out.getvalue()


def duck(options: str) -> bytes:
    """What DuckDB's COPY writes."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute(
            'create table t (id text, name text, amount decimal(18,2), day date, "at" timestamp, paid bool)'
        )
        connection.executemany(
            "insert into t values (?, ?, ?, ?, ?, ?)", [list(row) for row in ROWS]
        )
        connection.execute(f"copy t to '{folder}/f' ({options})")
        return Path(folder, "f").read_bytes()


def lines(**changed: Any) -> bytes:
    """JSON, an object a line."""
    out = []
    for row in ROWS:
        one = dict(
            zip(
                COLUMNS,
                [*row[:2], float(row[2]), str(row[3]), row[4].isoformat(), row[5]],
                strict=True,
            )
        )
        out.append(
            json.dumps(
                one | {key: write(row) for key, write in changed.items()}, ensure_ascii=False
            )
        )
    return "\n".join(out).encode()


def zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export.csv", content)
    return out.getvalue()


def postgres(null: str = "\\N") -> bytes:
    """COPY TO in its text format: tabs, and backslashes before what is special."""
    rows = [
        [*row[:2], str(row[2]), str(row[3]), str(row[4]), "t" if row[5] else "f"] for row in ROWS
    ]
    return "".join("\t".join(row) + "\n" for row in rows).encode() + b"\\.\n"


GERMAN = {"field_delimiter": ";", "decimal_separator": ",", "group_separator": ".",
          "date_format": "DD.MM.YYYY", "timestamp_format": "DD.MM.YYYY HH24:MI"}  # fmt: skip
FRENCH = {"field_delimiter": ";", "decimal_separator": ",", "group_separator": " ",
          "date_format": "DD/MM/YYYY", "timestamp_format": "DD/MM/YYYY HH24:MI"}  # fmt: skip
US = {
    "group_separator": ",",
    "date_format": "MM/DD/YYYY",
    "timestamp_format": "MM/DD/YYYY HH12:MI AM",
}
SAP = {"parse_header": False, "field_delimiter": "|", "decimal_separator": ",", "group_separator": ".",
       "negative": ["trailing_minus"], "date_format": "DD.MM.YYYY", "timestamp_format": "YYYYMMDDHH24MISS",
       "true_if": ["X"], "false_if": ["-"], "field_optionally_enclosed_by": "none"}  # fmt: skip

_de: dict[str, Any] = {
    "sep": ";",
    "amount": money(".", ","),
    "day": "%d.%m.%Y",
    "at": "%d.%m.%Y %H:%M",
}
_fr: dict[str, Any] = {
    "sep": ";",
    "amount": money(" ", ","),
    "day": "%d/%m/%Y",
    "at": "%d/%m/%Y %H:%M",
}
_us: dict[str, Any] = {"amount": money(",", "."), "day": "%m/%d/%Y", "at": "%m/%d/%Y %I:%M %p"}
_gb: dict[str, Any] = {"amount": money(",", "."), "day": "%d/%m/%Y", "at": "%d/%m/%Y %H:%M"}
_sap: dict[str, Any] = {"sep": "|", "amount": money(".", ",", "{}-"), "day": "%d.%m.%Y", "at": "%Y%m%d%H%M%S",
        "paid": ("X", "-"), "names": None, "quoting": csv.QUOTE_NONE, "quote": "\x01"}  # fmt: skip
_WAHR = {"true_if": ["WAHR"], "false_if": ["FALSCH"]}
_VRAI = {"true_if": ["VRAI"], "false_if": ["FAUX"]}

SHAPES = [
    Shape("this project's own form", {}, text()),
    Shape("Excel, US: CSV UTF-8", US, text(**_us, paid=("TRUE", "FALSE"), encoding="utf-8-sig")),
    Shape("Excel, US: CSV", {**US, "encoding": "windows1252"}, text(**_us, encoding="cp1252")),
    Shape("Excel, US: Unicode Text", {**US, "encoding": "utf16", "field_delimiter": "\\t"}, text(**_us, sep="\t", encoding="utf-16")),
    Shape("Excel, US: accounting format", {**US, "currency_symbol": "$", "negative": ["parentheses"]}, text(**{**_us, "amount": lambda v: f"${v:,.2f}" if v > 0 else f"($ {-v:,.2f})"})),
    Shape("Excel for Mac, US: CSV (Macintosh)", {**US, "encoding": "macroman", "record_delimiter": "\\r"}, text(**_us, encoding="mac_roman", end="\r")),
    Shape("Excel, UK: CSV UTF-8", {**US, "date_format": "DD/MM/YYYY", "timestamp_format": "DD/MM/YYYY HH24:MI"}, text(**_gb, encoding="utf-8-sig")),
    Shape("Excel, German: CSV UTF-8", {**GERMAN, **_WAHR}, text(**_de, paid=("WAHR", "FALSCH"), encoding="utf-8-sig")),
    Shape("Excel, German: CSV (Trennzeichen-getrennt)", {**GERMAN, **_WAHR, "encoding": "windows1252"}, text(**_de, paid=("WAHR", "FALSCH"), encoding="cp1252")),
    Shape("Excel, German: CSV (MS-DOS)", {**GERMAN, "encoding": "cp850"}, text(**_de, encoding="cp850")),
    Shape("Excel, French: CSV UTF-8", {**FRENCH, **_VRAI}, text(**{**_fr, "amount": money("\u202f", ",")}, paid=("VRAI", "FAUX"), encoding="utf-8-sig")),
    Shape("Excel, French: CSV", {**FRENCH, **_VRAI, "encoding": "windows1252"}, text(**{**_fr, "amount": money("\xa0", ",")}, paid=("VRAI", "FAUX"), encoding="cp1252")),
    Shape("Excel, Swiss German: CSV UTF-8", {**GERMAN, "decimal_separator": ".", "group_separator": "'"}, text(**{**_de, "amount": money("\u2019", ".")}, encoding="utf-8-sig")),
    Shape("Excel, Thai: CSV, on a clock in Bangkok", {"encoding": "utf8", "timezone": "Asia/Bangkok"}, text(zone=7)),
    Shape("Excel, Spanish: CSV", {**FRENCH, "group_separator": ".", "encoding": "windows1252", "true_if": ["VERDADERO"], "false_if": ["FALSO"]}, text(**{**_fr, "amount": money(".", ",")}, paid=("VERDADERO", "FALSO"), encoding="cp1252")),
    Shape("Excel: workbook (.xlsx)", {"type": "xlsx"}, workbook()),
    Shape("Excel: workbook with a title above", {"type": "xlsx", "skip_header": 2}, workbook(title=True)),
    Shape("Excel: workbook, amounts as text", {"type": "xlsx", "group_separator": ","}, workbook(texts=True)),
    Shape("Excel: workbook, second sheet", {"type": "xlsx", "sheet": "Data"}, workbook(sheet="Data")),
    Shape("LibreOffice: Text CSV", {}, text(end="\n", at="%Y-%m-%dT%H:%M:%S")),
    Shape("LibreOffice, quote all text cells", {}, text(end="\n", quoting=csv.QUOTE_NONNUMERIC)),
    Shape("LibreOffice, German", {**GERMAN, **_WAHR, "field_delimiter": ","}, text(**{**_de, "sep": ","}, paid=("WAHR", "FALSCH"), end="\n")),
    Shape("LibreOffice, tab and apostrophe", {"field_delimiter": "\\t", "field_optionally_enclosed_by": "'"}, text(sep="\t", quote="'", end="\n")),
    Shape("Google Sheets: CSV", {"group_separator": ",", "date_format": "MM/DD/YYYY", "timestamp_format": "MM/DD/YYYY HH24:MI:SS"}, text(**{**_us, "at": "%m/%d/%Y %H:%M:%S"}, paid=("TRUE", "FALSE"), end="\r\n")),
    Shape("Google Sheets: TSV", {"field_delimiter": "\\t"}, text(sep="\t", paid=("TRUE", "FALSE"))),
    Shape("Apple Numbers, German", {**GERMAN, "true_if": ["ja"], "false_if": ["nein"]}, text(**_de, paid=("ja", "nein"))),
    Shape("pandas: to_csv(index=False)", {}, pandas("csv", index=False)),
    Shape("pandas: to_csv()", {"extra": "ignore"}, pandas("csv")),
    Shape("pandas: to_csv(sep=';', decimal=',')", {"field_delimiter": ";", "decimal_separator": ","}, pandas("csv", index=False, sep=";", decimal=",")),
    Shape("pandas: to_csv(date_format=...)", {"date_format": "DD/MM/YYYY", "timestamp_format": "DD/MM/YYYY HH24:MI:SS"}, frame().assign(day=lambda f: f["day"].map(lambda d: d.strftime("%d/%m/%Y"))).to_csv(None, index=False, date_format="%d/%m/%Y %H:%M:%S").encode()),
    Shape("pandas: to_json(orient='records', lines=True)", {"type": "json", "timestamp_format": "EPOCH_MILLISECONDS"}, frame().assign(day=lambda f: f["day"].astype(str), at=lambda f: f["at"].astype("datetime64[ms]").astype("int64").astype(str)).to_json(None, orient="records", lines=True).encode()),
    Shape("pandas: to_json(..., date_format='iso')", {"type": "json"}, frame().assign(day=lambda f: f["day"].astype(str)).to_json(None, orient="records", lines=True, date_format="iso").encode()),
    Shape("pandas: to_json(orient='records'), one array", {"type": "json"}, frame().assign(day=lambda f: f["day"].astype(str)).to_json(None, orient="records", date_format="iso").encode()),
    Shape("an API's answer: one array, indented", {"type": "json"}, json.dumps([json.loads(one) for one in lines().splitlines()], indent=2).encode()),
    Shape("pandas: to_parquet()", {"type": "parquet"}, pandas("parquet")),
    Shape("pyarrow: Parquet, times in Bangkok's zone", {"type": "parquet"}, parquet(at=pa.timestamp("us", "Asia/Bangkok"))),
    Shape("pyarrow: Parquet, nanoseconds, zstd", {"type": "parquet"}, parquet(at=pa.timestamp("ns"), compression="zstd")),
    Shape("Spark: CSV, escapes by a backslash", {"escape": "\\\\"}, text(escape="\\", end="\n", at="%Y-%m-%dT%H:%M:%S.000Z")),
    Shape("Spark: JSON", {"type": "json"}, lines(at=lambda row: f"{row[4].isoformat()}.000Z")),
    Shape("DuckDB: COPY ... (HEADER)", {}, duck("format csv, header")),
    Shape("DuckDB: COPY ... (FORMAT parquet)", {"type": "parquet"}, duck("format parquet")),
    Shape("DuckDB: COPY ... (FORMAT json)", {"type": "json"}, duck("format json")),
    Shape("Postgres: COPY ... TO (text)", {"parse_header": False, "field_delimiter": "\\t", "field_optionally_enclosed_by": "none", "escape": "\\\\", "null_if": ["\\N"], "skip_footer": "\\\\\\."}, postgres()),
    Shape("Postgres: COPY ... TO (csv)", {"parse_header": False}, text(names=None, end="\n", paid=("t", "f"))),
    Shape("Postgres: psql --csv, timestamptz", {"timestamp_format": "YYYY-MM-DD HH24:MI:SS.FFTZH"}, text(end="\n", paid=("t", "f"), at="%Y-%m-%d %H:%M:%S+07", zone=7)),
    Shape("MySQL: SELECT ... INTO OUTFILE", {"parse_header": False, "field_delimiter": "\\t", "field_optionally_enclosed_by": "none", "escape": "\\\\", "null_if": ["\\N"]}, text(sep="\t", names=None, end="\n", paid=("1", "0"), quoting=csv.QUOTE_NONE, quote="\x01", escape="\\")),
    Shape("MySQL: OUTFILE ... ENCLOSED BY '\"'", {"parse_header": False, "escape": "\\\\", "null_if": ["\\N"]}, text(names=None, end="\n", paid=("1", "0"), quoting=csv.QUOTE_ALL, escape="\\")),
    Shape("MySQL Workbench: CSV", {"field_delimiter": ";", "null_if": ["NULL"]}, text(sep=";", paid=("1", "0"), end="\n")),
    Shape("SQL Server: bcp -c", {"parse_header": False, "field_delimiter": "\\t", "field_optionally_enclosed_by": "none", "timestamp_format": "YYYY-MM-DD HH24:MI:SS.FF"}, text(sep="\t", names=None, at="%Y-%m-%d %H:%M:%S.0000000", paid=("1", "0"), quoting=csv.QUOTE_NONE, quote="\x01")),
    Shape("SQL Server Management Studio: results as CSV", {"encoding": "utf16", "null_if": ["NULL"]}, text(encoding="utf-16", paid=("1", "0"))),
    Shape("Oracle SQL Developer: CSV", {"date_format": "DD-MON-YY", "timestamp_format": "DD-MON-YY HH12.MI.SS.FF AM"}, text(day="%d-%b-%y", at="%d-%b-%y %I.%M.%S.000000000 %p", paid=("1", "0"), quoting=csv.QUOTE_NONNUMERIC)),
    Shape("Snowflake: COPY INTO @stage", {"parse_header": False, "compression": "gzip", "null_if": ["\\N"], "timestamp_format": "YYYY-MM-DD HH24:MI:SS.FF"}, gzip.compress(text(names=None, end="\n", at="%Y-%m-%d %H:%M:%S.000"))),
    Shape("BigQuery: extract as JSON", {"type": "json", "timezone": "UTC"}, lines(at=lambda row: f"{row[4]} UTC".replace(" UTC", "Z"), amount=lambda row: str(row[2]))),
    Shape("SAP: list saved as local file, unconverted", {**SAP, "skip_header": 3, "skip_footer": "---"}, text(**_sap, head="List\r\n\r\n---------\r\n", foot="---------\r\n")),
    Shape("SAP: list, columns padded", {**SAP, "trim_space": True, "encoding": "windows1252"}, text(**{**_sap, "amount": lambda v: f"{money('.', ',', '{}-')(v):>14}"}, encoding="cp1252")),
    Shape("SAP: German names in the header", {**GERMAN, "rename": {"Beleg-Nr.": "id", "Kunde": "name", "Betrag in HW": "amount", "Buch.dat.": "day", "Erfasst": "at", "Bezahlt": "paid"}, "true_if": ["X"], "false_if": ["-"]}, text(**_de, names=("Beleg-Nr.", "Kunde", "Betrag in HW", "Buch.dat.", "Erfasst", "Bezahlt"), paid=("X", "-"))),
    Shape("a bank: a head of three lines and a sum", {**GERMAN, "skip_header": 3, "skip_footer": "Saldo"}, text(**_de, head="Konto;123\r\nvon;01.01.2026\r\n\r\n", foot="Saldo;;1.224,00\r\n")),
    Shape("a web shop: totals below, zone in each time", {"timestamp_format": "YYYY-MM-DD HH24:MI:SS TZHTZM", "skip_footer": "Total"}, text(at="%Y-%m-%d %H:%M:%S +0700", zone=7, foot="Total,,1224.00,,,\r\n")),
    Shape("a payment provider: cents apart by pipes, bz2", {"field_delimiter": "|", "compression": "bz2"}, bz2.compress(text(sep="|"))),
    Shape("an archive of one file (.zip)", {**GERMAN, "compression": "zip"}, zipped(text(**_de))),
    Shape("iPhone: an app's export, AM and a narrow space", {"date_format": "MM/DD/YY", "timestamp_format": "MM/DD/YY, HH12:MI AM"}, text(day="%m/%d/%y", at="%m/%d/%y, %I:%M\u202f%p", paid=("Yes", "No"))),
    Shape("Android: times as milliseconds", {"timestamp_format": "EPOCH_MILLISECONDS"}, text(at="@").replace(b"@", b"1798734000000", 1).replace(b"@", b"1767344700000")),
    Shape("a log shipper: JSON with more fields", {"type": "json", "extra": "keep"}, lines(host=lambda row: {"name": "a", "port": 80})),
    Shape("a sensor: no header, seconds since 1970", {"parse_header": False, "timestamp_format": "EPOCH_SECONDS"}, text(names=None, at="@").replace(b"@", b"1798734000", 1).replace(b"@", b"1767344700")),
]  # fmt: skip


def table() -> str:
    """The shapes as a table of Markdown."""
    rows = ["| what writes it | `format` of the block that takes it |", "|---|---|"]
    for shape in SHAPES:
        form = yaml.safe_dump(
            shape.form, default_flow_style=True, sort_keys=False, width=10_000, allow_unicode=True
        ).strip()
        rows.append(f"| {shape.writer} | `{form}` |".replace("\\|", "|").replace("'|'", "'\\|'"))
    return "\n".join(rows) + "\n"


def document(text_: str) -> str:
    """The page with the table as it is now."""
    head, _, rest = text_.partition("| what writes it |")
    rest = rest[rest.index("\n\n") :] if "\n\n" in rest else "\n"
    return f"{head}{table().rstrip()}{rest}"


if __name__ == "__main__":
    DOCUMENT.write_text(document(DOCUMENT.read_text()))
