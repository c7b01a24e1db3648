"""LIST and REMOVE: the files in a stage.

https://docs.snowflake.com/en/sql-reference/sql/list
https://docs.snowflake.com/en/sql-reference/sql/remove
"""

from __future__ import annotations

import datetime as dt
import re
from email.utils import format_datetime

import pyarrow as pa
from sqlglot import exp

from local_snowflake import stages
from local_snowflake.errors import syntax
from local_snowflake.session import Session
from local_snowflake.statement_result import StatementResult, rows
from local_snowflake.statements.administration import command_text

_REMOVE = re.compile(
    r"(?P<location>'@(?:[^']|'')*'|@\S+)(?:\s+PATTERN\s*=\s*'(?P<pattern>(?:[^']|'')*)')?\s*",
    re.I | re.S,
)
_LISTED = {
    "name": pa.string(),
    "size": pa.int64(),
    "md5": pa.string(),
    "last_modified": pa.string(),
}
_REMOVED = {"name": pa.string(), "result": pa.string()}


def list_files(session: Session, statement: exp.Expr) -> StatementResult:
    """LIST."""
    pattern = statement.args.get("pattern")
    location = stages.locate(session, statement.this.name)
    found = [
        (location.label + file.name, file.size, file.content_key(), _modified(file))
        for file in location.files(pattern.name if pattern else None)
    ]
    return rows(_LISTED, found)


def _modified(file: stages.StagedFile) -> str:
    when = dt.datetime.fromtimestamp(file.path.stat().st_mtime, dt.UTC)
    return format_datetime(when, usegmt=True)


def remove(session: Session, statement: exp.Expr) -> StatementResult | None:
    """REMOVE."""
    if str(statement.this).upper() not in ("REMOVE", "RM"):
        return None
    match = _REMOVE.fullmatch(command_text(statement))
    if not match:
        raise syntax("REMOVE takes a stage, as in REMOVE @stage/path [PATTERN = '...'].")
    location = stages.locate(session, match["location"])
    pattern = match["pattern"]
    removed = location.files(pattern.replace("''", "'") if pattern else None)
    for file in removed:
        file.path.unlink(missing_ok=True)
    return rows(_REMOVED, [(location.label + file.name, "removed") for file in removed])


HANDLERS = {exp.ListStage: list_files, exp.Command: remove}
