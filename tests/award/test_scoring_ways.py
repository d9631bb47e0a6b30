"""Every way in which a leaf, an amount or a lot is scored, by hand."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tenderloop.award.bid import Decision
from tenderloop.award.formulas import ADJUSTMENTS, FORMULAS, VALUE_FORMULAS
from tenderloop.award.procedure import Procedure
from tenderloop.award.rated import pack_results
from tenderloop.award.reading import procedure_of_text, read_bids
from tenderloop.award.result import LotResult
from tenderloop.award.scoring import award
from tenderloop.errors import Problems

sys.path.insert(0, str(Path(__file__).parent))
from random_procedures import FACTS, SCALES, bid

SAMPLES = Path(__file__).parents[2] / "samples"


def procedure(criteria: list[dict[str, Any]], combine: dict[str, Any] | None = None, **more: Any) -> Procedure:
    lot = {"id": "lot1", "title": "All", "criteria": criteria, "estimate": 200}
    if combine is not None:
        lot["combine"] = combine
    data = {"procedure": "ways", "title": "Ways", "buyer": "Example", "currency": "EUR", "scales": SCALES, "facts": FACTS, "lots": [lot]}
    return Procedure.model_validate({**data, **more})


def quality(weight: int, name: str = "q", **way: Any) -> dict[str, Any]:
    return {"id": name, "type": "quality", "title": name, "weight": weight, "scored_by": way}


def price(weight: int | None = 40, **more: Any) -> dict[str, Any]:
    return {"id": "price", "type": "price", "title": "Price", "weight": weight, "formula": {"name": "lowest_price_ratio"}, **more}


def scored(way: dict[str, Any], **facts: Any) -> Fraction | None:
    lot = award(procedure([quality(100, **way)]), [bid("a", facts=facts)]).lots[0]
    return lot.leaf_of["a", "q"].score


# ------------------------------------------------------------------------------------------------------------- facts and features


@pytest.mark.parametrize(("years", "score"), [(1, 0), (2, 10), ("4.999", 10), (5, 50), (10, 100), (30, 100)])
def test_a_ladder_gives_the_score_of_the_last_value_reached(years: Any, score: int) -> None:
    assert scored({"ladder": {"fact": "years", "points": [[2, 10], [5, 50], [10, 100]]}}, years=years) == score


@pytest.mark.parametrize(("years", "score"), [(0, 0), (2, 0), (3, "12.5"), (10, 100), (11, 100)])
def test_a_line_runs_between_its_ends_and_is_flat_outside(years: int, score: Any) -> None:
    assert scored({"linear": {"fact": "years", "from": 2, "to": 10}}, years=years) == Fraction(score)
    assert scored({"linear": {"fact": "years", "from": 10, "to": 2}}, years=years) == 100 - Fraction(score)


def test_features_add_up_and_a_rule_gives_numbers_or_yes_and_no() -> None:
    features = {"features": [{"fact": "take_back", "points": 70}, {"fact": "repair", "points": 30}]}
    assert scored(features, take_back=True, repair=False) == 70
    assert scored(features, take_back=True) is None
    assert scored({"rule": "take_back or years > 5 year"}, take_back=True) == 100
    assert scored({"rule": "take_back and years > 5 year"}, take_back=False) == 0
    assert scored({"rule": "take_back and years > 5 year"}, take_back=True) is None
    assert scored({"rule": "min(100, share / 1 % * 2)"}, share=30) == 60


def test_a_rule_outside_0_to_100_is_open_and_not_cut() -> None:
    lot = award(procedure([quality(100, rule="share / 1 % * 2")]), [bid("a", facts={"share": 60})]).lots[0]
    assert [(note.code, note.bid) for note in lot.open] == [("score-out-of-range", "a")]
    lot = award(procedure([quality(100, rule="100 / (share / 1 %)")]), [bid("a", facts={"share": 0})]).lots[0]
    assert [note.code for note in lot.open] == ["rule-undefined"]
    assert "division by zero" in lot.open[0].text


def test_an_answer_in_another_unit_is_turned_and_in_another_kind_refused() -> None:
    months = bid("a").model_copy(
        update={"facts": {"years": bid("x", facts={"years": 60}).facts["years"].model_copy(update={"unit": "month"})}}
    )
    line = procedure([quality(100, linear={"fact": "years", "from": 0, "to": 10})])
    assert award(line, [months]).lots[0].leaf_of["a", "q"].score == 50
    tonnes = months.model_copy(update={"facts": {"years": months.facts["years"].model_copy(update={"unit": "t"})}})
    with pytest.raises(Problems) as refused:
        award(line, [tonnes])
    assert [problem.code for problem in refused.value.problems] == ["answer-kind"]
    with pytest.raises(Problems) as refused:
        award(line, [bid("a", facts={"years": True})])
    assert [problem.code for problem in refused.value.problems] == ["answer-kind"]


# ---------------------------------------------------------------------------------------------------- thresholds and rescaling


def _two(threshold_when: str, **more: Any) -> LotResult:
    tree = {
        "id": "tech",
        "type": "quality",
        "title": "Technical",
        "weight": 100,
        "criteria": [
            quality(50, "x", linear={"fact": "years", "from": 0, "to": 10}),
            quality(50, "y", linear={"fact": "share", "from": 0, "to": 100}),
        ],
        **more,
    }
    bids = [bid("a", facts={"years": 8, "share": 40}), bid("b", facts={"years": 2, "share": 80}), bid("c", facts={"years": 2, "share": 20})]
    return award(procedure([tree], rules={"threshold_when": threshold_when}), bids).lots[0]


def test_a_threshold_before_rescaling_reads_what_was_given_and_after_what_became_of_it() -> None:
    before = _two("before_rescaling", rescale=True, threshold={"min_score": 60})
    assert before.winner == "a"
    assert before.standing_of["b"].status == "below_threshold"
    assert before.standing_of["a"].total == 100
    after = _two("after_rescaling", rescale=True, threshold={"min_score": 60})
    assert after.standing_of["b"].total == Fraction(250, 3)
    assert after.score_of["b", "tech"].raw == 50
    assert [each.bid for each in after.ranking] == ["a", "b"]
    assert "× 5/3" not in after.standing_of["c"].reasons[0]


def test_who_is_best_passes_and_a_tie_at_the_edge_stays_whole() -> None:
    lot = _two("before_rescaling", threshold={"max_pass": 1})
    assert [each.bid for each in lot.ranking] == ["a"]
    tied = procedure([{**quality(100, linear={"fact": "years", "from": 0, "to": 10}), "threshold": {"max_pass": 1}}])
    lot = award(tied, [bid(name, facts={"years": years}) for name, years in (("a", 5), ("b", 5), ("c", 1))]).lots[0]
    assert [each.bid for each in lot.ranking] == ["a", "b"]
    assert "best-tied" in {note.code for note in lot.warnings}


def test_rescaling_waits_for_every_score() -> None:
    tree = [{**quality(60, linear={"fact": "years", "from": 0, "to": 10}), "rescale": True}, price(40)]
    lot = award(procedure(tree), [bid("a", 100, facts={"years": 5}), bid("b", 90)]).lots[0]
    assert {note.code for note in lot.open} == {"fact-missing", "rescaling-open"}
    assert lot.leaf_of["a", "q"].score is None
    assert lot.leaf_of["a", "q"].raw == 50


# ------------------------------------------------------------------------------------------------------------- amounts and costs


def test_corrections_and_adjustments_lead_from_the_price_read_out_to_the_amount() -> None:
    by_value = price(
        100,
        adjustments=[
            {"id": "take", "title": "Take-back", "worth": 10, "scored_by": {"rule": "take_back"}},
            {"id": "co2", "title": "CO2", "effect": "add", "worth": 5, "scored_by": {"linear": {"fact": "share", "from": 0, "to": 100}}},
        ],
    )
    bids = [
        bid("a", 100, facts={"take_back": True, "share": 40}, corrections=[{"amount": -3, "reason": "sum of the bill was wrong"}]),
        bid("b", 90, facts={"take_back": False, "share": 0}),
    ]
    lot = award(procedure([by_value]), bids).lots[0]
    amounts = {each.bid: each.evaluated for each in lot.prices}
    assert amounts == {"a": 89, "b": 90}
    assert [(line.text, line.value, line.unit) for line in lot.prices[0].working] == [
        ("price as read out", 100, "EUR"),
        ("arithmetic correction of -3: sum of the bill was wrong", 97, "EUR"),
        ("+ CO2: 5 × 40 / 100", 99, "EUR"),
        ("− Take-back: 10 × 100 / 100", 89, "EUR"),
    ]
    assert lot.winner == "a"
    open_lot = award(procedure([by_value]), [bids[0], bid("b", 90, facts={"share": 0})]).lots[0]
    assert {note.code for note in open_lot.open} == {"fact-missing", "adjustment-open"}


def test_features_that_divide_agree_with_the_formula_library() -> None:
    divided = price(
        100,
        adjustments=[
            {"id": "f1", "title": "F1", "effect": "divide", "worth": "10 %", "scored_by": {"rule": "take_back"}},
            {"id": "f2", "title": "F2", "effect": "divide", "worth": "5 %", "scored_by": {"rule": "repair"}},
        ],
    )
    lot = award(procedure([divided]), [bid("a", 100, facts={"take_back": True, "repair": False})]).lots[0]
    assert lot.prices[0].evaluated == Fraction(100) / (1 + Fraction(1, 10) / (1 - Fraction(15, 100)))
    assert lot.prices[0].working[-1].text == "÷ ≈ 1.1176 = 1 + 0.1 / (1 − 0.15) for features"
    assert "features_divisor" in ADJUSTMENTS


COST = {"id": "cost", "type": "cost", "title": "Cost", "weight": 100, "formula": {"name": "lowest_price_ratio"}}
POWER = {"id": "power", "kind": "use", "amount": 10, "year": 1, "until": 2}
CARBON = {"id": "co2", "kind": "externality", "amount": 2, "unit": "t CO2", "year": 1}


def test_a_cost_is_the_price_and_the_present_value_of_the_lines() -> None:
    plain = award(procedure([COST]), [bid("a", 100, costs=[POWER])]).lots[0]
    assert plain.prices[0].evaluated == 120
    assert [(line.text, line.value, line.unit) for line in plain.prices[0].working if line.value is not None] == [
        ("price as read out", 100, "EUR"),
        ("power, years 1 to 2: 10 × 2", 20, "EUR"),
        ("Price, year 0: 100 × 1", 100, "EUR"),
        ("Acquisition, present value", 100, "EUR"),
        ("Use, present value", 20, "EUR"),
        ("Life-cycle cost", 120, "EUR"),
    ]
    bare = award(procedure([{**COST, "type": "price"}]), [bid("a", 100, costs=[POWER])]).lots[0]
    assert bare.prices[0].evaluated == 100
    assert [line.text for line in bare.prices[0].working] == ["price as read out"]
    assert award(procedure([COST]), [bid("a", 100)]).lots[0].prices[0].evaluated == 100
    discounted = award(procedure([{**COST, "cost": {"rate": "25 %"}}]), [bid("a", 100, costs=[POWER])]).lots[0]
    assert discounted.prices[0].evaluated == 100 + 8 + Fraction("6.4")
    begin = award(procedure([{**COST, "cost": {"rate": "25 %", "timing": "begin"}}]), [bid("a", 100, costs=[POWER])]).lots[0]
    assert begin.prices[0].evaluated == 100 + 10 + 8
    priced = {
        **COST,
        "cost": {"with_price": False, "kinds": ["externality"], "first_year": 2029, "carbon_prices": {"2030": 250, "2050": 800}},
    }
    lot = award(procedure([priced]), [bid("a", costs=[POWER, CARBON])]).lots[0]
    assert lot.prices[0].evaluated == 500
    named = {**COST, "cost": {"carbon": "eib"}}
    lot = award(procedure([named], price_date="2029-06-01"), [bid("a", 100, costs=[CARBON])]).lots[0]
    assert lot.prices[0].evaluated == 600
    foreign = award(procedure([COST], rates={"USD": "0.5"}, price_date="2026-03-01"), [bid("a", 100, currency="USD", costs=[POWER])]).lots[
        0
    ]
    assert foreign.prices[0].evaluated == 60
    assert foreign.prices[0].working[1].text == "× 0.5 EUR for 1 USD on 2026-03-01"
    no_rate = award(procedure([{**COST, "cost": {"with_price": False}}]), [bid("a", currency="USD", costs=[POWER])]).lots[0]
    assert [note.code for note in no_rate.open] == ["price-currency"]
    no_lines = award(procedure([{**COST, "cost": {"with_price": False}}]), [bid("a")]).lots[0]
    assert [note.code for note in no_lines.open] == ["cost-missing"]


def test_a_cost_that_was_asked_for_and_is_not_there_is_not_nought() -> None:
    asked = {**COST, "cost": {"kinds": ["use"]}}
    lot = award(procedure([asked]), [bid("a", 100, costs=[POWER]), bid("b", 90)]).lots[0]
    assert [(note.code, note.bid) for note in lot.open] == [("cost-missing", "b")]
    lot = award(procedure([COST]), [bid("a", 100, costs=[CARBON])]).lots[0]
    assert [note.code for note in lot.open] == ["carbon-price-missing"]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"kinds": ["usage"]}, "unknown-parameter"),
        ({"rate": "150 %"}, "parameter-out-of-range"),
        ({"years": -1}, "parameter-out-of-range"),
        ({"carbon": "eibb"}, "unknown-parameter"),
        ({"carbon_prices": {"soon": 5}}, "parameter-out-of-range"),
    ],
)
def test_a_cost_rule_is_checked(rule: dict[str, Any], code: str) -> None:
    with pytest.raises(Problems) as refused:
        award(procedure([{**COST, "cost": rule}]), [])
    assert [problem.code for problem in refused.value.problems] == [code]


# ------------------------------------------------------------------------------------------------------- every formula of the library


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_every_formula_scores_a_lot_as_it_does_alone(name: str) -> None:
    given = {each.name: each.default if each.default is not None else _middle(each) for each in FORMULAS[name].parameters if each.required}
    leaf = {**price(100), "formula": {"name": name, "parameters": given}}
    prices = {"a": Fraction(100), "b": Fraction(120), "c": Fraction(150)}
    alone = FORMULAS[name].score(prices, given)
    lot = award(procedure([leaf]), [bid(bid_id, amount) for bid_id, amount in prices.items()]).lots[0]
    assert lot.open == ()
    assert {each.bid: each.total for each in lot.standings} == {bid_id: score * 100 for bid_id, score in alone.items()}


_MIDDLE = {
    "full_score_at": Fraction(90),
    "zero_score_at": Fraction(200),
    "budget": Fraction(200),
    "reference": Fraction(200),
    "base": Fraction(200),
    "alpha": Fraction(1, 2),
    "exponent": Fraction(2),
    "x": Fraction(9, 10),
}


def _middle(parameter: Any) -> Fraction:
    if parameter.options:
        return Fraction(parameter.options[0])
    if parameter.unit == "money":
        return _MIDDLE.get(parameter.name, Fraction(200))
    if parameter.most is not None:
        return (Fraction(parameter.least or 0) + Fraction(parameter.most)) / 2
    return Fraction(2)


# ------------------------------------------------------------------------------------------------- quality and price combined


def test_a_guideline_method_ranks_by_quality_over_price() -> None:
    tree = [{"id": "price", "type": "price", "title": "Price"}, quality(100, linear={"fact": "share", "from": 0, "to": 100})]
    bids = [bid("one", 65000, facts={"share": 60}), bid("two", 74000, facts={"share": 75}), bid("three", 100000, facts={"share": 100})]
    lot = award(procedure(tree, {"name": "guideline_simple"}), bids).lots[0]
    assert lot.winner == "two"
    assert lot.standing_of["two"].total == Fraction(75, 74000)
    assert lot.leaf_of["two", "price"].status == "combined"
    assert lot.standing_of["two"].working[-1].value == Fraction(75, 74000)

    extended = award(procedure(tree, {"name": "guideline_extended_quality", "parameters": {"band": "5 %"}}), bids).lots[0]
    assert extended.winner == "three"
    assert extended.standing_of["one"].rank is None
    assert extended.standing_of["one"].status == "unranked"
    assert "below" in extended.standing_of["one"].reasons[0]

    nothing = [bid("one", 65000, facts={"share": 0}), bid("two", 0, facts={"share": 5})]
    lot = award(procedure(tree, {"name": "guideline_simple"}), nothing).lots[0]
    assert [note.code for note in lot.open] == ["price-zero"]


_WEIGHT = {"weight_quality": Fraction(3, 5)}
_COMBINED: dict[str, dict[str, Fraction]] = {
    "guideline_simple": {},
    "guideline_extended_quality": {"band": Fraction(1, 10)},
    "guideline_extended_price": {"band": Fraction(1, 10)},
    "guideline_weighted_mean": _WEIGHT,
    "guideline_weighted_median": _WEIGHT,
    "guideline_reference": {**_WEIGHT, "quality_reference": Fraction(80), "price_reference": Fraction(100)},
    "utility_index": _WEIGHT,
    "super_formula": {
        "quality_reference": Fraction(4, 5),
        "price_reference": Fraction(100),
        "price_at_full_quality": Fraction(150),
    },
    "value_for_money": {},
    "world_bank_rated": {"weight_cost": Fraction(2, 5)},
}


@pytest.mark.parametrize("name", sorted(VALUE_FORMULAS))
def test_every_value_formula_ranks_a_lot_as_it_does_alone(name: str) -> None:
    tree = [{"id": "price", "type": "price", "title": "Price"}, quality(100, linear={"fact": "share", "from": 0, "to": 100})]
    shares, prices = {"a": 60, "b": 90, "c": 85}, {"a": 100, "b": 120, "c": 130}
    bids = [bid(each, prices[each], facts={"share": shares[each]}) for each in prices]
    formula = VALUE_FORMULAS[name]
    if formula.quality_unit == "money":
        with pytest.raises(Problems) as refused:
            award(procedure(tree, {"name": name}), bids)
        assert [problem.code for problem in refused.value.problems] == ["wrong-way"]
        return
    unit = Fraction(1) if formula.quality_unit == "points" else Fraction(1, 100)
    alone = formula.value(
        {each: share * unit for each, share in shares.items()}, {each: Fraction(cost) for each, cost in prices.items()}, _COMBINED[name]
    )
    lot = award(procedure(tree, {"name": name, "parameters": _COMBINED[name]}), bids).lots[0]
    assert lot.open == ()
    assert [each.bid for each in lot.ranking] == sorted(alone.keys, key=lambda each: alone.keys[each], reverse=True)
    assert {each.bid: each.total for each in lot.standings} == alone.values
    assert {each.bid for each in lot.standings if each.rank is None} == set(alone.dropped)


def test_a_combined_lot_has_one_price_without_formula_and_weight() -> None:
    for leaf in (price(40), {"id": "price", "type": "price", "title": "Price", "weight": 40}):
        with pytest.raises(Problems) as refused:
            award(procedure([leaf, quality(100, rule="take_back")], {"name": "guideline_simple"}), [])
        assert {problem.code for problem in refused.value.problems} == {"wrong-way"}
    with pytest.raises(Problems) as refused:
        award(procedure([{"id": "p", "type": "price", "title": "P"}, quality(100, rule="take_back")], {"name": "guideline"}), [])
    assert {problem.code for problem in refused.value.problems} == {"unknown-formula"}


# ------------------------------------------------------------------------------------------------------------------- low bids


def test_low_bids_are_flagged_among_the_admitted_and_four_fifths_reads_points() -> None:
    tree = [price(40), quality(60, linear={"fact": "share", "from": 0, "to": 100})]
    rules = {"low_bid": {"rule": "four_fifths"}}
    bids = [bid("a", 100, facts={"share": 90}), bid("b", 200, facts={"share": 95}), bid("c", 150, facts={"share": 10})]
    lot = award(procedure(tree, rules=rules), bids).lots[0]
    assert [each.bid for each in lot.low_bids] == ["a"]
    assert lot.standing_of["a"].status == "ranked"
    stays = Decision(bid="a", step="abnormally_low", outcome="admit", reason="the calculation was shown")
    lot = award(procedure(tree, rules=rules), bids, decisions=[stays]).lots[0]
    assert lot.low_bids[0].decision == "the calculation was shown"
    out = Decision(bid="c", step="abnormally_low", outcome="reject", reason="wages are not covered")
    lot = award(procedure(tree, rules=rules), bids, decisions=[out]).lots[0]
    assert "low-bid-not-flagged" in {note.code for note in lot.warnings}


def test_a_flag_waits_while_a_price_is_open() -> None:
    lot = award(procedure([price(100)], rules={"low_bid": {"rule": "ukraine"}}), [bid("a", 100), bid("b")]).lots[0]
    assert lot.low_bids == ()
    assert any("not applied while a price is open" in line for each in lot.operations for line in each.did)


# -------------------------------------------------------------------------------------------- who leaves, and in which order


def test_late_withdrawn_excluded_and_rejected_bids_leave_in_order_with_reasons() -> None:
    data = procedure([price(100)], deadline="2026-03-20T12:00")
    bids = [
        bid("a", 100, received="2026-03-20T11:59"),
        bid("b", 10, received="2026-03-20T12:01"),
        bid("c", 20, received="2026-03-20T12:05"),
        bid("d", 30, withdrawn="2026-03-19", withdrawn_reason="the bidder withdrew"),
        bid("e", 40),
        bid("f", 50),
        bid("g", 60),
    ]
    decisions = [
        Decision(bid="c", step="late", outcome="admit", reason="the portal was down", by=("chair",)),
        Decision(bid="c", step="exclusion", outcome="reject", reason="convicted", ground="art. 57(1)(a)", time="2026-03-21"),
        Decision(bid="e", step="selection", outcome="reject", reason="no turnover shown"),
        Decision(bid="f", step="compliance", outcome="reject", reason="wood is not certified", time="2026-03-21"),
        Decision(bid="f", step="compliance", outcome="admit", reason="the certificate was found", time="2026-03-22"),
    ]
    lot = award(data, bids, decisions=decisions).lots[0]
    assert {each.bid: each.status for each in lot.standings} == {
        "a": "ranked",
        "b": "late",
        "c": "excluded",
        "d": "withdrawn",
        "e": "not_selected",
        "f": "ranked",
        "g": "ranked",
    }
    assert lot.winner == "f"
    assert lot.standing_of["c"].reasons == ("art. 57(1)(a): convicted",)
    assert lot.operations[0].left == ("a", "c", "e", "f", "g")
    assert lot.operations[1].left == ("a", "f", "g")


def test_ties_by_submission_time_and_by_a_fact() -> None:
    line = quality(100, linear={"fact": "years", "from": 0, "to": 10})
    bids = [
        bid("a", facts={"years": 5, "share": 20, "repair": False}, received="2026-03-20T12:00+01:00"),
        bid("b", facts={"years": 5, "share": 10, "repair": True}, received="2026-03-20T11:30Z"),
    ]
    for chain, winner in ((["earliest"], "a"), (["fact:repair"], "b"), (["fact:share"], "a"), (["fact:share:lowest"], "b")):
        assert award(procedure([line], rules={"ties": chain}), bids).lots[0].winner == winner, chain


# -------------------------------------------------------------------------------------------------------------------------- packs


def test_a_pack_result_is_the_score_with_its_evidence() -> None:
    folder = SAMPLES / "wte_concession_award"
    rules = procedure_of_text((folder / "procedure.yaml").read_bytes(), "procedure.yaml")
    dossier = read_bids(folder / "bids.yaml", rules)
    results = pack_results(rules, dossier.bids, folder)
    assert results
    assert all(name == result.pack.id for by_pack in results.values() for name, result in by_pack.items())
    lot = award(rules, dossier.bids, pack_results=results).lots[0]
    for note in lot.packs:
        assert note.score == results[note.bid][note.pack].score
        assert lot.leaf_of[note.bid, note.criterion].raw == note.score
        assert len(note.lines) == len(results[note.bid][note.pack].indicators)
