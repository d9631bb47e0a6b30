"""The logic cases of the list of faults to survive (procedure and scoring, numbers 5 to 19) that concern the core, each by its number.

Numbers 11 and 20 are about who may see and approve what; accounts and screens test them.
"""

from __future__ import annotations

import copy
import random
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tenderloop.award.bid import Decision, Draw, NotApplicable
from tenderloop.award.check import faults_of
from tenderloop.award.judgement import Consensus, Judgement
from tenderloop.award.lock import lock_text, locked_hash
from tenderloop.award.procedure import Procedure
from tenderloop.award.reading import judgements_of_text, procedure_of_text
from tenderloop.award.result import LotResult
from tenderloop.award.scoring import award
from tenderloop.errors import Problems

sys.path.insert(0, str(Path(__file__).parent))
from random_procedures import FACTS, SCALES, bid, given


def procedure(criteria: list[dict[str, Any]], **rules: Any) -> dict[str, Any]:
    return {
        "procedure": "cases",
        "title": "Cases",
        "buyer": "Example",
        "currency": "EUR",
        "scales": SCALES,
        "facts": [*FACTS, {"id": "points", "kind": "number", "question": "Points for quality?"}],
        "rules": rules,
        "lots": [{"id": "lot1", "title": "All", "criteria": criteria}],
    }


def price(weight: int = 40, name: str = "lowest_price_ratio", **parameters: Any) -> dict[str, Any]:
    formula = {"name": name, "parameters": parameters}
    return {"id": "price", "type": "price", "title": "Price", "weight": weight, "formula": formula}


def quality(name: str, weight: int, **way: Any) -> dict[str, Any]:
    return {"id": name, "type": "quality", "title": name, "weight": weight, "scored_by": way or {"scale": "five"}}


BY_POINTS = quality("quality", 60, linear={"fact": "points", "from": 0, "to": 60})
A, B, C = (bid(name, cost, facts={"points": points}) for name, points, cost in (("A", 60, 100), ("B", 50, 80), ("C", 10, 40)))


def one_lot(data: dict[str, Any], bids: list[Any], *more: Any, **named: Any) -> LotResult:
    return award(Procedure.model_validate(data), bids, *more, **named).lots[0]


def refused(data: dict[str, Any], bids: list[Any], *more: Any, **named: Any) -> list[str]:
    with pytest.raises(Problems) as faults:
        one_lot(data, bids, *more, **named)
    assert all(problem.hint for problem in faults.value.problems)
    return [problem.code for problem in faults.value.problems]


def judgement(who: str, name: str, step: str, **more: Any) -> Judgement:
    return Judgement.model_validate({"evaluator": who, "bid": name, "criterion": "quality", "step": step, "reason": "page 3", **more})


def consensus(name: str, step: str, **more: Any) -> Consensus:
    record = {"bid": name, "criterion": "quality", "step": step, "reason": "agreed on page 3", "present": ["e1", "e2"], **more}
    return Consensus.model_validate(record)


PANEL = procedure([price(), quality("quality", 60)])
TWO = [bid("a", 100), bid("b", 90)]
JUDGED = [judgement("e1", "a", "3"), judgement("e2", "a", "4"), judgement("e1", "b", "2"), judgement("e2", "b", "3")]
AGREED = [consensus("a", "4"), consensus("b", "2")]


# --------------------------------------------------------------------------------------------------------------- 5: after the lock


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda data: data["lots"][0]["criteria"][0].update(weight=35), "lots[lot1].criteria[price].weight"),
        (
            lambda data: data["lots"][0]["criteria"][0].update(formula={"name": "linear_one_sided"}),
            "lots[lot1].criteria[price].formula.name",
        ),
        (lambda data: data["rules"].update(ties=["draw"]), "rules.ties"),
        (lambda data: data["scales"][0]["steps"][1].update(value=30), "scales[five].steps[1].value"),
        (lambda data: data["rules"].update(aggregation="mean"), "rules.aggregation"),
    ],
)
def test_05_a_locked_procedure_cannot_change(change: Any, where: str) -> None:
    before = procedure([price(), quality("quality", 60)], ties=["lowest_price"], rounding={"at": "total", "places": 3})
    lock = lock_text(Procedure.model_validate(before))
    assert award(Procedure.model_validate(before), TWO, JUDGED, AGREED, lock=lock).locked
    after = copy.deepcopy(before)
    change(after)
    if "weight" in where:
        after["lots"][0]["criteria"][1]["weight"] = 65
    with pytest.raises(Problems) as faults:
        award(Procedure.model_validate(after), TWO, JUDGED, AGREED, lock=lock)
    assert {problem.code for problem in faults.value.problems} == {"procedure-changed"}
    assert where in {problem.where for problem in faults.value.problems}


