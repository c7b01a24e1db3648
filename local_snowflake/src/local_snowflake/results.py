"""Rows on their way to the client: Arrow the connector reads, in chunks of bounded size.

A small result travels in the response. The rest of a large one is written to files, one per chunk,
which the client fetches by URL, as from an account; so memory does not grow with the result.
https://docs.snowflake.com/en/developer-guide/python-connector/python-connector-distributed-fetch
"""

from __future__ import annotations

import base64
import secrets
import shutil
import uuid
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from fakesnow.rowtype import ColumnInfo

from local_snowflake.errors import LOCAL, SnowflakeError, not_supported

INLINE_BYTES = 4 * 2**20
CHUNK_BYTES = 16 * 2**20
BATCH_ROWS = 50_000
# A session's large results stay until they take more than this, the latest one always.
KEPT_BYTES = 4 * 2**30
# What a result must leave free on the disk, for the databases.
FREE_BYTES = 2**29

_TYPES = {
    '"NULL"': "text",
    "BLOB": "binary",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "real",
    "FLOAT": "real",
    "JSON": "variant",
    "TIME": "time",
    "TIMESTAMP": "timestamp_ntz",
    "TIMESTAMP WITH TIME ZONE": "timestamp_ltz",
    "TIMESTAMP_MS": "timestamp_ntz",
    "TIMESTAMP_NS": "timestamp_ntz",
    "TIMESTAMP_S": "timestamp_ntz",
    "UUID": "text",
    "VARCHAR": "text",
}
_SIGNED = ("BIGINT", "HUGEINT", "INTEGER", "SMALLINT", "TINYINT")
_UNSIGNED = ("UBIGINT", "UINTEGER", "USMALLINT", "UTINYINT")
_TYPES |= dict.fromkeys((*_SIGNED, *_UNSIGNED), "fixed")

MAX_TEXT = 16_777_216
MAX_BINARY = 8_388_608


def new_query_id() -> str:
    """An id for a statement, as accounts make them."""
    return str(uuid.uuid4())


def column_info(name: str, duckdb_type: str) -> ColumnInfo:
    """One column of `rowtype`, as Snowflake describes it.

    Raises:
        SnowflakeError: Snowflake has no such type (a list or an interval, say).
    """
    kind = "fixed" if duckdb_type.startswith("DECIMAL") else _TYPES.get(duckdb_type)
    if not kind:
        raise not_supported(f"how to send a column of type {duckdb_type} ({name})")
    info = ColumnInfo(
        name=name,
        database="",
        schema="",
        table="",
        nullable=True,
        type=kind,
        byteLength=None,
        length=None,
        scale=None,
        precision=None,
        collation=None,
    )
    if kind == "fixed":
        info["precision"], info["scale"] = _precision(duckdb_type)
    elif kind.startswith("time"):
        info["precision"], info["scale"] = 0, 9
    elif kind in ("text", "binary"):
        info["byteLength"] = info["length"] = MAX_TEXT if kind == "text" else MAX_BINARY
    return info


def _precision(duckdb_type: str) -> tuple[int, int]:
    if not duckdb_type.startswith("DECIMAL("):
        return 38, 0
    precision, scale = duckdb_type[len("DECIMAL(") : -1].split(",")
    return int(precision), int(scale)


