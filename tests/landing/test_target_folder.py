"""Where dbt writes what it has parsed, as the landing runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

WORDS = "from dags.landing import macros; print(*macros._PROJECT, sep='\\n')"


@pytest.mark.parametrize("target", ["", "/another"], ids=["natively", "in the image"])
def test_it_goes_into_the_manifests_folder_unless_another_is_named(
    tmp_path: Path, target: str
) -> None:
    """The image's manifest is in a folder that nobody can write to; dbt reads the setting."""
    env = os.environ | {"DBT_MANIFEST": str(tmp_path / "m.json"), "DBT_TARGET_PATH": target}
    done = subprocess.run(
        [sys.executable, "-c", WORDS], cwd=ROOT, env=env, check=True, capture_output=True, text=True
    )
    words = done.stdout.splitlines()
    named = words[words.index("--target-path") + 1] if "--target-path" in words else None
    assert named == (None if target else str(tmp_path))
