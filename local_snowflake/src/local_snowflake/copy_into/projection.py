"""From the fields of a file to the columns of the table: one DuckDB expression per column.

In a transforming COPY they come from its SELECT: `$n` is the n-th field (NULL past the end of a
record), METADATA$... is the origin of a row. Otherwise the n-th field goes to the n-th column.
https://docs.snowflake.com/en/user-guide/data-load-transform
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import sqlglot
from sqlglot import exp

from local_snowflake import semantics, transpile
from local_snowflake.copy_into.statement import CopyStatement
from local_snowflake.errors import SnowflakeError, invalid_identifier, not_supported
from local_snowflake.macros import SCHEMA, converted
from local_snowflake.names import literal, quoted
from local_snowflake.session import Session
from local_snowflake.stages import StagedFile

STAGED = "_STAGED"
ROW = "_ROW"


# https://docs.snowflake.com/en/sql-reference/binary-input-output
_BINARY = {"HEX": "unhex", "BASE64": "from_base64", "UTF-8": "encode", "UTF8": "encode"}


def field_name(number: int) -> str:
    """The column of the n-th field, counted from 1."""
    return f"_F{number}"


@dataclass(frozen=True)
class Output:
    """A target column and the expression that fills it.

    Attributes:
        kind: DuckDB's type.
        length: n of VARCHAR(n), which a value must not exceed; None without one.
    """

    name: str
    kind: str
    nullable: bool
    length: int | None
    sql: str
    binary_format: str = "HEX"

    @property
    def typed(self) -> str:
        """The expression with its conversion to the type."""
        if self.kind == "BLOB":
            return f"{_BINARY[self.binary_format]}({self.sql})"
        fitted = converted(self.sql, self.kind)
        return f"{SCHEMA}.sf_fit({fitted}, {self.length})" if self.length else fitted


@dataclass
class Projection:
    """The expressions of a COPY, with metadata of a file still to be filled in."""

    outputs: list[Output]
    fields: int

    def for_file(self, file: StagedFile, key: str) -> list[Output]:
        """The same with METADATA$FILENAME and the like as constants."""
        modified = dt.datetime.fromtimestamp(file.path.stat().st_mtime, dt.UTC)
        constants = {
            "METADATA$FILENAME": literal(file.name),
            "METADATA$FILE_CONTENT_KEY": literal(key),
            "METADATA$FILE_LAST_MODIFIED": f"TIMESTAMP '{modified:%Y-%m-%d %H:%M:%S}'",
            "METADATA$START_SCAN_TIME": "now()",
            "METADATA$FILE_ROW_NUMBER": quoted(ROW),
        }
        outputs = []
        for output in self.outputs:
            sql = output.sql
            for name, value in constants.items():
                sql = sql.replace(quoted(name), value)
            outputs.append(replace(output, sql=sql))
        return outputs


_METADATA = {
    "METADATA$FILENAME": "VARCHAR",
    "METADATA$FILE_CONTENT_KEY": "VARCHAR",
    "METADATA$FILE_LAST_MODIFIED": "TIMESTAMP",
    "METADATA$START_SCAN_TIME": "TIMESTAMPTZ",
    "METADATA$FILE_ROW_NUMBER": "BIGINT",
}


def build(session: Session, copy: CopyStatement) -> Projection:
    """The expressions of a COPY statement.

    Raises:
        SnowflakeError: the SELECT has another number of columns than the target.
    """
    if copy.select is None:
        fields = len(copy.columns)
        sqls = [quoted(field_name(i + 1)) for i in range(fields)]
    else:
        select = copy.select.copy()
        fields = max([0, *map(_replace_field, list(select.find_all(exp.Parameter)))])
        for column in list(select.find_all(exp.Column)):
            _replace_metadata(column)
        sqls = _translated(session, select, fields)
    if len(sqls) != len(copy.columns):
        raise SnowflakeError(
            2020,
            "21S01",
            f"SQL compilation error:\nInsert value list does not match column list expecting "
            f"{len(copy.columns)} but got {len(sqls)}",
        )
    binary = copy.csv.binary_format
    pairs = zip(copy.columns, sqls, strict=True)
    return Projection(
        [Output(c.name, c.kind, c.nullable, c.length, sql, binary) for c, sql in pairs], fields
    )


def _translated(session: Session, select: exp.Select, fields: int) -> list[str]:
    """The SELECT's expressions in DuckDB's SQL, bound to a row such as a file has."""
    names = [f"NULL::VARCHAR AS {quoted(field_name(i + 1))}" for i in range(fields)]
    names += [f"NULL::{kind} AS {quoted(name)}" for name, kind in _METADATA.items()]
    row = sqlglot.parse_one(f"SELECT {', '.join(names)}", read="duckdb")
    select.args["from_"].this.replace(exp.to_table(quoted(STAGED)))
    tree = semantics.before_transpiling(session, select)
    tree = transpile.by_fakesnow_alone(session, tree)
    alias = exp.TableAlias(this=exp.to_identifier(STAGED))
    tree.args["from_"].this.replace(exp.Subquery(this=row, alias=alias))
    tree = semantics.after_transpiling(session, tree, None)
    return [_plain(item).sql(dialect="duckdb") for item in tree.expressions]


def _replace_field(node: exp.Parameter) -> int:
    """`$3` and `t.$3` become a column; returns the number."""
    name = str(node.this.name)
    if not name.isdigit():
        raise not_supported(f"the variable ${name} in a transforming COPY")
    column = exp.column(exp.to_identifier(field_name(int(name)), quoted=True))
    parent = node.parent
    (parent if isinstance(parent, exp.Column | exp.Dot) else node).replace(column)
    return int(name)


def _replace_metadata(column: exp.Column) -> None:
    name = column.name.upper()
    if name in _METADATA:
        column.replace(exp.column(exp.to_identifier(name, quoted=True)))
    elif name.startswith("METADATA$"):
        raise invalid_identifier(name)


def _plain(item: exp.Expr) -> exp.Expr:
    return item.this if isinstance(item, exp.Alias) else item
