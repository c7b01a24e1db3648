"""A recount block that is wrong is named with file, model and what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from dags.landing import recounts
from dags.landing.feeds import FeedError

GOOD = """\
models:
  - name: daily
    config:
      meta:
        recount: {from: marts.facts, by: [day], measures: {n: count(*)}, built_from: at}
    columns: [{name: day}, {name: n}, {name: at}]
"""


def written(folder: Path, text: str) -> Path:
    (folder / "marts").mkdir()
    (folder / "marts" / "daily.yml").write_text(text)
    return folder


def test_a_block_is_read(tmp_path: Path) -> None:
    [found] = recounts.load(written(tmp_path, GOOD))
    assert found.model == "marts.daily"
    assert found.measures == {"n": "count(*)"}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("by: [day]", "by: []", "daily: recount.by: "),
        ("built_from: at", "built_form: at", "'built_form' was unexpected"),
        ("n: count(*)", "m: count(*)", "daily: recount: the model has no column m"),
    ],
)
def test_a_wrong_block_is_an_error(tmp_path: Path, before: str, after: str, said: str) -> None:
    folder = written(tmp_path, GOOD.replace(before, after))
    with pytest.raises(FeedError, match=r"daily\.yml: daily: recount") as error:
        recounts.load(folder)
    assert said in str(error.value)
