"""DuckDB macros with Snowflake's meaning, which the rewritten statements call.

A body tests typeof(x), which DuckDB knows when it binds the statement, so that the branches for
other types cost nothing. (It can also choose among overloads, but not by the type of an aggregate.)
A macro's argument is copied to each mention, so a body that needs it often names it in a lambda:
otherwise nested conversions would grow exponentially.
Where Snowflake reports an error, a macro makes a cast that cannot succeed and whose message says
why: unlike DuckDB's error(), that is allowed inside TRY, which COPY with ON_ERROR needs.
Views on disk call macros by name, so a name stays as it is.
"""

from __future__ import annotations

import re

from sqlglot import exp

SCHEMA = "_fs_global.main"

# Year, month, day; optionally a time; optionally an offset from UTC, or Z.
_DAY = r"\d{4}-\d{1,2}-\d{1,2}"
_TIME = r"([01]?\d|2[0-3])(:[0-5]\d(:[0-5]\d(\.\d{0,6}0{0,3})?)?)?"
_CLOCK = r"\d{1,2}:\d{2}:\d{2}"
_TOO_FINE = r"\.\d{6}0*[1-9]\d*"
_OFFSET = r" ?(Z|[+-]\d{2}(:?\d{2})?)"
_ISO = rf"{_DAY}([ T]{_TIME}({_OFFSET})?)?"
_AMERICAN = r"\d{1,2}/\d{1,2}/\d{4}( \d{1,2}:\d{2}:\d{2})?"
_MONTH_NAME = r"\d{1,2}-[A-Za-z]{3}-\d{4}"
_WHOLE = r"[+-]?\d{1,19}"


def _of_text(text: str, other: str) -> str:
    """A body that converts a text `t` its own way, and leaves other types to DuckDB."""
    converted = f"list_transform([CAST(x AS VARCHAR)], lambda t: {text})[1]"
    return f"CASE WHEN typeof(x) = 'VARCHAR' THEN {converted} ELSE {other} END"


def _message(what: str) -> str:
    return f"'{what} ''' || t || ''' is not recognized'"


def _strictly(tried: str, kind: str, what: str) -> str:
    """A body that fails where the TRY version of the macro gives NULL."""
    failing = f"COALESCE({tried}, CAST({_message(what)} AS {kind}))"
    return _of_text(f"CASE WHEN t IS NOT NULL THEN {failing} END", f"CAST(x AS {kind})")


def _timestamp(kind: str) -> str:
    """https://docs.snowflake.com/en/sql-reference/date-time-input-output#timestamp-formats"""
    return f"""
        CASE WHEN regexp_full_match(t, '{_ISO}') THEN TRY_CAST(t AS {kind})
             WHEN regexp_full_match(t, '{_WHOLE}')
             THEN {SCHEMA}.sf_epoch(TRY_CAST(t AS HUGEINT))
             WHEN regexp_full_match(t, '{_AMERICAN}')
             THEN try_strptime(t, ['%m/%d/%Y', '%m/%d/%Y %H:%M:%S'])
             WHEN regexp_full_match(t, '{_DAY}[ T]{_CLOCK}{_TOO_FINE}({_OFFSET})?')
             THEN CAST('More than 6 decimals of a second: ' || t AS {kind})
             WHEN regexp_full_match(t, '{_MONTH_NAME}') THEN try_strptime(t, '%d-%b-%Y') END
    """


# A whole number is seconds, milli-, micro- or nanoseconds since 1970, whichever is sensible.
_EPOCH = """
    CASE WHEN abs(n) < 31536000000 THEN make_timestamp((n * 1000000)::BIGINT)
         WHEN abs(n) < 31536000000000 THEN make_timestamp((n * 1000)::BIGINT)
         WHEN abs(n) < 31536000000000000 THEN make_timestamp(n::BIGINT)
         ELSE make_timestamp((n // 1000)::BIGINT) END
"""
_DATE = f"""
    CASE WHEN regexp_full_match(t, '{_DAY}') THEN TRY_CAST(t AS DATE)
         ELSE CAST({_timestamp("TIMESTAMP")} AS DATE) END
"""
_BOOLEAN = """
    CASE WHEN lower(t) IN ('true', 't', 'yes', 'y', 'on', '1') THEN true
         WHEN lower(t) IN ('false', 'f', 'no', 'n', 'off', '0') THEN false END
"""
# By way of text, because DuckDB casts no number to a timestamp; numbers are seconds since 1970.
_FUNCTION_TO_TIMESTAMP = f"""
    CASE WHEN typeof(x) = 'VARCHAR' THEN {SCHEMA}.sf_timestamp(CAST(x AS VARCHAR))
         WHEN typeof(x) = 'DATE' OR typeof(x) LIKE 'TIMESTAMP%'
         THEN TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP)
         ELSE make_timestamp(TRY_CAST(TRY_CAST(CAST(x AS VARCHAR) AS DECIMAL(38, 6)) * 1000000
                                      AS BIGINT)) END
"""
# DuckDB reads 1_000 as a number. The branch that fails has the type of x.
_UNDERSCORE = "typeof(x) = 'VARCHAR' AND contains(CAST(x AS VARCHAR), '_')"
_NUMBER = f"""
    CASE WHEN {_UNDERSCORE}
         THEN [x][CAST({_message("Numeric value").replace(" t ", " CAST(x AS VARCHAR) ")}
                       AS INTEGER)]
         ELSE x END
"""


