"""Other ways to land the same rows: dlt, Sling, and the loop that people write first.

Sling lands in the local Snowflake. dlt keeps its state as JSON files, which the local Snowflake
cannot COPY; it writes to a DuckDB file instead, which is less work: no stage, no network.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import settings
from bench.against.baseline import COLUMNS
from bootstrap.postgres import provision
from dags.landing import snowflake

SLING_QUERY = (
    "select tx_id, user_id, amount, currency, merchant, category,"
    ' "timestamp" at time zone \'UTC\' as "timestamp",'
    " ingested_at at time zone 'UTC' as ingested_at, ingest_xid::text::bigint as ingest_xid"
    " from public.transactions_sink"
)
INSERT = f"insert into RAW.BASELINE values ({', '.join(['%s'] * len(COLUMNS))})"


def _postgres_url(scheme: str) -> str:
    password, port = settings.get("POSTGRES_PASSWORD"), settings.port("POSTGRES_PORT")
    host, database = settings.get("POSTGRES_HOST"), settings.get("POSTGRES_DB")
    return f"{scheme}://postgres:{password}@{host}:{port}/{database}"


def sling() -> None:
    """The sink table into RAW.SLING by `sling run`, full refresh.

    Raises:
        subprocess.CalledProcessError: it failed; its log is in `stdout`.
    """
    import sling_linux_amd64

    binary = Path(sling_linux_amd64.__file__).parent / "bin" / "sling-linux-amd64"
    user = settings.get("SNOWFLAKE_USER")
    password = settings.get_optional("SNOWFLAKE_PASSWORD") or "local"
    target = (
        f"snowflake://{user}:{password}@{settings.get('SNOWFLAKE_HOST')}:"
        f"{settings.port('SNOWFLAKE_PORT')}/{settings.get('SNOWFLAKE_DATABASE')}"
        "?schema=RAW&account=local&protocol=http"
    )
    with tempfile.TemporaryDirectory() as home:
        subprocess.run(
            [
                *(binary, "run", "--src-conn", "SOURCE", "--src-stream", SLING_QUERY),
                *("--tgt-conn", "TARGET", "--tgt-object", "RAW.SLING", "--mode", "full-refresh"),
            ],
            env={
                **os.environ,
                "SOURCE": f"{_postgres_url('postgres')}?sslmode=disable",
                "TARGET": target,
                "SLING_HOME_DIR": home,
                "SLING_TEMP_DIR": home,
                "SLING_DISABLE_TELEMETRY": "TRUE",
            },
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )


def dlt() -> int:
    """The sink table into a new DuckDB file by a dlt pipeline with its Arrow backend; its rows."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {
            "DLT_DATA_DIR": home,
            "DLT_PROJECT_DIR": home,
            "RUNTIME__DLTHUB_TELEMETRY": "false",
            "RUNTIME__LOG_LEVEL": "CRITICAL",
        }
        import dlt as library
        from dlt.sources.sql_database import sql_table

        pipeline = library.pipeline(
            "bench",
            pipelines_dir=home,
            destination=library.destinations.duckdb(f"{home}/target.duckdb"),
            dataset_name="raw",
        )
        rows = sql_table(
            credentials=_postgres_url("postgresql+psycopg2"),
            table="transactions_sink",
            schema="public",
            backend="pyarrow",
            excluded_columns=["ingest_xid"],  # dlt does not support its type
        )
        pipeline.run(rows)
        with pipeline.sql_client() as client:
            found = client.execute_sql("select count(*) from transactions_sink")
        return int(found[0][0]) if found else 0


def row_by_row(rows: int) -> int:
    """``rows`` rows by one SELECT and an INSERT each, all in one transaction; their number."""
    with (
        provision.connect(settings.get("POSTGRES_DB")) as source,
        closing(snowflake.connect_from_env()) as target,
    ):
        select = f"select {', '.join(COLUMNS)} from transactions_sink limit %s"
        found: list[tuple[Any, ...]] = source.execute(select, [rows]).fetchall()
        snowflake.rows(target, "begin")
        for row in found:
            snowflake.rows(target, INSERT, [*row[:-1], int(row[-1])])
        snowflake.rows(target, "commit")
    return len(found)
