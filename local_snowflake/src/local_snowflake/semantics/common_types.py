"""Values that share one type: arguments of COALESCE, branches of CASE, rows of VALUES and UNION.

Of a number and a text Snowflake makes two numbers, or fails. DuckDB converts a constant only if it
is the value to return, and makes a text of the number in a UNION. So constants are converted before
the statement runs, and other mixtures are refused, here or by DuckDB itself.
https://docs.snowflake.com/en/sql-reference/functions/coalesce#usage-notes
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from sqlglot import exp

from local_snowflake.errors import SnowflakeError, not_supported
from local_snowflake.macros import converted
from local_snowflake.names import literal
from local_snowflake.semantics.casts import is_text
from local_snowflake.semantics.constants import constant
from local_snowflake.semantics.type_probe import TypeProbe

_NUMBER = re.compile(
    r"DECIMAL\(\d+,\d+\)|DOUBLE|FLOAT|U?(HUGE|BIG|SMALL|TINY)?INT(EGER)?(_LITERAL)?"
)
_CONVERTED = re.compile(r"BOOLEAN|DATE|TIMESTAMP( WITH TIME ZONE)?")
_WHOLE = re.compile(r"\s*[+-]?\d+\s*")
_NUMERIC = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")


def _is_number(kind: str) -> bool:
    return _NUMBER.fullmatch(kind) is not None


def _constant_text(node: exp.Expr) -> exp.Literal | None:
    node = node.unnest()
    return node if isinstance(node, exp.Literal) and node.is_string else None


def _is_constant_number(node: exp.Expr) -> bool:
    found = constant(node)
    return found is not None and not found.is_string


def _check_number(text: exp.Literal) -> None:
    """A text next to a number; a whole one is converted by DuckDB as by Snowflake."""
    if not _NUMERIC.fullmatch(text.name):
        raise SnowflakeError(100038, "22018", f"Numeric value '{text.name}' is not recognized")
    if not _WHOLE.fullmatch(text.name):
        raise not_supported(f"the type that '{text.name}' and a number have in common; CAST it")


def _unify(probe: TypeProbe, node: exp.Expr, values: list[exp.Expr]) -> None:
    texts = [text for value in values if (text := _constant_text(value))]
    others = [v for v in values if not _constant_text(v) and not isinstance(v, exp.Null)]
    if not texts or all(is_text(other) for other in others):
        return
    has_number = any(map(_is_constant_number, others))
    if not has_number and not probe.is_possible():
        for text in texts:  # then DuckDB itself refuses to mix it with another type
            text.replace(exp.cast(text.copy(), "VARCHAR"))
        return
    kinds = ["INTEGER"] if has_number else probe.types(node, *others)
    kind = next((k for k in kinds if _CONVERTED.fullmatch(k)), None)
    for text in texts:
        if any(map(_is_number, kinds)):
            _check_number(text)
        elif kind:
            text.replace(_converted(probe, text, kind))


def _converted(probe: TypeProbe, text: exp.Literal, kind: str) -> exp.Expr:
    """A constant as a date or the like, tried once so that it fails even if it is never used."""
    sql = converted(f"{literal(text.name)}::VARCHAR", kind)
    probe.session.storage.duck_conn.cursor().execute(f"SELECT {sql}").fetchall()
    return exp.maybe_parse(sql, dialect="duckdb")


def _arguments(probe: TypeProbe, node: exp.Expr) -> None:
    _unify(probe, node, [node.this, *node.expressions])


def _case(probe: TypeProbe, node: exp.Expr) -> None:
    results = [branch.args["true"] for branch in node.args["ifs"]]
    _unify(probe, node, [*results, *filter(None, [node.args.get("default")])])


def _if(probe: TypeProbe, node: exp.Expr) -> None:
    if not isinstance(node.parent, exp.Case):
        _unify(probe, node, [v for k in ("true", "false") if (v := node.args.get(k))])


def _decode(probe: TypeProbe, node: exp.Expr) -> None:
    _, *rest = node.expressions
    has_default = len(rest) % 2
    _unify(probe, node, rest[1::2] + rest[-1:] * has_default)


def _in(probe: TypeProbe, node: exp.Expr) -> None:
    """Constants only: DuckDB itself refuses to compare a column of numbers with a text."""
    del probe
    values = [node.this, *node.expressions]
    if any(map(_is_constant_number, values)):
        for value in values:
            if text := _constant_text(value):
                _check_number(text)


def _values(probe: TypeProbe, node: exp.Expr) -> None:
    del probe
    rows = [row.expressions for row in node.expressions if isinstance(row, exp.Tuple)]
    for column in zip(*rows, strict=False):
        texts = [text for value in column if (text := _constant_text(value))]
        if texts and any(map(_is_constant_number, column)):
            for text in texts:
                _check_number(text)


def _set_operation(probe: TypeProbe, node: exp.Expr) -> None:
    if isinstance(node.parent, exp.SetOperation) or _is_recursive(node):
        return
    branches = [*_branches(node.this), *_branches(node.expression)]
    for column in zip(*probe.columns(branches), strict=False):
        other = next((k for k in column if _is_number(k) or _CONVERTED.fullmatch(k)), None)
        if other and "VARCHAR" in column:
            raise not_supported(f"{other} and VARCHAR as one column of a UNION; CAST one of them")


def _branches(node: exp.Expr) -> Iterator[exp.Expr]:
    """The queries of a chain of UNIONs."""
    query = node.unnest() if isinstance(node, exp.Subquery) else node
    if isinstance(query, exp.SetOperation) and not query.args.get("with_"):
        yield from _branches(query.this)
        yield from _branches(query.expression)
    else:
        yield query


def _is_recursive(node: exp.Expr) -> bool:
    """DuckDB converts what a recursive CTE adds to the types it starts with, strictly."""
    cte = node.find_ancestor(exp.CTE)
    return cte is not None and any(table.name == cte.alias for table in node.find_all(exp.Table))


RULES: dict[type[exp.Expr], Callable[[TypeProbe, exp.Expr], None]] = {
    exp.Case: _case,
    exp.DecodeCase: _decode,
    exp.In: _in,
    exp.Values: _values,
    **dict.fromkeys((exp.Coalesce, exp.Greatest, exp.Least), _arguments),
    **dict.fromkeys((exp.If, exp.Nvl2), _if),
    **dict.fromkeys((exp.Union, exp.Intersect, exp.Except), _set_operation),
}
