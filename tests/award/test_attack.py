"""Attacks on chosen lots: the published vector, the edges, and rules that moving numbers cannot follow."""

from __future__ import annotations

import copy
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tenderloop.award.attack import attack
from tenderloop.award.bid import NotApplicable
from tenderloop.award.findings import Attack, LotAttack
from tenderloop.award.formulas import FORMULAS
from tenderloop.award.judgement import Judgement
from tenderloop.award.result import AwardResult

sys.path.insert(0, str(Path(__file__).parent))
from attack_brute import first, priced
from random_procedures import Given, bid

FACT = {"id": "q", "kind": "number", "question": "Points for quality?"}
LINE = {"linear": {"fact": "q", "from": 0, "to": 100}}
QUALITY: dict[str, Any] = {"id": "quality", "type": "quality", "title": "Quality", "weight": 60, "scored_by": LINE}
PRICE = {"id": "price", "type": "price", "title": "Price", "weight": 40, "formula": {"name": "lowest_price_ratio"}}
VECTOR = (("A", 60, 100), ("B", 50, 80), ("C", 10, 40))


def lot(
    bids: tuple[tuple[str, int, int], ...] = VECTOR,
    *,
    criteria: list[dict[str, Any]] | None = None,
    rules: dict[str, Any] | None = None,
    estimate: int | None = None,
    combine: dict[str, Any] | None = None,
    scales: list[dict[str, Any]] | None = None,
) -> Given:
    """A lot whose bids are (id, points for quality, price)."""
    only: dict[str, Any] = {"id": "lot1", "title": "Everything", "criteria": criteria or [QUALITY, PRICE]}
    if estimate is not None:
        only["estimate"] = estimate
    if combine is not None:
        only["combine"] = combine
    data = {
        "procedure": "three",
        "title": "Three bids",
        "buyer": "Example",
        "currency": "EUR",
        "facts": [FACT],
        "scales": scales or [],
        "rules": rules or {},
        "lots": [only],
    }
    return Given(copy.deepcopy(data), tuple(bid(name, price, facts={"q": points}) for name, points, price in bids), (), ())


def attacked(found: Given | AwardResult, **more: Any) -> LotAttack:
    result = found if isinstance(found, AwardResult) else found.award()
    whole = attack(result, **more)
    assert Attack.from_json(whole.to_json()) == whole
    assert "nan" not in whole.to_json().lower().replace("tenant", "")
    return whole.lots[0]


def test_the_vector_a_wins_with_c_and_b_without_it_and_the_first_page_says_so() -> None:
    found = attacked(lot(), simulate=False)
    assert found.winner == "A"
    assert [each.bid for each in found.flipping] == ["C"]
    assert found.headline[0] == "Bid A is first with 52 points (B 50, C 46)."
    assert found.headline[1] == (
        "Without bid C, which does not win, bid B is first with 70 points (A 68). With it, bid A is first with 52 points (B 50, C 46)."
    )
    assert "hangs on a bid that does not win" in found.headline[2]
    left = {each.bid: each.order for each in found.without}
    assert left["C"].totals == {"A": 68, "B": 70}
    assert left["C"].groups == (("B",), ("A",))
    assert left["A"].totals == {"B": 50, "C": 46}
    assert left["B"].first == ("A",)


def test_the_vector_s_weights_by_hand() -> None:
    """A 60w + 40(1 − w), B 50w + 50(1 − w), C 10w + 100(1 − w): A is first above 6/11, where C is level; B never is."""
    weights = {each.criterion: each for each in attacked(lot(), simulate=False).weights}
    price, quality = weights["price"], weights["quality"]
    assert quality.below is not None
    assert (quality.below.at, quality.below.level, quality.below.beyond, quality.above) == (Fraction(6, 11), ("A", "C"), ("C",), None)
    assert price.above is not None
    assert (price.above.at, price.low) == (Fraction(5, 11), 0)
    assert [(span.low, span.high, span.first) for span in quality.spans] == [
        (0, Fraction(6, 11), ("C",)),
        (Fraction(6, 11), Fraction(6, 11), ("A", "C")),
        (Fraction(6, 11), 1, ("A",)),
    ]


def test_the_vector_s_smallest_changes_by_hand() -> None:
    found = attacked(lot(), simulate=False)
    scores = {(each.bid, each.criterion): each for each in found.scores}
    # two points behind: 2 / 0.6 of quality
    assert scores["B", "quality"].change == Fraction(10, 3)
    assert scores["A", "quality"].change == Fraction(-10, 3)
    assert scores["C", "quality"].change == Fraction(10)
    prices = {(each.bid, each.change > 0): each for each in found.prices}
    # 30 + 40 × 40/p = 52 gives p = 800/11 for B; 36 + 40 × 40/p = 50 gives p = 800/7 for A
    assert prices["B", False].after == Fraction(800, 11)
    assert prices["A", True].after == Fraction(800, 7)
    # C dearer: A 36 + 40 × c/100 against B 30 + 40 × c/80 are level at c = 60
    assert (prices["C", True].after, prices["C", True].first, prices["C", True].beyond) == (60, ("A", "B"), ("B",))
    # C cheaper: its own score stays, A's and B's fall: 6 + 40 = 46 = 36 + 40 × c/100 at c = 25
    assert (prices["C", False].after, prices["C", False].beyond) == (25, ("C",))
    assert prices["C", True].statement == "With 60 EUR for bid C instead of 40 (50 % more), bids A and B (level) are first; above it bid B."
    assert found.smallest_price is not None
    assert found.smallest_price.bid == "B"


