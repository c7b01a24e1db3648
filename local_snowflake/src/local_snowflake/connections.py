"""Which clients' TCP connections are open: how the server sees that a client was killed."""

from __future__ import annotations

import asyncio
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

open_connections: set[tuple[str, int]] = set()


class TrackedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which also keeps the addresses of the peers that are connected."""

    _peer: tuple[str, int] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        address = transport.get_extra_info("peername")
        if address:
            self._peer = cast(tuple[str, int], tuple(address[:2]))
            open_connections.add(self._peer)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._peer:
            open_connections.discard(self._peer)
        super().connection_lost(exc)
