"""The kinds that producer/README.md lists are those that a recipe can use."""

from __future__ import annotations

import re

from producer.drawing import recipe  # noqa: F401 - registers the kinds
from producer.drawing.kinds import KINDS
from tests.conftest import ROOT


def test_the_readme_lists_every_kind_and_no_other() -> None:
    page = (ROOT / "producer" / "README.md").read_text()
    table = page.partition("| kind | gives |\n")[2].partition("\n\n")[0]
    rows = [row.split("|")[1] for row in table.splitlines()[1:]]
    listed = {re.findall(r"`(\w+)", row)[0] for row in rows}
    assert listed == {*KINDS}
