"""IF EXISTS, IF NOT EXISTS and OR REPLACE, for an object that does or does not exist."""

from __future__ import annotations

from sqlglot import exp

from local_snowflake.errors import already_exists, does_not_exist
from local_snowflake.statement_result import StatementResult, status


def kind_of(statement: exp.Expr) -> str:
    """What a CREATE or DROP is of: TABLE, FILE FORMAT, ..."""
    return str(statement.args.get("kind")).upper()


def create_existing(statement: exp.Expr, *parts: str) -> StatementResult | None:
    """The result of CREATE for an object that exists; None if it is to be replaced.

    Raises:
        SnowflakeError: neither IF NOT EXISTS nor OR REPLACE is given.
    """
    if statement.args.get("exists"):
        return status(f"{parts[-1]} already exists, statement succeeded.")
    if statement.args.get("replace"):
        return None
    raise already_exists(".".join(parts))


def drop_missing(statement: exp.Expr, *parts: str) -> StatementResult:
    """The result of DROP for an object that does not exist.

    Raises:
        SnowflakeError: IF EXISTS is not given.
    """
    if statement.args.get("exists"):
        return status(f"Drop statement executed successfully ({parts[-1]} already dropped).")
    raise does_not_exist(kind_of(statement).capitalize(), ".".join(parts))


def dropped(name: str) -> StatementResult:
    """The result of DROP."""
    return status(f"{name} successfully dropped.")
