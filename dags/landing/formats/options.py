"""What a landing block's `format` says, in the words of Snowflake's FILE FORMAT."""

from __future__ import annotations

import codecs
import re
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from settings.errors import ExpectedError

from .times import TimeFormat, TimeFormatError


class FormatError(ExpectedError):
    """The block's format cannot be used.

    Attributes:
        key: the option that is wrong.
    """

    def __init__(self, key: str, text: str) -> None:
        super().__init__(text)
        self.key = key


@dataclass(frozen=True)
class FileFormat:
    """How a feed's files are written; the defaults are those of a file without `format`.

    Attributes:
        type: csv, json, parquet or xlsx.
        compression: auto, none, gzip, bz2, zip or zstd.
        encoding: as Python names it.
        record_delimiter: None for LF and CRLF.
        quote, escape: one character, or None.
        skip_header: lines before the header; without a header, before the first row.
        parse_header: whether there is a header; otherwise the columns are in the block's order.
        skip_footer: rows whose text begins so are left out.
        null_if: texts that mean null.
        group_separator: between thousands; None if there is none.
        negative: how a number is negative, besides a minus before it.
        timezone: of times without an offset; None if they are in UTC.
        optional: columns that a file may lack.
        rename: name in the header, in lower case -> column.
        extra: what becomes of fields that no column takes: quarantine (a header with them refuses
            the file), ignore or keep.
        sheet: of a workbook; None for the first.
    """

    type: str = "csv"
    compression: str = "auto"
    encoding: str = "utf-8-sig"
    record_delimiter: str | None = None
    field_delimiter: str = ","
    quote: str | None = '"'
    escape: str | None = None
    skip_header: int = 0
    parse_header: bool = True
    skip_footer: re.Pattern[str] | None = None
    trim_space: bool = False
    null_if: frozenset[str] = frozenset()
    decimal_separator: str = "."
    group_separator: str | None = None
    currency_symbol: str | None = None
    negative: frozenset[str] = frozenset()
    true_if: frozenset[str] = frozenset()
    false_if: frozenset[str] = frozenset()
    date_format: TimeFormat | None = None
    timestamp_format: TimeFormat | None = None
    timezone: zoneinfo.ZoneInfo | None = None
    optional: frozenset[str] = frozenset()
    rename: Mapping[str, str] = field(default_factory=dict)
    extra: str = "quarantine"
    sheet: str | None = None


@dataclass(frozen=True)
class Shape:
    """What the rows of a feed are to become.

    Attributes:
        columns: name -> type, in order.
        required: columns that must not be empty, the key's among them.
        form: how its files are written.
    """

    columns: dict[str, str]
    required: frozenset[str]
    form: FileFormat


#: Options that mean something only for these types.
_ONLY = {
    "csv": (
        "record_delimiter",
        "field_delimiter",
        "field_optionally_enclosed_by",
        "escape",
        "encoding",
        "skip_footer",
    ),
    "xlsx": ("sheet",),
}
_WORDS = ("null_if", "negative", "true_if", "false_if", "optional")
_CHARACTERS = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\r\\n": "\r\n", "\\\\": "\\"}


def parse(options: Mapping[str, Any], columns: Sequence[str]) -> FileFormat:
    """The format of a block whose keys and types the JSON schema has checked.

    Args:
        columns: what the feed's files deliver.

    Raises:
        FormatError: an option is wrong, or contradicts another.
    """
    _check_types(options)
    values: dict[str, Any] = {}
    for key, value in options.items():
        if key in _WORDS:
            values[key] = frozenset(value)
        elif key in _READERS:
            field_, read = _READERS[key]
            values[field_] = read(key, value)
        else:
            values[key] = value
    found = FileFormat(**values)
    _check_columns(found, columns)
    _check_characters(found)
    _check_header(found, options)
    return found


def _check_types(options: Mapping[str, Any]) -> None:
    kind = options.get("type", "csv")
    for only, keys in _ONLY.items():
        for key in keys:
            if key in options and kind != only and (kind, key) != ("json", "encoding"):
                raise FormatError(key, f"only files of the type {only} have it, not {kind}")


