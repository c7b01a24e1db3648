"""Files -> RAW by value: a file that is still where it came from is read again, row by row.

A row is found by the content's key and its number. A file with another content is another file, and
one that is gone is not compared; whether all rows of either are there is the ledger's to say.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
from snowflake.connector import SnowflakeConnection

from dags.landing import snowflake
from dags.landing.feeds import FileFeed
from dags.landing.files import matching
from dags.landing.formats.normalise import ADDED
from dags.landing.incoming import Incoming
from dags.landing.prepare import prepare_file
from dags.landing.reconcile import warehouse
from dags.landing.reconcile.report import NAMED, Hop
from dags.landing.refused import RefusedFileError
from dags.landing.stores.store import ChangedObjectError, StoreError, UnreadableObjectError

from .canonical import DIGEST, snowflake_digest
from .changed import add_changed
from .feed_columns import columns_of, snowflake_text
from .workspace import Workspace

#: What keeps one file from being compared.
_UNREADABLE = (RefusedFileError, FileNotFoundError, ChangedObjectError, UnreadableObjectError)


def compare_values(
    workspace: Workspace,
    target: SnowflakeConnection,
    feed: FileFeed,
    folder: Path,
    hop: Hop,
    show_values: bool,
) -> None:
    """Add to a hop the rows that have other values in RAW than in their file.

    Args:
        folder: where the files are.
        show_values: whether a difference names the values, or only their columns.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable.
    """
    if not warehouse.exists(target, feed.raw_table):
        return
    landed = dict(
        snowflake.rows(
            target,
            f"select source_content_key, count(*) from {feed.raw_table} group by 1",
        )
    )
    with tempfile.TemporaryDirectory(prefix="audit-") as copies:
        copy = Path(copies) / "file.csv.gz"
        for file in _still_there(feed, folder, hop):
            try:
                key = _prepare(feed, file, Path(copies), copy)
            except _UNREADABLE:
                continue
            if key not in landed:
                continue
            try:
                _load_file(workspace, feed, copy)
            except duckdb.Error:
                hop.notes.append(f"{file.name} has rows with too many fields, and is not compared")
                continue
            del landed[key]
            _compare(workspace, target, feed, key, file.name, copy, hop, show_values)
    if floats := columns_of(feed).floats:
        hop.notes.append(f"columns that are not compared with the files: {', '.join(floats)}")
    if left := sum(map(int, landed.values())):
        hop.notes.append(
            f"{left:,} rows are not compared by value: their files are no longer in"
            f" {feed.store or folder}, or have other columns than the feed has now"
        )


def _still_there(feed: FileFeed, folder: Path, hop: Hop) -> Iterator[Incoming]:
    if not feed.store and not folder.is_dir():
        return
    try:
        yield from matching(feed, folder)
    except StoreError as error:
        hop.notes.append(f"{error}: its objects are not compared")


def _prepare(feed: FileFeed, file: Incoming, folder: Path, copy: Path) -> str:
    """Write what is landed of a file; returns the content's key."""
    path = file.fetch(folder)
    try:
        return prepare_file(feed, path, copy).content_key
    finally:
        file.release(path)


def _load_file(workspace: Workspace, feed: FileFeed, copy: Path) -> None:
    """Fill `file` with the rows' numbers and digests.

    The digest is null where a value cannot be read: such a row is in the quarantine, or Snowflake
    reads what DuckDB does not.
    """
    texts = [f"t{n}" for n in range(len(columns_of(feed).texts))]
    digest = DIGEST.replace("digest", snowflake_digest(texts))
    workspace.fill(
        "file",
        f"select source_row, case when not is_unread then {digest} end as digest"
        f" from ({_rows(feed, copy)})",
    )


def _rows(feed: FileFeed, copy: Path) -> str:
    """The file's rows: their numbers, whether a value cannot be read, and the canonical texts."""
    width = len(feed.columns)
    number, texts, unread = "row_number() over ()", [], ["false"]
    types = {f"c{n}": "VARCHAR" for n in range(width + (len(ADDED) if feed.shape else 0))}
    if feed.shape:
        number = f"try_cast(c{width + ADDED.index('line')} as bigint)"
        unread = [f"coalesce(c{width + ADDED.index('faults')}, '') <> ''"]
    for name, type_ in columns_of(feed).texts.items():
        field = f"c{feed.columns.index(name)}"
        text = _text(field, type_)
        texts.append(text)
        if type_ != "text":
            unread.append(f"(nullif(trim({field}), '') is not null and {text} is null)")
    named = ", ".join(f"{text} as t{n}" for n, text in enumerate(texts))
    return (
        f"select {number} as source_row, {' or '.join(unread)} as is_unread, {named}"
        f" from read_csv('{copy}', header = false, delim = ',', quote = '\"', escape = '\"',"
        f" auto_detect = false, null_padding = true, parallel = false, columns = {types})"
    )


def _text(field: str, type_: str) -> str:
    """SQL of a field's canonical text as landing_value reads it; null if it cannot be read."""
    if type_ == "text":
        return f"nullif({field}, '')"
    trimmed = f"nullif(trim({field}), '')"
    if type_.startswith("number"):
        return f"try_cast({trimmed} as {type_.replace('number', 'decimal')})::varchar"
    if type_ == "date":
        return f"try_cast(left({trimmed}, 10) as date)::varchar"
    if type_.startswith("timestamp"):
        moment = f"left(replace(rtrim({trimmed}, 'Z'), '+00:00', ''), 26)"
        return f"epoch_us(try_cast({moment} as timestamp))::varchar"
    if type_ == "boolean":
        return f"try_cast({trimmed} as boolean)::varchar"
    raise ValueError(f"a column of the type {type_} cannot be compared")


def _compare(
    workspace: Workspace,
    target: SnowflakeConnection,
    feed: FileFeed,
    content_key: str,
    name: str,
    copy: Path,
    hop: Hop,
    show_values: bool,
) -> None:
    columns = columns_of(feed)
    texts = [snowflake_text(*column) for column in columns.texts.items()]
    workspace.create("landed", "source_row bigint, digest ubigint")
    of_file = f"from {feed.raw_table} where source_content_key = %s"
    workspace.insert_from_snowflake(
        "landed",
        target,
        f"select source_row, {snowflake_digest(texts)} as digest {of_file}",
        [content_key],
        f"source_row, {DIGEST}",
    )
    changed = (
        "select source_row from file join landed using (source_row)"
        " where file.digest <> landed.digest"
    )
    count = workspace.number(f"select count(*) from ({changed})")
    if not count:
        return
    numbers = [n for (n,) in workspace.rows(f"{changed} order by 1 limit {NAMED}")]
    among = f"source_row in ({', '.join(map(str, numbers))})"
    here = workspace.rows(f"select * exclude (is_unread) from ({_rows(feed, copy)}) where {among}")
    there = snowflake.rows(
        target, f"select source_row, {', '.join(texts)} {of_file} and {among}", [content_key]
    )
    add_changed(
        hop,
        f"with other values in {feed.raw_table} than in {name}",
        count,
        [f"{name} row {n}" for n in numbers],
        list(columns.texts),
        (
            ("the file", {f"{name} row {n}": row for n, *row in here}),
            (feed.raw_table, {f"{name} row {n}": row for n, *row in there}),
        ),
        show_values,
    )
