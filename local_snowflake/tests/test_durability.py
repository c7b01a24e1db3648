"""The local server's own promises: what is committed survives, what is not does not."""

from __future__ import annotations

import gzip
import os
import signal
import threading
from pathlib import Path

import psutil
import pytest
from account import Database, LocalServer, gzipped
from snowflake.connector.errors import Error


class Writer(threading.Thread):
    """Inserts ten rows a statement, until the server is gone."""

    def __init__(self, server: LocalServer) -> None:
        super().__init__(daemon=True)
        self.connection = server.connect(network_timeout=1)
        self.acknowledged: list[int] = []

    def run(self) -> None:
        for batch in range(100_000):
            values = ", ".join(f"({batch})" for _ in range(10))
            try:
                self.connection.cursor().execute(f"INSERT INTO tens VALUES {values}")
            except Error:
                return
            self.acknowledged.append(batch)


def test_killed_at_any_moment_it_starts_with_what_was_committed(
    server: LocalServer, tmp_path: Path
) -> None:
    db = Database(server.connect(), tmp_path)
    db("CREATE TABLE tens (batch INT)")
    db("CREATE TABLE numbers (a INT, b VARCHAR(3)) COMMENT = 'kept'")
    db("CREATE STAGE stg FILE_FORMAT = (TYPE = CSV)")
    db.put("stg", "a.csv.gz", gzipped("1,x\n2,y\n"))
    db("COPY INTO numbers FROM @stg")
    db("CREATE VIEW doubled AS SELECT a / 2 AS half FROM numbers")
    db("BEGIN")
    db("INSERT INTO numbers VALUES (99, 'z')")
    writer = Writer(server)
    writer.start()
    while len(writer.acknowledged) < 20:
        assert writer.is_alive()
    server.stop(signal.SIGKILL)
    acknowledged = set(writer.acknowledged)

    server.start()
    db = Database(server.connect(), tmp_path)
    assert db("SELECT a, b FROM numbers ORDER BY a") == [(1, "x"), (2, "y")]
    assert str(db("SELECT half FROM doubled ORDER BY 1")[1][0]) == "1.000000"
    assert [row[0] for row in db("LIST @stg")] == ["stg/a.csv.gz"]
    assert db("COPY INTO numbers FROM @stg") == [("Copy executed with 0 files processed.",)]
    assert db.error("INSERT INTO numbers VALUES (3, 'long')").errno == 100078
    sql = "SELECT comment FROM information_schema.tables WHERE table_name = 'NUMBERS'"
    assert db.value(sql) == "kept"
    # No statement half done, and none lost that was acknowledged.
    counts = dict(db("SELECT batch, COUNT(*) FROM tens GROUP BY batch"))
    assert set(counts.values()) == {10}
    assert acknowledged <= set(counts)


def test_a_server_is_quiet_and_leaves_no_temporary_folder(
    local: LocalServer | None, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    if local is None:
        pytest.skip("about the local server's process")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    server = LocalServer(tmp_path / "data", env={"TMPDIR": str(temporary)})
    server.start()
    try:
        db = Database(server.connect(), tmp_path)
        db("CREATE TABLE noisy (a INT)")
        db("INSERT INTO noisy VALUES (1)")
    finally:
        server.stop()
    assert capfd.readouterr().err == ""
    assert list(temporary.iterdir()) == []


def test_a_server_has_no_use_for_pandas(local: LocalServer | None, db: Database) -> None:
    if local is None or local.process is None:
        pytest.skip("about the local server's process")
    assert db.value("SELECT 1") == 1
    assert "/pandas/" not in Path(f"/proc/{local.process.pid}/maps").read_text()


def test_memory_stays_bounded_while_many_rows_are_read(
    local: LocalServer | None, db: Database
) -> None:
    """2 million rows are 300 MB as Arrow; the server holds a few chunks of them."""
    if local is None or local.process is None:
        pytest.skip("about the local server's process")
    process = psutil.Process(local.process.pid)
    db("SELECT 1")
    before = process.memory_info().rss
    cursor = db.connection.cursor()
    cursor.execute(
        "SELECT SEQ4() AS n, REPEAT('x', 120) AS filler FROM TABLE(GENERATOR(ROWCOUNT => 2000000))"
    )
    batches = cursor.get_result_batches() or []
    assert sum(batch.rowcount for batch in batches) == 2_000_000
    assert process.memory_info().rss - before < 200 * 2**20


ROWS = int(os.environ.get("LOCAL_SNOWFLAKE_TEST_ROWS", "1000000"))


def test_memory_stays_bounded_while_many_rows_are_loaded(
    local: LocalServer | None, tmp_path: Path
) -> None:
    """120 bytes a row, into a server that has 128 MB for DuckDB and about 200 of its own."""
    if local is None:
        pytest.skip("about the local server's process")
    server = LocalServer(tmp_path / "data", "--memory", "128MB")
    server.start()
    assert server.process is not None
    try:
        db = Database(server.connect(), tmp_path)
        before = peak_memory(server.process.pid)
        db("CREATE TABLE loaded (id INT, amount NUMBER(18, 2), filler TEXT)")
        db("CREATE STAGE stg")
        with gzip.open(tmp_path / "rows.csv.gz", "wt", compresslevel=1) as file:
            filler = "x" * 100
            file.writelines(f"{n},{n % 1000}.25,{filler}\n" for n in range(ROWS))
        db(f"PUT 'file://{tmp_path}/rows.csv.gz' @stg")
        db("COPY INTO loaded FROM @stg FILE_FORMAT = (TYPE = CSV)")
        assert db("SELECT COUNT(*), MAX(id) FROM loaded") == [(ROWS, ROWS - 1)]
        assert peak_memory(server.process.pid) - before < 300 * 2**20
    finally:
        server.stop()


def peak_memory(pid: int) -> int:
    """The most memory a process has had, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024
