"""An array of JSON is read as its elements on a line each would be."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dags.landing.formats.json_elements import json_texts
from dags.landing.refused import RefusedFileError
from tests.landing.format_files import read

JSON = {"type": "json"}
VALUES = st.recursive(
    st.text('ab"\\{}[],:\n é\u2028', max_size=6) | st.integers() | st.none() | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("k}]\"'", max_size=3), inner)
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text("k}]\"'", max_size=3), VALUES, max_size=3)


def parts(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


@given(OBJECTS, st.lists(VALUES), st.sampled_from([None, 0, 2]), st.booleans(), st.integers(1, 9))
def test_every_value_is_an_element_however_it_is_written_and_read(
    first: dict[str, object], others: list[object], indent: int | None, plain: bool, size: int
) -> None:
    values = [first, *others]
    text = json.dumps(values, indent=indent, ensure_ascii=plain)
    found = [*json_texts(parts(f"\n {text}\r\n", size))]
    assert [n for n, _ in found] == [*range(1, len(values) + 1)]
    assert [json.loads(one) for _, one in found] == values


@given(st.lists(OBJECTS.filter(bool), min_size=1), st.integers(1, 9))
def test_objects_over_several_lines_follow_one_another(
    objects: list[dict[str, object]], size: int
) -> None:
    text = "\n".join(json.dumps(one, indent=1) for one in objects)
    assert [json.loads(one) for _, one in json_texts(parts(text, size))] == objects


def test_an_element_is_handed_out_before_the_next_is_read() -> None:
    endless = itertools.chain(["["], itertools.repeat('{"id": "a"},'))
    assert len([*itertools.islice(json_texts(endless), 100_000)]) == 100_000


def test_a_long_value_is_not_searched_anew_for_each_piece_of_it() -> None:
    text = json.dumps([{"id": "a" * 4_000_000}])
    assert [one for _, one in json_texts(parts(text, 16))] == [text[1:-1]]


def test_a_bad_element_is_quarantined_alone(tmp_path: Path) -> None:
    content = b"""[
      {"id": "a"}, {"id": "b", "id": "c"}, {"id": }, 7, "x, y", {"id": NaN},
      {"id": {"x": [1e2]}}, %b, {"id": "z"}]""" % (b"[" * 20_000 + b"]" * 20_000)
    rows = read(tmp_path, JSON, content, columns={"id": "text"})
    assert [row[:2] for row in rows if not row[2]] == [
        ["a", "1"],
        ['{"x": [1e2]}', "7"],
        ["z", "9"],
    ]
    assert [row[2].partition(",")[0] for row in rows if row[2]] == [
        "a name is there twice",
        "not JSON",
        "not an object",
        "not an object",
        "NaN is not JSON",
        "not JSON",
    ]
    assert json.loads(rows[1][3]) == {"id": '{"id": "b", "id": "c"}'}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'[{"id": "a"},\n {"id": "b"}', "line 2: the array does not end: send the file again"),
        (b'[{"id": "a"},\n {"id": "b', "line 2: a value does not end: send the file again"),
        (b'[{"id": "a"}\n {"id": "b"}]', "line 2: '{' where a comma is due"),
        (b'[{"id": "a"},\n]', "line 2: a value is missing"),
        (b'[{"id": "a"}]\n[{"id": "b"}]', "line 2: '\\[' after the array"),
        (b'[{"id": "a\xff"}]', "byte 0xFF in line 1"),
        (b'[{"id": "' + b"a" * (17 << 20) + b'"}]', "line 1: a value is longer than 16 MB"),
        (b'{\n"id": "a"', "line 1: a value does not end"),
    ],
)
def test_an_array_whose_elements_cannot_be_told_apart_is_refused(
    tmp_path: Path, content: bytes, message: str
) -> None:
    with pytest.raises(RefusedFileError, match=message):
        read(tmp_path, JSON, content, columns={"id": "text"})


@pytest.mark.parametrize("content", [b"[]", b" [\n] \n"])
def test_an_empty_array_has_no_rows(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, JSON, content, columns={"id": "text"}) == []
