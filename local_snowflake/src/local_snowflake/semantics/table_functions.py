"""FLATTEN and SPLIT_TO_TABLE.

https://docs.snowflake.com/en/sql-reference/functions/flatten
https://docs.snowflake.com/en/sql-reference/functions/split_to_table
"""

from __future__ import annotations

from sqlglot import exp

from local_snowflake.errors import not_supported
from local_snowflake.macros import SCHEMA

_SPLIT_COLUMNS = ("INDEX", "VALUE")


def rewrite(statement: exp.Expr) -> exp.Expr:
    """Rewrite FLATTEN and SPLIT_TO_TABLE, and check GENERATOR.

    Raises:
        SnowflakeError: they have an argument, or their SEQ is used, that is not known here.
    """
    if statement.find(exp.Explode, exp.SplitToTable):
        for column in statement.find_all(exp.Column):
            if column.name.upper() == "SEQ":
                raise not_supported("SEQ of FLATTEN and SPLIT_TO_TABLE")
    for flatten in list(statement.find_all(exp.Explode)):
        _flatten(flatten)
    for split in list(statement.find_all(exp.SplitToTable)):
        _split(split)
    for rows in statement.find_all(exp.Generator):
        if rows.args.get("timelimit") or not isinstance(rows.args.get("rowcount"), exp.Literal):
            raise not_supported("GENERATOR without a constant ROWCOUNT")
    return statement


def _flatten(node: exp.Explode) -> None:
    """INPUT and OUTER; fakesnow would drop all but the first."""
    for argument in node.expressions:
        name = argument.this.name.upper() if isinstance(argument, exp.Kwarg) else "more"
        value = argument.expression
        is_true = isinstance(value, exp.Boolean) and bool(value.this)
        if name == "OUTER" and is_true:
            _outer(node)
        elif name not in ("OUTER", "RECURSIVE") or is_true:
            raise not_supported(f"FLATTEN with {name}; only INPUT and OUTER")
    node.set("expressions", None)


def _outer(node: exp.Explode) -> None:
    """A row with NULLs where there is nothing to flatten."""
    join = node.parent.parent if node.parent else None
    if not isinstance(join, exp.Join):
        raise not_supported("FLATTEN with OUTER that is not joined to a table")
    join.set("side", "LEFT")
    join.set("on", exp.true())


def _split(node: exp.SplitToTable) -> None:
    """A table macro, with the columns named as in Snowflake."""
    source = node.parent
    alias = source.args.get("alias") if source else None
    name = alias.this.copy() if alias and alias.this else exp.to_identifier("_SPLIT")
    columns = [exp.to_identifier(column) for column in _SPLIT_COLUMNS]
    function = exp.Anonymous(
        this=f"{SCHEMA}.sf_split_to_table", expressions=[node.this, node.expression]
    )
    if source is not None:
        source.replace(exp.Table(this=function, alias=exp.TableAlias(this=name, columns=columns)))