def test_what_the_losers_of_the_vector_needed() -> None:
    needs = {each.bid: each for each in attacked(lot(), simulate=False).needs}
    assert set(needs) == {"B", "C"}
    assert (needs["B"].gap, needs["B"].price, needs["B"].amount) == (2, Fraction(800, 11), 80)
    assert (needs["C"].gap, needs["C"].price) == (6, 25)
    assert needs["B"].steps is None
    assert "no criterion" in needs["B"].statement.lower()


def test_other_formulas_say_who_would_be_first_and_what_they_lack() -> None:
    found = {each.name: each for each in attacked(lot(estimate=200), simulate=False).what_if}
    assert set(found) == set(FORMULAS) - {"lowest_price_ratio"}
    base_zero = next(each for each in found.values() if each.absolute and each.order is not None)
    assert base_zero.statement
    for name, each in found.items():
        assert each.absolute == (FORMULAS[name].kind == "absolute")
        if each.order is None:
            assert "not tried" in each.statement
            continue
        other = lot(estimate=200, criteria=[QUALITY, {**PRICE, "formula": {"name": name, "parameters": dict(each.parameters)}}])
        assert each.order.first == first(other.award()), name
        assert each.changes == (each.order.first != ("A",))


def test_one_bid_is_first_whatever_changes() -> None:
    found = attacked(lot((("A", 60, 100),)))
    assert found.winner == "A"
    assert found.needs == ()
    assert found.scores == ()
    assert found.without[0].order.groups == ()
    assert all(each.safe for each in found.weights)
    assert "one bid only" in found.headline[-1]
    assert found.simulation is not None
    assert found.simulation.alone == {"A": found.simulation.draws}


def test_identical_bids_are_tied_and_any_change_decides() -> None:
    found = attacked(lot((("A", 60, 100), ("B", 60, 100))))
    assert found.winner == ""
    assert found.order.first == ("A", "B")
    assert {each.change for each in found.scores} == {0}
    assert {each.change for each in found.prices} == {0}
    assert all(each.safe for each in found.weights), "no weight tells equal bids apart"
    assert found.simulation is not None
    assert found.simulation.alone == {"A": 0, "B": 0}
    assert found.simulation.counts["B"][0] == found.simulation.draws


def test_a_criterion_of_weight_zero_can_rise_and_its_scores_change_nothing() -> None:
    facts = [{**QUALITY, "id": "other", "title": "Other", "weight": 0}]
    found = attacked(lot(criteria=[QUALITY, PRICE, *facts]))
    zero = next(each for each in found.weights if each.criterion == "other")
    assert (zero.published, zero.low, zero.below) == (0, 0, None)
    assert zero.spans[0].first == ("A",)
    assert not [each for each in found.scores if each.criterion == "other"]


def test_nothing_applies_no_bids_and_open_prices_are_said_not_raised() -> None:
    found = lot()
    marks = [NotApplicable(lot="lot1", criterion=name, reason="cancelled", by="buyer") for name in ("quality", "price")]
    data = {**found.data, "rules": {"not_applicable": "within"}}
    nothing = attacked(found.changed(data=data).award(not_applicable=marks))
    assert nothing.headline == ("No bid of this lot was ranked, so there is nothing to attack.",)
    assert attacked(found.changed(bids=())).weights == ()
    unpriced = attacked(found.changed(bids=(*found.bids[:2], bid("C", None, facts={"q": 10}))))
    assert unpriced.open_answers.way == "not_narrowed"
    assert "bid C" in unpriced.open_answers.statement
    assert {(each.best, each.worst) for each in unpriced.open_answers.ranges} == {(1, 3)}


def test_a_criterion_that_does_not_apply_leaves_the_weights() -> None:
    extra = {**QUALITY, "id": "other", "title": "Other", "weight": 20}
    found = lot(criteria=[QUALITY, {**PRICE, "weight": 20}, extra], rules={"not_applicable": "within"})
    result = found.award(not_applicable=[NotApplicable(lot="lot1", criterion="other", reason="withdrawn", by="buyer")])
    marked = attacked(result)
    assert {each.criterion for each in marked.weights} == {"quality", "price"}
    assert next(each for each in marked.weights if each.criterion == "price").published == Fraction(1, 4)
    assert any("does not apply" in note for note in marked.notes)


def test_a_threshold_a_little_lower_would_have_let_the_best_price_in() -> None:
    found = lot((("A", 60, 100), ("B", 49, 20)), criteria=[{**QUALITY, "threshold": {"min_score": 50}}, PRICE])
    marked = attacked(found)
    assert marked.order.out == {"B": "under the threshold of quality"}
    flip = next(each for each in marked.scores if each.bid == "B")
    assert (flip.after, flip.reached, flip.first) == (50, True, ("B",))
    need = next(each for each in marked.needs if each.bid == "B")
    assert "threshold of quality" in need.statement
    own = next(each for each in marked.scores if each.bid == "A")
    assert own.first in ((), ("B",))


