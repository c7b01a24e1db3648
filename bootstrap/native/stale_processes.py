"""Finds processes of this stack by a mark in their environment, also those nobody supervises."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import psutil

from bootstrap import state

MARK = "PIPELINE_SERVICE"


def mark(service: str) -> dict[str, str]:
    """The variables by which a process, and all it starts, is known again."""
    return {MARK: f"{service}@{state.root()}"}


def running() -> Iterator[tuple[str, psutil.Process]]:
    """Service name and process, for every process of this stack, children included."""
    suffix = f"@{state.root()}"
    for process in psutil.process_iter():
        try:
            marked = process.environ().get(MARK, "")
        except psutil.Error:
            continue
        if marked.endswith(suffix):
            yield marked.removesuffix(suffix), process


def end(seconds: float = 10) -> list[str]:
    """Stop them all, first politely; returns the services that were found."""
    found = list(running())
    for _, process in found:
        _quietly(process.terminate)
    _, alive = psutil.wait_procs([process for _, process in found], timeout=seconds)
    for process in alive:
        _quietly(process.kill)
    psutil.wait_procs(alive, timeout=seconds)
    return sorted({name for name, _ in found})


def _quietly(signal: Callable[[], None]) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        signal()
