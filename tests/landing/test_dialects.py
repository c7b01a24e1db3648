"""Files of any dialect: each row lands or is quarantined with a reason, or the file is refused."""

# ruff: noqa: E501 - the oracle is dense
from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import tempfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dags.landing.refused import RefusedFileError
from tests.landing.format_files import read

TYPES = {"id": "text", "amount": "number(18,2)", "at": "timestamp_ntz(6)", "note": "text"}
MODELS = {"DD/MM/YYYY HH24:MI": "%d/%m/%Y %H:%M", "YYYYMMDD\"T\"HH24MISS": "%Y%m%dT%H%M%S",
          "MM-DD-YYYY HH12:MI AM": "%m-%d-%Y %I:%M %p", "DD-MON-YYYY HH24:MI": "%d-%b-%Y %H:%M"}  # fmt: skip
NOTES = st.text(alphabet="aéß ,;|\t'\"\\\n\r^~", max_size=8).map(lambda text: f"n{text}n")
ROWS = st.lists(
    st.tuples(
        st.decimals(-(10**9), 10**9, places=2),
        st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)),
        NOTES,
        st.sampled_from(["good"] * 6 + ["amount", "at", "id", "few", "more", "null"]),
    ),
    max_size=12,
)
DIALECTS = st.fixed_dictionaries(
    {
        "encoding": st.sampled_from(["utf8", "utf16", "windows1252", "cp850"]),
        "field_delimiter": st.sampled_from([",", ";", "\t", "|", "^"]),
        "field_optionally_enclosed_by": st.sampled_from(['"', "'"]),
        "decimal_separator": st.sampled_from([".", ","]),
        "timestamp_format": st.sampled_from(list(MODELS)),
        "skip_header": st.integers(0, 2),
        "compression": st.sampled_from(["auto", "gzip"]),
        "null_if": st.just(["NULL"]),
        "rename": st.just({"Nr.": "id"}),
        "skip_footer": st.just("Total"),
    }
)


def written(amount: Decimal, at: datetime, form: dict[str, Any], grouped: bool) -> tuple[str, str]:
    """Amount and time as the dialect writes them."""
    decimal = form["decimal_separator"]
    text = f"{amount:,.2f}" if grouped else f"{amount:.2f}"
    swapped = text.translate({44: "." if decimal == "," else ",", 46: decimal})
    return swapped, at.strftime(MODELS[form["timestamp_format"]])


@settings(max_examples=50, deadline=None, database=None, phases=[Phase.generate],
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(rows=ROWS, form=DIALECTS, end=st.sampled_from(["\n", "\r\n"]), all_quoted=st.booleans(),
       grouped=st.booleans(), order=st.permutations(list(TYPES)), is_whole=st.integers(0, 9))  # fmt: skip
def test_no_row_of_any_dialect_is_lost_or_changed(
    rows: list[tuple[Decimal, datetime, str, str]],
    form: dict[str, Any],
    end: str,
    all_quoted: bool,
    grouped: bool,
    order: list[str],
    is_whole: int,
) -> None:
    if grouped:
        form = {**form, "group_separator": "." if form["decimal_separator"] == "," else ","}
    text, expected = io.StringIO(newline=""), []
    text.write(f"a report{end}" * form["skip_header"])
    quoting: Any = csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL
    # Its terminator decides what Python quotes.
    writer = csv.writer(text, delimiter=form["field_delimiter"], lineterminator="\r\n",
                        quotechar=form["field_optionally_enclosed_by"], quoting=quoting)  # fmt: skip
    names = [name for name in order if is_whole or name != "at"]
    records = [["Nr." if name == "id" else name.upper() for name in names]]
    for n, (amount, at, note, kind) in enumerate(rows):
        at = at.replace(microsecond=0, second=0)
        row = dict(zip(TYPES, [f"t{n}", *written(amount, at, form, grouped), note], strict=True))
        row |= {"id": ""} if kind == "id" else {kind: "12x"} if kind in ("amount", "at") else {}
        row |= {"amount": "NULL"} if kind == "null" else {}
        fields = [row[name] for name in names]
        if kind in ("few", "more"):
            # Over two lines, such a row would be two rows of the quarantine.
            fields = [field.replace("\n", "") for field in fields]
            fields = fields[:-1] if kind == "few" else [*fields, "more"]
        records.append(fields)
        value = "" if kind == "null" else str(amount)
        good = [f"t{n}", value, str(at), note]
        reasons = {"few": "fewer than 4 fields", "more": "more than 4 fields", "id": "id is empty"}
        reason = reasons.get(kind, f"{kind}: '12x' is not") if kind not in ("good", "null") else ""
        expected.append((good, reason))
    for record in records:
        start = text.tell()
        writer.writerow(record)
        text.seek(text.tell() - 2)
        text.truncate()
        text.write(end)
        assert text.tell() > start
    text.write(f"Total{end}")
    content = text.getvalue().encode(codecs.lookup(form["encoding"].replace("windows", "cp")).name)
    content = gzip.compress(content) if form["compression"] == "gzip" else content

    refused, landed = "", []
    with tempfile.TemporaryDirectory() as folder:
        try:
            landed = read(Path(folder), form, content, columns=TYPES)
        except RefusedFileError as error:
            refused = str(error)
    assert ("at missing" in refused) == (not is_whole)
    expected = [] if refused else expected
    assert len(landed) == len(expected)
    for found, (values, reason) in zip(landed, expected, strict=True):
        if reason:
            assert reason in found[5], found
            assert json.loads(found[6])
        else:
            assert found[5] == "", found
            assert [found[0], found[2], found[3]] == [values[0], values[2], values[3]]
            assert found[1] == values[1] or Decimal(found[1]) == Decimal(values[1])