def _fast_if_short(macro: str) -> str:
    """The same for a column, which may be mentioned often: 18 digits of text are read 7 times as
    fast as 38."""
    quick = "TRY_CAST(TRY_CAST(x AS DECIMAL(18, 0)) AS BIGINT)"
    return f"""
        CASE WHEN typeof(x) = 'VARCHAR' AND NOT contains(CAST(x AS VARCHAR), '_')
             THEN COALESCE({quick}, {SCHEMA}.{macro}(x)) ELSE {SCHEMA}.{macro}(x) END
    """


# The default output formats of a session.
_TEXT = r"""
    CASE typeof(x)
         WHEN 'TIMESTAMP'
         THEN strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g')
         WHEN 'TIMESTAMP WITH TIME ZONE'
         THEN strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g +0000')
         WHEN 'DOUBLE' THEN regexp_replace(CAST(x AS VARCHAR), '\.0$', '')
         WHEN 'JSON' THEN json_extract_string(TRY_CAST(CAST(x AS VARCHAR) AS JSON), '$')
         ELSE CAST(x AS VARCHAR) END
"""
_FIT = """
    CASE WHEN length(x) <= n OR x IS NULL THEN x
         ELSE CAST(CAST('String ''' || x || ''' is too long and would be truncated'
                        AS INTEGER) AS VARCHAR) END
"""
# whole + n / d of which `whole` is known: halves away from zero.
_ROUNDED = """
    whole + CASE WHEN 2 * abs(n - whole * d) < abs(d) THEN 0
                 WHEN (n < 0) = (d < 0) THEN 1 ELSE -1 END
"""
# n / d in units of 1 / p; all are whole numbers.
_SMALL = "TRY_CAST(q.n * q.p AS BIGINT)"
_DIVISOR = "TRY_CAST(nullif(q.d, 0) AS BIGINT)"
_REST = "(q.n % nullif(q.d, 0)) * q.p"
_DIVIDE = f"""
    list_transform([{{'n': n, 'd': d, 'p': p}}], lambda q:
        CASE WHEN q.n IS NULL OR q.d IS NULL THEN NULL
             WHEN q.d = 0 THEN CAST('Division by zero' AS HUGEINT)
             WHEN abs(q.n) <= 9000000000000000000 // q.p AND abs(q.d) <= 4000000000000000000
             THEN {SCHEMA}.sf_rounded({_SMALL}, {_DIVISOR}, {_SMALL} // {_DIVISOR})
             ELSE (q.n // nullif(q.d, 0)) * q.p
                  + {SCHEMA}.sf_rounded({_REST}, nullif(q.d, 0), {_REST} // nullif(q.d, 0)) END
    )[1]
"""
_FINITE = """
    CASE WHEN isfinite(x) OR x IS NULL THEN x
         ELSE CAST('Invalid floating point operation' AS DOUBLE) END
"""
_QUOTIENT = "CASE WHEN b = 0 THEN CAST('Division by zero' AS DOUBLE) ELSE a / nullif(b, 0) END"
_MODULO = """
    CASE WHEN b = 0 THEN [a][CAST('Division by zero' AS INTEGER)] ELSE a % nullif(b, 0) END
"""

