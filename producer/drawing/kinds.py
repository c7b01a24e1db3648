"""The ways to draw a column, as recipes name them; producer/README.md lists them.

A kind is a function of the argument and options that a recipe gives, ``{kind: argument, option:
value}``; it returns a function (rows, rng) -> column.
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
from faker.exceptions import UniquenessException

from producer.contracts.checks import EPOCH, MICROSECOND
from producer.drawing.random_streams import RandomStream, Weighted
from producer.drawing.rows import Column, Draw, Rows, look_up
from producer.drawing.uuid7 import uuid4s, uuid7s
from producer.errors import UsageError

KINDS: dict[str, Callable[..., Draw]] = {}
#: What a kind makes of an argument, an option or a column that is not of the right type or range.
MISTAKES = (
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    UniquenessException,
)
CENT = Decimal("0.01")
DAY = 86_400_000_000


def kind(make: Callable[..., Draw]) -> Callable[..., Draw]:
    """Make a kind known to recipes under its function's name."""
    KINDS[make.__name__.rstrip("_")] = make
    return make


def parse_kind(spec: Any, where: str) -> Draw:
    """The kind that one field's configuration asks for. Every kind takes ``nulls: SHARE``.

    Raises:
        UsageError: an unknown kind or option, or one that lacks its argument; at the first drawing,
            an argument or column that the kind cannot use.
    """
    if not isinstance(spec, Mapping) or not spec:
        raise UsageError(f"{where}: use {{KIND: ARGUMENT}} with one of {', '.join(KINDS)}")
    options = dict(spec)
    nulls = options.pop("nulls", 0)
    name = next(iter(options), "")
    try:
        make = look_up("kind", name, KINDS)
        argument = options.pop(name)
        inspect.signature(make).bind(argument, **options)
        made = make(argument, **options)
    except MISTAKES as error:
        raise UsageError(f"{where}: {name}: {explain(error)}") from error

    def draw(rows: Rows, rng: RandomStream) -> Column:
        try:
            column = made(rows, rng)
            if nulls:
                column = column.astype(object)
                column[rng.unit(rows.count) < nulls] = None
        except MISTAKES as error:
            raise UsageError(f"{where}: {name}: {explain(error)}") from error
        return column

    return draw


def explain(error: Exception) -> str:
    """An error's text, with its type where the text alone says little (KeyError: 'x')."""
    name = "" if type(error) in (TypeError, ValueError) else f"{type(error).__name__}: "
    return f"{name}{error}"


