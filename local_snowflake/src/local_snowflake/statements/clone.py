"""CREATE TABLE ... LIKE and ... CLONE: columns with NOT NULL, defaults and lengths; the comment.

A clone shares the storage of its source in Snowflake; here it is a copy.
https://docs.snowflake.com/en/sql-reference/sql/create-clone
"""

from __future__ import annotations

from sqlglot import exp

from local_snowflake import catalog
from local_snowflake.copy_into import history
from local_snowflake.errors import does_not_exist, not_supported
from local_snowflake.names import Name, named_table
from local_snowflake.session import Session
from local_snowflake.statement_result import StatementResult, status
from local_snowflake.statements import comments
from local_snowflake.statements.if_exists import create_existing, kind_of


def create(session: Session, statement: exp.Expr) -> StatementResult | None:
    """Both of them."""
    clone = statement.args.get("clone")
    origin = clone or statement.find(exp.LikeProperty)
    if kind_of(statement) != "TABLE" or origin is None:
        return None
    if clone and (clone.args.get("when") or clone.this.args.get("when")):
        raise not_supported("CLONE ... AT | BEFORE (time travel)")
    target = session.resolve(named_table(statement))
    source = session.resolve(origin.this)
    exists = catalog.kind_of(session.con, target)
    if exists and (result := create_existing(statement, *target.key)):
        return result
    _copy(session, source, target, with_rows=bool(clone))
    return status(f"Table {target.name} successfully created.")


def _copy(session: Session, source: Name, target: Name, with_rows: bool) -> None:
    columns = catalog.definition(session.con, source)
    if columns is None:
        raise does_not_exist("Table", str(source))
    with session.atomic():
        session.con.execute(f"CREATE OR REPLACE TABLE {target.sql} ({columns})")
        if with_rows:
            session.con.execute(f"INSERT INTO {target.sql} SELECT * FROM {source.sql}")
    comments.copy_object(session, source, target)
    history.forget(session.con, target)


HANDLERS = {exp.Create: create}
