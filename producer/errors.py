"""What can go wrong, in words for the person at the terminal."""

from __future__ import annotations

import settings
from settings.errors import ExpectedError


class ProducerError(ExpectedError):
    """The run cannot go on (exit code 1). The text names the thing and the fix."""


class UsageError(ProducerError, settings.UsageError):
    """An option or a configuration file is wrong (exit code 2)."""


class StoppedError(ProducerError):
    """Ctrl-C or SIGTERM came before anything was sent (exit code 130)."""

    exit_code = 130


class RefusedError(ValueError):
    """A record breaks its contract; the text names the field and the reason."""
