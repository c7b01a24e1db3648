"""jars.lock: one line a file, with the sha256 and size it must have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
LOCK_FILE = HERE / "jars.lock"
INPUT_FILE = HERE / "jars.in"


@dataclass(frozen=True)
class Jar:
    """One file of a Maven repository."""

    group: str
    coordinate: str
    sha256: str = ""
    size: int = 0

    @property
    def parts(self) -> tuple[str, str, str, str, str]:
        """groupId, artifactId, version, packaging, classifier."""
        g, a, v, *more = self.coordinate.split(":")
        packaging, classifier = [*more, *("jar", "")[len(more) :]]
        return g, a, v, packaging, classifier

    @property
    def path(self) -> Path:
        """Where the file lies in a Maven repository."""
        g, a, v, packaging, classifier = self.parts
        name = f"{a}-{v}{'-' + classifier if classifier else ''}.{packaging}"
        return Path(*g.split("."), a, v, name)


def _lines(file: Path) -> list[list[str]]:
    lines = (line.partition("#")[0].split() for line in file.read_text().splitlines())
    return [fields for fields in lines if fields]


def read_lock(*groups: str) -> list[Jar]:
    """The locked files of some groups, in the order of the lock."""
    jars = [Jar(g, c, sha, int(size)) for g, c, sha, size in _lines(LOCK_FILE)]
    return [jar for jar in jars if jar.group in groups]


def read_input() -> list[Jar]:
    """What a person asked for, before resolution."""
    return [Jar(g, c) for g, c in _lines(INPUT_FILE)]


def write_lock(jars: list[Jar]) -> None:
    """Replace jars.lock: a line per file with its group, coordinate, SHA-256 and bytes."""
    head = "# Made from jars.in by bootstrap.native.jars.lock: group coordinate sha256 bytes\n"
    body = "".join(f"{j.group} {j.coordinate} {j.sha256} {j.size}\n" for j in jars)
    LOCK_FILE.write_text(head + body)