def _timestamp(column: pa.Array) -> pa.StructArray:
    """Seconds and nanoseconds apart; NULL stays NULL."""
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[column.type.unit]
    ticks = pc.fill_null(column.cast(pa.int64()), 0)
    # Integer division goes towards zero: shift what lies before 1970 down a second.
    seconds = pc.divide(ticks, per_second)
    past = pc.greater(pc.multiply(seconds, per_second), ticks)
    seconds = pc.subtract(seconds, pc.cast(past, pa.int64()))
    rest = pc.subtract(ticks, pc.multiply(seconds, per_second))
    fraction = pc.multiply(rest, 10**9 // per_second).cast(pa.int32())
    fields = [
        pa.field("epoch", pa.int64(), nullable=False),
        pa.field("fraction", pa.int32(), nullable=False),
    ]
    return pa.StructArray.from_arrays([seconds, fraction], fields=fields, mask=pc.is_null(column))


def _whole(column: pa.Array) -> pa.Array:
    """Whole numbers in 64 bits where they fit, as an account sends them."""
    try:
        return column.cast(pa.int64())
    except pa.ArrowInvalid:
        return column


def _column(column: pa.Array) -> pa.Array:
    """A DuckDB column in the layout the connector's decoder expects."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        return _timestamp(column)
    if pa.types.is_time64(kind):
        return pc.multiply(column.cast(pa.int64()), 1000)
    if pa.types.is_null(kind):
        return column.cast(pa.string())
    if pa.types.is_unsigned_integer(kind):
        return column.cast(pa.int64())
    if pa.types.is_decimal(kind) and kind.scale == 0:
        return _whole(column)
    if pa.types.is_float32(kind):
        return column.cast(pa.float64())
    return column


def encode(batch: pa.RecordBatch, rowtype: list[ColumnInfo]) -> bytes:
    """A batch as an Arrow stream with the metadata the connector reads types from."""
    arrays = [_column(column) for column in batch.columns]
    fields = [
        pa.field(
            info["name"],
            array.type,
            metadata={
                "logicalType": info["type"].upper(),
                "precision": str(info["precision"] or 38),
                "scale": str(info["scale"] or 0),
                "charLength": str(info["length"] or 0),
            },
        )
        for info, array in zip(rowtype, arrays, strict=True)
    ]
    out = pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, out.schema) as writer:
        if out.num_rows:  # the connector counts an empty batch as one row
            writer.write_batch(out)
    return sink.getvalue().to_pybytes()


@dataclass
class Result:
    """What a statement answers: types, rows inline, and chunks on disk.

    Attributes:
        total: number of rows.
        table: all rows again, for counts of DML and RESULT_SCAN; None if there are chunks.
        chunks: files with the number of their rows.
    """

    rowtype: list[ColumnInfo]
    total: int = 0
    inline: bytes = b""
    table: pa.Table | None = None
    chunks: list[tuple[Path, int]] = field(default_factory=list)

    def inline_base64(self) -> str:
        """The rows that travel in the answer."""
        return base64.b64encode(self.inline).decode()


class Spool:
    """The chunk files of one session's last results."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / secrets.token_urlsafe(16)
        self._kept: OrderedDict[str, int] = OrderedDict()  # bytes of each

    def collect(
        self, query_id: str, reader: pa.RecordBatchReader, rowtype: list[ColumnInfo]
    ) -> Result:
        """Drain a result: the first rows into the answer, the others into files."""
        groups = _grouped(reader)
        first = next(groups, None) or pa.RecordBatch.from_pylist([], schema=reader.schema)
        result = Result(rowtype, first.num_rows, encode(first, rowtype))
        for group in groups:
            result.chunks.append((self._write(query_id, group, rowtype), group.num_rows))
            result.total += group.num_rows
        if not result.chunks:
            result.table = pa.Table.from_batches([first])
        return result

    def _write(self, query_id: str, group: pa.RecordBatch, rowtype: list[ColumnInfo]) -> Path:
        data = encode(group, rowtype)
        folder = self.folder / query_id
        folder.mkdir(parents=True, exist_ok=True)
        self._kept[query_id] = self._kept.get(query_id, 0) + len(data)
        self._make_room(len(data))
        file = folder / f"{len(list(folder.iterdir()))}.arrow"
        file.write_bytes(data)
        return file

    def _make_room(self, size: int) -> None:
        """Forget the oldest results.

        Raises:
            SnowflakeError: the disk is too full even so.
        """
        while len(self._kept) > 1 and (sum(self._kept.values()) > KEPT_BYTES or self._lacks(size)):
            oldest, _ = self._kept.popitem(last=False)
            shutil.rmtree(self.folder / oldest, ignore_errors=True)
        if self._lacks(size):
            query_id, written = self._kept.popitem()
            shutil.rmtree(self.folder / query_id, ignore_errors=True)
            raise SnowflakeError(
                603,
                "53100",
                f"{LOCAL} has no room on its disk for this result, of which "
                f"{written // 2**20} MB are written; {FREE_BYTES // 2**20} MB must stay free.",
            )

    def _lacks(self, size: int) -> bool:
        return shutil.disk_usage(self.folder).free < size + FREE_BYTES

    def close(self) -> None:
        """Delete the files."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _grouped(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Batches joined up to the size of a chunk; the first group is smaller."""
    held: list[pa.RecordBatch] = []
    size, limit = 0, INLINE_BYTES
    for batch in batches:
        held.append(batch)
        size += batch.nbytes
        if size >= limit:
            yield pa.concat_batches(held)
            held, size, limit = [], 0, CHUNK_BYTES
    if held:
        yield pa.concat_batches(held)


class ResultCache(OrderedDict[str, Any]):
    """The last small results, for RESULT_SCAN; bounded, so that a server can run for months."""

    LIMIT_BYTES = 32 * 2**20

    def __init__(self) -> None:
        super().__init__()
        self._bytes = 0

    def __setitem__(self, key: str, value: Any) -> None:
        """Keep a fakesnow result (its Arrow table first) and forget the oldest ones."""
        super().__setitem__(key, value)
        self._bytes += value[0].nbytes
        while self._bytes > self.LIMIT_BYTES:
            self._bytes -= self.popitem(last=False)[1][0].nbytes
