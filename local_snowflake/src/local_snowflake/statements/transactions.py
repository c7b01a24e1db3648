"""BEGIN, COMMIT and ROLLBACK.

COMMIT and ROLLBACK without a transaction do nothing, and neither does BEGIN inside one.
https://docs.snowflake.com/en/sql-reference/transactions
"""

from __future__ import annotations

from sqlglot import exp

from local_snowflake.session import Session
from local_snowflake.statement_result import StatementResult, status


def begin(session: Session, statement: exp.Expr) -> StatementResult:
    """BEGIN."""
    del statement
    session.begin()
    return status()


def start(session: Session, statement: exp.Expr) -> StatementResult | None:
    """START TRANSACTION, which sqlglot reads as a column with an alias."""
    if statement.sql().upper() not in ("START AS TRANSACTION", "START TRANSACTION"):
        return None
    return begin(session, statement)


def commit(session: Session, statement: exp.Expr) -> StatementResult:
    """COMMIT."""
    del statement
    session.end(keep=True)
    return status()


def rollback(session: Session, statement: exp.Expr) -> StatementResult:
    """ROLLBACK."""
    del statement
    session.end(keep=False)
    return status()


HANDLERS = {
    exp.Transaction: begin,
    exp.Alias: start,
    exp.Commit: commit,
    exp.Rollback: rollback,
}
