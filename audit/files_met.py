"""Folder or store -> ledger: each file that landings have met has a line, whatever became of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from snowflake.connector import SnowflakeConnection

from dags.landing import snowflake
from dags.landing.feeds import FileFeed
from dags.landing.files import matching
from dags.landing.ledger import TOLD_ONCE
from dags.landing.reconcile import warehouse
from dags.landing.reconcile.report import Hop
from dags.landing.stores.store import StoreError

#: A landing that writes lines so long after a file came has met it, whatever the clocks say.
LATER = timedelta(hours=1)


def compare_lines(target: SnowflakeConnection, feed: FileFeed, folder: Path, hop: Hop) -> None:
    """Add to a hop the files in the folder or store that the ledger should have and has not.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable.
    """
    ledger = f"{feed.schema}.LANDED_FILES"
    if (not feed.store and not folder.is_dir()) or not warehouse.exists(target, ledger):
        return
    lines = snowflake.rows(
        target,
        f"select source_file, size_bytes, modified_ns, staged_at from {ledger}"
        f" where feed = %s and state not in {TOLD_ONCE}",
        [feed.name],
    )
    known = {(name, int(size), int(changed)) for name, size, changed, _ in lines}
    newest = max((at for *_, at in lines), default=datetime.min)
    lost: list[str] = []
    waiting: list[str] = []
    where = feed.store or folder
    try:
        for found in matching(feed, folder):
            if found.version not in known:
                came = datetime.fromtimestamp(found.changed_ns / 1e9, UTC).replace(tzinfo=None)
                (lost if came + LATER < newest else waiting).append(found.name)
    except StoreError as error:
        hop.notes.append(f"{error}: its objects are not looked for in the ledger")
        return
    hop.differs(f"in {where} without a line in the ledger", len(lost), lost)
    if waiting:
        hop.notes.append(f"{len(waiting)} files in {where} wait for the next landing")
