"""CREATE and DROP of stages and file formats.

https://docs.snowflake.com/en/sql-reference/sql/create-stage
https://docs.snowflake.com/en/sql-reference/sql/create-file-format
"""

from __future__ import annotations

import json
import shutil

from sqlglot import exp

from local_snowflake import catalog, options, stages
from local_snowflake.errors import not_supported
from local_snowflake.names import Name, named_table
from local_snowflake.session import Session
from local_snowflake.statement_result import StatementResult, status
from local_snowflake.statements.if_exists import create_existing, drop_missing, dropped, kind_of

_TABLES = {"STAGE": catalog.STAGES, "FILE FORMAT": catalog.FILE_FORMATS}
_CREATED = {"STAGE": "Stage area", "FILE FORMAT": "File format"}
# Properties of a stage that change nothing here.
_WITHOUT_EFFECT = {"DIRECTORY", "ENCRYPTION"}


def create(session: Session, statement: exp.Expr) -> StatementResult | None:
    """CREATE; a stage that is replaced loses its files."""
    kind = kind_of(statement)
    if kind not in _TABLES:
        return None
    name = session.resolve(named_table(statement))
    exists = catalog.exists(session.con, _TABLES[kind], name)
    if exists and (result := create_existing(statement, *name.key)):
        return result
    properties = statement.args.get("properties")
    listed = properties.expressions if properties else []
    if kind == "STAGE":
        _create_stage(session, name, listed)
    else:
        _create_format(session, name, listed)
    return status(f"{_CREATED[kind]} {name.name} successfully created.")


def _create_stage(session: Session, name: Name, properties: list[exp.Expr]) -> None:
    given: options.Options = {}
    for item in properties:
        if isinstance(item, exp.FileFormatProperty):
            given = options.from_properties(item.expressions)
        elif isinstance(item, exp.TemporaryProperty):
            raise not_supported("temporary stages")
        elif not isinstance(item, exp.SchemaCommentProperty):
            _check_property(item.this.name.upper())
    checked = options.resolved(session, given)
    if str(checked.get("TYPE", "CSV")).upper() == "CSV":
        options.csv_format(checked)
    folder = stages.folder_of(session, name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    session.con.execute(
        f"""INSERT OR REPLACE INTO {catalog.STAGES}
            (created_on, name, database_name, schema_name, url, has_credentials,
             has_encryption_key, owner, comment, type, owner_role_type, directory_enabled)
            VALUES (now(), ?, ?, ?, '', 'N', 'N', 'SYSADMIN', '', 'INTERNAL', 'ROLE', 'N')""",
        [name.name, name.database, name.schema],
    )
    stages.keep_options(session, name, given)


def _check_property(name: str) -> None:
    if name not in _WITHOUT_EFFECT:
        raise not_supported(f"{name} of a stage; only internal stages")


def _create_format(session: Session, name: Name, properties: list[exp.Expr]) -> None:
    given = options.from_properties(
        item for item in properties if not isinstance(item, exp.SchemaCommentProperty)
    )
    kind = str(given.setdefault("TYPE", "CSV")).upper()
    if kind != "CSV":
        raise not_supported(f"file formats of TYPE = {kind}")
    options.csv_format(given)
    session.con.execute(
        f"""INSERT OR REPLACE INTO {catalog.FILE_FORMATS}
            (created_on, name, database_name, schema_name, type, options)
            VALUES (now(), ?, ?, ?, ?, ?)""",
        [name.name, name.database, name.schema, kind, json.dumps(given)],
    )


def drop(session: Session, statement: exp.Expr) -> StatementResult | None:
    """DROP, with the files of a stage."""
    kind = kind_of(statement)
    if kind not in _TABLES:
        return None
    name = session.resolve(statement.args["tables"][0])
    if not catalog.exists(session.con, _TABLES[kind], name):
        return drop_missing(statement, *name.key)
    catalog.delete(session.con, _TABLES[kind], *name.key)
    if kind == "STAGE":
        catalog.delete(session.con, catalog.STAGE_OPTIONS, *name.key)
        shutil.rmtree(stages.folder_of(session, name), ignore_errors=True)
    return dropped(name.name)


HANDLERS = {exp.Create: create, exp.Drop: drop}
