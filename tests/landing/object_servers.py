"""The servers of objects that tests run on: one for each kind of store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.landing import azure_server
from tests.landing.azure_server import AzureServer
from tests.landing.gcs_server import GCSServer
from tests.landing.object_server import ObjectServer
from tests.landing.s3_server import S3Server

SCHEMES = ("s3", "gs", "azure")
_SERVERS: dict[str, Callable[[], ObjectServer]] = {
    "s3": S3Server,
    "gs": GCSServer,
    "azure": AzureServer,
}


@contextmanager
def served(scheme: str) -> Iterator[ObjectServer]:
    """A server that runs until the end of a with-block; skips the test if there can be none."""
    if scheme == "azure" and (missing := azure_server.missing()):
        pytest.skip(missing)
    server = _SERVERS[scheme]()
    try:
        yield server
    finally:
        server.stop()
