"""NUMBERs stay exact: division, multiplication and MEDIAN with Snowflake's scale.

The result of a / b has max(s1, min(s1 + 6, 12)) decimals, that of a * b at most
max(s1, s2, 12); DuckDB would divide as floating point and keep all decimals of a product.
https://docs.snowflake.com/en/sql-reference/operators-arithmetic
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from sqlglot import exp

from local_snowflake.bindings import Params
from local_snowflake.errors import LOCAL, SnowflakeError, not_supported
from local_snowflake.macros import call
from local_snowflake.semantics import common_types
from local_snowflake.semantics.constants import is_whole
from local_snowflake.semantics.type_probe import TypeProbe
from local_snowflake.session import Session

_INTEGERS = re.compile(r"U?(HUGEINT|BIGINT|INTEGER|SMALLINT|TINYINT)(_LITERAL)?")
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_FLOATS = {"DOUBLE", "FLOAT"}
_NULL = '"NULL"'


def rewrite(session: Session, statement: exp.Expr, params: Params | None) -> exp.Expr:
    """Rewrite the arithmetic of a statement, innermost operands first.

    Raises:
        SnowflakeError: an operand has a type that Snowflake or this server does not compute with.
    """
    root = exp.Paren(this=statement)
    probe = TypeProbe(session, root, params)
    for node in list(_inner_first(statement)):
        if (rule := _RULES.get(type(node))) is not None:
            rule(probe, node)
    result = root.this
    result.pop()
    return result


def _inner_first(node: exp.Expr) -> Iterator[exp.Expr]:
    """All nodes, clauses in the order DuckDB binds them, operands before operators."""
    first = ("with_", "from_", "joins", "laterals", "using", "where", "group")
    ordered = sorted(node.args.items(), key=lambda item: item[0] not in first)
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


def _divide(probe: TypeProbe, node: exp.Expr) -> None:
    left, right = node.this, node.expression
    kinds = probe.types(node, left, right)
    first, second = _scale(kinds[0]), _scale(kinds[1])
    if any(kind in _FLOATS for kind in kinds):
        node.replace(call("sf_quotient", _double(left), _double(right)))
        return
    if first is None or second is None:
        raise SnowflakeError(
            1044,
            "42P13",
            f"SQL compilation error:\nInvalid argument types for function '/': "
            f"({', '.join(kinds)}); {LOCAL} divides numbers only, so CAST them.",
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


def _modulo(probe: TypeProbe, node: exp.Expr) -> None:
    del probe
    node.replace(call("sf_modulo", node.this.copy(), node.expression.copy()))


def _finite(probe: TypeProbe, node: exp.Expr) -> None:
    """SQRT(-1) and LN(0) are errors, not NaN and infinity."""
    del probe
    node.replace(call("sf_finite", node.copy()))


def _multiply(probe: TypeProbe, node: exp.Expr) -> None:
    left, right = node.this, node.expression
    if is_whole(left) and is_whole(right):
        left.replace(_hugeint(left.copy()))
        return
    if is_whole(left) or is_whole(right):
        return  # a whole number adds no decimals
    if isinstance(left, exp.Interval) or isinstance(right, exp.Interval):
        return
    first, second = map(_scale, probe.types(node, left, right))
    if first is None or second is None:
        return
    limit = max(first, second, 12)
    if first + second > limit:
        node.replace(exp.cast(exp.Paren(this=node.copy()), f"DECIMAL(38, {limit})"))


def _add(probe: TypeProbe, node: exp.Expr) -> None:
    """DuckDB adds days to a date in 32 bits only, and constants in 32 as well."""
    left, right = node.this, node.expression
    if is_whole(left) and is_whole(right):
        left.replace(_hugeint(left.copy()))
    if any(isinstance(o, exp.Interval) or is_whole(o) for o in (left, right)):
        return
    if not probe.is_possible():
        return  # then DuckDB fails, if one is a date
    kinds = probe.types(node, left, right)
    for operand, kind, other in ((left, *kinds), (right, *reversed(kinds))):
        if other == "DATE" and _INTEGERS.fullmatch(kind):
            operand.replace(exp.cast(operand.copy(), "INTEGER"))


def _keep_whole(probe: TypeProbe, node: exp.Expr) -> None:
    """For DuckDB, FLOOR and CEIL of a HUGEINT are a DOUBLE."""
    (kind,) = probe.types(node.this, node.this)
    if kind == "HUGEINT":
        node.replace(exp.Paren(this=node.this.copy()))


def _index(probe: TypeProbe, node: exp.Expr) -> None:
    """An index into an array has 64 bits."""
    for index in list(node.expressions):
        if not isinstance(index, exp.Literal | exp.Slice):
            (kind,) = probe.types(index, index)
            if kind == "HUGEINT":
                index.replace(exp.cast(index.copy(), "BIGINT"))


def _median(probe: TypeProbe, node: exp.Expr) -> None:
    """A value between two others has three decimals more than they."""
    if isinstance(node, exp.Median):
        operand = node.this
    elif isinstance(node.this, exp.PercentileCont):
        operand = node.expression.expressions[0].this
    else:
        return
    (kind,) = probe.types(operand, operand)
    scale = _scale(kind)
    if scale is not None:
        operand.replace(exp.cast(operand.copy(), f"DECIMAL(38, {scale + 3})"))


def _float_only(probe: TypeProbe, node: exp.Expr) -> None:
    """FLOAT in, FLOAT out; of NUMBERs Snowflake returns a NUMBER by a rule it does not document."""
    operand = node.this
    (kind,) = probe.types(operand, operand)
    if kind not in _FLOATS:
        raise not_supported(f"{node.key.upper()} of a {kind}; CAST the argument to FLOAT")


_RULES: dict[type[exp.Expr], Callable[[TypeProbe, exp.Expr], None]] = {
    exp.Div: _divide,
    exp.Mul: _multiply,
    exp.Mod: _modulo,
    exp.Bracket: _index,
    **dict.fromkeys((exp.Add, exp.Sub), _add),
    **dict.fromkeys((exp.Sqrt, exp.Ln, exp.Log, exp.Exp, exp.Pow), _finite),
    **dict.fromkeys((exp.Ceil, exp.Floor), _keep_whole),
    **dict.fromkeys((exp.Median, exp.WithinGroup), _median),
    **dict.fromkeys((exp.Stddev, exp.StddevPop, exp.StddevSamp), _float_only),
    **dict.fromkeys((exp.Variance, exp.VariancePop), _float_only),
    **common_types.RULES,
}
