"""A server of Azure Blob Storage's protocol, if it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess

from azure.storage.blob import BlobServiceClient

from tests.landing.relay import Relay

COMMAND = "azurite-blob"
_ACCOUNT = "devstoreaccount1"
# The key of every Azurite, from its documentation.
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_FORBIDDEN = (
    403,
    {"Content-Type": "application/xml", "x-ms-error-code": "AuthorizationPermissionMismatch"},
    (
        b"<?xml version='1.0' encoding='utf-8'?><Error><Code>AuthorizationPermissionMismatch</Code>"
        b"<Message>This request is not authorized to perform this operation.</Message></Error>"
    ),
)


def missing() -> str | None:
    """What to do before there can be one; None if nothing is missing."""
    if shutil.which(COMMAND):
        return None
    return f"{COMMAND} is not on the PATH: npm install --global azurite"


class AzureServer:
    """Azurite on a free port; see ObjectServer.

    Attributes:
        client: talks to it.
    """

    def __init__(self) -> None:
        words = ["--blobPort", "0", "--inMemoryPersistence", "--skipApiVersionCheck", "--silent"]
        self._process = subprocess.Popen(
            [COMMAND, *words, "--disableTelemetry"], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        listening = (re.search(r"listens on .*:(\d+)", line) for line in self._process.stdout)
        port = next(int(found[1]) for found in listening if found)
        self._relay = Relay(port, _FORBIDDEN)
        self.requests = self._relay.requests
        self.settings = {
            "AZURE_STORAGE_SERVICE_ENDPOINT": f"http://127.0.0.1:{self._relay.port}/{_ACCOUNT}",
            "AZURE_STORAGE_ACCOUNT_KEY": _KEY,
        }
        self.client = BlobServiceClient(
            f"http://127.0.0.1:{port}/{_ACCOUNT}",
            {"account_name": _ACCOUNT, "account_key": _KEY},
        )

    def url(self, bucket: str) -> str:
        return f"azure://{_ACCOUNT}.blob.core.windows.net/{bucket}"

    def create(self, bucket: str) -> None:
        self.client.create_container(bucket)

    def put(self, bucket: str, **objects: bytes) -> None:
        for key, content in objects.items():
            self.client.get_blob_client(bucket, key).upload_blob(content, overwrite=True)

    def delete(self, bucket: str, key: str) -> None:
        self.client.get_blob_client(bucket, key).delete_blob()

    def stop(self) -> None:
        self._relay.stop()
        self.client.close()
        self._process.terminate()
        self._process.communicate()
