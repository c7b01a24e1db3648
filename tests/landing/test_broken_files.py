"""Whatever is sent: each row is in RAW or in the quarantine, or the whole file is refused.

The fault: forty files of every broken kind, among good ones. The promise: rows parsed are rows
loaded plus rows rejected, the ledger says so for each file, and the good files are landed.
"""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dags.landing.feeds import FileFeed
from dags.landing.land import land_files
from dags.landing.macros import MacroError
from tests.landing.csv_files import HEADER, USERS_HEADER, good, row, settled, user

pytestmark = pytest.mark.services

REFUSED = ("refused", None, None, None)


def loaded(parsed: int, rejected: int) -> tuple[Any, ...]:
    return ("loaded", parsed, parsed - rejected, rejected)


def with_row(text: str) -> bytes:
    """A good row, the given one, a good row; ids differ, so that no content is sent twice."""
    return "\n".join([HEADER, row(1), text, row(3), ""]).encode()


#: Name -> content and the ledger's line.
ROWS = {
    "too few fields": (with_row("t2,u1,1.5,EUR"), loaded(3, 1)),
    "too many fields": (with_row(row(2) + ",more"), loaded(3, 1)),
    "many too many": (with_row(row(2) + ",a,b,c,d,e"), loaded(3, 1)),
    "one field": (with_row("t2"), loaded(3, 1)),
    "only commas": (with_row(",,,,,,"), loaded(3, 1)),
    "no key": (with_row(row(2, tx_id="")), loaded(3, 1)),
    "blank key": (with_row(row(2, tx_id='"  "')), loaded(3, 1)),
    "amount is text": (with_row(row(2, amount="abc")), loaded(3, 1)),
    "amount with comma": (with_row(row(2, amount='"1,50"')), loaded(3, 1)),
    "amount with unit": (with_row(row(2, amount="1.50 EUR")), loaded(3, 1)),
    "amount too precise": (with_row(row(2, amount="1.1234567")), loaded(3, 1)),
    "amount too large": (with_row(row(2, amount="1" + "0" * 32)), loaded(3, 1)),
    "amount with exponent": (with_row(row(2, amount="1e3")), loaded(3, 1)),
    "amount not a number": (with_row(row(2, amount="NaN")), loaded(3, 1)),
    "amount is minus": (with_row(row(2, amount="-0.000001")), loaded(3, 0)),
    "amount with zeros": (with_row(row(2, amount="1.10000000")), loaded(3, 0)),
    "amount with blanks": (with_row(row(2, amount=" 1.5 ")), loaded(3, 0)),
    "amount empty": (with_row(row(2, amount="")), loaded(3, 1)),
    "time empty": (with_row(row(2, timestamp=" ")), loaded(3, 1)),
    "merchant empty": (with_row(row(2, merchant="")), loaded(3, 0)),
    "sum at the end": (with_row("Total,,52.50,,,,"), loaded(3, 1)),
    "day of no month": (with_row(row(2, timestamp="2026-02-30T00:00:00Z")), loaded(3, 1)),
    "american day": (with_row(row(2, timestamp="01/31/2026")), loaded(3, 1)),
    "unix time": (with_row(row(2, timestamp="1767225600")), loaded(3, 1)),
    "other time zone": (with_row(row(2, timestamp="2026-01-31T10:00:00+07:00")), loaded(3, 1)),
    "western time zone": (with_row(row(2, timestamp="2026-01-31T10:00:00-05:00")), loaded(3, 1)),
    "utc said": (with_row(row(2, timestamp="2026-01-31 10:00:00+00:00")), loaded(3, 0)),
    "only a day": (with_row(row(2, timestamp="2026-01-31")), loaded(3, 0)),
    "nanoseconds": (with_row(row(2, timestamp="2026-01-31T10:00:00.123456999Z")), loaded(3, 1)),
    "zeros behind": (with_row(row(2, timestamp="2026-01-31T10:00:00.123456000Z")), loaded(3, 0)),
    "three zones": (with_row(row(2, timestamp="2026-01-31T10:00:00ZZZ")), loaded(3, 1)),
    "an hour more": (with_row(row(2, timestamp="2026-01-31T24:00:01Z")), loaded(3, 1)),
    "time is text": (with_row(row(2, timestamp="yesterday")), loaded(3, 1)),
    "two faults": (with_row(row(2, amount="x", timestamp="y")), loaded(3, 1)),
    "open quote": (with_row(row(2, merchant='"Smith')), loaded(3, 1)),
    "quote closed early": (with_row(row(2, merchant='"Smith" Jones')), loaded(3, 1)),
    "quote in the middle": (with_row(row(2, merchant='5" screen')), loaded(3, 0)),
    "doubled quotes": (with_row(row(2, merchant='"say ""hi"", twice"')), loaded(3, 0)),
    "quoted newline": (with_row(row(2, merchant='"a\nb\r\nc"')), loaded(3, 0)),
    "NUL": (with_row(row(2, merchant="a\0b")), loaded(3, 1)),
    "backslashes": (with_row(row(2, merchant="a\\b\\N\\")), loaded(3, 0)),
    "not ASCII": (with_row(row(2, merchant="Crêperie 東京 🍜")), loaded(3, 0)),
    "header only": (HEADER.encode(), loaded(0, 0)),
    "CRLF": (with_row(row(2)).replace(b"\n", b"\r\n"), loaded(3, 0)),
    "byte-order mark": (b"\xef\xbb\xbf" + with_row(row(22)), loaded(3, 0)),
    "no last newline": (with_row(row(23)).rstrip(b"\n"), loaded(3, 0)),
    "ten thousand rows": (good(10_000), loaded(10_000, 0)),
}
#: Name -> age, registration_date and is_active of a user, and whether the row is landed.
USERS = {
    "good": ("30", "2026-01-31", "true", True),
    "age and active empty": ("", "2026-01-31", "", True),
    "day empty": ("30", "", "true", False),
    "age of 38 digits": ("9" * 38, "2026-01-31", "true", True),
    "age of 39 digits": ("9" * 39, "2026-01-31", "true", False),
    "age beyond 64 bits": ("99999999999999999999", "2026-01-31", "true", True),
    "age with decimals": ("30.5", "2026-01-31", "true", False),
    "age with underscore": ("3_0", "2026-01-31", "true", False),
    "day with a time": ("30", "2026-01-31 17:30:00", "true", False),
    "day at midnight": ("30", "2026-01-31 00:00:00", "true", True),
    "day without dashes": ("30", "20260131", "true", False),
    "day of no month": ("30", "2026-02-30", "true", False),
    "active is maybe": ("30", "2026-01-31", "maybe", False),
    "active is 2": ("30", "2026-01-31", "2", False),
    "active is No": ("30", "2026-01-31", "No", True),
}
FILES = {
    "empty": b"",
    "no header": good(4).split(b"\n", 1)[1],
    "other header": b"id,name\n1,a\n",
    "other order": with_row(row(2)).replace(b"tx_id,user_id", b"user_id,tx_id"),
    "latin-1": with_row(row(2, merchant="Café")).decode().encode("latin-1"),
    "utf-16": with_row(row(2)).decode().encode("utf-16"),
    "semicolons": with_row(row(2)).replace(b",", b";"),
    "old Mac": good(5).replace(b"\n", b"\r"),
}


