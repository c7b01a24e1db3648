"""Signed-in clients, and the end of those that are gone, so that no transaction stays open."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import OrderedDict
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from bootstrap.local_snowflake import protocol
from bootstrap.local_snowflake.connections import open_connections
from bootstrap.local_snowflake.session import Session

logger = logging.getLogger(__name__)

REMEMBERED_REQUESTS = 64
# A client that is gone, seen by its closed connection, or by its silence.
GONE_SECONDS = 3
IDLE_TRANSACTION_SECONDS = 30 * 60
IDLE_SESSION_SECONDS = 4 * 60 * 60


class Client:
    """A signed-in client: its session, its connections, its latest requests."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.peers: set[tuple[str, int]] = set()
        self.requests: OrderedDict[str, asyncio.Task[Any]] = OrderedDict()
        self.gone_since: float | None = None

    def is_busy(self) -> bool:
        return any(not task.done() for task in self.requests.values())

    def remember(self, request_id: str, task: asyncio.Task[Any]) -> None:
        """Keep a request's answer for a client that did not get it and asks again."""
        self.requests[request_id] = task
        while len(self.requests) > REMEMBERED_REQUESTS:
            self.requests.popitem(last=False)

    def note_peer(self, request: Request) -> None:
        if request.client:
            self.peers &= open_connections
            self.peers.add((request.client.host, request.client.port))

    def is_over(self, now: float) -> bool:
        """Whether nobody will come back for this session."""
        idle = now - self.session.last_used
        if idle > IDLE_SESSION_SECONDS:
            return True
        if not self.session.in_transaction:
            self.gone_since = None
            return False
        if self.peers & open_connections:
            self.gone_since = None
        elif self.gone_since is None:
            self.gone_since = now
        is_gone = self.gone_since is not None and now - self.gone_since > GONE_SECONDS
        return is_gone or idle > IDLE_TRANSACTION_SECONDS


class Clients:
    """All clients by their token."""

    def __init__(self) -> None:
        self._clients: dict[str, Client] = {}

    def __len__(self) -> int:
        return len(self._clients)

    def add(self, session: Session, request: Request) -> str:
        """A new client; its token."""
        token = secrets.token_urlsafe(32)
        client = self._clients[token] = Client(session)
        client.note_peer(request)
        return token

    def of(self, request: Request) -> Client | None:
        """Whose request it is."""
        client = self._clients.get(protocol.token(request))
        if client is not None:
            client.note_peer(request)
        return client

    async def close(self, token: str) -> None:
        """Interrupt what runs, roll back, and forget the client."""
        client = self._clients.pop(token, None)
        if client is None:
            return
        if client.is_busy():
            client.session.con.interrupt()
        await run_in_threadpool(client.session.close)

    async def close_all(self) -> None:
        for token in list(self._clients):
            await self.close(token)

    async def reap(self) -> None:
        """Close, for ever, the sessions of clients that are gone."""
        while True:
            await asyncio.sleep(1)
            now = time.monotonic()
            for token, client in list(self._clients.items()):
                if not client.is_busy() and client.is_over(now):
                    logger.info("closing the session of a client that is gone")
                    await self.close(token)
