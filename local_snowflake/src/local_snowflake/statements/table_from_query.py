"""CREATE TABLE ... AS SELECT that keeps what DuckDB's would lose: VARCHAR(n) and NOT NULL.

DuckDB takes no constraints there, so the table is created, then filled, in one transaction.
https://docs.snowflake.com/en/sql-reference/sql/create-table#create-table-as-select
"""

from __future__ import annotations

import secrets
from itertools import zip_longest

from sqlglot import exp

from local_snowflake import catalog, temporary_tables, text_lengths, transpile
from local_snowflake.bindings import Params
from local_snowflake.errors import SnowflakeError, already_exists, not_supported
from local_snowflake.names import Name, quoted, temporary_name
from local_snowflake.semantics import identifiers
from local_snowflake.session import Session
from local_snowflake.statement_result import StatementResult, status
from local_snowflake.statements.if_exists import kind_of

# Properties that change nothing in the table itself.
_PROPERTIES = (
    exp.ClusterProperty,
    exp.CopyGrantsProperty,
    exp.SchemaCommentProperty,
    exp.TemporaryProperty,
    exp.TransientProperty,
)


def create(session: Session, statement: exp.Expr, name: Name) -> StatementResult | None:
    """Create the table; None if DuckDB can do it by itself."""
    query = statement.expression
    if kind_of(statement) != "TABLE" or not isinstance(query, exp.Query):
        return None
    schema = statement.this if isinstance(statement.this, exp.Schema) else None
    named = schema.expressions if schema else []
    is_typed = any(isinstance(column, exp.ColumnDef) and column.kind for column in named)
    found = text_lengths.renamed(text_lengths.of_query(session, query), named) or []
    if not is_typed and not any(length for _, length in found):
        return None
    for item in statement.args["properties"].expressions if statement.args["properties"] else []:
        if not isinstance(item, _PROPERTIES):
            raise not_supported(f"{item.sql(dialect='snowflake')} of a table made from a query")
    identifiers.check(session, statement)
    sql = transpile.to_duckdb(session, query.copy(), session.params).sql(dialect="duckdb")
    relation = session.con.sql(sql, params=session.params or None)
    if named and len(named) != len(relation.columns):
        raise SnowflakeError(
            2026, "42601", "SQL compilation error:\nInvalid column definition list"
        )
    if is_typed:
        columns = _declared(session, statement)
    else:
        names = [column for column, _ in found] if named else relation.columns
        kinds = [str(kind) for kind in relation.types]
        columns = _described(list(zip(names, kinds, strict=True)), [n for _, n in found])
    is_temporary = temporary_tables.created(session, statement) is not None
    target = temporary_name(name) if is_temporary else name
    replace = bool(statement.args.get("replace"))
    fill(session, target, columns, sql, replace, session.params)
    return status(f"Table {name.name} successfully created.")


def _declared(session: Session, statement: exp.Expr) -> str:
    """The columns as the statement declares them, in DuckDB's SQL."""
    alone = exp.Create(this=statement.this.copy(), kind="TABLE")
    tree = transpile.to_duckdb(session, alone, None)
    return ", ".join(column.sql(dialect="duckdb") for column in tree.this.expressions)


def _described(columns: list[tuple[str, str]], found: list[int | None]) -> str:
    parts = []
    for (name, kind), length in zip_longest(columns, found[: len(columns)]):
        kept = text_lengths.check(name, length) if length and kind == "VARCHAR" else ""
        stored = "INTEGER" if kind == '"NULL"' else kind  # as DuckDB would
        parts.append(f"{quoted(name)} {stored} {kept}")
    return ", ".join(parts)


def fill(
    session: Session,
    target: Name,
    columns: str,
    sql: str,
    replace: bool,
    params: Params | None = None,
) -> None:
    """Create a table of these columns and a query's rows, all in DuckDB's SQL.

    The query may read the table that it replaces, so that is dropped last.

    Raises:
        SnowflakeError: there is such an object, and it may not be replaced.
    """
    existing = catalog.kind_of(session.con, target)
    if existing and not (replace and existing == "TABLE"):
        raise already_exists(str(target))
    new = target
    if existing:
        new = Name(target.database, target.schema, f"_NEW_{secrets.token_hex(4).upper()}")
    kind = "TEMPORARY TABLE" if new.database == "temp" else "TABLE"
    with session.atomic():
        session.con.execute(f"CREATE {kind} {new.sql} ({columns})")
        session.con.execute(f"INSERT INTO {new.sql} {sql}", params or None)
        if existing:
            session.con.execute(f"DROP TABLE {target.sql}")
            session.con.execute(f"ALTER TABLE {new.sql} RENAME TO {quoted(target.name)}")
