"""The SQL that reads a feed's relation in Postgres: what fits the raw table, and what does not."""

from __future__ import annotations

import re
from dataclasses import dataclass

import psycopg
from psycopg import sql

from settings.errors import ExpectedError

from .feeds import WATERMARK, StreamFeed

#: What --since is compared with.
SINCE = "ingested_at"

#: Postgres types that a column's type accepts; text accepts all.
_ACCEPTS = {
    "number": r"smallint|integer|bigint|numeric.*|xid8",
    "float": r"smallint|integer|bigint|numeric.*|real|double precision",
    "boolean": r"boolean",
    "date": r"date",
    "timestamp_ntz": r"timestamp.*",
    "text": r".*",
}
#: Most decimal digits of their whole numbers.
_DIGITS = {"smallint": 5, "integer": 10, "bigint": 19}
#: Longest text of a column without a length, in bytes (https://docs.snowflake.com/en/sql-reference/data-types-text).
_LONGEST_TEXT = 16 << 20


class RelationError(ExpectedError):
    """The relation to unload does not have what the feed declares; the text says what to do."""


@dataclass(frozen=True)
class Window:
    """Which rows to read: after < ingest_xid < before, and ingested_at >= since or null."""

    after: int
    before: int
    since: str | None = None


class Relation:
    """A feed's relation as it is in Postgres now.

    Raises:
        RelationError: it or one of the feed's columns does not exist, or has a type that the raw
            table's column does not accept.
    """

    def __init__(self, connection: psycopg.Connection, feed: StreamFeed) -> None:
        self._feed = feed
        self._name = sql.Identifier(*feed.relation.split("."))
        self._types = _column_types(connection, feed)
        self._faults = [fault for column in feed.columns if (fault := self._fault(column))]

    def copy_good(self, window: Window) -> sql.Composed:
        """COPY of the rows that fit, in the feed's order of columns.

        NULL is an empty field and an empty text is two quotes: COPY INTO distinguishes them by
        EMPTY_FIELD_AS_NULL.

        Raises:
            RelationError: --since was given, and the relation has no ingested_at.
        """
        fields = sql.SQL(", ").join(self._field(column) for column in self._feed.columns)
        return self._copy(fields, window, sql.SQL("not {}").format(self._is_bad))

    def count_bad(self, window: Window) -> sql.Composed:
        """Number of rows that do not fit."""
        return sql.SQL("select count(*) from {} where {} and {}").format(
            self._name, self._within(window), self._is_bad
        )

    def copy_bad(self, window: Window) -> sql.Composed:
        """COPY of the rows that do not fit: ingest_xid, reasons, fields as a JSON object."""
        reasons = sql.SQL(" || ").join(
            sql.SQL("case when {} then {} else '' end").format(test, reason)
            for test, reason in self._faults
        )
        texts = sql.SQL(", ").join(
            sql.SQL("{}::text as {}").format(self._field(column), sql.Identifier(column))
            for column in self._feed.columns
        )
        values = sql.SQL("row_to_json((select r from (select {}) r))::text").format(texts)
        fields = sql.SQL("{}, rtrim({}, '; '), {}").format(
            sql.Identifier(WATERMARK), reasons, values
        )
        return self._copy(fields, window, self._is_bad)

    def _copy(
        self, fields: sql.Composable, window: Window, condition: sql.Composable
    ) -> sql.Composed:
        return sql.SQL("copy (select {} from {} where {} and {}) to stdout (format csv)").format(
            fields, self._name, self._within(window), condition
        )

    def _within(self, window: Window) -> sql.Composed:
        xid = sql.Identifier(WATERMARK)
        condition = sql.SQL("{} > {}::xid8 and {} < {}::xid8").format(
            xid, sql.Literal(str(window.after)), xid, sql.Literal(str(window.before))
        )
        if window.since:
            if SINCE not in self._types:
                raise RelationError(
                    f"{self._feed.relation} has no column {SINCE}, which --since is compared with: "
                    "use --full."
                )
            condition += sql.SQL(" and ({c} >= {} or {c} is null)").format(
                sql.Literal(window.since), c=sql.Identifier(SINCE)
            )
        return condition

    def _field(self, column: str) -> sql.Composable:
        """A timestamp with a time zone is written in UTC, without one."""
        if self._types[column].endswith("with time zone"):
            return sql.SQL("{} at time zone 'UTC'").format(sql.Identifier(column))
        return sql.Identifier(column)

    @property
    def _is_bad(self) -> sql.Composable:
        tests = [test for test, _ in self._faults] or [sql.SQL("false")]
        return sql.SQL("({})").format(sql.SQL(" or ").join(tests))

    def _fault(self, column: str) -> tuple[sql.Composable, sql.Composable] | None:
        """When a value does not fit, and the reason as SQL text; None if every value fits."""
        name, kind = sql.Identifier(column), self._feed.types[column]
        empty = None
        if column in self._feed.key:
            empty = sql.SQL("{} is null or {}::text = ''").format(name, name)
        elif column in self._feed.required:
            empty = sql.SQL("{} is null").format(name)
        misfit = _misfit(name, kind, self._types[column])
        tests = [test for test in (misfit, empty) if test is not None]
        if not tests:
            return None
        reason = sql.SQL("case when {} then {} else {} || left({}::text, 100) || {} end").format(
            empty or sql.SQL("false"),
            sql.Literal(f"{column} is empty; "),
            sql.Literal(f"{column}: '"),
            name,
            sql.Literal(f"' is not {kind}; "),
        )
        test = sql.SQL("coalesce({}, false)").format(sql.SQL(" or ").join(tests))
        return test, reason