def test_05_the_order_in_which_it_is_written_is_no_change() -> None:
    data = procedure([price(), quality("quality", 60)])
    turned = {**data, "scales": SCALES[::-1], "lots": [{**data["lots"][0], "criteria": data["lots"][0]["criteria"][::-1]}]}
    lock = lock_text(Procedure.model_validate(data))
    assert locked_hash(lock, Procedure.model_validate(turned)) == Procedure.model_validate(data).hash


def test_05_an_edited_lock_is_no_lock() -> None:
    rules = Procedure.model_validate(procedure([price(), quality("quality", 60)]))
    lock = lock_text(rules)
    for text in (lock.replace('"60"', '"61"'), "", "[]", "{}", lock[:-5], "[" * 100_000):
        with pytest.raises(Problems) as faults:
            locked_hash(text, rules)
        assert [problem.code for problem in faults.value.problems] == ["not-a-lock"]


# ------------------------------------------------------------------------------------------------------------------ 6: bad weights


def test_06_all_faults_of_weights_are_listed_at_once() -> None:
    data = procedure(
        [
            price(50),
            {**quality("a", 60), "criteria": [quality("x", -5), quality("x", 65)], "scored_by": None},
            {"id": "empty", "type": "quality", "title": "Empty", "weight": 10},
            {**quality("c", 1), "weight": None},
        ]
    )
    del data["lots"][0]["criteria"][1]["scored_by"]
    codes = [problem.code for problem in faults_of(Procedure.model_validate(data))]
    assert sorted(codes) == ["bad-weight", "empty-category", "repeated-id", "weight-missing"]
    data["lots"][0]["criteria"].pop()
    codes = [problem.code for problem in faults_of(Procedure.model_validate(data))]
    assert sorted(codes) == ["bad-weight", "empty-category", "repeated-id", "weights-do-not-sum"]


@pytest.mark.parametrize("weight", ["NaN", "1e308", ".inf", "true", "'40 '", "12345678901234567890123456789012345678901"])
def test_06_a_weight_that_is_no_plain_number_is_refused(weight: str) -> None:
    top = "procedure: abc\ntitle: T\nbuyer: B\ncurrency: EUR\nlots:\n  - id: l\n    title: L\n    criteria:\n"
    text = f"{top}      - {{id: p, type: price, title: P, weight: {weight}, formula: {{name: lowest_price_ratio}}}}\n"
    with pytest.raises(Problems) as faults:
        procedure_of_text(text, "procedure.yaml")
    assert all(problem.line == 9 for problem in faults.value.problems), faults.value


# ---------------------------------------------------------------------------------------------------------- 7 to 10: panel records


@pytest.mark.parametrize("step", ["5", "3.5", "3 ", "03", "three"])
def test_07_a_score_outside_the_steps_is_refused(step: str) -> None:
    assert refused(PANEL, TWO, [*JUDGED[1:], judgement("e1", "a", step)], AGREED) == ["unknown-step"]


@pytest.mark.parametrize("written", ["step: true", "step:", "", "step: [3]", "step: 3.50"])
def test_07_a_step_of_another_type_is_refused_when_read(written: str) -> None:
    rules = Procedure.model_validate(PANEL)
    line = f"\n    {written}" if written else ""
    text = f"procedure: cases\njudgements:\n  - evaluator: e1\n    bid: a\n    criterion: quality\n    reason: page 3{line}\n"
    if written == "step: 3.50":
        # a number is read as it is written, and that is no step
        record = judgements_of_text(text, rules, "judgements.yaml")
        assert refused(PANEL, TWO, [*JUDGED[1:], *record.judgements], AGREED) == ["unknown-step"]
        return
    with pytest.raises(Problems) as faults:
        judgements_of_text(text, rules, "judgements.yaml")
    assert [problem.file for problem in faults.value.problems] == ["judgements.yaml"]


