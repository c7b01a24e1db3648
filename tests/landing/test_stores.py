"""What a landing reads of an S3 server: what was listed, page by page, or a reason with the fix."""

from __future__ import annotations

import secrets
import socket
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
from tests.landing.s3_server import S3Server, served

NOWHERE = Path("/nowhere")


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with served() as started:
        yield started


@pytest.fixture(autouse=True)
def signed_in(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("INCOMING_IGNORED", raising=False)
    with server.signed_in(monkeypatch):
        yield


@pytest.fixture
def bucket(server: S3Server) -> str:
    name = f"b{secrets.token_hex(4)}"
    server.client.create_bucket(Bucket=name)
    return name


def feed_of(bucket: str, pattern: str = "in/transactions_*.csv", **more: Any) -> FileFeed:
    feed = feeds.find("transactions_batch_csv")
    assert isinstance(feed, FileFeed)
    return replace(feed, store=f"s3://{bucket}", pattern=pattern, **more)


def keys(feed: FileFeed) -> list[str]:
    return [found.relative for found in matching(feed, NOWHERE)]


def one(feed: FileFeed) -> StoredObject:
    [found] = matching(feed, NOWHERE)
    assert isinstance(found, StoredObject)
    return found


def test_a_feed_takes_its_objects_and_the_others_beside_them_are_named(
    server: S3Server, bucket: str
) -> None:
    server.put(
        bucket,
        **{
            "in/transactions_1.csv": b"1",
            "in/transactions_2.csv.gz": b"2",
            "in/transactions é + %41 \t?.csv": b"3",
            "in/transactions_4.csv.part": b"4",
            "in/": b"",
            "in/empty/": b"",
            "in/made_$folder$": b"",
            "in/TRANSACTIONS_5.CSV": b"5",
            "in/old/transactions_6.csv": b"6",
            "elsewhere/transactions_7.csv": b"7",
        },
    )
    feed = feed_of(bucket, "in/transactions*.csv")
    assert keys(feed) == [
        "in/transactions é + %41 \t?.csv",
        "in/transactions_1.csv",
        "in/transactions_2.csv.gz",
    ]
    case = f"takes lower case only: set `ignore_case: true` in the block of {feed.name}"
    case = f"in/transactions*.csv {case}"
    assert sorted(every_untaken(NOWHERE, [feed])) == [
        f"s3://{bucket}/in/TRANSACTIONS_5.CSV: no feed takes it; {case}",
        f"s3://{bucket}/in/empty: no feed takes a folder; put the files themselves there",
        f"s3://{bucket}/in/old: no feed takes a folder; put the files themselves there",
    ]
    assert keys(replace(feed, ignore_case=True))[0] == "in/TRANSACTIONS_5.CSV"


def test_folders_are_looked_into_where_the_glob_says_so(server: S3Server, bucket: str) -> None:
    names = ("a/t.csv", "a/b/t.csv", "a/b/c/t.csv", "a/x//t.csv", "t.csv", "a/.tmp/t.csv")
    server.put(bucket, **dict.fromkeys(names, b"1"))
    assert keys(feed_of(bucket, "a/*/t.csv")) == ["a/b/t.csv"]
    below = ["a/b/c/t.csv", "a/b/t.csv", "a/t.csv", "a/x//t.csv"]
    assert keys(feed_of(bucket, "a/**/t.csv")) == below
    assert keys(feed_of(bucket, "**/t.csv")) == [*below, "t.csv"]


def test_a_listing_goes_on_over_its_pages_and_leaves_other_folders_out(
    server: S3Server, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"in/transactions_{n}.csv" for n in range(7)]
    server.put(bucket, **dict.fromkeys([*names, "in/old/1", "in/old/2", "out/3"], b"1"))
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "3")
    server.requests.clear()
    assert keys(feed_of(bucket)) == names
    listings = [path for method, path in server.requests if method == "GET"]
    assert len(listings) == 3
    assert all("prefix=in%2F" in path and "delimiter=%2F" in path for path in listings)


def test_what_was_listed_is_read_or_nothing(server: S3Server, bucket: str, tmp_path: Path) -> None:
    server.put(bucket, **{"in/transactions_1.csv": b"older", "in/transactions_2.csv": b"gone"})
    overwritten, deleted = matching(feed_of(bucket), NOWHERE)
    assert overwritten.fetch(tmp_path).read_bytes() == b"older"
    server.put(bucket, **{"in/transactions_1.csv": b"newer"})
    server.client.delete_object(Bucket=bucket, Key="in/transactions_2.csv")
    with pytest.raises(ChangedObjectError):
        overwritten.fetch(tmp_path)
    with pytest.raises(FileNotFoundError):
        deleted.fetch(tmp_path)
    assert one(feed_of(bucket)).version != overwritten.version, "same size, and the same second"


def test_a_read_that_breaks_off_goes_on_where_it_was(
    server: S3Server, bucket: str, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 1000
    server.put(bucket, **{"in/transactions_1.csv": content, "in/transactions_2.csv": b""})
    whole, empty = matching(feed_of(bucket), NOWHERE)
    server.fault = lambda method, path: 100_000 if path.endswith("_1.csv") else None
    server.requests.clear()
    assert whole.fetch(tmp_path).read_bytes() == content
    assert len(server.requests) == 3
    assert empty.fetch(tmp_path).read_bytes() == b""


def test_an_object_that_may_not_be_read_is_its_own_trouble(
    server: S3Server, bucket: str, tmp_path: Path
) -> None:
    server.put(bucket, **{"in/transactions_1.csv": b"1"})
    found = one(feed_of(bucket))
    server.fault = lambda method, path: path.endswith("_1.csv")
    with pytest.raises(UnreadableObjectError, match="may not read it: allow them s3:GetObject"):
        found.fetch(tmp_path)


def test_a_store_that_cannot_be_listed_is_named_with_the_fix(
    server: S3Server, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StoreError, match=r"s3://no-such: there is no such bucket: check `from`"):
        keys(feed_of("no-such"))
    server.fault = lambda method, path: True
    with pytest.raises(StoreError, match=rf"{bucket}: .* may not list it: allow them s3:ListBuck"):
        keys(feed_of(bucket))


def test_a_server_that_does_not_answer_may_do_so_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        with pytest.raises(StoreError, match=f"{url} does not answer: is AWS_ENDPOINT") as caught:
            keys(feed_of("any"))
    assert caught.value.transient


def test_without_credentials_it_is_said_which(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    with pytest.raises(StoreError, match="no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET"):
        keys(feed_of("any"))


def test_a_check_names_each_feed_whose_store_fails_and_lets_the_others_go_on(
    server: S3Server, bucket: str
) -> None:
    good, bad = feed_of(bucket, name="good"), feed_of("no-such", name="bad")
    faults = [*checks._store_faults([good, bad])]
    assert [fault.stops for fault in faults] == ["bad"]
    assert [*every_untaken(NOWHERE, [good, bad])] == [str(faults[0].text).removeprefix("Files: ")]
