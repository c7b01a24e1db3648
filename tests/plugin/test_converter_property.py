"""A message is its row, or refused with a reason: whatever the contract, whatever the message.

Contracts and messages are drawn at random; the converter's answers are held against `oracle`.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from typing import Any

from tests.plugin import messages, oracle
from tests.plugin.conftest import Converter

CONTRACTS, MESSAGES = 500, 60
MESSAGES_A_MINUTE = 20_000


def expected(contract: dict[str, Any], message: bytes, options: oracle.Options) -> str:
    try:
        return json.dumps(oracle.convert(contract, message, options), sort_keys=True)
    except oracle.Refused:
        return "refused"


def test_every_message_is_its_value_or_refused(converter: Converter) -> None:
    draw, kinds, took = random.Random(20261129), Counter[str](), 0.0
    for _ in range(CONTRACTS):
        contract = messages.contract(draw)
        options = oracle.Options(draw.choice(["fail", "ignore"]), draw.choice(["fail", "truncate"]))
        taken = converter.configure(contract, **vars(options))
        assert taken.kind == "C", f"{taken} for {json.dumps(contract)}"
        drawn = [messages.message(draw, contract) for _ in range(MESSAGES)]
        began = time.monotonic()
        answers = converter.convert(drawn)
        took += time.monotonic() - began
        for message, answer in zip(drawn, answers, strict=True):
            found = "refused"
            if answer.kind == "V":
                found = json.dumps(json.loads(answer.text), sort_keys=True)
            elif answer.kind == "R":
                assert 10 < len(answer.text) < 400, answer.text
            else:
                raise AssertionError(f"{answer} for {message!r} by {json.dumps(contract)}")
            assert found == expected(contract, message, options), (
                f"{answer} for {message[:2000]!r} by {json.dumps(contract)} with {options}"
            )
            kinds[answer.kind] += 1
    assert min(kinds["V"], kinds["R"]) > CONTRACTS * MESSAGES / 4, kinds
    assert CONTRACTS * MESSAGES / took > MESSAGES_A_MINUTE / 60
