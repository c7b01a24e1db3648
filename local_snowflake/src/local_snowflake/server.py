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
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from anyio import to_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from local_snowflake import (
    protocol,
    several_statements,
    sign_in,
    statement_requests,
    uploads,
)
from local_snowflake.clients import Clients, Statement
from local_snowflake.sign_in import Credentials
from local_snowflake.storage import Storage

# A statement that runs longer is polled, so that no client's read timeout (60 s) is met.
ANSWER_SECONDS = 40
MAX_STATEMENTS = 200


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
        del request
        return JSONResponse({"status": "ready", "sessions": len(self.clients)})

    async def nothing(self, request: Request) -> Response:
        del request
        return protocol.success(None)

    async def login(self, request: Request) -> Response:
        data = (await protocol.body(request))["data"]
        try:
            await run_in_threadpool(sign_in.check, self.storage, self.credentials, data)
        except sign_in.SignInError as error:
            return protocol.failure(error.code, str(error))
        query = dict(request.query_params)
        session = await run_in_threadpool(sign_in.open_session, self.storage, data, query)
        return protocol.success(sign_in.answer(session, self.clients.add(session, request)))

    async def heartbeat(self, request: Request) -> Response:
        client = self.clients.of(request)
        if client is None:
            return protocol.no_session()
        client.session.last_used = time.monotonic()
        return protocol.success(None)

    async def close_session(self, request: Request) -> Response:
        if self.clients.of(request) is None:
            return protocol.no_session()
        if request.query_params.get("delete"):
            await self.clients.close(protocol.token(request))
        return protocol.success(None)

    async def query(self, request: Request) -> Response:
        client = self.clients.of(request)
        if client is None:
            return protocol.no_session()
        request_id = request.query_params.get("requestId") or secrets.token_hex(16)
        statement = client.requests.get(request_id)
        if statement is None:  # not a client's retry of a request it got no answer to
            body, base_url = await protocol.body(request), protocol.base_url(request)
            cancelled = threading.Event()
            if several_statements.wanted(body) == 1:
                work = statement_requests.run(client.session, body, base_url, cancelled)
            else:
                work = several_statements.run(client, body, base_url, cancelled)
            statement = Statement(asyncio.create_task(work), cancelled)
            client.remember(request_id, statement)
        return await _answer(request_id, statement.task)

    async def poll(self, request: Request) -> Response:
        client = self.clients.of(request)
        if client is None:
            return protocol.no_session()
        request_id = request.path_params["request_id"]
        if answer := client.answers.get(request_id):
            return JSONResponse(answer)
        statement = client.requests.get(request_id)
        if statement is None:
            return protocol.failure("000709", f"Statement {request_id} not found", "02000")
        return await _answer(request_id, statement.task)

    async def abort(self, request: Request) -> Response:
        client = self.clients.of(request)
        if client is None:
            return protocol.no_session()
        request_id = (await protocol.body(request)).get("requestId", "")
        if statement := client.requests.get(request_id):
            await client.cancel(statement)
        return protocol.success(None)

    async def chunk(self, request: Request) -> Response:
        results = self.storage.folder.results
        path = (results / request.path_params["path"]).resolve()
        if not path.is_relative_to(results) or not path.is_file():
            return Response(status_code=404)
        return FileResponse(path, media_type="application/octet-stream")

    async def upload(self, request: Request) -> Response:
        return await uploads.receive(self.storage, request)


async def _answer(request_id: str, task: asyncio.Task[dict[str, Any]]) -> Response:
    done, _ = await asyncio.wait({task}, timeout=ANSWER_SECONDS)
    return JSONResponse(task.result()) if done else protocol.in_progress(request_id)
