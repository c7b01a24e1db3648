"""Addresses of stores, as landing blocks have them, and what reads each kind."""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from typing import Any

from .store import Store, StoreError

_ADDRESS = re.compile(r"((?:s3|gs)://[^/]+|azure://[^/]+/[^/]+)/(.+)", re.DOTALL)
#: Scheme -> package that reads it, and the dependency group that has the package.
_PACKAGES = {"gs": ("gcsfs", "gs"), "azure": ("adlfs", "azure")}


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
    package, group = _PACKAGES.get(url.partition("://")[0], ("boto3", ""))
    if importlib.util.find_spec(package):
        return None
    return f"{url} needs the package {package}: uv sync --inexact --group {group}"


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
            from .filesystem import FileSystem

            return FileSystem(url, rest, lambda: _filesystem("gs"))
        case "azure":
            from .filesystem import FileSystem

            host, _, container = rest.partition("/")
            # Without `anon` it would look for an account's key only, not for an identity.
            named = {"account_name": host.partition(".")[0], "account_host": host, "anon": False}
            return FileSystem(url, container, lambda: _filesystem("abfs", **named))
        case _:
            raise ValueError(f"{scheme}:// is not a kind of store")


def _filesystem(protocol: str, **named: Any) -> Any:
    import fsspec

    return fsspec.filesystem(protocol, **named)
