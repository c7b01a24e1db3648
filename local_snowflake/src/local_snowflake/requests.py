"""Requests to run statements, from their JSON to the JSON of the answers.

A request may hold several statements (MULTI_STATEMENT_COUNT). They run one after another, each with
an answer of its own, which the client fetches by its query id. One that fails ends the request, and
what ran before it stays.
https://docs.snowflake.com/en/developer-guide/sql-api/submitting-multiple-statements
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot.tokens import TokenType
from starlette.concurrency import run_in_threadpool

from local_snowflake import engine, protocol
from local_snowflake.bindings import parameter_sets
from local_snowflake.clients import Client
from local_snowflake.engine import Executed
from local_snowflake.errors import SnowflakeError, not_supported, statement_count, translate
from local_snowflake.results import Result, new_query_id
from local_snowflake.session import Session
from local_snowflake.statements import put

logger = logging.getLogger(__name__)

# statementTypeId of a request with several statements.
_MULTI_STATEMENT = 0xA000


@dataclass(frozen=True)
class StatementRequest:
    """A request to run one or several statements.

    Attributes:
        body: its JSON.
        base_url: the address under which the client knows this server.
        cancelled: set when the client wants no answer any more.
    """

    body: dict[str, Any]
    base_url: str
    cancelled: threading.Event

    async def answer(self, client: Client) -> dict[str, Any]:
        """Run it; an error is an answer too."""
        count = int((self.body.get("parameters") or {}).get("MULTI_STATEMENT_COUNT", 1))
        if count == 1:
            return await self._answer_one(client.session, self.body["sqlText"])
        try:
            texts = split_statements(self.body["sqlText"], count)
            # A client that announces any number may mean one, and send a file or parameters.
            if len(texts) > 1 and (self.body.get("bindings") or self.body.get("describeOnly")):
                raise not_supported("parameters for several statements in one request")
        except SnowflakeError as error:
            return protocol.error(error)
        answers: dict[str, dict[str, Any]] = {}
        for text in texts:
            answer = await self._answer_one(client.session, text)
            if len(texts) == 1 or not answer["success"]:
                return answer
            answers[answer["data"]["queryId"]] = answer
        client.answers = answers
        return {"success": True, "data": _several(answers)}

    async def _answer_one(self, session: Session, sql: str) -> dict[str, Any]:
        """Run a statement, once for each set of its parameters."""
        try:
            if self.body.get("describeOnly"):
                executed = await run_in_threadpool(engine.describe, session, sql)
                return {"success": True, "data": self._data(session, executed, None)}
            sets = parameter_sets(self.body.get("bindings"))
            affected = 0
            for params in sets:
                executed = await run_in_threadpool(
                    engine.execute, session, sql, params, self.cancelled
                )
                affected += executed.affected or 0
            if executed.upload:
                return {"success": True, "data": self._upload(executed)}
            # Clients add up the counts of changed rows from JSON; a batch has one count.
            counts = [[str(affected)]] if len(sets) > 1 else None
            return {"success": True, "data": self._data(session, executed, counts)}
        except SnowflakeError as error:
            return protocol.error(error)
        except Exception as error:
            logger.exception("statement failed: %s", sql)
            return protocol.error(translate(error))

    def _upload(self, executed: Executed) -> dict[str, Any]:
        """The answer to PUT: where to send the files."""
        info = executed.upload["stageInfo"]
        info["presignedUrl"] = self.base_url + info["presignedUrl"]
        return executed.upload

    def _data(
        self, session: Session, executed: Executed, counts: list[list[str]] | None
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
            data["chunks"] = self._chunks(result, session.storage.folder.results)
        return data

    def _chunks(self, result: Result, folder: Path) -> list[dict[str, Any]]:
        """Where the client fetches the rest of a large result."""
        chunks = []
        for path, rows in result.chunks:
            size = path.stat().st_size
            url = f"{self.base_url}/results/{path.relative_to(folder)}"
            chunks.append(
                {"url": url, "rowCount": rows, "uncompressedSize": size, "compressedSize": size}
            )
        return chunks


def split_statements(text: str, count: int) -> list[str]:
    """The statements of a text, of which the client announces `count`; 0 is any number.

    Raises:
        SnowflakeError: there is another number of statements, or one of several is a PUT.
    """
    tokens = sqlglot.tokenize(text, read="snowflake")
    ends = [token.start for token in tokens if token.token_type == TokenType.SEMICOLON]
    starts = [0, *(end + 1 for end in ends)]
    parts = [text[start:end] for start, end in zip(starts, [*ends, len(text)], strict=True)]
    statements = [part for part in map(engine.bare, parts) if part]
    if count and len(statements) != count:
        raise statement_count(len(statements), count)
    if len(statements) > 1 and any(map(put.is_put, statements)):
        raise not_supported("PUT among several statements in one request")
    return statements


def _several(answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The answer that names the query id of each statement."""
    return {
        "queryId": new_query_id(),
        "statementTypeId": _MULTI_STATEMENT,
        "resultIds": ",".join(answers),
        "resultTypes": ",".join(str(a["data"]["statementTypeId"]) for a in answers.values()),
        "rowtype": [],
        "rowset": [],
        "total": 0,
        "returned": 0,
        "queryResultFormat": "json",
    }
