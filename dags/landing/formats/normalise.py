"""A file of a declared format -> the one form that is landed, with memory that does not grow.

The copy has a header, the columns, and four more: `line`, where the row is in the file; `faults`,
why it does not fit the format, or empty; `raw`, the fields as they came, as a JSON object, where
there are faults; and `extra`, the fields of no column, as a JSON object, if the format keeps them.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from dags.landing.copy_parts import CopyParts
from dags.landing.refused import RefusedFileError

from .header import Mapping, by_name, by_position
from .json_rows import json_rows
from .options import Shape
from .parquet_rows import parquet_rows
from .source import Source
from .text_rows import Row, TextRows
from .values import Converter, converter
from .xlsx_rows import xlsx_rows

#: After the feed's columns.
ADDED = ("line", "faults", "raw", "extra")
#: Rows are written so many at a time.
_ROWS = 5000


@dataclass(frozen=True)
class Normalised:
    """A row in the form that is landed.

    Attributes:
        line: where it is in the file.
        values: one for each column; empty for null.
        faults: why the row does not fit; empty if it does.
        raw: its fields as they came, by name; None without a fault.
        extra: JSON of the fields that no column takes; None if there are none to keep.
    """

    line: int
    values: list[str]
    faults: str = ""
    raw: dict[str, str | None] | None = None
    extra: str | None = None

    def fields(self) -> list[str]:
        """As the copy has them."""
        raw = "" if self.raw is None else json.dumps(self.raw, ensure_ascii=False)
        return [*self.values, str(self.line), self.faults, raw, self.extra or ""]


class Normaliser:
    """Turns rows of one feed's files into what is landed.

    Args:
        shape: of the feed.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._names = tuple(shape.columns)
        self._convert: list[Converter] = [
            converter(type_, shape.form) for type_ in shape.columns.values()
        ]

    def rows(self, source: Source) -> Iterator[Normalised]:
        """The rows of a file.

        Raises:
            RefusedFileError: it cannot be read as the format says.
            FileNotFoundError: it is gone.
        """
        form = self.shape.form
        match form.type:
            case "csv":
                reader = TextRows(form)
                texts = reader.skip(decoded(source.chunks(), form.encoding), form.skip_header)
                yield from self._with_header(reader.rows(texts), reader)
            case "json":
                texts = decoded(source.chunks(), form.encoding)
                mapping = by_position(self._names)
                for row in json_rows(texts, self._names, form):
                    kept = None if row.fault else row.fields.pop()
                    yield self.normalised(row, mapping, kept)
            case "parquet":
                with source.whole() as file:
                    yield from self._with_header(parquet_rows(file))
            case "xlsx":
                with source.whole() as file:
                    rows = xlsx_rows(file, form.sheet, form.skip_header)
                    yield from self._with_header(rows)
            case _:
                raise ValueError(f"{form.type} is not a type of file")

    def _with_header(
        self, rows: Iterator[Row], reader: TextRows | None = None
    ) -> Iterator[Normalised]:
        """Rows below the names of their columns."""
        mapping = by_position(self._names)
        if self.shape.form.parse_header:
            header = next(rows, None)
            if header is None:
                raise RefusedFileError("the file is empty: there is not even a header.")
            mapping = by_name(header.fields, self._names, self.shape.form)
        if reader:
            reader.width = mapping.width
        for row in rows:
            yield self.normalised(row, mapping)

    def normalised(self, row: Row, mapping: Mapping, kept: str | None = None) -> Normalised:
        """One row.

        Args:
            mapping: where the columns are in it.
            kept: JSON of its extra fields, if they are not among its fields.
        """
        fields, form = row.fields, self.shape.form
        faults = [row.fault] if row.fault else []
        if (
            not faults
            and len(fields) != mapping.width
            and not self._may_end_otherwise(row, mapping)
        ):
            than = "fewer" if len(fields) < mapping.width else "more"
            faults = [f"{than} than {mapping.width} fields"]
        values: list[str] = []
        if not faults:
            for name, convert, position in zip(
                self._names, self._convert, mapping.positions, strict=True
            ):
                field = fields[position] if position is not None else None
                try:
                    value = convert(field) if field else ""
                    if "\0" in value:
                        raise ValueError("has a NUL character")
                except ValueError as error:
                    faults.append(f"{name}: {error}")
                    continue
                if not value.strip() and name in self.shape.required:
                    faults.append(f"{name} is empty")
                values.append(value)
        if faults:
            raw = self._raw(row, mapping)
            return Normalised(row.number, [""] * len(self._names), "; ".join(faults), raw)
        if kept is None and mapping.extra and form.extra == "keep":
            extra = {name: fields[position] for position, name in mapping.extra.items()}
            kept = json.dumps(extra, ensure_ascii=False)
        return Normalised(row.number, values, extra=kept)

    def _may_end_otherwise(self, row: Row, mapping: Mapping) -> bool:
        """Without a header, extra fields have no names but may be there."""
        form = self.shape.form
        return not form.parse_header and form.extra == "ignore" and len(row.fields) > mapping.width

    def _raw(self, row: Row, mapping: Mapping) -> dict[str, str | None]:
        """The fields by name; of a row with too few, those that are there."""
        raw: dict[str, str | None] = {}
        for name, position in zip(self._names, mapping.positions, strict=True):
            if position is None:
                raw[name] = None
            elif position < len(row.fields):
                field = row.fields[position]
                # Snowflake's JSON has no NUL; its picture shows where one was.
                raw[name] = field and field.replace("\0", "\u2400")
        if more := row.fields[mapping.width :]:
            raw["+1"] = more[0]
        return raw


def decoded(chunks: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Text out of bytes.

    Raises:
        RefusedFileError: bytes that the encoding does not have; the text names their line.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    for chunk in chain(chunks, [b""]):
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(encoding, "replace")
            byte = error.object[error.start : error.start + 1].hex().upper()
            raise RefusedFileError(
                f"not {encoding.removesuffix('-sig')}: byte 0x{byte} in line"
                f" {lines + before.count(chr(10))}. Is `encoding` what the sender uses?"
            ) from error
        except UnicodeError as error:
            raise RefusedFileError(f"not {encoding}: {error}.") from error
        lines += text.count("\n")
        if text:
            yield text


def write_normalised(normaliser: Normaliser, source: Source, copy: CopyParts) -> int:
    """Write the copy that is landed; returns the number of its rows.

    Raises:
        RefusedFileError: the file cannot be read as the format says.
        FileNotFoundError: it is gone.
        OSError: the disk is full.
    """
    count = 0
    rows = (row.fields() for row in normaliser.rows(source))
    header = [[*normaliser.shape.columns, *ADDED]]
    copy.write(_csv(header), 0)
    while batch := list(islice(rows, _ROWS)):
        copy.write(_csv(batch), len(header) + count)
        count += len(batch)
    return count


def _csv(rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    plain = csv.writer(text, lineterminator="\n")
    # Python writes a lone CR without quotes.
    quoted = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for row in rows:
        (quoted if any("\r" in field for field in row) else plain).writerow(row)
    return text.getvalue().encode()
