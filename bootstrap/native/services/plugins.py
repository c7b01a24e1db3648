"""The folders in which Connect finds its connectors and converters, made from the jar cache."""

from __future__ import annotations

import fnmatch
import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from bootstrap import state
from bootstrap.native.jars import Jar, read_lock, unpack

#: Drivers of other databases, and copies of what the worker itself brings.
UNUSED = [
    *("ojdbc*", "mssql-jdbc*", "mysql-connector*", "mariadb-java-client*", "jcc-*"),
    *(
        "kafka-clients-*",
        "connect-api-*",
        "connect-json-*",
        "slf4j-api-*",
        "zstd-jni-*",
        "lz4-java-*",
        "snappy-java-*",
    ),
]
CONVERTER_CLASS = "io.apicurio.registry.utils.converter.AvroConverter"


def path() -> str:
    """The worker's plugin.path."""
    folders = (_assembled("sink", _unpack_sink), _assembled("converter", _collect_converter))
    return ",".join(map(str, folders))


def _assembled(group: str, assemble: Callable[[list[Jar], Path], None]) -> Path:
    jars = read_lock(group)
    content = "".join([*(jar.sha256 for jar in jars), *UNUSED])
    folder = state.cache() / "plugins" / hashlib.sha256(content.encode()).hexdigest()[:12]
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as partial:
            complete = Path(partial) / group
            complete.mkdir()
            assemble(jars, complete)
            shutil.move(complete, folder)
    return folder


def _unpack_sink(jars: list[Jar], folder: Path) -> None:
    unpack(state.cache() / "jars" / jars[0].path, folder, wanted=_is_used)


def _is_used(name: str) -> bool:
    return not any(fnmatch.fnmatch(name, pattern) for pattern in UNUSED)


def _collect_converter(jars: list[Jar], folder: Path) -> None:
    plugin = folder / "apicurio-converter"
    plugin.mkdir()
    for jar in jars:
        if _is_used(jar.path.name):
            os.link(state.cache() / "jars" / jar.path, plugin / jar.path.name)
    # The converter carries no manifest, and Connect looks for plugins by manifest only.
    with zipfile.ZipFile(plugin / "manifest.jar", "w") as manifest:
        manifest.writestr(
            "META-INF/services/org.apache.kafka.connect.storage.Converter", CONVERTER_CLASS + "\n"
        )
