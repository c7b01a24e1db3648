"""Rows of a workbook's sheet, read as a stream.

openpyxl in its read-only mode holds a row, and the workbook's distinct texts; python-calamine,
which is faster, holds the whole sheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import openpyxl

from dags.landing.refused import RefusedFileError, readable_as

from .text_rows import Row
from .values import native

#: What Excel shows where a formula failed; the value is not there.
_ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))

_WORKBOOK = "a workbook (.xlsx)"


def sheet_names(file: BinaryIO) -> list[str]:
    """The names of a workbook's sheets, in order.

    Raises:
        RefusedFileError: it is not a workbook.
    """
    with readable_as(_WORKBOOK):
        book = openpyxl.load_workbook(file, read_only=True)
        try:
            return list(book.sheetnames)
        finally:
            book.close()


def xlsx_rows(file: BinaryIO, sheet: str | None, skip: int) -> Iterator[Row]:
    """The rows that have a cell, as wide as the first of them.

    Args:
        sheet: its name; None for the first.
        skip: rows at the head that are left out.

    Raises:
        RefusedFileError: it is not a workbook, or has not the sheet.
    """
    with readable_as(_WORKBOOK):
        yield from _rows(openpyxl.load_workbook(file, read_only=True, data_only=True), sheet, skip)


def _rows(book: openpyxl.Workbook, sheet: str | None, skip: int) -> Iterator[Row]:
    try:
        if sheet is not None and sheet not in book.sheetnames:
            known = ", ".join(map(repr, book.sheetnames))
            raise RefusedFileError(f"the workbook has no sheet {sheet!r}, but {known}.")
        found = book[sheet] if sheet is not None else book.worksheets[0]
        # What a program wrote as the sheet's size may be wrong.
        found.reset_dimensions()
        width = 0
        for number, values in enumerate(found.iter_rows(values_only=True), start=1):
            cells = list(values)
            while cells and cells[-1] is None and len(cells) > width:
                cells.pop()
            if number > skip and any(cell is not None for cell in cells):
                width = width or len(cells)
                yield _row(number, [*cells, *[None] * (width - len(cells))])
    finally:
        book.close()


def _row(number: int, cells: list[Any]) -> Row:
    fault = next((f"the formula's result is {cell}" for cell in cells if cell in _ERRORS), None)
    fields: list[str | None] = []
    for cell in cells:
        try:
            fields.append(cell if isinstance(cell, str) else native(cell))
        except ValueError as error:
            fields.append(repr(cell))
            fault = str(error)
    return Row(number, fields, fault)
