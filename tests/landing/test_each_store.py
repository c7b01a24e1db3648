"""What is another thing in each kind of store: its pages, settings and errors."""

from __future__ import annotations

import functools
import gzip
import socket
from collections.abc import Callable, Iterator

import pytest
from azure.storage.blob import ContainerClient

from dags.landing.stores import gcs
from dags.landing.stores.address import store_at
from dags.landing.stores.store import StoreError
from tests.landing.azure_server import AzureServer
from tests.landing.gcs_server import GCSServer
from tests.landing.object_server import ObjectServer, signed_in
from tests.landing.object_servers import served

AZURE = "azure://sales.blob.core.windows.net/any"


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """No store keeps the settings of the test before."""
    store_at.cache_clear()
    yield
    store_at.cache_clear()


def filled(server: ObjectServer) -> tuple[str, list[str]]:
    """A store, and the keys of its folder `in`."""
    server.create("pages")
    names = [f"in/{n}.csv" for n in range(7)]
    server.put("pages", **dict.fromkeys([*names, "in/old/1", "in/old/2", "out/3"], b"1"))
    return server.url("pages"), names


def listed(url: str) -> list[str]:
    return sorted(each.key for each in store_at(url).entries("in/", deep=False))


def test_a_listing_of_s3_goes_on_over_its_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "3")
    with served("s3") as server, signed_in(server, monkeypatch):
        url, names = filled(server)
        server.requests.seen.clear()
        assert listed(url) == [*names, "in/old"]
    listings = [path for method, path in server.requests.seen if method == "GET"]
    assert len(listings) == 3
    assert all("prefix=in%2F" in path and "delimiter=%2F" in path for path in listings)


def test_a_listing_of_azure_goes_on_over_its_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    by_three = functools.partialmethod(ContainerClient.walk_blobs, results_per_page=3)
    monkeypatch.setattr(ContainerClient, "walk_blobs", by_three)
    with served("azure") as server, signed_in(server, monkeypatch):
        url, names = filled(server)
        assert listed(url) == [*names, "in/old"]
    listings = [path for _, path in server.requests.seen if "comp=list" in path]
    assert len(listings) == 3
    assert all("prefix=in" in path and "delimiter=" in path for path in listings)


def test_a_folder_of_azures_hierarchical_namespace_is_no_object(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with served("azure") as server, signed_in(server, monkeypatch):
        assert isinstance(server, AzureServer)
        url, names = filled(server)
        folder = server.client.get_blob_client("pages", "in/old")
        folder.upload_blob(b"", metadata={"hdi_isfolder": "true"})
        assert listed(url) == [*names, "in/old"]


def test_an_object_of_google_is_read_in_parts_as_it_is_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packed = gzip.compress(b"what a download would unpack")
    monkeypatch.setattr(gcs, "PART", len(packed) // 2)
    with served("gs") as server, signed_in(server, monkeypatch):
        assert isinstance(server, GCSServer)
        server.create("packed")
        blob = server.client.bucket("packed").blob("in/1.gz")
        blob.content_encoding = "gzip"
        blob.upload_from_string(packed)
        store = store_at(server.url("packed"))
        [found] = store.entries("in/", deep=False)
        assert [*store.chunks(found)] == [packed[: len(packed) // 2], packed[len(packed) // 2 :]]
    reads = [path for _, path in server.requests.seen if "alt=media" in path]
    assert len(reads) == 2
    assert all(f"ifGenerationMatch={found.tag}" in path for path in reads)


@pytest.mark.parametrize(
    ("url", "setting", "path"),
    [
        ("s3://any", "AWS_ENDPOINT_URL", ""),
        ("gs://any", "STORAGE_EMULATOR_HOST", ""),
        (AZURE, "AZURE_STORAGE_SERVICE_ENDPOINT", "/sales"),
    ],
)
def test_a_server_that_does_not_answer_may_do_so_later(
    monkeypatch: pytest.MonkeyPatch, url: str, setting: str, path: str
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "dGVzdA==")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        server = f"http://127.0.0.1:{closed.getsockname()[1]}{path}"
        monkeypatch.setenv(setting, server)
        with pytest.raises(StoreError, match=f"{server} does not answer: is") as caught:
            listed(url)
    assert caught.value.transient


def no_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nowhere")


def no_google(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere")


@pytest.mark.parametrize(
    ("url", "without", "fix"),
    [
        ("s3://any", no_aws, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        ("gs://any", no_google, "set GOOGLE_APPLICATION_CREDENTIALS"),
    ],
)
def test_without_credentials_it_is_said_which(
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    without: Callable[[pytest.MonkeyPatch], None],
    fix: str,
) -> None:
    without(monkeypatch)
    with pytest.raises(StoreError, match=f"{url}: no credentials.*: {fix}"):
        listed(url)
