"""DuckDB macros with Snowflake's meaning, which the rewritten statements call.

A macro that is written for several types is chosen by DuckDB when it binds the statement. Where
Snowflake reports an error, the macro makes a cast that cannot succeed and whose message says why:
unlike DuckDB's error(), that may stand inside TRY, which COPY with ON_ERROR needs.
"""

from __future__ import annotations

from sqlglot import exp

SCHEMA = "_fs_global.main"

# Year, month, day; optionally a time; optionally an offset from UTC, or Z.
_DAY = r"\d{4}-\d{1,2}-\d{1,2}"
_TIME = r"([01]?\d|2[0-3])(:[0-5]\d(:[0-5]\d(\.\d{0,9})?)?)?"
_OFFSET = r" ?(Z|[+-]\d{2}(:?\d{2})?)"
_ISO = rf"{_DAY}([ T]{_TIME}({_OFFSET})?)?"


def _text_to_timestamp(kind: str) -> str:
    """https://docs.snowflake.com/en/sql-reference/date-time-input-output#timestamp-formats"""
    return rf"""
        CASE WHEN regexp_full_match(x, '{_ISO}') THEN TRY_CAST(x AS {kind})
             WHEN regexp_full_match(x, '[+-]?\d{{1,19}}')
             THEN {SCHEMA}.sf_epoch(TRY_CAST(x AS HUGEINT))
             WHEN regexp_full_match(x, '\d{{1,2}}/\d{{1,2}}/\d{{4}}( \d{{1,2}}:\d{{2}}:\d{{2}})?')
             THEN try_strptime(x, ['%m/%d/%Y', '%m/%d/%Y %H:%M:%S'])
             WHEN regexp_full_match(x, '\d{{1,2}}-[A-Za-z]{{3}}-\d{{4}}')
             THEN try_strptime(x, '%d-%b-%Y') END"""


def _recognized(name: str, kind: str, what: str) -> str:
    """A macro that fails where its TRY version gives NULL."""
    message = f"'{what} ''' || x || ''' is not recognized'"
    return f"""CASE WHEN x IS NULL THEN NULL
                    ELSE COALESCE({SCHEMA}.sf_try_{name}(x), CAST({message} AS {kind})) END"""


_EPOCH = """
    CASE WHEN abs(n) < 31536000000 THEN make_timestamp((n * 1000000)::BIGINT)
         WHEN abs(n) < 31536000000000 THEN make_timestamp((n * 1000)::BIGINT)
         WHEN abs(n) < 31536000000000000 THEN make_timestamp(n::BIGINT)
         ELSE make_timestamp((n // 1000)::BIGINT) END
"""
_DATE = f"""
    CASE WHEN regexp_full_match(x, '{_DAY}') THEN TRY_CAST(x AS DATE)
         ELSE CAST({SCHEMA}.sf_try_timestamp(x) AS DATE) END
"""
_BOOLEAN = """
    CASE lower(x) WHEN 'true' THEN true WHEN 't' THEN true WHEN 'yes' THEN true WHEN 'y' THEN true
         WHEN 'on' THEN true WHEN '1' THEN true WHEN 'false' THEN false WHEN 'f' THEN false
         WHEN 'no' THEN false WHEN 'n' THEN false WHEN 'off' THEN false WHEN '0' THEN false END
"""
_TEXT = r"""
    CASE WHEN typeof(x) IN ('DOUBLE', 'FLOAT')
         THEN regexp_replace(CAST(x AS VARCHAR), '\.0$', '')
         WHEN typeof(x) = 'JSON' AND CAST(x AS VARCHAR) = 'null' THEN NULL
         WHEN typeof(x) = 'JSON' AND CAST(x AS VARCHAR) LIKE '"%'
         THEN json_extract_string(TRY_CAST(CAST(x AS VARCHAR) AS JSON), '$')
         ELSE CAST(x AS VARCHAR) END
"""
_FIT = """
    CASE WHEN length(x) <= n OR x IS NULL THEN x
         ELSE CAST(CAST('String ''' || x || ''' is too long and would be truncated'
                        AS INTEGER) AS VARCHAR) END
"""
_DIVIDE = f"""
    CASE WHEN n IS NULL OR d IS NULL THEN NULL
         WHEN d = 0 THEN CAST('Division by zero' AS HUGEINT)
         WHEN abs(n) <= 9000000000000000000 // p AND abs(d) <= 4000000000000000000
         THEN {SCHEMA}.sf_rounded(TRY_CAST(n * p AS BIGINT), TRY_CAST(nullif(d, 0) AS BIGINT))
         ELSE (n // nullif(d, 0)) * p
              + {SCHEMA}.sf_rounded((n % nullif(d, 0)) * p, nullif(d, 0)) END
"""
_ROUNDED = """
    n // d + CASE WHEN 2 * abs(n - (n // d) * d) < abs(d) THEN 0
                  WHEN (n < 0) = (d < 0) THEN 1 ELSE -1 END
"""
_MODULO = "CASE WHEN b = 0 THEN cast_to_type('Division by zero', a) ELSE a % nullif(b, 0) END"
_QUOTIENT = "CASE WHEN b = 0 THEN CAST('Division by zero' AS DOUBLE) ELSE a / nullif(b, 0) END"

