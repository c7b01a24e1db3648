"""An S3 server in this process, which can be told to misbehave."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto.s3.models import s3_backends
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from dags.landing.stores.address import store_at

#: Given a request's method and path; True lets it be answered with 403, a number cuts the answer
#: off after so many bytes.
Fault = Callable[[str, str], "bool | int | None"]

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any, **__: Any) -> None:
        pass


class S3Server:
    """Moto's server on a free port.

    Attributes:
        url: where it listens.
        fault: asked about each request; None lets all be answered.
        requests: method and path with query of each request so far.
        client: talks to it.
    """

    def __init__(self) -> None:
        self.fault: Fault | None = None
        self.requests: list[tuple[str, str]] = []
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server(
            "127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet
        )
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.port}"
        self.client = boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            region_name="us-east-1",
            config=Config(s3={"addressing_style": "path"}),
        )

    def put(self, bucket: str, **objects: bytes) -> None:
        """Write objects; `**{key: content}` takes any key."""
        for key, content in objects.items():
            self.client.put_object(Bucket=bucket, Key=key, Body=content)

    @contextmanager
    def signed_in(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """This process's landings read from this server; after it, it behaves again."""
        for name, value in (CREDENTIALS | {"AWS_ENDPOINT_URL": self.url}).items():
            monkeypatch.setenv(name, value)
        store_at.cache_clear()
        yield
        store_at.cache_clear()
        self.fault = None

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.client.close()
        s3_backends.reset()

    def _answer(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        self.requests.append((method, f"{path}?{environ['QUERY_STRING']}"))
        fault = self.fault(method, path) if self.fault else None
        if fault is True:
            start("403 Forbidden", [("Content-Type", "application/xml")])
            return [b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"]
        answer = self._moto(environ, start)
        return _cut(answer, fault) if fault else answer


def _cut(answer: Iterable[bytes], after: int) -> Iterator[bytes]:
    """The beginning of an answer that has announced more."""
    for chunk in answer:
        yield chunk[:after]
        return


@contextmanager
def served() -> Iterator[S3Server]:
    """A server that runs until the end of a with-block."""
    server = S3Server()
    try:
        yield server
    finally:
        server.stop()
