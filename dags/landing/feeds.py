"""The feeds, read from the landing blocks of the dbt sources."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import yaml
from referencing import Registry, Resource

from settings.errors import ExpectedError, UsageError

from . import due, glob_overlap, globs
from .formats import options
from .formats.options import Shape
from .stores import address

DBT_PROJECT = Path(__file__).resolve().parent.parent.parent / "dbt_project"
SOURCES = DBT_PROJECT / "models" / "sources"
#: Column of a stream that new versions are found by; see watermark.py.
WATERMARK = "ingest_xid"
#: What a format's `extra: keep` adds to the raw table.
EXTRA = {"extra_columns": "variant"}
#: Of a file, decompressed, where its block does not say another number.
MAX_BYTES = 4 << 30
#: Likewise; so many bytes come in an hour at 10 Mbit/s, and a transfer is tried again.
UNSETTLED_HOURS = 2


class FeedError(ExpectedError):
    """A landing block cannot be used; the text names file, line and fix."""


class UnknownFeedError(FeedError, UsageError):
    """No feed has the name that was given; the text lists the names there are."""


@dataclass(frozen=True)
class MartValues:
    """How the audit compares the values of RAW and mart.

    Attributes:
        through: schema.name of a view with a row for each of RAW's, and the mart's names and
            cleaned values; None to compare with RAW itself.
        landed_at: the view's name of when a row landed; None if it is RAW's.
        where: SQL condition that holds for the mart's rows that have this feed's values.
        newest_by: column by which one version of a key is newer than another, before the order in
            which they landed.
        excluded: columns that the mart fills in another way.
    """

    through: str | None = None
    landed_at: str | None = None
    where: str = "true"
    newest_by: str | None = None
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mart:
    """Where a feed's rows end.

    Attributes:
        model: schema.name of the model.
        where: SQL condition that holds for the rows of this feed.
    """

    model: str
    where: str
    values: MartValues = MartValues()


@dataclass(frozen=True)
class Feed:
    """A raw table and where its rows come from.

    Attributes:
        landed_at: the column that says when a row landed.
        columns: what the file or relation delivers, in order.
        types: their types in the raw table.
        required: columns that may be neither empty nor null, besides those of the key.
        definition: stage and all columns, as the macro landing_definition writes them.
        mart: where the rows end; None if the block does not say so.
    """

    landed_at: ClassVar[str]

    name: str
    table: str
    schema: str
    stage: str
    columns: tuple[str, ...]
    types: dict[str, str]
    key: tuple[str, ...]
    required: tuple[str, ...]
    definition: str
    mart: Mart | None

    @property
    def filled(self) -> frozenset[str]:
        """Columns that may not be empty: the key's, and those that are required."""
        return frozenset((*self.key, *self.required))

    @property
    def raw_table(self) -> str:
        """Schema and name of the raw table."""
        return f"{self.schema}.{self.table}"

    @property
    def raw_stage(self) -> str:
        """Schema and name of the stage."""
        return f"{self.schema}.{self.stage}"


@dataclass(frozen=True)
class FileFeed(Feed):
    """Rows come from files.

    Attributes:
        pattern: glob of the files below the folder; the same names with .gz at the end match too.
        store: the object store that they are in, as address.split has it; None for the folder.
        settle_seconds: a file that changed within this time counts as still being written.
        max_bytes: most bytes of a file, decompressed.
        shape: what the rows become, if the block has a format; None for CSV as it is landed.
        ignore_case: whether capitals in a name do not matter.
        rows_within: share of the last files' median by which a file's number of rows may differ
            without a notice; None for any number.
        unsettled_hours: a file that is still being written after so long is told.
        due: when a new file should have come, as due.py reads it; None for no such time.
    """

    landed_at: ClassVar = "ingested_at"

    pattern: str
    settle_seconds: int
    max_bytes: int
    shape: Shape | None = None
    ignore_case: bool = False
    rows_within: float | None = None
    unsettled_hours: int = UNSETTLED_HOURS
    due: str | None = None
    store: str | None = None

    @property
    def origin(self) -> str:
        """The glob, with the store before it if the files are in one."""
        return f"{self.store}/{self.pattern}" if self.store else self.pattern

    @property
    def has_wildcards(self) -> bool:
        """Whether its files have names of their own."""
        return any(letter in self.pattern for letter in "*?[")

    def takes(self, path: str) -> bool:
        """Whether a file is one of this feed's; its path begins below the folder."""
        path, pattern = self._cased(path), self._cased(self.pattern)
        return globs.matches(path.removesuffix(".gz"), pattern)

    def leads_to(self, folder: str) -> bool:
        """Whether files of this feed may be below a folder."""
        return globs.leads_to(self._cased(folder), self._cased(self.pattern))

    def takes_all_below(self, folder: str) -> bool:
        """Whether there may be files of this feed in every folder below one; "" for the topmost."""
        return globs.leads_everywhere(self._cased(folder), self._cased(self.pattern))

    @property
    def first_folder(self) -> str:
        """The folder that all its files are below, with / at its end; empty for the topmost."""
        return "" if self.ignore_case else globs.first_folder(self.pattern)

    def _cased(self, text: str) -> str:
        return text.lower() if self.ignore_case else text


