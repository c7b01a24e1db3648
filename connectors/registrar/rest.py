"""Kafka Connect's REST interface; every answer is read and checked here."""

from __future__ import annotations

import time
from pathlib import Path
from types import NoneType
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

import requests

from connectors.registrar.errors import RegistrarError, UsageError
from connectors.registrar.secrets import masked

Json = dict[str, Any]

# A rebalance of the workers is over within seconds; a stuck one is not.
REBALANCE_SECONDS = 60.0
TIMEOUT = (5.0, 60.0)
EXCERPT = 80

# Shapes of answers, for `_fits`.
CONFIG = {str: (str, NoneType)}
STATUS = {"connector": {"state": str}, "tasks": [{"id": int, "state": str}]}
VALIDATION = {"configs": [{"value": {"name": str, "errors": [str]}}]}
PLUGIN_KEYS = [{"name": str, "type": str}]
OFFSETS = {"offsets": [{"partition": dict}]}
SINK_OFFSETS = [
    {"partition": {"kafka_topic": str, "kafka_partition": int}, "offset": {"kafka_offset": int}}
]


class UnreachableError(RegistrarError):
    """No Connect worker answers at the URL."""


class NotFoundError(RegistrarError):
    """Connect has no connector, or no plugin, of this name."""

    def __init__(self, name: str, kind: str = "connector") -> None:
        super().__init__(f"Connect has no {kind} {name!r}")


class RefusedError(RegistrarError):
    """Connect answered with an error; or something that is not Connect answered."""


class NotReadyError(RefusedError):
    """An error page that is not Connect's: of a worker that is starting, or of a gateway."""


class Connect:
    """One Connect cluster.

    Every method raises UnreachableError if nobody answers, and RefusedError for an answer that is
    an error or has another shape than Connect's.

    Args:
        url: of any worker; it may hold user and password (https://USER:PASSWORD@HOST).
        ca_file: certificates to trust instead of the system's.
        client_cert: PEM file with certificate and key, for a worker that asks for one.

    Raises:
        UsageError: the URL is not one.
        RegistrarError: a file is not there.
    """

    def __init__(self, url: str, ca_file: str = "", client_cert: str = "") -> None:
        parts = _split(url)
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
        return sorted(self._call("GET", "/connectors", [str]))

    def config(self, name: str) -> dict[str, str] | None:
        """A connector's configuration as it was put, None if there is no such connector."""
        try:
            config: dict[str, str | None] = self._call("GET", f"{_path(name)}/config", CONFIG)
        except NotFoundError:
            return None
        return {key: value for key, value in config.items() if value is not None}

    def put_config(self, name: str, config: dict[str, str]) -> None:
        """Create the connector or replace its whole configuration."""
        self._call("PUT", f"{_path(name)}/config", dict, config)

    def status(self, name: str) -> Json:
        """State of the connector and its tasks, with the trace of what failed.

        Raises:
            NotFoundError: no such connector.
        """
        status: Json = self._call("GET", f"{_path(name)}/status", STATUS)
        return status

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
        path = f"{_path(name)}/offsets"
        every = self._call("GET", path, OFFSETS)["offsets"]
        # A source's partitions have keys of their own.
        found = [o for o in every if o.get("offset") and "kafka_topic" in o["partition"]]
        if not _fits(found, SINK_OFFSETS):
            raise RefusedError(self._unlike_connect("GET", path, 200, found))
        pairs = [(o["partition"], o["offset"]["kafka_offset"]) for o in found]
        return {(p["kafka_topic"], p["kafka_partition"]): offset for p, offset in pairs}

    def alter_offsets(self, name: str, offsets: dict[tuple[str, int], int]) -> None:
        """Set committed offsets of a stopped sink (KIP-875); other partitions keep theirs."""
        body = [
            {
                "partition": {"kafka_topic": topic, "kafka_partition": partition},
                "offset": {"kafka_offset": offset},
            }
            for (topic, partition), offset in offsets.items()
        ]
        self._call("PATCH", f"{_path(name)}/offsets", dict, {"offsets": body})

    def delete_offsets(self, name: str) -> None:
        """Forget the committed offsets of a stopped connector (KIP-875)."""
        self._call("DELETE", f"{_path(name)}/offsets")

    def validate(self, config: dict[str, str]) -> list[tuple[str, str]]:
        """Connect's own check of a configuration: keys and what is wrong with each."""
        path = f"{_plugin_path(config.get('connector.class', ''))}/validate"
        answer = self._call("PUT", path, VALIDATION, config)
        values = [entry["value"] for entry in answer["configs"]]
        return [(value["name"], text) for value in values for text in value["errors"]]

    def plugin_keys(self, plugin: str) -> list[Json]:
        """Definitions of a plugin's own settings (KIP-769).

        Raises:
            NotFoundError: the worker does not have the plugin.
        """
        keys: list[Json] = self._call("GET", _plugin_path(plugin), PLUGIN_KEYS)
        return keys

    def _call(self, method: str, path: str, shape: Any = (dict, NoneType), body: Any = None) -> Any:
        deadline = time.monotonic() + REBALANCE_SECONDS
        while True:
            answer = self._send(method, path, body)
            if not _rebalancing(answer) or time.monotonic() > deadline:
                return self._read(answer, method, path, shape)
            time.sleep(0.5)

    def _send(self, method: str, path: str, body: Any) -> requests.Response:
        try:
            return self._session.request(method, self.url + path, json=body, timeout=TIMEOUT)
        except requests.exceptions.SSLError as error:
            raise UnreachableError(f"{self.url}: TLS refused: {_root(error)}") from None
        # A file that is not a certificate is an OSError, a host that cannot be one a ValueError.
        except (requests.RequestException, OSError, ValueError) as error:
            raise UnreachableError(
                f"Kafka Connect does not answer at {self.url}: {_root(error)}. "
                f"Is it up? --url or CONNECT_URL says where to look."
            ) from None

    def _read(self, answer: requests.Response, method: str, path: str, shape: Any) -> Any:
        status, body = answer.status_code, _body(answer)
        if status in (401, 403):
            raise RefusedError(
                f"{self.url}: HTTP {status}: user or password refused; "
                f"write them into the URL: https://USER:PASSWORD@HOST"
            )
        if status >= 300 and not _is_error(body):
            unlike = self._unlike_connect(method, path, status, body)
            raise NotReadyError(f"{unlike}; or wait, if a worker is just starting there")
        if status == 404:
            kind, name = path.split("/")[1:3]
            raise NotFoundError(unquote(name), "connector" if kind == "connectors" else "plugin")
        if status >= 300:
            raise RefusedError(f"{method} {path}: HTTP {status}: {body.get('message')}")
        if not _fits(body, shape):
            raise RefusedError(self._unlike_connect(method, path, status, body))
        return body

    def _unlike_connect(self, method: str, path: str, status: int, body: Any) -> str:
        """What came, without the values in it: they may be secrets."""
        came = "no body" if body is None else f"a JSON {type(body).__name__}"
        if isinstance(body, bytes):
            came = repr(body[:EXCERPT].decode(errors="replace"))
        elif isinstance(body, dict):
            came = f"a JSON object with {', '.join(sorted(body)) or 'nothing'}"[:EXCERPT]
        return (
            f"{method} {self.url}{path} does not answer like Kafka Connect: "
            f"HTTP {status} with {came}; check --url and CONNECT_URL"
        )


