"""What DuckDB would silently do differently from Snowflake, and no rule here corrects yet."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from local_snowflake.errors import not_supported, syntax

_T = exp.DataType.Type


def rewrite(statement: exp.Expr) -> exp.Expr:
    """Refuse a statement that has one of the things below.

    Raises:
        SnowflakeError: it has.
    """
    for node in list(statement.walk()):
        check = _CHECKS.get(type(node))
        if check is not None:
            check(node)
    return statement


def _table(node: exp.Expr) -> None:
    if node.args.get("when") or node.args.get("version") or node.args.get("changes"):
        raise not_supported("time travel (AT, BEFORE, CHANGES)")
    if isinstance(node.this, exp.Literal):
        # DuckDB would read a file of this name.
        raise syntax(f"unexpected {node.this.sql()}: a table's name has no single quotes.")
    if isinstance(node.this, exp.Var) and str(node.this.this).startswith("@"):
        raise not_supported("SELECT from a stage; COPY INTO a table first")


def _select(node: exp.Expr) -> None:
    if node.args.get("connect"):
        raise not_supported("CONNECT BY; write a recursive CTE")
    if node.args.get("match"):
        raise not_supported("MATCH_RECOGNIZE")


def _type(node: exp.Expr) -> None:
    if node.this == _T.TIMESTAMPTZ and not _is_utc_literal(node.parent):
        raise not_supported(
            "TIMESTAMP_TZ, which keeps an offset with each value; use TIMESTAMP_NTZ in UTC, "
            "or TIMESTAMP_LTZ"
        )
    is_timestamp = node.this in (_T.TIMESTAMP, _T.TIMESTAMPNTZ, _T.TIMESTAMPLTZ, _T.DATETIME)
    if is_timestamp and node.expressions and int(node.expressions[0].name) < 6:
        raise not_supported("timestamps with less than 6 decimals of a second; round the values")


def _is_utc_literal(cast: exp.Expr | None) -> bool:
    """A constant in UTC means the same with and without an offset kept."""
    literal = cast.this if isinstance(cast, exp.Cast) else None
    if not isinstance(literal, exp.Literal) or not literal.is_string:
        return False
    return re.fullmatch(r"[\d-]+([ T][\d:.]+( ?([+-]00:?00|Z))?)?", literal.this) is not None


def _named(node: exp.Expr) -> None:
    """TO_TIMESTAMP_TZ of such a constant is a cast to it."""
    if str(node.this).upper() == "TO_TIMESTAMP_TZ" and len(node.expressions) == 1:
        cast = exp.cast(node.expressions[0].copy(), "TIMESTAMPTZ")
        _type(cast.to)
        node.replace(cast)


def _sample(node: exp.Expr) -> None:
    if node.args.get("seed"):
        raise not_supported("SAMPLE with a seed: it would pick other rows")


def _random(node: exp.Expr) -> None:
    if node.this is not None:
        raise not_supported("RANDOM with a seed: it would give other numbers")


def _when(node: exp.Expr) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/merge#syntax"""
    if node.args.get("source"):
        raise syntax("MERGE has no WHEN NOT MATCHED BY SOURCE.")


def _inserts(node: exp.Expr) -> None:
    del node
    raise not_supported("INSERT ALL; write one INSERT per table")


def _function_of_time(node: exp.Expr) -> None:
    if node.args.get("target_tz") is None and node.args.get("zone"):
        raise not_supported("AT TIME ZONE; use CONVERT_TIMEZONE with three arguments")


_CHECKS: dict[type[exp.Expr], Callable[[exp.Expr], None]] = {
    exp.Table: _table,
    exp.Select: _select,
    exp.DataType: _type,
    exp.TableSample: _sample,
    exp.Rand: _random,
    exp.When: _when,
    exp.MultitableInserts: _inserts,
    exp.Anonymous: _named,
    exp.AtTimeZone: _function_of_time,
}
