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
import gzip
import hmac
import json
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from anyio import to_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from bootstrap.local_snowflake import engine, uploads
from bootstrap.local_snowflake.bindings import parameter_sets
from bootstrap.local_snowflake.connections import open_connections
from bootstrap.local_snowflake.engine import Executed
from bootstrap.local_snowflake.errors import SnowflakeError, translate
from bootstrap.local_snowflake.session import Session
from bootstrap.local_snowflake.storage import Storage

logger = logging.getLogger(__name__)

# A statement that runs longer is polled, so that no client's read timeout (60 s) is met.
ANSWER_SECONDS = 40
IN_PROGRESS = "333333"
REMEMBERED_REQUESTS = 64
MAX_STATEMENTS = 200
# A client that is gone, seen by its closed connection, or by its silence.
GONE_SECONDS = 3
IDLE_TRANSACTION_SECONDS = 30 * 60
IDLE_SESSION_SECONDS = 4 * 60 * 60


@dataclass(frozen=True)
class Credentials:
    """Who may sign in; with an empty password everybody may."""

    user: str
    password: str

    def accept(self, user: str, password: str) -> bool:
        if not self.password:
            return True
        same_user = user.upper() == self.user.upper()
        return same_user and hmac.compare_digest(password.encode(), self.password.encode())


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
        self.requests[request_id] = task
        while len(self.requests) > REMEMBERED_REQUESTS:
            self.requests.popitem(last=False)


class Server:
    """The application: storage, clients and routes."""

    def __init__(self, storage: Storage, credentials: Credentials) -> None:
        self.storage = storage
        self.credentials = credentials
        self.clients: dict[str, Client] = {}
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
        reaper = asyncio.create_task(self._reap())
        try:
            yield
        finally:
            reaper.cancel()
            for token in list(self.clients):
                await self._close(token)

    # --- requests ----------------------------------------------------------------------------

    async def health(self, request: Request) -> Response:
        del request
        return JSONResponse({"status": "ready", "sessions": len(self.clients)})

    async def nothing(self, request: Request) -> Response:
        del request
        return _success(None)

    async def login(self, request: Request) -> Response:
        data = (await _body(request))["data"]
        if data.get("AUTHENTICATOR", "SNOWFLAKE") not in ("SNOWFLAKE", "USERNAME_PASSWORD_MFA"):
            return _failure("390144", "The local Snowflake server knows user and password only.")
        if not self.credentials.accept(data.get("LOGIN_NAME", ""), data.get("PASSWORD") or ""):
            return _failure("390100", "Incorrect username or password was specified.")
        query = request.query_params
        parameters = data.get("SESSION_PARAMETERS") or {}
        session = await run_in_threadpool(
            Session,
            self.storage,
            _identifier(query.get("databaseName")),
            _identifier(query.get("schemaName")),
            parameters.get("AUTOCOMMIT", True) is not False,
            data.get("LOGIN_NAME", "").upper(),
            _identifier(query.get("roleName")),
            _identifier(query.get("warehouse")),
        )
        token = secrets.token_urlsafe(32)
        client = self.clients[token] = Client(session)
        _note_peer(client, request)
        return _success(
            {
                "token": token,
                "masterToken": token,
                "sessionId": secrets.randbits(40),
                "serverVersion": "10.0.0",
                "parameters": [
                    {"name": "AUTOCOMMIT", "value": session._autocommit},
                    {"name": "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY", "value": 3600},
                    # 0: batches are sent inline, never staged first
                    {"name": "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD", "value": 0},
                    {"name": "CLIENT_TELEMETRY_ENABLED", "value": False},
                    {"name": "TIMEZONE", "value": "Etc/UTC"},
                ],
                "sessionInfo": {
                    "databaseName": session.database,
                    "schemaName": session.schema,
                    "roleName": session.role,
                    "warehouseName": session.warehouse,
                },
            }
        )

    async def heartbeat(self, request: Request) -> Response:
        client = self._client(request)
        if client is None:
            return _no_session()
        client.session.last_used = time.monotonic()
        return _success(None)

    async def close_session(self, request: Request) -> Response:
        if self._client(request) is None:
            return _no_session()
        if request.query_params.get("delete"):
            await self._close(_token(request))
        return _success(None)

    async def query(self, request: Request) -> Response:
        client = self._client(request)
        if client is None:
            return _no_session()
        request_id = request.query_params.get("requestId") or secrets.token_hex(16)
        task = client.requests.get(request_id)
        if task is None:  # not a client's retry of a request it got no answer to
            body = await _body(request)
            task = asyncio.create_task(self._run(client.session, body, _base_url(request)))
            client.remember(request_id, task)
        return await self._answer(request_id, task)

    async def poll(self, request: Request) -> Response:
        client = self._client(request)
        if client is None:
            return _no_session()
        request_id = request.path_params["request_id"]
        task = client.requests.get(request_id)
        if task is None:
            return _failure("000709", f"Statement {request_id} not found", "02000")
        return await self._answer(request_id, task)

    async def abort(self, request: Request) -> Response:
        client = self._client(request)
        if client is None:
            return _no_session()
        client.session.con.interrupt()
        return _success(None)

    async def chunk(self, request: Request) -> Response:
        path = (self.storage.folder.results / request.path_params["path"]).resolve()
        if not path.is_relative_to(self.storage.folder.results) or not path.is_file():
            return Response(status_code=404)
        return FileResponse(path, media_type="application/octet-stream")

    async def upload(self, request: Request) -> Response:
        return await uploads.receive(self.storage, request)

    # --- statements --------------------------------------------------------------------------

    async def _answer(self, request_id: str, task: asyncio.Task[Any]) -> Response:
        done, _ = await asyncio.wait({task}, timeout=ANSWER_SECONDS)
        if not done:
            data = {"getResultUrl": f"/queries/{request_id}/result", "queryId": request_id}
            return _failure(IN_PROGRESS, "Query execution in progress.", data=data, success=True)
        return JSONResponse(task.result())

    async def _run(self, session: Session, body: dict[str, Any], base_url: str) -> dict[str, Any]:
        try:
            sets = parameter_sets(body.get("bindings"))
            describe = bool(body.get("describeOnly"))
            work = engine.describe if describe else engine.run
            affected = 0
            for params in sets:
                executed = await run_in_threadpool(work, session, body["sqlText"], params)
                affected += executed.affected or 0
            return {
                "success": True,
                "data": self._data(session, executed, base_url, affected, len(sets) > 1),
            }
        except SnowflakeError as error:
            return _error(error)
        except Exception as error:
            logger.exception("statement failed: %s", body.get("sqlText"))
            return _error(translate(error))

    def _data(
        self, session: Session, executed: Executed, base_url: str, affected: int, is_batch: bool
    ) -> dict[str, Any]:
        if executed.upload:
            info = executed.upload["stageInfo"]
            info["presignedUrl"] = base_url + info["presignedUrl"]
            return executed.upload
        result = executed.result
        data = {
            "parameters": [{"name": "TIMEZONE", "value": "Etc/UTC"}],
            "rowtype": result.rowtype,
            "total": result.total,
            "returned": result.total,
            "queryId": executed.query_id,
            "statementTypeId": executed.type_id,
            "finalDatabaseName": session.database,
            "finalSchemaName": session.schema,
        }
        if executed.is_dml and result.table is not None:
            # Clients add up the counts of changed rows from JSON.
            rows = [[str(v) for v in row.values()] for row in result.table.to_pylist()]
            rowset = [[str(affected)]] if is_batch else rows
            return {**data, "total": len(rowset), "queryResultFormat": "json", "rowset": rowset}
        data |= {"queryResultFormat": "arrow", "rowsetBase64": result.inline_base64()}
        if result.chunks:
            data["chunks"] = [
                {
                    "url": f"{base_url}/results/{path.relative_to(self.storage.folder.results)}",
                    "rowCount": rows,
                    "uncompressedSize": (size := path.stat().st_size),
                    "compressedSize": size,
                }
                for path, rows in result.chunks
            ]
        return data

    # --- sessions ----------------------------------------------------------------------------

    def _client(self, request: Request) -> Client | None:
        client = self.clients.get(_token(request))
        if client is not None:
            _note_peer(client, request)
        return client

    async def _close(self, token: str) -> None:
        client = self.clients.pop(token, None)
        if client is None:
            return
        if client.is_busy():
            client.session.con.interrupt()
        await run_in_threadpool(client.session.close)

    async def _reap(self) -> None:
        """Close the sessions of clients that are gone, so that no transaction stays open."""
        while True:
            await asyncio.sleep(1)
            now = time.monotonic()
            for token, client in list(self.clients.items()):
                if not client.is_busy() and _is_over(client, now):
                    logger.info("closing the session of a client that is gone")
                    await self._close(token)


