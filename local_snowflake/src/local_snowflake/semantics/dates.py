"""DATE_TRUNC and DATEADD keep the type of what they are given: a DATE stays a DATE.

https://docs.snowflake.com/en/sql-reference/functions/date_trunc
https://docs.snowflake.com/en/sql-reference/functions/dateadd
"""

from __future__ import annotations

from sqlglot import exp

from local_snowflake.errors import not_supported
from local_snowflake.macros import call

_DAYS_AND_LONGER = {"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"}
_INTERVAL_UNITS = {
    f"{unit}{end}"
    for unit in (*_DAYS_AND_LONGER, "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND")
    for end in ("", "S")
}
_TRUNC_UNITS = _DAYS_AND_LONGER | {"HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND"}


def rewrite(statement: exp.Expr) -> exp.Expr:
    """Cast the results to the type of the argument.

    Raises:
        SnowflakeError: a unit or an INTERVAL is not known here.
    """
    for node in list(statement.find_all(exp.TimestampTrunc, exp.DateTrunc)):
        _truncation(node)
    for node in list(statement.find_all(exp.DateAdd)):
        _addition(node)
    for node in list(statement.find_all(exp.AddMonths)):
        node.replace(_as(_timestamp_if_text(node), node.copy()))
    for node in list(statement.find_all(exp.TimeSlice)):
        if node.args["unit"].name.upper() in _DAYS_AND_LONGER:
            node.replace(_as(node.this, node.copy()))
    for interval in list(statement.find_all(exp.Interval)):
        _interval(interval)
    for node in list(statement.find_all(exp.Extract)):
        _part(node)
    for node in list(statement.find_all(exp.ConvertTimezone)):
        _zone(node)
    return statement


def _truncation(node: exp.Expr) -> None:
    unit = node.args["unit"].name.upper()
    if unit not in _TRUNC_UNITS:
        raise not_supported(f"DATE_TRUNC to {unit}")
    operand = _timestamp_if_text(node)
    node.replace(_as(operand, node.copy()))


def _addition(node: exp.Expr) -> None:
    operand = _timestamp_if_text(node)
    if node.args["unit"].name.upper() in _DAYS_AND_LONGER:
        node.replace(_as(operand, node.copy()))


def _interval(node: exp.Interval) -> None:
    """`day + INTERVAL '1 day'` stays a DATE; with hours it becomes a TIMESTAMP in both.

    https://docs.snowflake.com/en/sql-reference/data-types-datetime#interval-constants
    """
    unit, sum_ = node.args.get("unit"), node.parent
    if not isinstance(unit, exp.Var) or unit.name.upper() not in _INTERVAL_UNITS:
        raise not_supported("an INTERVAL of several units, or without one; add them one by one")
    if not isinstance(sum_, exp.Add | exp.Sub):
        raise not_supported("an INTERVAL that is not added to a date or timestamp")
    if unit.name.upper().rstrip("S") in _DAYS_AND_LONGER:
        other = sum_.expression if sum_.this is node else sum_.this
        sum_.replace(_as(other, sum_.copy()))


def _part(node: exp.Extract) -> None:
    """Parts are whole numbers; DuckDB's epoch has a fraction.

    https://docs.snowflake.com/en/sql-reference/functions-date-time#supported-date-and-time-parts
    """
    if node.name.upper() in ("EPOCH", "EPOCH_SECOND", "EPOCH_SECONDS"):
        second = exp.Extract(this=exp.var("EPOCH"), expression=node.expression.copy())
        node.replace(exp.cast(exp.Anonymous(this="floor", expressions=[second]), "BIGINT"))


def _timestamp_if_text(node: exp.Expr) -> exp.Expr:
    """A text is taken for a timestamp."""
    operand = node.this
    if isinstance(operand, exp.Literal) and operand.is_string:
        node.set("this", call("sf_timestamp", operand.copy()))
    return node.this


def _as(operand: exp.Expr, value: exp.Expr) -> exp.Expr:
    """The value in the type of the operand, which DuckDB knows when it binds the statement."""
    return exp.Anonymous(this="cast_to_type", expressions=[value, operand.copy()])


def _zone(node: exp.Expr) -> None:
    """With two arguments the result has a zone of its own, which DuckDB cannot keep."""
    target = node.args["target_tz"].name.upper()
    if not node.args.get("source_tz") and target not in ("UTC", "ETC/UTC"):
        raise not_supported(
            "CONVERT_TIMEZONE to a zone without saying from which; give three arguments"
        )
