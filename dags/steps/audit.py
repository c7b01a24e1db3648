"""The last step of the transformations: is everything that landed where it should be?"""

from __future__ import annotations

import logging
from contextlib import closing
from datetime import UTC, datetime, timedelta

from airflow.sdk import task
from airflow.sdk.exceptions import AirflowFailException
from landing import feeds

from . import connections

log = logging.getLogger(__name__)

#: How far back a run looks, so that its cost follows the new rows.
WINDOW = timedelta(days=1)


@task
def audit_recent_rows() -> None:
    """Compares what landed in the last day, row by row: ledger, RAW, quarantine and marts.

    When it fails: the message names up to ten rows of each difference and the hop that lost or
    doubled them. `make audit` compares everything, from the topic on.
    """
    from bootstrap.audit.landed import landed
    from bootstrap.audit.warehouse import Window

    window = Window((datetime.now(UTC) - WINDOW).replace(tzinfo=None))
    with closing(connections.snowflake()) as target:
        hops = list(landed(target, feeds.load(), window))
    for hop in hops:
        log.info("%s: %s, %s %s", hop.name, hop.path, f"{hop.checked:,}", hop.unit)
    faults = [f"{hop.name}, {hop.path}: {fault}" for hop in hops for fault in hop.differences]
    if faults:
        raise AirflowFailException("\n".join(faults))
