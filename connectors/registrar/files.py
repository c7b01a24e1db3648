"""Files that people write, read so that every error names the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from connectors.registrar.errors import RegistrarError


def read_text(file: Path) -> str:
    """A file's text.

    Raises:
        RegistrarError: it cannot be read, or is not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise RegistrarError(
            f"{file}:{line}: not UTF-8: byte {error.object[error.start]:#04x}"
        ) from None
    # A ValueError: a name that cannot be one, with a NUL byte in it.
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise RegistrarError(f"{file}: cannot be read: {why}") from None


def read_json(file: Path) -> Any:
    """A JSON file's content.

    Raises:
        RegistrarError: see `read_text`; or it is not JSON.
    """
    try:
        return json.loads(read_text(file))
    except json.JSONDecodeError as error:
        raise RegistrarError(f"{file}:{error.lineno}: not JSON: {error.msg}") from None
    except RecursionError:
        raise RegistrarError(f"{file}: not JSON: nested too deeply") from None
