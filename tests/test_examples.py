"""Examples run as tests: how an expectation is compared, and what an example's case holds."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tenderloop.examples import example_case, run_examples
from tenderloop.pack import Indicator, Pack
from tenderloop.readers.packs import list_packs, load_pack, read_pack

PACK: Pack = read_pack(Path(__file__).parent / "bad_packs" / "sound")


@pytest.mark.parametrize("name", list_packs())
def test_examples_of_shipped_packs_hold(name: str) -> None:
    pack = load_pack(name)
    assert sum(len(each.examples) for each in pack.indicators) > 50
    assert [str(problem) for problem in run_examples(pack)] == []


def _with_expectation(expect: object) -> Pack:
    """The pack whose indicator s.recovery has the one example 'a third' (score 125/3), expecting something else."""
    indicator = next(each for each in PACK.indicators if each.id == "s.recovery")
    third = next(each for each in indicator.examples if each.name == "a third").model_copy(update={"expect": expect})
    changed: Indicator = indicator.model_copy(update={"examples": (third,)})
    return PACK.model_copy(update={"indicators": (changed,), "gates": (), "checks": ()})


@pytest.mark.parametrize("expect", ["125/3", "41.67", "41.7", "42", Fraction(125, 3)])
def test_a_decimal_is_compared_to_its_own_places(expect: object) -> None:
    assert run_examples(_with_expectation(expect)) == []


@pytest.mark.parametrize("expect", ["41.66", "41.6", "41", "41.670", "250/6.0", "unknown", "not_applicable", "41.6666666666"])
def test_a_wrong_expectation_fails_with_the_reason(expect: str) -> None:
    (problem,) = run_examples(_with_expectation(expect))
    assert problem.code == "example-failed"
    assert "gives 125/3" in problem.message
    assert problem.line == next(each.line for indicator in PACK.indicators for each in indicator.examples if each.name == "a third")


def test_an_example_is_a_case_with_verified_evidence_at_the_last_stage() -> None:
    example = next(each for indicator in PACK.indicators for each in indicator.examples if each.name == "a third")
    case = example_case(PACK, example)
    assert case.stage == "delivery"
    assert case.facts["recovered"].grade == 4
    assert case.facts["recovered"].value == 1
    claimed = next(each for indicator in PACK.indicators for each in indicator.examples if each.name == "only claimed")
    assert example_case(PACK, claimed).facts["permit"].grade == 0
