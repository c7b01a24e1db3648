"""A schema registry of a test: Confluent's interface, a dictionary, and answers to order."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

import fastavro

NOT_FOUND = 404, b'{"error_code": 40403, "message": "Schema not found"}'
UNKNOWN_SUBJECT = 404, b'{"error_code": 40401, "message": "Subject not found"}'


class Registry:
    """Schemas by id.

    Attributes:
        address: for the converter's schema.registry.url.
        answers: statuses and bodies that are given before any schema is.
        asked: paths and Authorization headers of the requests so far.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.answers: list[tuple[int, bytes]] = []
        self.asked: list[tuple[str, str | None]] = []
        self._schemas: list[Any] = []
        self._subjects: dict[str, Any] = {}

    def register(self, schema: Any, **more: Any) -> int:
        """The id of a schema: a text as it is, anything else as JSON."""
        text = schema if isinstance(schema, str) else json.dumps(schema)
        self._schemas.append({"schema": text, **more})
        return len(self._schemas)

    def register_subject(self, subject: str, schema: Any, **more: Any) -> dict[str, Any]:
        """A reference to the first version of a subject, whose schema is this."""
        self._subjects[f"/subjects/{quote(subject, safe='')}/versions/1"] = {
            "schema": json.dumps(schema),
            **more,
        }
        return {"name": schema["name"], "subject": subject, "version": 1}

    def answer(self, path: str, authorization: str | None) -> tuple[int, bytes]:
        self.asked.append((path, authorization))
        if self.answers:
            return self.answers.pop(0)
        if path.startswith("/subjects/"):
            known = self._subjects.get(path)
            return (200, json.dumps(known).encode()) if known else UNKNOWN_SUBJECT
        number = int(path.rpartition("/schemas/ids/")[2])
        if not 0 < number <= len(self._schemas):
            return NOT_FOUND
        return 200, json.dumps(self._schemas[number - 1]).encode()


@contextmanager
def serving() -> Iterator[Registry]:
    """A registry at an address of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body are sent apart: 40 ms would pass between them.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            status, body = registry.answer(self.path, self.headers["Authorization"])
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        registry = Registry(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield registry
        server.shutdown()


def framed(schema_id: int, record: bytes) -> bytes:
    """A message in Confluent's framing."""
    return b"\0" + (schema_id % 2**32).to_bytes(4, "big") + record


def encoded(schema: Any, value: Any) -> bytes:
    """A value by a schema, numbers and bytes of logical types as they are."""
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(_plain(schema)), value)
    return out.getvalue()


def _plain(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        k: _plain(v) for k, v in schema.items() if k not in ("logicalType", "scale", "precision")
    }
