"""A request to run a statement, from its JSON to the JSON of the answer."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool

from local_snowflake import engine, protocol
from local_snowflake.bindings import parameter_sets
from local_snowflake.engine import Executed
from local_snowflake.errors import SnowflakeError, translate
from local_snowflake.results import Result
from local_snowflake.session import Session

logger = logging.getLogger(__name__)


async def run(
    session: Session, body: dict[str, Any], base_url: str, cancelled: threading.Event
) -> dict[str, Any]:
    """Run a statement, once for each set of its parameters; an error is an answer too."""
    try:
        sets = parameter_sets(body.get("bindings"))
        work = engine.describe if body.get("describeOnly") else engine.run
        affected = 0
        for params in sets:
            executed = await run_in_threadpool(work, session, body["sqlText"], params, cancelled)
            affected += executed.affected or 0
        if executed.upload:
            return {"success": True, "data": _upload(executed, base_url)}
        # Clients add up the counts of changed rows from JSON; a batch has one count.
        counts = [[str(affected)]] if len(sets) > 1 else None
        return {"success": True, "data": _data(session, executed, base_url, counts)}
    except SnowflakeError as error:
        return protocol.error(error)
    except Exception as error:
        logger.exception("statement failed: %s", body.get("sqlText"))
        return protocol.error(translate(error))


def _upload(executed: Executed, base_url: str) -> dict[str, Any]:
    """The answer to PUT: where to send the files."""
    info = executed.upload["stageInfo"]
    info["presignedUrl"] = base_url + info["presignedUrl"]
    return executed.upload


def _data(
    session: Session, executed: Executed, base_url: str, counts: list[list[str]] | None
) -> dict[str, Any]:
    """Rows as JSON for changes of data, as Arrow for queries."""
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
        own = [[str(v) for v in row.values()] for row in result.table.to_pylist()]
        rowset = counts or own
        return {**data, "total": len(rowset), "queryResultFormat": "json", "rowset": rowset}
    data |= {"queryResultFormat": "arrow", "rowsetBase64": result.inline_base64()}
    if result.chunks:
        data["chunks"] = _chunks(result, session.storage.folder.results, base_url)
    return data


def _chunks(result: Result, folder: Path, base_url: str) -> list[dict[str, Any]]:
    """Where the client fetches the rest of a large result."""
    chunks = []
    for path, rows in result.chunks:
        size = path.stat().st_size
        url = f"{base_url}/results/{path.relative_to(folder)}"
        chunks.append(
            {"url": url, "rowCount": rows, "uncompressedSize": size, "compressedSize": size}
        )
    return chunks