# Name -> overloads, as (parameters, body); macros that others call come first.
_MACROS: dict[str, list[tuple[str, str]]] = {
    # A whole number is seconds, milli-, micro- or nanoseconds since 1970, whichever is sensible.
    "sf_epoch": [("n", _EPOCH)],
    "sf_try_timestamp": [
        ("x VARCHAR", _text_to_timestamp("TIMESTAMP")),
        ("x", "TRY_CAST(x AS TIMESTAMP)"),
    ],
    "sf_timestamp": [
        ("x VARCHAR", _recognized("timestamp", "TIMESTAMP", "Timestamp")),
        ("x", "CAST(x AS TIMESTAMP)"),
    ],
    # TO_TIMESTAMP also takes seconds since 1970.
    "sf_to_timestamp": [
        ("x VARCHAR", _recognized("timestamp", "TIMESTAMP", "Timestamp")),
        ("x TIMESTAMP", "x"),
        ("x TIMESTAMPTZ", "CAST(x AS TIMESTAMP)"),
        ("x DATE", "CAST(x AS TIMESTAMP)"),
        ("x", "make_timestamp(CAST(x * 1000000 AS BIGINT))"),
    ],
    "sf_try_timestamp_ltz": [
        ("x VARCHAR", _text_to_timestamp("TIMESTAMPTZ")),
        ("x", "TRY_CAST(x AS TIMESTAMPTZ)"),
    ],
    "sf_timestamp_ltz": [
        ("x VARCHAR", _recognized("timestamp_ltz", "TIMESTAMPTZ", "Timestamp")),
        ("x", "CAST(x AS TIMESTAMPTZ)"),
    ],
    "sf_try_date": [("x VARCHAR", _DATE), ("x", "TRY_CAST(x AS DATE)")],
    "sf_date": [("x VARCHAR", _recognized("date", "DATE", "Date")), ("x", "CAST(x AS DATE)")],
    "sf_try_boolean": [("x VARCHAR", _BOOLEAN), ("x", "TRY_CAST(x AS BOOLEAN)")],
    "sf_boolean": [
        ("x VARCHAR", _recognized("boolean", "BOOLEAN", "Boolean value")),
        ("x", "CAST(x AS BOOLEAN)"),
    ],
    # DuckDB reads 1_000 as a number; such a text is made one that it cannot read.
    "sf_number": [
        ("x VARCHAR", "CASE WHEN contains(x, '_') THEN x || ' is no number' ELSE x END"),
        ("x", "x"),
    ],
    # By way of a decimal, which rounds halves away from zero.
    "sf_integer": [("x", f"CAST(CAST({SCHEMA}.sf_number(x) AS DECIMAL(38, 0)) AS BIGINT)")],
    "sf_try_integer": [("x", f"CAST(TRY_CAST({SCHEMA}.sf_number(x) AS DECIMAL(38, 0)) AS BIGINT)")],
    # The default output formats of a session.
    # One body for all types: DuckDB cannot choose an overload by the type of an aggregate.
    "sf_text": [
        (
            "x",
            "CASE typeof(x)"
            " WHEN 'TIMESTAMP'"
            " THEN strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g')"
            " WHEN 'TIMESTAMP WITH TIME ZONE'"
            " THEN strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g +0000')"
            f" ELSE {_TEXT} END",
        ),
    ],
    "sf_fit": [("x, n", _FIT)],
    "sf_rounded": [("n, d", _ROUNDED)],
    # n / d in units of 1 / p, halves away from zero; all are whole numbers.
    "sf_divide": [("n, d, p", _DIVIDE)],
    "sf_quotient": [("a, b", _QUOTIENT)],
    "sf_modulo": [("a, b", _MODULO)],
}

_TABLE_MACROS = f"""
    CREATE OR REPLACE MACRO {SCHEMA}.sf_split_to_table(text, delimiter) AS TABLE
        SELECT hash(text) AS SEQ, generate_subscripts(parts, 1) AS "INDEX", unnest(parts) AS VALUE
        FROM (SELECT string_split(text, delimiter) AS parts)
"""


def creation_sql() -> str:
    """SQL that creates all macros."""
    statements = []
    for name, overloads in _MACROS.items():
        bodies = [f"({parameters}) AS ({body})" for parameters, body in overloads]
        statements.append(f"CREATE OR REPLACE MACRO {SCHEMA}.{name}{', '.join(bodies)}")
    return ";\n".join([*statements, _TABLE_MACROS])


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """A call of a macro, for a rewritten statement."""
    return exp.Anonymous(this=f"{SCHEMA}.{name}", expressions=list(arguments))


_CONVERTERS = {
    "BIGINT": "sf_integer",
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
    return f"{SCHEMA}.{macro}({sql})" if macro else f"CAST({sql} AS {kind})"
