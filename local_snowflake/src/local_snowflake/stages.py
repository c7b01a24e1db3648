"""Stages: where they are on disk and which files they hold.

A stage is a folder below DIR/stages; a table's own stage (`@%table`) is a folder of its own too.
https://docs.snowflake.com/en/user-guide/data-load-local-file-system-create-stage
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_snowflake import catalog
from local_snowflake.errors import SnowflakeError, does_not_exist, not_supported, syntax
from local_snowflake.names import Name
from local_snowflake.session import Session

# Uploads in progress; no stage path can reach it, because no stage has a name with a leading dot.
UPLOADS = ".uploads"


@dataclass(frozen=True)
class StagedFile:
    """A file in a stage; `name` is its path inside the stage."""

    name: str
    path: Path

    @property
    def size(self) -> int:
        """Bytes."""
        return self.path.stat().st_size

    def content_key(self) -> str:
        """MD5 of the bytes, what LIST shows and METADATA$FILE_CONTENT_KEY returns."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "md5").hexdigest()


@dataclass(frozen=True)
class Location:
    """`@stage/path`: a stage, and the prefix of the names of the files that are meant."""

    stage: Name
    folder: Path
    path: str = ""

    @property
    def label(self) -> str:
        """What LIST and COPY put before the names of files; nothing for a table's own stage."""
        return "" if self.stage.name.startswith("%") else f"{self.stage.name.lower()}/"

    def files(self, pattern: str | None = None) -> list[StagedFile]:
        """The files whose name starts with the path and matches the pattern as a whole.

        Raises:
            SnowflakeError: the pattern is not a regular expression.
        """
        return sorted(self._matching(pattern), key=lambda file: file.name)

    def _matching(self, pattern: str | None) -> Iterator[StagedFile]:
        try:
            matches = re.compile(pattern).fullmatch if pattern else None
        except re.error as error:
            raise syntax(f"invalid regular expression: '{pattern}': {error}") from error
        for path in self.folder.rglob("*"):
            name = path.relative_to(self.folder).as_posix()
            if not path.is_file() or not name.startswith(self.path):
                continue
            if matches is None or matches(name):
                yield StagedFile(name, path)

    def inside(self, relative: str) -> Path:
        """The file at a path in the stage.

        Raises:
            SnowflakeError: the path leads out of the stage.
        """
        path = (self.folder / relative).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            raise syntax(f"the path '{relative}' leads out of the stage.")
        return path


def locate(session: Session, reference: str) -> Location:
    """The stage and path of `@stage/path`, `@db.schema.stage/path` or `@%table/path`.

    Raises:
        SnowflakeError: it is not a stage reference, or the stage does not exist.
    """
    text = reference.strip().strip("'")
    if not text.startswith("@"):
        raise not_supported(f"the location {reference!r}: only internal stages, as in @stage/path")
    match = re.fullmatch(r"@((?:\"[^\"]+\"|[^/\"])+)(?:/(.*))?", text, re.S)
    if not match:
        raise syntax(f"{reference!r} is not a stage.")
    if match[1].startswith("~"):
        raise not_supported("user stages (@~); create a named stage")
    name = session.resolve_text(match[1])
    if not _exists(session, name):
        raise does_not_exist("Stage", str(name))
    return Location(name, folder_of(session, name), match[2] or "")


def folder_of(session: Session, name: Name) -> Path:
    """Where the files of a stage are.

    Raises:
        SnowflakeError: the name cannot be the name of a folder.
    """
    for part in name.key:
        check_folder_name(part)
    return session.storage.folder.stages.joinpath(*name.key)


def check_folder_name(name: str) -> None:
    """Stages are folders, in a folder for their schema.

    Raises:
        SnowflakeError: the name would lead elsewhere.
    """
    if "/" in name or name.startswith("."):
        raise not_supported(f"schemas and stages whose name has a slash or a dot first ({name})")


def _exists(session: Session, name: Name) -> bool:
    if name.name.startswith("%"):
        table = Name(name.database, name.schema, name.name[1:])
        return catalog.kind_of(session.con, table) == "TABLE"
    return catalog.exists(session.con, catalog.STAGES, name)


def options_of(session: Session, name: Name) -> dict[str, Any]:
    """The FILE_FORMAT the stage was created with, as option name and value."""
    return catalog.options(session.con, catalog.STAGE_OPTIONS, name) or {}


def keep_options(session: Session, name: Name, options: dict[str, Any]) -> None:
    """Store the FILE_FORMAT of a stage."""
    sql = f"INSERT OR REPLACE INTO {catalog.STAGE_OPTIONS} VALUES (?, ?, ?, ?)"
    session.con.execute(sql, [*name.key, json.dumps(options)])


def no_file(file: str) -> SnowflakeError:
    """A file that COPY names is not in its stage."""
    return SnowflakeError(91016, "22000", f"Remote file '{file}' was not found.")
