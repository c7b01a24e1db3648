"""Java sources into a jar, with Eclipse's compiler: it runs on a Java runtime, no JDK is needed."""

from __future__ import annotations

import os
import subprocess
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from settings.errors import ExpectedError

#: The release of the language and of the class files: the oldest that Kafka Connect 4 runs on.
JAVA_RELEASE = 17
# A zip keeps times; with one time for all the same sources give the same bytes.
_TIME = (1980, 1, 1, 0, 0, 0)


class CompileError(ExpectedError):
    """The sources do not compile; the text has the compiler's own messages."""


def compile_jar(
    sources: Path, classpath: Sequence[Path], jar: Path, *, java: Path, compiler: Path
) -> None:
    """Compile every .java file below a folder; its other files go into the jar as they are.

    Args:
        java: the runtime that the compiler runs on, and whose classes it compiles against.
        compiler: the jar of org.eclipse.jdt:ecj.

    Raises:
        CompileError: with the compiler's messages.
    """
    with tempfile.TemporaryDirectory() as folder:
        # In a file, for a class path of a hundred jars is longer than a line should be.
        arguments = Path(folder) / "arguments"
        path = os.pathsep.join(map(str, classpath))
        arguments.write_text(f'-{JAVA_RELEASE} -encoding UTF-8 -cp "{path}"\n')
        classes = Path(folder) / "classes"
        words = [f"@{arguments}", "-warn:-serial", "-d", str(classes), str(sources)]
        done = subprocess.run(
            [java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", compiler, *words],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CompileError(f"{sources} does not compile:\n{done.stdout}{done.stderr}".rstrip())
        _zip(jar, [(classes, "*.class"), (sources, "*")])


def _zip(jar: Path, parts: Sequence[tuple[Path, str]]) -> None:
    with zipfile.ZipFile(jar, "w", zipfile.ZIP_DEFLATED) as out:
        for folder, pattern in parts:
            for file in sorted(folder.rglob(pattern)):
                if file.is_file() and file.suffix != ".java":
                    entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _TIME)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    out.writestr(entry, file.read_bytes())
