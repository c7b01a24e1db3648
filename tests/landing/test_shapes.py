"""What sixty programs write lands with the same values, by the formats that docs/files.md names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.landing import shapes
from tests.landing.format_files import read
from tests.landing.shapes import COLUMNS, MOMENTS, SHAPES, Shape

TRUE = {"true", "t", "1", "TRUE", "yes", "Yes"}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.writer)
def test_what_programs_write_lands_by_the_documented_format(tmp_path: Path, shape: Shape) -> None:
    rows = read(tmp_path, shape.form, shape.content, columns=COLUMNS)
    assert [row[7] for row in rows] == ["", ""]
    for row, values in zip(rows, shapes.ROWS, strict=True):
        assert row[:2] == list(values[:2])
        assert float(row[2]) == float(values[2])
        assert row[3] == str(values[3])
        assert row[4].startswith(f"{values[4]}")
        assert (row[5] in TRUE) == values[5]


def test_the_document_names_each_shape() -> None:
    text = shapes.DOCUMENT.read_text()
    assert len(SHAPES) >= 60
    assert text == shapes.document(text), "run: python -m tests.landing.shapes"
    assert len(MOMENTS) == 2
