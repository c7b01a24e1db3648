"""What the watcher must not forget when it is killed.

A stopped connector looks the same whether a person or the watcher stopped it. The journal knows:
it is written before the stop and removed after the connector runs again, so a watcher that starts
and finds one goes on where its predecessor was cut off.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from connectors.registrar.errors import RegistrarError


class Journal:
    """One file per connector, replaced as a whole.

    Args:
        folder: created if it does not exist.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RegistrarError(f"{folder}: cannot be created: {error.strerror}") from None

    def write(self, connector: str, entry: dict[str, Any]) -> None:
        """Remember; on disk when this returns."""
        write_atomically(self._file(connector), entry)

    def read(self, connector: str) -> dict[str, Any] | None:
        """What is remembered, None if nothing is."""
        return read_json(self._file(connector))

    def clear(self, connector: str) -> None:
        """Forget."""
        self._file(connector).unlink(missing_ok=True)

    def _file(self, connector: str) -> Path:
        return self._folder / f"{connector.replace(os.sep, '_')}.isolating.json"


def write_atomically(file: Path, content: Any) -> None:
    """Replace a JSON file so that a reader, or a kill, never meets half of it."""
    new = file.with_suffix(".new")
    with new.open("w") as stream:
        json.dump(content, stream)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)


def read_json(file: Path) -> Any:
    """A JSON file's content, None if it does not exist."""
    try:
        return json.loads(file.read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        why = f"cannot be read: {error.strerror}" if isinstance(error, OSError) else "not JSON"
        raise RegistrarError(f"{file}: {why}; remove it if its connector runs") from None
