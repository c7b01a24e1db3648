"""Files of a declared form land in RAW, and what does not fit is found again in the quarantine."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from audit.file_to_raw import compare_values
from audit.workspace import workspace
from dags.landing import snowflake
from dags.landing.__main__ import main
from dags.landing.land import land_files
from dags.landing.reconcile.report import Hop
from tests.landing.conftest import Change
from tests.landing.csv_files import settled

pytestmark = pytest.mark.services

FORMAT = """format:
                encoding: windows1252
                field_delimiter: ";"
                decimal_separator: ","
                group_separator: "."
                timestamp_format: DD.MM.YYYY HH24:MI
                timezone: Asia/Bangkok
                skip_header: 1
                skip_footer: Summe
                optional: [category]
                rename: {Händler: merchant}
                extra: keep
              reject_limit: {share: 1.0}"""
FILE = """Umsätze
timestamp;tx_id;user_id;amount;currency;Händler;note
31.12.2026 16:20;t1;u1;1.234,50;THB;Café;a, b
31.12.2026 16:20;t2;u1;1,234.50;THB;x;

31.12.2026 25:20;"t3;u1;1,00;THB;x;
31.12.2026 16:20;t4;u1;;THB;x;
01.01.2027 00:00;t5;u1;-1,00;THB;"x ""y""
z";
Summe;;;1.235,50;;;
"""


def test_a_file_lands_as_its_sender_meant_it(
    warehouse: Any,
    incoming: Path,
    change: Change,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feed = change(("reject_limit: {share: 0.01}", FORMAT))
    settled(incoming / "transactions_1.csv", FILE.replace("\n", "\r\n").encode("cp1252"))
    land_files(feed, incoming)

    columns = "tx_id, amount, merchant, category, timestamp, source_row, extra_columns::text"
    found = warehouse.query(f"select {columns} from RAW.{feed.table} order by source_row")
    moment = datetime(2026, 12, 31, 9, 20)
    assert found[0][:6] == ("t1", Decimal("1234.5"), "Café", None, moment, 3)
    assert json.loads(found[0][6]) == {"note": "a, b"}
    assert found[1][:6] == ("t5", -1, 'x "y"\r\nz', None, datetime(2026, 12, 31, 17), 8)
    assert len(found) == 2
    assert warehouse.ledger(feed.name) == {"transactions_1.csv": ("loaded", 5, 2, 3)}
    [(definition,)] = warehouse.query("select definition from RAW.FEEDS where feed = %s", feed.name)
    assert definition == feed.definition

    rejected = "select source_row, reasons, raw_values from RAW.QUARANTINE order by source_row"
    rows = warehouse.query(rejected)
    assert [row[:2] for row in rows] == [
        (4, "amount: '1,234.50' is not number(38,6), written 1.234,50"),
        (6, "quotes, line breaks or NUL where none may be"),
        (7, "amount is empty"),
    ]
    assert json.loads(rows[0][2])["amount"] == "1,234.50"
    assert json.loads(rows[0][2])["timestamp"] == "31.12.2026 16:20"

    # Corrected as the sender should have written it.
    warehouse.query(
        "update RAW.QUARANTINE set raw_values = replace(raw_values, '1,234.50', '1.234,5')"
    )
    monkeypatch.setattr("dags.landing.__main__.feeds.find", lambda _: feed)
    assert main(["replay", feed.name]) == 0
    replayed = f"select amount, timestamp, source_row from RAW.{feed.table} where tx_id = 't2'"
    assert warehouse.query(replayed) == [(Decimal("1234.5"), moment, 4)]
    assert warehouse.ledger(feed.name) == {"transactions_1.csv": ("loaded", 5, 3, 2)}

    audited = Hop("transactions_batch_csv", "files -> RAW", "rows")
    warehouse.query(f"update RAW.{feed.table} set amount = 0 where tx_id = 't5'")
    with closing(snowflake.connect_from_env()) as target, workspace() as compared:
        compare_values(compared, target, feed, incoming, audited, show_values=True)
    [difference] = audited.differences
    assert difference.count == 1
    assert "transactions_1.csv row 8: amount is" in difference.examples[0]
