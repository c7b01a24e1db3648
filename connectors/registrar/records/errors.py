"""Two ways in which a record cannot become a row here."""

from __future__ import annotations

from connectors.registrar.errors import RegistrarError


class UnsupportedError(RegistrarError):
    """The connector uses something that is not understood here; says what."""


class RecordError(Exception):
    """This record cannot be a row; Connect would send it to the dead-letter topic.

    Args:
        stage: Connect's name of the step, such as VALUE_CONVERTER.
        step: class name of the converter or transform.
        reason: what is wrong with the record.
    """

    def __init__(self, stage: str, step: str, reason: str) -> None:
        super().__init__(reason)
        self.stage = stage
        self.step = step
        self.reason = reason
