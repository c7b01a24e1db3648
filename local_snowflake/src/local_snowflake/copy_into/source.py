"""A scanned file as something DuckDB can select from: fields as text, and the row's number."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from local_snowflake.copy_into import exact
from local_snowflake.copy_into.projection import ROW, field_name
from local_snowflake.copy_into.scan import Scanned
from local_snowflake.names import literal, quoted
from local_snowflake.options import CsvFormat

_BATCH = 20_000


@dataclass
class RowError:
    """A record that cannot be loaded.

    Attributes:
        row: the record's number after the header, from 1.
        line: the line where it starts; 0 if not known yet.
    """

    row: int
    line: int
    message: str
    errno: int
    column: str | None = None


@dataclass
class Source:
    """SQL that yields the fields `_F1`, `_F2`, ... and `_ROW` of the readable records.

    Attributes:
        is_table: the records are in a temporary table, to be dropped.
    """

    sql: str
    rows: int
    width: int
    is_table: bool = False
    errors: list[RowError] = field(default_factory=list)


_TABLE = "_copy_records"
_VIEW = "_copy_batches"


def of(
    con: duckdb.DuckDBPyConnection, scanned: Scanned, csv: CsvFormat, width: int, must_match: bool
) -> Source:
    """The records of a file, with `width` fields or as many more as they have.

    `must_match`: a record with another number of fields is an error.
    """
    if scanned.fields is not None and not (must_match and scanned.fields != width):
        return _plain(scanned, csv, max(width, scanned.fields))
    return _irregular(con, scanned, csv, max(width, 1), must_match)


def drop(con: duckdb.DuckDBPyConnection) -> None:
    """Delete the records of the last file that was not plain."""
    con.execute(f"DROP TABLE IF EXISTS temp.main.{quoted(_TABLE)}")


def _plain(scanned: Scanned, csv: CsvFormat, fields: int) -> Source:
    count = scanned.fields or 1
    columns = ", ".join(f"{literal(field_name(i + 1))}: 'VARCHAR'" for i in range(count))
    quote = literal(csv.quote or "")
    # With an empty string as NULL only unenclosed ones are; otherwise nothing is NULL.
    nulls = "''" if csv.empty_as_null else literal(secrets.token_hex(16))
    reader = (
        f"read_csv({literal(_escaped(scanned.path))}, auto_detect=false, header=false, "
        f"columns={{{columns}}}, delim={literal(csv.field_delimiter)}, quote={quote}, "
        f"escape={quote}, nullstr={nulls}, allow_quoted_nulls=false, "
        f"max_line_size={max(scanned.longest + 1024, 2**21)})"
    )
    outputs = [_null_if(i + 1, csv) for i in range(count)]
    outputs += [f"NULL::VARCHAR AS {quoted(field_name(i + 1))}" for i in range(count, fields)]
    # A window without an order runs in one thread and so keeps the order of the file.
    return Source(
        f"SELECT {', '.join(outputs)}, row_number() OVER () AS {quoted(ROW)} FROM {reader}",
        scanned.rows,
        fields,
    )


def _null_if(number: int, csv: CsvFormat) -> str:
    name = quoted(field_name(number))
    # A value with the escape character never gets here: such a file is not plain.
    nulls = [n for n in csv.null_if if not (csv.escape_unenclosed and csv.escape_unenclosed in n)]
    if not nulls:
        return name
    listed = ", ".join(literal(n) for n in nulls)
    return f"CASE WHEN {name} NOT IN ({listed}) THEN {name} END AS {name}"


def _escaped(path: Path) -> str:
    """A path as a glob pattern, because DuckDB reads it as one."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path))


def _irregular(
    con: duckdb.DuckDBPyConnection, scanned: Scanned, csv: CsvFormat, fields: int, must_match: bool
) -> Source:
    """Read record by record into a temporary table."""
    source = Source(f"SELECT * FROM temp.main.{quoted(_TABLE)}", 0, fields, is_table=True)
    schema = pa.schema(
        [(field_name(i + 1), pa.string()) for i in range(fields)] + [(ROW, pa.int64())]
    )
    batches = _batches(exact.read(scanned.path, csv), source, schema, must_match)
    con.register(_VIEW, pa.RecordBatchReader.from_batches(schema, batches))
    try:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(_TABLE)} AS SELECT * FROM {_VIEW}")
    finally:
        con.unregister(_VIEW)
    return source


def _batches(
    records: Iterator[exact.Record], source: Source, schema: pa.Schema, must_match: bool
) -> Iterator[pa.RecordBatch]:
    width = len(schema) - 1
    rows: list[list[str | int | None]] = []
    for record in records:
        source.rows += 1
        if must_match and not record.error and len(record.values) != width:
            record.errno = 100080
            record.error = (
                f"Number of columns in file ({len(record.values)}) does not match that of the "
                f"corresponding table ({width}), use file format option "
                "error_on_column_count_mismatch=false to ignore this error"
            )
        if record.error:
            source.errors.append(RowError(source.rows, record.line, record.error, record.errno))
            continue
        values = record.values[:width]
        rows.append([*values, *[None] * (width - len(values)), source.rows])
        if len(rows) == _BATCH:
            yield _batch(rows, schema)
            rows = []
    yield _batch(rows, schema)


def _batch(rows: list[list[str | int | None]], schema: pa.Schema) -> pa.RecordBatch:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
