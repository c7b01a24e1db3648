"""Compression on all cores while the data still comes in, with memory that does not grow.

A gzip file is one deflate stream, but the stream may be cut into blocks that do not refer to each
other (Z_FULL_FLUSH). Each block is compressed on its own thread - zlib releases Python's lock - and
they are written in order: the trick of pigz. RFC 1952 describes header and trailer.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

#: Bytes compressed as one block; large enough that cutting hardly changes the ratio.
BLOCK = 1 << 20
#: The fastest level: on the way to a stage, seconds matter more than a few per cent of size.
LEVEL = 1
_HEADER = bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF])


def compressor_threads() -> int:
    """Number of threads worth having: the processors that this process may use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)


class GzipWriter:
    """Writes one gzip file; the same bytes in give the same bytes out, whatever the clock says.

    Attributes:
        path: the file.
        compressed_bytes: size of the file so far.
    """

    def __init__(self, path: Path, pool: ThreadPoolExecutor) -> None:
        self.path = path
        self._file: BinaryIO = path.open("wb")
        self._file.write(_HEADER)
        self._pool = pool
        self._pending: deque[Future[bytes]] = deque()
        self._buffer = bytearray()
        self._crc = 0
        self._length = 0
        self.compressed_bytes = len(_HEADER)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written yet."""
        return not self._length and not self._buffer

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take bytes in; blocks while compression is not fast enough."""
        self._buffer += data
        if len(self._buffer) >= BLOCK:
            self._submit()

    def _submit(self) -> None:
        block = bytes(self._buffer)
        self._buffer.clear()
        self._crc = zlib.crc32(block, self._crc)
        self._length += len(block)
        self._pending.append(self._pool.submit(_deflate, block))
        while len(self._pending) > 2 * compressor_threads():
            self._write_oldest()

    def _write_oldest(self) -> None:
        compressed = self._pending.popleft().result()
        self._file.write(compressed)
        self.compressed_bytes += len(compressed)

    def close(self) -> None:
        """Write what is left and the trailer.

        Raises:
            OSError: the disk is full.
        """
        try:
            if self._buffer:
                self._submit()
            while self._pending:
                self._write_oldest()
            end = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS).flush()
            self._file.write(end + struct.pack("<II", self._crc, self._length & 0xFFFFFFFF))
        finally:
            self._file.close()

    def __enter__(self) -> GzipWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self._pending.clear()
            self._file.close()


def _deflate(block: bytes) -> bytes:
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(block) + compressor.flush(zlib.Z_FULL_FLUSH)
