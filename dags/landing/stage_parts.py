"""A stream of bytes as gzip parts on a stage, with a few parts at most on the local disk."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

from snowflake.connector import SnowflakeConnection

from . import snowflake
from .gzip_writer import GzipWriter, compressor_threads

#: A part ends at this size, so that COPY INTO can use several threads of a warehouse.
PART_BYTES = 32 << 20
#: Parts that are uploaded at a time: PUT sends one file over one connection.
UPLOADS = 3
#: Room on the disk: the part being written, and those being uploaded.
NEEDED_BYTES = (UPLOADS + 1) * PART_BYTES


class StageParts:
    """Writes part_00001.csv.gz, ... to a stage path; each is deleted here once it is there.

    Parts end between two calls of write, so a call must hold whole rows.
    """

    def __init__(self, target: SnowflakeConnection, path: str, scratch: Path) -> None:
        self._target, self._path, self._scratch = target, path, scratch
        self._compressors = ThreadPoolExecutor(compressor_threads())
        self._uploaders = ThreadPoolExecutor(UPLOADS)
        self._uploads: deque[Future[None]] = deque()
        self._part: GzipWriter | None = None
        self.count = 0

    def write(self, rows: bytes | bytearray | memoryview) -> None:
        """Take whole rows in; blocks while compression or upload are behind.

        Raises:
            snowflake.connector.Error: an upload failed.
        """
        if self._part is None:
            self.count += 1
            file = self._scratch / f"part_{self.count:05}.csv.gz"
            self._part = GzipWriter(file, self._compressors)
        self._part.write(rows)
        if self._part.compressed_bytes >= PART_BYTES:
            self._end_part()

    def _end_part(self) -> None:
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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._end_part()
                while self._uploads:
                    self._uploads.popleft().result()
        finally:
            self._compressors.shutdown(cancel_futures=True)
            self._uploaders.shutdown(cancel_futures=True)
