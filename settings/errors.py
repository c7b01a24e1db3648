"""One root for every error that a person can put right; commands show its text, no traceback.

ExpectedError           exit code 1: a service, a file or a row is in the way
|-- UsageError          exit code 2: an option, an argument or a file of definitions is wrong
`-- SettingError        exit code 2: a setting is missing or cannot be used
"""


class ExpectedError(Exception):
    """Its text says what is wrong and what to do."""

    exit_code = 1


class UsageError(ExpectedError):
    """The command itself was wrong: an option, a name or a file that it was given."""

    exit_code = 2


class SettingError(ExpectedError):
    """A setting is missing or has a value that cannot be used; the text names the fix."""

    exit_code = 2
