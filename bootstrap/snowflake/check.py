"""Tries, one by one, what the pipeline does in an account, and says in words what it may not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import snowflake.connector
from landing import feeds
from landing.snowflake import connect_from_env

from bootstrap import settings

WRITTEN_BY_DBT = ("STAGING", "INTERMEDIATE", "MARTS", "SNAPSHOTS")


@dataclass(frozen=True)
class Finding:
    """One thing tried; `fault` is Snowflake's reason if it failed."""

    what: str
    fault: str | None


def check() -> Iterator[Finding]:
    """Try each thing. Nothing is left behind: what is created is temporary or dropped again."""
    for setting, attempts in (
        ("SNOWFLAKE_LOADER_ROLE", _landing()),
        ("SNOWFLAKE_ROLE", _transforming()),
    ):
        role = settings.get(setting)
        user = settings.get("SNOWFLAKE_USER")
        try:
            connection = connect_from_env({**os.environ, "SNOWFLAKE_ROLE": role})
        except snowflake.connector.Error as error:
            yield Finding(f"{user} signs in as {role}", _reason(error))
            continue
        with connection, connection.cursor() as cursor:
            yield Finding(f"{user} signs in as {role}", None)
            for what, statements in attempts:
                yield Finding(f"{role} {what}", _try(cursor, statements))


def _landing() -> Iterator[tuple[str, list[str]]]:
    yield from _everyone()
    for schema in sorted({feed.schema for feed in feeds.load()}):
        probe = f"{schema}.PIPELINE_CHECK"
        yield f"makes tables in {schema}", [f"create temporary table {probe} (x int)"]
        yield (
            f"makes stages in {schema}",
            [f"create stage {probe}_STAGE", f"drop stage {probe}_STAGE"],
        )
        yield (
            f"makes file formats in {schema}",
            [f"create file format {probe}_FORMAT type = csv", f"drop file format {probe}_FORMAT"],
        )


def _transforming() -> Iterator[tuple[str, list[str]]]:
    yield from _everyone()
    for schema in sorted({feed.schema for feed in feeds.load()}):
        yield f"reads {schema}", [f"select count(*) from {schema}.LANDED_FILES"]
    for schema in WRITTEN_BY_DBT:
        probe = f"{schema}.PIPELINE_CHECK"
        yield (
            f"makes views and tables in {schema}",
            [
                f"create or replace view {probe} as select 1 as one",
                f"drop view {probe}",
                f"create or replace table {probe} as select 1 as one",
                f"drop table {probe}",
            ],
        )


def _everyone() -> Iterator[tuple[str, list[str]]]:
    warehouse, database = settings.get("SNOWFLAKE_WAREHOUSE"), settings.get("SNOWFLAKE_DATABASE")
    yield f"uses warehouse {warehouse}", [f"use warehouse {warehouse}", "select 1"]
    yield f"uses database {database}", [f"use database {database}"]


def _try(cursor: snowflake.connector.cursor.SnowflakeCursor, statements: list[str]) -> str | None:
    for statement in statements:
        try:
            cursor.execute(statement)
        except snowflake.connector.Error as error:
            return _reason(error)
    return None


def _reason(error: snowflake.connector.Error) -> str:
    return " ".join(str(error.raw_msg or error.msg).split())
