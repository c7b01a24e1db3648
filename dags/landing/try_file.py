"""`python -m dags.landing try FILE`: what would become of a file, without landing it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any

import yaml

import settings

from .feeds import MAX_BYTES, Feed, FileFeed
from .formats import options
from .formats.normalise import Normalised, Normaliser
from .formats.sniff import Proposal, column_name, sniff
from .formats.source import Source
from .prepare import prepare
from .refused import RefusedFileError
from .temp_dirs import temp_dir

#: Rows and characters of a value that are shown.
ROWS, WIDTH = 20, 28
#: Faults of a kind that are named with their line.
NAMED = 5


@dataclass
class Outcome:
    """What would become of a file's rows.

    Attributes:
        refused: why no row lands; None if rows do.
        shown: the first rows that land.
        reasons: reason without its value -> line and reason of the first row with it.
    """

    refused: str | None = None
    rows: int = 0
    rejected: int = 0
    shown: list[Normalised] = field(default_factory=list)
    reasons: dict[str, tuple[int, str]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def is_clean(self) -> bool:
        """Whether every row lands."""
        return self.refused is None and not self.rejected


def report(path: Path, feeds: Sequence[Feed]) -> Iterator[str]:
    """The lines to print about a file.

    Raises:
        RefusedFileError: it is nothing that any block could take.
    """
    file_feeds = [feed for feed in feeds if isinstance(feed, FileFeed)]
    path = path.parent.resolve() / path.name
    name = _name(path)
    taker = next((feed for feed in file_feeds if feed.takes(name)), None)
    if taker:
        yield f"{name}: the feed {taker.name} takes it ({taker.pattern})"
        outcome = run(taker, path)
        yield from _outcome(outcome, list(taker.columns))
        if outcome.is_clean:
            return
        yield from _proposal(path, taker)
        return
    nearest = _nearest(path, file_feeds)
    yield f"{path.name}: no feed takes it"
    if nearest:
        yield f"the nearest is {nearest.name}, which takes {nearest.pattern}"
        outcome = run(nearest, path)
        yield from _outcome(outcome, list(nearest.columns), would=f"as a file of {nearest.name}: ")
        if outcome.is_clean:
            yield f"rename it so that {nearest.pattern} matches, or widen from.files in its block"
            return
    yield from _proposal(path, nearest)


def _name(path: Path) -> str:
    """What feeds know the file by: its path below the incoming folder, if it is there."""
    folder = settings.path(settings.get_or_default("INCOMING_DIR")).resolve()
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name


def run(feed: FileFeed, path: Path) -> Outcome:
    """Read a file as a feed does, down to its last row."""
    if feed.shape:
        return _read(feed.shape, path, feed.max_bytes)
    with temp_dir(needed_bytes=path.stat().st_size * 2) as folder:
        # What the checks of a plain file refuse, and how they repair it.
        copy = folder / "copy.csv.gz"
        try:
            prepare(path, feed.columns, copy, feed.max_bytes)
        except RefusedFileError as error:
            return Outcome(refused=str(error))
        shape = options.Shape(feed.types, feed.filled, options.FileFormat())
        return _read(shape, copy, feed.max_bytes)


def _read(shape: options.Shape, path: Path, max_bytes: int) -> Outcome:
    outcome = Outcome()
    try:
        for row in Normaliser(shape).rows(Source(path, shape.form.compression, max_bytes)):
            _count(outcome, row)
    except RefusedFileError as error:
        outcome.refused = str(error)
    return outcome


def _count(outcome: Outcome, row: Normalised) -> None:
    outcome.rows += 1
    if not row.faults:
        if len(outcome.shown) < ROWS:
            outcome.shown.append(row)
        return
    outcome.rejected += 1
    for reason in row.faults.split("; "):
        kind = re.sub(r"'.*'", "...", reason)
        outcome.counts[kind] += 1
        outcome.reasons.setdefault(kind, (row.line, reason))


def _outcome(outcome: Outcome, columns: list[str], would: str = "") -> Iterator[str]:
    if outcome.refused:
        yield f"{would}refused as a whole: {outcome.refused}"
        return
    landed = outcome.rows - outcome.rejected
    yield f"{would}{outcome.rows:,} rows: {landed:,} land, {outcome.rejected:,} are quarantined"
    for kind, count in outcome.counts.most_common(NAMED):
        line, reason = outcome.reasons[kind]
        yield f"  {count:,} x {reason} (first in line {line})"
    if outcome.shown:
        yield ""
        yield from _table(columns, outcome.shown)


def _table(columns: list[str], rows: list[Normalised]) -> Iterator[str]:
    """The first rows as they would land; a dot is null."""
    cells = [["line", *columns]]
    cells += [[str(row.line), *(value or "\u00b7" for value in row.values)] for row in rows]
    cells = [[_shortened(" ".join(cell.split())) for cell in row] for row in cells]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  " + "  ".join(map(str.ljust, row, widths)).rstrip()


def _shortened(text: str) -> str:
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}\u2026"


def _nearest(path: Path, feeds: Sequence[FileFeed]) -> FileFeed | None:
    """The feed that has most of the names in the file's header, or the most similar pattern."""
    try:
        names = set(sniff(path, {}).columns)
    except RefusedFileError:
        names = set()
    shared = {feed.name: len(names & set(feed.columns)) / len(feed.columns) for feed in feeds}
    best = max(feeds, key=lambda feed: shared[feed.name], default=None)
    if best and shared[best.name] >= 0.5:
        return best
    word = re.match(r"[a-z]{4,}", path.name.lower())
    alike = (feed for feed in feeds if word and _last(feed.pattern).startswith(word[0]))
    return next(alike, None)