def _is_over(client: Client, now: float) -> bool:
    idle = now - client.session.last_used
    if idle > IDLE_SESSION_SECONDS:
        return True
    if not client.session.in_transaction:
        client.gone_since = None
        return False
    if client.peers & open_connections:
        client.gone_since = None
    elif client.gone_since is None:
        client.gone_since = now
    is_gone = client.gone_since is not None and now - client.gone_since > GONE_SECONDS
    return is_gone or idle > IDLE_TRANSACTION_SECONDS


def _note_peer(client: Client, request: Request) -> None:
    if request.client:
        client.peers &= open_connections
        client.peers.add((request.client.host, request.client.port))


async def _body(request: Request) -> dict[str, Any]:
    body = await request.body()
    if request.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return dict(json.loads(body))


def _base_url(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _token(request: Request) -> str:
    """The token in `Authorization: Snowflake Token="..."`."""
    return request.headers.get("Authorization", "").partition('"')[2].rstrip('"')


def _identifier(name: str | None) -> str | None:
    if not name:
        return None
    return name[1:-1] if name.startswith('"') else name.upper()


def _success(data: Any) -> JSONResponse:
    return JSONResponse({"data": data, "code": None, "message": None, "success": True})


def _failure(
    code: str,
    message: str,
    state: str = "08001",
    data: dict[str, Any] | None = None,
    success: bool = False,
) -> JSONResponse:
    data = {"errorCode": code, "sqlState": state, **(data or {})}
    return JSONResponse({"data": data, "code": code, "message": message, "success": success})


def _error(error: SnowflakeError) -> dict[str, Any]:
    code = f"{error.errno:06d}"
    data = {"errorCode": code, "sqlState": error.sqlstate, "queryId": engine.new_id()}
    return {"data": data, "code": code, "message": error.text, "success": False}


def _no_session() -> JSONResponse:
    return _failure("390111", "Session no longer exists. New login required.")


Endpoint = Callable[[Request], Awaitable[Response]]
