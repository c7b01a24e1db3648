"""Writes CSV: UTF-8, LF, fields quoted where needed, gzip by suffix. Same rows, same bytes."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from producer.contracts.message import Row
from producer.errors import ProducerError
from producer.files.malformed_rows import MalformedRows


def write_csv(
    path: Path, header: tuple[str, ...], rows: Iterable[Row], malformed: MalformedRows
) -> int:
    """Write a file, which appears under its name when it is complete; returns its good rows.

    Raises:
        ProducerError: the folder cannot be written.
    """
    partial = path.with_name(path.name + ".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with partial.open("wb") as raw:
                count = _write_rows(raw, path.suffix == ".gz", header, rows, malformed)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise ProducerError(f"{path}: {error.strerror}; --out names another folder") from error
    return count


def _write_rows(
    raw: IO[bytes],
    compress: bool,
    header: tuple[str, ...],
    rows: Iterable[Row],
    malformed: MalformedRows,
) -> int:
    # Without name and time in gzip's header, the bytes depend on the rows alone.
    binary = gzip.GzipFile("", "wb", 6, raw, mtime=0) if compress else raw
    text = io.TextIOWrapper(binary, "utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    count, previous = 0, header
    for row in rows:
        writer.writerow(row)
        for line in malformed.lines_after(count, row, previous):
            text.write(line)
        count, previous = count + 1, row
    text.flush()
    if binary is not raw:
        text.close()
    return count
