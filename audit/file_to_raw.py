"""Files -> RAW by value: a file that is still where it came from is read again.

All its rows are compared by a sum, and one by one if that differs. A row is found by the content's
key and its number. A file with another content is another file, and one that is gone is not
compared; whether all rows of either are there is the ledger's to say.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Container, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
from snowflake.connector import SnowflakeConnection

from dags.landing import snowflake
from dags.landing.feeds import FileFeed
from dags.landing.files import matching
from dags.landing.formats.normalise import ADDED
from dags.landing.incoming import Incoming
from dags.landing.prepare import content_key, prepare_file
from dags.landing.reconcile import warehouse
from dags.landing.reconcile.report import NAMED, Hop
from dags.landing.refused import RefusedFileError
from dags.landing.stores.store import ChangedObjectError, StoreError, UnreadableObjectError

from .canonical import DIGEST, duckdb_sum, snowflake_digest, snowflake_sum
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
    comparison = _Comparison(workspace, target, feed, hop, show_values)
    with tempfile.TemporaryDirectory(prefix="audit-") as copies:
        for file in _still_there(feed, folder, hop):
            try:
                landed.pop(comparison.compared(file, landed, Path(copies)), None)
            except _UNREADABLE:
                continue
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


class _Comparison:
    """Compares the files of one feed.

    Mostly all rows are the same, which the sum of their digests says: only a file with another sum
    is copied as it was landed, and compared row by row.
    """

    def __init__(
        self,
        workspace: Workspace,
        target: SnowflakeConnection,
        feed: FileFeed,
        hop: Hop,
        show_values: bool,
    ) -> None:
        self._workspace, self._target, self._feed = workspace, target, feed
        self._hop, self._show_values = hop, show_values
        columns = columns_of(feed).texts
        self._names = list(columns)
        self._texts = [snowflake_text(*column) for column in columns.items()]
        self._of_file = f"from {feed.raw_table} where source_content_key = %s"
        found = snowflake.rows(
            target,
            f"select source_content_key, source_row from {feed.schema}.QUARANTINE"
            " where feed = %s and replayed_at is null",
            [feed.name],
        )
        self._quarantined: dict[str, list[int]] = {}
        for key, number in found:
            self._quarantined.setdefault(key, []).append(int(number))

    def compared(self, file: Incoming, landed: Container[str], folder: Path) -> str | None:
        """Compare a file; returns its content's key, or None if that could not be done.

        Args:
            landed: keys of the contents that RAW has.
            folder: for copies.
        """
        copy = folder / "file.csv.gz"
        path = file.fetch(folder)
        try:
            if self._feed.shape is None:
                key = content_key(path, self._feed.max_bytes)
                if key not in landed:
                    return None
                if self._is_same(key, _rows(self._feed, path, as_landed=False)):
                    return key
            key = prepare_file(self._feed, path, copy).content_key
        finally:
            file.release(path)
        if key not in landed:
            return None
        rows = _rows(self._feed, copy)
        if self._feed.shape and self._is_same(key, rows):
            return key
        try:
            self._load_file(rows)
        except duckdb.Error:
            self._hop.notes.append(
                f"{file.name} has rows with too many fields, and is not compared"
            )
            return None
        self._compare_rows(key, file.name, rows)
        return key

    def _is_same(self, key: str, rows: str) -> bool:
        """Whether RAW has exactly the file's rows that are not in the quarantine, as they are."""
        texts = [f"t{n}" for n in range(len(self._names))]
        here = f"select count(*), {duckdb_sum('source_row', texts)} from ({rows})"
        if quarantined := self._quarantined.get(key):
            here += f" where source_row not in ({', '.join(map(str, quarantined))})"
        there = f"select count(*), {snowflake_sum('source_row', self._texts)} {self._of_file}"
        with ThreadPoolExecutor(1) as other:
            # Both systems count at the same time.
            found = other.submit(snowflake.rows, self._target, there, [key])
            try:
                (of_file,) = self._workspace.rows(here)
            except duckdb.Error:
                of_file = ()
            ((count, total),) = found.result()
        return of_file == (int(count), int(total))

    def _load_file(self, rows: str) -> None:
        """Fill `file` with the rows' numbers and digests.

        The digest is null where a value cannot be read: such a row is in the quarantine, or
        Snowflake reads what DuckDB does not.
        """
        texts = [f"t{n}" for n in range(len(self._names))]
        digest = DIGEST.replace("digest", snowflake_digest(texts))
        self._workspace.fill(
            "file",
            f"select source_row, case when not is_unread then {digest} end as digest from ({rows})",
        )

    def _compare_rows(self, key: str, name: str, rows: str) -> None:
        """Add to the hop what differs between `file` and RAW."""
        table = self._feed.raw_table
        self._workspace.create("landed", "source_row bigint, digest ubigint")
        self._workspace.insert_from_snowflake(
            "landed",
            self._target,
            f"select source_row, {snowflake_digest(self._texts)} as digest {self._of_file}",
            [key],
            f"source_row, {DIGEST}",
        )
        changed = (
            "select source_row from file join landed using (source_row)"
            " where file.digest <> landed.digest"
        )
        count = self._workspace.number(f"select count(*) from ({changed})")
        if not count:
            return
        numbers = [n for (n,) in self._workspace.rows(f"{changed} order by 1 limit {NAMED}")]
        among = f"source_row in ({', '.join(map(str, numbers))})"
        here = self._workspace.rows(f"select * exclude (is_unread) from ({rows}) where {among}")
        values = f"select source_row, {', '.join(self._texts)} {self._of_file} and {among}"
        there = snowflake.rows(self._target, values, [key])
        add_changed(
            self._hop,
            f"with other values in {table} than in {name}",
            count,
            [f"{name} row {n}" for n in numbers],
            self._names,
            (
                ("the file", {f"{name} row {n}": row for n, *row in here}),
                (table, {f"{name} row {n}": row for n, *row in there}),
            ),
            self._show_values,
        )


