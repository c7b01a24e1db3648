"""The watcher's state on disk, where `status` finds it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from connectors.registrar.errors import RegistrarError


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
        raise RegistrarError(f"{file}: {why}; remove it") from None
