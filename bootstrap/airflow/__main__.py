"""`python -m bootstrap.airflow`: what people and DAGs find in a running Airflow."""

import settings
from bootstrap.airflow import connections, pools

if __name__ == "__main__":
    settings.load_env()
    connections.put()
    pools.put()
