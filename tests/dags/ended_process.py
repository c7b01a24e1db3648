"""Wait for a process that closes its sockets and ends a moment later; print its exit code."""

import os
import time
import uuid

import airflow_local_settings  # noqa: F401
from airflow.sdk.execution_time.supervisor import WatchedSubprocess


def close_and_end() -> None:
    os.closerange(0, 256)
    time.sleep(0.5)
    os._exit(7)


process = WatchedSubprocess.start(id=uuid.uuid4(), target=close_and_end)
code = None
while code is None:
    code = process._service_subprocess(3600)
print(code)
