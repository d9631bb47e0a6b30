"""The pack circular_tender as a whole: what its parts promise together, and whether it tells a poor tender from a good one."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from pydantic import ValidationError

from tenderloop import evaluate, load_pack, read_case
from tenderloop.examples import run_examples
from tenderloop.lint import lint
from tenderloop.pack import Gate, Indicator, Pack, Tags
from tenderloop.result import Result

HERE = Path(__file__).parent
PREFIX = re.compile(
    r"Model (clause|text) \((technical specification|need and subject matter|contract notice|selection criterion|award criterion"
    r"|contract performance|instructions to bidders)\), needs legal review: "
)
# A named standard or label shuts out equal proof unless the clause says otherwise.
NAMED = re.compile(r"\b(ISO|EN|FSC|PEFC|EMAS|Ecolabel)\b")


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("circular_tender")


def rated(name: str, pack: Pack) -> Result:
    return evaluate(read_case(HERE / f"{name}_tender.yaml"), pack)


def scores_of(result: Result) -> dict[str, Fraction]:
    return {node.id: node.score for node in result.nodes if node.score is not None}


def rules(pack: Pack) -> list[Indicator | Gate]:
    return [*pack.indicators, *pack.gates]


def test_lint_and_every_example_hold(pack: Pack) -> None:
    assert lint("circular_tender") == []
    assert run_examples(pack) == []


def test_at_least_sixty_indicators_with_five_examples_each(pack: Pack) -> None:
    assert len(pack.indicators) >= 60
    assert {each.id for each in pack.indicators if len(each.examples) < 5} == set()
    assert sum(len(each.examples) for each in pack.indicators) >= 500


def test_every_indicator_shows_what_a_bare_claim_is_worth(pack: Pack) -> None:
    for each in pack.indicators:
        claims = [example for example in each.examples if example.grade == 0]
        assert claims, each.id
        assert all(Fraction(str(example.expect)) <= 25 for example in claims), each.id


def test_every_indicator_has_a_clause_that_says_where_it_goes(pack: Pack) -> None:
    assert [each.id for each in rules(pack) if not PREFIX.match(each.clause)] == []


def test_a_clause_that_names_a_standard_or_label_accepts_equal_ones(pack: Pack) -> None:
    named = [each for each in rules(pack) if NAMED.search(PREFIX.sub("", each.clause))]
    assert len(named) >= 8
    strict = {each.id for each in named if not re.search(r"equivalent|equal", each.clause)}
    # A definition names the standard by which a share is counted; it asks nobody for a certificate.
    assert strict == {"ct.trace.terms"}


def test_tags_reach_every_entry_point_every_strategy_that_is_rewarded_and_the_notice(pack: Pack) -> None:
    def count(key: str) -> Counter[str]:
        return Counter(tag for each in pack.indicators for tag in getattr(each.tags, key))

    assert set(count("unece")) == {"waste", "procurement", "traceability", "standards", "trade"}
    # R9, energy recovery, is no strategy that a circular tender is rewarded for.
    assert set(count("r")) == {f"R{step}" for step in range(9)}
    assert [each.id for each in pack.indicators if not each.tags.eforms] == []
    assert [each.id for each in pack.indicators if not each.tags.sdg or not each.tags.unece] == []
    assert "Potting" in pack.purpose
    assert "potting_2017" in pack.source_of


def test_one_fact_is_rated_once(pack: Pack) -> None:
    rated_by: dict[str, list[str]] = {}
    for each in pack.indicators:
        for name in each.facts:
            if not each.applies_when or name not in each.applies_when:
                rated_by.setdefault(name, []).append(each.id)
    assert {name: ids for name, ids in rated_by.items() if len(ids) > 1} == {}


def test_every_rubric_has_five_levels_scored_alike(pack: Pack) -> None:
    rubrics = [each for each in pack.indicators if each.scoring.levels is not None]
    assert len(rubrics) >= 60
    for each in rubrics:
        assert each.scoring.levels is not None
        assert [int(score) for score in each.scoring.levels.scores] == [0, 10, 40, 75, 100], each.id
        levels = pack.fact_of[each.scoring.levels.of].levels
        assert len(set(levels)) == 5, each.id
        assert levels[4].startswith("As before, "), each.id


def test_no_status_is_stronger_than_ours(pack: Pack) -> None:
    sources = [each.source for each in rules(pack)] + [check.source for check in pack.checks]
    assert {pack.status_of(source) for source in sources} == {"proposed"}


def test_values_of_product_groups_are_open_and_decide_nothing(pack: Pack) -> None:
    assert {each.id for each in pack.parameters} == {
        f"gpp_{topic}_{level}" for topic in ("warranty", "spares", "recycled", "recovery", "certified") for level in ("core", "comp")
    }
    assert all(each.open for each in pack.parameters)
    result = rated("strong", pack)
    statuses = {node.id: node.status for node in result.nodes}
    assert statuses["ct.ambition.warranty"] == "unknown"


def test_poor_middle_and_strong_are_told_apart(pack: Pack) -> None:
    results = [rated(name, pack) for name in ("poor", "middle", "strong")]
    assert [each.rating for each in results] == ["E", "D", "A"]
    poor, middle, strong = (scores_of(each) for each in results)
    for outcome in pack.outcomes:
        assert poor[outcome.id] <= middle[outcome.id] < strong[outcome.id], outcome.id
        assert poor[outcome.id] < 10, outcome.id
        assert strong[outcome.id] >= 65, outcome.id


def test_the_poor_tender_is_told_what_is_wrong(pack: Pack) -> None:
    poor = rated("poor", pack)
    assert [gate.id for gate in poor.gates if gate.status == "fail"] == ["ct.gate.brands"]
    assert {check.id: check.status for check in poor.checks}["ct.check.takeback_route"] == "holds"


def test_the_middle_tender_is_asked_for_the_route_of_what_it_takes_back(pack: Pack) -> None:
    checks = {check.id: check.status for check in rated("middle", pack).checks}
    assert checks["ct.check.takeback_route"] == "broken"
    assert checks["ct.check.declared"] == "holds"
    assert checks["ct.check.sum"] == "holds"


def test_silence_opens_every_gate_question(pack: Pack) -> None:
    case = read_case(HERE / "middle_tender.yaml").model_copy(update={"facts": {}})
    result = evaluate(case, pack)
    assert not result.score
    assert not result.coverage
    assert {gate.status for gate in result.gates} == {"undecided"}
    assert result.provisional


def _level(pack: Pack, indicator: Indicator) -> str:
    assert indicator.scoring.levels is not None
    return indicator.scoring.levels.of


def test_a_notice_alone_never_reaches_the_level_that_a_person_gives(pack: Pack) -> None:
    rubrics = {_level(pack, each) for each in pack.indicators if each.scoring.levels is not None}
    assert {each.fact for each in pack.text_signals} <= rubrics
    assert max(each.measured for each in pack.text_signals) == 3
    said = {each.concept: each.said for each in pack.text_signals}
    assert {concept for concept, level in said.items() if level > 1} == {"market_consultation"}


def test_a_tag_of_the_notice_is_a_field_with_or_without_its_code() -> None:
    assert Tags(eforms=("BT-70", "BT-774:circ-econ")).eforms == ("BT-70", "BT-774:circ-econ")
    for wrong in ("BT774", "circ-econ", "BT-774:", "BT-774: circ-econ"):
        with pytest.raises(ValidationError, match="eforms"):
            Tags(eforms=(wrong,))
