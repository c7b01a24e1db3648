"""Makes every part of the pipeline exist: services, roles, tables, connections."""

import sys
from pathlib import Path

# Scripts are run by their path and DAGs by their folder, so these are import roots of their own.
for _folder in ("connectors", "dags"):
    sys.path.append(str(Path(__file__).resolve().parent.parent / _folder))
