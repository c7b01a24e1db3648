"""S3, and what speaks its protocol, through the client that the Snowflake connector brings."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ReadTimeoutError,
    ResponseStreamingError,
)

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

#: Tries of a request, and of a read that does not get on.
TRIES = 4
#: Requests at a time; more wait for a connection.
CONNECTIONS = 16

_NOT_ALLOWED = ("AccessDenied", "403", "Forbidden", "AllAccessDisabled")
#: An error's code -> what it means, and what to do.
_MEANINGS = {
    "NoSuchBucket": "there is no such bucket: check `from` in the landing block",
    "404": "there is no such bucket: check `from` in the landing block",
    "InvalidAccessKeyId": "the server does not know this AWS_ACCESS_KEY_ID",
    "SignatureDoesNotMatch": "AWS_SECRET_ACCESS_KEY does not belong to AWS_ACCESS_KEY_ID",
    "ExpiredToken": "AWS_SESSION_TOKEN has expired: sign in again",
    "InvalidToken": "AWS_SESSION_TOKEN is not valid: sign in again",
    "RequestTimeTooSkewed": "this machine's clock is wrong: set it",
    "PermanentRedirect": "the bucket is in another region: set AWS_DEFAULT_REGION",
    "AuthorizationHeaderMalformed": "the bucket is in another region: set AWS_DEFAULT_REGION",
    **dict.fromkeys(_NOT_ALLOWED, "these credentials may not list it: allow them s3:ListBucket"),
}
_TRANSIENT = ("SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "500", "503")
_BROKEN_OFF = (ResponseStreamingError, IncompleteReadError, ReadTimeoutError, HTTPClientError)


class S3:
    """A bucket. Credentials and server are what AWS's tools read: AWS_*, profiles, roles.

    Args:
        bucket: its name.
    """

    def __init__(self, bucket: str) -> None:
        self.url = f"s3://{bucket}"
        self._bucket = bucket

    @cached_property
    def _client(self) -> Any:
        endpoint = settings.get_optional("AWS_ENDPOINT_URL")
        config = Config(
            connect_timeout=10,
            read_timeout=60,
            retries={"mode": "standard", "total_max_attempts": TRIES},
            max_pool_connections=CONNECTIONS,
            # Other servers often have no host name for each bucket.
            s3={"addressing_style": "path" if endpoint else "auto"},
        )
        session = boto3.session.Session()
        return session.client("s3", config=config, endpoint_url=endpoint)

    def entries(self, prefix: str, deep: bool) -> Iterator[Entry]:
        """See Store."""
        try:
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=prefix, **({} if deep else {"Delimiter": "/"})
            )
            for page in pages:
                for folder in page.get("CommonPrefixes", ()):
                    yield Entry(folder["Prefix"][:-1], 0, None, "", is_folder=True)
                for found in page.get("Contents", ()):
                    yield Entry(found["Key"], found["Size"], found["LastModified"], found["ETag"])
        except (BotoCoreError, ClientError) as error:
            raise self._explained(error) from error

    def chunks(self, entry: Entry) -> Iterator[bytes]:
        """See Store. A read that breaks off goes on where it was."""
        at, tries = 0, TRIES
        while tries:
            tries -= 1
            try:
                for chunk in self._body(entry, at).iter_chunks(CHUNK):
                    at, tries = at + len(chunk), TRIES
                    yield chunk
            except _BROKEN_OFF as error:
                if not tries:
                    raise self._unreadable(entry, at, error) from error
            else:
                return

    def _body(self, entry: Entry, at: int) -> Any:
        try:
            return self._client.get_object(
                Bucket=self._bucket,
                Key=entry.key,
                IfMatch=entry.tag,
                **({"Range": f"bytes={at}-"} if at else {}),
            )["Body"]
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in ("PreconditionFailed", "412", "InvalidRange", "416"):
                raise ChangedObjectError(entry.key) from error
            if code in ("NoSuchKey", "404"):
                raise FileNotFoundError(entry.key) from error
            if code in _NOT_ALLOWED or code.startswith("KMS."):
                raise UnreadableObjectError(
                    "these credentials may not read it: allow them s3:GetObject, and its key if it"
                    f" is encrypted by one ({in_a_line(error)})"
                ) from error
            if code == "InvalidObjectState":
                raise UnreadableObjectError("it is archived: restore it") from error
            raise self._explained(error) from error
        except (EndpointConnectionError, ConnectTimeoutError, NoCredentialsError) as error:
            raise self._explained(error) from error

    def _unreadable(self, entry: Entry, at: int, error: Exception) -> ExpectedError:
        """What is wrong with one object, or with the store if that no longer answers."""
        try:
            self._client.head_bucket(Bucket=self._bucket)
        except (BotoCoreError, ClientError) as of_store:
            return self._explained(of_store)
        where = f"{TRIES} times at byte {at:,} of {entry.size:,}"
        return UnreadableObjectError(f"reading it broke off {where} ({in_a_line(error)})")

    def _explained(self, error: Exception) -> StoreError:
        server = settings.get_optional("AWS_ENDPOINT_URL") or "the endpoint"
        meaning, transient = "", False
        match error:
            case ClientError():
                code = error.response["Error"]["Code"]
                meaning, transient = _MEANINGS.get(code, ""), code in _TRANSIENT
            case NoCredentialsError() | PartialCredentialsError():
                meaning = "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            case EndpointConnectionError() | ConnectTimeoutError() | HTTPClientError():
                meaning = f"{server} does not answer: is AWS_ENDPOINT_URL right, and is it up?"
                transient = True
            case ParamValidationError():
                meaning = "check `from` in the landing block"
        return StoreError(named(self.url, meaning, in_a_line(error)), transient)
