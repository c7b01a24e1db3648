"""DuckDB macros with Snowflake's meaning, which the rewritten statements call.

A body looks at typeof(x), which DuckDB knows when it binds the statement, so that the branches for
other types cost nothing. (It can also choose among overloads, but not by the type of an aggregate.)
Where Snowflake reports an error, a macro makes a cast that cannot succeed and whose message says
why: unlike DuckDB's error(), that may stand inside TRY, which COPY with ON_ERROR needs.
"""

from __future__ import annotations

from sqlglot import exp

SCHEMA = "_fs_global.main"

# Year, month, day; optionally a time; optionally an offset from UTC, or Z.
_DAY = r"\d{4}-\d{1,2}-\d{1,2}"
_TIME = r"([01]?\d|2[0-3])(:[0-5]\d(:[0-5]\d(\.\d{0,9})?)?)?"
_OFFSET = r" ?(Z|[+-]\d{2}(:?\d{2})?)"
_ISO = rf"{_DAY}([ T]{_TIME}({_OFFSET})?)?"
_AMERICAN = r"\d{1,2}/\d{1,2}/\d{4}( \d{1,2}:\d{2}:\d{2})?"
_MONTH_NAME = r"\d{1,2}-[A-Za-z]{3}-\d{4}"
_WHOLE = r"[+-]?\d{1,19}"

_T = "CAST(x AS VARCHAR)"


def _of_text(text: str, other: str) -> str:
    """A body that converts text its own way, and leaves other types to DuckDB."""
    return f"CASE WHEN typeof(x) = 'VARCHAR' THEN {text} ELSE {other} END"


def _to_timestamp(kind: str) -> str:
    """https://docs.snowflake.com/en/sql-reference/date-time-input-output#timestamp-formats"""
    text = f"""
        CASE WHEN regexp_full_match({_T}, '{_ISO}') THEN TRY_CAST({_T} AS {kind})
             WHEN regexp_full_match({_T}, '{_WHOLE}')
             THEN {SCHEMA}.sf_epoch(TRY_CAST({_T} AS HUGEINT))
             WHEN regexp_full_match({_T}, '{_AMERICAN}')
             THEN try_strptime({_T}, ['%m/%d/%Y', '%m/%d/%Y %H:%M:%S'])
             WHEN regexp_full_match({_T}, '{_MONTH_NAME}') THEN try_strptime({_T}, '%d-%b-%Y') END
    """
    return _of_text(text, f"TRY_CAST(x AS {kind})")


def _message(what: str) -> str:
    return f"'{what} ''' || {_T} || ''' is not recognized'"


def _strictly(name: str, kind: str, what: str) -> str:
    """A body that fails where the TRY version of the macro gives NULL."""
    tried = f"COALESCE({SCHEMA}.sf_try_{name}(x), CAST({_message(what)} AS {kind}))"
    return _of_text(f"CASE WHEN x IS NOT NULL THEN {tried} END", f"CAST(x AS {kind})")


