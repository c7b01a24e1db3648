"""Object names: the current database and schema, quoting, and which objects exist.

https://docs.snowflake.com/en/sql-reference/name-resolution
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp

from local_snowflake.errors import SnowflakeError, syntax

if TYPE_CHECKING:
    from local_snowflake.session import Session


@dataclass(frozen=True)
class Name:
    """An object's full name, as stored (unquoted parts are upper case)."""

    database: str
    schema: str
    name: str

    @property
    def sql(self) -> str:
        return ".".join(quoted(part) for part in (self.database, self.schema, self.name))

    def __str__(self) -> str:
        return f"{self.database}.{self.schema}.{self.name}"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def resolve(session: Session, table: exp.Table) -> Name:
    """The full name of a table, view, stage or file format.

    Raises:
        SnowflakeError: a part is missing and the session has no current database or schema.
    """
    database = _part(table.args.get("catalog")) or session.database
    schema = _part(table.args.get("db")) or session.schema
    if not database:
        raise SnowflakeError(
            90105,
            "22000",
            "Cannot perform operation. This session does not have a current database. "
            "Call 'USE DATABASE', or use a qualified name.",
        )
    if not schema:
        raise SnowflakeError(
            90106,
            "22000",
            "Cannot perform operation. This session does not have a current schema. "
            "Call 'USE SCHEMA', or use a qualified name.",
        )
    return Name(database, schema, _part(table.this))


def named_table(statement: exp.Expr) -> exp.Table:
    """The object that a CREATE is about."""
    table = statement.find(exp.Table)
    if table is None:
        raise syntax(f"{statement.sql(dialect='snowflake')} names no object.")
    return table


def split_reference(text: str) -> list[str]:
    """The parts of `db."Sch".name`, unquoted ones in upper case.

    Raises:
        SnowflakeError: it is not a name of one to three parts.
    """
    parts, rest = [], text
    while rest:
        if rest.startswith('"'):
            end = rest.find('"', 1)
            if end < 0:
                raise syntax(f"the name {text} has an open quote.")
            parts.append(rest[1:end])
            rest = rest[end + 1 :].removeprefix(".")
        else:
            part, _, rest = rest.partition(".")
            parts.append(part.upper())
    if not 1 <= len(parts) <= 3 or not all(parts):
        raise syntax(f"{text!r} is not a name.")
    return parts


def resolve_text(session: Session, text: str) -> Name:
    """The full name written as text, as in FORMAT_NAME = 'db.schema.name'."""
    identifiers = [exp.to_identifier(part, quoted=True) for part in split_reference(text)]
    fields = dict(zip(("this", "db", "catalog"), reversed(identifiers), strict=False))
    return resolve(session, exp.Table(**fields))


def first_row(result: duckdb.DuckDBPyConnection) -> tuple[Any, ...] | None:
    """The first row, read to the end: DuckDB refuses other work while a result is half read."""
    rows = result.fetchall()
    return rows[0] if rows else None


def kind_of(con: duckdb.DuckDBPyConnection, name: Name) -> str | None:
    """TABLE, VIEW, or None when there is no such object."""
    found = first_row(
        con.execute(
            """SELECT 'TABLE' FROM duckdb_tables()
           WHERE database_name = $d AND schema_name = $s AND table_name = $n
           UNION ALL
           SELECT 'VIEW' FROM duckdb_views()
           WHERE database_name = $d AND schema_name = $s AND view_name = $n""",
            {"d": name.database, "s": name.schema, "n": name.name},
        )
    )
    return found[0] if found else None


def _part(node: object) -> str:
    if isinstance(node, exp.Identifier):
        return node.this if node.quoted else node.this.upper()
    if isinstance(node, exp.Var | exp.Literal):
        return str(node.this).upper()
    return str(node.name) if isinstance(node, exp.Expr) else ""
