"""Files read as a block's format says, without a warehouse."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

from dags.landing import feeds
from dags.landing.feeds import FileFeed
from dags.landing.prepare import prepare_file

COLUMNS = {
    "id": "text",
    "amount": "number(18,2)",
    "day": "date",
    "at": "timestamp_ntz(6)",
    "paid": "boolean",
}


def feed(
    folder: Path,
    form: dict[str, Any] | None,
    columns: dict[str, str] = COLUMNS,
    files: str = "f_*",
    **block: Any,
) -> FileFeed:
    """A feed whose block has a format."""
    landing = {"from": {"files": files}, "key": [next(iter(columns))], **block}
    if form is not None:
        landing["format"] = form
    table = {
        "name": "f",
        "config": {"meta": {"landing": landing}},
        "columns": [{"name": name, "data_type": type_} for name, type_ in columns.items()],
    }
    sources = {"sources": [{"name": "raw", "schema": "RAW", "tables": [table]}]}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "f.yml").write_text(json.dumps(sources, indent=1))
    [found] = feeds.load(folder)
    assert isinstance(found, FileFeed)
    return found


def read(folder: Path, form: dict[str, Any], content: bytes, **more: Any) -> list[list[str]]:
    """The rows that would be staged, without the header: columns, line, faults, raw, extra.

    Raises:
        RefusedFileError: the file cannot be landed.
    """
    (folder / "f_1").write_bytes(content)
    prepared = prepare_file(feed(folder / "blocks", form, **more), folder / "f_1", folder / "copy")
    text = gzip.decompress((folder / "copy").read_bytes()).decode()
    _, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert len(rows) == prepared.rows
    return rows
