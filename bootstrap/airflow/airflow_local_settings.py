"""Airflow imports this in each of its processes.

The scheduler forks its workers: what it has imported, they need not import again. dbt's imports
cost seconds of CPU per task, so they happen once, there.
"""

import importlib
import os

for module in filter(None, os.environ.get("PIPELINE_PRELOAD", "").split(",")):
    importlib.import_module(module)
