"""Formats of dates and times: Snowflake's elements, in any case, as DuckDB's.

An element that this server does not know is refused; double quotes enclose text. sqlglot's own
translation is switched off (patches/date_formats.py).
https://docs.snowflake.com/en/sql-reference/date-time-input-output#about-the-elements-used-in-input-and-output-formats
"""

from __future__ import annotations

import re

from sqlglot import exp

from local_snowflake.errors import not_supported

_TOKEN = re.compile(
    r'(?P<element>YYYY|MMMM|MON|MM|DD|DY|HH24|HH12|MI|SS|FF\d?|AM|PM)|"(?P<text>[^"]*)"'
    # UTC: what dbt writes behind the times of its catalog.
    r"|(?P<mark>[-/., :;_]|T(?=HH)|UTC)",
    re.I,
)
_ELEMENTS = {
    "YYYY": "%Y",
    "MMMM": "%B",
    "MON": "%b",
    "MM": "%m",
    "DD": "%d",
    "DY": "%a",
    "HH24": "%H",
    "HH12": "%I",
    "MI": "%M",
    "SS": "%S",
    "AM": "%p",
    "PM": "%p",
    "FF3": "%g",
    "FF6": "%f",
}
# A timestamp has 6 decimals here.
_OUTPUT = {**_ELEMENTS, "FF": "%f000", "FF9": "%f000"}
_INPUT = {**_ELEMENTS, "FF": "%f"}
_TO_TEXT = (exp.TimeToStr, exp.ToChar)
_FROM_TEXT = (exp.StrToTime, exp.StrToDate, exp.TsOrDsToDate, exp.TsOrDsToTime)


def rewrite(statement: exp.Expr) -> exp.Expr:
    """Translate every format in a statement.

    Raises:
        SnowflakeError: it has an element that is not known here, or is not a constant.
    """
    for node in list(statement.find_all(*_TO_TEXT, *_FROM_TEXT)):
        form = node.args.get("format")
        if form is None:
            continue
        elements = _OUTPUT if isinstance(node, _TO_TEXT) else _INPUT
        translated = exp.Literal.string(_translated(form, elements))
        if isinstance(node, exp.ToChar):
            node.replace(exp.TimeToStr(this=node.this.copy(), format=translated))
        else:
            node.set("format", translated)
    return statement


def _constant(form: exp.Expr) -> str:
    if isinstance(form, exp.DPipe):
        return _constant(form.this) + _constant(form.expression)
    if not isinstance(form, exp.Literal) or not form.is_string:
        raise not_supported("a format that is not a constant text")
    return str(form.this)


def _translated(form: exp.Expr, elements: dict[str, str]) -> str:
    text, position, parts = _constant(form), 0, []
    while position < len(text):
        match = _TOKEN.match(text, position)
        element = match and match["element"]
        if match is None or (element and element.upper() not in elements):
            raise not_supported(f"the format {text!r}, at {text[position:]!r}")
        literal = match["text"] if match["text"] is not None else match["mark"]
        parts.append(elements[element.upper()] if element else literal.replace("%", "%%"))
        position = match.end()
    return "".join(parts)
