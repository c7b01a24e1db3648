"""Which connectors a command line means."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from connectors.registrar.definition import Definition, read
from connectors.registrar.errors import RegistrarError, UsageError


def files(targets: Sequence[str], folder: Path) -> list[Path]:
    """The files of the named connectors, of all in the folder if none is named.

    A target is a file, or the name of a connector whose file is in the folder.

    Raises:
        UsageError: there is no such file.
    """
    if not targets:
        found = sorted(folder.glob("*.yml"))
        if not found:
            raise RegistrarError(f"{folder} has no *.yml file: there is no connector to work on")
        return found
    return [_file(target, folder) for target in targets]


def definitions(targets: Sequence[str], folder: Path) -> list[Definition]:
    """What the named connectors should be; all errors of all files at once."""
    found = drafts(targets, folder)
    problems = dict.fromkeys(str(problem) for draft in found for problem in draft.problems)
    if problems:
        raise RegistrarError("\n".join(problems))
    return found


def drafts(targets: Sequence[str], folder: Path) -> list[Definition]:
    """The same, with what is wrong in their `problems`."""
    return [read(file) for file in files(targets, folder)]


def names(targets: Sequence[str], folder: Path) -> list[str]:
    """Names of connectors, which need not have a file; those of the folder if none is given."""
    if not targets:
        return [file.stem for file in files((), folder)]
    return [Path(t).stem if t.endswith((".yml", ".yaml")) else t for t in targets]


def _file(target: str, folder: Path) -> Path:
    for candidate in (Path(target), folder / f"{target}.yml"):
        if candidate.is_file():
            return candidate
    known = ", ".join(file.stem for file in sorted(folder.glob("*.yml"))) or "none"
    raise UsageError(f"{target}: no such file, and no {target}.yml in {folder} (there: {known})")
