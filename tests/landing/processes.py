"""Landings in processes of their own, at the same time."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable

from dags.landing.macros import macros

FORK = multiprocessing.get_context("fork")


def at_once(*works: Callable[[], object]) -> list[int | None]:
    """Do all works, each in a process; their exit codes."""
    macros().parse()  # once, here: the children inherit it
    processes = [FORK.Process(target=work) for work in works]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]
