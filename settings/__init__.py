"""The ground floor: settings, expected errors, names that several rooms share. Knows nobody."""

from settings.connect import connect_url
from settings.environment import (
    ENV_FILE,
    EXAMPLE_FILE,
    ROOT,
    default,
    folder,
    get,
    get_choice,
    get_optional,
    is_here,
    load_env,
    path,
    port,
    port_names,
    snowflake_is_local,
    stream_format,
    variables,
)
from settings.errors import ExpectedError, SettingError, UsageError

__all__ = [
    "ENV_FILE",
    "EXAMPLE_FILE",
    "ROOT",
    "ExpectedError",
    "SettingError",
    "UsageError",
    "connect_url",
    "default",
    "folder",
    "get",
    "get_choice",
    "get_optional",
    "is_here",
    "load_env",
    "path",
    "port",
    "port_names",
    "snowflake_is_local",
    "stream_format",
    "variables",
]
