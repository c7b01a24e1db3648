"""Files that people send."""

from __future__ import annotations

import os
import time
from pathlib import Path

HEADER = "tx_id,user_id,amount,currency,merchant,category,timestamp"


def row(n: int, **changed: str) -> str:
    """A good row of the transactions feed, with fields changed by name."""
    fields = {
        "tx_id": f"t{n}",
        "user_id": "u1",
        "amount": "1.50",
        "currency": "EUR",
        "merchant": '"Smith, Jones"',
        "category": "food",
        "timestamp": "2026-01-31T10:00:00.123456Z",
    }
    return ",".join((fields | changed).values())


USERS_HEADER = (
    "user_id,first_name,last_name,email,age,income_bracket,customer_tier,risk_profile,city,state,"
    "country,registration_date,preferred_categories,is_active,source_system"
)


def user(user_id: str, age: str, registration_date: str, is_active: str) -> str:
    """A row of the users feed."""
    return (
        f"{user_id},Ann,Lee,a@example.org,{age},under_25k,basic,low,Rome,Lazio,Italy,"
        f'{registration_date},"food, home",{is_active},web'
    )


def good(rows: int) -> bytes:
    """A good file."""
    return "\n".join([HEADER, *map(row, range(rows)), ""]).encode()


def settled(path: Path, content: bytes) -> Path:
    """A file that was written a while ago."""
    path.write_bytes(content)
    an_hour_ago = time.time() - 3600
    os.utime(path, (an_hour_ago, an_hour_ago))
    return path
