"""An audit while a stream runs; the last test of the chain, because it leaves rows under way."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.audit.conftest import Chain
from tests.conftest import ROOT

pytestmark = [pytest.mark.services, pytest.mark.timeout(1800)]


@pytest.mark.slow
def test_an_audit_while_a_stream_runs_finds_nothing(chain: Chain) -> None:
    words = ["--rate", "300", "--seed", "3", "--duplicates", "0.3", "--changed", "0.5"]
    producing = subprocess.Popen(
        [sys.executable, "-m", "producer", "stream", *words],
        cwd=ROOT,
        env=chain.settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for step in (chain.land, chain.transform, chain.land):
            chain.waiting()
            step()
        assert chain.waiting()
        assert producing.poll() is None
    finally:
        producing.terminate()
        producing.wait(30)
