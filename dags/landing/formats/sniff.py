"""What form a file seems to have: a proposal for a landing block, with all that is in doubt."""

from __future__ import annotations

import codecs
import difflib
import json
import re
import tempfile
import zipfile
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import charset_normalizer
import duckdb

from dags.landing.refused import RefusedFileError

from .guess_values import guess_values
from .json_elements import json_texts
from .normalise import decoded
from .options import FileFormat
from .parquet_rows import parquet_rows
from .source import Source
from .text_rows import Row, TextRows
from .xlsx_rows import sheet_names, xlsx_rows

#: Of a file, so many bytes and rows are looked at.
SAMPLE = 1 << 20
ROWS = 2000
#: Where programs write a sum below the rows.
_SUMS = re.compile(
    r"""["']?(?:(?:grand|sub)[ -]?)?(?:totals?|sum|summe|gesamt|somme|suma|totale|soma|รวม)\b""",
    re.IGNORECASE,
)


@dataclass
class Proposal:
    """How a file seems to be written.

    Attributes:
        options: what the block's `format` would say.
        columns: name -> type of the block's columns.
        doubts: what a person should look at, a sentence each.
        required: columns that a file may not lack.
    """

    options: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    required: frozenset[str] = frozenset()


def sniff(path: Path, known: Mapping[str, str], required: Collection[str] = ()) -> Proposal:
    """Propose a format.

    Args:
        known: name -> type of the columns that the file should have; empty if nobody knows.
        required: those that must not be empty.

    Raises:
        RefusedFileError: the file is nothing that could be landed.
    """
    found = Proposal(required=frozenset(required))
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise RefusedFileError("the file is a workbook of old (.xls): save it as .xlsx or CSV.")
    if start.startswith(b"PAR1"):
        found.options["type"] = "parquet"
        with Source(path, "none", path.stat().st_size).whole() as file:
            rows = list(islice(parquet_rows(file), ROWS))
        return _with_columns(found, rows[0].fields, rows[1:], known)
    if start.startswith(b"PK") and _is_workbook(path):
        found.options["type"] = "xlsx"
        return _with_header(found, _workbook(path, found), known)
    text = _text(path, found)
    if text.lstrip()[:1] in ("{", "["):
        return _json(found, text, known)
    return _with_header(found, _csv(found, text), known)


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def _workbook(path: Path, found: Proposal) -> list[Row]:
    """The rows of the first sheet that has some."""
    with path.open("rb") as file:
        for n, sheet in enumerate(sheet_names(file)):
            if rows := list(islice(xlsx_rows(file, sheet, 0), ROWS)):
                if n:
                    found.options["sheet"] = sheet
                return rows
    return []


def _text(path: Path, found: Proposal) -> str:
    """The head of a file as text, up to its last whole line."""
    head = b""
    for chunk in Source(path, "auto", 1 << 62).chunks():
        head += chunk
        if len(head) >= SAMPLE:
            head = head[: head.rfind(b"\n") + 1] or head
            break
    if not head.strip():
        raise RefusedFileError("the file is empty.")
    encoding = _encoding(head, found)
    return "".join(decoded([head], encoding))


def _encoding(head: bytes, found: Proposal) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        found.options["encoding"] = "utf16"
        return "utf-16"
    try:
        head.decode()
        return "utf-8-sig"
    except UnicodeDecodeError:
        pass
    best = charset_normalizer.from_bytes(head).best()
    name = best.encoding if best else "cp1252"
    if name.startswith(("latin", "iso8859", "mac", "cp125", "cp850", "cp437", "hp")):
        # Of alphabets that are alike, the one in which most are letters; Windows' if all are.
        old_mac = ["mac_roman"] if b"\n" not in head else []
        fitting = [one for one in (*old_mac, "cp1252", "cp850") if _letters(head, one) is not None]
        name = max(fitting, key=lambda one: _letters(head, one) or 0, default=name)
    found.options["encoding"] = re.sub(r"^cp(125\d|874)$", r"windows\1", name)
    example = next(
        (line.strip()[:60] for line in head.splitlines() if not line.isascii()), b""
    ).decode(name, "replace")
    found.doubts.append(
        f"The text is not UTF-8. Read as {found.options['encoding']} it says {example!r}: is it so?"
    )
    return name


