"""Receives the files of PUT: streamed to disk next to the stage, then moved into it.

A client that dies halfway leaves nothing in the stage.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from local_snowflake.stages import UPLOADS
from local_snowflake.storage import Storage


async def receive(storage: Storage, request: Request) -> Response:
    """PUT /uploads/DATABASE/SCHEMA/STAGE/path, an address of UploadUrls."""
    path = request.path_params["path"]
    if refusal := storage.upload_urls.refusal(path, request.query_params):
        return Response(status_code=refusal)
    target = _target(storage, path)
    if target is None:
        return Response(status_code=403)
    folder = storage.folder.stages / UPLOADS
    folder.mkdir(exist_ok=True)
    partial = folder / secrets.token_hex(16)
    digest = hashlib.md5(usedforsecurity=False)
    try:
        with partial.open("wb") as file:
            async for block in request.stream():
                file.write(block)
                digest.update(block)
            file.flush()
            os.fsync(file.fileno())
        if request.query_params.get("overwrite") != "true" and target.exists():
            return _keep(target, digest.hexdigest())
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return Response()


def _keep(target: Path, key: str) -> Response:
    """Without OVERWRITE an existing file stays; other content under its name is refused."""
    with target.open("rb") as file:
        same = hashlib.file_digest(file, "md5").hexdigest() == key
    return Response(status_code=200 if same else 409)


def _target(storage: Storage, path: str) -> Path | None:
    """Where the file goes; None if that is not inside a stage."""
    stages = storage.folder.stages
    target = (stages / path).resolve()
    if not target.is_relative_to(stages):
        return None
    parts = target.relative_to(stages).parts
    return target if len(parts) >= 4 and parts[0] != UPLOADS else None
