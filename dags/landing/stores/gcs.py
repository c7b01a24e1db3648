"""Google Cloud Storage, and what speaks its protocol, through Google's own client."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import requests
from google.api_core import exceptions as api
from google.auth import exceptions as auth
from google.cloud import storage
from google.cloud.storage.retry import DEFAULT_RETRY

import settings
from settings.errors import ExpectedError

from .store import ChangedObjectError, Entry, StoreError, UnreadableObjectError, in_a_line, named

#: Bytes of a request; one that breaks off goes on where it was.
PART = 8 << 20
#: Seconds in which a request is repeated, and that it waits for a connection and for an answer.
PATIENCE = 10.0
_TIMEOUT = (10, 60)
#: What is asked of each object.
_FIELDS = "items(name,size,generation,timeCreated),prefixes,nextPageToken"
_NOT_ALLOWED = (api.Forbidden, api.Unauthorized)
_ERRORS = (api.GoogleAPIError, auth.GoogleAuthError, requests.RequestException)


class GCS:
    """A bucket. Credentials and server are what Google's tools read: GOOGLE_*, gcloud, an identity.

    Args:
        bucket: its name.
    """

    def __init__(self, bucket: str) -> None:
        self.url = f"gs://{bucket}"
        self._name = bucket

    @cached_property
    def _client(self) -> storage.Client:
        return storage.Client()

    def entries(self, prefix: str, deep: bool) -> Iterator[Entry]:
        """See Store."""
        try:
            pages = self._listing(prefix, None if deep else "/").pages
            for page in pages:
                for folder in page.prefixes:
                    yield Entry(folder[:-1], 0, None, "", is_folder=True)
                for found in page:
                    # Not `updated`: that changes with an object's labels too.
                    generation = str(found.generation)
                    yield Entry(found.name, found.size or 0, found.time_created, generation)
        except _ERRORS as error:
            raise self._explained(error) from error

    def chunks(self, entry: Entry) -> Iterator[bytes]:
        """See Store."""
        at = 0
        while at < entry.size:
            part = self._part(entry, at)
            if not part:
                raise UnreadableObjectError(f"it ends at byte {at:,} of {entry.size:,}")
            at += len(part)
            yield part

    def _listing(self, prefix: str, delimiter: str | None, most: int | None = None) -> Any:
        return self._client.list_blobs(
            self._name,
            max_results=most,
            prefix=prefix,
            delimiter=delimiter,
            fields=_FIELDS,
            timeout=_TIMEOUT,
            retry=DEFAULT_RETRY.with_timeout(PATIENCE),
        )

    def _part(self, entry: Entry, at: int) -> bytes:
        try:
            return (
                self._client.bucket(self._name)
                .blob(entry.key)
                .download_as_bytes(
                    start=at,
                    end=min(at + PART, entry.size) - 1,
                    if_generation_match=int(entry.tag),
                    # As it is stored, whatever Content-Encoding it has.
                    raw_download=True,
                    checksum=None,
                    timeout=_TIMEOUT,
                    retry=DEFAULT_RETRY.with_timeout(PATIENCE),
                )
            )
        except (api.PreconditionFailed, api.RequestRangeNotSatisfiable) as error:
            raise ChangedObjectError(entry.key) from error
        except api.NotFound as error:
            raise FileNotFoundError(entry.key) from error
        except _NOT_ALLOWED as error:
            raise UnreadableObjectError(
                "these credentials may not read it: allow them storage.objects.get, and its key if"
                f" it is encrypted by one ({in_a_line(error)})"
            ) from error
        except _ERRORS as error:
            raise self._unreadable(entry, at, error) from error

    def _unreadable(self, entry: Entry, at: int, error: Exception) -> ExpectedError:
        """What is wrong with one object, or with the store if that no longer answers."""
        try:
            next(iter(self._listing("", None, most=1)), None)
        except _ERRORS as of_store:
            return self._explained(of_store)
        return UnreadableObjectError(
            f"reading it broke off at byte {at:,} of {entry.size:,} ({in_a_line(error)})"
        )

    def _explained(self, error: Exception) -> StoreError:
        server = settings.get_optional("STORAGE_EMULATOR_HOST") or "the server"
        meaning, transient = "", False
        match error:
            case api.NotFound():
                meaning = "there is no such bucket: check `from` in the landing block"
            case api.Forbidden() | api.Unauthorized():
                meaning = "these credentials may not list it: allow them storage.objects.list"
            case auth.DefaultCredentialsError() | auth.RefreshError():
                meaning = "no credentials that Google takes: set GOOGLE_APPLICATION_CREDENTIALS"
            case api.BadRequest():
                meaning = "check `from` in the landing block"
            case api.TooManyRequests() | api.ServerError():
                transient = True
            case api.RetryError() | auth.TransportError() | requests.RequestException():
                meaning, transient = f"{server} does not answer: is it up, and the network?", True
        return StoreError(named(self.url, meaning, in_a_line(error)), transient)
