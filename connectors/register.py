#!/usr/bin/env python3
"""Kafka Connect connectors as code: `register.py --help` shows the verbs."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Instead of this script's own folder: each module is found under one name, from the root on.
sys.path[0] = str(HERE.parent)

import settings  # noqa: E402
from connectors.registrar.cli import run_verb  # noqa: E402
from settings import command_line  # noqa: E402


def register() -> int:
    """Run one verb with this project's settings; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        # What a terminal's encoding does not have is shown escaped.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    settings.load_env()
    return run_verb(
        sys.argv[1:],
        folder=HERE,
        state=settings.folder("PIPELINE_STATE") / "connectors",
        url=settings.connect_url(),
        kafka=settings.get("KAFKA_BOOTSTRAP_SERVERS"),
        kafka_client=settings.kafka_client,
    )


if __name__ == "__main__":
    sys.exit(command_line.run(register))
