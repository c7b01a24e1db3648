"""Where fakesnow itself must be changed: one change a file, each with its reason and a test.

A change can be deleted as soon as fakesnow behaves by itself; nothing else depends on it.
"""

from local_snowflake.fakesnow_changes import (
    array_agg_nulls,
    comment_quotes,
    flatten_nulls,
    numeric_aggregates,
    quiet_arrow,
    text_lengths,
    trim_characters,
    try_timestamps,
    views_in_tables,
    whole_number_columns,
    whole_numbers,
    zoned_timestamp_columns,
)

_CHANGES = (
    array_agg_nulls,
    comment_quotes,
    flatten_nulls,
    numeric_aggregates,
    quiet_arrow,
    text_lengths,
    trim_characters,
    try_timestamps,
    views_in_tables,
    whole_number_columns,
    whole_numbers,
    zoned_timestamp_columns,
)


def apply() -> None:
    """Make all changes; the server calls this once, before its first session."""
    for change in _CHANGES:
        change.apply()
