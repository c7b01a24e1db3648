"""Only the locked files reach a class path."""

from __future__ import annotations

import hashlib
import importlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
import requests
import tenacity

from bootstrap.native.jars import Jar, JarError, fetch, read_lock

CONTENT = b"what the lock names"
JAR = Jar("kafka", "org.example:part:1.0", hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))


FETCHING = importlib.import_module("bootstrap.native.jars.fetch")


class _Quiet(SimpleHTTPRequestHandler):
    """Serves a folder; BROKEN says how the next answers end, "" is whole."""

    broken: ClassVar[list[str]] = []

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        how = self.broken.pop(0) if self.broken else ""
        if how == "reset":
            self.connection.close()
        elif how == "truncated":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(CONTENT[:5])
        elif how:
            self.send_error(int(how))
        else:
            super().do_GET()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FETCHING._patiently, "wait", tenacity.wait_none())


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A Maven repository of our own, as MAVEN_REPOSITORY_URL allows."""
    folder = tmp_path / "mirror"
    file = folder / JAR.path
    file.parent.mkdir(parents=True)
    file.write_bytes(CONTENT)
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("MAVEN_REPOSITORY_URL", f"http://127.0.0.1:{server.server_port}")
        yield file
        server.shutdown()


def test_a_fetched_file_is_the_locked_one_and_is_fetched_once(mirror: Path, tmp_path: Path) -> None:
    (file,) = fetch([JAR], tmp_path / "cache")
    assert file.read_bytes() == CONTENT
    mirror.unlink()
    assert fetch([JAR], tmp_path / "cache") == [file]


def test_another_content_from_the_network_is_refused_and_kept_nowhere(
    mirror: Path, tmp_path: Path
) -> None:
    mirror.write_bytes(b"something else")
    with pytest.raises(JarError, match=r"part-1\.0\.jar: the checksum differs"):
        fetch([JAR], tmp_path / "cache")
    assert not [file for file in (tmp_path / "cache").rglob("*") if file.is_file()]


@pytest.mark.usefixtures("mirror")
def test_a_cached_file_that_was_altered_is_deleted_and_named(tmp_path: Path) -> None:
    (file,) = fetch([JAR], tmp_path / "cache")
    file.write_bytes(b"altered")
    with pytest.raises(JarError, match=r"part-1\.0\.jar: the checksum differs"):
        fetch([JAR], tmp_path / "cache")
    assert not file.exists()


def test_without_a_network_the_error_names_the_file_and_the_setting(
    mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAVEN_REPOSITORY_URL", "http://127.0.0.1:1")
    with pytest.raises(JarError, match=r"org\.example:part:1\.0.*MAVEN_REPOSITORY_URL"):
        fetch([JAR], tmp_path / "cache")


@pytest.mark.parametrize("how", ["reset", "truncated", "502", "404"])
@pytest.mark.usefixtures("mirror")
def test_what_a_network_breaks_is_fetched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(_Quiet, "broken", [how, how])
    (file,) = fetch([JAR], tmp_path / "cache")
    assert file.read_bytes() == CONTENT


@pytest.mark.usefixtures("mirror")
def test_one_jar_that_cannot_be_had_is_named_and_the_others_are_kept(tmp_path: Path) -> None:
    lost = replace(JAR, coordinate="org.example:lost:1.0")
    with pytest.raises(JarError, match=r"1 of 2 jars are missing: lost-1\.0\.jar"):
        fetch([lost, JAR], tmp_path / "cache")
    assert (tmp_path / "cache" / JAR.path).exists()


def test_an_untrusted_certificate_is_called_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise requests.exceptions.SSLError("self-signed certificate in certificate chain")

    monkeypatch.setattr(FETCHING, "_patiently", refuse)
    with pytest.raises(JarError, match=r"certificate is not trusted.*SSL_CERT_FILE"):
        fetch([JAR], tmp_path / "cache")


def test_every_locked_file_has_a_checksum_and_a_size() -> None:
    jars = read_lock("kafka", "sink", "registry", "compiler")
    assert {jar.group for jar in jars} == {"kafka", "sink", "registry", "compiler"}
    assert all(len(jar.sha256) == 64 and jar.size for jar in jars)
