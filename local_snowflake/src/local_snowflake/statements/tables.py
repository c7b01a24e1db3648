"""CREATE, DROP, TRUNCATE, RENAME and SWAP of tables and views, where Snowflake differs from DuckDB.

https://docs.snowflake.com/en/sql-reference/sql/create-table
https://docs.snowflake.com/en/sql-reference/sql/alter-table
"""

from __future__ import annotations

import secrets

from sqlglot import exp

from local_snowflake import catalog, temporary_tables, text_lengths, transpile
from local_snowflake.copy_into import history
from local_snowflake.errors import does_not_exist, not_supported, syntax
from local_snowflake.names import Name, named_table, quoted
from local_snowflake.session import Session
from local_snowflake.statement_result import StatementResult, status
from local_snowflake.statements import comments, table_from_query
from local_snowflake.statements.constraints import make_informational
from local_snowflake.statements.if_exists import create_existing, drop_missing, dropped, kind_of

_UNSUPPORTED = {
    exp.DynamicProperty: "dynamic tables",
    exp.ExternalProperty: "external tables",
    exp.IcebergProperty: "Iceberg tables",
}


def create(session: Session, statement: exp.Expr) -> StatementResult | transpile.Query | None:
    """CREATE TABLE and CREATE VIEW."""
    kind = kind_of(statement)
    if kind not in ("TABLE", "VIEW"):
        return None
    for item in statement.find_all(*_UNSUPPORTED):
        raise not_supported(_UNSUPPORTED[type(item)])
    name = session.resolve(named_table(statement))
    if statement.args.get("exists") and catalog.kind_of(session.con, name):
        return create_existing(statement, name.name)
    make_informational(statement)
    temporary_name = temporary_tables.created(session, statement)
    comment = statement.find(exp.SchemaCommentProperty)
    named = statement.this.expressions if isinstance(statement.this, exp.Schema) else []
    column_comments = comments.take_of_columns(named)
    columns = _lengths(session, statement) if kind == "VIEW" else []
    made = table_from_query.create(session, statement, name)
    result = made or transpile.execute(session, statement)
    if temporary_name:
        session.temporary[temporary_name] = kind
    else:
        _forget(session, name, comment=bool(made) or not comment)
        comments.set_columns(session, name, column_comments)
    if made and comment and not temporary_name:
        comments.set_object(session, name, comment.this.name)
    if kind == "VIEW" or temporary_name:
        text_lengths.set_of_view(session, name, columns)
    return result


def _lengths(session: Session, view: exp.Expr) -> text_lengths.Columns:
    named = view.this.expressions if isinstance(view.this, exp.Schema) else []
    found = text_lengths.of_query(session, view.expression)
    return text_lengths.renamed(found, named) or []


def _forget(session: Session, name: Name, comment: bool = True) -> None:
    """A new or dropped table has loaded no files and has no comment from an earlier one."""
    history.forget(session.con, name)
    if comment:
        comments.forget_object(session, name)


def drop(session: Session, statement: exp.Expr) -> StatementResult | None:
    """DROP TABLE and DROP VIEW."""
    kind = kind_of(statement)
    if kind not in ("TABLE", "VIEW"):
        return None
    name = session.resolve(statement.args["tables"][0])
    if session.temporary.get(name) == kind:
        session.con.execute(f"DROP {kind} {session.stored_name(name).sql}")
        del session.temporary[name]
        return dropped(name.name)
    found = catalog.kind_of(session.con, name)
    if found is None:
        return drop_missing(statement, *name.key)
    if found != kind:
        raise syntax(f"Object found is of type '{found}', specified type was '{kind}'.")
    session.con.execute(f"DROP {kind} {name.sql}")
    _forget(session, name)
    return dropped(name.name)


def truncate(session: Session, statement: exp.Expr) -> StatementResult:
    """TRUNCATE also forgets which files were loaded, so that they load again."""
    name = session.resolve(statement.expressions[0])
    if catalog.kind_of(session.con, name) != "TABLE":
        if statement.args.get("exists"):
            return status()
        raise does_not_exist("Table", str(name))
    session.con.execute(f"DELETE FROM {name.sql}")
    history.forget(session.con, name)
    return status()


def alter(session: Session, statement: exp.Expr) -> StatementResult | None:
    """ALTER TABLE ... RENAME TO and SWAP WITH."""
    actions = statement.args.get("actions") or []
    first = actions[0] if len(actions) == 1 else None
    if isinstance(first, exp.SwapTable):
        _swap(session, session.resolve(statement.this), session.resolve(first.this))
    elif isinstance(first, exp.AlterRename):
        return _rename(session, statement, first)
    else:
        return None
    return status()


def _rename(session: Session, statement: exp.Expr, action: exp.AlterRename) -> StatementResult:
    old, new = session.resolve(statement.this), session.resolve(action.this)
    kind = catalog.kind_of(session.con, old)
    if kind is None:
        if statement.args.get("exists"):
            return status()
        raise does_not_exist("Object", str(old))
    if (old.database, old.schema) != (new.database, new.schema):
        raise not_supported("renaming into another schema")
    session.con.execute(f"ALTER {kind} {old.sql} RENAME TO {quoted(new.name)}")
    history.rename(session.con, old, new)
    return status()


def _swap(session: Session, one: Name, other: Name) -> None:
    """Both tables change names in one transaction, and keep what they have loaded."""
    if (one.database, one.schema) != (other.database, other.schema):
        raise not_supported("SWAP WITH a table of another schema")
    between = Name(one.database, one.schema, f"_SWAP_{secrets.token_hex(4).upper()}")
    with session.atomic():
        for old, new in ((one, between), (other, one), (between, other)):
            session.con.execute(f"ALTER TABLE {old.sql} RENAME TO {quoted(new.name)}")
            history.rename(session.con, old, new)


HANDLERS = {
    exp.Create: create,
    exp.Drop: drop,
    exp.TruncateTable: truncate,
    exp.Alter: alter,
}