def _check_columns(found: FileFormat, columns: Sequence[str]) -> None:
    for key, named in (("optional", found.optional), ("rename", found.rename.values())):
        for column in named:
            if column not in columns:
                known = ", ".join(columns)
                raise FormatError(key, f"{column!r} is not one of the columns ({known})")
    if len(set(found.rename.values())) < len(found.rename):
        raise FormatError("rename", "two names of a header become one column")


def _characters(_: str, text: str) -> str:
    r"""An escape such as \t as the character that it means; YAML's own "\t" is one already."""
    return _CHARACTERS.get(text.lower(), text)


def _character(key: str, text: str) -> str | None:
    text = _characters(key, text)
    if text.lower() == "none":
        return None
    if len(text) != 1:
        raise FormatError(key, f"{text!r} is not one character: write one, or none")
    return text


def _encoding(key: str, name: str) -> str:
    """Python's name of an encoding that Snowflake calls WINDOWS1252, or anything Python knows."""
    plain = name.lower().replace("-", "").replace("_", "")
    plain = re.sub(r"^windows(\d+)$", r"cp\1", plain)
    plain = re.sub(r"^iso8859(\d+)$", r"iso8859-\1", plain)
    if plain in ("utf8", "utf8sig"):
        return "utf-8-sig"
    for known in (plain, name):
        try:
            found = codecs.lookup(known)
        except LookupError:
            continue
        if found._is_text_encoding:
            return found.name
    raise FormatError(key, f"{name!r} is not known: write utf8, utf16, windows1252, ...")


def _pattern(key: str, text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise FormatError(key, f"not a regular expression: {error}") from error


def _time_format(key: str, text: str) -> TimeFormat:
    try:
        found = TimeFormat.of(text)
    except TimeFormatError as error:
        raise FormatError(key, str(error)) from error
    if key == "date_format" and found.has_time:
        raise FormatError(key, f"{text!r} has a time of day: that is timestamp_format's")
    return found


def _zone(key: str, name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise FormatError(
            key, f"{name!r} is not a time zone: write Europe/Berlin, Asia/Bangkok, UTC, ..."
        ) from error


def _rename(_: str, names: Mapping[str, str]) -> dict[str, str]:
    return {name.strip().lower(): column for name, column in names.items()}


#: Option -> field of FileFormat, and what reads it.
_READERS: dict[str, tuple[str, Callable[[str, Any], Any]]] = {
    "record_delimiter": ("record_delimiter", _characters),
    "field_delimiter": ("field_delimiter", _characters),
    "encoding": ("encoding", _encoding),
    "field_optionally_enclosed_by": ("quote", _character),
    "escape": ("escape", _character),
    "skip_footer": ("skip_footer", _pattern),
    "date_format": ("date_format", _time_format),
    "timestamp_format": ("timestamp_format", _time_format),
    "timezone": ("timezone", _zone),
    "rename": ("rename", _rename),
}


def _check_characters(found: FileFormat) -> None:
    """No character may have two meanings."""
    named = [
        ("field_delimiter", found.field_delimiter),
        ("field_optionally_enclosed_by", found.quote),
        ("escape", found.escape),
    ]
    for n, (key, text) in enumerate(named):
        if text is not None and text in [other for _, other in named[:n]]:
            raise FormatError(key, f"{text!r} is another option's character too")
        if text is not None and set(text) & set(found.record_delimiter or "\r\n"):
            raise FormatError(key, f"{text!r} ends a record")
    if found.group_separator == found.decimal_separator:
        raise FormatError("group_separator", "it is the decimal separator too")


def _check_header(found: FileFormat, options: Mapping[str, Any]) -> None:
    if found.type in ("json", "parquet"):
        for key in ("skip_header", "parse_header"):
            if key in options:
                raise FormatError(key, f"a file of the type {found.type} has no header line")
    elif not found.parse_header:
        for key in ("rename", "optional"):
            if key in options:
                raise FormatError(key, "without a header, columns have no names: remove it")
        if found.extra == "keep":
            raise FormatError("extra", "without a header, extra columns have no names: use ignore")
