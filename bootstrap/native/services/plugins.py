"""The folder in which Connect finds its connector and converters, made from the jar cache.

The project's own plugin is compiled on the way, once for each version of its sources and of what
they are compiled with. `python -m bootstrap.native.services.plugins FOLDER` writes its jar, and the
one that it needs besides those of Debezium and Kafka.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

import settings
from bootstrap import state
from bootstrap.native import java
from bootstrap.native.jars import Jar, fetch, read_lock, unpack
from bootstrap.native.jars.compiler import compile_jar
from settings import command_line
from settings.errors import UsageError

#: Drivers of other databases, an older one of Postgres, and copies of what the worker brings.
UNUSED = [
    "postgresql-*",
    *("ojdbc*", "mssql-jdbc*", "mysql-connector*", "mariadb-java-client*", "jcc-*"),
    *(
        "kafka-clients-*",
        "connect-api-*",
        "connect-json-*",
        "slf4j-api-*",
        "zstd-jni-*",
        "lz4-java-*",
        "snappy-java-*",
        # RestAccess implements the worker's.
        "jakarta.ws.rs-api-*",
    ),
]
SOURCES = settings.ROOT / "connectors" / "plugin" / "src"
JAR_NAME = "pipeline-connect.jar"
#: What goes into the folder of Debezium's sink where it is not assembled here.
ADDED = (JAR_NAME, "avro-*.jar")


def path() -> str:
    """The worker's plugin.path.

    Raises:
        CompileError: the project's own plugin does not compile.
    """
    return str(sink())


def sink() -> Path:
    """The folder of Debezium's JDBC sink, with the project's own plugin in its class loader."""
    jars = read_lock("sink")
    content = "".join([*(jar.sha256 for jar in jars), *UNUSED, _plugin_hash()])
    folder = state.cache() / "plugins" / hashlib.sha256(content.encode()).hexdigest()[:12]
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as partial:
            complete = Path(partial) / "sink"
            complete.mkdir()
            _build_sink(jars, complete)
            try:
                complete.rename(folder)
            except OSError:
                # Another process was faster: what is there is the same.
                if not folder.exists():
                    raise
    return folder


def build(plugin: Path, jar: Path) -> None:
    """Compile the project's own plugin against Kafka's jars and those in Debezium's folder.

    Raises:
        CompileError: with the compiler's messages.
    """
    classpath = [_cached(each) for each in read_lock("kafka")] + sorted(plugin.glob("*.jar"))
    (compiler,) = (_cached(each) for each in read_lock("compiler"))
    compile_jar(SOURCES, classpath, jar, java=java.executable(), compiler=compiler)


def _plugin_hash() -> str:
    """Of all that the jar is made from, besides Debezium's."""
    digest = hashlib.sha256("".join(j.sha256 for j in read_lock("kafka", "compiler")).encode())
    for file in sorted(file for file in SOURCES.rglob("*") if file.is_file()):
        digest.update(f"{file.relative_to(SOURCES)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def _cached(jar: Jar) -> Path:
    return state.cache() / "jars" / jar.path


def _build_sink(jars: list[Jar], folder: Path) -> None:
    unpack(_cached(jars[0]), folder, wanted=_is_used)
    (plugin,) = folder.iterdir()
    for jar in jars[1:]:
        os.link(_cached(jar), plugin / jar.path.name)
    build(plugin, plugin / JAR_NAME)


def _is_used(name: str) -> bool:
    return not any(fnmatch.fnmatch(name, pattern) for pattern in UNUSED)


def write_jars() -> int:
    """Write the plugin's jars into a folder; returns the exit code."""
    program = "python -m bootstrap.native.services.plugins"
    text = "Compile the project's plugin for Kafka Connect, and write its jars."
    parser = command_line.Parser(prog=program, description=text)
    parser.add_argument("folder", metavar="FOLDER", help="where the jars go")
    folder = Path(parser.parse_args().folder)
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder: create it first")
    settings.load_env()
    fetch(read_lock("kafka", "sink", "compiler"), state.cache() / "jars")
    for pattern in ADDED:
        (jar,) = sink().glob(f"*/{pattern}")
        print(shutil.copy2(jar, folder))
    return 0


if __name__ == "__main__":
    sys.exit(command_line.run(write_jars))
