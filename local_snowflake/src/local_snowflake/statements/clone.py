"""CREATE TABLE ... LIKE and ... CLONE: columns with NOT NULL, defaults and lengths; the comment.

A clone shares the storage of its source in Snowflake; here it is a copy.
https://docs.snowflake.com/en/sql-reference/sql/create-clone
"""

from __future__ import annotations

from sqlglot import exp

from local_snowflake.answers import Answer, status
from local_snowflake.copy_into import history
from local_snowflake.errors import already_exists, does_not_exist, not_supported
from local_snowflake.names import Name, first_row, kind_of, named_table, resolve
from local_snowflake.session import Session

_COMMENTS = "_fs_global._fs_information_schema._fs_tables_ext"


def create(session: Session, statement: exp.Expr) -> Answer | None:
    clone = statement.args.get("clone")
    origin = clone or statement.find(exp.LikeProperty)
    if str(statement.args.get("kind")).upper() != "TABLE" or origin is None:
        return None
    if clone and (clone.args.get("when") or clone.this.args.get("when")):
        raise not_supported("CLONE ... AT | BEFORE (time travel)")
    target = resolve(session, named_table(statement))
    source = resolve(session, origin.this)
    if kind_of(session.con, target) and not statement.args.get("replace"):
        if statement.args.get("exists"):
            return status(f"{target.name} already exists, statement succeeded.")
        raise already_exists(str(target))
    _copy(session, source, target, with_rows=bool(clone))
    return status(f"Table {target.name} successfully created.")


def _copy(session: Session, source: Name, target: Name, with_rows: bool) -> None:
    found = first_row(
        session.con.execute(
            """SELECT sql FROM duckdb_tables()
               WHERE database_name = ? AND schema_name = ? AND table_name = ?""",
            [source.database, source.schema, source.name],
        )
    )
    if not found:
        raise does_not_exist("Table", str(source))
    definition = str(found[0])
    columns = definition[definition.index("(") :].rstrip(";")
    session.con.begin()
    try:
        session.con.execute(f"CREATE OR REPLACE TABLE {target.sql}{columns}")
        if with_rows:
            session.con.execute(f"INSERT INTO {target.sql} SELECT * FROM {source.sql}")
        session.con.commit()
    except BaseException:
        session.abandon()
        raise
    _copy_comment(session, source, target)
    history.forget(session.con, target)


def _copy_comment(session: Session, source: Name, target: Name) -> None:
    """The comment, which is kept beside the tables."""
    session.con.execute(
        f"""INSERT OR REPLACE INTO {_COMMENTS}
            SELECT * REPLACE (? AS ext_table_catalog, ? AS ext_table_schema, ? AS ext_table_name)
            FROM {_COMMENTS}
            WHERE ext_table_catalog = ? AND ext_table_schema = ? AND ext_table_name = ?""",
        [part for n in (target, source) for part in (n.database, n.schema, n.name)],
    )


HANDLERS = {exp.Create: create}