@pytest.mark.parametrize("reason", ["", "   ", "\t\n", "\u200b\u200b", "\u2060 .", "—"])
def test_07_a_reason_without_words_is_refused(reason: str) -> None:
    assert refused(PANEL, TWO, [*JUDGED[1:], judgement("e1", "a", "3", reason=reason)], AGREED) == ["reason-missing"]
    assert refused(PANEL, TWO, JUDGED, [AGREED[0], consensus("b", "2", reason=reason)]) == ["reason-missing"]


def test_08_a_judgement_after_the_consensus_was_opened_is_refused_and_originals_are_kept() -> None:
    first = judgement("e1", "a", "3", time="2026-03-21T10:00")
    agreed = [consensus("a", "4", opened="2026-03-22T10:00", time="2026-03-22T11:00"), AGREED[1]]
    later = judgement("e1", "a", "4", time="2026-03-22T10:01")
    assert refused(PANEL, TWO, [first, later, *JUDGED[1:]], agreed) == ["judged-after-consensus"]
    earlier = judgement("e1", "a", "2", time="2026-03-20T10:00")
    result = award(Procedure.model_validate(PANEL), TWO, [first, earlier, *JUDGED[1:]], agreed)
    assert {each.step for each in result.judgements if each.evaluator == "e1" and each.bid == "a"} == {"2", "3"}
    cell = next(each for each in result.lots[0].panel.cells if each.bid == "a")  # type: ignore[union-attr]
    assert cell.steps == {"e1": "3", "e2": "4"}
    assert cell.delta == 100 - Fraction(175, 2)


def test_09_a_consensus_needs_reason_presence_and_a_settled_discrepancy() -> None:
    apart = [judgement("e1", "a", "0"), *JUDGED[1:]]
    assert refused(PANEL, TWO, apart, AGREED) == ["discrepancy-open"]
    assert refused(PANEL, TWO, apart, [consensus("a", "4", reason="", present=[]), AGREED[1]]) == [
        "discrepancy-open",
        "presence-missing",
        "reason-missing",
    ]
    settled = [consensus("a", "4", discrepancy="e1 had read the older annex"), AGREED[1]]
    lot = one_lot(PANEL, TWO, apart, settled)
    assert lot.status == "ranked"
    assert [note.code for note in lot.warnings if note.bid == "a"] == ["discrepancy"]


def test_09_a_flag_stands_from_above_the_declared_share_only() -> None:
    exactly = procedure([price(), quality("quality", 60)], discrepancy="50 %")
    half = [judgement("e1", "a", "2"), *JUDGED[1:]]
    assert one_lot(exactly, TWO, half, AGREED).status == "ranked"
    assert refused(procedure([price(), quality("quality", 60)], discrepancy="49 %"), TWO, half, AGREED) == ["discrepancy-open"]


def test_10_a_mean_is_no_consensus() -> None:
    for step in ("3.67", "87.5", "mean"):
        assert refused(PANEL, TWO, JUDGED, [consensus("a", step), AGREED[1]]) == ["unknown-step"]
    by_mean = procedure([price(), quality("quality", 60)], aggregation="mean")
    assert set(refused(by_mean, TWO, JUDGED, AGREED)) == {"consensus-not-in-rule"}
    lot = one_lot(by_mean, TWO, JUDGED)
    assert lot.leaf_of["a", "quality"].score == Fraction(175, 2)
    warned = [note for note in lot.warnings if note.code == "averaging-without-consensus"]
    assert len(warned) == 1
    assert "[2022] EWHC 3262 (TCC)" in warned[0].text


# ------------------------------------------------------------------------------------------------------------- 12: not applicable


