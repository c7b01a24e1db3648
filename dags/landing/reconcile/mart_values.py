"""RAW -> mart by value: each row of the mart has what the latest version of its key has in RAW.

Columns of the same name are compared. A landing block may name a view between the two that has a
row for each of RAW's, with the mart's names and cleaned values: what it does is no difference then.

A version that no transformation has seen yet is under way. A landing was seen if the mart has a row
as this landing brought it, and as no other did; it takes all that it sees, so that older versions
must be there, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from snowflake.connector import SnowflakeConnection

from dags.landing import feeds, snowflake
from dags.landing.feeds import WATERMARK, Feed, FileFeed, Mart, StreamFeed

from . import warehouse
from .report import NAMED, Hop, changed_columns


def compare(
    target: SnowflakeConnection,
    feed: Feed,
    mart: Mart,
    hop: Hop,
    built_up_to: datetime | None,
    show_values: bool,
) -> None:
    """Add to a hop the rows of the mart that have other values than RAW.

    Args:
        built_up_to: the mart must have all that landed until then; None if that is not known.
        show_values: whether a difference names the values, or only their columns.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable.
    """
    source = mart.values.through or feed.raw_table
    here, there = columns(target, source), columns(target, mart.model)
    if not here:
        hop.notes.append(f"{source} is not there, so that no values are compared")
        return
    own = {*feed.key, *mart.values.excluded, *_lineage(feed), mart.values.landed_at or ""}
    compared = [name for name in here if name in there and name not in own]
    left_out = [name for name in here if name not in (*compared, *feed.key, *_lineage(feed))]
    left_out = [name for name in left_out if name != mart.values.landed_at]
    if left_out:
        hop.notes.append(f"columns that are not compared with {mart.model}: {', '.join(left_out)}")
    if compared:
        nullable = {name: there[name] for name in compared}
        _Query(target, feed, mart, source, nullable).add_to(hop, built_up_to, show_values)


def columns(target: SnowflakeConnection, name: str) -> dict[str, bool]:
    """Column -> whether it may be null, of a table or view; empty if it is not there."""
    schema, table = name.upper().split(".")
    found = snowflake.rows(
        target,
        "select lower(column_name), is_nullable from information_schema.columns"
        " where table_schema = %s and table_name = %s order by ordinal_position",
        [schema, table],
    )
    return {column: nullable == "YES" for column, nullable in found}


def _lineage(feed: Feed) -> set[str]:
    kind = "relation" if isinstance(feed, StreamFeed) else "files"
    return {*feeds.lineage(kind), WATERMARK}


def _newest_first(feed: Feed, mart: Mart) -> list[str]:
    """What the versions of a key are ordered by; the rule of the feed's kind comes last.

    Raises:
        TypeError: the feed is of a kind that is not known here.
    """
    own = [f"v.{mart.values.newest_by} desc nulls last"] if mart.values.newest_by else []
    match feed:
        case StreamFeed():
            # Transaction ids of different databases cannot be compared.
            return [*own, "v.generation desc", f"v.{WATERMARK} desc", "v.landing desc"]
        case FileFeed():
            return [*own, "v.landing desc", "v.source_file desc", "v.source_row desc"]
        case _:
            raise TypeError(f"no order of versions for a feed of the kind {type(feed).__name__}")


@dataclass(frozen=True)
class _Query:
    """The comparison as SQL.

    Attributes:
        source: the table or view to compare with.
        compared: column -> whether it may be null in the mart. Where it may not, null stands for
            something else there, such as an unknown member.
    """

    target: SnowflakeConnection
    feed: Feed
    mart: Mart
    source: str
    compared: dict[str, bool]

    def add_to(self, hop: Hop, built_up_to: datetime | None, show_values: bool) -> None:
        """Add the differences to a hop, and how many rows are under way."""
        # Mostly there are none, which is found out for a fraction of what naming them costs.
        if not snowflake.rows(self.target, self._some_difference):
            return
        changed = f"({self._latest}) as latest where not same"
        [(seen, oldest)] = snowflake.rows(
            self.target,
            "select max(iff(same and times_same = 1, landing, null)),"
            f" min(iff(same, null, landing)) from ({self._latest}) as latest",
        )
        if oldest is None:
            return
        marks = [at for at in (seen, built_up_to) if at is not None]
        seen = max(marks, default=None)
        count = "select count(*) from " + changed
        [(every,)] = snowflake.rows(self.target, count)
        lost = 0
        if seen is not None:
            [(lost,)] = snowflake.rows(self.target, f"{count} and landing <= %s", [seen])
        hop.waiting += int(every) - int(lost)
        hop.checked -= int(every) - int(lost)
        if lost:
            pairs = ", ".join(f"here_{n}, there_{n}" for n in range(len(self.compared)))
            found = snowflake.rows(
                self.target,
                f"select example, {pairs} from {changed} and landing <= %s"
                f" order by example limit {NAMED}",
                [seen],
            )
            examples = [self._example(row, show_values) for row in found]
            text = f"with other values in {self.mart.model} than in {self.feed.raw_table}"
            hop.differs(text, int(lost), examples)

    def _example(self, row: tuple[Any, ...], show_values: bool) -> str:
        key, *values = row
        pairs = zip(self.compared.items(), values[::2], values[1::2], strict=True)
        differing = [
            (name, here, there)
            for (name, nullable), here, there in pairs
            if here != there and (nullable or here is not None)
        ]
        return changed_columns(
            str(key), differing, self.feed.raw_table, self.mart.model, show_values
        )

    @property
    def _some_difference(self) -> str:
        """Finds a row if the latest version of some key is another than the mart's row.

        Which version is the latest is asked only where one of them is another.
        """
        keys = ", ".join(self.feed.key)
        of_v = ", ".join(f"v.{column}" for column in self.feed.key)
        unlike = f"select {of_v} {self._pairs(self.source)} where not ({self._is_same})"
        there = self._versions(f"where ({keys}) in ({unlike})")
        return f"""
            select 1 from (
                select {self._is_same} as same {self._pairs(there)} qualify {self._newness} = 1
            ) as latest
            where not same limit 1"""

    @property
    def _latest(self) -> str:
        """The latest version of each key that the mart has, next to the mart's row."""
        texts = ", ".join(
            f"v.{name}::text as here_{n}, m.{name}::text as there_{n}"
            for n, name in enumerate(self.compared)
        )
        return f"""
            select *, sum(iff(same, 1, 0)) over (partition by example) as times_same
            from (
                select {warehouse.key(self.feed, "v")} as example, v.landing, {texts},
                    {self._is_same} as same, {self._newness} as newness
                {self._pairs(self._versions())}
            ) as every_version
            qualify newness = 1"""

    @property
    def _newness(self) -> str:
        """1 for the latest version of a key."""
        order = ", ".join(_newest_first(self.feed, self.mart))
        keys = ", ".join(f"v.{column}" for column in self.feed.key)
        return f"row_number() over (partition by {keys} order by {order})"

    def _pairs(self, versions: str) -> str:
        """The versions of keys that the mart has, each next to the mart's row."""
        on = " and ".join(f"m.{column} = v.{column}" for column in self.feed.key)
        return f"""
            from {versions} as v
            inner join (
                select * from {self.mart.model}
                where ({self.mart.where}) and ({self.mart.values.where})
            ) as m on {on}"""

    @property
    def _is_same(self) -> str:
        return " and ".join(self._same(name) for name in self.compared)

    def _same(self, name: str) -> str:
        same = f"v.{name} is not distinct from m.{name}"
        return same if self.compared[name] else f"(v.{name} is null or {same})"

    def _versions(self, where: str = "") -> str:
        landing = self.mart.values.landed_at or self.feed.landed_at
        generation = ""
        if isinstance(self.feed, StreamFeed):
            keys = ", ".join(self.feed.key)
            generation = (
                f", max({landing}) over (partition by {keys}, source_database) as generation"
            )
        return f"(select *, {landing} as landing{generation} from {self.source} {where})"
