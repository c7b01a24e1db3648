"""The result of a statement that is not a query: a few rows and a row count."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

# https://docs.snowflake.com/en/sql-reference/ddl-other: what most commands answer.
SUCCESS = "Statement executed successfully."


@dataclass
class StatementResult:
    """A small result that the server made itself.

    Attributes:
        affected: rows inserted, updated, deleted or loaded; None for statements that change none.
        upload: the `data` of the response to PUT, which says where to upload.
    """

    table: pa.Table
    affected: int | None = None
    upload: dict[str, Any] = field(default_factory=dict)


def rows(schema: dict[str, pa.DataType], values: list[tuple[Any, ...]]) -> StatementResult:
    """A result of these columns and rows."""
    columns = list(zip(*values, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, schema.values(), strict=True)]
    return StatementResult(pa.Table.from_arrays(arrays, names=list(schema)))


def status(text: str = SUCCESS) -> StatementResult:
    """A result of one text."""
    return rows({"status": pa.string()}, [(text,)])


def counts(**changed: int) -> StatementResult:
    """`number of rows inserted` and the like, in the order given."""
    schema = {f"number of rows {what}": pa.int64() for what in changed}
    result = rows(schema, [tuple(changed.values())])
    result.affected = sum(changed.values())
    return result
