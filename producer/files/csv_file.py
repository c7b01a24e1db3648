"""Writes CSV: UTF-8, LF, fields quoted where needed, gzip by suffix. Same rows, same bytes."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from producer.errors import ProducerError
from producer.files.broken import Broken

Row = tuple[Any, ...]


def write(path: Path, header: tuple[str, ...], rows: Iterable[Row], broken: Broken) -> int:
    """Write a file, which appears under its name when it is complete; returns its good rows.

    Raises:
        ProducerError: the folder cannot be written.
    """
    partial = path.with_name(path.name + ".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with partial.open("wb") as raw:
                count = _write(raw, path.suffix == ".gz", header, rows, broken)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise ProducerError(f"{path}: {error.strerror}") from error
    return count


def _write(
    raw: IO[bytes], compress: bool, header: tuple[str, ...], rows: Iterable[Row], broken: Broken
) -> int:
    # Without name and time in gzip's header, the bytes depend on the rows alone.
    binary = gzip.GzipFile("", "wb", 6, raw, mtime=0) if compress else raw
    text = io.TextIOWrapper(binary, "utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    count, previous = 0, header
    for row in rows:
        writer.writerow(row)
        for line in broken.after(count, row, previous):
            text.write(line)
        count, previous = count + 1, row
    text.flush()
    if binary is not raw:
        text.close()
    return count
