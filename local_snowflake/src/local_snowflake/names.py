"""Object names: parts, quotes, and upper case for what is not quoted.

https://docs.snowflake.com/en/sql-reference/identifiers-syntax
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from local_snowflake.errors import syntax

INFORMATION_SCHEMA = "INFORMATION_SCHEMA"


@dataclass(frozen=True)
class Name:
    """An object's full name, as stored (unquoted parts are upper case)."""

    database: str
    schema: str
    name: str

    @property
    def key(self) -> list[str]:
        """The three parts, as parameters of a statement."""
        return [self.database, self.schema, self.name]

    @property
    def sql(self) -> str:
        """The name as SQL, every part quoted."""
        return ".".join(map(quoted, self.key))

    def __str__(self) -> str:
        return ".".join(self.key)


def temporary_name(name: Name) -> Name:
    """Where DuckDB keeps the temporary table or view of this name."""
    return Name("temp", "main", str(name))


def is_internal_database(name: str) -> bool:
    """Whether a database is DuckDB's or this server's own, in whatever case."""
    folded = name.lower()
    return folded in {"memory", "system", "temp"} or folded.startswith("_fs_")


def is_internal_schema(name: str) -> bool:
    """The same for a schema. DuckDB's INFORMATION_SCHEMA has another case than Snowflake's."""
    folded = name.lower()
    if folded == "information_schema":
        return name != INFORMATION_SCHEMA
    return folded in {"main", "pg_catalog"} or folded.startswith("_fs_")


def quoted(name: str) -> str:
    """A name as an identifier in SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as a constant in SQL."""
    return "'" + text.replace("'", "''") + "'"


def normalize(identifier: exp.Expr | None) -> str:
    """An identifier as it is stored: in capitals unless it is quoted; empty for None."""
    if identifier is None:
        return ""
    is_quoted = isinstance(identifier, exp.Identifier) and identifier.quoted
    return identifier.name if is_quoted else identifier.name.upper()


def normalize_text(text: str | None) -> str:
    """The same for an identifier given as text, with its quotes if it has any."""
    text = text or ""
    return text[1:-1] if text.startswith('"') else text.upper()


def named_table(statement: exp.Expr) -> exp.Table:
    """The object that a CREATE is about."""
    table = statement.find(exp.Table)
    if table is None:
        raise syntax(f"{statement.sql(dialect='snowflake')} names no object.")
    return table


def split_reference(text: str) -> list[str]:
    """The parts of `db."Sch".name`, unquoted ones in upper case.

    Raises:
        SnowflakeError: it is not a name of one to three parts.
    """
    parts, rest = [], text
    while rest:
        if rest.startswith('"'):
            end = rest.find('"', 1)
            if end < 0:
                raise syntax(f"the name {text} has an open quote.")
            parts.append(rest[1:end])
            rest = rest[end + 1 :].removeprefix(".")
        else:
            part, _, rest = rest.partition(".")
            parts.append(part.upper())
    if not 1 <= len(parts) <= 3 or not all(parts):
        raise syntax(f"{text!r} is not a name.")
    return parts
