"""Objects of a bucket land as files of the folder do: once, the newest of a name, or named."""

from __future__ import annotations

import gzip
import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from audit import file_to_raw, files_met
from audit.workspace import workspace
from dags.landing import feeds, snowflake
from dags.landing.feeds import FileFeed
from dags.landing.land import land_files
from dags.landing.macros import MacroError
from dags.landing.reconcile.report import Hop
from dags.landing.stored import StoredObject
from dags.landing.stores.store import StoreError
from tests.landing.conftest import Change
from tests.landing.csv_files import HEADER, good, row, settled
from tests.landing.object_server import ObjectServer, signed_in
from tests.landing.object_servers import SCHEMES, served

pytestmark = pytest.mark.services

ONE, TWO = "in/transactions_1.csv", "in/transactions_2.csv"


@pytest.fixture(scope="module", params=SCHEMES)
def server(request: pytest.FixtureRequest) -> Iterator[ObjectServer]:
    with served(request.param) as started:
        yield started


@pytest.fixture
def bucket(server: ObjectServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    name = f"b{secrets.token_hex(4)}"
    with signed_in(server, monkeypatch):
        server.create(name)
        yield name


@pytest.fixture
def feed(
    transactions: FileFeed, server: ObjectServer, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> FileFeed:
    """The transactions feed, which takes objects of a bucket."""
    feed = replace(transactions, store=server.url(bucket), pattern="in/transactions_*.csv")
    others = [each for each in feeds.load() if each.name != feed.name]
    monkeypatch.setattr(feeds, "load", lambda *_: [*others, feed])
    return feed


def test_objects_land_once_with_their_address_and_line(
    warehouse: Any, server: ObjectServer, bucket: str, feed: FileFeed, incoming: Path
) -> None:
    rows = [row(n) for n in range(10, 200)]
    server.put(
        bucket,
        **{
            ONE: good(2),
            TWO + ".gz": gzip.compress("\n".join([HEADER, *rows, row(8, amount="x")]).encode()),
            "in/transaction_3.csv": good(9),
        },
    )
    outcome = land_files(feed, incoming)
    url = server.url(bucket)
    assert outcome.staged == 2
    nearest = "no feed takes it; the nearest is in/transactions_*.csv"
    assert outcome.untaken == (f"{url}/in/transaction_3.csv: {nearest}",)
    landed = warehouse.query(
        f"select source_file, count(distinct tx_id), count(*) from RAW.{feed.table} group by 1"
    )
    assert sorted(landed) == [(f"{url}/{ONE}", 2, 2), (f"{url}/{TWO}.gz", 190, 190)]
    [(name, line, reasons)] = warehouse.query(
        "select source_file, source_row, reasons from RAW.QUARANTINE"
    )
    assert (name, line) == (f"{url}/{TWO}.gz", 192)
    assert reasons.startswith("amount: 'x' is not number")
    server.requests.seen.clear()
    assert not land_files(feed, incoming).needs_landing
    # Snowflake's connector posts to AWS_ENDPOINT_URL, too, to learn where it runs.
    reads = [path for method, path in server.requests.seen if method == "GET"]
    assert [path for path in reads if ONE in path or TWO in path] == []


def test_the_same_content_is_skipped_and_the_newest_of_a_name_counts(
    warehouse: Any, server: ObjectServer, bucket: str, feed: FileFeed, incoming: Path
) -> None:
    server.put(bucket, **{ONE: good(2)})
    land_files(feed, incoming)
    server.put(bucket, **{TWO: good(2)})
    assert land_files(feed, incoming).duplicate == 1
    server.put(bucket, **{ONE: good(2).replace(b"1.50", b"2.50")})
    assert land_files(feed, incoming).staged == 1, "same size, perhaps in the same second"
    versions = warehouse.query(
        f"select amount::number(9,2)::text, count(*) from RAW.{feed.table}"
        " group by 1 order by min(ingested_at)"
    )
    assert versions == [("1.50", 2), ("2.50", 2)]
    server.put(bucket, **{ONE: good(2) + b"\n"})
    server.put(bucket, **{ONE: good(2)})
    with pytest.raises(MacroError, match=r"an earlier content of \w+://.* again"):
        land_files(feed, incoming)


def test_one_that_is_overwritten_while_it_is_read_waits_for_the_next_look(
    warehouse: Any,
    server: ObjectServer,
    bucket: str,
    feed: FileFeed,
    incoming: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.put(bucket, **{ONE: good(2), TWO: good(3)})
    fetch = StoredObject.fetch

    def overwrite(found: StoredObject, folder: Path) -> Path:
        if found.relative == ONE:
            server.put(bucket, **{ONE: good(5)})
        return fetch(found, folder)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(StoredObject, "fetch", overwrite)
        outcome = land_files(feed, incoming)
    assert (outcome.staged, outcome.unsettled) == (1, 1)
    assert warehouse.count(feed.table) == 3
    assert land_files(feed, incoming).staged == 1
    assert warehouse.count(feed.table) == 8


def test_bad_objects_are_named_and_hold_up_no_other(
    warehouse: Any, server: ObjectServer, bucket: str, feed: FileFeed, incoming: Path
) -> None:
    closed = "in/transactions_closed.csv"
    server.put(bucket, **{ONE: good(2), TWO: b"no,header\n", closed: good(3)})
    server.requests.fault = lambda method, path: path.endswith(closed)
    with pytest.raises(MacroError) as caught:
        land_files(feed, incoming)
    assert f"{bucket}/{TWO} was refused: wrong header" in str(caught.value)
    assert f"{closed} waits for the next run: these credentials may not read it" in str(
        caught.value
    )
    assert warehouse.count(feed.table) == 2
    server.requests.fault = None
    assert land_files(feed, incoming).staged == 1
    assert warehouse.count(feed.table) == 5
    states = {name.rsplit("/")[-1]: line[0] for name, line in warehouse.ledger(feed.name).items()}
    assert states["transactions_closed.csv"] == "loaded"


def test_a_store_that_is_away_stops_its_own_feed_only(
    warehouse: Any, server: ObjectServer, feed: FileFeed, users: FileFeed, incoming: Path
) -> None:
    settled(incoming / "user_registrations_x.csv", b"no,header\n")
    away = replace(feed, store=server.url("no-such-bucket"))
    with pytest.raises(StoreError, match=r"no-such-bucket: there is no such (bucket|container)"):
        land_files(away, incoming)
    with pytest.raises(MacroError, match=r"user_registrations_x.csv was refused"):
        land_files(users, incoming)


def test_a_block_alone_makes_such_a_feed_with_a_format_too(
    warehouse: Any, server: ObjectServer, bucket: str, change: Change, incoming: Path
) -> None:
    feed = change(
        ("from: {files: transactions_*.csv}", f"from: {server.url(bucket)}/**/*.txt"),
        ("key: [tx_id]", 'key: [tx_id]\n              format: {field_delimiter: ";"}'),
    )
    text = good(3).replace(b",", b";").replace(b"Smith;", b"Smith,")
    server.put(bucket, **{"2026/11/bank.txt": text})
    assert land_files(feed, incoming).staged == 1
    assert warehouse.count(feed.table) == 3


def test_the_audit_reads_objects_again(
    warehouse: Any, server: ObjectServer, bucket: str, feed: FileFeed, incoming: Path
) -> None:
    server.put(bucket, **{ONE: good(3)})
    land_files(feed, incoming)
    hop = Hop(feed.name, "files", "rows")
    with closing(snowflake.connect_from_env()) as target, workspace() as rows:
        file_to_raw.compare_values(rows, target, feed, incoming, hop, True)
        files_met.compare_lines(target, feed, incoming, hop)
        assert (hop.differences, hop.notes) == ([], [])
        warehouse.query(f"update RAW.{feed.table} set merchant = 'x' where tx_id = 't1'")
        file_to_raw.compare_values(rows, target, feed, incoming, hop, True)
    assert f"than in {server.url(bucket)}/{ONE}" in str(hop.differences)
