"""The watcher as a process: it ends at a signal."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.connectors.conftest import CONNECTORS

PROMPT_SECONDS = 10.0


def test_a_stop_is_prompt_even_while_connect_does_not_answer(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        command = [sys.executable, str(CONNECTORS / "register.py"), "watch", "orders_sink"]
        watcher = subprocess.Popen(
            [*command, "--url", url, "--state", str(tmp_path)],
            env={**os.environ, "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "KAFKA_PASSWORD": "none"},
            stdout=subprocess.PIPE,
            text=True,
        )
        with silent.accept()[0]:
            signalled = time.monotonic()
            watcher.send_signal(signal.SIGTERM)
            out, _ = watcher.communicate(timeout=300)
    assert time.monotonic() - signalled < PROMPT_SECONDS
    assert watcher.returncode == 0
    assert "register.py watch: cut off: still at work" in out
