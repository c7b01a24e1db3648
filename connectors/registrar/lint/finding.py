"""One thing that is wrong, and where."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.registrar.definition import Definition, Place

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Finding:
    """A message for the line of a key; the key is empty where it is about the file's form."""

    place: Place
    severity: str
    key: str
    message: str

    def __str__(self) -> str:
        about = f"{self.key}: " if self.key else ""
        return f"{self.place}: {self.severity}: {about}{self.message}"


def error(definition: Definition, key: str, message: str) -> Finding:
    """An error at the line of a key, or at the file's first line if the key is missing."""
    return Finding(_place(definition, key), ERROR, key, message)


def warning(definition: Definition, key: str, message: str) -> Finding:
    """Something that works, and probably not as meant."""
    return Finding(_place(definition, key), WARNING, key, message)


def _place(definition: Definition, key: str) -> Place:
    return definition.places.get(key) or Place(definition.file.resolve(), 1)