# Name -> (parameters, body); macros that others call come first.
_MACROS: dict[str, tuple[str, str]] = {
    "sf_epoch": ("n", _EPOCH),
    "sf_try_timestamp": ("x", _of_text(_timestamp("TIMESTAMP"), "TRY_CAST(x AS TIMESTAMP)")),
    "sf_try_timestamp_ltz": (
        "x",
        _of_text(_timestamp("TIMESTAMPTZ"), "TRY_CAST(x AS TIMESTAMPTZ)"),
    ),
    "sf_try_date": ("x", _of_text(_DATE, "TRY_CAST(x AS DATE)")),
    "sf_try_boolean": ("x", _of_text(_BOOLEAN, "TRY_CAST(x AS BOOLEAN)")),
    "sf_timestamp": ("x", _strictly(_timestamp("TIMESTAMP"), "TIMESTAMP", "Timestamp")),
    "sf_timestamp_ltz": ("x", _strictly(_timestamp("TIMESTAMPTZ"), "TIMESTAMPTZ", "Timestamp")),
    "sf_date": ("x", _strictly(_DATE, "DATE", "Date")),
    "sf_boolean": ("x", _strictly(_BOOLEAN, "BOOLEAN", "Boolean value")),
    "sf_to_timestamp": ("x", _FUNCTION_TO_TIMESTAMP),
    "sf_try_number": ("x", f"CASE WHEN {_UNDERSCORE} THEN NULL ELSE x END"),
    "sf_number": ("x", _NUMBER),
    # By way of a decimal, which rounds halves away from zero.
    "sf_integer": ("x", f"CAST(CAST({SCHEMA}.sf_number(x) AS DECIMAL(38, 0)) AS HUGEINT)"),
    "sf_try_integer": (
        "x",
        f"CAST(TRY_CAST({SCHEMA}.sf_try_number(x) AS DECIMAL(38, 0)) AS HUGEINT)",
    ),
    "sf_integer_column": ("x", _fast_if_short("sf_integer")),
    "sf_try_integer_column": ("x", _fast_if_short("sf_try_integer")),
    "sf_plain_boolean": ("x", "CAST(x AS BOOLEAN)"),
    "sf_plain_date": ("x", "CAST(x AS DATE)"),
    "sf_plain_timestamp": ("x", "CAST(x AS TIMESTAMP)"),
    "sf_plain_integer": ("x", "CAST(CAST(x AS DECIMAL(38, 0)) AS HUGEINT)"),
    "sf_whole": ("x", "CAST(CAST(x AS DECIMAL(38, 0)) AS BIGINT)"),
    "sf_text": ("x", _TEXT),
    # DuckDB's own md5_number_lower takes four times as long.
    "sf_md5_number_lower64": (
        "x",
        "CAST(CAST('0x' || right(md5(x), 16) AS UBIGINT) AS DECIMAL(38, 0))",
    ),
    "sf_fit": ("x, n", _FIT),
    "sf_rounded": ("n, d, whole", _ROUNDED),
    "sf_divide": ("n, d, p", _DIVIDE),
    "sf_quotient": ("a, b", _QUOTIENT),
    "sf_modulo": ("a, b", _MODULO),
    "sf_finite": ("v", f"list_transform([CAST(v AS DOUBLE)], lambda x: {_FINITE})[1]"),
}

_TABLE_MACROS = f"""
    CREATE OR REPLACE MACRO {SCHEMA}.sf_split_to_table(text, delimiter) AS TABLE
        SELECT generate_subscripts(parts, 1) AS "INDEX", unnest(parts) AS VALUE
        FROM (SELECT string_split(text, delimiter) AS parts)
"""


def creation_sql() -> str:
    """SQL that creates all macros."""
    statements = [
        f"CREATE OR REPLACE MACRO {SCHEMA}.{name}({parameters}) AS ({body})"
        for name, (parameters, body) in _MACROS.items()
    ]
    return ";\n".join([*statements, _TABLE_MACROS])


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """A call of a macro, for a rewritten statement."""
    return exp.Anonymous(this=f"{SCHEMA}.{name}", expressions=list(arguments))


def result_type(node: exp.Anonymous) -> str | None:
    """DuckDB's type of what a call of a converting macro gives; None for other calls."""
    schema, _, name = node.name.rpartition(".")
    if schema.lower() != SCHEMA:
        return None
    name = name.lower().removeprefix("sf_").removeprefix("try_").removeprefix("plain_")
    return _RESULTS.get(name)


_RESULTS = {
    "boolean": "BOOLEAN",
    "date": "DATE",
    "integer": "HUGEINT",
    "integer_column": "HUGEINT",
    "text": "VARCHAR",
    "timestamp": "TIMESTAMP",
    "timestamp_ltz": "TIMESTAMP WITH TIME ZONE",
}
_CONVERTERS = {
    "HUGEINT": "sf_integer",
    "BOOLEAN": "sf_boolean",
    "DATE": "sf_date",
    "TIMESTAMP": "sf_timestamp",
    "TIMESTAMP WITH TIME ZONE": "sf_timestamp_ltz",
    "VARCHAR": "sf_text",
}


def converted(sql: str, kind: str) -> str:
    """An expression as DuckDB's type `kind`, converted the way Snowflake does."""
    if kind.startswith("DECIMAL") or kind == "DOUBLE":
        return f"CAST({SCHEMA}.sf_number({sql}) AS {kind})"
    macro = _CONVERTERS.get(kind)
    if macro == "sf_integer" and re.fullmatch(r'"\w+"', sql):
        macro = "sf_integer_column"
    return f"{SCHEMA}.{macro}({sql})" if macro else f"CAST({sql} AS {kind})"
