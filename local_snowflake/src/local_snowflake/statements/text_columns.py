"""ALTER TABLE of a VARCHAR(n): ADD COLUMN, and SET DATA TYPE with a larger n, as dbt asks for.

DuckDB cannot add or change a CHECK, which enforces a length here: the table is created again. It
cannot add a column with a comment either.
https://docs.snowflake.com/en/sql-reference/sql/alter-table-column
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from local_snowflake import catalog, text_lengths, transpile
from local_snowflake.errors import SnowflakeError
from local_snowflake.names import Name, normalize
from local_snowflake.results import MAX_TEXT
from local_snowflake.session import Session
from local_snowflake.statement_result import StatementResult, status
from local_snowflake.statements import comments, table_from_query

_CHECKS = f"""
    SELECT constraint_column_names[1], constraint_text FROM duckdb_constraints()
    WHERE {catalog.IS_TABLE} AND constraint_type = 'CHECK'
"""


def alter(session: Session, statement: exp.Expr) -> StatementResult | None:
    """ALTER TABLE, if it is about lengths, or adds a column with a comment."""
    actions = statement.args.get("actions") or []
    if not isinstance(statement.this, exp.Table) or str(statement.args.get("kind")) != "TABLE":
        return None
    name = session.resolve(statement.this)
    before = dict(text_lengths.stored(session, name) or [])
    if actions and all(isinstance(action, exp.ColumnDef) for action in actions):
        return _add(session, statement, name, before)
    if len(actions) == 1 and isinstance(actions[0], exp.AlterColumn):
        return _widen(session, name, actions[0], before)
    return None


def _add(
    session: Session, statement: exp.Expr, name: Name, before: dict[str, int | None]
) -> StatementResult | None:
    added = {
        column: length
        for action in statement.args["actions"]
        if (length := text_lengths.of_type(action.kind))
        and (column := normalize(action.this)) not in before
    }
    noted = comments.take_of_columns(statement.args["actions"])
    if not added and not noted:
        return None
    transpile.execute(session, statement)
    if added:
        _set_lengths(session, name, added)
    comments.set_columns(session, name, noted)
    return status()


def _widen(
    session: Session, name: Name, action: exp.Expr, before: dict[str, int | None]
) -> StatementResult | None:
    column, kind = normalize(action.this), action.args.get("dtype")
    old = before.get(column)
    if kind is None or kind.this not in exp.DataType.TEXT_TYPES or column not in before:
        return None
    new = text_lengths.of_type(kind)
    if (new or MAX_TEXT) < (old or MAX_TEXT):
        raise SnowflakeError(
            2,
            "0A000",
            f"SQL compilation error:\ncannot change column {column} from type "
            f"VARCHAR({old or MAX_TEXT}) to VARCHAR({new}) because reducing the byte-length of a "
            "varchar is not supported.",
        )
    if new == old:
        return None if old is None else status()
    _set_lengths(session, name, {column: new})
    return status()


def _set_lengths(session: Session, name: Name, columns: Mapping[str, int | None]) -> None:
    stored = session.stored_name(name)
    inside = catalog.definition(session.con, stored) or ""
    for column, text in session.con.execute(_CHECKS, stored.key).fetchall():
        if column in columns:
            inside = inside.replace(f", {text}", "", 1)
    checks = [text_lengths.check(c, length) for c, length in columns.items() if length]
    noted = [(c.name, c.comment) for c in catalog.columns(session.con, stored) if c.comment]
    sql = f"SELECT * FROM {stored.sql}"
    table_from_query.fill(session, stored, ", ".join([inside, *checks]), sql, replace=True)
    comments.set_columns(session, stored, noted)


HANDLERS = {exp.Alter: alter}
