"""CREATE and DROP of databases and schemas.

https://docs.snowflake.com/en/sql-reference/sql/create-database
"""

from __future__ import annotations

import shutil

from sqlglot import exp

from local_snowflake import catalog
from local_snowflake.errors import does_not_exist, not_supported
from local_snowflake.names import (
    INFORMATION_SCHEMA,
    is_internal_database,
    is_internal_schema,
    named_table,
    normalize,
    quoted,
)
from local_snowflake.session import Session, nothing_current
from local_snowflake.stages import check_folder_name
from local_snowflake.statement_result import StatementResult, status
from local_snowflake.statements.if_exists import create_existing, drop_missing, dropped, kind_of


def create(session: Session, statement: exp.Expr) -> StatementResult | None:
    """CREATE; the new database or schema becomes current."""
    kind = kind_of(statement)
    if kind not in ("DATABASE", "SCHEMA"):
        return None
    if statement.args.get("clone"):
        raise not_supported(f"CREATE {kind} ... CLONE; clone its tables one by one")
    names = _names(session, kind, named_table(statement))
    if catalog.has_schema(session.con, *names):
        if result := create_existing(statement, names[-1]):
            return result
        _drop(session, *names)
    if kind == "DATABASE":
        session.storage.create_database(names[0])
        session.use_database(names[0])
    else:
        check_folder_name(names[-1])
        session.con.execute(f"CREATE SCHEMA {'.'.join(map(quoted, names))}")
        session.use_database(names[0])
        session.use_schema(names[1])
    return status(f"{kind.capitalize()} {names[-1]} successfully created.")


def drop(session: Session, statement: exp.Expr) -> StatementResult | None:
    """DROP, with everything inside."""
    kind = kind_of(statement)
    if kind not in ("DATABASE", "SCHEMA"):
        return None
    names = _names(session, kind, statement.args["tables"][0])
    if not catalog.has_schema(session.con, *names):
        return drop_missing(statement, *names)
    _drop(session, *names)
    return dropped(names[-1])


def _names(session: Session, kind: str, table: exp.Table) -> tuple[str, ...]:
    """(database,) or (database, schema). sqlglot puts a schema's own name into `db`.

    Raises:
        SnowflakeError: it is not a user's database or schema, or no database is current.
    """
    parts = [table.args.get("catalog"), table.args.get("db"), table.this]
    names = [normalize(part) for part in parts if isinstance(part, exp.Identifier)]
    if kind == "SCHEMA" and len(names) == 1:
        if not session.database:
            raise nothing_current(90105, "DATABASE")
        names.insert(0, session.database)
    is_internal = is_internal_database(names[0])
    if kind == "SCHEMA":
        is_internal |= is_internal_schema(names[1]) or names[1] == INFORMATION_SCHEMA
    if is_internal:
        raise does_not_exist(kind.capitalize(), ".".join(names))
    return tuple(names)


def _drop(session: Session, database: str, schema: str | None = None) -> None:
    """Also delete the staged files."""
    _leave(session, database, schema)
    if schema is None:
        session.con.execute(f"DETACH {quoted(database)}")
        for suffix in (".db", ".db.wal"):
            (session.storage.folder.databases / f"{database}{suffix}").unlink(missing_ok=True)
    else:
        session.con.execute(f"DROP SCHEMA {quoted(database)}.{quoted(schema)} CASCADE")
        sql = f"DELETE FROM {catalog.loaded_files(database)} WHERE schema_name = ?"
        session.con.execute(sql, [schema])
    key = [database, *filter(None, [schema])]
    for table in (catalog.STAGES, catalog.FILE_FORMATS, catalog.STAGE_OPTIONS):
        catalog.delete(session.con, table, *key)
    shutil.rmtree(session.storage.folder.stages.joinpath(*key), ignore_errors=True)


def _leave(session: Session, database: str, schema: str | None) -> None:
    """What is dropped cannot stay current."""
    if session.database != database or (schema and session.schema != schema):
        return
    if schema is None:
        session.leave_database()
        session.con.execute("USE memory.main")
    else:
        session.leave_schema()
        session.con.execute(f"USE {quoted(database)}.main")


HANDLERS = {exp.Create: create, exp.Drop: drop}
