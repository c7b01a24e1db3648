"""RAW -> mart: each key that landed is in the mart with its values, and no other key is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from snowflake.connector import SnowflakeConnection

from dags.landing import snowflake
from dags.landing.feeds import Feed, Mart

from . import mart_values, warehouse
from .report import NAMED, Hop
from .warehouse import EVERYTHING, Window


def compare(
    target: SnowflakeConnection,
    feed: Feed,
    window: Window = EVERYTHING,
    built: Mapping[str, datetime] | None = None,
    show_values: bool = False,
) -> Hop | None:
    """The feed's keys in RAW and in the mart that its landing block names; None if it names none.

    Rows become visible landing by landing, and a transformation takes all that it sees. So rows
    that landed after the newest landing in the mart are under way; rows that landed before it and
    are not in the mart are lost.

    Args:
        built: feed -> the time up to which its rows were in RAW before the mart was built; it must
            have all of these. None if the mart was not just built.
        show_values: whether a difference names values, or only their columns.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable.
    """
    if feed.mart is None:
        return None
    table = feed.raw_table
    hop = Hop(feed.name, f"{table} -> {feed.mart.model}", "keys")
    if not warehouse.has_landed(target, table, hop):
        return hop
    comparison = _Comparison(target, feed, feed.mart, window)
    hop.checked = comparison.landed()
    if not warehouse.exists(target, feed.mart.model):
        if built is None:
            hop.checked, hop.waiting = 0, hop.checked
            hop.notes.append(f"{feed.mart.model} has not been built yet")
        else:
            text = f"for {feed.mart.model}, which does not exist, or this role may not read it"
            hop.differs(text, hop.checked, [feed.mart.model])
        return hop
    comparison.missing(hop, (built or {}).get(feed.name))
    # What needs all rows is left to the audit by hand.
    if window.since is None:
        comparison.only_in_mart(hop)
        comparison.doubled(hop)
        built_up_to = (built or {}).get(feed.name)
        mart_values.compare(target, feed, feed.mart, hop, built_up_to, show_values)
    return hop


class _Comparison:
    def __init__(self, target: SnowflakeConnection, feed: Feed, mart: Mart, window: Window) -> None:
        self._target = target
        self._table = feed.raw_table
        self._mart = f"(select {', '.join(feed.key)} from {mart.model} where {mart.where})"
        self._model = mart.model
        self._window = window
        self._landed_at = feed.landed_at
        self._keys = ", ".join(feed.key)
        self._text = warehouse.key(feed)
        self._in_mart = "exists (select 1 from {} m where {})".format(
            self._mart, " and ".join(f"m.{column} = r.{column}" for column in feed.key)
        )

    def landed(self) -> int:
        """Number of different keys in RAW."""
        return self._number(
            f"select count(*) from (select distinct {self._keys} from {self._table}"
            f" where {self._window.of(self._landed_at)}) as k"
        )

    def missing(self, hop: Hop, built_up_to: datetime | None) -> None:
        """Keys that are lost, and keys that no transformation has seen yet."""
        absent = (
            f"select {self._keys}, min({self._landed_at}) as first_landed_at from {self._table} r"
            f" where {self._window.of(self._landed_at)} and not {self._in_mart}"
            f" group by {self._keys}"
        )
        (oldest, count) = self._row(f"select min(first_landed_at), count(*) from ({absent}) as a")
        if not count:
            return
        marks = [at for at in (self._newest_seen(oldest), built_up_to) if at is not None]
        seen = max(marks, default=None)
        if seen is None:
            hop.checked, hop.waiting = hop.checked - count, int(count)
            return
        lost = f"select {self._text} as example from ({absent}) as a where first_landed_at <= %s"
        lost_count, examples = warehouse.named(self._target, lost, NAMED, [seen])
        hop.waiting = int(count) - lost_count
        hop.checked -= hop.waiting
        hop.differs(f"not in {self._model}", lost_count, examples)

    def _newest_seen(self, since: Any) -> Any:
        """Time of the newest landing that brought a new key which the mart has."""
        keys = self._keys
        return self._row(
            f"select max(first_landed_at) from (select {keys}, min({self._landed_at})"
            f" as first_landed_at from {self._table} where ({keys}) in (select {keys}"
            f" from {self._table} where {self._landed_at} >= %s) group by {keys}) as r"
            f" where first_landed_at >= %s and {self._in_mart}",
            [since, since],
        )[0]

    def doubled(self, hop: Hop) -> None:
        query = (
            f"select {self._text} as example from {self._mart} as m group by {self._keys}"
            " having count(*) > 1"
        )
        found = warehouse.named(self._target, query, NAMED)
        hop.differs(f"more than once in {self._model}", *found)

    def only_in_mart(self, hop: Hop) -> None:
        query = (
            f"select {self._text} as example from (select distinct {self._keys} from {self._mart}"
            f" as m) as m where ({self._keys}) not in (select {self._keys} from {self._table})"
        )
        hop.differs(
            f"in {self._model}, and not in {self._table}",
            *warehouse.named(self._target, query, NAMED),
        )

    def _row(self, query: str, binds: list[Any] | None = None) -> tuple[Any, ...]:
        return snowflake.rows(self._target, query, binds or [])[0]

    def _number(self, query: str) -> int:
        return int(self._row(query)[0])
