"""`NAME = value` options of COPY, CREATE STAGE and CREATE FILE FORMAT, and CSV's own options.

An option that this server does not know is an error: ignoring one would load other rows than
Snowflake does.
https://docs.snowflake.com/en/sql-reference/sql/create-file-format
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from local_snowflake import catalog
from local_snowflake.errors import does_not_exist, invalid_value, not_supported, syntax
from local_snowflake.session import Session

Options = dict[str, Any]


def value_of(node: exp.Expr | None) -> Any:
    """A literal, keyword, list or name as a Python value; anything else as its SQL.

    Raises:
        SnowflakeError: there is no value.
    """
    if node is None:
        raise syntax("an option has no value: write NAME = value.")
    if isinstance(node, exp.Literal):
        return node.this if node.is_string else int(node.this)
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.Tuple):
        return [value_of(item) for item in node.expressions]
    if isinstance(node, exp.Paren):
        return [value_of(node.this)]
    if isinstance(node, exp.Var):
        return node.this
    return node.sql(dialect="snowflake")


def from_properties(properties: Iterable[exp.Expr]) -> Options:
    """`TYPE = CSV SKIP_HEADER = 1 ...` as a dictionary with upper-case names."""
    return {p.this.name.upper(): value_of(p.args.get("value")) for p in properties if p.this}


def named_format(session: Session, name: str) -> Options:
    """The options of CREATE FILE FORMAT.

    Raises:
        SnowflakeError: there is no such file format.
    """
    full = session.resolve_text(name)
    found = catalog.options(session.con, catalog.FILE_FORMATS, full)
    if found is None:
        raise does_not_exist("File format", str(full))
    return found


def resolved(session: Session, options: Options) -> Options:
    """Options with FORMAT_NAME replaced by the options of that format."""
    options = dict(options)
    name = options.pop("FORMAT_NAME", None)
    return {**named_format(session, str(name)), **options} if name else options


@dataclass(frozen=True)
class CsvFormat:
    """How to read a CSV file; defaults are Snowflake's."""

    field_delimiter: str = ","
    skip_header: int = 0
    parse_header: bool = False
    quote: str | None = None
    escape: str | None = None
    escape_unenclosed: str | None = "\\"
    null_if: tuple[str, ...] = ("\\N",)
    empty_as_null: bool = True
    mismatch_is_error: bool = True
    trim_space: bool = False
    skip_blank_lines: bool = False
    skip_bom: bool = True
    replace_invalid: bool = False
    compression: str = "AUTO"
    binary_format: str = "HEX"

    @property
    def header_lines(self) -> int:
        """The number of lines before the first record."""
        return 1 if self.parse_header else self.skip_header


# Options that are right only at these values; any other is refused.
_ONLY: dict[str, tuple[Any, ...]] = {
    "TYPE": ("CSV",),
    "RECORD_DELIMITER": ("\n", "\\n", "\r\n", "\\r\\n"),
    "ENCODING": ("UTF8", "UTF-8"),
    "DATE_FORMAT": ("AUTO",),
    "TIME_FORMAT": ("AUTO",),
    "TIMESTAMP_FORMAT": ("AUTO",),
    "BINARY_FORMAT": ("HEX", "BASE64", "UTF-8", "UTF8"),
    "VALIDATE_UTF8": (True,),
    "MULTI_LINE": (True,),
    "COMPRESSION": ("AUTO", "GZIP", "NONE"),
}
# What only unloading looks at.
_UNLOAD_ONLY = {"FILE_EXTENSION", "COMMENT"}

_SETTINGS = {
    "FIELD_DELIMITER": "field_delimiter",
    "SKIP_HEADER": "skip_header",
    "PARSE_HEADER": "parse_header",
    "FIELD_OPTIONALLY_ENCLOSED_BY": "quote",
    "ESCAPE": "escape",
    "ESCAPE_UNENCLOSED_FIELD": "escape_unenclosed",
    "NULL_IF": "null_if",
    "EMPTY_FIELD_AS_NULL": "empty_as_null",
    "ERROR_ON_COLUMN_COUNT_MISMATCH": "mismatch_is_error",
    "TRIM_SPACE": "trim_space",
    "SKIP_BLANK_LINES": "skip_blank_lines",
    "SKIP_BYTE_ORDER_MARK": "skip_bom",
    "REPLACE_INVALID_CHARACTERS": "replace_invalid",
    "COMPRESSION": "compression",
    "BINARY_FORMAT": "binary_format",
}
_CHARACTERS = {"field_delimiter", "quote", "escape", "escape_unenclosed"}


def csv_format(options: Options) -> CsvFormat:
    """The CSV options as a format.

    Raises:
        SnowflakeError: an option is unknown, or has a value this server does not know.
    """
    check_known(options)
    settings = {
        field: _setting(option, field, options[option])
        for option, field in _SETTINGS.items()
        if option in options
    }
    return CsvFormat(**settings)


def check_known(options: Options) -> None:
    """Refuse options and values that this server does not know.

    Raises:
        SnowflakeError: there is one.
    """
    for name, value in options.items():
        if name not in _SETTINGS and name not in _ONLY and name not in _UNLOAD_ONLY:
            raise not_supported(f"the file format option {name}")
        allowed = _ONLY.get(name)
        plain = value.upper() if isinstance(value, str) else value
        if allowed and plain not in allowed and value not in allowed:
            listed = " or ".join(str(item) for item in allowed)
            raise not_supported(f"{name} = {value!r}, only {listed}")


def _setting(option: str, field: str, value: Any) -> Any:
    if field == "null_if":
        return tuple(str(item) for item in (value if isinstance(value, list) else [value]))
    if field in ("compression", "binary_format"):
        return str(value).upper()
    if field in _CHARACTERS:
        return _character(option, str(value))
    wanted = int if field == "skip_header" else bool
    if not isinstance(value, wanted):
        allowed = "a whole number" if wanted is int else "TRUE or FALSE"
        raise invalid_value(option, value, allowed)
    return value


def _character(option: str, text: str) -> str | None:
    """A single character; NONE means there is none."""
    if text.upper() == "NONE":
        if option == "FIELD_DELIMITER":
            raise not_supported("FIELD_DELIMITER = NONE")
        return None
    plain = {"\\t": "\t", "\\\\": "\\", "\\'": "'", "''": "'"}.get(text, text)
    if plain.lower().startswith(("0x", "\\x")):
        plain = bytes.fromhex(plain[2:]).decode("latin-1")
    if len(plain) != 1:
        raise not_supported(f"{option} = {text!r}, only a single character")
    return plain
