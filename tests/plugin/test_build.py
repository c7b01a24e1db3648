"""The plugin is compiled on the Java runtime at hand, and says what is wrong if it cannot be."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import settings
from bootstrap import state
from bootstrap.native import java
from bootstrap.native.jars import fetch, read_lock
from bootstrap.native.jars.compiler import CompileError, compile_jar
from bootstrap.native.services import plugins


@pytest.fixture
def compiler() -> Path:
    settings.load_env()
    jars = state.cache() / "jars"
    (file,) = fetch(read_lock("compiler"), jars)
    return file


def test_a_mistake_is_named_with_its_file_and_line(compiler: Path, tmp_path: Path) -> None:
    source = tmp_path / "src" / "Wrong.java"
    source.parent.mkdir()
    source.write_text("class Wrong {\n    int one() { return two; }\n}\n")
    with pytest.raises(CompileError) as caught:
        compile_jar(
            source.parent, [], tmp_path / "x.jar", java=java.executable(), compiler=compiler
        )
    assert "src does not compile" in str(caught.value)
    assert "Wrong.java (at line 2)" in str(caught.value)
    assert "two cannot be resolved to a variable" in str(caught.value)
    assert not (tmp_path / "x.jar").exists()


def test_the_same_sources_give_the_same_jar(compiler: Path, tmp_path: Path) -> None:
    source = tmp_path / "src" / "pipeline" / "Right.java"
    source.parent.mkdir(parents=True)
    source.write_text("package pipeline;\nclass Right {}\n")
    (tmp_path / "src" / "resource.txt").write_text("as it is")
    jars = [tmp_path / "a.jar", tmp_path / "b.jar"]
    for jar in jars:
        compile_jar(tmp_path / "src", [], jar, java=java.executable(), compiler=compiler)
    assert jars[0].read_bytes() == jars[1].read_bytes()
    assert zipfile.ZipFile(jars[0]).namelist() == ["pipeline/Right.class", "resource.txt"]


def test_an_image_gets_the_jars_that_the_worker_has(compiler: Path, tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "bootstrap.native.services.plugins", str(tmp_path)]
    subprocess.run(argv, cwd=settings.ROOT, check=True, capture_output=True)
    (jar,) = plugins.sink().glob(f"*/{plugins.JAR_NAME}")
    assert (tmp_path / plugins.JAR_NAME).read_bytes() == jar.read_bytes()
    services = {
        name: zipfile.ZipFile(jar).read(name).decode().split()
        for name in zipfile.ZipFile(jar).namelist()
        if name.startswith("META-INF/services/")
    }
    assert services["META-INF/services/org.apache.kafka.connect.storage.Converter"] == [
        "pipeline.connect.StrictAvroConverter",
        "pipeline.connect.StrictJsonConverter",
    ]
    # Debezium's image has no Avro of its own in that folder.
    assert len(list(tmp_path.glob("avro-*.jar"))) == 1
