"""Rows of a Parquet file, a batch in memory at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from dags.landing.refused import readable_as

from .text_rows import Row
from .values import Native, native

_BATCH = 4096


def parquet_rows(file: BinaryIO) -> Iterator[Row]:
    """The names of the columns as a row, and the rows, by number.

    Raises:
        RefusedFileError: it is not Parquet, or broken.
    """
    with readable_as("Parquet"):
        opened = pq.ParquetFile(file)
        yield Row(0, list(opened.schema_arrow.names))
        number = 0
        for batch in opened.iter_batches(batch_size=_BATCH):
            for values in zip(*map(_values, batch.columns), strict=True):
                number += 1
                yield _row(number, values)


def _values(column: pa.Array) -> list[Any]:
    """Python's values; times as text, because nanoseconds are more than Python's times hold."""
    if not pa.types.is_timestamp(column.type):
        return list(column.to_pylist())
    texts = column.cast(pa.timestamp(column.type.unit)).cast(pa.string()).to_pylist()
    utc = "Z" if column.type.tz else ""
    return [None if text is None else Native(text + utc) for text in texts]


def _row(number: int, values: tuple[Any, ...]) -> Row:
    fields: list[str | None] = []
    fault = None
    for value in values:
        try:
            fields.append(
                Native(json.dumps(value, default=str))
                if isinstance(value, (dict, list))
                else native(value)
            )
        except ValueError as error:
            fields.append(repr(value))
            fault = f"a value cannot be written as text: {error}"
    return Row(number, fields, fault)
