"""An Avro message is its row, or refused: whatever the contract, the writer's schema, the bytes.

All are drawn at random; the converter's answers are held against `avro_oracle`.
"""

from __future__ import annotations

import json
import random
from collections import Counter

from tests.plugin import avro_messages, avro_oracle, messages, oracle
from tests.plugin.conftest import Converter
from tests.plugin.registry import framed, serving

CONTRACTS, WRITERS, RECORDS = 100, 6, 12


def test_every_record_is_its_value_or_refused(converter: Converter) -> None:
    draw, kinds = random.Random(20261130), Counter[str]()
    with serving() as registry:
        for _ in range(CONTRACTS):
            contract = messages.contract(draw)
            options = oracle.Options(
                draw.choice(["fail", "ignore"]), draw.choice(["fail", "truncate"])
            )
            taken = converter.configure_avro(contract, registry.address, **vars(options))
            assert taken.kind == "C", f"{taken} for {json.dumps(contract)}"
            for _ in range(WRITERS):
                schema = avro_messages.writer(draw, contract)
                number = registry.register(schema)
                drawn = [avro_messages.record(draw, schema, contract) for _ in range(RECORDS)]
                answers = converter.convert([framed(number, each) for each in drawn])
                for raw, answer in zip(drawn, answers, strict=True):
                    try:
                        found = avro_oracle.convert(contract, schema, raw, options)
                        expected = "V", json.dumps(found, sort_keys=True)
                    except oracle.Refused:
                        expected = "R", ""
                    text = (
                        json.dumps(json.loads(answer.text), sort_keys=True)
                        if answer.kind == "V"
                        else ""
                    )
                    assert (answer.kind, text) == expected, (
                        f"{answer} for {raw!r} of {json.dumps(schema)} by {json.dumps(contract)} "
                        f"with {options}"
                    )
                    assert answer.kind == "V" or 10 < len(answer.text) < 400, answer.text
                    kinds[answer.kind] += 1
    assert min(kinds["V"], kinds["R"]) > kinds.total() / 4, kinds
