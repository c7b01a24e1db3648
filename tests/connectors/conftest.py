"""A Connect whose answers a test chooses, for faults that a real one does not show on demand."""

from __future__ import annotations

import contextlib
import io
import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

import psycopg
import pytest

import settings as of_the_project
from connectors.registrar.cli import main
from connectors.registrar.dead_letters import DeadLetter, DeadLetterTopic, Origin
from connectors.registrar.kafka import Kafka
from connectors.registrar.lint import rules
from connectors.registrar.records.reader import JSON
from connectors.registrar.rest import Connect
from settings import connect_url
from tests.kafka_client import kafka_client

ROOT = Path(__file__).resolve().parent.parent.parent
CONNECTORS = ROOT / "connectors"
DEFAULTS = CONNECTORS / "defaults" / "postgres_sink.yml"
CONTRACT = ROOT / "producer" / "schemas" / "transaction.avsc"
STAMPS = "ingested_at timestamptz not null default now()"
# Debezium's sink and Connect's converter by themselves, which stop at what the database refuses.
STOCK: dict[str, Any] = {
    "connector.class": rules.JDBC_SINK,
    "use.reduction.buffer": "true",
    "isolation.max.consecutive.refusals": None,
    "value.converter": JSON,
    "value.converter.schemas.enable": "true",
}

Answer = tuple[int, Any]


class FakeConnect(ThreadingHTTPServer):
    """Answers "METHOD /path" from a table; a list is used up one by one, its last one stays."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, Answer | list[Answer]] = {}
        self.calls: list[str] = []
        self.authorization: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, call: str) -> Answer:
        self.calls.append(call)
        found = self.answers.get(call, (404, {"error_code": 404, "message": f"no {call}"}))
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found


S = TypeVar("S", bound=FakeConnect)


class _Handler(BaseHTTPRequestHandler):
    server: FakeConnect

    def _respond(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.authorization.append(self.headers.get("Authorization", ""))
        status, body = self.server.answer(f"{self.command} {self.path}")
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = _respond  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@contextlib.contextmanager
def serving(server: S) -> Iterator[S]:
    """The server, answering in a thread of its own."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def fake_connect() -> Iterator[FakeConnect]:
    with serving(FakeConnect()) as server:
        yield server


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a file into the test's folder; returns its path."""

    def _write(name: str, text: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, errors="surrogateescape")
        return file

    return _write


class Cluster:
    """The real stack, through the eyes of a test: a database, topics, connectors of its own."""

    def __init__(self, settings: Mapping[str, str], folder: Path) -> None:
        self.settings = settings
        self.folder = folder
        self.state = folder / "state"
        self.connect = Connect(connect_url(settings))
        self.kafka = Kafka(kafka_client(settings))

    @contextlib.contextmanager
    def environment(self) -> Iterator[None]:
        """The stack's settings as the environment, as its services have it."""
        with mock.patch.dict(os.environ, self.settings, clear=True):
            yield

    def sql(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement as the superuser; returns its rows."""
        with psycopg.connect(
            host=self.settings["POSTGRES_HOST"],
            port=self.settings["POSTGRES_PORT"],
            dbname=self.settings["POSTGRES_DB"],
            user="postgres",
            password=self.settings["POSTGRES_PASSWORD"],
            options="-c TimeZone=UTC",
        ) as connection:
            cursor = connection.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def sink(self, name: str, columns: str, more: str = "", **config: Any) -> str:
        """Create a table, topics and a connector's file, all of the same name; returns the name.

        The connector has the project's own defaults and its contract of transactions.
        """
        self.sql(f"create table public.{name} ({columns}, {STAMPS})")
        self.sql(f"grant select, insert, update on public.{name} to connect_sink")
        settings = {
            "topics": name,
            "collection.name.format": f"public.{name}",
            "errors.deadletterqueue.topic.name": f"{name}.dlq",
            "transforms": "key",
            "transforms.key.type": "org.apache.kafka.connect.transforms.ValueToKey",
            "transforms.key.fields": "tx_id",
            "primary.key.mode": "record_key",
            "primary.key.fields": "tx_id",
            "key.converter": "org.apache.kafka.connect.storage.StringConverter",
            **config,
        }
        lines = [f"  {key}: {json.dumps(value)}" for key, value in settings.items()]
        schema = f"  value.converter.schema.content: !connect-schema {CONTRACT}"
        topics = f"topics:\n  {name}: {{partitions: 3}}\n  {name}.dlq: {{partitions: 1}}\n"
        text = "\n".join([f"defaults: {DEFAULTS}", "config:", *lines, schema]) + f"\n{topics}{more}"
        (self.folder / f"{name}.yml").write_text(text)
        return name

    def register(self, *words: str, code: int = 0) -> str:
        """Run register.py as a user does, without its process; returns what it printed."""
        out = io.StringIO()
        with (
            self.environment(),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(out),
        ):
            url, kafka = connect_url(self.settings), self.settings["KAFKA_BOOTSTRAP_SERVERS"]
            found = main(words, self.folder, self.state, url, kafka, of_the_project.kafka_client)
        assert found == code, out.getvalue()
        for name, value in self.settings.items():
            if name.endswith("_PASSWORD") and len(value) > 8:
                assert value not in out.getvalue(), f"{name} was printed"
        return out.getvalue()

    def produce(self, topic: str, records: Iterable[tuple[str, bytes | None]]) -> None:
        """Send keys and values."""
        self.kafka.send([{"topic": topic, "key": k, "value": v} for k, v in records])

    def letters(self, name: str) -> list[DeadLetter]:
        """The dead letters of a connector, one a record."""
        found: dict[Origin, DeadLetter] = {}
        for letter in DeadLetterTopic(self.kafka, f"{name}.dlq").read():
            found.setdefault(letter.origin, letter)
        return list(found.values())


def until(condition: Callable[[], Any], seconds: float = 600.0, every: float = 0.1) -> Any:
    """Wait for a condition to hold; returns what it gave."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(every)


def transaction(key: str, **changes: Any) -> bytes:
    """A good message of the contract, with some fields changed; its amount is a JSON number."""
    fields = {
        "tx_id": key,
        "user_id": "u1",
        "amount": 12.34,
        "currency": "EUR",
        "merchant": "m",
        "category": "c",
        "timestamp": "2026-05-06T07:08:09.123456Z",
    }
    return json.dumps(fields | changes).encode()


@pytest.fixture
def cluster(stack: dict[str, str], tmp_path: Path) -> Iterator[Cluster]:
    """The real stack; connectors and tables of the test are gone afterwards."""
    found = Cluster(stack, tmp_path)
    (tmp_path / "plugins").symlink_to(CONNECTORS / "plugins")
    yield found
    for file in tmp_path.glob("*.yml"):
        if found.connect.config(file.stem) is not None:
            found.connect.delete(file.stem)
        found.sql(f"drop table if exists public.{file.stem}")
