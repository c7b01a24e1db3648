"""Conversions: the value of a text, the rounding of halves, the text of a value.

https://docs.snowflake.com/en/sql-reference/data-type-conversion
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from local_snowflake.macros import call
from local_snowflake.semantics.plain_constants import is_plain
from local_snowflake.text_lengths import of_type

_T = exp.DataType.Type
_TEXT = {_T.VARCHAR, _T.TEXT, _T.CHAR, _T.NCHAR, _T.NVARCHAR}
_INTEGERS = {_T.INT, _T.BIGINT, _T.SMALLINT, _T.TINYINT}
_TIMESTAMPS = {_T.TIMESTAMP, _T.TIMESTAMPNTZ, _T.DATETIME}
_FLOATS = {_T.DOUBLE, _T.FLOAT}
_TEXT_FUNCTIONS = (
    exp.Concat,
    exp.ConcatWs,
    exp.DPipe,
    exp.GroupConcat,
    exp.Initcap,
    exp.Lower,
    exp.MD5,
    exp.Replace,
    exp.SHA2,
    exp.SplitPart,
    exp.Trim,
    exp.Upper,
)
_MACROS = {
    _T.BOOLEAN: "boolean",
    _T.DATE: "date",
    _T.TIMESTAMPLTZ: "timestamp_ltz",
    _T.TIMESTAMPTZ: "timestamp_ltz",  # unsupported.py lets only constants in UTC through
    **dict.fromkeys(_TIMESTAMPS, "timestamp"),
}
# Functions that convert text as a cast does: name without TRY_ -> type.
_FUNCTIONS = {
    "TO_TIMESTAMP": "timestamp",
    "TO_TIMESTAMP_NTZ": "timestamp",
    "TO_TIMESTAMP_LTZ": "timestamp_ltz",
}


def rewrite(statement: exp.Expr) -> exp.Expr:
    """Replace casts and conversion functions by Snowflake's."""
    for cast in list(statement.find_all(exp.Cast)):
        # A path into a VARIANT is converted by fakesnow and DuckDB, which know about JSON.
        is_path = isinstance(cast.this, exp.JSONExtract | exp.Bracket)
        if not is_path and (new := _cast(cast)) is not None:
            cast.replace(new)
    for hashed in list(statement.find_all(exp.MD5, exp.SHA, exp.SHA2)):
        hashed.set("this", _text(hashed.this))
    for joined in list(statement.find_all(exp.DPipe, exp.Concat)):
        _joined(joined)
    for kind, convert in _CONVERSIONS.items():
        for node in list(statement.find_all(kind)):
            if not node.args.get("format") and (new := convert(node)) is not None:
                node.replace(new)
    return statement


def is_text(node: exp.Expr) -> bool:
    """Whether an expression is seen to be text, so that nothing need be converted."""
    if isinstance(node, exp.Paren):
        return is_text(node.this)
    if isinstance(node, exp.Coalesce):
        return all(is_text(part) for part in [node.this, *node.expressions])
    if isinstance(node, exp.Anonymous):
        return node.name.endswith(".sf_text")
    is_cast = isinstance(node, exp.Cast) and node.to.this in _TEXT
    return is_cast or isinstance(node, _TEXT_FUNCTIONS) or node.is_string


def _joined(node: exp.Expr) -> None:
    """What is joined is converted to text first."""
    parts = node.expressions if isinstance(node, exp.Concat) else [node.this, node.expression]
    for part in list(parts):
        if not is_text(part) and not isinstance(part, exp.Null):
            part.replace(call("sf_text", part.copy()))


def _macro(name: str, is_try: bool, operand: exp.Expr) -> exp.Expr:
    if is_plain(operand, name):
        return call(f"sf_plain_{name}", operand.copy())
    if name == "integer" and isinstance(operand, exp.Column):
        name = "integer_column"
    return call(f"sf_try_{name}" if is_try else f"sf_{name}", operand.copy())


def _number(to: exp.DataType | str, is_try: bool, operand: exp.Expr) -> exp.Expr:
    kind = exp.TryCast if is_try else exp.Cast
    text = operand.copy() if is_plain(operand, "number") else _macro("number", is_try, operand)
    return kind(this=text, to=exp.DataType.build(to))


def _cast(node: exp.Cast) -> exp.Expr | None:
    kind, is_try = node.to.this, isinstance(node, exp.TryCast)
    if kind in _TEXT:
        return _text(node.this, of_type(node.to))
    if kind in _MACROS:
        return _macro(_MACROS[kind], is_try, node.this)
    if kind == _T.VARIANT:
        return exp.ToVariant(this=node.this.copy())
    if kind in _INTEGERS or (kind == _T.DECIMAL and _precision(node.to) == (38, 0)):
        return _macro("integer", is_try, node.this)
    if kind == _T.DECIMAL or kind in _FLOATS:
        return _number(node.to, is_try, node.this)
    return None


def _text(operand: exp.Expr, length: int | None = None) -> exp.Expr:
    """As text, cut to the length of the type."""
    text = operand.copy() if is_text(operand) else call("sf_text", operand.copy())
    return exp.Left(this=text, expression=exp.Literal.number(length)) if length else text


def _precision(kind: exp.DataType) -> tuple[int, int]:
    numbers = [int(parameter.name) for parameter in kind.expressions]
    return (numbers or [38])[0], (numbers[1:] or [0])[0]


def _is_safe(node: exp.Expr) -> bool:
    """TRY_TO_DATE and the like."""
    return bool(node.args.get("safe"))


def _to_number(node: exp.Expr) -> exp.Expr:
    precision, scale = (int(node.args[part].name) for part in ("precision", "scale"))
    if (precision, scale) == (38, 0):
        return _macro("integer", _is_safe(node), node.this)
    return _number(f"DECIMAL({precision}, {scale})", _is_safe(node), node.this)


def _of_whole_number(node: exp.Expr) -> exp.Expr | None:
    """TO_TIMESTAMP('1704067200123'), which sqlglot takes for seconds whatever its digits."""
    if not isinstance(node.this, exp.Literal) or not node.this.is_string:
        return None
    return call("sf_timestamp", node.this.copy())


def _named(node: exp.Expr) -> exp.Expr | None:
    """TO_TIMESTAMP and the like, which sqlglot has no class for."""
    name = str(node.this).upper()
    is_try = name.startswith("TRY_")
    kind = _FUNCTIONS.get(name.removeprefix("TRY_"))
    if kind is None or len(node.expressions) != 1:
        return None
    operand = node.expressions[0]
    is_text = isinstance(operand, exp.Literal) and operand.is_string
    if kind == "timestamp" and not is_try and not is_text:
        return call("sf_to_timestamp", operand.copy())
    return _macro(kind, is_try, operand)


_CONVERSIONS: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr | None]] = {
    exp.TsOrDsToDate: lambda node: _macro("date", _is_safe(node), node.this),
    exp.ToNumber: _to_number,
    exp.ToBoolean: lambda node: _macro("boolean", _is_safe(node), node.this),
    exp.ToDouble: lambda node: _number("DOUBLE", _is_safe(node), node.this),
    exp.ToChar: lambda node: _text(node.this),
    exp.UnixToTime: _of_whole_number,
    exp.MD5NumberLower64: lambda node: call("sf_md5_number_lower64", _text(node.this)),
    exp.Anonymous: _named,
}
