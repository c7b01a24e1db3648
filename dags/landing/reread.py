"""Rows in the quarantine, read as their feed's format is now."""

from __future__ import annotations

import json

from snowflake.connector import SnowflakeConnection

from . import snowflake
from .feeds import FileFeed


def reread(feed: FileFeed, target: SnowflakeConnection) -> None:
    """Write the values of rows that fit by now as they are landed, for replay_quarantine to land.

    A person corrects `raw_values` as the sender writes them, or as they are landed; or the format
    itself. Rows that still do not fit stay as they are.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable.
    """
    if feed.shape is None:
        return
    # These load pyarrow and more, which feeds without a format do not wait for.
    from .formats.header import by_position
    from .formats.normalise import Normaliser
    from .formats.text_rows import Row

    normaliser, mapping = Normaliser(feed.shape), by_position(feed.columns)
    table = f"{feed.schema}.QUARANTINE"
    is_open = "feed = %s and replayed_at is null"
    for key, number, text in snowflake.rows(
        target,
        f"select source_content_key, source_row, raw_values from {table} where {is_open}",
        [feed.name],
    ):
        try:
            raw = json.loads(text)
        except ValueError:
            continue  # replay_quarantine says so
        if not isinstance(raw, dict) or raw.get("+1") is not None or {*feed.columns} - {*raw}:
            continue
        row = normaliser.normalised(Row(int(number), [raw[name] for name in feed.columns]), mapping)
        values = dict(zip(feed.columns, row.values, strict=True))
        if not row.faults and values != raw:
            snowflake.rows(
                target,
                f"update {table} set raw_values = %s where {is_open}"
                " and source_content_key = %s and source_row = %s and raw_values = %s",
                [json.dumps(values, ensure_ascii=False), feed.name, key, number, text],
            )
