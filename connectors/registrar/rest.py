"""Kafka Connect's REST interface, with the retries that a worker's life asks for."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import requests

from connectors.registrar.errors import RegistrarError

Json = dict[str, Any]

# A rebalance of the workers is over within seconds; a stuck one is not.
REBALANCE_SECONDS = 60.0
TIMEOUT = (5.0, 60.0)


class UnreachableError(RegistrarError):
    """No Connect worker answers at the URL."""


class NotFoundError(RegistrarError):
    """Connect knows no connector of this name."""


class RefusedError(RegistrarError):
    """Connect answered with an error; the text is Connect's own."""


class Connect:
    """One Connect cluster.

    Args:
        url: of any worker; user and password may stand in it (https://user:password@host).
        ca_file: certificates to trust instead of the system's.
        client_cert: PEM file with certificate and key, for a worker that asks for one.

    Raises:
        RegistrarError: the URL is none, or a file is not there.
    """

    def __init__(self, url: str, ca_file: str = "", client_cert: str = "") -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise RegistrarError(
                f"{url!r} is not a Connect URL: use http://HOST:PORT (--url or CONNECT_URL)"
            )
        host = parts.netloc.rpartition("@")[2]
        self.url = urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
        self._session = requests.Session()
        # Connect is inside the house: a company's HTTP proxy must not be asked for it.
        self._session.trust_env = False
        if parts.username:
            self._session.auth = (unquote(parts.username), unquote(parts.password or ""))
        if ca_file:
            self._session.verify = _present(ca_file, "--ca-file")
        if client_cert:
            self._session.cert = _present(client_cert, "--client-cert")

    def names(self) -> list[str]:
        """Names of all connectors, sorted."""
        return sorted(self._call("GET", "/connectors"))

    def config(self, name: str) -> dict[str, str] | None:
        """A connector's configuration as it was put, None if there is no such connector."""
        try:
            return self._call("GET", f"{_path(name)}/config")
        except NotFoundError:
            return None

    def put_config(self, name: str, config: dict[str, str]) -> Json:
        """Create the connector or replace its whole configuration."""
        return self._call("PUT", f"{_path(name)}/config", config)

    def status(self, name: str) -> Json:
        """State of the connector and its tasks, with the trace of what failed.

        Raises:
            NotFoundError: no such connector.
        """
        return self._call("GET", f"{_path(name)}/status")

    def restart(self, name: str, only_failed: bool) -> None:
        """Restart the connector and its tasks, or those of them that failed (KIP-745)."""
        query = f"includeTasks=true&onlyFailed={str(only_failed).lower()}"
        self._call("POST", f"{_path(name)}/restart?{query}")

    def pause(self, name: str) -> None:
        """Tasks stay, and read nothing."""
        self._call("PUT", f"{_path(name)}/pause")

    def resume(self, name: str) -> None:
        """Undo pause or stop."""
        self._call("PUT", f"{_path(name)}/resume")

    def stop(self, name: str) -> None:
        """Tasks end, so that offsets may be altered (KIP-875); returns before they have ended."""
        self._call("PUT", f"{_path(name)}/stop")

    def delete(self, name: str) -> None:
        """Remove the connector; its committed offsets and its topics stay."""
        self._call("DELETE", _path(name))

    def offsets(self, name: str) -> dict[tuple[str, int], int]:
        """Committed offset by (topic, partition) of a sink; empty before its first commit."""
        answer = self._call("GET", f"{_path(name)}/offsets")
        return {
            (o["partition"]["kafka_topic"], int(o["partition"]["kafka_partition"])): int(
                o["offset"]["kafka_offset"]
            )
            for o in answer["offsets"]
            if o.get("offset") and "kafka_topic" in o["partition"]
        }

    def alter_offsets(self, name: str, offsets: dict[tuple[str, int], int]) -> None:
        """Set committed offsets of a stopped sink (KIP-875); other partitions keep theirs."""
        body = [
            {
                "partition": {"kafka_topic": topic, "kafka_partition": partition},
                "offset": {"kafka_offset": offset},
            }
            for (topic, partition), offset in offsets.items()
        ]
        self._call("PATCH", f"{_path(name)}/offsets", {"offsets": body})

    def delete_offsets(self, name: str) -> None:
        """Forget the committed offsets of a stopped connector (KIP-875)."""
        self._call("DELETE", f"{_path(name)}/offsets")

    def validate(self, config: dict[str, str]) -> list[tuple[str, str]]:
        """Connect's own check of a configuration: keys and what is wrong with each."""
        plugin = quote(config.get("connector.class", ""), safe="")
        answer = self._call("PUT", f"/connector-plugins/{plugin}/config/validate", config)
        values = [entry["value"] for entry in answer["configs"]]
        return [(value["name"], text) for value in values for text in value["errors"]]

    def plugin_keys(self, plugin: str) -> list[Json]:
        """Definitions of a plugin's own settings (KIP-769).

        Raises:
            NotFoundError: the worker does not have the plugin.
        """
        return self._call("GET", f"/connector-plugins/{quote(plugin, safe='')}/config")

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        deadline = time.monotonic() + REBALANCE_SECONDS
        while True:
            answer = self._send(method, path, body)
            if not _rebalancing(answer) or time.monotonic() > deadline:
                return self._read(answer, method, path)
            time.sleep(0.5)

    def _send(self, method: str, path: str, body: Any) -> requests.Response:
        try:
            return self._session.request(method, self.url + path, json=body, timeout=TIMEOUT)
        except requests.exceptions.SSLError as error:
            raise UnreachableError(f"{self.url}: TLS refused: {_root(error)}") from None
        # A file that is no certificate is an OSError of its own.
        except (requests.RequestException, OSError) as error:
            raise UnreachableError(
                f"Kafka Connect does not answer at {self.url}: {_root(error)}. "
                f"Is it up? --url or CONNECT_URL says where to look."
            ) from None

    def _read(self, answer: requests.Response, method: str, path: str) -> Any:
        if answer.status_code in (401, 403):
            raise RefusedError(
                f"{self.url}: HTTP {answer.status_code}: user or password refused; "
                f"write them into the URL: https://USER:PASSWORD@HOST"
            )
        body = _body(answer)
        # Any web server knows a 404; Connect's own has its number in the body as well.
        own = isinstance(body, dict) and "error_code" in body
        if (answer.status_code >= 400 and not own) or (body is None and answer.content):
            raise RefusedError(
                f"{self.url} does not answer like Kafka Connect ({method} {path}: "
                f"HTTP {answer.status_code}); check --url and CONNECT_URL"
            )
        if answer.status_code == 404:
            raise NotFoundError(_message(body))
        if answer.status_code >= 400:
            raise RefusedError(f"{method} {path}: HTTP {answer.status_code}: {_message(body)}")
        return body


def _rebalancing(answer: requests.Response) -> bool:
    """Whether the workers are just sharing out their work: 409, or for some requests 500."""
    return answer.status_code == 409 or (
        answer.status_code == 500 and "rebalance" in _message(_body(answer))
    )


def _present(file: str, option: str) -> str:
    if not Path(file).is_file():
        raise RegistrarError(f"{option} {file}: there is no such file")
    return file


def _path(name: str) -> str:
    return f"/connectors/{quote(name, safe='')}"


def _body(answer: requests.Response) -> Any:
    try:
        return answer.json() if answer.content else None
    except ValueError:
        return None


def _message(body: Any) -> str:
    return str(body.get("message", body)) if isinstance(body, dict) else ""


def _root(error: BaseException) -> str:
    """The innermost reason, without the wrapping of the HTTP libraries."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return str(error).rpartition("] ")[2] or type(error).__name__
