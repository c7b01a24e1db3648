"""One thing that is wrong, and where."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.registrar.definition import Definition, Location

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Finding:
    """A message for the line of a key; the key is empty where it is about the file's form."""

    location: Location
    severity: str
    key: str
    message: str

    @property
    def text(self) -> str:
        return f"{self.key}: {self.message}" if self.key else self.message

    def __str__(self) -> str:
        return f"{self.location}: {self.severity}: {self.text}"


def error(definition: Definition, key: str, message: str) -> Finding:
    """An error at the line of a key, or at the file's first line if the key is missing."""
    return Finding(_location(definition, key), ERROR, key, message)


def warning(definition: Definition, key: str, message: str) -> Finding:
    """Something that works, and probably not as meant."""
    return Finding(_location(definition, key), WARNING, key, message)


def _location(definition: Definition, key: str) -> Location:
    return definition.locations.get(key) or Location(definition.file.resolve(), 1)