def test_declared_rounding_can_tie_and_is_respected_exactly() -> None:
    bids = (("A", 60, 100), ("B", 50, 80))
    rules = {"rounding": {"at": "total", "places": 0, "mode": "down"}}
    # without the third bid: A 36 + 32 = 68, B 30 + 40 = 70
    found = attacked(lot(bids, rules=rules))
    flip = next(each for each in found.scores if each.bid == "A")
    # A needs a total of 70 after rounding down: 2 / 0.6 more, and is level there
    assert (flip.change, flip.reached, flip.first, flip.exact) == (Fraction(10, 3), True, ("A", "B"), True)
    half = {"rounding": {"at": "total", "places": 0, "mode": "half_up"}}
    flip = next(each for each in attacked(lot(bids, rules=half)).scores if each.bid == "A")
    assert (flip.change, flip.reached) == (Fraction(5, 2), True)  # 69.5 is enough


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_every_price_formula_is_attacked_and_its_price_flips_are_right(name: str) -> None:
    usual: dict[str, Any] = {"budget": 150, "full_score_at": 30, "zero_score_at": 150, "coefficient": "0.85", "exponent": "0.5"}
    if name == "nonlinear_concave":
        usual["exponent"] = 3
    parameters: dict[str, Any] = {}
    for each in FORMULAS[name].parameters:
        if each.required:
            known = usual.get(each.name)
            parameters[each.name] = known if known is not None else str(each.options[0] if each.options else _inside(each))
    found = lot(criteria=[QUALITY, {**PRICE, "formula": {"name": name, "parameters": parameters}}])
    result = found.award()
    assert result.lots[0].status in ("ranked", "tied"), result.lots[0].open
    base = first(result)
    marked = attacked(result, simulate=False)
    for flip in marked.prices:
        way = 1 if flip.change > 0 else -1
        beyond = flip.after + way * (flip.before / 10**6)
        assert first(priced(found, flip.bid, beyond).award()) == flip.first or flip.reached, flip
        for share in (1, 5, 9):
            inside = flip.before + (flip.after - flip.before) * Fraction(share, 10)
            assert first(priced(found, flip.bid, inside).award()) == base, flip
        assert flip.exact or (flip.high or 0) - (flip.low or 0) <= flip.before / 10**8
    assert all(flip.exact for flip in marked.prices) or FORMULAS[name].rounding


def _inside(parameter: Any) -> Fraction:
    low = parameter.least if parameter.least is not None else Fraction(0)
    high = parameter.most if parameter.most is not None else low + 2
    return Fraction((low + high) / 2)


def test_quality_and_price_combined_by_a_formula_are_attacked_by_trying() -> None:
    price = {"id": "price", "type": "price", "title": "Price"}
    parts = [{**QUALITY, "weight": 70}, {**QUALITY, "id": "more", "title": "More", "weight": 30}, price]
    found = lot((("A", 60, 100), ("B", 50, 80), ("C", 10, 40)), criteria=parts, combine={"name": "guideline_simple"})
    marked = attacked(found)
    assert marked.winner == "B"
    assert {each.criterion for each in marked.weights} == {"quality", "more"}
    for flip in marked.prices:
        way = 1 if flip.change > 0 else -1
        assert first(priced(found, flip.bid, flip.after + way * Fraction(1, 10**4)).award()) == flip.first
        assert not flip.exact
    assert {each.bid for each in marked.without} == {"A", "B", "C"}
    assert any("tried" in note for note in marked.notes)


def test_judgements_that_a_mean_takes_are_moved_one_by_one() -> None:
    scale = {"id": "five", "title": "Five", "steps": [{"id": str(n), "value": 25 * n} for n in range(5)]}
    judged = {"id": "quality", "type": "quality", "title": "Quality", "weight": 60, "scored_by": {"scale": "five"}}
    found = lot(scales=[scale], criteria=[judged, PRICE], rules={"aggregation": "mean"})
    given_steps = {"A": ("3", "3"), "B": ("2", "3"), "C": ("0", "0")}
    judgements = tuple(
        Judgement(evaluator=who, bid=name, criterion="quality", step=step, reason="seen in the offer")
        for name, steps in given_steps.items()
        for who, step in zip(("e1", "e2"), steps, strict=True)
    )
    marked = attacked(found.changed(judgements=judgements))
    assert marked.smallest_step is not None
    assert (marked.smallest_step.kind, abs(marked.smallest_step.steps or 0)) == ("judgement", 1)
    assert marked.smallest_step.evaluator in ("e1", "e2")
    rules = {each.name: each for each in marked.what_if if each.kind == "aggregation"}
    assert set(rules) == {"consensus", "median", "trimmed_mean"}
    assert rules["consensus"].order is None
    assert rules["median"].order is not None
    assert rules["median"].order.first == ("A",)
