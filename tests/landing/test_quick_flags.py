"""A macro of a long-running process takes as long as its first."""

from __future__ import annotations

import inspect
from unittest import mock

from dbt_common.behavior_flags import Behavior, BehaviorFlag

from dags.landing import quick_flags


def test_the_stack_is_not_searched_for_each_flag_of_dbt() -> None:
    assert quick_flags
    flag = BehaviorFlag(name="new_ways", default=True, docs_url="https://docs.getdbt.com")
    with mock.patch.object(inspect, "stack", side_effect=AssertionError):
        assert Behavior([flag], {}).new_ways
