"""`try` says what would become of a file, and proposes a block that takes it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from dags.landing.__main__ import main
from dags.landing.formats.sniff import sniff
from tests.landing.format_files import read
from tests.landing.shapes import COLUMNS, ROWS, SHAPES

#: Programs whose files leave open what they mean: `try` says so, and a person decides.
OPEN = {"SAP: list saved as local file, unconverted"}


def test_the_proposal_takes_what_programs_write(tmp_path: Path) -> None:
    untaken = set()
    for n, shape in enumerate(SHAPES):
        folder = tmp_path / str(n)
        folder.mkdir()
        (folder / "file").write_bytes(shape.content)
        found = sniff(folder / "file", COLUMNS, ["id", "amount"])
        try:
            rows = read(folder, found.options, shape.content, columns=COLUMNS)
        except Exception:
            untaken.add(shape.writer)
            continue
        values = [(row[0], row[1], float(row[2] or 0), row[3]) for row in rows]
        if values != [(one[0], one[1], float(one[2]), str(one[3])) for one in ROWS]:
            untaken.add(shape.writer)
    assert untaken == OPEN


def test_a_file_is_tried_without_any_service(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "transactions_2026_11.csv"
    header = "tx_id,user_id,amount,currency,merchant,category,timestamp"
    good = "t1,u,1.50,EUR,,,2026-11-01"
    file.write_text(f"{header}\n{good}\nt2,u,x,EUR,,,2026-11-01\nTotal,,1.50,,,,\n")
    assert main(["try", str(file)]) == 0
    said = capsys.readouterr().out
    assert "the feed transactions_batch_csv takes it" in said
    assert "3 rows: 1 land, 2 are quarantined" in said
    assert "1 x amount: 'x' is not number(38,6), written 1234.50 (first in line 3)" in said
    assert "user_id is empty (first in line 4)" in said

    file.write_text(f"{header}\n{good}\n".replace(",", ";"))
    assert main(["try", str(file)]) == 0
    said = capsys.readouterr().out
    assert "refused as a whole: wrong header" in said
    _, _, end = said.partition("format:")
    assert yaml.safe_load(f"format:{end.partition('With it')[0]}") == {
        "format": {"field_delimiter": ";"}
    }
    assert "1 land, 0 are quarantined" in end


def test_a_file_of_no_feed_gets_a_block_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rechnungen_2026_11.csv"
    file.write_text("Nr;Betrag;Datum\nA1;1.234,50;31.12.2026\nA2;5,00;01.01.2026\n")
    assert main(["try", str(file)]) == 0
    said = capsys.readouterr().out
    assert "no feed takes it" in said
    assert "files: rechnungen*.csv" in said
    assert '{name: betrag, data_type: "number(20,2)"' in said
    assert "A1  1234.50  2026-12-31" in said


def test_what_fits_two_ways_is_in_doubt(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("id,day\na,01/02/2026\nb,03/04/2026\n")
    [doubt] = sniff(tmp_path / "a", {"id": "text", "day": "date"}).doubts
    assert doubt.startswith(
        "day: '01/02/2026' is 2026-02-01 as date_format 'DD/MM/YYYY', and 2026-01"
    )
