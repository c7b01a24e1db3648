"""Resolves jars.in into jars.lock: `uv run python -m bootstrap.native.jars.lock`."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain
from pathlib import Path

from jgo.maven import MavenContext

from bootstrap.native.jars.fetch import connect
from bootstrap.native.jars.lockfile import LOCK_FILE, Jar, read_input, write_lock
from settings import command_line, load_env


def _closure(client: MavenContext, roots: list[Jar]) -> list[Jar]:
    """A group's files: those with a packaging as they are, others with all they need to run."""
    group = roots[0].group
    alone = [jar for jar in roots if jar.coordinate.count(":") > 2]
    wanted = [client.create_dependency(jar.coordinate) for jar in roots if jar not in alone]
    for dependency in wanted:
        # Otherwise each root acts as a BOM, and one root's versions overrule another's.
        dependency.raw = True
    found = chain.from_iterable(client.resolver.resolve(wanted)) if wanted else []
    needed = [
        d
        for d in found
        if d.scope in (None, "", "compile", "runtime") and not d.optional and d.type == "jar"
    ]
    jars = {f"{d.groupId}:{d.artifactId}:{d.version}" for d in needed}
    return alone + [Jar(group, coordinate) for coordinate in sorted(jars)]


def _measure(client: MavenContext, jar: Jar) -> Jar:
    g, a, v, packaging, classifier = jar.parts
    artifact = client.project(g, a).at_version(v).artifact(classifier, packaging)
    content = Path(artifact.resolve()).read_bytes()
    return replace(jar, sha256=hashlib.sha256(content).hexdigest(), size=len(content))


def lock() -> int:
    """Write jars.lock again from what the repository has; returns the exit code."""
    program = "python -m bootstrap.native.jars.lock"
    command_line.Parser(prog=program, description=__doc__).parse_args()
    load_env()
    roots = read_input()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(8) as pool:
        client = connect(Path(folder))
        groups = dict.fromkeys(jar.group for jar in roots)
        jars = [
            jar
            for group in groups
            for jar in _closure(client, [root for root in roots if root.group == group])
        ]
        write_lock(list(pool.map(lambda jar: _measure(client, jar), jars)))
    print(f"{LOCK_FILE.name}: {len(jars)} files")
    return 0


if __name__ == "__main__":
    sys.exit(command_line.run(lock))
