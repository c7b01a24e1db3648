"""Downloads what the lock names and lets nothing else through."""

from __future__ import annotations

import hashlib
import shutil
import ssl
import tarfile
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import requests
import tenacity
import truststore
from jgo.maven import MavenContext

import settings
from bootstrap.native.jars.lockfile import Jar
from settings.errors import ExpectedError

PARALLEL_DOWNLOADS = 8
TRIES = 6


class JarError(ExpectedError):
    """A file could not be fetched, or is not the file the lock names."""


class TruncatedError(JarError):
    """The connection ended before the file did."""


def fetch(
    jars: Iterable[Jar], cache: Path, progress: Callable[[int, int], None] = lambda *_: None
) -> list[Path]:
    """Make sure that every jar is in the cache, unaltered.

    Args:
        progress: called with bytes done and bytes to do, whenever a download ends.

    Raises:
        JarError: a checksum differs (the file is deleted then), or a download failed.
    """
    jars = list(jars)
    missing = [jar for jar in jars if not _is_cached(jar, cache)]
    if missing:
        _download_all(missing, cache, progress)
    return [cache / jar.path for jar in jars]


def _is_cached(jar: Jar, cache: Path) -> bool:
    file = cache / jar.path
    if not file.exists():
        return False
    _verify(jar, file)
    return True


def _verify(jar: Jar, file: Path) -> None:
    with file.open("rb") as stream:
        actual = hashlib.file_digest(stream, "sha256").hexdigest()
    if actual != jar.sha256:
        kind = TruncatedError if file.stat().st_size < jar.size else JarError
        file.unlink()
        raise kind(
            f"{file.name}: the checksum differs from jars.lock, so the file was deleted.\n"
            f"  expected sha256 {jar.sha256}\n  found           {actual}\n"
            f"Run the command again to download it again."
        )


def _download_all(jars: list[Jar], cache: Path, progress: Callable[[int, int], None]) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    # What the system trusts, a company's own authority included, is trusted here as well.
    truststore.inject_into_ssl()
    total, done = sum(jar.size for jar in jars), 0
    progress(0, total)
    failures: dict[Jar, JarError] = {}
    # Into a folder of its own first: what is interrupted never looks like a finished download.
    with (
        tempfile.TemporaryDirectory(dir=cache, prefix=".partial-") as partial,
        ThreadPoolExecutor(PARALLEL_DOWNLOADS) as pool,
    ):
        client = connect(Path(partial))
        under_way = {pool.submit(_download, client, jar, cache): jar for jar in jars}
        try:
            for future in as_completed(under_way):
                jar, error = under_way[future], future.exception()
                if isinstance(error, JarError):
                    # The others are wanted all the same: the next try has less to do.
                    failures[jar] = error
                elif error:
                    raise error
                else:
                    done += jar.size
                    progress(done, total)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    if failures:
        first = next(iter(failures.values()))
        names = ", ".join(sorted(jar.path.name for jar in failures))
        raise JarError(f"{len(failures)} of {len(jars)} jars are missing: {names}\n{first}")


def _download(client: MavenContext, jar: Jar, cache: Path) -> None:
    g, a, v, packaging, classifier = jar.parts
    artifact = (
        client.project(g, a).at_version(v).artifact(classifier=classifier, packaging=packaging)
    )

    def resolve() -> Path:
        file = artifact.resolve()
        _verify(jar, file)
        return file

    try:
        file = _patiently(resolve)
    except (requests.RequestException, RuntimeError, OSError) as error:
        raise JarError(_explain(jar, error)) from error
    target = cache / jar.path
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(file, target)


#: Tries again what a network may drop, and nothing that fails for good.
_patiently = tenacity.Retrying(
    stop=tenacity.stop_after_attempt(TRIES),
    wait=tenacity.wait_exponential_jitter(max=10),
    retry=tenacity.retry_if_exception(lambda error: _may_pass(error)),
    reraise=True,
)


def _may_pass(error: BaseException) -> bool:
    if _is_untrusted(error):
        return False
    # jgo raises a RuntimeError for any status but 200, those of a tired proxy included.
    return isinstance(error, requests.RequestException | RuntimeError | TruncatedError)


def _is_untrusted(error: BaseException | None) -> bool:
    """Whether a certificate was refused; a connection that broke in its handshake was not."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def connect(cache: Path) -> MavenContext:
    """A client of Maven Central, or of its mirror in MAVEN_REPOSITORY_URL, that fills `cache`."""
    mirror = (settings.get_optional("MAVEN_REPOSITORY_URL") or "").rstrip("/")
    repos = {"mirror": mirror} if mirror else None
    return MavenContext(repo_cache=cache, remote_repos=repos, timeout=60)


def unpack(archive: Path, folder: Path, wanted: Callable[[str], bool] = lambda _: True) -> None:
    """Unpack the members whose file name is wanted.

    The archive's checksum vouches for it; Python before 3.11.4 has no filter to add to that.
    """
    with tarfile.open(archive) as tar:
        if hasattr(tarfile, "data_filter"):
            tar.extraction_filter = tarfile.data_filter
        tar.extractall(folder, [m for m in tar.getmembers() if wanted(Path(m.name).name)])


def _explain(jar: Jar, error: Exception) -> str:
    if isinstance(error, OSError) and not isinstance(error, requests.RequestException):
        return f"{jar.coordinate} could not be stored: {error}"
    if _is_untrusted(error):
        return (
            f"{jar.coordinate} could not be downloaded: the server's certificate is not trusted. "
            "Behind a company's proxy, add its certificate to the system's trust store, or name a "
            f"file with it in SSL_CERT_FILE. ({error})"
        )
    return (
        f"{jar.coordinate} could not be downloaded ({type(error).__name__}). "
        f"The first start needs a network that reaches Maven Central, or a mirror of it "
        f"in MAVEN_REPOSITORY_URL."
    )
