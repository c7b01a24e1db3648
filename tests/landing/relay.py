"""Hands requests on to a server of another process, or lets them go wrong."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.landing.object_server import Requests

#: Status, headers and body.
Answer = tuple[int, Mapping[str, str], bytes]
#: Says what to answer to a method, path and query; None hands the request on.
Rule = Callable[[str, str, dict[str, list[str]]], "Answer | None"]

_METHODS = ("do_GET", "do_HEAD", "do_PUT", "do_POST", "do_DELETE")
_OF_THIS_HOP = ("connection", "content-length", "keep-alive", "transfer-encoding")


class _Handler(BaseHTTPRequestHandler):
    """What a relay does with a request."""

    relay: Relay
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def handle_any(self) -> None:
        relay = self.relay
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        path = unquote(url.path)
        fault = relay.requests.meet(self.command, path, url.query)
        if fault is True:
            self.answer(*relay.forbidden)
        elif relay.rule and (ruled := relay.rule(self.command, path, parse_qs(url.query))):
            self.answer(*ruled)
        else:
            self.answer(*self.passed_on(body), cut=fault or None)

    def passed_on(self, body: bytes) -> Answer:
        server = http.client.HTTPConnection("127.0.0.1", self.relay.server_port, timeout=60)
        server.request(self.command, self.path, body, dict(self.headers))
        answer = server.getresponse()
        found = answer.status, dict(answer.getheaders()), answer.read()
        server.close()
        return found

    def answer(
        self, status: int, headers: Mapping[str, str], body: bytes, cut: int | None = None
    ) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in _OF_THIS_HOP:
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[:cut])
        self.close_connection = cut is not None


class Relay:
    """On a free port.

    Args:
        server_port: of the server.
        forbidden: what it answers to who may not ask.
        rule: what it would answer to some requests, but does not.

    Attributes:
        requests: what comes through.
        port: where it listens.
    """

    def __init__(self, server_port: int, forbidden: Answer, rule: Rule | None = None) -> None:
        self.server_port, self.forbidden, self.rule = server_port, forbidden, rule
        self.requests = Requests()
        methods = dict.fromkeys(_METHODS, _Handler.handle_any)
        handler = type("Handler", (_Handler,), {"relay": self, **methods})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
