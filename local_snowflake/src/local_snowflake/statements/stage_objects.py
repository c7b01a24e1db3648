"""CREATE and DROP of stages and file formats.

https://docs.snowflake.com/en/sql-reference/sql/create-stage
https://docs.snowflake.com/en/sql-reference/sql/create-file-format
"""

from __future__ import annotations

import json
import shutil

from sqlglot import exp

from local_snowflake import options, stages
from local_snowflake.answers import Answer, status
from local_snowflake.errors import already_exists, does_not_exist, not_supported
from local_snowflake.names import Name, first_row, named_table, resolve
from local_snowflake.session import Session

_CATALOG = "_fs_global._fs_information_schema"
_TABLES = {"STAGE": "_fs_stages", "FILE FORMAT": "_fs_file_formats"}
_CREATED = {"STAGE": "Stage area", "FILE FORMAT": "File format"}
# Properties of a stage that change nothing here.
_WITHOUT_EFFECT = {"DIRECTORY", "ENCRYPTION"}


def create(session: Session, statement: exp.Expr) -> Answer | None:
    kind = str(statement.args.get("kind")).upper()
    if kind not in _TABLES:
        return None
    name = resolve(session, named_table(statement))
    if _exists(session, kind, name) and not statement.args.get("replace"):
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
        f"""INSERT OR REPLACE INTO {_CATALOG}._fs_stages
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
        f"""INSERT OR REPLACE INTO {_CATALOG}._fs_file_formats
            (created_on, name, database_name, schema_name, type, options)
            VALUES (now(), ?, ?, ?, ?, ?)""",
        [name.name, name.database, name.schema, kind, json.dumps(given)],
    )


def drop(session: Session, statement: exp.Expr) -> Answer | None:
    kind = str(statement.args.get("kind")).upper()
    if kind not in _TABLES:
        return None
    name = resolve(session, statement.args["tables"][0])
    if not _exists(session, kind, name):
        if statement.args.get("exists"):
            return status(f"Drop statement executed successfully ({name.name} already dropped).")
        raise does_not_exist(kind.capitalize(), str(name))
    where = "WHERE database_name = ? AND schema_name = ? AND name = ?"
    key = [name.database, name.schema, name.name]
    session.con.execute(f"DELETE FROM {_CATALOG}.{_TABLES[kind]} {where}", key)
    if kind == "STAGE":
        session.con.execute(f"DELETE FROM {_CATALOG}._stage_options {where}", key)
        shutil.rmtree(stages.folder_of(session, name), ignore_errors=True)
    return status(f"{name.name} successfully dropped.")


def _exists(session: Session, kind: str, name: Name) -> bool:
    found = first_row(
        session.con.execute(
            f"SELECT 1 FROM {_CATALOG}.{_TABLES[kind]} "
            "WHERE database_name = ? AND schema_name = ? AND name = ?",
            [name.database, name.schema, name.name],
        )
    )
    return found is not None


HANDLERS = {exp.Create: create, exp.Drop: drop}