def _fits(value: Any, shape: Any) -> bool:
    """Whether a JSON value has a shape.

    Args:
        shape: a type or several; [shape] of each element; {key: shape} of at least these keys;
            {str: shape} of every key.
    """
    if isinstance(shape, list):
        return isinstance(value, list) and all(_fits(each, shape[0]) for each in value)
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return False
        parts = dict.fromkeys(value, shape[str]) if str in shape else shape
        return all(key in value and _fits(value[key], part) for key, part in parts.items())
    return isinstance(value, shape)


def _is_error(body: Any) -> bool:
    """Whether it is Connect's: any web server knows a 404, Connect's has its number in the body."""
    return _fits(body, {"error_code": int})


def _rebalancing(answer: requests.Response) -> bool:
    """Whether the workers are just sharing out their work: 409, or for some requests 500."""
    body: Any = _body(answer) if answer.status_code in (409, 500) else None
    return _is_error(body) and (body["error_code"] == 409 or "rebalance" in str(body))


def _body(answer: requests.Response) -> Any:
    """The answer's JSON; None for no body, bytes for one that is not JSON."""
    try:
        return answer.json() if answer.content else None
    except (ValueError, RecursionError):
        return answer.content


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        # Reading the port raises if it is not one.
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return parts
    except ValueError:
        pass
    raise UsageError(
        f"{masked('url', url)!r} is not a Connect URL: use http://HOST:PORT (--url or CONNECT_URL)"
    )


def _present(file: str, option: str) -> str:
    if not Path(file).is_file():
        raise RegistrarError(f"{option} {file}: there is no such file")
    return file


def _path(name: str) -> str:
    return f"/connectors/{quote(name, safe='')}"


def _plugin_path(name: str) -> str:
    return f"/connector-plugins/{quote(name, safe='')}/config"


def _root(error: BaseException) -> str:
    """The innermost reason, without the wrapping of the HTTP libraries."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return str(error).rpartition("] ")[2] or type(error).__name__
