"""Grants, roles, users, warehouses: accepted without effect, because whoever signs in may do all.

https://docs.snowflake.com/en/sql-reference/commands-user-role
"""

from __future__ import annotations

import re

from sqlglot import exp

from local_snowflake.errors import not_supported
from local_snowflake.session import Session
from local_snowflake.statement_result import StatementResult, status
from local_snowflake.statements.if_exists import kind_of

_KINDS = "ROLE|DATABASE ROLE|USER|WAREHOUSE|RESOURCE MONITOR|NETWORK POLICY|TAG"
_COMMAND = re.compile(
    rf"(?:(?:CREATE|ALTER|DROP)\s+(?:OR\s+REPLACE\s+)?(?:{_KINDS})|GRANT|REVOKE)\s"
    r"|ALTER\s+(?:TABLE\s+\S+\s+(?:RESUME|SUSPEND)\s+RECLUSTER|(?:DATABASE|SCHEMA)\s+\S+\s+SET\s)",
    re.I,
)


# What sqlglot leaves to fakesnow.
_SHOW = r"SHOW\s+(TERSE\s+)?(USER\s+)?(FUNCTIONS|PROCEDURES|PARAMETERS|WAREHOUSES|FILE FORMATS)"


def accept(session: Session, statement: exp.Expr) -> StatementResult:
    """GRANT and REVOKE."""
    del session, statement
    return status()


def object_of_account(session: Session, statement: exp.Expr) -> StatementResult | None:
    """CREATE or DROP of a role, user, warehouse and the like."""
    del session
    return status() if re.fullmatch(_KINDS, kind_of(statement)) else None


def command(session: Session, statement: exp.Expr) -> StatementResult | None:
    """What sqlglot does not parse: accepted if it is administration, refused otherwise."""
    del session
    return status() if _COMMAND.match(f"{statement.this} {command_text(statement)}") else None


def refuse(statement: exp.Expr) -> None:
    """Refuse what no handler knows; some SHOWs go on to fakesnow.

    Raises:
        SnowflakeError: the server does not know the statement.
    """
    words = f"{statement.this} {command_text(statement)}".split()
    if re.match(_SHOW, " ".join(words), re.I):
        return
    raise not_supported(" ".join(words[:4]).upper())


def command_text(statement: exp.Expr) -> str:
    """What follows the first word of a statement that sqlglot does not parse."""
    text = statement.args.get("expression") or ""
    return (text.name if isinstance(text, exp.Expr) else str(text)).strip()


HANDLERS = {
    exp.Grant: accept,
    exp.Revoke: accept,
    exp.Create: object_of_account,
    exp.Drop: object_of_account,
    exp.Command: command,
}
