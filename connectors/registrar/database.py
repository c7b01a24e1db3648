"""The Postgres that a JDBC sink writes to, reached directly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

import psycopg
from psycopg import sql

from connectors.registrar.config_values import resolve_placeholders, split
from connectors.registrar.errors import RegistrarError, first_line

PREFIX = "jdbc:postgresql://"
# Parameters of pgjdbc that libpq knows by the same name.
_SHARED = {"sslmode", "sslcert", "sslkey", "sslrootcert"}
# Which of several hosts: pgjdbc's words and libpq's.
_TARGETS = {
    "primary": "primary",
    "master": "primary",
    "secondary": "standby",
    "slave": "standby",
    "prefersecondary": "prefer-standby",
}
DEFAULT_PORT = "5432"
CONNECT_SECONDS = 3


@dataclass(frozen=True)
class Database:
    """Where to connect; `params` are libpq's own keywords."""

    params: Mapping[str, str]

    def __str__(self) -> str:
        hosts, ports = self.params["host"].split(","), self.params["port"].split(",")
        addresses = ",".join(f"{host}:{port}" for host, port in zip(hosts, ports, strict=True))
        return f"{addresses}/{self.params['dbname']}"

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
        except psycopg.Error as error:
            return first_line(error)
        return "it is a standby" if standby and standby[0] else ""


def from_config(config: Mapping[str, str]) -> Database:
    """The database of a JDBC sink's configuration.

    Raises:
        RegistrarError: it is not Postgres, or a placeholder cannot be filled in here.
    """
    url = resolve_placeholders(config.get("connection.url", ""))
    if not url.startswith(PREFIX):
        raise RegistrarError("connection.url is not a Postgres database (jdbc:postgresql://...)")
    address, _, query = url.removeprefix(PREFIX).partition("?")
    hosts, _, name = address.partition("/")
    addresses = [_address(host) for host in split(hosts)] or [("localhost", DEFAULT_PORT)]
    user = resolve_placeholders(config.get("connection.username", ""))
    given = dict(parse_qsl(query))
    params = {k: v for k, v in given.items() if k in _SHARED}
    if wanted := _TARGETS.get(given.get("targetServerType", "").lower()):
        params["target_session_attrs"] = wanted
    params |= {
        "host": ",".join(host for host, _ in addresses),
        "port": ",".join(port for _, port in addresses),
        "dbname": unquote(name.strip("/")) or user,
        "user": user,
        "password": resolve_placeholders(config.get("connection.password", "")),
    }
    return Database(params)


def _address(text: str) -> tuple[str, str]:
    """Host and port of `host`, `host:port` or `[v6]:port`."""
    match = re.fullmatch(r"(\[[^]]*\]|[^:]*):?(.*)", text, re.DOTALL)
    host, port = match.groups() if match else ("", text)
    if port and not port.isdecimal():
        raise RegistrarError(f"connection.url: {text}: {port!r} is not a port number")
    return unquote(host.strip("[]")) or "localhost", port or DEFAULT_PORT


def table_name(config: Mapping[str, str], topic: str) -> tuple[str, ...]:
    """Schema and table of a topic's records, by the sink's default naming strategy."""
    text = config.get("collection.name.format", "${topic}")
    name = text.replace("${topic}", topic.replace(".", "_"))
    return tuple(identifier(config, part) for part in name.split("."))


def schema_and_table(config: Mapping[str, str], topic: str) -> tuple[str, str]:
    """The same, with the schema that a name without one is in."""
    name = table_name(config, topic)
    return (name[0], name[1]) if len(name) == 2 else ("public", name[-1])


def identifier(config: Mapping[str, str], name: str) -> str:
    """A name as the sink gives it to Postgres: lower case unless quote.identifiers is on."""
    return name if config.get("quote.identifiers", "false").lower() == "true" else name.lower()


def quoted(name: tuple[str, ...]) -> sql.Identifier:
    """The name, safe inside a statement."""
    return sql.Identifier(*name)