@dataclass(frozen=True)
class StreamFeed(Feed):
    """Rows come from a Postgres relation, with new versions known by `ingest_xid`.

    Attributes:
        relation: schema.name of the table or view.
    """

    landed_at: ClassVar = "airflow_ingested_at"

    relation: str


def load(folder: Path = SOURCES) -> list[Feed]:
    """All feeds below a folder of dbt source files, in the order of files and blocks.

    Raises:
        FeedError: a block breaks the schema, or names a column that is not there.
    """
    feeds: dict[str, Feed] = {}
    for file in sorted([*folder.glob("**/*.yml"), *folder.glob("**/*.yaml")]):
        for feed, line in _feeds_in(file):
            if feed.name in feeds:
                raise FeedError(f"{line}: there is another feed named {feed.name}: rename one.")
            for other in feeds.values():
                if shared := _shared(feed, other):
                    raise FeedError(f"{line}: {feed.name} and {other.name} share {shared}.")
            feeds[feed.name] = feed
    return list(feeds.values())


def _shared(one: Feed, other: Feed) -> str | None:
    """What two feeds may not both have: the rows of one would be taken for the other's."""
    if one.raw_table == other.raw_table:
        return f"the table {one.raw_table}: give each its own"
    if one.raw_stage == other.raw_stage:
        return f"the stage {one.raw_stage}: give each its own"
    if not isinstance(one, FileFeed) or not isinstance(other, FileFeed):
        return None
    if one.store != other.store:
        return None
    name = glob_overlap.example(*_patterns(one, other))
    narrower = f"make {one.pattern!r} or {other.pattern!r} narrower"
    return None if name is None else f"files, such as {name!r}: {narrower}"


def _patterns(one: FileFeed, other: FileFeed) -> tuple[str, str]:
    """Both in lower case if one of them ignores it: then a name of the other is among its own."""
    if one.ignore_case or other.ignore_case:
        return one.pattern.lower(), other.pattern.lower()
    return one.pattern, other.pattern


def find(name: str, folder: Path = SOURCES) -> Feed:
    """The feed of that name.

    Raises:
        UnknownFeedError: there is none.
        FeedError: a landing block cannot be used.
    """
    feeds = {feed.name: feed for feed in load(folder)}
    if name not in feeds:
        known = ", ".join(feeds) or "none"
        raise UnknownFeedError(f"There is no feed {name!r}. Feeds: {known}.")
    return feeds[name]


def _feeds_in(file: Path) -> Iterator[tuple[Feed, str]]:
    """Each feed of a file, and file:line of its table."""
    tree, content = _read_yaml(file)
    if tree is None or content is None:
        return
    _check_schema(content, _Locations(file, tree, ()))
    for s, source in enumerate(content.get("sources") or []):
        for t, table in enumerate(source.get("tables") or []):
            path = ("sources", s, "tables", t)
            block = ((table.get("config") or {}).get("meta") or {}).get("landing")
            if block is not None:
                feed = _feed(source, table, block, _Locations(file, tree, path))
                yield feed, f"{file}:{_line(tree, path)}"


