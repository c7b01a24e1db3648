"""Downloads what the lock names and lets nothing else through."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from jgo.maven import MavenContext

import settings
from bootstrap.native.jars.lockfile import Jar
from settings.errors import ExpectedError

PARALLEL_DOWNLOADS = 8


class JarError(ExpectedError):
    """A file could not be fetched, or is not the file the lock names."""


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
        file.unlink()
        raise JarError(
            f"{file.name}: the checksum differs from jars.lock, so the file was deleted.\n"
            f"  expected sha256 {jar.sha256}\n  found           {actual}\n"
            f"Run the command again to download it again."
        )


def _download_all(jars: list[Jar], cache: Path, progress: Callable[[int, int], None]) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    total, done = sum(jar.size for jar in jars), 0
    progress(0, total)
    # Into a folder of its own first: what is interrupted never looks like a finished download.
    with tempfile.TemporaryDirectory(dir=cache, prefix=".partial-") as partial:
        client = connect(Path(partial))

        def download(jar: Jar) -> Jar:
            g, a, v, packaging, classifier = jar.parts
            artifact = (
                client.project(g, a)
                .at_version(v)
                .artifact(classifier=classifier, packaging=packaging)
            )
            try:
                file = artifact.resolve()
            except (requests.RequestException, RuntimeError, OSError) as error:
                raise JarError(_explain(jar, error)) from error
            _verify(jar, file)
            target = cache / jar.path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, target)
            return jar

        with ThreadPoolExecutor(PARALLEL_DOWNLOADS) as pool:
            try:
                for jar in pool.map(download, jars):
                    done += jar.size
                    progress(done, total)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise


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
    return (
        f"{jar.coordinate} could not be downloaded ({type(error).__name__}). "
        f"The first start needs a network that reaches Maven Central, or a mirror of it "
        f"in MAVEN_REPOSITORY_URL."
    )
