"""The envelope of Snowflake's protocol: what every request carries and every answer looks like."""

from __future__ import annotations

import gzip
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from local_snowflake.errors import SnowflakeError
from local_snowflake.results import new_query_id

IN_PROGRESS = "333333"
NO_SESSION = "390111"


async def body(request: Request) -> dict[str, Any]:
    """The JSON of a request, which clients may compress."""
    content = await request.body()
    if request.headers.get("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    return dict(json.loads(content))


def base_url(request: Request) -> str:
    """The address under which the client knows this server."""
    return f"{request.url.scheme}://{request.url.netloc}"


def token(request: Request) -> str:
    """The token in `Authorization: Snowflake Token="..."`."""
    return request.headers.get("Authorization", "").partition('"')[2].rstrip('"')


def success(data: Any) -> JSONResponse:
    """A request that was carried out."""
    return JSONResponse({"data": data, "code": None, "message": None, "success": True})


def failure(code: str, message: str, state: str = "08001") -> JSONResponse:
    """A request that is refused before any statement runs."""
    data = {"errorCode": code, "sqlState": state}
    return JSONResponse({"data": data, "code": code, "message": message, "success": False})


def in_progress(request_id: str) -> JSONResponse:
    """The statement still runs; the client asks again at getResultUrl."""
    data = {
        "errorCode": IN_PROGRESS,
        "sqlState": "08001",
        "getResultUrl": f"/queries/{request_id}/result",
        "queryId": request_id,
    }
    message = "Query execution in progress."
    return JSONResponse({"data": data, "code": IN_PROGRESS, "message": message, "success": True})


def no_session() -> JSONResponse:
    """The request's token is not that of a client."""
    return failure(NO_SESSION, "Session no longer exists. New login required.")


def error(failed: SnowflakeError) -> dict[str, Any]:
    """The answer to a statement that failed."""
    code = f"{failed.errno:06d}"
    data = {"errorCode": code, "sqlState": failed.sqlstate, "queryId": new_query_id()}
    return {"data": data, "code": code, "message": failed.text, "success": False}
