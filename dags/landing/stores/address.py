"""Addresses of stores, as landing blocks have them, and what reads each kind."""

from __future__ import annotations

import importlib.metadata
import re
from functools import cache

from .store import Store, StoreError

_ADDRESS = re.compile(r"((?:s3|gs)://[^/]+|azure://[^/]+/[^/]+)/(.+)", re.DOTALL)
#: Scheme -> package that reads it, of the dependency group that is named as the scheme.
_PACKAGES = {"gs": "google-cloud-storage", "azure": "azure-storage-blob"}


def split(address: str) -> tuple[str, str]:
    """The store of an address, and the glob of keys in it.

    Raises:
        ValueError: it is not such an address.
    """
    match = _ADDRESS.fullmatch(address)
    if not match:
        raise ValueError(f"{address} is not the address of objects in a store")
    return match[1], match[2]


def missing_package(url: str) -> str | None:
    """What to do before a store can be read; None if nothing is missing."""
    scheme = url.partition("://")[0]
    package = _PACKAGES.get(scheme)
    try:
        if package:
            importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        return f"{url} needs the package {package}: uv sync --inexact --group {scheme}"
    return None


@cache
def store_at(url: str) -> Store:
    """The store; nothing is asked of it yet.

    Args:
        url: s3://BUCKET, gs://BUCKET or azure://ACCOUNT.blob.core.windows.net/CONTAINER.

    Raises:
        StoreError: the package that reads it is not installed.
    """
    if missing := missing_package(url):
        raise StoreError(missing)
    scheme, _, rest = url.partition("://")
    # Each loads what others do not wait for.
    match scheme:
        case "s3":
            from .s3 import S3

            return S3(rest)
        case "gs":
            from .gcs import GCS

            return GCS(rest)
        case "azure":
            from .azure import Azure

            return Azure(*rest.split("/"))
        case _:
            raise ValueError(f"{scheme}:// is not a kind of store")
