"""Several statements in one request: run one after another, each with an answer of its own.

The client fetches those answers by their query ids. A statement that fails ends the request, and
what ran before it stays.
https://docs.snowflake.com/en/developer-guide/python-connector/python-connector-example#using-the-execute-string-function-to-execute-multiple-sql-statements
"""

from __future__ import annotations

import threading
from typing import Any

import sqlglot
from sqlglot.tokens import TokenType

from local_snowflake import engine, protocol, statement_requests
from local_snowflake.clients import Client
from local_snowflake.errors import SnowflakeError, not_supported

# statementTypeId of such a request
_SEVERAL = 0xA000


def wanted(body: dict[str, Any]) -> int:
    """How many statements a client announces; 0 is any number."""
    return int((body.get("parameters") or {}).get("MULTI_STATEMENT_COUNT", 1))


async def run(
    client: Client, body: dict[str, Any], base_url: str, cancelled: threading.Event
) -> dict[str, Any]:
    """Run them; the answer names the query id of each."""
    try:
        texts = split(body["sqlText"], wanted(body))
        if len(texts) == 1:  # a client that announces any number may mean one, and send a file
            one = {**body, "sqlText": texts[0]}
            return await statement_requests.run(client.session, one, base_url, cancelled)
        if body.get("bindings") or body.get("describeOnly"):
            raise not_supported("parameters for several statements in one request")
    except SnowflakeError as error:
        return protocol.error(error)
    answers: dict[str, dict[str, Any]] = {}
    for text in texts:
        one = {**body, "sqlText": text}
        answer = await statement_requests.run(client.session, one, base_url, cancelled)
        if not answer["success"]:
            return answer
        answers[answer["data"]["queryId"]] = answer
    client.answers = answers
    data = {
        "queryId": engine.new_id(),
        "statementTypeId": _SEVERAL,
        "resultIds": ",".join(answers),
        "resultTypes": ",".join(str(a["data"]["statementTypeId"]) for a in answers.values()),
        "rowtype": [],
        "rowset": [],
        "total": 0,
        "returned": 0,
        "queryResultFormat": "json",
    }
    return {"success": True, "data": data}


def split(text: str, count: int) -> list[str]:
    """The statements of a text.

    Raises:
        SnowflakeError: there are not as many as the client said, or one of several is a PUT.
    """
    tokens = sqlglot.tokenize(text, read="snowflake")
    ends = [token.start for token in tokens if token.token_type == TokenType.SEMICOLON]
    starts = [0, *(end + 1 for end in ends)]
    parts = [text[start:end] for start, end in zip(starts, [*ends, len(text)], strict=True)]
    statements = [part for part in map(engine.bare, parts) if part]
    if count and len(statements) != count:
        raise SnowflakeError(
            8,
            "0A000",
            f"Actual statement count {len(statements)} did not match the desired statement "
            f"count {count}.",
        )
    if len(statements) > 1 and any(map(engine.put.is_put, statements)):
        raise not_supported("PUT among several statements in one request")
    return statements