def _rows(feed: FileFeed, file: Path, as_landed: bool = True) -> str:
    """A file's rows: their numbers, whether a value cannot be read, and the canonical texts.

    Args:
        as_landed: whether it is the copy that was landed, of which every value is read as
            landing_value does. Of another CSV file, values that are written plainly are read.
    """
    width = len(feed.columns)
    # The header is row 1.
    number, texts, unread = "1 + row_number() over ()", [], ["false"]
    types = {f"c{n}": "VARCHAR" for n in range(width + (len(ADDED) if feed.shape else 0))}
    if feed.shape:
        number = f"try_cast(c{width + ADDED.index('line')} as bigint)"
        unread = [f"coalesce(c{width + ADDED.index('faults')}, '') <> ''"]
    for name, type_ in columns_of(feed).texts.items():
        field = f"c{feed.columns.index(name)}"
        text = _text(field, type_) if as_landed else _plain_text(field, type_)
        texts.append(text)
        if type_ != "text":
            filled = f"nullif(trim({field}), '') is not null" if as_landed else f"{field} <> ''"
            unread.append(f"({filled} and {text} is null)")
    named = ", ".join(f"{text} as t{n}" for n, text in enumerate(texts))
    return (
        f"select {number} as source_row, coalesce({' or '.join(unread)}, false) as is_unread,"
        f" {named}"
        f" from read_csv('{_quoted(file)}', header = true, delim = ',', quote = '\"',"
        f" escape = '\"', auto_detect = false, null_padding = true, parallel = false,"
        f" columns = {types})"
    )


def _text(field: str, type_: str) -> str:
    """SQL of a field's canonical text as landing_value reads it; null if it cannot be read."""
    if type_ == "text":
        return _plain_text(field, type_)
    value = f"nullif(trim({field}), '')"
    if type_ == "date":
        value = f"left({value}, 10)"
    elif type_.startswith("timestamp"):
        value = f"left(replace(rtrim({value}, 'Z'), '+00:00', ''), 26)"
    return _plain_text(value, type_, most_digits=38)


def _plain_text(field: str, type_: str, most_digits: int = 18) -> str:
    """The same of a field as DuckDB reads it, which takes a quarter of the time.

    Args:
        most_digits: of a number; DuckDB counts up to 18 in a machine word.
    """
    if type_ == "text":
        return f"nullif({field}, '')"
    if number := re.fullmatch(r"number\((\d+),(\d+)\)", type_):
        digits, decimals = map(int, number.groups())
        digits = max(min(digits, most_digits), decimals)
        return f"try_cast({field} as decimal({digits}, {decimals}))::varchar"
    if type_ in ("date", "boolean"):
        return f"try_cast({field} as {type_})::varchar"
    if type_.startswith("timestamp"):
        return f"epoch_us(try_cast({field} as timestamp))::varchar"
    raise ValueError(f"a column of the type {type_} cannot be compared")


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")