def test_12_scoping_out_is_flagged_above_the_cap_and_both_totals_are_shown() -> None:
    category = {"id": "waste", "type": "quality", "title": "Waste", "weight": 20}
    category["criteria"] = [quality(f"w{n}", 5, features=[{"fact": "take_back", "points": 100}]) for n in range(4)]
    rest = quality("rest", 80, linear={"fact": "points", "from": 0, "to": 100})
    bids = [bid("a", facts={"take_back": True, "points": 50}), bid("b", facts={"take_back": False, "points": 60})]
    marks = [NotApplicable(lot="lot1", criterion=f"w{n}", reason="no waste of that kind", by="chair") for n in range(3)]

    within = procedure([category, rest], not_applicable="within", not_applicable_cap="10 %")
    lot = one_lot(within, bids, not_applicable=marks)
    assert lot.leaf_of["a", "w3"].share == Fraction(1, 5)  # carries 20 points instead of 5
    assert lot.standing_of["a"].total == 60
    assert lot.standing_of["a"].total_with_all == 45
    assert lot.standing_of["b"].total == lot.standing_of["b"].total_with_all == 48
    assert not lot.reliable
    assert "not-applicable-cap" in {note.code for note in lot.warnings}
    assert lot.leaf_of["a", "w0"].status == "not_applicable"

    overall = procedure([category, rest], not_applicable="overall", not_applicable_cap="15 %")
    lot = one_lot(overall, bids, not_applicable=marks)
    assert lot.leaf_of["a", "w3"].share == Fraction(5, 85)
    assert lot.reliable

    assert set(refused(procedure([category, rest]), bids, not_applicable=marks)) == {"not-applicable-refused"}
    assert refused(within, bids, not_applicable=[marks[0].model_copy(update={"reason": " "})]) == ["reason-missing"]


# ---------------------------------------------------------------------------------------------------------------------- 13: ties


def test_13_an_exact_tie_is_shown_as_a_tie_until_a_declared_rule_decides() -> None:
    # 100 of 100 at 60, against 50 at 60 points more: 0.1 + 0.2 errors would separate them
    data = procedure(
        [
            price(50, "linear_between_bounds", full_score_at=0, zero_score_at=300),
            quality("q", 50, linear={"fact": "points", "from": 0, "to": 3}),
        ]
    )
    bids = [bid("z", 100, facts={"points": 1}), bid("a", 200, facts={"points": 2})]
    lot = one_lot(data, bids)
    assert lot.status == "tied"
    assert lot.winner == ""
    assert [each.rank for each in lot.ranking] == [1, 1]
    assert lot.ties[0].groups == (("a", "z"),)
    assert not lot.ties[0].settled

    for chain, first in ((["lowest_price"], "z"), (["score:q"], "a"), (["score:q", "lowest_price"], "a")):
        lot = one_lot({**data, "rules": {"ties": chain}}, bids)
        assert lot.winner == first
        assert lot.margin == 0
        assert lot.ties[0].settled
        assert len(lot.ties[0].tried) == 1

    drawn = {**data, "rules": {"ties": ["draw"]}}
    assert one_lot(drawn, bids).status == "tied"
    lot = one_lot(drawn, bids, draws=[Draw(lot="lot1", order=("z", "a"), reason="drawn in public", witnesses=("two bidders",))])
    assert lot.winner == "z"


def test_13_a_near_tie_below_what_is_shown_is_named() -> None:
    data = procedure([quality("q", 100, linear={"fact": "points", "from": 0, "to": 100000})])
    lot = one_lot(data, [bid("a", facts={"points": 70004}), bid("b", facts={"points": 70001})])
    assert lot.winner == "a"
    assert [note.code for note in lot.near_ties] == ["near-tie"]
    assert "0.003" in lot.near_ties[0].text


def test_13_a_third_bid_keeps_its_place_after_a_tie() -> None:
    data = procedure([quality("q", 100, linear={"fact": "points", "from": 0, "to": 100})])
    lot = one_lot(data, [bid(name, facts={"points": points}) for name, points in (("a", 7), ("b", 7), ("c", 3))])
    assert {each.bid: each.rank for each in lot.standings} == {"a": 1, "b": 1, "c": 3}


# ------------------------------------------------------------------------------------------------------- 14: irrelevant alternatives


