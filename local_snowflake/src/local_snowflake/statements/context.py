"""USE and ALTER SESSION: what is current in a session.

Roles and warehouses do not exist here; naming one is accepted, because every script does.
https://docs.snowflake.com/en/sql-reference/sql/use
"""

from __future__ import annotations

from sqlglot import exp

from local_snowflake.errors import invalid_value, not_supported
from local_snowflake.names import normalize
from local_snowflake.session import LOCK_TIMEOUT_SECONDS, Session
from local_snowflake.statement_result import StatementResult, status

_USABLE = {"", "DATABASE", "SCHEMA", "ROLE", "WAREHOUSE"}
# Session parameters that no result depends on, and the only values of others.
_WITHOUT_EFFECT = {
    "ABORT_DETACHED_QUERY",
    "CLIENT_SESSION_KEEP_ALIVE",
    "QUERY_TAG",
    "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS",
    "STATEMENT_TIMEOUT_IN_SECONDS",
    "USE_CACHED_RESULT",
}
_ONLY = {
    "ERROR_ON_NONDETERMINISTIC_MERGE": "TRUE",
    "MULTI_STATEMENT_COUNT": "1",
    "QUOTED_IDENTIFIERS_IGNORE_CASE": "FALSE",
    "TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_NTZ",
    "TIMEZONE": "UTC",
    "WEEK_OF_YEAR_POLICY": "0",
    "WEEK_START": "0",
}


def use(session: Session, statement: exp.Expr) -> StatementResult | None:
    """USE of a database, schema, role or warehouse."""
    kind = statement.args.get("kind")
    word = str(kind.name if isinstance(kind, exp.Var) else kind or "").upper()
    table = statement.this
    if word == "SECONDARY ROLES":
        return status()
    if not isinstance(table, exp.Table) or word not in _USABLE:
        raise not_supported(statement.sql(dialect="snowflake"))
    if word in ("ROLE", "WAREHOUSE"):
        setattr(session, word.lower(), normalize(table.this))
        return status()
    if word == "DATABASE" or (not word and not table.db):
        session.use_database(normalize(table.this))
    else:
        session.use_database(normalize(table.args.get("db")))
        session.use_schema(normalize(table.this))
    return status()


def alter_session(session: Session, statement: exp.Expr) -> StatementResult | None:
    """ALTER SESSION SET and UNSET."""
    if statement.args.get("kind") != "SESSION":
        return None
    change = statement.find(exp.AlterSession)
    if change is None:
        raise not_supported(statement.sql(dialect="snowflake"))
    for item in change.expressions:
        name = item.find(exp.Identifier).name.upper()
        if change.args.get("unset"):
            if name == "LOCK_TIMEOUT":
                session.lock_timeout = LOCK_TIMEOUT_SECONDS
            continue
        _set(session, name, item.this.expression)
    return status()


def _set(session: Session, name: str, value: exp.Expr) -> None:
    text = (value.name or value.sql()).upper()
    if name == "AUTOCOMMIT":
        if text not in ("TRUE", "FALSE"):
            raise invalid_value(name, text, "TRUE or FALSE")
        session.autocommit(text == "TRUE")
    elif name == "LOCK_TIMEOUT":
        if not text.isdigit():
            raise invalid_value(name, text, "a number of seconds")
        session.lock_timeout = int(text)
    elif name in _ONLY:
        if text not in (_ONLY[name], f"ETC/{_ONLY[name]}"):
            raise not_supported(f"{name} = {text}, only {_ONLY[name]}")
    elif name not in _WITHOUT_EFFECT:
        raise not_supported(f"the session parameter {name}")


HANDLERS = {exp.Use: use, exp.Alter: alter_session}
