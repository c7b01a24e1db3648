"""The Postgres that a JDBC sink writes to, reached directly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import psycopg
from psycopg import sql

from registrar.errors import RegistrarError
from registrar.placeholders import resolve

PREFIX = "jdbc:postgresql://"
# Parameters of pgjdbc that libpq knows by the same name.
_SHARED = {"sslmode", "sslcert", "sslkey", "sslrootcert"}
CONNECT_SECONDS = 3


@dataclass(frozen=True)
class Database:
    """Where to connect, as libpq's own keywords."""

    params: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.params['host']}:{self.params['port']}/{self.params['dbname']}"

    def connect(self) -> psycopg.Connection:
        """Open a connection whose session is in UTC, as the sink's values are."""
        return psycopg.connect(
            **self.params,  # type: ignore[arg-type]
            connect_timeout=CONNECT_SECONDS,
            options="-c TimeZone=UTC",
            application_name="register.py",
        )

    def refusal(self) -> str:
        """Why the database takes no writes now; empty if it does."""
        try:
            with self.connect() as connection:
                standby = connection.execute("select pg_is_in_recovery()").fetchone()
        except psycopg.OperationalError as error:
            return str(error).strip().splitlines()[0]
        return "it is a standby" if standby and standby[0] else ""


def from_config(config: Mapping[str, str]) -> Database:
    """The database of a JDBC sink's configuration.

    Raises:
        RegistrarError: it is not Postgres, or a placeholder cannot be filled in here.
    """
    url = resolve(config.get("connection.url", ""))
    if not url.startswith(PREFIX):
        raise RegistrarError("connection.url is not a Postgres database (jdbc:postgresql://...)")
    parts = urlsplit(url.removeprefix("jdbc:"))
    params = {k: v for k, v in parse_qsl(parts.query) if k in _SHARED}
    params |= {
        "host": parts.hostname or "localhost",
        "port": str(parts.port or 5432),
        "dbname": parts.path.strip("/") or "postgres",
        "user": resolve(config.get("connection.username", "")),
        "password": resolve(config.get("connection.password", "")),
    }
    return Database(params)


def table_name(config: Mapping[str, str], topic: str) -> tuple[str, ...]:
    """Schema and table of a topic's records, by the sink's default naming strategy."""
    text = config.get("collection.name.format", "${topic}")
    name = text.replace("${topic}", topic.replace(".", "_"))
    return tuple(identifier(config, part) for part in name.split("."))


def identifier(config: Mapping[str, str], name: str) -> str:
    """A name as the sink gives it to Postgres: lower case unless quote.identifiers is on."""
    return name if config.get("quote.identifiers", "false").lower() == "true" else name.lower()


def quoted(name: tuple[str, ...]) -> sql.Identifier:
    """The name, safe inside a statement."""
    return sql.Identifier(*name)
