"""What a landing reads of any store: what was listed, page by page, or a reason with the fix."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dags.landing import checks, feeds
from dags.landing.feeds import FileFeed
from dags.landing.files import matching
from dags.landing.stored import StoredObject
from dags.landing.stores.store import ChangedObjectError, StoreError, UnreadableObjectError
from dags.landing.untaken import every_untaken
from tests.landing.object_server import ObjectServer, signed_in
from tests.landing.object_servers import SCHEMES, served

NOWHERE = Path("/nowhere")


@pytest.fixture(scope="module", params=SCHEMES)
def server(request: pytest.FixtureRequest) -> Iterator[ObjectServer]:
    with served(request.param) as started:
        yield started


@pytest.fixture(autouse=True)
def environment(server: ObjectServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("INCOMING_IGNORED", raising=False)
    with signed_in(server, monkeypatch):
        yield


@pytest.fixture
def bucket(server: ObjectServer) -> str:
    name = f"b{secrets.token_hex(4)}"
    server.create(name)
    return name


@pytest.fixture
def store(server: ObjectServer, bucket: str) -> str:
    return server.url(bucket)


def feed_of(store: str, pattern: str = "in/transactions_*.csv", **more: Any) -> FileFeed:
    feed = feeds.find("transactions_batch_csv")
    assert isinstance(feed, FileFeed)
    return replace(feed, store=store, pattern=pattern, **more)


def keys(feed: FileFeed) -> list[str]:
    return [found.relative for found in matching(feed, NOWHERE)]


def one(feed: FileFeed) -> StoredObject:
    [found] = matching(feed, NOWHERE)
    assert isinstance(found, StoredObject)
    return found


def test_a_feed_takes_its_objects_and_the_others_beside_them_are_named(
    server: ObjectServer, bucket: str, store: str
) -> None:
    server.put(
        bucket,
        **{
            "in/transactions_1.csv": b"1",
            "in/transactions_2.csv.gz": b"2",
            "in/transactions é + %41 ?.csv": b"3",
            "in/transactions_4.csv.part": b"4",
            "in/": b"",
            "in/empty/": b"",
            "in/made_$folder$": b"",
            "in/TRANSACTIONS_5.CSV": b"5",
            "in/old/transactions_6.csv": b"6",
            "elsewhere/transactions_7.csv": b"7",
        },
    )
    feed = feed_of(store, "in/transactions*.csv")
    assert keys(feed) == [
        "in/transactions é + %41 ?.csv",
        "in/transactions_1.csv",
        "in/transactions_2.csv.gz",
    ]
    case = f"takes lower case only: set `ignore_case: true` in the block of {feed.name}"
    case = f"in/transactions*.csv {case}"
    assert sorted(every_untaken(NOWHERE, [feed])) == [
        f"{store}/in/TRANSACTIONS_5.CSV: no feed takes it; {case}",
        f"{store}/in/empty: no feed takes a folder; put the files themselves there",
        f"{store}/in/old: no feed takes a folder; put the files themselves there",
    ]
    assert keys(replace(feed, ignore_case=True))[0] == "in/TRANSACTIONS_5.CSV"


def test_folders_are_looked_into_where_the_glob_says_so(
    server: ObjectServer, bucket: str, store: str
) -> None:
    names = ("a/t.csv", "a/b/t.csv", "a/b/c/t.csv", "a/x//t.csv", "t.csv", "a/.tmp/t.csv")
    server.put(bucket, **dict.fromkeys(names, b"1"))
    assert keys(feed_of(store, "a/*/t.csv")) == ["a/b/t.csv"]
    below = ["a/b/c/t.csv", "a/b/t.csv", "a/t.csv", "a/x//t.csv"]
    assert keys(feed_of(store, "a/**/t.csv")) == below
    assert keys(feed_of(store, "**/t.csv")) == [*below, "t.csv"]


def test_what_was_listed_is_read_or_nothing(
    server: ObjectServer, bucket: str, store: str, tmp_path: Path
) -> None:
    server.put(bucket, **{"in/transactions_1.csv": b"older", "in/transactions_2.csv": b"gone"})
    overwritten, deleted = matching(feed_of(store), NOWHERE)
    assert overwritten.fetch(tmp_path).read_bytes() == b"older"
    server.put(bucket, **{"in/transactions_1.csv": b"newer"})
    server.delete(bucket, "in/transactions_2.csv")
    with pytest.raises(ChangedObjectError):
        overwritten.fetch(tmp_path)
    # In Azure, nothing is not what was listed either.
    with pytest.raises((ChangedObjectError, FileNotFoundError)):
        deleted.fetch(tmp_path)
    assert one(feed_of(store)).version != overwritten.version, "same size, and the same second"


def test_a_read_that_breaks_off_goes_on_where_it_was(
    server: ObjectServer, bucket: str, store: str, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 1000
    server.put(bucket, **{"in/transactions_1.csv": content, "in/transactions_2.csv": b""})
    whole, empty = matching(feed_of(store), NOWHERE)
    cuts = iter([100_000, 50_000])
    server.requests.fault = lambda _, path: next(cuts, None) if path.endswith("_1.csv") else None
    server.requests.seen.clear()
    assert whole.fetch(tmp_path).read_bytes() == content
    assert len([path for _, path in server.requests.seen if "_1.csv" in path]) == 3
    assert empty.fetch(tmp_path).read_bytes() == b""


def test_an_object_that_may_not_be_read_is_its_own_trouble(
    server: ObjectServer, bucket: str, store: str, tmp_path: Path
) -> None:
    server.put(bucket, **{"in/transactions_1.csv": b"1"})
    found = one(feed_of(store))
    server.requests.fault = lambda method, path: path.endswith("_1.csv")
    with pytest.raises(UnreadableObjectError, match=r"may not read it: (allow|give) them"):
        found.fetch(tmp_path)


def test_a_store_that_cannot_be_listed_is_named_with_the_fix(
    server: ObjectServer, bucket: str, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = server.url("no-such")
    with pytest.raises(StoreError, match=rf"{nowhere}: there is no such \w+: check `from`"):
        keys(feed_of(nowhere))
    server.requests.fault = lambda method, path: True
    with pytest.raises(StoreError, match=rf"{bucket}: .* may not list it: (allow|give)"):
        keys(feed_of(store))


def test_a_check_names_each_feed_whose_store_fails_and_lets_the_others_go_on(
    server: ObjectServer, bucket: str, store: str
) -> None:
    good, bad = feed_of(store, name="good"), feed_of(server.url("no-such"), name="bad")
    faults = [*checks._store_faults([good, bad])]
    assert [fault.stops for fault in faults] == ["bad"]
    assert [*every_untaken(NOWHERE, [good, bad])] == [str(faults[0].text).removeprefix("Files: ")]
