"""Exit 0 if the Celery worker of this container answers through Redis.

For the container's health check. Asked by Celery alone: with Airflow it would cost seconds.
"""

import socket
import sys

from celery import Celery

from bootstrap.airflow.environment import broker_url
from bootstrap.containers.execute import load_settings

load_settings()
worker = f"celery@{socket.gethostname()}"
answers = Celery(broker=broker_url()).control.ping(destination=[worker], timeout=5)
sys.exit(not answers)
