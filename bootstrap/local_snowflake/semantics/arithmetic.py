"""NUMBERs stay exact: division, multiplication and MEDIAN with Snowflake's scale.

The result of a / b has max(s1, min(s1 + 6, 12)) decimals, that of a * b at most
max(s1, s2, 12); DuckDB would divide as floating point and keep all decimals of a product.
https://docs.snowflake.com/en/sql-reference/operators-arithmetic
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlglot import exp

from bootstrap.local_snowflake.bindings import Params
from bootstrap.local_snowflake.errors import SnowflakeError, not_supported
from bootstrap.local_snowflake.semantics.macros import call
from bootstrap.local_snowflake.semantics.probe import types_of

if TYPE_CHECKING:
    from bootstrap.local_snowflake.session import Session

_INTEGERS = re.compile(r"U?(HUGEINT|BIGINT|INTEGER|SMALLINT|TINYINT)(_LITERAL)?")
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_FLOATS = {"DOUBLE", "FLOAT"}
_NULL = '"NULL"'
# FLOAT in, FLOAT out; of NUMBERs Snowflake returns a NUMBER of its own making.
_FLOAT_ONLY = (exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance, exp.VariancePop)


def rewrite(session: Session, statement: exp.Expr, params: Params | None) -> exp.Expr:
    """Make the arithmetic of a statement Snowflake's, innermost operands first."""
    root = exp.Paren(this=statement)
    for node in list(_inner_first(statement)):
        if isinstance(node, exp.Div):
            _divide(session, root.this, node, params)
        elif isinstance(node, exp.Mul):
            _multiply(session, root.this, node, params)
        elif isinstance(node, exp.Mod):
            node.replace(call("sf_modulo", node.this.copy(), node.expression.copy()))
        elif isinstance(node, exp.Median):
            _median(session, root.this, node.this, params)
        elif isinstance(node, exp.WithinGroup) and isinstance(node.this, exp.PercentileCont):
            _median(session, root.this, node.expression.expressions[0].this, params)
        elif isinstance(node, _FLOAT_ONLY):
            _float_only(session, root.this, node, params)
    result = root.this
    result.pop()
    return result


def _inner_first(node: exp.Expr) -> Iterator[exp.Expr]:
    """All nodes, sources before what is selected from them, operands before operators."""
    sources = ("with_", "from_", "joins", "laterals", "using")
    ordered = sorted(node.args.items(), key=lambda item: item[0] not in sources)
    for _, value in ordered:
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, exp.Expr):
                yield from _inner_first(child)
    yield node


def _scale(kind: str) -> int | None:
    """Decimals of an exact type; None for FLOAT and others."""
    if match := _DECIMAL.fullmatch(kind):
        return int(match[2])
    return 0 if _INTEGERS.fullmatch(kind) or kind in (_NULL, "BOOLEAN") else None


def _divide(session: Session, root: exp.Expr, node: exp.Div, params: Params | None) -> None:
    left, right = node.this, node.expression
    kinds = types_of(session, root, node, [left, right], params)
    first, second = _scale(kinds[0]), _scale(kinds[1])
    if any(kind in _FLOATS for kind in kinds):
        node.replace(call("sf_quotient", _double(left), _double(right)))
        return
    if first is None or second is None:
        raise SnowflakeError(
            1044,
            "42P13",
            f"SQL compilation error:\nInvalid argument types for function '/': "
            f"({', '.join(kinds)}); the local Snowflake server wants numbers, so CAST them.",
        )
    scale = max(first, min(first + 6, 12))
    # In units of the last decimals: a * 10^s1 and b * 10^s2 are whole numbers.
    shift = scale - first + second
    quotient = call(
        "sf_divide",
        _whole(left, first),
        _whole(right, second),
        _hugeint(exp.Literal.number(10**shift)),
    )
    node.replace(_decimal(quotient, scale))


def _double(operand: exp.Expr) -> exp.Expr:
    return exp.cast(operand.copy(), "DOUBLE")


def _hugeint(operand: exp.Expr) -> exp.Expr:
    return exp.cast(operand, exp.DataType.build("INT128"))


def _whole(operand: exp.Expr, scale: int) -> exp.Expr:
    if not scale:
        return _hugeint(operand.copy())
    units = exp.Literal.number(10**scale)
    return _hugeint(exp.Mul(this=exp.Paren(this=operand.copy()), expression=units))


def _decimal(units: exp.Expr, scale: int) -> exp.Expr:
    """A whole number of units of the last decimal, as DECIMAL(38, scale)."""
    whole = exp.cast(units, "DECIMAL(38, 0)")
    if not scale:
        return whole
    unit = exp.cast(exp.Literal.number(f"0.{1:0{scale}d}"), f"DECIMAL({scale + 1}, {scale})")
    return exp.Paren(this=exp.Mul(this=whole, expression=unit))


def _multiply(session: Session, root: exp.Expr, node: exp.Mul, params: Params | None) -> None:
    left, right = node.this, node.expression
    if any(isinstance(o, exp.Literal) and str(o.this).isdigit() for o in (left, right)):
        return  # a whole number adds no decimals
    if isinstance(left, exp.Interval) or isinstance(right, exp.Interval):
        return
    kinds = types_of(session, root, node, [left, right], params)
    first, second = _scale(kinds[0]), _scale(kinds[1])
    if first is None or second is None:
        return
    limit = max(first, second, 12)
    if first + second > limit:
        node.replace(exp.cast(exp.Paren(this=node.copy()), f"DECIMAL(38, {limit})"))


def _median(session: Session, root: exp.Expr, operand: exp.Expr, params: Params | None) -> None:
    """A value between two others has three decimals more than they."""
    (kind,) = types_of(session, root, operand, [operand], params)
    scale = _scale(kind)
    if scale is not None:
        operand.replace(exp.cast(operand.copy(), f"DECIMAL(38, {scale + 3})"))


def _float_only(session: Session, root: exp.Expr, node: exp.Expr, params: Params | None) -> None:
    operand = node.this
    (kind,) = types_of(session, root, operand, [operand], params)
    if kind not in _FLOATS:
        raise not_supported(f"{node.key.upper()} of a {kind}; CAST the argument to FLOAT")
