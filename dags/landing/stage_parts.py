"""What a load puts on a stage: a folder of its own, and a stream of bytes in it as gzip parts."""

from __future__ import annotations

import re
import secrets
from collections import deque
from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from snowflake.connector import SnowflakeConnection

from . import snowflake
from .gzip_writer import GzipWriter

#: A part ends at this size, so that COPY INTO can use several threads of a warehouse.
PART_BYTES = 32 << 20
#: Parts that are uploaded at a time: PUT sends one file over one connection.
UPLOADS = 3
#: Rows are compressed by so many bytes; one by one would take eight times as long.
BATCH_BYTES = 256 << 10
#: Room on the disk: the part being written, and those being uploaded.
NEEDED_BYTES = (UPLOADS + 1) * PART_BYTES
#: When the files of a killed run are stale: after longer than any run takes with all its retries.
STALE_AFTER = timedelta(days=1)
_LOAD_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]+")


def new_load_id() -> str:
    """A name for one attempt: it sorts by time, and no two attempts share a stage path."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


def remove_stale_files(
    target: SnowflakeConnection, stage: str, waiting: Collection[str] = ()
) -> set[str]:
    """Delete what killed runs left on a stage more than a day ago.

    Args:
        stage: schema.stage.
        waiting: paths of files that will still be landed; they stay. Those of the parts of one
            file stand together, separated by commas.

    Returns:
        Those of waiting of which something is not on the stage.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable.
    """
    oldest = f"{datetime.now(UTC) - STALE_AFTER:%Y%m%dT%H%M%SZ}"
    # LIST shows stage/load/...
    there = {str(row[0]).partition("/")[2] for row in snowflake.rows(target, f"list @{stage}")}
    loads = {path.split("/")[0] for path in there} - {path.split("/")[0] for path in waiting}
    for load in sorted(loads):
        if _LOAD_ID.fullmatch(load) and load < oldest:
            snowflake.rows(target, f"remove @{stage}/{load}/")
    return {paths for paths in waiting if not there.issuperset(paths.split(","))}


class StageParts:
    """Writes part_00001.csv.gz, ... to a stage path; a local part is deleted when it is uploaded.

    Parts end between two calls of write, so each call must bring whole rows.

    Args:
        path: @schema.stage/path/.
        folder: where the parts are written before their upload; it needs NEEDED_BYTES.
    """

    def __init__(self, target: SnowflakeConnection, path: str, folder: Path) -> None:
        self._target, self._path, self._folder = target, path, folder
        self._uploaders = ThreadPoolExecutor(UPLOADS)
        self._uploads: deque[Future[None]] = deque()
        self._part: GzipWriter | None = None
        self._batch = bytearray()
        self._count = 0

    def write(self, rows: bytes | bytearray | memoryview) -> None:
        """Take whole rows in; blocks while compression or uploads are not fast enough.

        Raises:
            snowflake.connector.Error: an upload failed.
        """
        self._batch += rows
        if len(self._batch) >= BATCH_BYTES:
            self._compress()
            if self._part and self._part.compressed_bytes >= PART_BYTES:
                self._end_part()

    def _compress(self) -> None:
        if not self._batch:
            return
        if self._part is None:
            self._count += 1
            self._part = GzipWriter(self._folder / f"part_{self._count:05}.csv.gz")
        self._part.write(self._batch)
        # The writer may still hold the batch, so it is not cleared but left to it.
        self._batch = bytearray()

    def _end_part(self) -> None:
        self._compress()
        if self._part is None:
            return
        self._part.close()
        self._uploads.append(self._uploaders.submit(self._upload, self._part.path))
        self._part = None
        while len(self._uploads) >= UPLOADS:
            self._uploads.popleft().result()

    def _upload(self, part: Path) -> None:
        snowflake.put(self._target, part, self._path)
        part.unlink()

    def __enter__(self) -> StageParts:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._end_part()
                while self._uploads:
                    self._uploads.popleft().result()
        finally:
            self._uploaders.shutdown(cancel_futures=True)
            if self._part:
                self._part.close()
