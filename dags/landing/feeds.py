"""The feeds, read from the landing blocks of the dbt sources."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import yaml
from referencing import Registry, Resource

DBT_PROJECT = Path(__file__).resolve().parent.parent.parent / "dbt_project"
SOURCES = DBT_PROJECT / "models" / "sources"
WATERMARK = "ingest_xid"


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
    landed_at: the column that says when a row landed.
    """

    landed_at: ClassVar[str]

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

    landed_at: ClassVar = "ingested_at"

    pattern: str
    settle_seconds: int


@dataclass(frozen=True)
class StreamFeed(Feed):
    """Rows come from a Postgres relation, new versions first marked by `ingest_xid`."""

    landed_at: ClassVar = "airflow_ingested_at"

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
    _check_schema(content, _Places(file, tree, ()))
    for s, source in enumerate(content.get("sources") or []):
        for t, table in enumerate(source.get("tables") or []):
            path = ("sources", s, "tables", t)
            block = ((table.get("config") or {}).get("meta") or {}).get("landing")
            if block is not None:
                yield (
                    _feed(source, table, block, _Places(file, tree, path)),
                    f"{file}:{_line(tree, path)}",
                )


def _check_schema(content: Any, places: _Places) -> None:
    faults = _validator().iter_errors(content)
    for fault in sorted(faults, key=lambda fault: list(map(str, fault.absolute_path))):
        path = list(fault.absolute_path)
        # sources.0.tables.1.config.meta.landing.key says less than landing.key with its line.
        inside = path[4:] if path[5:6] != ["meta"] else path[6:]
        what = ".".join(map(str, inside or path))
        own = isinstance(fault.schema, dict) and fault.schema.get("errorMessage")
        text = f"{own}, not {fault.instance!r}" if own else fault.message
        raise places.error(f"{what}: {text}", *path)


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
def _validator() -> jsonschema.Draft202012Validator:
    """Of dbt_project/sources.schema.json, which editors use too."""
    schemas = {
        file.name: json.loads(file.read_text()) for file in DBT_PROJECT.glob("*.schema.json")
    }
    parts = [(name, Resource.from_contents(schema)) for name, schema in schemas.items()]
    registry: Registry[Any] = Registry().with_resources(parts)
    return jsonschema.Draft202012Validator(schemas["sources.schema.json"], registry=registry)


@cache
def lineage(kind: str) -> dict[str, str]:
    """Columns that the landing fills in; all others are read from the file or relation, in order.

    Args:
        kind: `files` or `relation`, what the feed comes from.
    """
    project = yaml.load((DBT_PROJECT / "dbt_project.yml").read_text(), Loader=yaml.CSafeLoader)
    return project["vars"]["landing_lineage"][kind]


def _feed(source: dict, table: dict, block: dict, places: _Places) -> Feed:
    is_stream = "relation" in block["from"]
    added = lineage("relation" if is_stream else "files")
    declared = _columns(table, places)
    delivered = {name: type_ for name, type_ in declared.items() if name not in added}
    _check_delivered(block, delivered, is_stream, places)
    identifier = table.get("identifier") or table["name"].upper()
    schema = source.get("schema") or source["name"]
    stage = block.get("stage") or f"STG_{identifier}"
    typed = declared | {name: type_ for name, type_ in added.items() if name not in declared}
    common: dict[str, Any] = {
        "name": table["name"],
        "table": identifier,
        "schema": schema,
        "stage": stage,
        "columns": tuple(delivered),
        "types": delivered,
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
    for n, column in enumerate(table["columns"]):
        name, data_type = column["name"], column["data_type"]
        if name in columns:
            raise places.error(f"column {name} is there twice.", "columns", n)
        number = re.fullmatch(r"number\((\d+),(\d+)\)", data_type)
        if number and int(number[2]) > int(number[1]):
            text = f"column {name}: {data_type} has more decimals than digits."
            raise places.error(text, "columns", n, "data_type")
        columns[name] = data_type
    return columns


def _check_delivered(
    block: dict, delivered: dict[str, str], is_stream: bool, places: _Places
) -> None:
    if not delivered:
        raise places.error("the feed has no columns but lineage.", "columns")
    if is_stream and delivered.get(WATERMARK) != "number(20,0)":
        raise places.error(f"a relation's feed needs {WATERMARK} number(20,0).", "columns")
    for column in block["key"]:
        if column not in delivered:
            raise places.error(
                f"landing.key: {column!r} is not one of the columns ({', '.join(delivered)}).",
                *("config", "meta", "landing", "key"),
            )
