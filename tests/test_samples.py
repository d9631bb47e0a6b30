"""The samples: they load without a fault, say what their READMEs promise, and give the golden results.

Golden files hold the scores, gates and checks, and leave out hashes and wording, so that a diff shows only what a reader would notice.
"""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from tenderloop.case import Case
from tenderloop.evaluate import evaluate
from tenderloop.quantity import exact_text
from tenderloop.readers.cases import read_case
from tenderloop.readers.packs import load_pack
from tenderloop.result import Result

SAMPLES = Path(__file__).parent.parent / "samples"
REAL = ("hyderabad_wte", "istanbul_wte")
NAMES = (*REAL, "riverside_wte", "riverside_wte_lockin")
PACKS = ("people_first_ppp", "waste_to_energy", "circular_ppp")
LOCK_IN = ("ce_hierarchy_duty", "ce_volume_guarantee", "flexibility_parts", "guaranteed_minimum", "stress_payment")


@cache
def sample(name: str) -> Case:
    return read_case(SAMPLES / name)


@cache
def rated(name: str, pack: str) -> Result:
    return evaluate(sample(name), load_pack(pack))


def shown(score: Fraction | None) -> str:
    return "not applicable" if score is None else exact_text(score)


def summary(result: Result) -> dict[str, object]:
    """What a reader would notice of a result; a score is exact text, anything else its status."""
    return {
        "score": shown(result.score),
        "range": [] if result.range is None else [shown(result.range.low), shown(result.range.high)],
        "coverage": shown(result.coverage),
        "rating": result.rating,
        "provisional": result.provisional,
        "gates": {gate.id: gate.status for gate in result.gates},
        "checks": {check.id: check.status for check in result.checks},
        "nodes": {node.id: shown(node.score) if node.status == "scored" else node.status for node in result.nodes},
    }


@pytest.mark.parametrize("name", NAMES)
def test_golden(name: str, update_golden: bool) -> None:
    golden = SAMPLES / name / "result.golden.json"
    found = {pack: summary(rated(name, pack)) for pack in PACKS}
    if update_golden:
        golden.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert json.loads(golden.read_text(encoding="utf-8")) == found


@pytest.mark.parametrize("name", NAMES)
def test_says_what_is_real(name: str) -> None:
    readme = (SAMPLES / name / "README.md").read_text(encoding="utf-8")
    for heading in ("## What is real", "## What is invented", "## What the report says"):
        assert heading in readme


@pytest.mark.parametrize("name", REAL)
def test_real_cases_hold_nothing_but_press_figures(name: str) -> None:
    case = sample(name)
    for answer in case.facts.values():
        assert answer.grade == 1
        assert all(each.document in case.documents for each in answer.evidence)
    assert all(not document.url for document in case.documents.values())


@pytest.mark.parametrize("name", REAL)
def test_real_cases_are_wide_open(name: str) -> None:
    for pack in PACKS:
        result = rated(name, pack)
        assert result.range is not None
        assert result.range.high - result.range.low >= 90
        assert result.provisional
        assert not result.gates.failed


def test_istanbul_claim_is_caught() -> None:
    checks = {check.id: check.status for check in rated("istanbul_wte", "waste_to_energy").checks}
    assert checks["saving_per_tonne"] == "broken"


def test_hyderabad_cost_is_caught() -> None:
    checks = {check.id: check.status for check in rated("hyderabad_wte", "waste_to_energy").checks}
    assert checks["cost_per_megawatt"] == "broken"


@pytest.mark.parametrize("pack", PACKS)
def test_riverside_is_answered_sound_and_high(pack: str) -> None:
    result = rated("riverside_wte", pack)
    assert not [node.id for node in result.nodes if node.status == "unknown"]
    assert result.range is not None
    assert result.range.low == result.range.high == result.score
    assert not [check.id for check in result.checks if check.status not in ("holds", "unknown")]
    assert not result.gates.failed
    assert not result.gates.undecided
    assert result.gates.passed
    assert result.rating == "A"


@pytest.mark.parametrize("name", ["riverside_wte", "riverside_wte_lockin"])
def test_riverside_names_a_page_for_every_answer(name: str) -> None:
    case = sample(name)
    assert "invented" in case.title
    assert "invented" in case.notes
    for answer in case.facts.values():
        assert answer.grade >= 2
        assert all(each.document in case.documents and each.page for each in answer.evidence)


def test_twin_differs_in_exactly_five_facts() -> None:
    good, bound = sample("riverside_wte"), sample("riverside_wte_lockin")
    assert good.facts.keys() == bound.facts.keys()
    differing = sorted(name for name in good.facts if good.facts[name].value != bound.facts[name].value)
    assert differing == sorted(LOCK_IN)
    assert all(good.facts[name].evidence == bound.facts[name].evidence for name in good.facts)
    assert (good.documents, good.stage, good.date, good.packs) == (bound.documents, bound.stage, bound.date, bound.packs)
    readme = (SAMPLES / "riverside_wte_lockin" / "README.md").read_text(encoding="utf-8")
    for name in LOCK_IN:
        assert f"`{name}`" in readme


def test_twin_is_rejected_for_its_guarantee() -> None:
    failed = {pack: [gate.id for gate in rated("riverside_wte_lockin", pack).gates.failed] for pack in PACKS}
    assert failed == {
        "people_first_ppp": [],
        "waste_to_energy": ["guaranteed_tonnage"],
        "circular_ppp": ["ce_no_defeating_guarantee", "ce_hierarchy_clause"],
    }
    bound, free = (rated(name, "waste_to_energy").score for name in ("riverside_wte_lockin", "riverside_wte"))
    assert bound is not None
    assert free is not None
    assert bound < free
