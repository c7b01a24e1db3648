"""PUT: the answer says where to upload; the client compresses and sends the files itself.

It looks like the answer of an account on Google Cloud, the one kind whose uploads go by plain HTTP
to a URL that the server chooses. The client then asks again for each file, under the name that the
file will have, and gets that file's URL, which uploads.py serves.
https://docs.snowflake.com/en/sql-reference/sql/put
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa

from local_snowflake import stages
from local_snowflake.errors import invalid_value, not_supported, syntax
from local_snowflake.session import Session
from local_snowflake.statement_result import StatementResult

# Before any parser: in file:///path/*.csv a parser sees the start of a comment.
_PUT = re.compile(
    # The connector puts names with an apostrophe in as they are.
    r"PUT\s+(?:'(?P<quoted>file://.*?)'(?=\s+'?@)|(?P<plain>file://\S+))"
    r"\s+(?P<target>'@(?:[^']|'')*'|@\S+)(?P<options>.*)",
    re.I | re.S,
)
_OPTION = re.compile(r"\s*(?P<name>\w+)\s*=\s*(?P<value>\w+)\s*,?")
_BOOLEANS = {"TRUE": True, "FALSE": False}


def is_put(sql: str) -> bool:
    """Whether a statement is a PUT."""
    return re.match(r"PUT\s", sql, re.I) is not None


def put(session: Session, sql: str) -> StatementResult:
    """Where to upload the files of a PUT.

    Raises:
        SnowflakeError: the statement cannot be read, or the stage does not exist.
    """
    match = _PUT.fullmatch(sql)
    if not match:
        raise syntax("write PUT file://path @stage/path [OPTION = value ...].")
    settings = _settings(match["options"])
    source = (match["quoted"] or match["plain"])[len("file://") :].replace("''", "'")
    location = stages.locate(session, match["target"])
    folder = location.path.strip("/")
    target = PurePosixPath(folder, PurePosixPath(source).name).as_posix()
    location.inside(target)
    data = {
        "command": "UPLOAD",
        "src_locations": [source],
        **settings,
        "stageInfo": {
            "locationType": "GCS",
            "location": f"{location.stage}/{folder}",
            "creds": {},
            # The server puts its own address in front.
            "presignedUrl": _url(session, location, target, settings["overwrite"]),
        },
    }
    return StatementResult(pa.table({}), upload=data)


def _url(session: Session, location: stages.Location, target: str, overwrite: bool) -> str:
    return session.storage.upload_urls.make("/".join((*location.stage.key, target)), overwrite)


def _settings(text: str) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "parallel": 4,
        "autoCompress": True,
        "sourceCompression": "auto_detect",
        "overwrite": False,
    }
    position = 0
    while position < len(text.rstrip()):
        match = _OPTION.match(text, position)
        if not match:
            raise syntax(f"PUT cannot read {text[position:].strip()!r}.")
        key, value = _setting(match["name"].upper(), match["value"].upper())
        settings[key] = value
        position = match.end()
    return settings


def _setting(name: str, value: str) -> tuple[str, Any]:
    if name in ("AUTO_COMPRESS", "OVERWRITE"):
        if value not in _BOOLEANS:
            raise invalid_value(name, value, "TRUE or FALSE")
        return {"AUTO_COMPRESS": "autoCompress", "OVERWRITE": "overwrite"}[name], _BOOLEANS[value]
    if name == "PARALLEL":
        if not value.isdigit() or not 1 <= int(value) <= 99:
            raise invalid_value(name, value, "a number from 1 to 99")
        return "parallel", int(value)
    if name == "SOURCE_COMPRESSION":
        if value not in ("AUTO_DETECT", "GZIP", "NONE"):
            raise not_supported(f"SOURCE_COMPRESSION = {value}, only AUTO_DETECT, GZIP or NONE")
        return "sourceCompression", value.lower()
    raise not_supported(f"the option {name} of PUT")
