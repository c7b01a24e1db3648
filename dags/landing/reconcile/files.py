"""Files -> RAW: each row of a landed file is in RAW or in the quarantine, as the ledger has it."""

from __future__ import annotations

from dataclasses import dataclass

from snowflake.connector import SnowflakeConnection

from dags.landing import snowflake
from dags.landing.feeds import FileFeed

from . import warehouse
from .report import NAMED, Hop
from .warehouse import EVERYTHING, Window


@dataclass(frozen=True)
class _File:
    """One content of a file: what the ledger says about it, and what is there.

    Attributes:
        name: None if the ledger does not have the content.
        counted: rows before the upload.
        parsed: rows that COPY INTO read.
        landed: rows in RAW, those that are there more than once counted so often.
        in_both: different rows in RAW and in the quarantine too.
    """

    content_key: str
    name: str | None
    counted: int | None
    parsed: int
    loaded: int
    rejected: int
    landed: int
    in_raw: int
    in_quarantine: int
    in_both: int

    @property
    def rows(self) -> int:
        """Different rows in RAW or the quarantine."""
        return self.in_raw + self.in_quarantine - self.in_both


def compare(target: SnowflakeConnection, feed: FileFeed, window: Window = EVERYTHING) -> Hop:
    """The ledger's loaded files, row by row.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable.
    """
    table = feed.raw_table
    hop = Hop(feed.name, f"files -> {table}", "rows")
    if not warehouse.has_landed(target, table, hop):
        return hop
    hop.waiting = _waiting(target, feed)
    found = _files(target, feed, window)
    for file in found:
        hop.checked += max(file.parsed, file.rows)
        _compare_file(target, feed, file, hop)
    # Mostly there are none, and naming them costs more than counting.
    if any(file.landed > file.in_raw for file in found):
        _add_doubled(target, feed, hop, window)
    if any(file.in_both for file in found):
        _add_in_both(target, feed, hop, window)
    return hop


def _add_doubled(target: SnowflakeConnection, feed: FileFeed, hop: Hop, window: Window) -> None:
    example = (
        f"max(source_file) || ' row ' || source_row || ' (' || max({warehouse.key(feed)}) || ')'"
    )
    query = (
        f"select {example} as example from {feed.raw_table}"
        f" where {window.of('ingested_at')}"
        " group by source_content_key, source_row having count(*) > 1"
    )
    found = warehouse.named(target, query, NAMED)
    hop.differs(f"in {feed.raw_table} more than once", *found)


def _add_in_both(target: SnowflakeConnection, feed: FileFeed, hop: Hop, window: Window) -> None:
    query = (
        "select q.source_file || ' row ' || q.source_row as example"
        f" from {feed.schema}.QUARANTINE q join {feed.raw_table} r"
        " on r.source_content_key = q.source_content_key and r.source_row = q.source_row"
        f" where q.feed = %s and q.replayed_at is null and {window.of('r.ingested_at')}"
    )
    found = warehouse.named(target, query, NAMED, [feed.name])
    hop.differs(f"in {feed.raw_table} and in the quarantine too", *found)


def _compare_file(target: SnowflakeConnection, feed: FileFeed, file: _File, hop: Hop) -> None:
    if file.name is None:
        hop.differs("of a file that the ledger does not have", file.rows, _rows(target, feed, file))
        return
    if file.counted is not None and file.counted != file.parsed:
        text = f"counted in {file.name}, and {file.parsed:,} parsed"
        hop.differs(text, file.counted, [file.name])
    missing = file.parsed - file.rows
    if missing > 0:
        text = f"of {file.name} neither in RAW nor in the quarantine"
        hop.differs(text, missing, _gaps(target, feed, file))
    elif missing < 0:
        hop.differs(f"more than the ledger says that {file.name} has", -missing, [file.name])
    elif (file.loaded, file.rejected) != (file.in_raw, file.in_quarantine):
        hop.differs(
            f"loaded and {file.rejected:,} rejected by the ledger's line of {file.name}, but "
            f"{file.in_raw:,} are in RAW and {file.in_quarantine:,} in the quarantine",
            file.loaded,
            [file.name],
        )


