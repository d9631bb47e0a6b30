"""What evaluate says of small cases under small packs, each rule of the contract by itself."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from building import case, check, choice, criterion, gate, indicator, level, number, other, outcome, pack, yes_no

from tenderloop import evaluate
from tenderloop.case import Answer, Case, Evidence
from tenderloop.errors import Problems
from tenderloop.pack import Pack
from tenderloop.result import Node, Result


def score_of(scoring: dict[str, Any], facts: list[Any], given: dict[str, Any], **more: Any) -> Node:
    """The one indicator of a pack that scores like this."""
    asked = pack(facts, [indicator("i1", scoring, [fact["id"] for fact in facts], **more.pop("item", {}))], **more.pop("asked", {}))
    return evaluate(case(asked, given, **more), asked).node_of["i1"]


def codes(raised: pytest.ExceptionInfo[Problems]) -> list[str]:
    return [problem.code for problem in raised.value.problems]


# ------------------------------------------------------------------------------------------------------------------ each kind of scoring


@pytest.mark.parametrize(
    ("scoring", "fact", "answer", "expected"),
    [
        ({"linear": {"of": "x", "from": 0, "to": 40}}, number("x"), 10, 25),
        ({"linear": {"of": "x", "from": 0, "to": 40}}, number("x"), 41, 100),
        ({"linear": {"of": "x", "from": 40, "to": 0}}, number("x"), 10, 75),
        ({"linear": {"of": "x", "from": "0 %", "to": "40 %"}}, number("x", "%"), 10, 25),
        ({"steps": {"of": "x", "below": 5, "at": [[10, 25], [30, 60]]}}, number("x"), 9, 5),
        ({"steps": {"of": "x", "below": 5, "at": [[10, 25], [30, 60]]}}, number("x"), 10, 25),
        ({"steps": {"of": "x", "below": 5, "at": [[10, 25], [30, 60]]}}, number("x"), 300, 60),
        ({"piecewise": {"of": "x", "points": [[0, 0], [20, 50], [60, 100]]}}, number("x"), 40, 75),
        ({"levels": {"of": "x", "scores": [0, 10, 25, 50, 100]}}, level("x"), 3, 50),
        ({"levels": {"of": "x", "by_stage": True}}, level("x"), 3, 75),
        ({"yes_no": {"of": "x", "yes": 90, "no": 15}}, yes_no("x"), True, 90),
        ({"yes_no": {"of": "not x", "yes": 90, "no": 15}}, yes_no("x"), True, 15),
        ({"yes_no": {"of": "x >= 3"}}, number("x"), 3, 100),
        ({"choice": {"of": "x", "scores": {"a": 0, "b": 50, "c": 100}}}, choice("x", "a", "b", "c"), "b", 50),
        (
            {"checklist": {"items": [{"when": "'a' in x", "points": 40}, {"when": "'b' in x", "points": 60}]}},
            choice("x", "a", "b", kind="choices"),
            ("b",),
            60,
        ),
    ],
)
def test_every_kind_of_scoring(scoring: dict[str, Any], fact: Any, answer: Any, expected: int) -> None:
    node = score_of(scoring, [fact], {"x": answer})
    assert node.status == "scored"
    assert node.score == node.plain == expected
    assert node.range is not None
    assert node.range.low == node.range.high == expected
    assert node.coverage == 100
    assert node.cap is None


def test_a_level_is_read_by_the_level_that_the_stage_asks() -> None:
    scoring = {"levels": {"of": "x", "by_stage": True}}
    stages = ("identification", "preparation", "tender", "delivery", "handover")
    assert [score_of(scoring, [level("x")], {"x": 1}, stage=stage).score for stage in stages] == [100, 50, Fraction(100, 3), 25, 25]


def test_a_text_or_date_answer_scores_by_a_condition() -> None:
    node = score_of({"yes_no": {"of": "x < '2009-01-01'"}}, [other("x", "date")], {"x": dt.date(2008, 12, 31)})
    assert node.score == 100
    node = score_of({"yes_no": {"of": "x == 'one'"}}, [other("x", "text")], {"x": "two"})
    assert node.score == 0


# ----------------------------------------------------------------------------------------------------------------- unknown, evidence


def test_an_open_indicator_counts_nothing_and_may_still_bring_what_its_rule_can_give() -> None:
    node = score_of({"steps": {"of": "x", "below": 10, "at": [[5, 80]]}}, [number("x")], {})
    assert (node.status, node.score, node.coverage, node.plain) == ("unknown", 0, 0, None)
    assert node.range is not None
    assert (node.range.low, node.range.high) == (0, 80)
    assert node.missing == ("x",)
    assert node.because == "Not answered: x. An answer with evidence can bring up to 80."


def test_an_open_indicator_may_count_the_lowest_of_its_rule_but_never_more_than_a_bare_claim() -> None:
    scoring = {"steps": {"of": "x", "below": 30, "at": [[5, 80]]}}
    assert score_of(scoring, [number("x")], {}, item={"if_unknown": "lowest"}).score == 30
    assert score_of(scoring, [number("x")], {}, item={"if_unknown": "lowest", "caps": {0: 25}}).score == 25


@pytest.mark.parametrize(("grade", "expected"), [(0, 25), (1, 60), (2, 90), (4, 90)])
def test_weak_evidence_caps_the_score_and_leaves_the_range_open(grade: int, expected: int) -> None:
    scoring = {"levels": {"of": "x", "scores": [0, 10, 90]}}
    node = score_of(scoring, [level("x", 3)], {"x": 2}, grade=grade, asked={"evidence_caps": {0: 25, 1: 60}})
    assert node.range is not None
    assert (node.score, node.plain, node.range.low, node.range.high, node.grade) == (expected, 90, expected, 90, grade)
    assert node.cap == (expected if grade < 2 else None)
    assert ("Held at" in node.because) == (grade < 2)


def test_a_score_under_its_cap_is_not_held() -> None:
    node = score_of({"levels": {"of": "x", "scores": [0, 10, 90]}}, [level("x", 3)], {"x": 1}, grade=0, item={"caps": {0: 25}})
    assert (node.score, node.cap) == (10, None)


def test_an_indicator_has_its_own_caps_or_none() -> None:
    asked = {"evidence_caps": {0: 25}}
    scoring = {"yes_no": {"of": "x"}}
    assert score_of(scoring, [yes_no("x")], {"x": True}, grade=0, asked=asked).score == 25
    assert score_of(scoring, [yes_no("x")], {"x": True}, grade=0, asked=asked, item={"caps": {0: 40}}).score == 40
    assert score_of(scoring, [yes_no("x")], {"x": True}, grade=0, asked=asked, item={"caps": {}}).score == 100


def test_the_grade_of_an_indicator_is_its_weakest_answer_and_of_an_answer_its_best_paper() -> None:
    scoring = {"linear": {"of": "x + y", "from": 0, "to": 10}}
    asked = pack([number("x"), number("y")], [indicator("i1", scoring, ["x", "y"], caps={0: 25, 1: 60})])
    facts = {
        "x": Answer(kind="number", value=Fraction(5), evidence=(Evidence(grade=1), Evidence(grade=3))),
        "y": Answer(kind="number", value=Fraction(5), evidence=(Evidence(grade=0), Evidence(grade=1))),
    }
    node = evaluate(case(asked).model_copy(update={"facts": facts}), asked).node_of["i1"]
    assert (node.grade, node.score) == (1, 60)


def test_a_better_proof_of_one_side_carries_an_either() -> None:
    scoring = {"yes_no": {"of": "x or y"}}
    facts = [yes_no("x"), yes_no("y")]
    assert score_of(scoring, facts, {"x": True, "y": True}, grades={"x": 0, "y": 3}, item={"caps": {0: 25}}).score == 100
    assert score_of(scoring, facts, {"x": True, "y": False}, grades={"x": 0, "y": 3}, item={"caps": {0: 25}}).score == 25
    assert score_of({"yes_no": {"of": "x and y"}}, facts, {"x": True, "y": True}, grades={"x": 0}, item={"caps": {0: 25}}).score == 25


def test_a_checklist_is_capped_item_by_item_and_scored_as_far_as_it_is_answered() -> None:
    scoring = {"checklist": {"items": [{"when": "x", "points": 40}, {"when": "y", "points": 50}, {"when": "z", "points": 10}]}}
    facts = [yes_no("x"), yes_no("y"), yes_no("z")]
    node = score_of(scoring, facts, {"x": True, "y": True}, grades={"x": 0, "y": 4}, item={"caps": {0: 25}})
    assert node.range is not None
    assert (node.status, node.score, node.range.high, node.plain, node.coverage) == ("unknown", 60, 100, None, 0)
    assert node.missing == ("z",)
    assert node.because.startswith("Holds: x (yes) (40); y (yes) (50). Open: z (unknown) (10).")
    done = score_of(scoring, facts, {"x": True, "y": True, "z": False}, grades={"x": 0}, item={"caps": {0: 25}})
    assert (done.status, done.score, done.plain, done.cap, done.grade) == ("scored", 60, 90, 25, 0)


def test_division_by_zero_is_unknown_with_its_reason() -> None:
    node = score_of({"linear": {"of": "x / y", "from": 0, "to": 1}}, [number("x"), number("y")], {"x": 1, "y": 0})
    assert (node.status, node.score, node.missing) == ("unknown", 0, ())
    assert "division by zero" in node.because


def test_kleene_lets_one_answer_decide() -> None:
    scoring = {"yes_no": {"of": "x or y >= 3"}}
    node = score_of(scoring, [yes_no("x"), number("y")], {"x": True})
    assert (node.status, node.score, node.missing) == ("scored", 100, ("y",))


# ------------------------------------------------------------------------------------------------------------- what applies at all


def two(applies: str | None = None, **more: Any) -> Pack:
    items = [
        indicator("i1", {"levels": {"of": "v", "scores": [0, 50, 100]}}, ["v"]),
        indicator("i2", {"yes_no": {"of": "y"}}, ["y"], applies_when=applies, **more),
    ]
    return pack([level("v", 3), yes_no("y"), yes_no("users")], items)


def test_a_rule_says_whether_an_indicator_applies() -> None:
    asked = two("users")
    result = evaluate(case(asked, {"v": 1, "users": False}), asked)
    assert result.node_of["i2"].status == "not_applicable"
    assert result.node_of["i2"].score is None
    assert result.node_of["i2"].because == "Does not apply: users (no) does not hold."
    assert (result.score, result.coverage) == (50, 100)
    result = evaluate(case(asked, {"v": 1, "users": True, "y": True}), asked)
    assert result.score == 75


def test_while_nobody_knows_whether_it_applies_the_range_covers_both() -> None:
    asked = two("users")
    result = evaluate(case(asked, {"v": 1}), asked)
    assert result.range is not None
    assert (result.score, result.range.low, result.range.high) == (25, 25, 75)  # it may count 0, or 100, or not at all
    assert result.node_of["i2"].optional
    assert "Whether it applies is open: users (unknown)." in result.node_of["i2"].because
    answered = evaluate(case(asked, {"v": 1, "y": False}), asked)
    assert answered.range is not None
    assert (answered.range.low, answered.range.high) == (25, 50)
    assert answered.node_of["i2"].status == "unknown"
    assert answered.node_of["i2"].coverage == 0


def test_an_indicator_outside_the_stage_does_not_count_nor_use_up_the_allowance() -> None:
    asked = two(stages=["tender"])
    result = evaluate(case(asked, {"v": 1}, stage="delivery"), asked)
    assert result.node_of["i2"].because == "Not asked at stage delivery."
    assert (result.score, result.score_na_as_zero, result.reliable) == (50, 50, True)


def test_too_much_not_applicable_is_unreliable_and_both_totals_are_shown() -> None:
    asked = two(na="When there are no users.")
    result = evaluate(case(asked, {"v": 1}, not_applicable={"i2": "There are none (plan, p. 4)."}), asked)
    assert (result.score, result.score_na_as_zero, result.reliable) == (50, 25, False)
    assert result.remarks == ("Unreliable: 50 % of the weight of 'Outcome o1' is not applicable, more than the 40 % allowed.",)
    assert result.node_of["i2"].because == "Marked not applicable: There are none (plan, p. 4)."
    generous = asked.model_copy(update={"na_cap": Fraction(1, 2)})
    assert evaluate(case(asked, {"v": 1}, not_applicable={"i2": "None."}), generous).reliable


def test_absence_by_rule_uses_up_the_allowance_too() -> None:
    asked = two("users")
    assert not evaluate(case(asked, {"v": 1, "users": False}), asked).reliable


def test_nothing_applicable_has_no_score() -> None:
    asked = pack([yes_no("y")], [indicator("i1", {"yes_no": {"of": "y"}}, ["y"], stages=["tender"])])
    result = evaluate(case(asked, {"y": True}), asked)
    assert (result.score, result.range, result.coverage, result.rating, result.rating_best) == (
        None,
        None,
        0,
        "not applicable",
        "not applicable",
    )
    assert result.score_na_as_zero is None


# ------------------------------------------------------------------------------------------------------------------------------ gates


def gated(**more: Any) -> Pack:
    return pack(
        [number("x"), yes_no("big"), level("v", 3)],
        [indicator("i1", {"levels": {"of": "v", "scores": [0, 50, 100]}}, ["v"])],
        gates=[gate("g1", "x <= 1", ["x"], **more)],
    )


def rated(asked: Pack, facts: dict[str, Any], **more: Any) -> Result:
    return evaluate(case(asked, {"v": 2, **facts}, **more), asked)


def test_a_gate_passes_fails_or_is_undecided() -> None:
    asked = gated()
    passed, failed, silent = rated(asked, {"x": 1}), rated(asked, {"x": 2}), rated(asked, {})
    assert [result.gates.root[0].status for result in (passed, failed, silent)] == ["pass", "fail", "undecided"]
    assert (passed.rating, failed.rating, silent.rating) == ("A", "rejected", "A")
    assert (passed.provisional, failed.provisional, silent.provisional) == (False, False, True)
    assert failed.rating_by_score == "A"
    assert failed.rating_best == "rejected"
    assert silent.remarks == ("Provisional: 1 gate is undecided.",)
    assert failed.remarks == ("Gate 'Gate g1' fails: the project is rejected.",)
    assert silent.gates.root[0].missing == ("x",)
    assert passed.gates.root[0].because == "Passes: x (1) <= 1."
    assert failed.gates.root[0].because == "Fails: x (2) <= 1 does not hold."
    assert passed.gates.passed == passed.gates.root
    assert (passed.gates.failed, passed.gates.undecided, len(passed.gates)) == ((), (), 1)


def test_a_failed_gate_caps_or_warns() -> None:
    assert rated(gated(on_fail={"cap": "C"}), {"x": 2}).rating == "C"
    assert rated(gated(on_fail={"cap": "C"}), {"x": 2}).remarks == ("Gate 'Gate g1' fails: the rating is held at C.",)
    assert rated(gated(on_fail="warn"), {"x": 2}).rating == "A"
    assert rated(gated(on_fail="warn"), {"x": 2}).remarks == ("Gate 'Gate g1' fails: a warning.",)
    low = rated(gated(on_fail={"cap": "C"}), {"x": 2, "v": 0})
    assert low.rating == "D"


@pytest.mark.parametrize(("grade", "status"), [(0, "undecided"), (2, "undecided"), (3, "pass"), (4, "pass")])
def test_a_gate_passes_only_under_the_evidence_it_asks_for(grade: int, status: str) -> None:
    note = rated(gated(min_grade=3), {"x": 1}, grade=grade).gates.root[0]
    assert (note.status, note.grade) == (status, grade)
    assert ("is needed to pass" in note.because) == (status == "undecided")


def test_a_bare_claim_never_passes_and_an_admitted_fault_fails() -> None:
    assert rated(gated(), {"x": 1}, grade=0).gates.root[0].status == "undecided"
    assert rated(gated(), {"x": 2}, grade=0).gates.root[0].status == "fail"


def test_a_gate_that_may_not_apply_fails_only_once_it_does() -> None:
    asked = gated(applies_when="big")
    assert rated(asked, {"x": 2}).gates.root[0].status == "undecided"
    assert rated(asked, {"x": 2, "big": True}).gates.root[0].status == "fail"
    absent = rated(asked, {"x": 2, "big": False}).gates.root[0]
    assert (absent.status, absent.missing) == ("not_applicable", ())
    assert rated(asked, {"x": 1}).gates.root[0].status == "pass"


def test_a_gate_outside_its_stage_is_not_asked() -> None:
    note = rated(gated(stages=["tender"]), {}).gates.root[0]
    assert (note.status, note.because, note.missing) == ("not_applicable", "Not asked at stage delivery.", ())


def test_a_rejecting_gate_wins_over_caps() -> None:
    gates = [gate("g1", "x <= 1", ["x"], on_fail={"cap": "C"}), gate("g2", "x <= 1", ["x"])]
    asked = gated().model_copy(update={"gates": pack([number("x")], gates=gates).gates})
    assert rated(asked, {"x": 2}).rating == "rejected"


# ------------------------------------------------------------------------------------------------------- dated numbers, ladder, trees

DATED = {"parameters": [{"id": "least", "unit": "%", "values": {"2025-01-01": "55 %", "2030-01-01": "60 %"}, "source": "ours"}]}


@pytest.mark.parametrize(
    ("date", "expected", "since"),
    [("2024-12-31", None, None), ("2025-01-01", 100, "2025-01-01"), ("2029-12-31", 100, "2025-01-01"), ("2030-01-01", 0, "2030-01-01")],
)
def test_the_date_of_the_case_decides_which_number_holds(date: str, expected: int | None, since: str | None) -> None:
    asked = pack([number("x", "%")], [indicator("i1", {"yes_no": {"of": "x >= least"}}, ["x"])], **DATED)
    result = evaluate(case(asked, {"x": 57}, date=date), asked)
    node = result.node_of["i1"]
    assert (node.plain, node.status) == (expected, "unknown" if expected is None else "scored")
    assert [note.since for note in result.parameters] == ([] if since is None else [since])
    if expected is None:
        assert f"least has no value at {date}" in node.because


def test_minima_of_outcomes_hold_a_rating_down() -> None:
    bands = [{"from": 0, "rating": "D"}, {"from": 50, "rating": "B"}, {"from": 75, "rating": "A"}]
    ladder = {"name": "test", "source": "ours", "bands": bands, "minima": {"A": {"o2": 60}, "B": {"o2": 20}}}
    items = [
        indicator("i1", {"linear": {"of": "x", "from": 0, "to": 100}}, ["x"]),
        indicator("i2", {"linear": {"of": "y", "from": 0, "to": 100}}, ["y"], criterion="c2", na="Where there is none."),
    ]
    outcomes = [outcome("o1", criterion("c1"), weight=3), outcome("o2", criterion("c2"))]
    asked = pack([number("x"), number("y")], items, outcomes=outcomes, ladder=ladder)

    def rating(x: int, y: int | None, **more: Any) -> tuple[str, str]:
        result = evaluate(case(asked, {"x": x} | ({} if y is None else {"y": y}), **more), asked)
        return result.rating, result.rating_best

    assert rating(100, 60) == ("A", "A")
    assert rating(100, 59) == ("B", "B")
    assert rating(100, 19) == ("D", "D")
    assert rating(100, None) == ("D", "A")
    assert rating(100, None, not_applicable={"i2": "None."}) == ("A", "A")  # an outcome that does not apply asks nothing


def test_an_outcome_that_may_not_apply_does_not_hold_the_best_rating_down() -> None:
    ladder = {
        "name": "test",
        "source": "ours",
        "bands": [{"from": 0, "rating": "B"}, {"from": 50, "rating": "A"}],
        "minima": {"A": {"o2": 60}},
    }
    items = [
        indicator("i1", {"yes_no": {"of": "x"}}, ["x"]),
        indicator("i2", {"yes_no": {"of": "y", "yes": 100, "no": 0}}, ["y"], criterion="c2", applies_when="z"),
    ]
    asked = pack(
        [yes_no("x"), yes_no("y"), yes_no("z")],
        items,
        outcomes=[outcome("o1", criterion("c1")), outcome("o2", criterion("c2"))],
        ladder=ladder,
    )
    open_case = evaluate(case(asked, {"x": True, "y": False}), asked)
    assert (open_case.rating, open_case.rating_best) == ("B", "A")
    assert evaluate(case(asked, {"x": True, "y": False, "z": False}), asked).rating == "A"


@pytest.mark.parametrize(
    ("way", "expected"), [("mean", Fraction(70)), ("sum", Fraction(100)), ("minimum", Fraction(40)), ("product", Fraction(32))]
)
def test_a_node_adds_up_as_the_pack_says(way: str, expected: Fraction) -> None:
    items = [indicator(f"i{n}", {"linear": {"of": f"x{n}", "from": 0, "to": 100}}, [f"x{n}"], weight=n) for n in (1, 3)]
    asked = pack([number("x1"), number("x3")], items, outcomes=[outcome("o1", criterion("c1", aggregate=way))])
    assert evaluate(case(asked, {"x1": 40, "x3": 80}), asked).score == expected
    asked = pack([number("x1"), number("x3")], items, outcomes=[outcome("o1", criterion("c1", aggregate="geometric"))])
    geometric = evaluate(case(asked, {"x1": 40, "x3": 80}), asked).score
    assert geometric is not None
    assert float(geometric) == pytest.approx(40**0.25 * 80**0.75, abs=1e-9)
    assert geometric.denominator <= 10**12


def test_weights_count_level_by_level_and_shares_add_up() -> None:
    items = [
        indicator("i1", {"yes_no": {"of": "x"}}, ["x"], weight=1),
        indicator("i2", {"yes_no": {"of": "y"}}, ["y"], weight=3),
        indicator("i3", {"yes_no": {"of": "z"}}, ["z"], criterion="c2"),
    ]
    outcomes = [outcome("o1", criterion("c1"), weight=2), outcome("o2", criterion("c2"), weight=1)]
    asked = pack([yes_no("x"), yes_no("y"), yes_no("z")], items, outcomes=outcomes)
    result = evaluate(case(asked, {"x": False, "y": True}), asked)
    assert result.range is not None
    assert result.score == Fraction(2, 3) * 75
    assert (result.range.low, result.range.high) == (50, Fraction(50) + Fraction(100, 3))
    assert result.coverage == Fraction(200, 3)
    assert {node.id: node.share for node in result.nodes} == {
        "o1": Fraction(2, 3),
        "c1": Fraction(2, 3),
        "i1": Fraction(1, 6),
        "i2": Fraction(1, 2),
        "o2": Fraction(1, 3),
        "c2": Fraction(1, 3),
        "i3": Fraction(1, 3),
    }
    assert [node.id for node in result.nodes] == ["o1", "c1", "i1", "i2", "o2", "c2", "i3"]
    assert [node.id for node in result.children("")] == ["o1", "o2"]
    assert [node.id for node in result.children("c1")] == ["i1", "i2"]
    assert result.node_of["c1"].because == "Weighted mean of 2 applicable parts; 2 fully answered."
    assert result.node_of["o2"].status == "unknown"


# --------------------------------------------------------------------------------------------------------------- derived values, methods


def test_derived_values_are_shown_in_their_unit_with_their_rule() -> None:
    derived = [
        {"id": "ratio", "unit": "%", "value": "x / y", "title": "Share"},
        {"id": "twice", "value": "2 * ratio"},
        {"id": "open", "value": "x + z"},
    ]
    asked = pack(
        [number("x", "t/year"), number("y", "t/year"), number("z", "t/year")],
        [indicator("i1", {"linear": {"of": "twice", "from": 0, "to": 1}}, ["x", "y"])],
        derived=derived,
    )
    result = evaluate(case(asked, {"x": 30, "y": 120}), asked)
    notes = {note.id: note for note in result.derived}
    assert (notes["ratio"].value, notes["ratio"].unit, notes["ratio"].title, notes["ratio"].because) == ("25", "%", "Share", "x / y")
    assert (notes["twice"].value, notes["open"].value, notes["open"].shown) == ("0.5", None, "unknown")
    assert result.node_of["i1"].facts == ("x", "y")
    assert result.score == 50


R1 = {
    "electricity": "power",
    "heat": "heat",
    "waste": "waste",
    "lhv": "lhv",
    "permitted": "after_2008",
}


def burning() -> Pack:
    facts = [number("power", "MWh/year"), number("heat", "MWh/year"), number("waste", "t/year"), number("lhv", "MJ/kg")]
    derived = [
        {"id": "r1", "method": "r1", "with": R1, "take": "r1"},
        {"id": "again", "method": "r1", "with": R1, "take": "r1"},
    ]
    return pack(
        facts,
        [indicator("i1", {"linear": {"of": "r1", "from": 0, "to": 1}}, ["power"])],
        derived=derived,
        checks=[check("k", "r1 < again + 1")],
    )


def test_a_method_runs_once_for_a_binding_and_shows_its_work() -> None:
    asked = burning()
    result = evaluate(case(asked, {"power": 200000, "heat": 0, "waste": 300000, "lhv": 10}), asked)
    assert len(result.worksheets) == 1
    assert [note.worksheet for note in result.derived] == [0, 0]
    assert result.worksheets[0].refused == ""
    assert result.derived[0].value == result.worksheets[0].outputs["r1"]
    assert result.node_of["i1"].status == "scored"
    assert result.checks[0].status == "holds"


def test_a_refused_method_leaves_the_value_unknown_and_says_why() -> None:
    asked = burning()
    result = evaluate(case(asked, {"power": 200000, "heat": 0, "waste": 300000, "lhv": 900}), asked)
    assert result.worksheets[0].refused
    assert (result.derived[0].value, result.node_of["i1"].status, result.score) == (None, "unknown", 0)
    assert result.worksheets[0].refused in result.node_of["i1"].because
    assert result.checks[0].status == "unknown"


def test_a_method_waits_for_every_input_that_is_bound() -> None:
    asked = burning()
    result = evaluate(case(asked, {"power": 200000, "waste": 300000, "lhv": 10}), asked)
    assert result.worksheets == ()
    assert result.derived[0].value is None
    assert result.node_of["i1"].missing == ("heat",)


# ---------------------------------------------------------------------------------------------------------------------------- checks


def checked(**more: Any) -> Result:
    asked = pack([number("x"), number("y")], checks=[check("k1", "x <= y")])
    return evaluate(case(asked, more.pop("facts"), **more), asked)


def test_a_broken_check_changes_no_score_and_turns_amber_by_a_justification() -> None:
    assert checked(facts={"x": 1, "y": 2}).checks[0].status == "holds"
    assert checked(facts={"x": 1, "y": 2}, justifications={"k1": "For nothing."}).checks[0].justification == ""
    broken = checked(facts={"x": 3, "y": 2}).checks[0]
    assert (broken.status, broken.because, broken.message) == ("broken", "x (3) <= y (2) does not hold.", "Ask.")
    justified = checked(facts={"x": 3, "y": 2}, justifications={"k1": "Measured twice."}).checks[0]
    assert (justified.status, justified.justification) == ("justified", "Measured twice.")
    open_check = checked(facts={"x": 3}, justifications={"k1": "Measured twice."}).checks[0]
    assert (open_check.status, open_check.because, open_check.justification) == ("unknown", "Not answered: y.", "")


# ----------------------------------------------------------------------------------------------------------------------------- misfits


def test_all_misfits_of_a_case_are_raised_at_once() -> None:
    asked = pack([number("x", "t/year"), yes_no("y"), level("v", 3)], [indicator("i1", {"yes_no": {"of": "y"}}, ["y"])])
    facts = {
        "x": Answer(kind="number", value=Fraction(3), unit="MWh", file="case.yaml", line=7),
        "y": Answer(kind="number", value=Fraction(1)),
        "other": Answer(kind="yes_no", value=True),
    }
    wrong = case(asked, not_applicable={"i1": "None."}).model_copy(update={"facts": facts, "packs": ("test",), "file": "case.yaml"})
    with pytest.raises(Problems) as raised:
        evaluate(wrong, asked)
    assert sorted(codes(raised)) == ["na-not-allowed", "unit-mismatch", "unknown-fact", "wrong-kind"]
    found = {problem.code: problem for problem in raised.value.problems}
    assert (found["unit-mismatch"].file, found["unit-mismatch"].line) == ("case.yaml", 7)
    assert found["unknown-fact"].file == "case.yaml"
    assert found["na-not-allowed"].where == "not_applicable.i1"


@pytest.mark.parametrize(
    ("fact", "answer", "code"),
    [
        (choice("x", "a", "b"), Answer(kind="choice", value="c"), "unknown-option"),
        (choice("x", "a", "b", kind="choices"), Answer(kind="choices", value=("a", "c")), "unknown-option"),
        (level("x", 3), Answer(kind="level", value=Fraction(3)), "level-out-of-range"),
        (level("x", 3), Answer(kind="level", value=Fraction(1, 2)), "level-out-of-range"),
        (number("x"), Answer(kind="number", value="3"), "wrong-kind"),
        (yes_no("x"), Answer(kind="yes_no", value=Fraction(1)), "wrong-kind"),
        (choice("x", "a", "b"), Answer(kind="choices", value=("a",)), "wrong-kind"),
    ],
)
def test_an_answer_that_cannot_be_one_is_refused(fact: Any, answer: Answer, code: str) -> None:
    asked = pack([fact, yes_no("y")], [indicator("i1", {"yes_no": {"of": "y"}}, ["y"])])
    with pytest.raises(Problems) as raised:
        evaluate(case(asked).model_copy(update={"facts": {"x": answer}}), asked)
    assert codes(raised) == [code]


def test_a_pack_refuses_a_case_of_another_kind() -> None:
    asked = two()
    with pytest.raises(Problems) as raised:
        evaluate(case(asked, kind="tender"), asked)
    assert codes(raised) == ["kind-not-rated"]


def test_facts_of_another_pack_of_the_case_are_passed_over() -> None:
    asked = pack([yes_no("y")], [indicator("i1", {"yes_no": {"of": "y"}}, ["y"])])
    facts = {"y": Answer(kind="yes_no", value=True, evidence=(Evidence(grade=4),)), "other": Answer(kind="yes_no", value=True)}
    both = case(asked, packs=("test", "second")).model_copy(update={"facts": facts})
    assert evaluate(both, asked).score == 100


def test_a_number_in_another_unit_of_the_same_dimension_is_converted() -> None:
    asked = pack([number("x", "t/year")], [indicator("i1", {"linear": {"of": "x", "from": "0 t/year", "to": "10 t/year"}}, ["x"])])
    other_unit = case(asked).model_copy(update={"facts": {"x": Answer(kind="number", value=Fraction(2500), unit="kg/year")}})
    result = evaluate(other_unit, asked)
    assert result.score == 25
    assert result.fact_of["x"].unit == "kg/year"
    assert result.fact_of["x"].value == "2500"


# ------------------------------------------------------------------------------------------------------------------------- provenance


def test_a_result_says_what_it_came_from() -> None:
    asked = two()
    held = case(asked, {"v": 1}, currency="EUR", rated_by="assisted", notes="Invented.")
    result = evaluate(held, asked)
    assert (result.case.id, result.case.hash, result.case.rated_by, result.case.notes) == ("case", held.hash, "assisted", "Invented.")
    assert (result.pack.id, result.pack.version, result.pack.label) == ("test", "0.0.1", "ours")
    assert [source.id for source in result.sources] == ["ours"]
    assert result.ladder.bands[-1] == (80, "A")
    fact = result.fact_of["v"]
    assert (fact.known, fact.value, fact.shown, fact.grade) == (True, "1", "level 1", 4)
    silent = result.fact_of["y"]
    assert (silent.known, silent.value, silent.shown, silent.grade) == (False, None, "unknown", None)


def test_the_hash_of_a_case_follows_its_content() -> None:
    asked = two()
    first = case(asked, {"v": 1})
    assert first.hash == case(asked, {"v": 1}).hash
    assert first.hash != case(asked, {"v": 2}).hash
    assert first.hash != case(asked, {"v": 1}, grade=3).hash
    assert first.model_copy(update={"title": "Another"}).hash != first.hash
    assert Case.model_validate(first.model_dump()).hash == first.hash


def test_an_answer_is_worded_for_people() -> None:
    table = other("t", "table", columns=[{"id": "what", "kind": "text"}, {"id": "share", "kind": "number", "unit": "%"}])
    facts = [
        number("cost", "money/t"),
        choice("h", "a", "b"),
        choice("s", "a", "b", kind="choices"),
        yes_no("y"),
        other("d", "date"),
        table,
    ]
    asked = pack(facts, [indicator("i1", {"yes_no": {"of": "y"}}, ["y"])])
    answers = {
        "cost": Fraction(5, 2),
        "h": "a",
        "s": ("a", "b"),
        "y": False,
        "d": dt.date(2026, 1, 31),
        "t": ({"what": "paper", "share": Fraction(1)},),
    }
    result = evaluate(case(asked, answers, currency="INR"), asked)
    assert [fact.shown.replace("\u00a0", " ") for fact in result.facts] == ["2.5 INR/t", "a", "a, b", "no", "2026-01-31", "table of 1 rows"]
    assert evaluate(case(asked, {"s": ()}), asked).fact_of["s"].shown == "none"
