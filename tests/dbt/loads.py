"""Random loads for the raw tables: what streams and monthly files bring, in its variety."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

Row = list[Any]

CATEGORIES = ["groceries", "Dining ", "salary", "transfer", "rent", "not in the seed", None]
CURRENCIES = ["USD", "EUR", "thb", "JPY", "ABC", None]
MERCHANTS = ["Corner Shop", "corner shop", "Smith, Sons", "Cinema", None]
TIERS = ["basic", "silver", "gold"]


@dataclass
class Loads:
    """Makes loads one after the other; a later one may touch what an earlier one brought."""

    seed: int
    clock: datetime = datetime(2026, 11, 1)
    xid: int = 1000
    files: int = 0
    users: dict[str, list[date]] = field(default_factory=dict)
    transactions: dict[str, Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def one(self) -> tuple[str, list[Row]]:
        """A raw table and the rows that become visible in it at once."""
        kind: Callable[[], tuple[str, list[Row]]] = self.random.choice(
            [self.stream, self.stream, self.transactions_file, self.registrations_file]
        )
        return kind()

    def stream(self) -> tuple[str, list[Row]]:
        landed_at, self.xid = self._now(), self.xid + 10
        rows = []
        for key, transaction in self._some_transactions().items():
            arrived_at = (transaction[6] or landed_at) + timedelta(
                hours=self.random.choice([1, 40])
            )
            version = [self.xid, "database/1", f"stream {landed_at}"]
            rows.append([key, *transaction[1:], arrived_at, landed_at, *version])
        return "TRANSACTIONS_STREAMING_KAFKA", rows

    def transactions_file(self) -> tuple[str, list[Row]]:
        lineage = self._file("transactions")
        rows = [
            [*transaction, *lineage[:3], number, lineage[3]]
            for number, transaction in enumerate(self._some_transactions().values(), start=2)
        ]
        return "TRANSACTIONS_BATCH_CSV", rows

    def registrations_file(self) -> tuple[str, list[Row]]:
        lineage, rows = self._file("user_registrations"), []
        for number in range(2, 2 + self.random.randrange(1, 12)):
            user_id = f"user_{self.random.randrange(40)}"
            registered = self.users.setdefault(user_id, [])
            again = bool(registered) and self.random.random() < 0.5
            day = self.random.choice(registered) if again else self._day()
            registered.append(day)
            tier = self.random.choice(TIERS)
            person = ["A", "B", "a@example.org", 30, "under_25k", tier, "low", "Rome", "RM", "IT"]
            rows.append([user_id, *person, day, "dining, home", True, "web", *lineage[:3], number])
            rows[-1].append(lineage[3])
        return "USER_REGISTRATIONS", rows

    def _now(self) -> datetime:
        """When a load landed. Loads become visible in nearly this order: a slow one is late."""
        self.clock += timedelta(minutes=15)
        return self.clock - timedelta(minutes=self.random.choice([0, 0, 40]), seconds=self.files)

    def _file(self, feed: str) -> Row:
        self.files += 1
        name = f"{feed}_{self.random.randrange(3)}.csv"
        return [name, self._now(), f"content {self.files}", f"files {self.files}"]

    def _day(self) -> date:
        return date(2026, 8, 1) + timedelta(days=self.random.randrange(90))

    def _some_transactions(self) -> dict[str, Row]:
        """New ones, resent ones, and new versions of earlier ones; each key once."""
        found: dict[str, Row] = {}
        for _ in range(self.random.randrange(5, 40)):
            known = self.random.choice([*self.transactions, None])
            if known is None or self.random.random() < 0.5:
                key = f"tx_{len(self.transactions):05}"
                self.transactions[key] = self._transaction(key)
            else:
                key = known
                if self.random.random() < 0.7:
                    self.transactions[key] = self._transaction(key)
            found[key] = self.transactions[key]
        return found

    def _transaction(self, key: str) -> Row:
        pick = self.random.choice
        moment = datetime.combine(self._day(), datetime.min.time()) + timedelta(
            microseconds=self.random.randrange(86_400_000_000)
        )
        amount = f"{self.random.randrange(-5000, 90000) / 100:.2f}"
        user_id = pick([f"user_{self.random.randrange(45)}"] * 9 + [None])
        return [
            key,
            user_id,
            pick([amount] * 9 + [None]),
            pick(CURRENCIES),
            pick(MERCHANTS),
            pick(CATEGORIES),
            pick([moment] * 9 + [None]),
        ]
