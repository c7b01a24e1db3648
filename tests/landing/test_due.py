"""A due time is read as cron reads it, in the zone of the schedules (GMT+7)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dags.landing import due


@pytest.mark.parametrize(
    ("cron", "last", "before"),
    [
        ("0 18 5 * *", "2026-11-05T11:00", "2026-10-05T11:00"),
        ("0 0 L * *", "2026-10-30T17:00", "2026-09-29T17:00"),
        ("30 6 * * mon", "2026-11-22T23:30", "2026-11-15T23:30"),
        ("0 6 * * *", "2026-11-24T23:00", "2026-11-23T23:00"),
        ("0 6 * * mon-fri", "2026-11-24T23:00", "2026-11-23T23:00"),
    ],
)
def test_months_weeks_and_days_have_their_times(cron: str, last: str, before: str) -> None:
    wednesday = datetime(2026, 11, 25, 12, tzinfo=UTC)
    found = due.last_two(cron, wednesday)
    assert [f"{moment:%Y-%m-%dT%H:%M}" for moment in found] == [last, before]
