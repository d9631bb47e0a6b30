"""The samples that are published notices: they read without a fault, say what their READMEs promise, and give the golden results."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from tenderloop.evaluate import evaluate
from tenderloop.quantity import exact_text
from tenderloop.readers.packs import load_pack
from tenderloop.reading import Reading, fit_to_notice, notice_at, read_notice
from tenderloop.result import Result

SAMPLES = Path(__file__).parent.parent / "samples"
NAMES = ("notice_occupational_health", "notice_office_furniture", "notice_waste_concession")
PERSONAL = re.compile(rb"[\w.+-]+@[\w-]+\.\w+|<cbc:Telephone>|<cbc:ElectronicMail>|<cac:Contact>|UltimateBeneficialOwner")


@cache
def read(name: str) -> tuple[Reading, Result]:
    notice = notice_at(SAMPLES / name / "notice.xml")
    assert notice is not None
    packs, profile, _ = fit_to_notice([load_pack("circular_tender")], notice)
    reading = read_notice(notice, packs, profile=profile)
    return reading, evaluate(reading.case, packs[0])


def shown(score: Fraction | None) -> str:
    return "not applicable" if score is None else exact_text(score)


@pytest.mark.parametrize("name", NAMES)
def test_golden(name: str, update_golden: bool) -> None:
    reading, result = read(name)
    assert result.range is not None
    found = {
        "score": shown(result.score),
        "range": [shown(result.range.low), shown(result.range.high)],
        "coverage": shown(result.coverage),
        "rating": result.rating,
        "profile": reading.case.profile,
        "findings": {
            fact: f"{best.value} {best.strength} {best.concept}".strip()
            for fact in sorted({finding.fact for finding in reading.findings})
            if (best := reading.best(fact)) is not None
        },
        "nodes": {node.id: shown(node.score) for node in result.nodes if node.status == "scored"},
    }
    golden = SAMPLES / name / "result.golden.json"
    if update_golden:
        golden.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert json.loads(golden.read_text(encoding="utf-8")) == found


@pytest.mark.parametrize("name", NAMES)
def test_holds_no_personal_data_and_says_where_it_is_from(name: str) -> None:
    assert PERSONAL.search((SAMPLES / name / "notice.xml").read_bytes()) is None
    readme = (SAMPLES / name / "README.md").read_text(encoding="utf-8")
    for part in ("## What is real", "## What is invented", "## What the report says", "2011/833/EU", "© European Union"):
        assert part in readme


def test_furniture_is_asked_in_words_of_duty_and_price_alone_decides() -> None:
    reading, result = read("notice_office_furniture")
    assert reading.case.profile == "furniture"
    for fact in ("ct_spec_spares", "ct_proof_labels", "ct_spec_disassembly", "ct_spec_renewable_material"):
        best = reading.best(fact)
        assert best is not None
        assert best.strength == "asked"
    assert reading.case.facts["ct_price_share"].value == 100
    assert result.fact_of["ct_price_share"].grade == 3
    assert not any(note.by for note in result.parameters)


def test_health_services_declare_goals_that_no_text_speaks_of() -> None:
    reading, _ = read("notice_occupational_health")
    declared = {finding.quote for finding in reading.findings if finding.strength == "declared"}
    assert declared == {
        "environmental-impact: circ-econ",
        "environmental-impact: biodiv-eco",
        "social-objective: hum-right",
        "social-objective: work-cond",
    }
    assert not [finding for finding in reading.findings if finding.concept]
    assert reading.case.facts["ct_price_share"].value == 80


def test_the_concession_is_awarded_for_price_by_three_quarters() -> None:
    reading, _ = read("notice_waste_concession")
    assert reading.case.facts["ct_price_share"].value == 75
    assert reading.case.facts["ct_duration"].value == 120
    assert all(not subject.named for subject in reading.subjects if subject.criterion.type == "price")
