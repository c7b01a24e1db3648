"""Where dbt writes what it has parsed, as the landing runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PARSE = "from dags.landing.macros import macros; macros().parse()"


@pytest.mark.parametrize("is_named", [False, True], ids=["natively", "in the image"])
def test_it_goes_into_the_manifests_folder_unless_another_is_named(
    tmp_path: Path, is_named: bool
) -> None:
    """The image's manifest is in a folder that nobody can write to."""
    manifest, target = tmp_path / "manifest", tmp_path / "target"
    manifest.mkdir()
    env = os.environ | {"DBT_MANIFEST": str(manifest / "manifest.json")}
    env |= {"DBT_LOG_PATH": str(tmp_path), "DBT_TARGET_PATH": str(target) if is_named else ""}
    subprocess.run([sys.executable, "-c", PARSE], cwd=ROOT, env=env, check=True)
    in_the_manifests_folder = (manifest / "partial_parse.msgpack").exists()
    assert (in_the_manifests_folder, target.exists()) == (not is_named, is_named)