def test_14_the_vector_a_wins_with_c_and_b_wins_without() -> None:
    data = procedure([price(40), BY_POINTS])
    with_c, without = one_lot(data, [A, B, C]), one_lot(data, [A, B])
    assert {each.bid: each.total for each in with_c.standings} == {"A": 76, "B": 70, "C": 50}
    assert {each.bid: each.total for each in without.standings} == {"A": 92, "B": 90}
    # the published vector counts quality in points of 100, not of 60: A(60), B(50), C(10)
    points = procedure([price(40), quality("quality", 60, linear={"fact": "points", "from": 0, "to": 100})])
    totals = {each.bid: each.total for each in one_lot(points, [A, B, C]).standings}
    assert totals == {"A": 52, "B": 50, "C": 46}
    totals = {each.bid: each.total for each in one_lot(points, [A, B]).standings}
    assert totals == {"A": 68, "B": 70}


def test_14_who_leaves_by_decision_is_no_longer_compared_with() -> None:
    points = procedure([price(40), quality("quality", 60, linear={"fact": "points", "from": 0, "to": 100})])
    out = Decision(bid="C", step="abnormally_low", outcome="reject", reason="the explanation does not cover wages", ground="art. 69(3)")
    lot = one_lot(points, [A, B, C], decisions=[out])
    assert lot.winner == "B"
    assert lot.standing_of["C"].status == "abnormally_low"
    assert lot.standing_of["C"].reasons == ("art. 69(3): the explanation does not cover wages",)
    assert {each.bid: each.total for each in lot.ranking} == {"A": 68, "B": 70}


# ----------------------------------------------------------------------------------------------------------------- 15: blank is not 0


def test_15_a_missing_judgement_price_or_answer_leaves_the_lot_incomplete() -> None:
    named = {**PANEL, "panel": [{"id": "e1"}, {"id": "e2"}]}
    lot = one_lot(named, TWO, JUDGED[1:], AGREED)
    assert lot.status == "incomplete"
    assert [(note.code, note.bid, note.evaluator) for note in lot.open] == [("judgement-missing", "a", "e1")]
    assert [each.rank for each in lot.standings] == [None, None]

    lot = one_lot(named, TWO, JUDGED, AGREED[:1])
    assert [(note.code, note.bid) for note in lot.open] == [("consensus-missing", "b")]

    lot = one_lot(PANEL, [TWO[0], bid("b")], JUDGED, AGREED)
    assert [(note.code, note.bid) for note in lot.open] == [("price-missing", "b")]
    assert lot.leaf_of["b", "price"].status == "missing"
    assert lot.leaf_of["b", "price"].points is None

    facts = procedure([price(), quality("quality", 60, linear={"fact": "points", "from": 0, "to": 60})])
    lot = one_lot(facts, [A, bid("b", 90)])
    assert [(note.code, note.bid) for note in lot.open] == [("fact-missing", "b")]

    lot = one_lot(procedure([price(), quality("quality", 60, pack="circular_bid")]), [A])
    assert [(note.code, note.bid) for note in lot.open] == [("pack-result-missing", "A")]


def test_15_an_evaluator_who_disappears_is_missed() -> None:
    named = {**PANEL, "panel": [{"id": "e1"}, {"id": "e2"}, {"id": "e3"}]}
    lot = one_lot(named, TWO, JUDGED, AGREED)
    assert lot.status == "incomplete"
    assert {note.evaluator for note in lot.open} == {"e3"}


def test_15_a_judgement_of_an_older_version_does_not_count() -> None:
    bids = [bid("a", 100, version="2"), TWO[1]]
    lot = one_lot(PANEL, bids, JUDGED, AGREED)
    assert lot.status == "incomplete"
    assert {note.code for note in lot.open} == {"judgement-outdated"}


def test_15_what_is_missing_of_a_bid_that_has_left_does_not_matter() -> None:
    data = procedure([price(), {**quality("quality", 60, linear={"fact": "points", "from": 0, "to": 60}), "threshold": {"min_score": 20}}])
    lot = one_lot(data, [A, B, bid("C", facts={"points": 10})])
    assert lot.status == "ranked"
    assert lot.standing_of["C"].status == "below_threshold"


# ------------------------------------------------------------------------------------------------------------------ 16: bad prices


