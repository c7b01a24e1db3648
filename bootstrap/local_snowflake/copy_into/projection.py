"""From the fields of a file to the columns of the table: one DuckDB expression a column.

In a transforming COPY they come from its SELECT: `$n` is the n-th field (NULL past the end of a
record), METADATA$... says where a row comes from. Otherwise the n-th field goes to the n-th column.
https://docs.snowflake.com/en/user-guide/data-load-transform
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from fakesnow.cursor import FakeSnowflakeCursor
from sqlglot import exp

from bootstrap.local_snowflake.copy_into.statement import CopyStatement
from bootstrap.local_snowflake.errors import SnowflakeError, not_supported
from bootstrap.local_snowflake.names import literal, quoted
from bootstrap.local_snowflake.session import Session
from bootstrap.local_snowflake.stages import StagedFile

STAGED = "_STAGED"
ROW = "_ROW"


def field_name(number: int) -> str:
    return f"_F{number}"


@dataclass(frozen=True)
class Output:
    """A target column: its type, whether it takes NULL, and the expression that fills it."""

    name: str
    kind: str
    nullable: bool
    sql: str

    @property
    def typed(self) -> str:
        return f"CAST({self.sql} AS {self.kind})"


@dataclass
class Projection:
    """The expressions of a COPY, with metadata of a file still to be filled in."""

    outputs: list[Output]
    fields: int
    needs_key: bool

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
            outputs.append(Output(output.name, output.kind, output.nullable, sql))
        return outputs


_METADATA = {
    "METADATA$FILENAME",
    "METADATA$FILE_CONTENT_KEY",
    "METADATA$FILE_LAST_MODIFIED",
    "METADATA$START_SCAN_TIME",
    "METADATA$FILE_ROW_NUMBER",
}


def build(session: Session, copy: CopyStatement) -> Projection:
    """The expressions of a COPY statement.

    Raises:
        SnowflakeError: the SELECT has another number of columns than the target.
    """
    kinds = _column_types(session, copy)
    if copy.select is None:
        count = len(copy.columns)
        sqls = [quoted(field_name(i + 1)) for i in range(count)]
        return Projection(_outputs(copy.columns, kinds, sqls), count, needs_key=True)
    select = copy.select.copy()
    highest = 0
    for node in list(select.find_all(exp.Parameter)):
        highest = max(highest, _replace_field(node))
    for column in list(select.find_all(exp.Column)):
        _replace_metadata(column)
    select.args["from_"].this.replace(exp.to_table(quoted(STAGED)))
    tree = FakeSnowflakeCursor(session, session.con)._transform(select, None)
    sqls = [_plain(item).sql(dialect="duckdb") for item in tree.expressions]
    if len(sqls) != len(copy.columns):
        raise SnowflakeError(
            2020,
            "21S01",
            f"SQL compilation error:\nInsert value list does not match column list expecting "
            f"{len(copy.columns)} but got {len(sqls)}",
        )
    return Projection(_outputs(copy.columns, kinds, sqls), highest, needs_key=True)


def _outputs(
    columns: list[str], kinds: dict[str, tuple[str, bool]], sqls: list[str]
) -> list[Output]:
    return [Output(c, *kinds[c], sql) for c, sql in zip(columns, sqls, strict=True)]


def _column_types(session: Session, copy: CopyStatement) -> dict[str, tuple[str, bool]]:
    rows = session.con.execute(
        """SELECT column_name, data_type, is_nullable FROM duckdb_columns()
           WHERE database_name = ? AND schema_name = ? AND table_name = ?""",
        [copy.stored.database, copy.stored.schema, copy.stored.name],
    ).fetchall()
    return {name: (kind, nullable) for name, kind, nullable in rows}


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
        raise SnowflakeError(904, "42000", f"SQL compilation error:\ninvalid identifier '{name}'")


def _plain(item: exp.Expr) -> exp.Expr:
    return item.this if isinstance(item, exp.Alias) else item
