"""Compression on all cores while the data still comes in, with memory that does not grow."""

from __future__ import annotations

from pathlib import Path

from isal import igzip_threaded

#: On the way to a stage, seconds matter more than a few per cent of size.
LEVEL = 1


class GzipWriter:
    """Writes one gzip file; the same bytes in give the same bytes out, whatever the clock says.

    Attributes:
        path: the file.
        is_empty: whether nothing was written yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_empty = True
        self._file = path.open("wb")
        # -1: as many threads as this process may use processors.
        self._writer = igzip_threaded.open(self._file, "wb", compresslevel=LEVEL, threads=-1)

    @property
    def compressed_bytes(self) -> int:
        """Size of the file so far, without what is being compressed."""
        return self._file.tell()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take bytes in; blocks while compression is not fast enough.

        Raises:
            OSError: the disk is full.
        """
        if data:
            self.is_empty = False
            self._writer.write(data)

    def close(self) -> None:
        """Write what is left.

        Raises:
            OSError: the disk is full.
        """
        with self._file:
            self._writer.close()

    def __enter__(self) -> GzipWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
