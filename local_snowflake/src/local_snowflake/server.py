"""The HTTP server: the few requests of Snowflake's protocol that clients send.

POST /session/v1/login-request     sign in
POST /queries/v1/query-request     run a statement; a long one is polled at getResultUrl
POST /queries/v1/abort-request     cancel a statement
GET  /results/...                  a chunk of a large result
PUT  /uploads/...                  a file of a PUT
POST /session?delete=true          sign out
GET  /health                       200 when ready
"""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from anyio import to_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from local_snowflake import protocol, sign_in, uploads
from local_snowflake.clients import Client, Clients, Statement
from local_snowflake.requests import StatementRequest
from local_snowflake.sign_in import Credentials
from local_snowflake.storage import Storage

# A statement that runs longer is polled, so that it stays below every client's read timeout (60 s).
ANSWER_SECONDS = 40
MAX_STATEMENTS = 200


_Handler = Callable[["Server", Request], Awaitable[Response]]


def _signed_in(handler: Callable[[Server, Request, Client], Awaitable[Response]]) -> _Handler:
    """Only for clients that have a session."""

    async def handle(server: Server, request: Request) -> Response:
        client = server.clients.of(request)
        return await handler(server, request, client) if client else protocol.no_session()

    return handle


class Server:
    """The application: storage, clients and routes."""

    def __init__(self, storage: Storage, credentials: Credentials) -> None:
        self.storage = storage
        self.credentials = credentials
        self.clients = Clients()
        self.app = Starlette(
            lifespan=self._lifespan,
            routes=[
                Route("/health", self.health),
                Route("/session/v1/login-request", self.login, methods=["POST"]),
                Route("/session", self.close_session, methods=["POST"]),
                Route("/session/heartbeat", self.heartbeat, methods=["POST"]),
                Route("/queries/v1/query-request", self.query, methods=["POST"]),
                Route("/queries/v1/abort-request", self.abort, methods=["POST"]),
                Route("/queries/{request_id}/result", self.poll),
                Route("/results/{path:path}", self.chunk),
                Route("/uploads/{path:path}", self.upload, methods=["PUT"]),
                Route("/telemetry/send", self.nothing, methods=["POST"]),
            ],
        )

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        del app
        # Statements that wait for another session's commit must not keep that commit out.
        to_thread.current_default_thread_limiter().total_tokens = MAX_STATEMENTS
        reaper = asyncio.create_task(self.clients.reap())
        try:
            yield
        finally:
            reaper.cancel()
            await self.clients.close_all()

    async def health(self, request: Request) -> Response:
        """That the server is ready, and how many sessions are open."""
        del request
        return JSONResponse({"status": "ready", "sessions": len(self.clients)})

    async def nothing(self, request: Request) -> Response:
        """Accept what is not used."""
        del request
        return protocol.success(None)

    async def login(self, request: Request) -> Response:
        """Sign in."""
        data = (await protocol.body(request, protocol.STRANGERS_BYTES)).get("data")
        if not isinstance(data, dict):
            return protocol.failure("390100", "A sign-in has its parameters in `data`.")
        try:
            await run_in_threadpool(sign_in.check, self.storage, self.credentials, data)
        except sign_in.SignInError as error:
            return protocol.failure(error.code, str(error))
        query = dict(request.query_params)
        session = await run_in_threadpool(sign_in.open_session, self.storage, data, query)
        return protocol.success(sign_in.login_data(session, self.clients.add(session, request)))

    @_signed_in
    async def heartbeat(self, request: Request, client: Client) -> Response:
        """Keep a session open."""
        del request
        client.session.last_used = time.monotonic()
        return protocol.success(None)

    @_signed_in
    async def close_session(self, request: Request, client: Client) -> Response:
        """Sign out."""
        del client
        if request.query_params.get("delete"):
            await self.clients.close(protocol.token(request))
        return protocol.success(None)

    @_signed_in
    async def query(self, request: Request, client: Client) -> Response:
        """Run a statement."""
        request_id = request.query_params.get("requestId") or secrets.token_hex(16)
        statement = client.requests.get(request_id)
        if statement is None:  # not a client's retry of a request it got no answer to
            work = StatementRequest(
                await protocol.body(request, protocol.CLIENTS_BYTES),
                protocol.base_url(request),
                threading.Event(),
            )
            statement = Statement(asyncio.create_task(work.answer(client)), work.cancelled)
            client.remember(request_id, statement)
        return await _answer(request_id, statement.task)

    @_signed_in
    async def poll(self, request: Request, client: Client) -> Response:
        """The answer to a statement that took long, or to one of several."""
        request_id = request.path_params["request_id"]
        if answer := client.answers.get(request_id):
            return JSONResponse(answer)
        statement = client.requests.get(request_id)
        if statement is None:
            return protocol.failure("000709", f"Statement {request_id} not found", "02000")
        return await _answer(request_id, statement.task)

    @_signed_in
    async def abort(self, request: Request, client: Client) -> Response:
        """Cancel a statement."""
        request_id = (await protocol.body(request, protocol.CLIENTS_BYTES)).get("requestId", "")
        if statement := client.requests.get(request_id):
            await client.cancel(statement)
        return protocol.success(None)

    async def chunk(self, request: Request) -> Response:
        """A part of a large result."""
        results = self.storage.folder.results
        path = (results / request.path_params["path"]).resolve()
        if not path.is_relative_to(results) or not path.is_file():
            return Response(status_code=404)
        return FileResponse(path, media_type="application/octet-stream")

    async def upload(self, request: Request) -> Response:
        """A file of a PUT."""
        return await uploads.receive(self.storage, request)


async def _answer(request_id: str, task: asyncio.Task[dict[str, Any]]) -> Response:
    done, _ = await asyncio.wait({task}, timeout=ANSWER_SECONDS)
    return JSONResponse(task.result()) if done else protocol.in_progress(request_id)
