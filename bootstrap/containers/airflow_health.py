"""Exit 0 if Airflow reports a component as healthy: `airflow_health.py scheduler`.

For the containers' health checks: the standard library only, because it runs every few seconds.
"""

import json
import os
import sys
import urllib.request

with urllib.request.urlopen(
    f"{os.environ['AIRFLOW_URL']}/api/v2/monitor/health", timeout=5
) as answer:
    sys.exit(json.load(answer)[sys.argv[1]]["status"] != "healthy")
