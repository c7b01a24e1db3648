"""Azure Blob Storage, and what speaks its protocol, through Azure's own client."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    IncompleteReadError,
    ResourceModifiedError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.storage.blob import BlobPrefix, BlobProperties, ContainerClient, ExponentialRetry

import settings
from settings.errors import ExpectedError

from .store import (
    CHUNK,
    ChangedObjectError,
    Entry,
    StoreError,
    UnreadableObjectError,
    in_a_line,
    named,
)

#: Tries of a request after the first.
RETRIES = 3
_CREDENTIALS = "AZURE_STORAGE_ACCOUNT_KEY or AZURE_STORAGE_SAS_TOKEN"
#: An error's code -> what it means, and what to do.
_MEANINGS = {
    "ContainerNotFound": "there is no such container: check `from` in the landing block",
    "ResourceNotFound": "there is no such container: check `from` in the landing block",
    "InvalidResourceName": "check `from` in the landing block",
    "OutOfRangeInput": "check `from` in the landing block",
    "AuthenticationFailed": f"{_CREDENTIALS} is not the account's, or has expired",
    "InvalidAuthenticationInfo": "the account does not take these credentials",
    "NoAuthenticationInformation": f"no credentials: set {_CREDENTIALS}",
}
_NOT_ALLOWED = "these credentials may not {} it: give them the role Storage Blob Data Reader"

# Each request, with its headers, is a line at INFO, which Airflow's tasks show.
logging.getLogger("azure").setLevel(logging.WARNING)


class Azure:
    """A container of a storage account.

    Args:
        host: of the account; its first label is the account's name.
        container: its name.
    """

    def __init__(self, host: str, container: str) -> None:
        self.url = f"azure://{host}/{container}"
        self._host = host
        self._name = container

    @cached_property
    def _client(self) -> ContainerClient:
        endpoint = settings.get_optional("AZURE_STORAGE_SERVICE_ENDPOINT")
        return ContainerClient(
            endpoint or f"https://{self._host}",
            self._name,
            self._credential(),
            retry_policy=ExponentialRetry(1, 1, RETRIES, random_jitter_range=1),
            connection_timeout=10,
            read_timeout=60,
            max_single_get_size=CHUNK,
            max_chunk_get_size=8 * CHUNK,
        )

    def _credential(self) -> Any:
        if key := settings.get_optional("AZURE_STORAGE_ACCOUNT_KEY"):
            # By name, which another server's address does not have where Azure's has it.
            return {"account_name": self._host.partition(".")[0], "account_key": key}
        if token := settings.get_optional("AZURE_STORAGE_SAS_TOKEN"):
            return token
        from azure.identity import DefaultAzureCredential

        return DefaultAzureCredential()

    def entries(self, prefix: str, deep: bool) -> Iterator[Entry]:
        """See Store."""
        listing = self._client.list_blobs if deep else self._client.walk_blobs
        try:
            for found in listing(name_starts_with=prefix, include=["metadata"]):
                if isinstance(found, BlobPrefix):
                    yield Entry(found.name[:-1], 0, None, "", is_folder=True)
                elif not _is_folder(found):
                    yield Entry(found.name, found.size, found.last_modified, _quoted(found.etag))
        except (AzureError, ValueError) as error:
            raise self._explained(error, "list") from error

    def chunks(self, entry: Entry) -> Iterator[bytes]:
        """See Store."""
        at = 0
        try:
            body = self._client.download_blob(
                entry.key, etag=entry.tag, match_condition=MatchConditions.IfNotModified
            )
            for chunk in body.chunks():
                at += len(chunk)
                yield chunk
        except ResourceModifiedError as error:
            raise ChangedObjectError(entry.key) from error
        except ResourceNotFoundError as error:
            raise FileNotFoundError(entry.key) from error
        except AzureError as error:
            raise self._unreadable(entry, at, error) from error

    def _unreadable(self, entry: Entry, at: int, error: AzureError) -> ExpectedError:
        """What is wrong with one object, or with the store if that no longer answers."""
        text = _said(error)
        if getattr(error, "error_code", "") == "BlobArchived":
            return UnreadableObjectError("it is archived: restore it")
        try:
            next(iter(self._client.list_blobs(results_per_page=1)), None)
        except AzureError as of_store:
            return self._explained(of_store, "read")
        if getattr(error, "status_code", 0) in (401, 403):
            return UnreadableObjectError(f"{_NOT_ALLOWED.format('read')} ({text})")
        return UnreadableObjectError(
            f"reading it broke off at byte {at:,} of {entry.size:,} ({text})"
        )

    def _explained(self, error: Exception, what: str) -> StoreError:
        code = str(getattr(error, "error_code", None) or "")
        meaning, transient = _MEANINGS.get(code, ""), False
        match error:
            case _ if meaning:
                pass
            case HttpResponseError() if error.status_code in (401, 403):
                meaning = _NOT_ALLOWED.format(what)
            case ClientAuthenticationError():
                meaning = _MEANINGS["NoAuthenticationInformation"]
            case HttpResponseError():
                transient = error.status_code == 429 or (error.status_code or 0) >= 500
            case ServiceRequestError() | ServiceResponseError() | IncompleteReadError():
                server = settings.get_optional("AZURE_STORAGE_SERVICE_ENDPOINT") or self._host
                meaning, transient = f"{server} does not answer: is it up, and the network?", True
        return StoreError(named(self.url, meaning, _said(error)), transient)


def _is_folder(found: BlobProperties) -> bool:
    """Whether it stands for a folder, as accounts with a hierarchical namespace have them."""
    return (found.metadata or {}).get("hdi_isfolder") == "true"


def _said(error: Exception) -> str:
    """Without the number of the request and the answer's XML, which follow."""
    return in_a_line(error).partition(" RequestId:")[0]


def _quoted(etag: str) -> str:
    """As a request must have it; listings have it bare."""
    return etag if etag.startswith('"') else f'"{etag}"'