def _letters(head: bytes, encoding: str) -> int | None:
    """How many characters are letters, not ASCII's; None if it is not in that encoding."""
    try:
        others = [c for c in head.decode(encoding) if not c.isascii()]
        return sum(c.isalpha() or c == "\xa0" for c in others)
    except UnicodeDecodeError:
        return None


def _csv(found: Proposal, text: str) -> list[Row]:
    """The rows of a text, by the dialect that DuckDB sees in it."""
    with tempfile.TemporaryDirectory(prefix="try-") as folder:
        sample = Path(folder) / "sample.csv"
        sample.write_text(text, newline="")
        try:
            [(delimiter, quote, escape)] = duckdb.execute(
                "select Delimiter, Quote, Escape from"
                " sniff_csv(?, strict_mode = false, ignore_errors = true)",
                [str(sample)],
            ).fetchall()
        except duckdb.Error:
            delimiter, quote, escape = ",", '"', ""
            found.doubts.append("No separator of fields was found: is it a table at all?")
    if delimiter != ",":
        found.options["field_delimiter"] = delimiter
    if quote == "'":
        found.options["field_optionally_enclosed_by"] = quote
    if escape not in ("", "(empty)", '"', quote) or re.search(r'\\[Nnt"]', text):
        found.options["escape"] = "\\"
    if "\n" not in text and "\r" in text:
        found.options["record_delimiter"] = "\\r"
    form = FileFormat(
        field_delimiter=delimiter,
        quote="'" if quote == "'" else '"',
        escape="\\" if "escape" in found.options else None,
        record_delimiter="\r" if "record_delimiter" in found.options else None,
    )
    rows = list(islice(TextRows(form).rows([text]), ROWS))
    _find_footer(found, rows, form.field_delimiter)
    return rows


def _find_footer(found: Proposal, rows: list[Row], delimiter: str) -> None:
    """A last row that is called a sum, or has other fields than the one before it."""
    if len(rows) < 3:
        return
    line = delimiter.join(cell or "" for cell in rows[-1].fields)
    called_sum = _SUMS.match(line)
    if called_sum or len(rows[-1].fields) < len(rows[-2].fields):
        start = called_sum[0] if called_sum else (line.split(delimiter)[0] or line)[:20]
        found.options["skip_footer"] = re.escape(start)
        found.doubts.append(f"Line {rows[-1].number} seems to be no row: {line[:60]!r}.")
        rows.pop()


def _with_header(found: Proposal, rows: list[Row], known: Mapping[str, str]) -> Proposal:
    """Looks for the header among the first rows."""
    if not rows:
        raise RefusedFileError("the file is empty.")
    widths = [len(row.fields) for row in rows]
    width = max(set(widths), key=lambda width: (width > 1, widths.count(width)))
    at = next((n for n, row in enumerate(rows[:50]) if _is_header(row.fields, width, known)), None)
    if at is None:
        found.options["parse_header"] = False
        found.doubts.append(
            "No line has names of columns: the columns are taken in the file's order."
        )
        names: Sequence[str | None] = list(known) or [f"column_{n + 1}" for n in range(width)]
        first = next(n for n, length in enumerate(widths) if length == width)
        skipped, body = rows[first].number - 1, rows[first:]
    else:
        names, skipped, body = rows[at].fields, rows[at].number - 1, rows[at + 1 :]
    if skipped:
        found.options["skip_header"] = skipped
    if odd := [row for row in body if row.fault or len(row.fields) != len(names)]:
        found.doubts.append(
            f"{len(odd)} of the first {len(body)} rows have another number of fields than the"
            f" header, the first in line {odd[0].number}."
        )
    body = [row for row in body if len(row.fields) == len(names)]
    return _with_columns(found, names, body, known)


