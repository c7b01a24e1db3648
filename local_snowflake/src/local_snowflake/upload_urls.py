"""Addresses of uploads: each was given to a client by a PUT, for one file and for a while."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from urllib.parse import quote, urlencode

#: Seconds that an address is good for. A client asks for another when it gets 400.
LIFETIME = 4 * 60 * 60


class UploadUrls:
    """Makes and checks addresses with a key of this process, which nobody else has."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def make(self, path: str, overwrite: bool) -> str:
        """The address of a file below the stages' folder, without the server's own."""
        expires = int(time.time()) + LIFETIME
        query = {"overwrite": str(overwrite).lower(), "expires": str(expires)}
        query["signature"] = self._signature(path, query)
        return f"/uploads/{quote(path)}?{urlencode(query)}"

    def refusal(self, path: str, query: Mapping[str, str]) -> int | None:
        """The status of an answer to an address that is none, or is too old; else None."""
        given = query.get("signature", "")
        if not hmac.compare_digest(self._signature(path, query).encode(), given.encode()):
            return 403
        return 400 if int(query["expires"]) < time.time() else None

    def _signature(self, path: str, query: Mapping[str, str]) -> str:
        parts = (path, query.get("overwrite", ""), query.get("expires", ""))
        text = "\0".join(parts).encode("utf-8", "surrogatepass")
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()