def _read_yaml(file: Path) -> tuple[yaml.Node | None, Any]:
    """A file as nodes, which know their lines, and as values."""
    try:
        text = file.read_text()
        loader = yaml.CSafeLoader
        return yaml.compose(text, Loader=loader), yaml.load(text, Loader=loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FeedError(f"{file}: not valid YAML: {' '.join(str(error).split())}") from error


def _check_schema(content: Any, locations: _Locations) -> None:
    faults = _validator().iter_errors(content)
    for fault in sorted(faults, key=lambda fault: list(map(str, fault.absolute_path))):
        path = list(fault.absolute_path)
        # sources.0.tables.1.config.meta.landing.key says less than landing.key with its line.
        inside = path[4:] if path[5:6] != ["meta"] else path[6:]
        what = ".".join(map(str, inside or path))
        own = isinstance(fault.schema, dict) and fault.schema.get("errorMessage")
        text = f"{own}, not {fault.instance!r}" if own else fault.message + _known(fault)
        raise locations.error(f"{what}: {text}", *path)


def _known(fault: jsonschema.ValidationError) -> str:
    """Which keys there are where one is unknown, the most similar first."""
    if fault.validator != "additionalProperties":
        return ""
    there = list(fault.schema["properties"])
    unknown = next(key for key in fault.instance if key not in there)
    near = difflib.get_close_matches(unknown, there, n=3, cutoff=0.5)
    return f": use {', '.join(near or there)}"


@dataclass(frozen=True)
class _Locations:
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
    """Column -> type of what the landing fills in; file or relation deliver all other columns.

    Args:
        kind: `files` or `relation`, what the feed comes from.
    """
    _, project = _read_yaml(DBT_PROJECT / "dbt_project.yml")
    return project["vars"]["landing_lineage"][kind]


def _feed(source: dict, table: dict, block: dict, locations: _Locations) -> Feed:
    origin = block["from"]
    is_stream = isinstance(origin, dict) and "relation" in origin
    added = dict(lineage("relation" if is_stream else "files"))
    if block.get("format", {}).get("extra") == "keep":
        added |= EXTRA
    declared = _columns(table, locations)
    delivered = {name: type_ for name, type_ in declared.items() if name not in added}
    _check_delivered(block, delivered, is_stream, locations)
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
        "required": tuple(block.get("required", ())),
        "mart": _mart(block["mart"]) if "mart" in block else None,
        "definition": "; ".join(
            [f"@{schema}.{stage}", *map(" ".join, typed.items()), *_format_definition(block)]
        ),
    }
    if is_stream:
        return StreamFeed(**common, relation=origin["relation"])
    store, pattern = address.split(origin) if isinstance(origin, str) else (None, origin["files"])
    return FileFeed(
        **common,
        pattern=pattern,
        store=store,
        settle_seconds=block.get("settle_seconds", 3),
        max_bytes=block.get("max_bytes", MAX_BYTES),
        shape=_shape(block, delivered, locations) if "format" in block else None,
        ignore_case=block.get("ignore_case", False),
        unsettled_hours=block.get("unsettled_hours", UNSETTLED_HOURS),
        rows_within=block.get("rows", {}).get("within"),
        due=_due(table, block, locations) if "due" in block else None,
    )


def _due(table: dict, block: dict, locations: _Locations) -> str:
    path = ("config", "meta", "landing", "due")
    if (table.get("config") or {}).get("freshness"):
        text = "landing.due: the table's freshness says when rows are late, too: leave it out."
        raise locations.error(text, *path)
    try:
        due.last_two(block["due"], datetime.now(UTC))
    except due.DueError as error:
        raise locations.error(f"landing.due: {error}.", *path) from error
    return str(block["due"])


def _shape(block: dict, delivered: dict[str, str], locations: _Locations) -> Shape:
    required = frozenset((*block["key"], *block.get("required", ())))
    try:
        form = options.parse(block["format"], list(delivered))
    except options.FormatError as error:
        path = ("config", "meta", "landing", "format", error.key)
        raise locations.error(f"landing.format.{error.key}: {error}.", *path) from error
    if both := required & form.optional:
        path = ("config", "meta", "landing", "format", "optional")
        names = ", ".join(sorted(both))
        raise locations.error(f"landing.format.optional: {names} must not be empty.", *path)
    return Shape(delivered, required, form)


def _format_definition(block: dict) -> list[str]:
    """A file that another format refused is tried again."""
    if "format" not in block:
        return []
    return [f"format {json.dumps(block['format'], sort_keys=True)}"]


def _mart(block: dict) -> Mart:
    values = block.get("values", {})
    return Mart(
        block["model"],
        block["where"],
        MartValues(
            through=values.get("through"),
            landed_at=values.get("landed_at"),
            where=values.get("where", "true"),
            newest_by=values.get("newest_by"),
            excluded=tuple(values.get("except", ())),
        ),
    )


def _columns(table: dict, locations: _Locations) -> dict[str, str]:
    """The columns of the block with their types."""
    columns: dict[str, str] = {}
    for n, column in enumerate(table["columns"]):
        name, data_type = column["name"], column["data_type"]
        if name in columns:
            raise locations.error(f"column {name} is there twice.", "columns", n)
        number = re.fullmatch(r"number\((\d+),(\d+)\)", data_type)
        if number and int(number[2]) > int(number[1]):
            text = f"column {name}: {data_type} has more decimals than digits."
            raise locations.error(text, "columns", n, "data_type")
        columns[name] = data_type
    return columns


def _check_delivered(
    block: dict, delivered: dict[str, str], is_stream: bool, locations: _Locations
) -> None:
    if not delivered:
        raise locations.error("the feed has no columns besides its lineage.", "columns")
    if is_stream and delivered.get(WATERMARK) != "number(20,0)":
        raise locations.error(f"a relation's feed needs {WATERMARK} number(20,0).", "columns")
    for word in ("key", "required"):
        for column in block.get(word, ()):
            if column not in delivered:
                raise locations.error(
                    f"landing.{word}: {column!r} is not one of the columns"
                    f" ({', '.join(delivered)}).",
                    *("config", "meta", "landing", word),
                )