def _misfit(name: sql.Identifier, kind: str, postgres_type: str) -> sql.Composed | None:
    """Test for values that the raw table's type would refuse or round; None if there are none."""
    number = re.fullmatch(r"number\((\d+),(\d+)\)", kind)
    digits, scale = (int(number[1]), int(number[2])) if number else (0, 0)
    if number and digits - scale < _DIGITS.get(postgres_type, 0):
        return sql.SQL("abs({}::numeric) >= 1e{}::numeric").format(
            name, sql.SQL(str(digits - scale))
        )
    if number and postgres_type.startswith("numeric"):
        return sql.SQL(
            "({c} in ('NaN', 'Infinity', '-Infinity') or scale(trim_scale({c})) > {s}"
            " or abs({c}) >= 1e{d}::numeric)"
        ).format(c=name, s=sql.Literal(scale), d=sql.SQL(str(digits - scale)))
    if kind == "date" or kind.startswith("timestamp"):
        last = sql.Literal("9999-12-31 23:59:59.999999")
        return sql.SQL("{} not between '0001-01-01' and {}").format(name, last)
    if kind == "text":
        return sql.SQL("octet_length({}::text) > {}").format(name, sql.Literal(_LONGEST_TEXT))
    return None


def _column_types(connection: psycopg.Connection, feed: StreamFeed) -> dict[str, str]:
    found = connection.execute(
        "select attname, format_type(atttypid, atttypmod) from pg_attribute"
        " where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped",
        [feed.relation],
    ).fetchall()
    types: dict[str, str] = dict(found)
    if not types:
        raise RelationError(
            f"{feed.relation} is not in Postgres, or the role may not use its schema: "
            "create it with `cd dbt_project && uv run dbt run --target postgres`."
        )
    for column in feed.columns:
        if column not in types:
            raise RelationError(
                f"{feed.relation} has no column {column}, which the feed {feed.name} declares: "
                "add it to the view, or take it out of dbt_project/models/sources."
            )
        accepted = _ACCEPTS[feed.types[column].split("(")[0]]
        if not re.fullmatch(accepted, types[column]):
            raise RelationError(
                f"{feed.relation}.{column} is {types[column]}, and the feed {feed.name} wants "
                f"{feed.types[column]}: cast it in the view, or change its data_type."
            )
    return types