def _waiting(target: SnowflakeConnection, feed: FileFeed) -> int:
    query = (
        f"select coalesce(sum(rows_counted), 0) from {feed.schema}.LANDED_FILES"
        " where feed = %s and state = 'staged'"
    )
    return int(snowflake.rows(target, query, [feed.name])[0][0])


def _files(target: SnowflakeConnection, feed: FileFeed, window: Window) -> list[_File]:
    """Each content that the ledger, RAW or the quarantine has."""
    ledger, raw = f"{feed.schema}.LANDED_FILES", feed.raw_table
    query = f"""
        with ledger as (
            select content_key, max(source_file) as name, max(rows_counted) as counted,
                sum(rows_parsed) as parsed, sum(rows_loaded) as loaded,
                sum(rows_rejected) as rejected, max(landed_at) as landed_at
            from {ledger} where feed = %s and state = 'loaded' group by content_key
        ),
        wanted as (
            select content_key from ledger where {window.of("landed_at")}
            union
            select source_content_key from {raw} where {window.of("ingested_at")}
            union
            select source_content_key from {feed.schema}.QUARANTINE
            where feed = %s and replayed_at is null and {window.of("quarantined_at")}
        ),
        raw as (
            select source_content_key as content_key, count(*) as n,
                count(distinct source_row) as different
            from {raw} where source_content_key in (select content_key from wanted) group by 1
        ),
        quarantine as (
            select distinct source_content_key as content_key, source_row
            from {feed.schema}.QUARANTINE
            where feed = %s and replayed_at is null
                and source_content_key in (select content_key from wanted)
        ),
        quarantined as (select content_key, count(*) as n from quarantine group by 1),
        in_both as (
            select content_key, count(*) as n from quarantine
            where (content_key, source_row) in (
                select source_content_key, source_row from {raw}
                where source_content_key in (select content_key from quarantine)
            )
            group by 1
        )
        select wanted.content_key, ledger.name, ledger.counted, coalesce(ledger.parsed, 0),
            coalesce(ledger.loaded, 0), coalesce(ledger.rejected, 0), coalesce(raw.n, 0),
            coalesce(raw.different, 0), coalesce(quarantined.n, 0), coalesce(in_both.n, 0)
        from wanted
        left join ledger on ledger.content_key = wanted.content_key
        left join raw on raw.content_key = wanted.content_key
        left join quarantined on quarantined.content_key = wanted.content_key
        left join in_both on in_both.content_key = wanted.content_key
        order by 2, 1"""
    found = snowflake.rows(target, query, [feed.name] * 3)
    return [
        _File(key, name, None if counted is None else int(counted), *map(int, numbers))
        for key, name, counted, *numbers in found
    ]


def _rows(target: SnowflakeConnection, feed: FileFeed, file: _File) -> list[str]:
    """The first rows of a content, as text."""
    query = (
        f"select source_file || ' row ' || source_row || ' (' || {warehouse.key(feed)} || ')'"
        f" from {feed.raw_table} where source_content_key = %s"
        f" order by source_row limit {NAMED}"
    )
    return [text for (text,) in snowflake.rows(target, query, [file.content_key])]


def _gaps(target: SnowflakeConnection, feed: FileFeed, file: _File) -> list[str]:
    """The first rows that are neither in RAW nor in the quarantine; the header is row 1."""
    query = (
        f"select source_row from {feed.raw_table} where source_content_key = %s"
        f" union select source_row from {feed.schema}.QUARANTINE where feed = %s"
        " and source_content_key = %s and replayed_at is null"
    )
    binds = [file.content_key, feed.name, file.content_key]
    there = {int(number) for (number,) in snowflake.rows(target, query, binds)}
    # Blank lines have a number, too, so the last row's may be higher.
    last = max(file.parsed + 1, *there, 1)
    missing = [number for number in range(2, last + 1) if number not in there]
    return [f"{file.name} row {number}" for number in missing[:NAMED]]
