"""CREATE and DROP of stages and file formats.

https://docs.snowflake.com/en/sql-reference/sql/create-stage
https://docs.snowflake.com/en/sql-reference/sql/create-file-format
"""

from __future__ import annotations

import json
import shutil

from sqlglot import exp

from local_snowflake import catalog, options, stages
from local_snowflake.errors import already_exists, does_not_exist, not_supported
from local_snowflake.names import Name, named_table
from local_snowflake.session import Session
from local_snowflake.statement_result import StatementResult, status

_TABLES = {"STAGE": catalog.STAGES, "FILE FORMAT": catalog.FILE_FORMATS}
_CREATED = {"STAGE": "Stage area", "FILE FORMAT": "File format"}
# Properties of a stage that change nothing here.
_WITHOUT_EFFECT = {"DIRECTORY", "ENCRYPTION"}


def create(session: Session, statement: exp.Expr) -> StatementResult | None:
    kind = str(statement.args.get("kind")).upper()
    if kind not in _TABLES:
        return None
    name = session.resolve(named_table(statement))
    if catalog.exists(session.con, _TABLES[kind], name) and not statement.args.get("replace"):
        if statement.args.get("exists"):
            return status(f"{name.name} already exists, statement succeeded.")
        raise already_exists(str(name))
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
    kind = str(statement.args.get("kind")).upper()
    if kind not in _TABLES:
        return None
    name = session.resolve(statement.args["tables"][0])
    if not catalog.exists(session.con, _TABLES[kind], name):
        if statement.args.get("exists"):
            return status(f"Drop statement executed successfully ({name.name} already dropped).")
        raise does_not_exist(kind.capitalize(), str(name))
    catalog.delete(session.con, _TABLES[kind], *name.key)
    if kind == "STAGE":
        catalog.delete(session.con, catalog.STAGE_OPTIONS, *name.key)
        shutil.rmtree(stages.folder_of(session, name), ignore_errors=True)
    return status(f"{name.name} successfully dropped.")


HANDLERS = {exp.Create: create, exp.Drop: drop}