def _last(pattern: str) -> str:
    return PurePath(pattern).name


def _proposal(path: Path, feed: FileFeed | None) -> Iterator[str]:
    """What the block would say, and what it would make of the file."""
    found = sniff(path, feed.types, feed.filled) if feed else sniff(path, {})
    shape, pattern = _shape(found, feed), feed.pattern if feed else _pattern(path.name)
    like = replace(feed, shape=shape, columns=tuple(shape.columns)) if feed else None
    outcome = run(like, path) if like else _read(shape, path, MAX_BYTES)
    yield ""
    if feed and not found.options:
        yield f"The file is written as {feed.name} expects it: correct the rows above in the file."
        return
    where = f"In the block of {feed.name}, this" if feed else "This block"
    yield f"{where} would take it:"
    yield ""
    yield from _block(found, feed, pattern, path)
    yield ""
    yield from _outcome(outcome, list(shape.columns), would="With it, ")
    for doubt in found.doubts:
        yield f"  doubt: {doubt}"
    if not feed:
        yield "  doubt: Key, names and types are guesses; docs/add-a-feed.md has the other steps."


def _shape(found: Proposal, feed: FileFeed | None) -> options.Shape:
    columns = feed.types if feed else found.columns
    required = feed.filled if feed else frozenset(list(columns)[:1])
    return options.Shape(columns, required, options.parse(found.options, list(columns)))


def _pattern(name: str) -> str:
    """A glob of files like this one: what counts or dates them may be anything."""
    return re.sub(r"[-_ .]?\d[\d_-]*", "*", name.removesuffix(".gz"), count=1)


def _block(found: Proposal, feed: FileFeed | None, pattern: str, path: Path) -> Iterator[str]:
    landing: dict[str, Any] = {"format": found.options}
    if feed:
        yield from _indented(landing, 14)
        return
    name = column_name(re.sub(r"\d.*", "", path.name.split(".")[0]))
    files: dict[str, Any] = {"from": {"files": pattern}, "key": list(found.columns)[:1]}
    is_plain = not found.options and pattern.endswith(".csv")
    table = {
        "name": name,
        "identifier": name.upper(),
        "description": "What the rows are.",
        "config": {"meta": {"landing": files if is_plain else files | landing}},
    }
    yield from _indented([table], 6)
    yield "        columns:"
    for column, type_ in found.columns.items():
        quoted = f'"{type_}"' if "," in type_ else type_
        yield f"          - {{name: {column}, data_type: {quoted}, description: What it is.}}"


def _indented(value: Any, by: int) -> Iterator[str]:
    text = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=90)
    yield from (" " * by + line for line in text.splitlines())
