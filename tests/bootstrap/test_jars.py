"""Only the locked files reach a class path."""

from __future__ import annotations

import hashlib
import importlib
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any, ClassVar

import pytest
import tenacity
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

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


class _Tls(ThreadingHTTPServer):
    """With a certificate of its own; the first connections of those to break end unanswered."""

    certificate: Path
    to_break = 0

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        if self.to_break:
            self.to_break -= 1
            connection.close()
            raise OSError("broken on purpose")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        return context.wrap_socket(connection, server_side=True), address


@pytest.fixture
def tls(mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Tls]:
    """The same mirror by https."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    folder = str(mirror.parents[len(JAR.path.parts) - 1])
    with _Tls(("127.0.0.1", 0), partial(_Quiet, directory=folder)) as server:
        server.certificate = self_signed(tmp_path)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("MAVEN_REPOSITORY_URL", f"https://127.0.0.1:{server.server_port}")
        yield server
        server.shutdown()


def self_signed(folder: Path) -> Path:
    """A certificate of this machine, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a company")])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *form)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.mark.usefixtures("tls")
def test_an_untrusted_certificate_is_called_one(tmp_path: Path) -> None:
    with pytest.raises(JarError, match=r"certificate is not trusted.*SSL_CERT_FILE"):
        fetch([JAR], tmp_path / "cache")


def test_a_connection_that_breaks_before_it_is_encrypted_is_made_again(
    tls: _Tls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls.certificate))
    tls.to_break = 2
    (file,) = fetch([JAR], tmp_path / "cache")
    assert file.read_bytes() == CONTENT


def test_every_locked_file_has_a_checksum_and_a_size() -> None:
    jars = read_lock("kafka", "sink", "registry", "compiler")
    assert {jar.group for jar in jars} == {"kafka", "sink", "registry", "compiler"}
    assert all(len(jar.sha256) == 64 and jar.size for jar in jars)