def objects(values: list[Any]) -> Column:
    """An array of Python objects, also when they look like numbers or sequences."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


# --- values out of lists, maps and numbers --------------------------------------------------------


@kind
def take(reference: str) -> Draw:
    """Another column: ``take: user.currency`` of the entity drawn, or ``take: other_field``."""
    return lambda rows, rng: rows[reference]


@kind
def constant(value: Any) -> Draw:
    """The same value in every row."""
    return lambda rows, rng: objects([value] * rows.count)


@kind
def choice(values: list[Any] | dict[Any, float]) -> Draw:
    """One of a list, or of a map from value to weight."""
    weights = values if isinstance(values, dict) else dict.fromkeys(values, 1)
    table, odds = objects(list(weights)), Weighted(list(weights.values()))
    return lambda rows, rng: table[odds.pick(rng, rows.count)]


@kind
def map_(reference: str, to: dict[Any, Any], default: Any = None) -> Draw:
    """A value by the value of another column; ``to`` may hold choices ({value: weight})."""
    plain = {key: value for key, value in to.items() if not isinstance(value, dict)}
    drawn = {key: choice(value) for key, value in to.items() if isinstance(value, dict)}

    def draw(rows: Rows, _rng: RandomStream) -> Column:
        keys = rows[reference].tolist()
        column = objects([plain.get(key, default) for key in keys])
        for key, made in drawn.items():
            chosen = np.asarray([k == key for k in keys])
            column[chosen] = made(rows, rows.random_stream(f"{reference}={key}"))[chosen]
        return column

    return draw


@kind
def integer(bounds: list[int]) -> Draw:
    """Uniform from the first to the second number, both included."""
    low, high = bounds
    return lambda rows, rng: rng.below(high - low + 1, rows.count) + low


@kind
def sample(values: list[str], min: int = 1, max: int = 3, separator: str = ",") -> Draw:
    """Some of a list without repeats, joined."""

    def draw(rows: Rows, rng: RandomStream) -> Column:
        sizes = (rng.below(max - min + 1, rows.count) + min).tolist()
        order = np.argsort(rng.unit(rows.count * len(values)).reshape(rows.count, -1), axis=1)
        picked = zip(order.tolist(), sizes, strict=True)
        return objects([separator.join(values[i] for i in row[:size]) for row, size in picked])

    return draw


# --- money ----------------------------------------------------------------------------------------


@kind
def price(
    between: list[str], times: list[str] | None = None, step: str | None = None, refunds: float = 0
) -> Draw:
    """Decimal with two digits between two columns, more often low.

    It is multiplied by the factor columns ``times`` and rounded to the column ``step``, which is 1
    for a currency without cents. A share of them, ``refunds``, is negative.
    """
    low, high = between

    def draw(rows: Rows, rng: RandomStream) -> Column:
        skew = rng.unit(rows.count)
        bottom = rows[low].astype(np.float64)
        value = bottom + (rows[high].astype(np.float64) - bottom) * (skew * skew)
        for factor in times or []:
            value = value * rows[factor].astype(np.float64)
        grain = rows[step].astype(np.float64) * 100 if step else np.ones(rows.count)
        cents = np.maximum(np.floor(value * 100 / grain + 0.5), 1) * grain
        cents = np.where(rng.unit(rows.count) < refunds, -cents, cents).astype(np.int64)
        return objects([CENT * each for each in cents.tolist()])

    return draw


# --- event times and keys -------------------------------------------------------------------------


@kind
def event_time(form: str) -> Draw:
    """When the event happens: as ``micros`` (for timestamp-micros) or as ISO ``date``."""
    if form not in ("micros", "date"):
        raise ValueError(f"{form!r}: use micros or date")

    def draw(rows: Rows, _rng: RandomStream) -> Column:
        times = _event_times(rows)
        if form == "micros":
            return times
        days = (times // DAY).tolist()
        text = {day: (EPOCH + MICROSECOND * (day * DAY)).date().isoformat() for day in set(days)}
        return objects([text[day] for day in days])

    return draw


def _event_times(rows: Rows) -> np.ndarray:
    if rows.times is None:
        raise ValueError("an entity's rows have no event time")
    return rows.times


@kind
def uuid(version: int) -> Draw:
    """7: begins with the event time, so keys sort by it. 4: random."""
    if version == 7:
        return lambda rows, rng: objects(uuid7s(_event_times(rows), rng))
    if version == 4:
        return lambda rows, rng: objects(uuid4s(rows.count, rng))
    raise ValueError(f"{version!r}: use version 4 or 7")


@kind
def sequence(template: str) -> Draw:
    """``user_{month}_{n:05}``: n counts the rows from 1, month is YYYYMM of the event time."""

    def draw(rows: Rows, _rng: RandomStream) -> Column:
        months = [""] * rows.count
        if "{month" in template:
            stamps = _event_times(rows).astype("datetime64[us]").astype("datetime64[M]")
            months = [str(stamp).replace("-", "") for stamp in stamps]
        numbers = range(rows.first + 1, rows.first + rows.count + 1)
        pairs = zip(numbers, months, strict=True)
        return objects([template.format(n=n, month=month) for n, month in pairs])

    return draw


# --- texts ----------------------------------------------------------------------------------------


@kind
def faker(
    method: str, locale: str | list[str] = "en_US", pool: int = 1000, unique: bool = False
) -> Draw:
    """A Faker provider's values, out of a pool built once; ``unique``: one for each row.

    The pool does not depend on the run's seed: it is the vocabulary of one and the same world.
    """
    locales = (locale,) if isinstance(locale, str) else tuple(locale)
    # Faker looks without end for what is not a Python name.
    if not method.isidentifier() or not hasattr(Faker(list(locales)), method):
        raise ValueError(f"Faker has no {method!r} for {locale}")

    def draw(rows: Rows, rng: RandomStream) -> Column:
        if unique:
            return _fake_values(method, locales, rows.count, unique=True)
        values = _fake_values(method, locales, pool)
        return values[rng.below(len(values), rows.count)]

    return draw


@cache
def _fake_values(method: str, locales: tuple[str, ...], size: int, unique: bool = False) -> Column:
    fake = Faker(list(locales))
    fake.seed_instance(f"{locales} {method}")
    source = getattr(fake.unique if unique else fake, method)
    return objects([source() for _ in range(size)])


@kind
def text(template: str) -> Draw:
    """Other columns put together: ``{first_name|slug}.{last_name|slug}@example.org``."""
    names = re.findall(r"\{([\w.]+)(?:\|slug)?\}", template)
    slugs = set(re.findall(r"\{([\w.]+)\|slug\}", template))
    frame = re.sub(r"\{[\w.|]+\}", "{}", template)

    def draw(rows: Rows, _rng: RandomStream) -> Column:
        columns = [
            [_slug(value) if name in slugs else value for value in rows[name].tolist()]
            for name in names
        ]
        numbered = zip(range(rows.count), *columns, strict=True)
        return objects([frame.format(*values) for _, *values in numbered])

    return draw


@cache
def _slug(value: str) -> str:
    """Lower-case ASCII letters and digits of a text."""
    plain = unicodedata.normalize("NFKD", str(value)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "", plain.lower())
