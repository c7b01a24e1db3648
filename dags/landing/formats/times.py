"""Dates and times as Snowflake's format models write them: DD/MM/YYYY HH24:MI:SS.

https://docs.snowflake.com/en/sql-reference/date-time-input-output. Nothing is guessed: a text is
written so, or does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from zoneinfo import ZoneInfo

from settings.errors import ExpectedError

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAYS = "mon|tue|wed|thu|fri|sat|sun"
_ELEMENT = re.compile(
    r'YYYY|YY|MMMM|MON|MM|DD|DY|HH24|HH12|AM|PM|MI|SS|\.?FF[0-9]?|TZH:?TZM|TZH|"([^"]*)"|.',
    re.IGNORECASE | re.DOTALL,
)
_EPOCHS = {"EPOCH_SECONDS": 1, "EPOCH_MILLISECONDS": 10**3, "EPOCH_MICROSECONDS": 10**6}
#: ISO 8601; the time of day may be missing, or its seconds, their fraction, the offset.
_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
    r"(?:[T ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d*))?)?"
    r" ?(?P<offset>Z|[+-]\d{2}(?::?\d{2})?)?)?"
)
_FIRST = datetime(1970, 1, 1)


class TimeFormatError(ExpectedError):
    """A format model that cannot be used; the text names the part and the fix."""


@dataclass(frozen=True)
class TimeFormat:
    """A compiled format model.

    Attributes:
        text: as it was written; ISO 8601 if empty.
        has_time: whether it has a time of day.
    """

    text: str
    has_time: bool
    pattern: re.Pattern[str]

    @staticmethod
    def of(text: str) -> TimeFormat:
        """Compile a model.

        Raises:
            TimeFormatError: an element is unknown, or year, month or day is missing.
        """
        if text.upper() in _EPOCHS:
            return TimeFormat(text.upper(), True, re.compile(r"(?P<epoch>-?\d{1,18})"))
        elements = list(_ELEMENT.finditer(text))
        names = [element[0].upper() for element in elements]
        parts = [_part(names, n, element) for n, element in enumerate(elements)]
        if len({*names} & {"MM", "MON", "MMMM"}) != 1 or "DD" not in names:
            raise TimeFormatError(f"{text!r} lacks a month or a day: write MM or MON, and DD")
        if len({*names} & {"YYYY", "YY"}) != 1:
            raise TimeFormatError(f"{text!r} lacks the year: write YYYY, or YY")
        if ("HH12" in names) != bool({*names} & {"AM", "PM"}):
            raise TimeFormatError(f"{text!r}: HH12 and AM go together; otherwise write HH24")
        has_time = bool({*names} & {"HH24", "HH12"})
        try:
            return TimeFormat(text, has_time, re.compile("".join(parts), re.IGNORECASE))
        except re.error as error:
            raise TimeFormatError(f"{text!r} has an element twice") from error

    @cached_property
    def epoch(self) -> int:
        """Units in a second if times are numbers since 1970; 0 if they are not."""
        return _EPOCHS.get(self.text, 0)

    def read(self, text: str) -> tuple[datetime, timedelta | None]:
        """Date and time as they are written, and the offset from UTC if one is written.

        Raises:
            ValueError: the text is not written so, or has more digits than microseconds.
        """
        found = self.pattern.fullmatch(text)
        if not found:
            raise ValueError(text)
        fields = found.groupdict()
        if self.epoch:
            micros = int(fields["epoch"]) * (10**6 // self.epoch)
            return _FIRST + timedelta(microseconds=micros), timedelta()
        fraction = (fields.get("fraction") or "").rstrip("0")
        if len(fraction) > 6:
            raise ValueError(text)
        moment = datetime(
            _year(fields["year"]),
            _month(fields["month"]),
            int(fields["day"]),
            _hour(fields.get("hour"), fields.get("half")),
            int(fields.get("minute") or 0),
            int(fields.get("second") or 0),
            int(fraction.ljust(6, "0")),
        )
        return moment, _offset(fields.get("offset"))


ISO = TimeFormat("", True, _ISO)


def _part(names: list[str], n: int, element: re.Match[str]) -> str:
    """The regular expression of one element."""
    name = names[n]
    if name in _PARTS:
        digits = _PARTS[name]
        # 1/2/2026: a number between other characters may lack its leading zero.
        neighbours = [*names[max(0, n - 1) : n], *names[n + 1 : n + 2]]
        is_alone = not any(other in _PARTS or other == "YYYY" for other in neighbours)
        return digits.replace("{2}", "{1,2}") if is_alone and name != "YY" else digits
    if name in _OTHERS:
        return _OTHERS[name]
    if "FF" in name and len(name) > 1:
        digits = name[-1] if name[-1].isdigit() else "9"
        dot = r"\." if name.startswith(".") else ""
        fraction = rf"{dot}(?P<fraction>\d{{1,{digits or 9}}})"
        return f"(?:{fraction})?" if dot else fraction
    literal = element[1] if element[1] is not None else element[0]
    if element[1] is None and literal.isalpha() and name != "T":
        raise TimeFormatError(
            f"{literal!r} is not part of a format: use YYYY, MM, MON, DD, HH24, MI, SS, FF, TZH:TZM"
            ' and "quotes" around other letters'
        )
    return re.escape(literal)


_PARTS = {
    "YY": r"(?P<year>\d{2})",
    "MM": r"(?P<month>\d{2})",
    "DD": r"(?P<day>\d{2})",
    "HH24": r"(?P<hour>\d{2})",
    "HH12": r"(?P<hour>\d{2})",
    "MI": r"(?P<minute>\d{2})",
    "SS": r"(?P<second>\d{2})",
}
_OTHERS = {
    "YYYY": r"(?P<year>\d{4})",
    "MON": rf"(?P<month>{'|'.join(month[:3] for month in _MONTHS)})",
    "MMMM": rf"(?P<month>{'|'.join(_MONTHS)})",
    "DY": f"(?:{_DAYS})",
    # Since 2023, Excel and browsers write a narrow no-break space before AM.
    "AM": r"(?P<half>AM|PM)",
    "PM": r"(?P<half>AM|PM)",
    "TZH:TZM": r"(?P<offset>Z|[+-]\d{2}:\d{2})",
    "TZHTZM": r"(?P<offset>Z|[+-]\d{4})",
    "TZH": r"(?P<offset>Z|[+-]\d{2})",
    " ": "[ \u00a0\u202f]",
}


def _year(text: str) -> int:
    # Snowflake's TWO_DIGIT_CENTURY_START is 1970.
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year >= 70 else 2000)


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return 1 + [month[:3] for month in _MONTHS].index(text[:3].lower())


def _hour(text: str | None, half: str | None) -> int:
    hour = int(text or 0)
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(text)
    return hour % 12 + (12 if half.upper() == "PM" else 0)


def _offset(text: str | None) -> timedelta | None:
    if not text:
        return None
    if text.upper() == "Z":
        return timedelta()
    hours, minutes = int(text[1:3]), int(text[-2:] if len(text) > 3 else 0)
    if hours > 14 or minutes > 59:
        raise ValueError(text)
    return timedelta(hours=hours, minutes=minutes) * (-1 if text[0] == "-" else 1)


def in_utc(zone: ZoneInfo | None) -> Callable[[datetime, timedelta | None], datetime]:
    """A function that turns a time as it is written, and its offset, into UTC.

    It raises ValueError, with what is wrong, where the zone's clocks show the time twice or never.
    """

    def convert(moment: datetime, offset: timedelta | None) -> datetime:
        if offset is not None:
            return moment - offset
        if zone is None:
            return moment
        first, second = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        if first.utcoffset() != second.utcoffset():
            back = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
            how_often = "twice" if back == moment else "never"
            raise ValueError(f"is {how_often} on the clocks of {zone.key}")
        return (
            (moment.replace(tzinfo=timezone(first.utcoffset() or timedelta())))
            .astimezone(UTC)
            .replace(tzinfo=None)
        )

    return convert
