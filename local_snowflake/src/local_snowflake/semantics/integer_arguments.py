"""Arguments that count something are rounded to whole numbers: positions, lengths, days, rows.

DuckDB wants them in 64 bits, where a NUMBER has 128.
https://docs.snowflake.com/en/sql-reference/functions/dateadd
"""

from __future__ import annotations

from sqlglot import exp

from local_snowflake.macros import call
from local_snowflake.semantics.constants import constant, is_whole

# sqlglot's class -> those of its arguments that count.
_COUNTS: dict[type[exp.Expr], tuple[str, ...]] = {
    exp.AddMonths: ("expression",),
    exp.DateAdd: ("expression",),
    exp.DateFromParts: ("year", "month", "day"),
    exp.GetExtract: ("expression",),
    exp.Lag: ("offset",),
    exp.Lead: ("offset",),
    exp.Left: ("expression",),
    exp.NthValue: ("offset",),
    exp.Ntile: ("this",),
    exp.Pad: ("expression",),
    exp.RegexpCount: ("position",),
    exp.RegexpExtract: ("position", "occurrence", "group"),
    exp.RegexpInstr: ("position", "occurrence"),
    exp.RegexpReplace: ("position", "occurrence"),
    exp.Repeat: ("times",),
    exp.Right: ("expression",),
    exp.Round: ("decimals",),
    exp.Space: ("this",),
    exp.SplitPart: ("part_index",),
    exp.StrPosition: ("position",),
    exp.Strtok: ("part_index",),
    exp.Stuff: ("start", "length"),
    exp.Substring: ("start", "length"),
    exp.TimeAdd: ("expression",),
    exp.TimeSlice: ("expression",),
    exp.TimestampFromParts: ("year", "month", "day", "hour", "min", "sec", "nano"),
    exp.Trunc: ("decimals",),
}


def rewrite(statement: exp.Expr) -> exp.Expr:
    """Round them."""
    for node in list(statement.find_all(*_COUNTS)):
        for argument in _COUNTS[type(node)]:
            count = node.args.get(argument)
            if count is not None and not _stays(count):
                count.replace(call("sf_whole", count.copy()))
    return statement


def _stays(node: exp.Expr) -> bool:
    """A whole constant, which some functions want as it is; or text, as in GET."""
    found = constant(node)
    return is_whole(node) or (found is not None and found.is_string)