@pytest.mark.parametrize(("amount", "code"), [(0, "price-zero"), (-5, "price-negative"), (None, "price-missing")])
def test_16_a_price_that_cannot_be_scored_is_open_with_its_reason(amount: Any, code: str) -> None:
    lot = one_lot(procedure([price(40), BY_POINTS]), [A, bid("b", amount, facts={"points": 10})])
    assert lot.status == "incomplete"
    assert [(note.code, note.bid) for note in lot.open] == [(code, "b")]
    rejected = Decision(bid="b", step="compliance", outcome="reject", reason="no price was offered")
    assert one_lot(procedure([price(40), BY_POINTS]), [A, bid("b", amount, facts={"points": 10})], decisions=[rejected]).winner == "A"


def test_16_another_currency_needs_a_declared_rate() -> None:
    data = procedure([price(40), BY_POINTS])
    foreign = bid("b", 110, facts={"points": 10}, currency="USD")
    lot = one_lot(data, [A, foreign])
    assert [(note.code, note.bid) for note in lot.open] == [("price-currency", "b")]
    lot = one_lot({**data, "rates": {"USD": "0.5"}, "price_date": "2026-03-01"}, [A, foreign])
    assert next(each.evaluated for each in lot.prices if each.bid == "b") == 55
    assert lot.status == "ranked"


def test_16_an_abnormally_low_price_is_flagged_with_a_letter_and_stays() -> None:
    data = procedure([price(40), BY_POINTS], low_bid={"rule": "below_median", "parameters": {"share": "25 %"}})
    lot = one_lot(data, [A, B, C])
    assert [each.bid for each in lot.low_bids] == ["C"]
    assert lot.low_bids[0].letter["bidder"] == "Bidder C"
    assert lot.low_bids[0].letter["question"]
    assert lot.low_bids[0].working
    assert lot.standing_of["C"].status == "ranked"


# ------------------------------------------------------------------------------------- 17 to 19: invariance, monotony, degenerate


def test_17_permuting_changes_no_byte() -> None:
    # for every kind of rule: test_properties.test_no_order_of_anything_changes_a_byte
    case = given(3)
    texts = set()
    for seed in range(20):
        order = random.Random(seed)
        texts.add(
            case.changed(
                bids=tuple(order.sample(case.bids, len(case.bids))), judgements=tuple(order.sample(case.judgements, len(case.judgements)))
            )
            .award()
            .to_json()
        )
    assert len(texts) == 1


def test_18_raising_a_score_and_doubling_weights() -> None:
    # for every kind of rule: test_properties.test_raising_one_score_never_lowers_that_bids_total, …_doubling_all_weights_…
    data = procedure([price(40), BY_POINTS])
    better = bid("B", 80, facts={"points": 51})
    assert (one_lot(data, [A, better, C]).standing_of["B"].total or 0) > (one_lot(data, [A, B, C]).standing_of["B"].total or 0)


def test_19_one_bid_identical_bids_zero_weight_and_nothing_that_applies() -> None:
    data = procedure([price(40), BY_POINTS])
    lot = one_lot(data, [A])
    assert (lot.winner, lot.margin, lot.standing_of["A"].total) == ("A", None, 100)

    twins = [A, A.model_copy(update={"id": "A2"})]
    assert one_lot(data, twins).status == "tied"

    zero = procedure([price(100), {**BY_POINTS, "weight": 0}])
    lot = one_lot(zero, [A, B])
    assert lot.leaf_of["A", "quality"].points == 0
    assert lot.winner == "B"

    marks = [NotApplicable(lot="lot1", criterion=name, reason="not needed", by="chair") for name in ("price", "quality")]
    lot = one_lot(procedure([price(40), BY_POINTS], not_applicable="within"), [A, B], not_applicable=marks)
    assert lot.status == "not_scored"
    assert [note.code for note in lot.open] == ["nothing-applies"]
    assert one_lot(data, []).status == "no_bids"


def test_19_an_order_of_importance_gives_no_points() -> None:
    data = procedure([{**price(1), "weight_kind": "ord-imp"}, {**BY_POINTS, "weight": 2, "weight_kind": "ord-imp"}])
    lot = one_lot(data, [A, B])
    assert lot.status == "not_scored"
    assert [note.code for note in lot.open] == ["no-shares"]
