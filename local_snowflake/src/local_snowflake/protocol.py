"""The envelope of Snowflake's protocol: what every request carries and every answer looks like."""

from __future__ import annotations

import json
import zlib
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from local_snowflake.errors import SnowflakeError
from local_snowflake.results import new_query_id

IN_PROGRESS = "333333"
NO_SESSION = "390111"
#: Bytes of a request that anybody may send, and of one by a client who has signed in.
STRANGERS_BYTES = 64 << 10
CLIENTS_BYTES = 256 << 20


async def body(request: Request, limit: int) -> dict[str, Any]:
    """The JSON of a request, which clients may compress.

    Args:
        limit: most bytes of it, before and after it is decompressed.

    Raises:
        HTTPException: it is larger, or no JSON object.
    """
    content = bytearray()
    async for block in request.stream():
        content += block
        if len(content) > limit:
            raise HTTPException(413, f"a request has at most {limit:,} bytes here")
    try:
        found = json.loads(_decompressed(request, content, limit))
    except (ValueError, RecursionError, zlib.error):
        found = None
    if not isinstance(found, dict):
        raise HTTPException(400, "a request is a JSON object")
    return found


def _decompressed(request: Request, content: bytes | bytearray, limit: int) -> bytes | bytearray:
    if request.headers.get("Content-Encoding") != "gzip":
        return content
    decompressor = zlib.decompressobj(wbits=31)
    text = decompressor.decompress(content, limit)
    if decompressor.unconsumed_tail:
        raise HTTPException(413, f"a request has at most {limit:,} bytes here, decompressed")
    if not decompressor.eof:
        raise ValueError("cut off")
    return text


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
