"""What compiling a pack gives, keeps and refuses."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from building import case, check, criterion, gate, indicator, level, number, outcome, pack, yes_no

from tenderloop import evaluate
from tenderloop.curves import Checklist, Choice, Levels, Linear, Piecewise, Steps, YesNo
from tenderloop.errors import Problems
from tenderloop.pack import Scoring
from tenderloop.plan import compile_pack, curve_of, on_fail_text

YES = {"yes_no": {"of": "y"}}


def test_a_plan_is_kept_by_the_hash_of_its_pack() -> None:
    first = pack([yes_no("y")], [indicator("i1", YES, ["y"])]).model_copy(update={"hash": "sha256:kept"})
    assert compile_pack(first) is compile_pack(first)
    assert compile_pack(first) is not compile_pack(first.model_copy(update={"hash": "sha256:other"}))
    loose = first.model_copy(update={"hash": ""})
    assert compile_pack(loose) is not compile_pack(loose)


def test_at_most_so_many_plans_are_kept() -> None:
    asked = pack([yes_no("y")], [indicator("i1", YES, ["y"])])
    first = compile_pack(asked.model_copy(update={"hash": "sha256:first"}))
    for place in range(70):
        compile_pack(asked.model_copy(update={"hash": f"sha256:{place}"}))
    assert compile_pack(asked.model_copy(update={"hash": "sha256:first"})) is not first


def test_derived_values_are_computed_in_the_order_they_need() -> None:
    derived = [{"id": "c", "value": "b + 1"}, {"id": "b", "value": "a * 2"}, {"id": "a", "value": "x + 1"}]
    asked = pack([number("x")], [indicator("i1", {"linear": {"of": "c", "from": 0, "to": 10}}, ["x"])], derived=derived)
    assert [value.declared.id for value in compile_pack(asked).values] == ["a", "b", "c"]
    assert evaluate(case(asked, {"x": 1}), asked).score == 50


def test_a_step_knows_every_fact_that_it_reads_also_through_derived_values() -> None:
    derived = [{"id": "inner", "value": "x + z"}, {"id": "outer", "value": "inner * 2"}]
    asked = pack(
        [number("z"), number("x"), yes_no("y"), number("unread")],
        [indicator("i1", {"linear": {"of": "outer", "from": 0, "to": 10}}, ["x"], applies_when="y")],
        derived=derived,
        gates=[gate("g1", "outer > 1", ["x"], applies_when="y")],
        checks=[check("k1", "inner >= z")],
    )
    plan = compile_pack(asked)
    assert plan.indicator_of["i1"].facts == ("x", "z", "y")  # as the author lists them, then in the order of the pack
    assert plan.gates[0].facts == ("x", "z", "y")
    assert plan.checks[0].facts == ("z", "x")


@pytest.mark.parametrize(
    ("scoring", "curve"),
    [
        ({"linear": {"of": "x", "from": "0 %", "to": "40 %"}}, Linear(Fraction(0), Fraction(2, 5))),
        ({"steps": {"of": "x", "below": 5, "at": [["10 %", 20]]}}, Steps(Fraction(5), ((Fraction(1, 10), Fraction(20)),))),
        ({"piecewise": {"of": "x", "points": [[0, 0], [2, 100]]}}, Piecewise(((Fraction(0), Fraction(0)), (Fraction(2), Fraction(100))))),
        ({"yes_no": {"of": "x", "yes": 80}}, YesNo(Fraction(80), Fraction(0))),
        ({"choice": {"of": "x", "scores": {"a": 0, "b": 100}}}, Choice({"a": Fraction(0), "b": Fraction(100)})),
        ({"levels": {"of": "v", "scores": [0, 100]}}, Levels((Fraction(0), Fraction(100)))),
        ({"levels": {"of": "v", "by_stage": True}}, Levels((Fraction(0), Fraction(50), Fraction(100)))),
        ({"checklist": {"items": [{"when": "x", "points": 40}, {"when": "y", "points": 60}]}}, Checklist((Fraction(40), Fraction(60)))),
    ],
)
def test_a_scoring_block_means_a_curve_in_base_units(scoring: dict[str, Any], curve: object) -> None:
    asked = pack([level("v", 3)])
    assert curve_of(Scoring.model_validate(scoring), asked, "preparation") == curve


def test_all_faults_of_a_pack_are_raised_at_once() -> None:
    asked = pack(
        [number("x", "t"), yes_no("y")],
        [
            indicator("i1", {"linear": {"of": "x + 1 MWh", "from": 0, "to": 1}}, ["x"]),
            indicator("i2", {"yes_no": {"of": "x"}}, ["x"], applies_when="nowhere"),
            indicator("i3", {"linear": {"of": "y", "from": 0, "to": 1}}, ["y"]),
        ],
        gates=[gate("g1", "x", ["x"])],
        checks=[check("k1", "x <= 3 t and")],
        derived=[{"id": "a", "value": "b"}, {"id": "b", "value": "a"}, {"id": "d", "value": "x", "unit": "MWh"}],
    )
    with pytest.raises(Problems) as raised:
        compile_pack(asked)
    codes = sorted(problem.code for problem in raised.value.problems)
    assert codes.count("wrong-kind") == 3
    assert {"unit-mismatch", "unknown-name", "circular-value", "incomplete"} <= set(codes)
    places = " ".join(problem.message for problem in raised.value.problems)
    assert all(name in places for name in ("indicator i1", "indicator i2", "indicator i3", "gate g1", "check k1", "derived value d"))


@pytest.mark.parametrize(
    ("derived", "code"),
    [
        ({"id": "a", "method": "nothing", "take": "x"}, "unknown-method"),
        ({"id": "a", "method": "r1", "take": "nothing"}, "unknown-output"),
        ({"id": "a", "method": "r1", "take": "r1", "with": {"nothing": "x"}}, "unknown-input"),
        ({"id": "a", "method": "r1", "take": "r1", "with": {"electricity": "x"}}, "unit-mismatch"),
        ({"id": "a", "method": "r1", "take": "r1", "with": {}}, "missing-input"),
        ({"id": "a", "method": "r1", "take": "r1", "with": {"permitted": "yesterday"}}, "unknown-option"),
    ],
)
def test_a_method_bound_wrongly_is_refused(derived: dict[str, Any], code: str) -> None:
    with pytest.raises(Problems) as raised:
        compile_pack(pack([number("x", "t")], derived=[derived]))
    assert code in [problem.code for problem in raised.value.problems]


def test_a_plan_scores_parents_from_children_alone() -> None:
    """``gather`` is what improve and the second total build on."""
    from tenderloop.scalar import Leaf, Scalar

    items = [indicator("i1", YES, ["y"], weight=3), indicator("i2", YES, ["y"])]
    asked = pack([yes_no("y")], items, outcomes=[outcome("o1", criterion("c1")), outcome("o2", criterion("c2"))])
    full = Leaf(Fraction(100), Fraction(100), True, True, Fraction(1))
    none = Leaf(Fraction(0), Fraction(100), True, False, Fraction(0))
    nodes = compile_pack(asked).gather(Scalar(), {"i1": full, "i2": none})
    assert (nodes["c1"].low, nodes["c1"].high, nodes["c1"].coverage) == (75, 100, Fraction(3, 4))
    assert nodes["c2"].applies is False  # nothing is asked there
    assert nodes[""].low == 75


def test_what_a_failed_gate_does_in_words() -> None:
    gates = [gate("g1", "y", ["y"]), gate("g2", "y", ["y"], on_fail="warn"), gate("g3", "y", ["y"], on_fail={"cap": "C"})]
    assert [on_fail_text(each) for each in pack([yes_no("y")], gates=gates).gates] == ["reject", "warn", "cap C"]
