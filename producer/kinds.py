"""The ways a column can be drawn, as configuration names them: ``field: {kind: argument, ...}``.

A kind is a function of its argument and the further options that gives a function
(rows, draws) -> column. producer/streams/README.md lists them for people who write configuration.
"""

from __future__ import annotations

import inspect
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
from faker import Faker

from producer.checks import EPOCH, MICROSECOND
from producer.draws import Draws, Weighted
from producer.errors import UsageError
from producer.rows import Column, Kind, Rows
from producer.uuid7 import uuid4s, uuid7s

DAY = 86_400_000_000
CENT = Decimal("0.01")
KINDS: dict[str, Callable[..., Kind]] = {}


def kind(make: Callable[..., Kind]) -> Callable[..., Kind]:
    KINDS[make.__name__] = make
    return make


def parse(spec: Any, where: str) -> Kind:
    """The kind that one field's configuration asks for. ``nulls: SHARE`` goes with every kind.

    Raises:
        UsageError: an unknown kind or option, or one that lacks its argument.
    """
    if not isinstance(spec, Mapping) or not spec:
        raise UsageError(f"{where}: write {{KIND: ARGUMENT}} with one of {', '.join(KINDS)}")
    options = dict(spec)
    nulls = options.pop("nulls", 0)
    name = next(iter(options))
    if name not in KINDS:
        raise UsageError(f"{where}: no kind {name!r}; known: {', '.join(KINDS)}")
    argument = options.pop(name)
    try:
        inspect.signature(KINDS[name]).bind(argument, **options)
        made = KINDS[name](argument, **options)
    except (TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{where}: {name}: {error}") from None
    return _with_nulls(made, nulls) if nulls else made


def _with_nulls(made: Kind, share: float) -> Kind:
    def draw(rows: Rows, draws: Draws) -> Column:
        column = made(rows, draws).astype(object)
        column[draws.unit(rows.count) < share] = None
        return column

    return draw


def objects(values: list[Any]) -> Column:
    """An array of Python objects, also when they look like numbers or sequences."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


@kind
def take(reference: str) -> Kind:
    """Another column: ``take: user.currency`` of the entity drawn, or ``take: other_field``."""
    return lambda rows, draws: rows[reference]


@kind
def constant(value: Any) -> Kind:
    return lambda rows, draws: objects([value] * rows.count)


@kind
def choice(values: list[Any] | dict[Any, float]) -> Kind:
    """One of a list, or of a map from value to weight."""
    weights = values if isinstance(values, dict) else dict.fromkeys(values, 1)
    table, odds = objects(list(weights)), Weighted(list(weights.values()))
    return lambda rows, draws: table[odds.pick(draws, rows.count)]


@kind
def map(reference: str, to: dict[Any, Any], default: Any = None) -> Kind:
    """A value by the value of another column; ``to`` may hold choices ({value: weight})."""
    plain = {key: value for key, value in to.items() if not isinstance(value, dict)}
    drawn = {key: choice(value) for key, value in to.items() if isinstance(value, dict)}

    def draw(rows: Rows, draws: Draws) -> Column:
        keys = rows[reference].tolist()
        column = objects([plain.get(key, default) for key in keys])
        for key, made in drawn.items():
            chosen = np.asarray([k == key for k in keys])
            column[chosen] = made(rows, rows.draws(f"{reference}={key}"))[chosen]
        return column

    return draw


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
def integer(bounds: list[int]) -> Kind:
    """Uniform from the first to the second number, both included."""
    low, high = bounds
    return lambda rows, draws: draws.below(high - low + 1, rows.count) + low


@kind
def price(
    between: list[str], times: list[str] | None = None, step: str | None = None, refunds: float = 0
) -> Kind:
    """Decimal with two digits between two columns, more often low; times some factor columns;
    rounded to a step column (1 for a currency without cents); a share of them negative."""
    low, high = between

    def draw(rows: Rows, draws: Draws) -> Column:
        skew = draws.unit(rows.count)
        bottom = rows[low].astype(np.float64)
        value = bottom + (rows[high].astype(np.float64) - bottom) * (skew * skew)
        for factor in times or []:
            value = value * rows[factor].astype(np.float64)
        grain = rows[step].astype(np.float64) * 100 if step else np.ones(rows.count)
        cents = np.maximum(np.floor(value * 100 / grain + 0.5), 1) * grain
        cents = np.where(draws.unit(rows.count) < refunds, -cents, cents).astype(np.int64)
        return objects([CENT * each for each in cents.tolist()])

    return draw


@kind
def event_time(form: str) -> Kind:
    """When the event happens: as ``micros`` (for timestamp-micros) or as ISO ``date``."""
    if form not in ("micros", "date"):
        raise ValueError("use micros or date")

    def draw(rows: Rows, draws: Draws) -> Column:
        times = event_times(rows)
        if form == "micros":
            return times
        days = (times // DAY).tolist()
        text = {day: (EPOCH + MICROSECOND * (day * DAY)).date().isoformat() for day in set(days)}
        return objects([text[day] for day in days])

    return draw


def event_times(rows: Rows) -> np.ndarray:
    if rows.times is None:
        raise UsageError("event_time has no meaning in an entity's columns")
    return rows.times


@kind
def uuid(version: int) -> Kind:
    """7: begins with the event time, so keys sort by it. 4: random."""
    if version == 7:
        return lambda rows, draws: objects(uuid7s(event_times(rows), draws))
    if version == 4:
        return lambda rows, draws: objects(uuid4s(rows.count, draws))
    raise ValueError("version is 4 or 7")


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


@kind
def sample(values: list[str], min: int = 1, max: int = 3, separator: str = ",") -> Kind:
    """Some of a list without repeats, joined."""

    def draw(rows: Rows, draws: Draws) -> Column:
        sizes = (draws.below(max - min + 1, rows.count) + min).tolist()
        order = np.argsort(draws.unit(rows.count * len(values)).reshape(rows.count, -1), axis=1)
        picked = zip(order.tolist(), sizes, strict=True)
        return objects([separator.join(values[i] for i in row[:size]) for row, size in picked])

    return draw
