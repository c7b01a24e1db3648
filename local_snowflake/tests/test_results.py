"""The local server's own promises: what it keeps of results is bounded, in memory and on disk."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from account import Database

from local_snowflake import results
from local_snowflake.errors import SnowflakeError
from local_snowflake.results import ResultCache, Spool, column_info

TABLE = pa.table({"A": ["x" * 1000] * 1000})
ROWTYPE = [column_info("A", "VARCHAR")]


def test_results_kept_for_result_scan_are_bounded() -> None:
    cache = ResultCache()
    for number in range(100):
        cache[str(number)] = (TABLE, TABLE.num_rows)
    assert sum(table.nbytes for table, _ in cache.values()) <= ResultCache.LIMIT_BYTES
    assert "99" in cache
    assert "0" not in cache


def spooled(spool: Spool, query_id: str) -> list[Path]:
    batches = TABLE.to_batches() * 6  # more than travels in the answer
    reader = pa.RecordBatchReader.from_batches(TABLE.schema, batches)
    return [path for path, _ in spool.collect(query_id, reader, ROWTYPE).chunks]


def test_the_oldest_large_results_make_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path)
    first, second = spooled(spool, "1"), spooled(spool, "2")
    assert all(path.exists() for path in first + second)
    monkeypatch.setattr(results, "KEPT_BYTES", 1)
    third = spooled(spool, "3")
    assert [path.exists() for path in first + second + third] == [False, False, True]


def test_a_result_too_large_for_the_disk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "FREE_BYTES", 2**60)
    with pytest.raises(SnowflakeError, match="no room on its disk"):
        spooled(Spool(tmp_path), "1")
    assert not list(tmp_path.rglob("*.arrow"))


def test_a_large_result_can_be_read_when_others_came_after(db: Database) -> None:
    """https://docs.snowflake.com/en/developer-guide/python-connector/python-connector-distributed-fetch"""
    sql = "SELECT REPEAT('x', 100) AS a FROM TABLE(GENERATOR(ROWCOUNT => 60000))"
    cursors = [db.connection.cursor() for _ in range(10)]
    for cursor in cursors:
        cursor.execute(sql)
    assert len(cursors[0].fetchall()) == 60_000
