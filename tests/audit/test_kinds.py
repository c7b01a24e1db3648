"""The audit says of what it cannot compare that it cannot: it never passes over a hop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from audit import run, topic_to_sink
from connectors.registrar.definition import Definition
from connectors.registrar.errors import RegistrarError
from dags.landing.feeds import Feed
from dags.landing.reconcile.landed import landed
from dags.landing.reconcile.warehouse import EVERYTHING

NOTHING: Any = None


def test_a_feed_of_an_unknown_kind_is_an_error() -> None:
    class OtherFeed(Feed):
        """A kind that nobody has thought of yet."""

    other = object.__new__(OtherFeed)
    for hops in (run._feeds([other], NOTHING), landed(NOTHING, [other], EVERYTHING)):
        with pytest.raises(TypeError, match="OtherFeed"):
            list(hops)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"connector.class": "a.Source"}, "x cannot be audited"),
        ({"topics.regex": "a.*"}, "x cannot be audited"),
    ],
)
def test_a_connector_of_an_unknown_kind_is_an_error(config: dict[str, str], said: str) -> None:
    with pytest.raises(RegistrarError, match=said):
        topic_to_sink.compare(
            NOTHING, NOTHING, Definition("x", Path("x.yml"), config, {}), show_values=True
        )
