"""Names in double quotes keep their case, so "id" is not the column ID.

DuckDB finds it all the same. Checked only for statements that quote a name not in capitals.
https://docs.snowflake.com/en/sql-reference/identifiers-syntax
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from bootstrap.local_snowflake.errors import SnowflakeError, does_not_exist
from bootstrap.local_snowflake.names import Name, kind_of, resolve

if TYPE_CHECKING:
    from bootstrap.local_snowflake.session import Session


def check(session: Session, statement: exp.Expr) -> None:
    """Refuse quoted names that match only if their case is ignored.

    Raises:
        SnowflakeError: such a table or column does not exist.
    """
    cased = [i for i in statement.find_all(exp.Identifier) if i.quoted and i.this != i.this.upper()]
    if not cased:
        return
    common = {cte.alias.upper() for cte in statement.find_all(exp.CTE)}
    tables = [
        resolve(session, table)
        for table in statement.find_all(exp.Table)
        if isinstance(table.this, exp.Identifier)
        and (table.db or table.name.upper() not in common)
        and (table.db or session.schema)
    ]
    created = _created(statement)
    for identifier in cased:
        parent = identifier.parent
        if isinstance(parent, exp.Table) and parent.this is identifier:
            _check_table(session, resolve(session, parent), created)
        elif isinstance(parent, exp.Column) and parent.this is identifier:
            _check_column(session, identifier.this, tables, statement)


def _created(statement: exp.Expr) -> exp.Table | None:
    return statement.find(exp.Table) if isinstance(statement, exp.Create) else None


def _check_table(session: Session, name: Name, created: exp.Table | None) -> None:
    if created is not None and created.name == name.name:
        return
    if name not in session.temporary and kind_of(session.con, name) is None:
        raise does_not_exist("Object", str(name))


def _check_column(session: Session, column: str, tables: list[Name], tree: exp.Expr) -> None:
    """It must be an alias of the statement or, to the letter, a column of one of its tables."""
    if any(alias.alias == column for alias in tree.find_all(exp.Alias, exp.TableAlias)):
        return
    if any(i.this == column for d in tree.find_all(exp.TableAlias) for i in d.columns):
        return
    for name in tables:
        known = session.con.execute(
            """SELECT 1 FROM duckdb_columns()
               WHERE (database_name, schema_name, table_name) IN ((?, ?, ?), ('temp', 'main', ?))
                 AND column_name = ?""",
            [name.database, name.schema, name.name, str(name), column],
        ).fetchall()
        if known:
            return
    raise SnowflakeError(904, "42000", f"SQL compilation error:\ninvalid identifier '\"{column}\"'")
