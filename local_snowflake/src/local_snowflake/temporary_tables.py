"""Temporary tables and views: seen by one session, gone with it, whatever their schema.

DuckDB keeps a connection's temporary tables in a catalog of their own, so the full name of
Snowflake's table becomes the name there, and every later mention is replaced.
https://docs.snowflake.com/en/user-guide/tables-temp-transient
"""

from __future__ import annotations

from sqlglot import exp

from local_snowflake.names import Name, named_table
from local_snowflake.session import Session


def redirect(session: Session, statement: exp.Expr) -> exp.Expr:
    """Replace the names of temporary tables by DuckDB's own."""
    known = set(session.temporary)
    if new := created(session, statement):
        known.add(new)
    if not known:
        return statement
    common = {cte.alias for cte in statement.find_all(exp.CTE)}
    for table in list(statement.find_all(exp.Table)):
        if not isinstance(table.this, exp.Identifier) or (table.name in common and not table.db):
            continue
        if (name := _full_name(session, table)) in known:
            _rename(table, str(name))
    return statement


def created(session: Session, statement: exp.Expr) -> Name | None:
    """The name in a CREATE TEMPORARY TABLE or VIEW, None for other statements."""
    properties = statement.args.get("properties")
    if not isinstance(statement, exp.Create) or not properties:
        return None
    if str(statement.args.get("kind")).upper() not in ("TABLE", "VIEW"):
        return None
    if not properties.find(exp.TemporaryProperty):
        return None
    return session.full_name(named_table(statement))


def _full_name(session: Session, table: exp.Table) -> Name | None:
    if (table.db or session.schema) and (table.catalog or session.database):
        return session.full_name(table)
    return None


def _rename(table: exp.Table, new_name: str) -> None:
    """Keep the old name as the alias, because columns may be qualified with it."""
    is_source = isinstance(table.parent, exp.From | exp.Join | exp.Merge | exp.Delete | exp.Update)
    if is_source and not table.args.get("alias"):
        table.set("alias", exp.TableAlias(this=table.this.copy()))
    table.set("this", exp.to_identifier(new_name, quoted=True))
    table.set("db", exp.to_identifier("main"))
    table.set("catalog", exp.to_identifier("temp"))
