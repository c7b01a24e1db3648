"""What must hold before anything is started, each with a line that says what to do."""

from __future__ import annotations

import os
import shutil

from bootstrap.airflow.environment import broker_url, celery_is_used
from bootstrap.native import state
from settings.errors import ExpectedError

#: A fresh stack takes about half of it.
BYTES_NEEDED = 1_500_000_000


class PreflightError(ExpectedError):
    """This machine is not ready for the stack."""


def check() -> None:
    """Create the state and cache folders and make sure that they can be filled.

    Raises:
        PreflightError: a folder cannot be written, or the disk has too little room.
        SettingError: CeleryExecutor, which needs more than runs natively.
    """
    if celery_is_used():
        broker_url()
    for setting, folder in (("PIPELINE_STATE", state.root()), ("PIPELINE_CACHE", state.cache())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PreflightError(
                f"{folder} cannot be created: {error.strerror}. {_move(setting)}"
            ) from error
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PreflightError(f"{folder} is not writable for this user. {_move(setting)}")
        free = shutil.disk_usage(folder).free
        if free < BYTES_NEEDED:
            raise PreflightError(
                f"{folder} is on a disk with {free / 1e9:.1f} GB free; "
                f"{BYTES_NEEDED / 1e9:.1f} GB are needed. {_move(setting)}"
            )
    for folder in (state.logs(), state.run()):
        folder.mkdir(exist_ok=True)


def _move(setting: str) -> str:
    return f"Make room or rights, or set {setting} in .env to another folder."
