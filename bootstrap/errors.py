"""The base of every error that a user can mend."""


class ExpectedError(Exception):
    """Its text says what is wrong and what to do, so no traceback is shown."""
