"""What is wrong with a connector's file, and where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Location:
    """A line of a file."""

    file: Path
    line: int

    def __str__(self) -> str:
        # Relative to the current folder, if it is below.
        here = Path.cwd()
        below = self.file.is_relative_to(here)
        return f"{self.file.relative_to(here) if below else self.file}:{self.line}"


@dataclass(frozen=True)
class Finding:
    """A message for the line of a key.

    Attributes:
        key: empty where it is about the file's form.
        severity: ERROR, or WARNING for what works, and probably not as meant.
    """

    location: Location
    message: str
    key: str = ""
    severity: str = ERROR

    @property
    def text(self) -> str:
        """Key and message."""
        return f"{self.key}: {self.message}" if self.key else self.message

    def __str__(self) -> str:
        return f"{self.location}: {self.severity}: {self.text}"
