"""The checked copy of a file, in parts: PUT holds each file that it uploads in memory."""

from __future__ import annotations

from pathlib import Path

from .gzip_writer import GzipWriter


class CopyParts:
    """Writes one gzip file, or several that end between two blocks.

    Args:
        path: of the first part.
        part_bytes: most bytes of a part before compression, if a block is not larger; None for a
            single part.

    Attributes:
        parts: path and number of records before it, of each part.
    """

    def __init__(self, path: Path, part_bytes: int | None = None) -> None:
        self.parts = [(path, 0)]
        self._part_bytes = part_bytes
        self._bytes = 0
        self._writer = GzipWriter(path)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written yet."""
        return len(self.parts) == 1 and self._writer.is_empty

    def write(self, block: bytes, records_before: int) -> None:
        """Take whole records in, and how many there were before them.

        Raises:
            OSError: the disk is full.
        """
        self._bytes += len(block)
        if self._part_bytes and self._bytes > self._part_bytes and not self._writer.is_empty:
            self._writer.close()
            first = self.parts[0][0]
            path = first.with_name(f"{first.name}.{len(self.parts) + 1}")
            self._writer = GzipWriter(path)
            self.parts.append((path, records_before))
            self._bytes = len(block)
        self._writer.write(block)

    def __enter__(self) -> CopyParts:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()
