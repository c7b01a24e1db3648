"""Which field of a file belongs to which column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dags.landing.refused import RefusedFileError

from .options import FileFormat


@dataclass(frozen=True)
class Mapping:
    """Where the columns are in a row.

    Attributes:
        positions: for each column of the feed, its position in a row; None if the file lacks it.
        extra: position -> name of the fields that no column takes.
        width: fields of a row.
    """

    positions: tuple[int | None, ...]
    extra: dict[int, str]
    width: int


def by_position(columns: Sequence[str]) -> Mapping:
    """Of a file without a header: the columns in the block's order."""
    return Mapping(tuple(range(len(columns))), {}, len(columns))


def by_name(found: Sequence[str | None], columns: Sequence[str], form: FileFormat) -> Mapping:
    """Of a header; case and blanks around a name do not matter, nor does their order.

    Raises:
        RefusedFileError: a column is missing or there twice, or the format does not say what to do
            with a name that is no column.
    """
    names = [(name or "").strip() for name in found]
    try:
        of_column, extra, missing = matched(names, columns, form)
    except ValueError as error:
        raise RefusedFileError(f"wrong header: {error}.") from None
    if missing or (extra and form.extra == "quarantine"):
        raise RefusedFileError(_difference(missing, list(extra.values()), columns, form))
    if form.extra == "keep" and len(set(extra.values())) < len(extra):
        raise RefusedFileError("wrong header: a name that `extra` keeps is there twice.")
    return Mapping(tuple(map(of_column.get, columns)), extra, len(names))


def matched(
    names: Iterable[str], columns: Sequence[str], form: FileFormat
) -> tuple[dict[str, int], dict[int, str], list[str]]:
    """Column -> position of its name, position -> name of no column, and the columns that lack.

    Raises:
        ValueError: two names are the same column.
    """
    of_column: dict[str, int] = {}
    extra: dict[int, str] = {}
    for position, name in enumerate(names):
        plain = name.strip().lower()
        column = form.rename.get(plain, plain)
        if column not in columns:
            extra[position] = name
        elif column in of_column:
            raise ValueError(f"{column} is there twice")
        else:
            of_column[column] = position
    missing = [name for name in columns if name not in of_column and name not in form.optional]
    return of_column, extra, missing


def _difference(
    missing: Sequence[str], extra: Sequence[str], columns: Sequence[str], form: FileFormat
) -> str:
    if len(extra) == 1 and len(missing) == len(columns) > 1:
        where = "" if form.type != "csv" else f" by {form.field_delimiter!r}"
        return (
            f"wrong header: one column, {extra[0][:100]!r}: are its names separated{where}, and is"
            " it the line after skip_header?"
        )
    parts = []
    if missing:
        parts.append(f"{', '.join(missing)} missing (rename or optional says what is meant)")
    if extra and form.extra == "quarantine":
        shown = [repr(name[:30]) for name in extra[:4]] + ["..."] * (len(extra) > 4)
        parts.append(f"{', '.join(shown)} unknown (rename, or extra: ignore or keep)")
    return f"wrong header: {'; '.join(parts)}."
