"""What tests ask of a server of objects, whichever store's protocol it speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

import pytest

from dags.landing.stores.address import store_at

#: Given a request's method and path; True lets it be answered with 403, a number cuts the answer
#: off after so many bytes.
Fault = Callable[[str, str], "bool | int | None"]


class Requests:
    """The requests that reach a server.

    Attributes:
        fault: asked about each; None lets all be answered.
        seen: method, and path with query, of each so far.
    """

    def __init__(self) -> None:
        self.fault: Fault | None = None
        self.seen: list[tuple[str, str]] = []

    def meet(self, method: str, path: str, query: str) -> bool | int | None:
        """Note one; what is to become of it.

        Args:
            path: without the escapes that it came with.
        """
        self.seen.append((method, f"{path}?{query}"))
        return self.fault(method, path) if self.fault else None


class ObjectServer(Protocol):
    """A server on a port of its own.

    Attributes:
        requests: what reaches it from the landing.
        settings: with which a landing reads from it.
    """

    requests: Requests

    @property
    def settings(self) -> Mapping[str, str]: ...

    def url(self, bucket: str) -> str:
        """The store, as a landing block begins with it."""

    def create(self, bucket: str) -> None: ...

    def put(self, bucket: str, **objects: bytes) -> None:
        """Write objects; `**{key: content}` takes any key."""

    def delete(self, bucket: str, key: str) -> None: ...

    def stop(self) -> None: ...


@contextmanager
def signed_in(server: ObjectServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process's landings read from this server; after it, it behaves again."""
    for name, value in server.settings.items():
        monkeypatch.setenv(name, value)
    store_at.cache_clear()
    yield
    store_at.cache_clear()
    server.requests.fault = None
