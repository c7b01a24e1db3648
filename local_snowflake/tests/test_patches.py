"""Patches of libraries: each says what it changes and why, and fails when upstream has changed."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Template
from types import SimpleNamespace
from typing import Any

import pytest

from local_snowflake.patches import patching

TESTS = Path(__file__).parent
FILES = sorted(Path(patching.__file__).parent.glob("*.py"))
PATCHES = [file for file in FILES if file.stem not in ("__init__", "patching")]


@pytest.mark.parametrize("file", PATCHES, ids=lambda file: file.stem)
def test_a_patch_names_what_it_changes_and_what_proves_it(file: Path) -> None:
    text = ast.get_docstring(ast.parse(file.read_text())) or ""
    assert re.search(r"^Upstream: [\w., \n]+ \([\w-]+ [\d.]+(, [\w-]+ [\d.]+)*\)$", text, re.M), (
        text
    )
    proof = re.search(r"^Test: (test_\w+\.py), (.+)$", text, re.M)
    assert proof, text
    assert proof[2] in (TESTS / proof[1]).read_text()


@pytest.fixture
def library() -> Any:
    return SimpleNamespace(__name__="library", SQL="select 1", VIEW=Template("create ${x}"))


def test_a_symbol_that_is_gone_fails_loudly(library: Any) -> None:
    for change in (
        lambda: patching.replace(library, "gone", 1),
        lambda: patching.replaces(library, "gone")(print),
        lambda: patching.edit_sql(library, "gone", ("a", "b")),
    ):
        with pytest.raises(patching.PatchError, match=r"library\.gone is gone"):
            change()


def test_a_text_that_has_changed_fails_loudly(library: Any) -> None:
    with pytest.raises(patching.PatchError, match=r"library\.SQL has no 'select 2'"):
        patching.edit_sql(library, "SQL", ("select 2", "select 3"))
    patching.edit_sql(library, "SQL", ("1", "3"))
    patching.edit_sql(library, "VIEW", ("create", "drop"))
    assert library.SQL == "select 3"
    assert library.VIEW.substitute(x="y") == "drop y"
