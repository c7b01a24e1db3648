"""Texts: from Faker, counted, or put together."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from faker import Faker

from producer.drawing.draws import Draws
from producer.drawing.kinds.kind import kind, objects
from producer.drawing.kinds.moments import event_times
from producer.drawing.rows import Column, Kind, Rows


@kind
def faker(
    method: str, locale: str | list[str] = "en_US", pool: int = 1000, unique: bool = False
) -> Kind:
    """A Faker provider's values, out of a pool built once; ``unique``: one for each row.

    The pool does not depend on the run's seed: it is the vocabulary of one and the same world.
    """
    locales = (locale,) if isinstance(locale, str) else tuple(locale)
    if not hasattr(Faker(list(locales)), method):
        raise ValueError(f"Faker has no {method!r} for {locale}")

    def draw(rows: Rows, draws: Draws) -> Column:
        if unique:
            return fake_values(method, locales, rows.count, unique=True)
        values = fake_values(method, locales, pool)
        return values[draws.below(len(values), rows.count)]

    return draw


@cache
def fake_values(method: str, locales: tuple[str, ...], size: int, unique: bool = False) -> Column:
    fake = Faker(list(locales))
    fake.seed_instance(f"{locales} {method}")
    source = getattr(fake.unique if unique else fake, method)
    return objects([source() for _ in range(size)])


@kind
def sequence(template: str) -> Kind:
    """``user_{month}_{n:05}``: n counts the rows from 1, month is YYYYMM of the event time."""

    def draw(rows: Rows, draws: Draws) -> Column:
        months = [""] * rows.count
        if "{month" in template:
            stamps = event_times(rows).astype("datetime64[us]").astype("datetime64[M]")
            months = [str(stamp).replace("-", "") for stamp in stamps]
        numbers = range(rows.first + 1, rows.first + rows.count + 1)
        return objects(
            [template.format(n=n, month=month) for n, month in zip(numbers, months, strict=True)]
        )

    return draw


@kind
def text(template: str) -> Kind:
    """Other columns put together: ``{first_name|slug}.{last_name|slug}@example.org``."""
    names = re.findall(r"\{([\w.]+)(?:\|slug)?\}", template)
    slugs = set(re.findall(r"\{([\w.]+)\|slug\}", template))
    frame = re.sub(r"\{[\w.|]+\}", "{}", template)

    def draw(rows: Rows, draws: Draws) -> Column:
        columns = [
            [slug(value) if name in slugs else value for value in rows[name].tolist()]
            for name in names
        ]
        return objects([frame.format(*values) for values in zip(*columns, strict=True)])

    return draw


@cache
def slug(value: str) -> str:
    """Lower-case ASCII letters and digits of a text."""
    plain = unicodedata.normalize("NFKD", str(value)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "", plain.lower())
