"""Exit 1 if https://osv.dev knows a vulnerability of a jar in jars.lock; each is named."""

from __future__ import annotations

import sys

import requests

from bootstrap.native.jars import read_lock

GROUPS = ("kafka", "sink", "compiler", "registry")


def main() -> int:
    """Ask about all jars at once; returns the exit code."""
    jars = read_lock(*GROUPS)
    queries = [
        {
            "package": {"ecosystem": "Maven", "name": ":".join(jar.parts[:2])},
            "version": jar.parts[2],
        }
        for jar in jars
    ]
    answer = requests.post(
        "https://api.osv.dev/v1/querybatch", json={"queries": queries}, timeout=60
    )
    answer.raise_for_status()
    found = [
        f"{jar.coordinate}: https://osv.dev/vulnerability/{vulnerability['id']}"
        for jar, result in zip(jars, answer.json()["results"], strict=True)
        for vulnerability in result.get("vulns", ())
    ]
    print("\n".join(found) or f"{len(jars)} jars, none with a known vulnerability")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