def name(kind: str) -> str:
    return f"transactions_{kind}.csv"


def test_each_row_of_forty_broken_files_is_accounted_for(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    expected: dict[str, tuple[Any, ...]] = {}
    for kind, (content, line) in ROWS.items():
        unique = content.replace(b"t1,", f"{kind},".encode())
        settled(incoming / name(kind), unique)
        expected[name(kind)] = line
    for kind, content in FILES.items():
        settled(incoming / name(kind), content)
        expected[name(kind)] = REFUSED
    settled(incoming / f"{name('packed')}.gz", gzip.compress(good(7)))
    expected[f"{name('packed')}.gz"] = loaded(7, 0)
    settled(incoming / f"{name('cut off')}.gz", gzip.compress(good(8))[:-9])
    expected[f"{name('cut off')}.gz"] = REFUSED
    settled(incoming / name('it\'s "100%" é *?[x]'), good(6))
    expected[name('it\'s "100%" é *?[x]')] = loaded(6, 0)

    with pytest.raises(MacroError, match="all that could be landed is landed") as caught:
        land_files(transactions, incoming)

    assert caught.value.final
    assert warehouse.ledger(transactions.name) == expected
    per_file = "select source_file, count(*) from RAW.{} group by 1"
    assert dict(warehouse.query(per_file.format(transactions.table))) == {
        file: line[2] for file, line in expected.items() if line[2]
    }
    assert dict(warehouse.query(per_file.format("QUARANTINE"))) == {
        file: line[3] for file, line in expected.items() if line[3]
    }
    assert warehouse.query(f"list @RAW.{transactions.stage}") == []


def test_a_value_beyond_its_type_costs_its_row_and_no_other(
    warehouse: Any, users: FileFeed, incoming: Path
) -> None:
    for kind, (*values, _) in USERS.items():
        lines = [
            USERS_HEADER,
            user(f"{kind} 1", "1", "2026-01-31", ""),
            user(f"{kind} 2", *values),
            "",
        ]
        settled(incoming / f"user_registrations_{kind}.csv", "\n".join(lines).encode())
    with pytest.raises(MacroError, match="is not date"):
        land_files(users, incoming)
    assert warehouse.ledger(users.name) == {
        f"user_registrations_{kind}.csv": loaded(2, int(not fits))
        for kind, (_, _, _, fits) in USERS.items()
    }
    ages = warehouse.query(
        f"select user_id, age::text from RAW.{users.table} where user_id like '% 2' and age <> 30"
    )
    assert dict(ages) == {
        f"{kind} 2": age for kind, (age, _, _, fits) in USERS.items() if fits and len(age) > 2
    }
    reasons = "select reasons from RAW.QUARANTINE where source_file like '%39 digits%'"
    reason = f"age: '{'9' * 39}' is not number(38,0), written 1234.50"
    assert warehouse.query(reasons) == [(reason,)]


def test_values_arrive_as_they_were_written(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    merchants = [
        "Smith, Jones",
        'say "hi", twice',
        "a\nb\r\nc",
        "a\\b\\N\\",
        "Crêperie 東京",
        " x ",
    ]
    lines = [
        row(n, merchant='"' + value.replace('"', '""') + '"') for n, value in enumerate(merchants)
    ]
    settled(incoming / "transactions_1.csv", "\n".join([HEADER, *lines]).encode())
    land_files(transactions, incoming)
    found = warehouse.query(
        f"select merchant, amount, timestamp from RAW.{transactions.table} order by source_row"
    )
    assert [merchant for merchant, _, _ in found] == merchants
    moment = datetime(2026, 1, 31, 10, 0, 0, 123456)
    assert {(amount, time) for _, amount, time in found} == {(Decimal("1.5"), moment)}


def test_a_rejected_row_says_why_and_what_it_was(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    nul = "t9,u\0,1"
    settled(incoming / "transactions_0.csv", with_row(nul))
    with pytest.raises(MacroError, match="row 3: a NUL byte, shown as ␀"):
        land_files(transactions, incoming)
    [(values,)] = warehouse.query("select raw_values from RAW.QUARANTINE")
    assert json.loads(values)["tx_id"] == "t9,u␀,1"
    bad = row(2, tx_id="", amount="abc", currency=" ", timestamp="12345")
    settled(incoming / "transactions_1.csv", with_row(bad))
    with pytest.raises(MacroError, match="1 of 3 rows rejected; row 3: tx_id is empty"):
        land_files(transactions, incoming)
    [(file, number, reasons, values)] = warehouse.query(
        "select source_file, source_row, reasons, raw_values from RAW.QUARANTINE"
        " where source_file = 'transactions_1.csv'"
    )
    assert (file, number) == ("transactions_1.csv", 3)
    assert reasons == (
        "tx_id is empty; amount: 'abc' is not number(38,6), written 1234.50; currency is empty; "
        "timestamp: '12345' is not timestamp_ntz(6), written 2026-12-31T23:59:59Z"
    )
    assert json.loads(values) == {
        "tx_id": "",
        "user_id": "u1",
        "amount": "abc",
        "currency": " ",
        "merchant": "Smith, Jones",
        "category": "food",
        "timestamp": "12345",
        "+1": None,
    }
