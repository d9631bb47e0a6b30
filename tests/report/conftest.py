"""One small case under one small pack, rated once, that shows everything a report can show."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenderloop.evaluate import evaluate
from tenderloop.pack import Pack
from tenderloop.readers.cases import case_of_text, read_case
from tenderloop.readers.packs import read_pack
from tenderloop.report.assembly import build
from tenderloop.report.model import Report
from tenderloop.result import Result

HERE = Path(__file__).parent
HOSTILE = "<img src=http://198.51.100.7/x><script>alert(1)</script><link rel=attachment href=file:///etc/passwd>{{ 7*7 }} & \"'"


@pytest.fixture(scope="session")
def plant() -> Pack:
    """The small pack."""
    return read_pack(HERE / "plant")


@pytest.fixture(scope="session")
def result(plant: Pack) -> Result:
    """The small case, rated."""
    return evaluate(read_case(HERE / "case.yaml", [plant]), plant)


@pytest.fixture(scope="session")
def report(result: Result) -> Report:
    """The report of it."""
    return build([result])


@pytest.fixture(scope="session")
def hostile(plant: Pack) -> Report:
    """The same case with markup, templates and formulas wherever a person may write."""
    text = (HERE / "case.yaml").read_text(encoding="utf-8")
    quoted = "'" + HOSTILE.replace("'", "''") + "'"
    for harmless in (
        '"The permit allows 200 000 tonnes."',
        "Riverbend plant in miniature",
        "Marlow & Reyes",
        "The city has 150 000 people.",
    ):
        assert harmless in text
        text = text.replace(harmless, quoted)
    text = text.replace("notes: Invented.", "notes: '=HYPERLINK(\"http://198.51.100.7\")'")
    text = text.replace('"A survey is planned."', "'+1+cmd|'' /C calc''!A0'")
    return build([evaluate(case_of_text(text, packs=[plant]), plant)])
