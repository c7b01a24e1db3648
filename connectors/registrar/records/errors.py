"""Why a record's values cannot be had."""

from __future__ import annotations

from connectors.registrar.errors import RegistrarError


class UnreadableError(Exception):
    """The bytes are not what the connector's converter reads."""


class UnsupportedError(RegistrarError):
    """The connector has a converter that is not understood here."""
