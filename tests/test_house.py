"""What import-linter cannot see of the floors: settings are read in one room only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import settings

ROOMS = ("audit", "bench", "bootstrap", "connectors", "dags", "producer")
#: Files that may read the environment themselves, and why.
ALLOWED = {
    "bootstrap/airflow/airflow_local_settings.py": "Airflow imports it before anything else",
    "bootstrap/containers/airflow_health.py": "runs every few seconds, on the standard library",
    "bootstrap/containers/execute.py": "makes the settings out of a container's secrets",
    "connectors/registrar/definition.py": "a connector's file may depend on a variable",
    "connectors/registrar/config_values.py": "${env:NAME} in a connector's file",
    "connectors/registrar/verbs/context.py": "knows no settings of this project",
}


def _reads(tree: ast.AST) -> Iterator[int]:
    """The lines that read a variable; a whole environment, for a child process, is no setting."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="environ"), attr="get")):
                yield node.lineno
            case ast.Subscript(value=ast.Attribute(attr="environ"), ctx=ast.Load()):
                yield node.lineno
            case ast.Attribute(value=ast.Name(id="os"), attr="getenv"):
                yield node.lineno


def test_settings_are_read_in_one_room() -> None:
    found = []
    for room in ROOMS:
        for file in (settings.ROOT / room).rglob("*.py"):
            name = file.relative_to(settings.ROOT).as_posix()
            if name not in ALLOWED:
                found += [f"{name}:{line}" for line in _reads(ast.parse(file.read_text()))]
    assert not found, "read through settings.get or settings.get_optional"


def test_no_allowance_outlives_its_file() -> None:
    assert not [name for name in ALLOWED if not Path(settings.ROOT, name).exists()]
