"""The plugin's converters in a JVM of its own, asked line by line."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import settings
from bootstrap import state
from bootstrap.native import java
from bootstrap.native.jars import fetch, read_lock
from bootstrap.native.jars.compiler import compile_jar
from bootstrap.native.services import plugins
from tests.connectors.conftest import cluster  # noqa: F401 - a fixture

HARNESS = Path(__file__).parent / "harness"


@dataclass(frozen=True)
class Answer:
    """What became of a message.

    Attributes:
        kind: V for a value, R for a refusal, U for a registry that is away, X for an error that is
            none of these; E for a contract.
        text: the value as JSON, or the reason.
    """

    kind: str
    text: str

    @property
    def value(self) -> Any:
        assert self.kind == "V", f"refused: {self.text}"
        return json.loads(self.text)

    @property
    def reason(self) -> str:
        assert self.kind == "R", f"not refused: {self.kind} {self.text}"
        return self.text


class Converter:
    """A converter of the plugin, with the settings that it was given last."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def configure(self, contract: dict[str, Any] | str, **options: str) -> Answer:
        """A StrictJsonConverter with a contract; options have underscores for dots."""
        return self._configure("C", contract, options)

    def configure_avro(
        self, contract: dict[str, Any] | str, registry: str, **options: str
    ) -> Answer:
        """A StrictAvroConverter with a contract and the registry's address."""
        return self._configure("A", contract, {"schema_registry_url": registry, **options})

    def _configure(
        self, kind: str, contract: dict[str, Any] | str, options: dict[str, str]
    ) -> Answer:
        text = contract if isinstance(contract, str) else json.dumps(contract)
        settings_ = {name.replace("_", "."): value for name, value in options.items()}
        question = f"{kind} {json.dumps({'schema.content': text, **settings_})}"
        return self._ask([question.encode()])[0]

    def convert(self, messages: Sequence[bytes | None]) -> list[Answer]:
        return self._ask([_question(message) for message in messages])

    def one(self, message: bytes | str | None) -> Answer:
        return self.convert([message.encode() if isinstance(message, str) else message])[0]

    def _ask(self, questions: Sequence[bytes]) -> list[Answer]:
        out, answers = self._process.stdin, self._process.stdout
        assert out is not None
        assert answers is not None
        found = []
        for part in _parts(questions):
            out.write(b"".join(question + b"\n" for question in part))
            out.flush()
            found += [answers.readline().decode().rstrip("\n") for _ in part]
        return [Answer(line[:1], line[2:]) for line in found]


def _parts(questions: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Few enough at a time that no pipe is full of what the other side does not read yet."""
    part: list[bytes] = []
    for question in questions:
        if part and sum(map(len, part)) + len(question) > 16_384:
            yield part
            part = []
        part.append(question)
    if part:
        yield part


def _question(message: bytes | None) -> bytes:
    return b"N" if message is None else b"M " + base64.b64encode(message)


@pytest.fixture(scope="session")
def converter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Converter]:
    """The converters as they are shipped: the worker's plugin folder on the worker's class path."""
    settings.load_env()
    jars = state.cache() / "jars"
    fetch(read_lock("kafka", "sink", "compiler"), jars)
    (compiler,) = (jars / jar.path for jar in read_lock("compiler"))
    classpath = [jars / jar.path for jar in read_lock("kafka")] + [*plugins.sink().glob("*/*.jar")]
    harness = tmp_path_factory.mktemp("harness") / "harness.jar"
    compile_jar(HARNESS, classpath, harness, java=java.executable(), compiler=compiler)
    path = os.pathsep.join(map(str, [harness, *classpath]))
    argv = [str(java.executable()), "-Xmx256m", "-XX:+UseSerialGC", "-cp", path, "Harness"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield Converter(process)
        assert process.stdin is not None
        process.stdin.close()
