"""Signed-in clients, and the end of those that are gone, so that no transaction stays open."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from local_snowflake import protocol
from local_snowflake.session import Session

logger = logging.getLogger(__name__)

REMEMBERED_REQUESTS = 64
# A client is gone if its connection is closed, or if it is silent.
GONE_SECONDS = 3
IDLE_TRANSACTION_SECONDS = 30 * 60
IDLE_SESSION_SECONDS = 4 * 60 * 60

#: Addresses of the clients whose TCP connection is open.
open_connections: set[tuple[str, int]] = set()


class TrackedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which also keeps the addresses of the connected clients."""

    _peer: tuple[str, int] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note the address."""
        address = transport.get_extra_info("peername")
        if address:
            self._peer = cast(tuple[str, int], tuple(address[:2]))
            open_connections.add(self._peer)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the address."""
        if self._peer:
            open_connections.discard(self._peer)
        super().connection_lost(exc)


@dataclass
class Statement:
    """A request to run a statement, and the way to cancel it."""

    task: asyncio.Task[Any]
    cancelled: threading.Event


class Client:
    """A signed-in client: its session, its connections, its latest requests."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.peers: set[tuple[str, int]] = set()
        self.requests: OrderedDict[str, Statement] = OrderedDict()
        # To each statement of the last request that had several, by query id.
        self.answers: dict[str, dict[str, Any]] = {}
        self.gone_since: float | None = None

    def is_busy(self) -> bool:
        """Whether a statement is queued, runs or waits."""
        return any(not statement.task.done() for statement in self.requests.values())

    def remember(self, request_id: str, statement: Statement) -> None:
        """Keep a request's answer for a client that did not get it and asks again."""
        self.requests[request_id] = statement
        while len(self.requests) > REMEMBERED_REQUESTS:
            self.requests.popitem(last=False)

    async def cancel(self, statement: Statement) -> None:
        """End a statement, whether it is queued, runs or waits for another session."""
        statement.cancelled.set()
        # An interrupt that comes between two of DuckDB's steps has no effect.
        while not statement.task.done():
            if self.session.running is statement.cancelled:
                self.session.con.interrupt()
            await asyncio.wait({statement.task}, timeout=0.05)

    async def cancel_all(self) -> None:
        """End all statements."""
        for statement in list(self.requests.values()):
            await self.cancel(statement)

    def note_peer(self, request: Request) -> None:
        """Remember the connection that a request came by."""
        if request.client:
            self.peers &= open_connections
            self.peers.add((request.client.host, request.client.port))

    def is_over(self, now: float) -> bool:
        """Whether nobody will come back for this session."""
        if self.is_busy():
            return self.session.is_waiting and self._is_gone(now)
        idle = now - self.session.last_used
        if not self.session.in_transaction:
            self.gone_since = None
            return idle > IDLE_SESSION_SECONDS
        return self._is_gone(now) or idle > IDLE_TRANSACTION_SECONDS

    def _is_gone(self, now: float) -> bool:
        if self.peers & open_connections:
            self.gone_since = None
        elif self.gone_since is None:
            self.gone_since = now
        return self.gone_since is not None and now - self.gone_since > GONE_SECONDS


class Clients:
    """All clients by their token."""

    def __init__(self) -> None:
        self._clients: dict[str, Client] = {}

    def __len__(self) -> int:
        return len(self._clients)

    def add(self, session: Session, request: Request) -> str:
        """Add a client; returns its token."""
        token = secrets.token_urlsafe(32)
        client = self._clients[token] = Client(session)
        client.note_peer(request)
        return token

    def of(self, request: Request) -> Client | None:
        """The client of a request, None without a valid token."""
        client = self._clients.get(protocol.token(request))
        if client is not None:
            client.note_peer(request)
        return client

    async def close(self, token: str) -> None:
        """Interrupt what runs, roll back, and forget the client."""
        client = self._clients.pop(token, None)
        if client is None:
            return
        await client.cancel_all()
        await run_in_threadpool(client.session.close)

    async def close_all(self) -> None:
        """Close every session, when the server stops."""
        for token in list(self._clients):
            await self.close(token)

    async def reap(self) -> None:
        """Close the sessions of clients that are gone; never returns."""
        while True:
            await asyncio.sleep(1)
            now = time.monotonic()
            for token, client in list(self._clients.items()):
                if client.is_over(now):
                    logger.info("closing the session of a client that is gone")
                    await self.close(token)
