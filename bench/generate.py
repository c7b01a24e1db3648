"""Drawing records, against one Faker call for each field.

The naive generator draws the same seven fields, without what makes ours plausible: merchants with
goods and prices, users with tiers and currencies, a rhythm of days and hours.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from faker import Faker

from bench import _source
from bench.timing import compare_rates
from producer.drawing.timeline import Spread, micros
from producer.events.stream import blocks

OURS = 200_000
THEIRS = 10_000
CURRENCIES = ("USD", "EUR", "GBP", "JPY", "THB")
CATEGORIES = ("groceries", "dining", "travel", "electronics", "clothing", "health")
START, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 8, tzinfo=UTC)


def bench_rows() -> list[dict[str, Any]]:
    """Rows of the bench table; rates are records a second in one process."""
    source = _source.transactions()
    line = Spread(micros(START), micros(END), OURS, source.recipe.rhythm)
    fake = Faker()

    def ours() -> int:
        records = 0
        for block, size in blocks(OURS):
            records += len(source.rows(block, 1, source.times(block, size, 1, line)))
        return records

    def theirs() -> int:
        return len([_naive(fake) for _ in range(THEIRS)])

    return [compare_rates("generate", "one Faker call for each field", ours, theirs, bar=25)]


def _naive(fake: Faker) -> tuple[Any, ...]:
    return (
        fake.uuid4(),
        f"user_{fake.random_int(1, 10_000)}",
        fake.pydecimal(left_digits=4, right_digits=2, positive=True),
        fake.random_element(CURRENCIES),
        fake.company(),
        fake.random_element(CATEGORIES),
        fake.date_time_between(START, END, tzinfo=UTC),
    )
