#!/usr/bin/env python3
"""Kafka Connect connectors as code: `register.py --help` shows the verbs."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Instead of this script's own folder: each module is found under one name, from the root on.
sys.path[0] = str(HERE.parent)

from connectors.registrar.cli import main  # noqa: E402
from settings import folder, load_env  # noqa: E402

if __name__ == "__main__":
    load_env()
    sys.exit(main(sys.argv[1:], HERE, folder("PIPELINE_STATE") / "connectors"))
