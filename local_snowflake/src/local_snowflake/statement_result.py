"""What a statement that is not a query answers with: a few rows and a row count."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

# https://docs.snowflake.com/en/sql-reference/ddl-other: the text most commands answer with
SUCCESS = "Statement executed successfully."


@dataclass
class StatementResult:
    """A small result the server made itself."""

    table: pa.Table
    # Rows inserted, updated, deleted or loaded; None for statements that change no rows.
    affected: int | None = None
    # The `data` of the response to PUT, which tells the client where to upload.
    upload: dict[str, Any] = field(default_factory=dict)


def rows(schema: dict[str, pa.DataType], values: list[tuple[Any, ...]]) -> StatementResult:
    columns = list(zip(*values, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, schema.values(), strict=True)]
    return StatementResult(pa.Table.from_arrays(arrays, names=list(schema)))


def status(text: str = SUCCESS) -> StatementResult:
    return rows({"status": pa.string()}, [(text,)])


def counts(**changed: int) -> StatementResult:
    """`number of rows inserted` and the like, in the order given."""
    answer = rows(
        {f"number of rows {what}": pa.int64() for what in changed}, [tuple(changed.values())]
    )
    answer.affected = sum(changed.values())
    return answer


def upload(data: dict[str, Any]) -> StatementResult:
    return StatementResult(pa.table({}), upload=data)
