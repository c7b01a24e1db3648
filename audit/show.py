"""The audit as a person reads it, and as a script does."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape

from dags.landing.reconcile.report import Hop
from settings.printable import printable


def show(hops: Iterable[Hop], as_json: bool) -> int:
    """Print each hop as soon as it is compared; returns 0 if there is no difference, else 1."""
    done = []
    console = Console(highlight=False, soft_wrap=True)
    for hop in hops:
        done.append(hop)
        if not as_json:
            console.print(text(hop), markup=True)
    count = sum(len(hop.differences) for hop in done)
    if as_json:
        answer = {"ok": not count, "hops": [hop.as_json() for hop in done]}
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")
    else:
        console.print()
        end = "difference" if count == 1 else "differences"
        console.print(f"[red]{count} {end}[/]" if count else "every row is accounted for")
    return 1 if count else 0


def text(hop: Hop) -> str:
    """A line for the hop, and one for each thing to know about it, in rich's markup."""
    mark = "[red]DIFFERS[/]" if hop.differences else "[green]same   [/]"
    waiting = f", {hop.waiting:,} under way" if hop.waiting else ""
    lines = [f"{mark} {hop.name}: {_plain(hop.path)}  {hop.checked:,} {hop.unit}{waiting}"]
    for difference in hop.differences:
        lines.append(f"          {difference.count:,} {_plain(difference.text)}:")
        lines += [f"            {_plain(example)}" for example in difference.examples]
        if difference.count > len(difference.examples) > 1:
            lines.append("            ...")
    lines += [f"          ({_plain(note)})" for note in hop.notes]
    return "\n".join(lines)


def _plain(value: str) -> str:
    return escape(printable(value))
