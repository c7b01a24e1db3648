"""Which connectors a command line means."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from connectors.registrar.definition import Definition, read_definition
from connectors.registrar.errors import RegistrarError, UsageError


def connector_files(folder: Path) -> list[Path]:
    """The files of a folder that are connectors.

    Raises:
        UsageError: there is no such folder.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder (--folder)")
    return sorted(folder.glob("*.yml"))


def load_definitions(targets: Sequence[str], folder: Path) -> list[Definition]:
    """What the named connectors should be, or all of the folder if none is named.

    Args:
        targets: files, or names of connectors whose files are in the folder.

    Raises:
        UsageError: there is no such file.
        RegistrarError: what is wrong with the files, all errors of all of them at once.
    """
    found = read_definitions(targets, folder)
    problems = dict.fromkeys(f"{p.location}: {p.message}" for each in found for p in each.problems)
    if problems:
        raise RegistrarError("\n".join(problems))
    return found


def read_definitions(targets: Sequence[str], folder: Path) -> list[Definition]:
    """The same, with what is wrong in their `problems`."""
    return [read_definition(file) for file in _files(targets, folder)]


def connector_names(targets: Sequence[str], folder: Path) -> list[str]:
    """Names of connectors, which need not have a file; those of the folder if none is given."""
    if not targets:
        return [file.stem for file in _files((), folder)]
    return [Path(t).stem if t.endswith((".yml", ".yaml")) else t for t in targets]


def _files(targets: Sequence[str], folder: Path) -> list[Path]:
    if targets:
        return [_file(target, folder) for target in targets]
    found = connector_files(folder)
    if not found:
        raise RegistrarError(f"{folder} has no *.yml file: there is no connector to work on")
    return found


def _file(target: str, folder: Path) -> Path:
    for candidate in (Path(target), folder / f"{target}.yml"):
        if candidate.is_file():
            return candidate
    known = ", ".join(file.stem for file in connector_files(folder)) or "none"
    raise UsageError(f"there is no file {target}, and no {target}.yml in {folder}; known: {known}")