def _is_header(fields: Sequence[str | None], width: int, known: Mapping[str, str]) -> bool:
    names = [(name or "").strip().lower() for name in fields]
    if known and len(set(names) & set(known)) * 2 > len(known):
        return True
    return (
        len(names) == width
        and all(names)
        and len(set(names)) == len(names)
        and not any(
            re.fullmatch(r"[-+(]?[\d.,:/ -]+\)?|true|false|\\n|null", name) for name in names
        )
    )


def _json(found: Proposal, text: str, known: Mapping[str, str]) -> Proposal:
    found.options["type"] = "json"
    objects = []
    # The head of a file may end in the middle of an array.
    with suppress(RefusedFileError):
        for _, value in islice(json_texts([text]), ROWS):
            with suppress(ValueError, RecursionError):
                objects.append(json.loads(value))
    objects = [one for one in objects if isinstance(one, dict)]
    if not objects:
        raise RefusedFileError("the file has no object of JSON: write one for each row.")
    names = list(dict.fromkeys(name for one in objects for name in one))
    lacking = [name for name in names if any(name not in one for one in objects)]
    rows = [
        Row(n, [None if one.get(name) is None else _json_cell(one[name]) for name in names])
        for n, one in enumerate(objects, start=1)
    ]
    found = _with_columns(found, names, rows, known)
    optional = [column for column in map(column_name, lacking) if column in found.columns]
    if optional:
        found.options["optional"] = sorted({*optional, *found.options.get("optional", ())})
    return found


def _json_cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _with_columns(
    found: Proposal, names: Sequence[str | None], rows: list[Row], known: Mapping[str, str]
) -> Proposal:
    """Names, types and how values are written."""
    texts = [(name or "").strip() for name in names]
    columns = [column_name(text) for text in texts]
    if known and found.options.get("parse_header", True):
        found.doubts += _unknown(found, texts, known)
        columns = [found.options.get("rename", {}).get(text, text.lower()) for text in texts]
    elif found.options.get("parse_header", True):
        renamed = {
            text: column
            for text, column in zip(texts, columns, strict=True)
            if text.lower() != column
        }
        if renamed:
            found.options["rename"] = renamed
    cells = {
        column: [cell for row in rows if n < len(row.fields) and (cell := row.fields[n])]
        for n, column in enumerate(columns)
    }
    taken = {column: known.get(column) for column in columns if not known or column in known}
    types, options, doubts = guess_values({name: cells[name] for name in taken}, taken)
    found.options |= options
    found.doubts += doubts
    found.columns = dict(known) if known else types
    return found


def _unknown(found: Proposal, texts: list[str], known: Mapping[str, str]) -> list[str]:
    """What of a header is no column, and which column is not there: alike names are proposed."""
    extra = [text for text in texts if text.lower() not in known]
    missing = [name for name in known if name not in map(str.lower, texts)]
    if len(missing) == len(known) == len(texts):
        found.options["rename"] = dict(zip(texts, known, strict=True))
        return ["No name in the header is a column's: the columns are taken in the block's order."]
    rename = {}
    for name in list(missing):
        near = difflib.get_close_matches(name, [column_name(text) for text in extra], n=1)
        text = next((text for text in extra if near and column_name(text) == near[0]), None)
        if text is not None:
            rename[text] = name
            extra.remove(text)
            missing.remove(name)
    doubts = [f"{text!r} is taken for {name}." for text, name in rename.items()]
    if rename:
        found.options["rename"] = rename
    if lacking := [name for name in missing if name in found.required]:
        doubts.append(
            f"The file lacks {', '.join(lacking)}, which must not be empty: it is refused."
        )
    if optional := [name for name in missing if name not in found.required]:
        found.options["optional"] = optional
        doubts.append(f"The file lacks {', '.join(optional)}: may it?")
    if extra:
        found.options["extra"] = "keep"
        doubts.append(
            f"No column takes {', '.join(map(repr, extra))}: keep, ignore, or a new column?"
        )
    return doubts


def column_name(text: str) -> str:
    """A name of a header as a column may be called."""
    plain = re.sub(r"[^a-z0-9]+", "_", text.lower().strip()).strip("_") or "column"
    return f"c_{plain}" if plain[0].isdigit() else plain
