"""A landing block that cannot work is refused with file, line and fix."""

from __future__ import annotations

import fnmatch
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dags.landing import feeds, glob_overlap, globs
from dags.landing.feeds import FeedError, FileFeed
from dags.landing.stores import address

BLOCK = """\
sources:
  - name: raw
    schema: RAW
    tables:
      - name: orders
        config:
          meta:
            landing:
              from: {files: orders_*.csv}
              key: [order_id]
        columns:
          - {name: order_id, data_type: text}
          - {name: price, data_type: "number(38,2)"}
          - {name: source_file, data_type: text}
"""


def load(folder: Path, text: str) -> list[feeds.Feed]:
    (folder / "orders.yml").write_text(text)
    return feeds.load(folder)


def test_a_block_of_ten_lines_is_a_feed(tmp_path: Path) -> None:
    [feed] = load(tmp_path, BLOCK)
    assert isinstance(feed, FileFeed)
    assert (feed.table, feed.stage, feed.pattern) == ("ORDERS", "STG_ORDERS", "orders_*.csv")
    assert feed.columns == ("order_id", "price")
    assert feed.definition.startswith("@RAW.STG_ORDERS; order_id text; price number(38,2); ")
    assert "landing_run text" in feed.definition


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("key: [order_id]", "key: [id]", 10, "'id' is not one of the columns (order_id, price)"),
        (
            "key: [order_id]",
            "key: [price]\n              required: [id]",
            11,
            "required: 'id' is not",
        ),
        ("key: [order_id]", "keys: [order_id]", 8, "'keys' was unexpected"),
        ("orders_*.csv}", "/in/orders.csv}", 9, "landing.from.files: use a glob of files below"),
        ("orders_*.csv}", "../orders.csv}", 9, "landing.from.files: use a glob of files below"),
        ("orders_*.csv}", "in**/orders.csv}", 9, "landing.from.files: use a glob of files below"),
        ("orders_*.csv}", "orders.csv.gz}", 9, "landing.from.files: "),
        ("orders_*.csv}", "a.csv, relation: a.b}", 9, "has too many properties"),
        ("{files: orders_*.csv}", "ftp://host/orders_*.csv", 9, "from: use {files: GLOB}, {rel"),
        ("{files: orders_*.csv}", "s3://bucket", 9, "gs://BUCKET/GLOB or azure://ACCOUNT.blob."),
        ("{files: orders_*.csv}", "s3://bucket//orders.csv", 9, "such as s3://sales/in/sales_*"),
        ("{files: orders_*.csv}", "s3://bucket/o.csv.gz", 9, "use a name that ends in .csv"),
        ("{files: orders_*.csv}", "azure://account/c/o.csv", 9, "azure://ACCOUNT.blob.core.wind"),
        ("{files: orders_*.csv}", "s3://bucket/o.txt", 9, "or say in `format` what the files"),
        ("orders_*.csv}", "'s3://bucket/o.csv'}", 9, "objects of a store are `from: s3://BUC"),
        ("number(38,2)", "money", 13, "columns.1.data_type: use text, number(p,s)"),
        ("number(38,2)", "number(99,99)", 13, "with at most 38 digits"),
        ("number(38,2)", "number(2,3)", 13, "price: number(2,3) has more decimals than digits"),
        ("number(38,2)", "timestamp_ntz(9)", 13, "or timestamp_ntz(6), not 'timestamp_ntz(9)'"),
        ("name: price", "name: Price", 13, "columns.1.name: use lower-case"),
        ("name: price", "name: order_id", 13, "order_id is there twice"),
        ("{files: orders_*.csv}", "{relation: a.b}", 11, "needs ingest_xid"),
        (
            "{files: orders_*.csv}\n",
            "{relation: a.b}\n              reject_limit: {rows: 1}\n",
            10,
            "landing.reject_limit: only files have it",
        ),
        (
            "key: [order_id]",
            "key: [order_id]\n              rows: {within: 30%}",
            11,
            "landing.rows.within: use a share between 0 and 1, such as 0.3 for 30 %, not '30%'",
        ),
        (
            "key: [order_id]",
            "key: [order_id]\n              rows: {within: 1}",
            11,
            "use a share between 0 and 1",
        ),
        (
            "key: [order_id]",
            "key: [order_id]\n              due: {day: 5}",
            11,
            "landing.due: use one minute, hour, day of month, month and weekday as in cron",
        ),
        ("key: [order_id]", "key: [order_id]\n              due: '*/5 * * * *'", 11, "use one"),
        ("key: [order_id]", "key: [order_id]\n              due: 0 25 * * *", 11, "out of range"),
        ("key: [order_id]", "key: [order_id]\n              due: 0 6 30 2 *", 11, "landing.due: "),
        (
            "key: [order_id]",
            (
                "key: [order_id]\n              due: 0 6 * * *\n"
                "          freshness: {warn_after: {count: 1, period: day}}"
            ),
            11,
            "landing.due: the table's freshness says when rows are late, too",
        ),
        ("sources:", "sources: [", 0, "not valid YAML"),
        ("- name: orders", "- name: 2026", 5, "name: 2026 is not of type 'string'"),
        ("meta:\n", "meta: 3\n        x:\n", 7, "config.meta: 3 is not of type 'object', 'null'"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    with pytest.raises(FeedError) as caught:
        load(tmp_path, BLOCK.replace(old, new))
    place = f"orders.yml:{line}: " if line else "orders.yml: "
    assert place in str(caught.value)
    assert message in str(caught.value)


def test_two_feeds_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(BLOCK)
    with pytest.raises(FeedError, match="another feed named orders"):
        load(tmp_path, BLOCK)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("- name: buys", "share files, such as 'orders_"),
        ("- name: buys\n        identifier: ORDERS", "share the table RAW.ORDERS"),
        ("stage: STG_ORDERS", "share the stage RAW.STG_ORDERS"),
        ("ignore_case: true", "share files, such as 'orders_"),
    ],
)
def test_two_feeds_of_the_same_files_table_or_stage_are_refused(
    tmp_path: Path, change: str, message: str
) -> None:
    (tmp_path / "a.yml").write_text(BLOCK)
    other = BLOCK.replace("- name: orders", "- name: buys").replace("orders_*", "orders_?*")
    if change.startswith("stage"):
        other = other.replace("key: [", f"{change}\n              key: [").replace("orders_", "x_")
    elif change.startswith("ignore_case"):
        other = other.replace("key: [", f"{change}\n              key: [").replace(
            "orders_", "ORDERS_"
        )
    else:
        other = other.replace("- name: buys", change)
    with pytest.raises(FeedError, match=message):
        load(tmp_path, other.replace("orders.yml", "b.yml"))