# A whole number is seconds, milli-, micro- or nanoseconds since 1970, whichever is sensible.
_EPOCH = """
    CASE WHEN abs(n) < 31536000000 THEN make_timestamp((n * 1000000)::BIGINT)
         WHEN abs(n) < 31536000000000 THEN make_timestamp((n * 1000)::BIGINT)
         WHEN abs(n) < 31536000000000000 THEN make_timestamp(n::BIGINT)
         ELSE make_timestamp((n // 1000)::BIGINT) END
"""
# By way of text, because DuckDB casts no number to a timestamp; numbers are seconds since 1970.
_FUNCTION_TO_TIMESTAMP = f"""
    CASE WHEN typeof(x) = 'VARCHAR' THEN {SCHEMA}.sf_timestamp({_T})
         WHEN typeof(x) = 'DATE' OR typeof(x) LIKE 'TIMESTAMP%' THEN TRY_CAST({_T} AS TIMESTAMP)
         ELSE make_timestamp(TRY_CAST(TRY_CAST({_T} AS DECIMAL(38, 6)) * 1000000 AS BIGINT)) END
"""
_DATE = f"""
    CASE WHEN regexp_full_match({_T}, '{_DAY}') THEN TRY_CAST({_T} AS DATE)
         ELSE CAST({SCHEMA}.sf_try_timestamp({_T}) AS DATE) END
"""
_BOOLEAN = f"""
    CASE WHEN lower({_T}) IN ('true', 't', 'yes', 'y', 'on', '1') THEN true
         WHEN lower({_T}) IN ('false', 'f', 'no', 'n', 'off', '0') THEN false END
"""
# DuckDB reads 1_000 as a number. The branch that fails has the type of x.
_UNDERSCORE = f"typeof(x) = 'VARCHAR' AND contains({_T}, '_')"
_NUMBER = f"""
    CASE WHEN {_UNDERSCORE} THEN [x][CAST({_message("Numeric value")} AS INTEGER)] ELSE x END
"""
# The default output formats of a session.
_TEXT = rf"""
    CASE typeof(x)
         WHEN 'TIMESTAMP' THEN strftime(TRY_CAST({_T} AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g')
         WHEN 'TIMESTAMP WITH TIME ZONE'
         THEN strftime(TRY_CAST({_T} AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g +0000')
         WHEN 'DOUBLE' THEN regexp_replace({_T}, '\.0$', '')
         WHEN 'FLOAT' THEN regexp_replace({_T}, '\.0$', '')
         WHEN 'JSON' THEN CASE WHEN {_T} = 'null' THEN NULL
                               WHEN {_T} LIKE '"%'
                               THEN json_extract_string(TRY_CAST({_T} AS JSON), '$')
                               ELSE {_T} END
         ELSE {_T} END
"""
_FIT = """
    CASE WHEN length(x) <= n OR x IS NULL THEN x
         ELSE CAST(CAST('String ''' || x || ''' is too long and would be truncated'
                        AS INTEGER) AS VARCHAR) END
"""
_ROUNDED = """
    n // d + CASE WHEN 2 * abs(n - (n // d) * d) < abs(d) THEN 0
                  WHEN (n < 0) = (d < 0) THEN 1 ELSE -1 END
"""
# n / d in units of 1 / p, halves away from zero; all are whole numbers.
_DIVIDE = f"""
    CASE WHEN n IS NULL OR d IS NULL THEN NULL
         WHEN d = 0 THEN CAST('Division by zero' AS HUGEINT)
         WHEN abs(n) <= 9000000000000000000 // p AND abs(d) <= 4000000000000000000
         THEN {SCHEMA}.sf_rounded(TRY_CAST(n * p AS BIGINT), TRY_CAST(nullif(d, 0) AS BIGINT))
         ELSE (n // nullif(d, 0)) * p
              + {SCHEMA}.sf_rounded((n % nullif(d, 0)) * p, nullif(d, 0)) END
"""
_QUOTIENT = "CASE WHEN b = 0 THEN CAST('Division by zero' AS DOUBLE) ELSE a / nullif(b, 0) END"
_MODULO = """
    CASE WHEN b = 0 THEN [a][CAST('Division by zero' AS INTEGER)] ELSE a % nullif(b, 0) END
"""

# Name -> (parameters, body); macros that others call come first.
_MACROS: dict[str, tuple[str, str]] = {
    "sf_epoch": ("n", _EPOCH),
    "sf_try_timestamp": ("x", _to_timestamp("TIMESTAMP")),
    "sf_try_timestamp_ltz": ("x", _to_timestamp("TIMESTAMPTZ")),
    "sf_try_date": ("x", _of_text(_DATE, "TRY_CAST(x AS DATE)")),
    "sf_try_boolean": ("x", _of_text(_BOOLEAN, "TRY_CAST(x AS BOOLEAN)")),
    "sf_timestamp": ("x", _strictly("timestamp", "TIMESTAMP", "Timestamp")),
    "sf_timestamp_ltz": ("x", _strictly("timestamp_ltz", "TIMESTAMPTZ", "Timestamp")),
    "sf_date": ("x", _strictly("date", "DATE", "Date")),
    "sf_boolean": ("x", _strictly("boolean", "BOOLEAN", "Boolean value")),
    "sf_to_timestamp": ("x", _FUNCTION_TO_TIMESTAMP),
    "sf_try_number": ("x", f"CASE WHEN {_UNDERSCORE} THEN NULL ELSE x END"),
    "sf_number": ("x", _NUMBER),
    # By way of a decimal, which rounds halves away from zero.
    "sf_integer": ("x", f"CAST(CAST({SCHEMA}.sf_number(x) AS DECIMAL(38, 0)) AS BIGINT)"),
    "sf_try_integer": (
        "x",
        f"CAST(TRY_CAST({SCHEMA}.sf_try_number(x) AS DECIMAL(38, 0)) AS BIGINT)",
    ),
    "sf_text": ("x", _TEXT),
    "sf_fit": ("x, n", _FIT),
    "sf_rounded": ("n, d", _ROUNDED),
    "sf_divide": ("n, d, p", _DIVIDE),
    "sf_quotient": ("a, b", _QUOTIENT),
    "sf_modulo": ("a, b", _MODULO),
}

_TABLE_MACROS = f"""
    CREATE OR REPLACE MACRO {SCHEMA}.sf_split_to_table(text, delimiter) AS TABLE
        SELECT hash(text) AS SEQ, generate_subscripts(parts, 1) AS "INDEX", unnest(parts) AS VALUE
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
