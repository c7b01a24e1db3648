"""The feeds, read from the landing blocks of the dbt sources."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

DBT_PROJECT = Path(__file__).resolve().parent.parent.parent / "dbt_project"
SOURCES = DBT_PROJECT / "models" / "sources"
SCHEMA_FILE = DBT_PROJECT / "landing.schema.json"

#: Columns that the landing fills in; all others are read from the file or relation, in order.
FILE_LINEAGE = {
    "source_file": "text",
    "ingested_at": "timestamp_ntz(6)",
    "source_content_key": "text",
    "source_row": "number(38,0)",
    "landing_run": "text",
}
STREAM_LINEAGE = {
    "airflow_ingested_at": "timestamp_ntz(6)",
    "source_database": "text",
    "landing_run": "text",
}
WATERMARK = "ingest_xid"

COLUMN_TYPE = re.compile(
    r"text|float|boolean|date|number\(\d{1,2},\d{1,2}\)|timestamp_ntz(\(\d\))?"
)


class FeedError(Exception):
    """A landing block cannot be used; the text names file, line and fix."""


@dataclass(frozen=True)
class Mart:
    """Where a feed's rows end: a model, and the condition that marks the rows of this feed."""

    model: str
    where: str


@dataclass(frozen=True)
class Feed:
    """A raw table and where its rows come from.

    columns: what the file or relation delivers, in order.
    types: their types in the raw table.
    definition: stage and all columns as the macro landing_definition writes them.
    """

    name: str
    table: str
    schema: str
    stage: str
    columns: tuple[str, ...]
    types: dict[str, str]
    key: tuple[str, ...]
    definition: str
    mart: Mart | None


@dataclass(frozen=True)
class FileFeed(Feed):
    """Rows come from files whose names match `pattern`, or `pattern` with .gz behind."""

    pattern: str
    settle_seconds: int


@dataclass(frozen=True)
class StreamFeed(Feed):
    """Rows come from a Postgres relation, new versions first marked by `ingest_xid`."""

    relation: str


def load(folder: Path = SOURCES) -> list[Feed]:
    """All feeds below a folder of dbt source files, in order of file and block.

    Raises:
        FeedError: a block breaks the schema, or names a column that is not there.
    """
    feeds: dict[str, Feed] = {}
    for file in sorted([*folder.glob("**/*.yml"), *folder.glob("**/*.yaml")]):
        for feed, place in _feeds_in(file):
            if feed.name in feeds:
                raise FeedError(f"{place}: there is another feed named {feed.name}; rename one.")
            feeds[feed.name] = feed
    return list(feeds.values())


def find(name: str, folder: Path = SOURCES) -> Feed:
    """The feed of that name.

    Raises:
        FeedError: there is none; the text lists those there are.
    """
    feeds = {feed.name: feed for feed in load(folder)}
    if name not in feeds:
        raise FeedError(f"There is no feed {name!r}. Feeds: {', '.join(feeds) or 'none'}.")
    return feeds[name]


def _feeds_in(file: Path) -> Iterator[tuple[Feed, str]]:
    try:
        tree = yaml.compose(file.read_text(), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise FeedError(f"{file}: not valid YAML: {' '.join(str(error).split())}") from error
    if tree is None:
        return
    content = yaml.load(file.read_text(), Loader=yaml.CSafeLoader) or {}
    for s, source in enumerate(content.get("sources") or []):
        for t, table in enumerate(source.get("tables") or []):
            path = ("sources", s, "tables", t)
            block = ((table.get("config") or {}).get("meta") or {}).get("landing")
            if block is not None:
                yield (
                    _feed(source, table, block, _Places(file, tree, path)),
                    f"{file}:{_line(tree, path)}",
                )


@dataclass(frozen=True)
class _Places:
    """Turns a path inside a table's block into file:line."""

    file: Path
    tree: yaml.Node
    table: tuple[str | int, ...]

    def error(self, text: str, *path: str | int) -> FeedError:
        return FeedError(f"{self.file}:{_line(self.tree, (*self.table, *path))}: {text}")


def _line(node: Any, path: tuple[str | int, ...]) -> int:
    """Line of the node at a path, or of its deepest ancestor that exists."""
    line = node.start_mark.line + 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = [(k, v) for k, v in node.value if k.value == step]
            if not found:
                break
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return line


@cache
def _schema() -> dict[str, Any]:
    return json.loads(SCHEMA_FILE.read_text())


def _feed(source: dict, table: dict, block: dict, places: _Places) -> Feed:
    in_block = ("config", "meta", "landing")
    error = jsonschema.Draft202012Validator(_schema()).iter_errors(block)
    for fault in sorted(error, key=lambda e: list(map(str, e.absolute_path))):
        what = ".".join(["landing", *map(str, fault.absolute_path)])
        raise places.error(f"{what}: {fault.message}", *in_block, *fault.absolute_path)
    is_stream = "relation" in block["from"]
    lineage = STREAM_LINEAGE if is_stream else FILE_LINEAGE
    declared = _columns(table, places)
    delivered = tuple(name for name in declared if name not in lineage)
    _check_delivered(block, delivered, is_stream, places)
    identifier = table.get("identifier") or table["name"].upper()
    schema = source.get("schema") or source["name"]
    stage = block.get("stage") or f"STG_{identifier}"
    typed = declared | {name: type_ for name, type_ in lineage.items() if name not in declared}
    common: dict[str, Any] = {
        "name": table["name"],
        "table": identifier,
        "schema": schema,
        "stage": stage,
        "columns": delivered,
        "types": {name: declared[name] for name in delivered},
        "key": tuple(block["key"]),
        "mart": Mart(**block["mart"]) if "mart" in block else None,
        "definition": "; ".join([f"@{schema}.{stage}", *map(" ".join, typed.items())]),
    }
    if is_stream:
        return StreamFeed(**common, relation=block["from"]["relation"])
    return FileFeed(
        **common,
        pattern=block["from"]["files"],
        settle_seconds=block.get("settle_seconds", 3),
    )


def _columns(table: dict, places: _Places) -> dict[str, str]:
    """The columns of the block with their types."""
    columns: dict[str, str] = {}
    for n, column in enumerate(table.get("columns") or []):
        name, data_type = str(column.get("name")), str(column.get("data_type") or "").lower()
        if not re.fullmatch(r"[a-z_][a-z0-9_]*", name):
            raise places.error(f"column {name!r}: use lower-case letters, digits, _.", "columns", n)
        if not COLUMN_TYPE.fullmatch(data_type):
            raise places.error(
                f"column {name}: data_type {data_type!r} cannot be landed; use text, number(p,s), "
                "float, boolean, date or timestamp_ntz(p).",
                *("columns", n, "data_type"),
            )
        if name in columns:
            raise places.error(f"column {name} is there twice.", "columns", n)
        columns[name] = data_type
    return columns


def _check_delivered(
    block: dict, delivered: tuple[str, ...], is_stream: bool, places: _Places
) -> None:
    if not delivered:
        raise places.error("the feed has no columns but lineage.", "columns")
    if is_stream and WATERMARK not in delivered:
        raise places.error(f"a relation's feed needs {WATERMARK} number(20,0).", "columns")
    for column in block["key"]:
        if column not in delivered:
            raise places.error(
                f"landing.key: {column!r} is not one of the columns ({', '.join(delivered)}).",
                *("config", "meta", "landing", "key"),
            )
