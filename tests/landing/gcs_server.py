"""A server of Google Cloud Storage's protocol in this process."""

from __future__ import annotations

import json

from gcp_storage_emulator.server import create_server
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from tests.conftest import free_ports
from tests.landing.relay import Answer, Relay

_DOWNLOAD = "/download/storage/v1/b/"


class GCSServer:
    """gcp-storage-emulator on a free port; see ObjectServer.

    Attributes:
        client: talks to it.
    """

    def __init__(self) -> None:
        [port] = free_ports(1)
        self._server = create_server("127.0.0.1", port, in_memory=True)
        self._server.start()
        self._relay = Relay(port, _error(403, "no storage.objects.get access"), self._changed)
        self.requests = self._relay.requests
        self.settings = {"STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{self._relay.port}"}
        self.client = storage.Client(
            "test",
            AnonymousCredentials(),
            client_options={"api_endpoint": f"http://127.0.0.1:{port}"},
        )

    def url(self, bucket: str) -> str:
        return f"gs://{bucket}"

    def create(self, bucket: str) -> None:
        self.client.create_bucket(bucket)

    def put(self, bucket: str, **objects: bytes) -> None:
        for key, content in objects.items():
            self.client.bucket(bucket).blob(key).upload_from_string(content)

    def delete(self, bucket: str, key: str) -> None:
        self.client.bucket(bucket).delete_blob(key)

    def stop(self) -> None:
        self._relay.stop()
        self._server.stop()
        self.client.close()

    def _changed(self, method: str, path: str, query: dict[str, list[str]]) -> Answer | None:
        """The emulator takes no conditions.

        https://cloud.google.com/storage/docs/request-preconditions
        """
        if method != "GET" or not path.startswith(_DOWNLOAD):
            return None
        bucket, _, key = path.removeprefix(_DOWNLOAD).partition("/o/")
        found = self.client.bucket(bucket).get_blob(key)
        if found is None or query.get("ifGenerationMatch", [""]) == [str(found.generation)]:
            return None
        return _error(412, "At least one of the pre-conditions you specified did not hold.")


def _error(status: int, message: str) -> Answer:
    body = {"error": {"code": status, "message": message}}
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()
