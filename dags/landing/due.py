"""When files are due: cron's five fields, in the time zone of the DAGs' schedules."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from settings.names import TIME_ZONE

ZONE = ZoneInfo(TIME_ZONE)


class DueError(ValueError):
    """A text is not a time at which files can be due; the message says why."""


def last_two(cron: str, moment: datetime) -> tuple[datetime, datetime]:
    """The last time that was due at a moment, and the one before it, both in UTC.

    Raises:
        DueError: the text is not valid, or there are no such times.
    """
    # Most blocks do not need it. Airflow reads schedules by it, so both mean the same.
    from croniter import croniter

    try:
        times = croniter(cron, moment.astimezone(ZONE), ret_type=datetime)
        last, before = (times.get_prev().astimezone(UTC) for _ in range(2))
    except ValueError as error:
        raise DueError(str(error)) from error
    return last, before
