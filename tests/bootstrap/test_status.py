"""What `make status` shows of others' data is shown as it is."""

from __future__ import annotations

import io

from rich.console import Console

from bootstrap import status

HOSTILE = "no [/x] here, [bold]nor[/bold] [link=http://x]there[/link] \\[red]"


def test_names_and_causes_are_never_markup() -> None:
    out = io.StringIO()
    found = {
        "services": {HOSTILE: {"state": "healthy", "seconds_up": 3, "address": HOSTILE}},
        "connectors": {HOSTILE: {"state": "FAILED", "tasks": [], "cause": HOSTILE}},
        "dags": {HOSTILE: {"state": "failed", "finished_at": HOSTILE}},
        "flow": {HOSTILE: {"topic": 1}},
        "files": {HOSTILE: {"files": 1}},
        "notices": [{"feed": HOSTILE, "kind": HOSTILE, "text": HOSTILE}],
        "untaken": [HOSTILE],
        "open_transaction": {"seconds": 10_000, "who": HOSTILE},
    }
    status.render(found, Console(file=out, width=500, markup=False))
    assert out.getvalue().count(HOSTILE) == 13