def test_a_stream_requires_what_its_contract_does() -> None:
    contract = json.loads(
        (feeds.DBT_PROJECT.parent / "producer/schemas/transaction.avsc").read_text()
    )
    filled = {field["name"] for field in contract["fields"] if "null" not in field["type"]}
    for name in ("transactions_streaming_kafka", "transactions_batch_csv"):
        feed = feeds.find(name)
        assert feed.filled == filled


def test_globs_that_can_never_meet_are_told_apart() -> None:
    names = ["orders_*.csv", "orders.csv", "*.txt", "order?.csv", "[!o]*.csv", "*"]
    meet = {(a, b) for a in names for b in names if glob_overlap.example(a, b) is not None}
    assert meet == {(a, a) for a in names} | {
        pair for name in names[:-1] for pair in ((name, "*"), ("*", name))
    } | {("orders.csv", "order?.csv"), ("order?.csv", "orders.csv")}
    for a, b in meet:
        found = glob_overlap.example(a, b) or ""
        assert fnmatch.fnmatchcase(found, a)
        assert fnmatch.fnmatchcase(found, b)


#: Parts of paths and globs, few enough to meet often.
NAMES = st.sampled_from(["a", "b", "a.csv"])
PARTS = st.sampled_from(["**", "*", "a", "?", "[!a]", "*.csv", "a*"])


@given(
    st.lists(NAMES, min_size=1, max_size=4).map("/".join),
    st.lists(PARTS, max_size=3).map(lambda parts: "/".join([*parts, "*.csv"])),
    st.lists(PARTS, max_size=3).map(lambda parts: "/".join([*parts, "a*"])),
)
@settings(deadline=None)
def test_globs_that_share_a_file_in_any_folder_are_found(path: str, one: str, other: str) -> None:
    found = glob_overlap.example(one, other)
    for glob in (one, other):
        if globs.matches(path, glob):
            folders = path.split("/")[:-1]
            assert all(globs.leads_to("/".join(folders[:n]), glob) for n in range(1, len(folders)))
    if globs.matches(path, one) and globs.matches(path, other):
        assert found is not None
    assert found is None or (globs.matches(found, one) and globs.matches(found, other))


def test_an_unknown_feed_is_answered_with_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(BLOCK)
    with pytest.raises(FeedError, match=r"no feed 'order'\. Feeds: orders\.") as caught:
        feeds.find("order", tmp_path)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("origin", "store", "pattern"),
    [
        ("s3://sales.eu/in/**/o_*.csv", "s3://sales.eu", "in/**/o_*.csv"),
        ("gs://sales/relation.csv", "gs://sales", "relation.csv"),
        (
            "azure://acme.blob.core.windows.net/in/o.csv",
            "azure://acme.blob.core.windows.net/in",
            "o.csv",
        ),
    ],
)
def test_objects_of_a_store_are_a_feed_as_well(
    tmp_path: Path, origin: str, store: str, pattern: str
) -> None:
    [feed] = load(tmp_path, BLOCK.replace("{files: orders_*.csv}", origin))
    assert isinstance(feed, FileFeed)
    assert (feed.store, feed.pattern, feed.origin) == (store, pattern, origin)


def test_globs_meet_in_one_store_only(tmp_path: Path) -> None:
    def both(one: str, other: str) -> list[feeds.Feed]:
        table = BLOCK[BLOCK.index("      - name: orders") :]
        first = BLOCK.replace("{files: orders_*.csv}", one)
        second = table.replace("orders", "others").replace("{files: others_*.csv}", other)
        return load(tmp_path, first + second)

    for one, other in (
        ("s3://bbb/o_*.csv", "s3://ccc/o_*.csv"),
        ("s3://bbb/o.csv", "{files: o.csv}"),
    ):
        assert len(both(one, other)) == 2
    with pytest.raises(FeedError, match=r"others and orders share files, such as 'in/o_a.csv'"):
        both("s3://bbb/in/o_*.csv", "s3://bbb/**/o_a.csv")


def test_lint_names_a_package_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> None:
        raise address.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(address.importlib.metadata, "distribution", none)
    assert address.missing_package("gs://sales") == (
        "gs://sales needs the package google-cloud-storage: uv sync --inexact --group gs"
    )
