"""The bytes of a file, out of whatever packs them, and what identifies its content."""

from __future__ import annotations

import bz2
import hashlib
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

import pyarrow as pa
from isal import igzip, igzip_threaded, isal_zlib

from dags.landing.no_link import open_no_link
from dags.landing.refused import RefusedFileError, too_large

#: Bytes read at a time.
CHUNK = 1 << 20
_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"PK\x03\x04": "zip", b"\x28\xb5\x2f\xfd": "zstd"}


class Source:
    """A file of a feed with a format.

    Args:
        path: the file.
        compression: auto, none, gzip, bz2, zip or zstd.
        max_bytes: most bytes, decompressed.
    """

    def __init__(self, path: Path, compression: str, max_bytes: int) -> None:
        self.path = path
        self._compression = compression
        self._max_bytes = max_bytes
        self._digest = hashlib.sha256()

    @property
    def content_key(self) -> str:
        """SHA-256 of the decompressed bytes that were read."""
        return self._digest.hexdigest()

    def chunks(self) -> Iterator[bytes]:
        """The decompressed bytes.

        Raises:
            RefusedFileError: it is not packed as was said, ends early or is too large.
            FileNotFoundError: it is gone.
        """
        left = self._max_bytes
        with _explained(), self._raw() as raw, _unpacked(raw, self._kind(raw)) as file:
            while chunk := file.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise too_large(self._max_bytes)
                self._digest.update(chunk)
                yield chunk

    @contextmanager
    def whole(self) -> Iterator[BinaryIO]:
        """The file itself, for readers that go back and forth in it; its bytes are its content.

        Raises:
            RefusedFileError: it is too large.
        """
        with self._raw() as raw:
            if os.fstat(raw.fileno()).st_size > self._max_bytes:
                raise too_large(self._max_bytes)
            while chunk := raw.read(CHUNK):
                self._digest.update(chunk)
            raw.seek(0)
            yield raw

    def _raw(self) -> BinaryIO:
        return open(self.path, "rb", opener=open_no_link)

    def _kind(self, raw: BinaryIO) -> str:
        if self._compression != "auto":
            return self._compression
        start = raw.read(4)
        raw.seek(0)
        return next((kind for magic, kind in _MAGIC.items() if start.startswith(magic)), "none")


@contextmanager
def _unpacked(raw: BinaryIO, kind: str) -> Iterator[IO[bytes]]:
    match kind:
        case "gzip":
            with igzip_threaded.open(raw, "rb") as file:
                yield file
        case "bz2":
            with bz2.open(raw) as file:
                yield file
        case "zstd":
            with pa.CompressedInputStream(raw, "zstd") as file:
                yield file
        case "zip":
            with zipfile.ZipFile(raw) as archive:
                names = [info for info in archive.infolist() if _is_member(info)]
                if len(names) != 1:
                    listed = ", ".join(info.filename for info in names[:4]) or "none"
                    raise RefusedFileError(
                        f"the zip archive has {len(names)} files ({listed}), not one: unpack it."
                    )
                with archive.open(names[0]) as file:
                    yield file
        case "none":
            yield raw
        case _:
            raise ValueError(f"{kind} is not a compression")


def _is_member(info: zipfile.ZipInfo) -> bool:
    """What Finder adds to an archive is not in it for its readers."""
    return not info.is_dir() and not info.filename.startswith("__MACOSX/")


@contextmanager
def _explained() -> Iterator[None]:
    """Raises RefusedFileError with what the unpacking error means."""
    try:
        yield
    except FileNotFoundError:
        raise
    except EOFError as error:
        raise RefusedFileError("the packed file ends early: send it again, whole.") from error
    except (
        igzip.BadGzipFile,
        isal_zlib.IsalError,  # type: ignore[misc]  # its stub calls the class an instance
        zipfile.BadZipFile,
        zlib.error,
        pa.ArrowInvalid,
        NotImplementedError,
        RuntimeError,  # zipfile's, for an archive with a password
    ) as error:
        raise RefusedFileError(f"it cannot be unpacked: {error}.") from error
    except OSError as error:
        raise RefusedFileError(f"cannot be read: {error.strerror or error}.") from error
