"""Single operations on graded values: the value is the exact one, the grade is that of the weakest evidence it needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import pytest
from building import case, choice, indicator, number, other, pack, yes_no

from tenderloop import evaluate
from tenderloop.curves import Checklist, Linear
from tenderloop.expression import Type
from tenderloop.methods import Column, Input, Method, Output, Refused, Worksheet
from tenderloop.pack import Derived
from tenderloop.plan import IndicatorStep, compile_pack
from tenderloop.quantity import parse_unit
from tenderloop.scalar import UNKNOWN, Graded, Known, Leaf, Scalar, arguments, output_in_base
from tenderloop.vocabulary import Bound, Value

A, B = Graded(Fraction(6), 3), Graded(Fraction(-4), 1)
YES, NO = Graded(True, 3), Graded(False, 2)
SET, WORD = Graded(frozenset({"a", "b"}), 2), Graded("a", 1)

OPERATIONS: list[tuple[str, Callable[[Scalar], Graded], Graded]] = [
    ("add", lambda k: k.add(A, B), Graded(Fraction(2), 1)),
    ("subtract", lambda k: k.subtract(A, B), Graded(Fraction(10), 1)),
    ("multiply", lambda k: k.multiply(A, B), Graded(Fraction(-24), 1)),
    ("divide", lambda k: k.divide(A, B), Graded(Fraction(-3, 2), 1)),
    ("negate", lambda k: k.negate(A), Graded(Fraction(-6), 3)),
    ("absolute", lambda k: k.absolute(B), Graded(Fraction(4), 1)),
    ("compare", lambda k: k.compare("<", B, A), Graded(True, 1)),
    ("minimum", lambda k: k.minimum([A, B]), Graded(Fraction(-4), 1)),
    ("maximum", lambda k: k.maximum([A, B]), Graded(Fraction(6), 1)),
    ("total", lambda k: k.total([A, B, A]), Graded(Fraction(8), 1)),
    ("count", lambda k: k.count([YES, NO, YES]), Graded(Fraction(2), 2)),
    ("member", lambda k: k.member(WORD, ("a", "c")), Graded(True, 1)),
    ("no member", lambda k: k.member(WORD, ("b", "c")), Graded(False, 1)),
    ("contains", lambda k: k.contains("a", SET), Graded(True, 2)),
    ("contains not", lambda k: k.contains("z", SET), Graded(False, 2)),
    ("known", lambda k: k.known(WORD), Graded(True, 1)),
    ("negation", lambda k: k.negation(NO), Graded(True, 2)),
    ("constant", lambda k: k.constant(Fraction(7)), Graded(Fraction(7), 4)),
]
SILENT: list[tuple[str, Callable[[Scalar], Graded]]] = [
    ("add", lambda k: k.add(A, UNKNOWN)),
    ("subtract", lambda k: k.subtract(UNKNOWN, A)),
    ("divide", lambda k: k.divide(A, Graded(Fraction(0)))),
    ("negate", lambda k: k.negate(UNKNOWN)),
    ("compare", lambda k: k.compare("<", UNKNOWN, A)),
    ("minimum", lambda k: k.minimum([A, UNKNOWN])),
    ("count", lambda k: k.count([YES, UNKNOWN])),
    ("member", lambda k: k.member(UNKNOWN, ("a",))),
    ("contains", lambda k: k.contains("a", UNKNOWN)),
    ("known", lambda k: k.known(UNKNOWN)),
    ("negation", lambda k: k.negation(UNKNOWN)),
]


@pytest.mark.parametrize(("name", "operation", "expected"), OPERATIONS, ids=[name for name, _, _ in OPERATIONS])
def test_the_weakest_evidence_carries_a_value(name: str, operation: Callable[[Scalar], Graded], expected: Graded) -> None:
    found = operation(Scalar())
    assert found == expected
    assert type(found.value) is type(expected.value)


@pytest.mark.parametrize(("name", "operation"), SILENT, ids=[name for name, _ in SILENT])
def test_an_unknown_value_has_no_evidence(name: str, operation: Callable[[Scalar], Graded]) -> None:
    assert operation(Scalar()) == UNKNOWN == Graded(None, 0)


def test_the_best_proof_of_one_side_decides() -> None:
    weak, strong = Graded(False, 1), Graded(False, 3)
    kernel = Scalar()
    assert kernel.both(weak, strong) == kernel.both(strong, weak) == Graded(False, 3)
    assert kernel.both(weak, UNKNOWN) == kernel.both(UNKNOWN, weak) == weak
    assert kernel.both(YES, Graded(True, 1)) == Graded(True, 1)
    assert kernel.either(YES, Graded(True, 1)) == kernel.either(YES, UNKNOWN) == kernel.either(UNKNOWN, YES) == YES
    assert kernel.either(weak, strong) == weak
    for one, two in ((YES, UNKNOWN), (UNKNOWN, YES), (UNKNOWN, UNKNOWN)):
        assert kernel.both(one, two) == UNKNOWN
    for one, two in ((NO, UNKNOWN), (UNKNOWN, NO), (UNKNOWN, UNKNOWN)):
        assert kernel.either(one, two) == UNKNOWN


def seen(*values: object) -> tuple[object, ...]:
    return values


def test_a_parent_is_known_once_every_part_is() -> None:
    kernel = Scalar()
    sure = Leaf(Fraction(50), Fraction(50), True, True, Fraction(1))
    open_ = Leaf(Fraction(0), Fraction(80), True, False, Fraction(0))
    gone = kernel.absent("marked")
    assert seen(gone.applies, gone.known, gone.absent, gone.low, gone.high) == (False, False, "marked", 0, 0)
    whole = kernel.gather("mean", [(sure, Fraction(1)), (gone, Fraction(5))])
    assert seen(whole.known, whole.coverage, whole.low) == (True, 1, 50)
    half = kernel.gather("mean", [(sure, Fraction(1)), (open_, Fraction(1))])
    assert (half.known, half.coverage) == (False, Fraction(1, 2))
    nothing = kernel.gather("mean", [(open_, Fraction(1))])
    assert seen(nothing.known, nothing.coverage, nothing.most) == (False, 0, 100)
    empty = kernel.gather("mean", [(gone, Fraction(1))])
    assert seen(empty.applies, empty.known, empty.coverage, empty.absent) == (False, False, 0, None)


def step_of(scoring: dict[str, Any], facts: list[Any], **more: Any) -> IndicatorStep:
    made = pack(facts, [indicator("i1", scoring, [fact["id"] for fact in facts], **more)])
    return compile_pack(made).indicators[0]


LIST = {"checklist": {"items": [{"when": "x", "points": 40}, {"when": "y", "points": 60}]}}


def test_a_checklist_item_by_item() -> None:
    step = step_of(LIST, [yes_no("x"), yes_no("y")], caps={0: 25, 1: 50})
    curve = Checklist((Fraction(40), Fraction(60)))
    kernel = Scalar()

    def leaf(*values: Graded, applies: Graded | None = None) -> Leaf:
        return kernel.leaf(step, curve, values, applies)

    weak, none = Graded(True, 1), Graded(False, 0)
    assert leaf(weak, Graded(True)) == Leaf(
        Fraction(80), Fraction(100), True, True, Fraction(1), Fraction(100), Fraction(100), Fraction(50), 1
    )
    assert leaf(weak, none) == Leaf(Fraction(20), Fraction(40), True, True, Fraction(1), Fraction(40), Fraction(100), Fraction(25), 0)
    # a weak "no" takes nothing away, so that nothing is held
    assert leaf(Graded(True), none) == Leaf(Fraction(40), Fraction(40), True, True, Fraction(1), Fraction(40), Fraction(100), None, 0)
    assert leaf(UNKNOWN, UNKNOWN) == Leaf(Fraction(0), Fraction(100), True, False, Fraction(0), None, Fraction(100), None, None)
    assert leaf(UNKNOWN, Graded(True)) == Leaf(Fraction(60), Fraction(100), True, False, Fraction(0), None, Fraction(100), None, 4)
    perhaps = leaf(Graded(True), Graded(True), applies=UNKNOWN)
    assert seen(perhaps.applies, perhaps.known, perhaps.coverage, perhaps.low) == (None, True, 0, 100)
    gone = leaf(Graded(True), Graded(True), applies=NO)
    assert gone == Leaf(Fraction(0), Fraction(0), False, False, Fraction(0), absent="rule")
    with pytest.raises(ValueError, match="zip"):
        leaf(Graded(True))


def test_an_open_answer_under_lowest_is_held_like_a_bare_claim() -> None:
    scoring = {"linear": {"of": "x", "from": 0, "to": 10}}
    step = step_of(scoring, [number("x")], caps={0: 25}, if_unknown="lowest")
    high = Linear(Fraction(0), Fraction(10))
    assert Scalar().leaf(step, high, [UNKNOWN], None).low == 0
    steps = {"steps": {"of": "x", "below": 40, "at": [[5, 80]]}}
    for caps, low in (({0: 25}, 25), ({1: 60}, 40), ({}, 40)):
        held = step_of(steps, [number("x")], caps=caps, if_unknown="lowest")
        leaf = Scalar().leaf(held, held.curves["delivery"], [UNKNOWN], None)
        assert seen(leaf.low, leaf.high, leaf.most, leaf.known, leaf.coverage) == (low, 80, 80, False, 0)


# ---------------------------------------------------------------------------------------------------------------------------- methods


def made_up(inputs: tuple[Input, ...], outputs: Mapping[str, Fraction | str | None]) -> Method:
    """A method that gives what it is told."""
    units = {"speed": "kg/year", "word": None, "money": "money", "bare": "1", "odd": "EUR"}
    return Method(
        name="made_up",
        title="Made up",
        formula="none",
        source="this test",
        status="proposed",
        valid="always",
        inputs=inputs,
        outputs=tuple(Output(name, name, units[name]) for name in outputs),
        function=lambda sheet, **given: outputs,
    )


def taking(method: Method, take: str, *bound: Bound) -> Value:
    return Value(Derived.model_construct(id=f"of_{take}", method="made_up", take=take), Type("number"), None, method, bound)


TABLE = Input(
    "rows", "Rows", kind="table", columns=(Column("what", None), Column("share", "%"), Column("mass", "kg"), Column("count", None))
)


def test_inputs_arrive_in_the_units_that_the_method_declares() -> None:
    inputs = (
        Input("mass", "Mass", "kg"),
        Input("ratio", "Ratio", None),
        Input("day", "Day", kind="date"),
        Input("kind", "Kind", kind="choice"),
        Input("sure", "Sure", kind="yes_no"),
        TABLE,
        Input("fixed", "Fixed", "t"),
    )
    value = taking(made_up(inputs, {"bare": None}), "bare", *(Bound(each) for each in inputs[:-1]), Bound(inputs[-1], constant=Fraction(9)))
    row: dict[str, Fraction | str] = {
        "what": "paper",
        "share": Fraction(1, 4),
        "mass": Fraction(3000),
        "count": Fraction(2),
        "not_asked": Fraction(1),
    }
    held: dict[str, Known] = {
        "mass": Fraction(5000),
        "ratio": Fraction(1, 2),
        "day": dt.date(2026, 1, 31),
        "kind": "new",
        "sure": False,
        "rows": (row,),
    }
    assert arguments(value, held) == {
        "mass": Fraction(5000),
        "ratio": Fraction(1, 2),
        "day": "2026-01-31",
        "kind": "new",
        "sure": False,
        "rows": [{"what": "paper", "share": Fraction(25), "mass": Fraction(3000), "count": Fraction(2)}],
        "fixed": Fraction(9),
    }
    tonnes = Input("mass", "Mass", "t")
    assert arguments(taking(made_up((tonnes,), {"bare": None}), "bare", Bound(tonnes)), {"mass": Fraction(5000)}) == {"mass": 5}


def sheet(outputs: Mapping[str, Fraction | str]) -> Worksheet:
    return Worksheet("made_up", "Made up", "none", (), (), outputs, (), "this test")


@pytest.mark.parametrize(
    ("take", "given", "expected"),
    [
        ("speed", Fraction(365), None),
        ("bare", Fraction(3, 4), Fraction(3, 4)),
        ("word", "worst", "worst"),
        ("money", Fraction(12), Fraction(12)),
        ("odd", Fraction(12), Fraction(12)),  # a currency has no base unit: the number stays
    ],
)
def test_outputs_go_to_base_units(take: str, given: Fraction | str, expected: Fraction | str | None) -> None:
    method = made_up((), {take: given})
    found = output_in_base(taking(method, take), sheet({take: given}))
    assert found == (parse_unit("kg/year").factor * 365 if expected is None else expected)


def test_a_share_goes_to_base_units() -> None:
    method = Method("m", "M", "f", "s", "proposed", "v", (), (Output("share", "Share", "%"), Output("note", "Note", "%")), lambda sheet: {})
    assert output_in_base(taking(method, "share"), sheet({"share": Fraction(25)})) == Fraction(1, 4)
    assert output_in_base(taking(method, "note"), sheet({"note": "none"})) == "none"


def test_the_weakest_input_carries_what_a_method_gives() -> None:
    inputs = (Input("a", "A", "1"), Input("b", "B", "1"))
    value = taking(made_up(inputs, {"bare": Fraction(5)}), "bare", *(Bound(each) for each in inputs))
    assert Scalar().method(value, {"a": A, "b": B}) == Graded(Fraction(5), 1)
    assert Scalar().method(value, {"a": A, "b": UNKNOWN}) == UNKNOWN
    fixed = taking(made_up(inputs, {"bare": Fraction(5)}), "bare", *(Bound(each, constant=Fraction(1)) for each in inputs))
    assert Scalar().method(fixed, {}) == Graded(Fraction(5), 4)


def test_an_output_that_is_unset_is_unknown() -> None:
    value = taking(made_up((), {"bare": None}), "bare")
    kernel = Scalar()
    assert kernel.method(value, {}) == UNKNOWN
    assert (len(kernel.runs), kernel.run_of) == (1, {"of_bare": 0})
    assert kernel.runs[0].refused == ""


def refusing(hint: str) -> Method:
    def function(sheet: Any) -> Mapping[str, Fraction | str | None]:
        raise Refused("the sums differ", "a", hint)

    return Method("refusing", "R", "f", "s", "proposed", "v", (), (Output("bare", "Bare", "1"),), function)


@pytest.mark.parametrize(("hint", "text"), [("look at a", "the sums differ (look at a)"), ("", "the sums differ")])
def test_a_refusal_says_why_and_what_to_look_at(hint: str, text: str) -> None:
    kernel = Scalar()
    assert kernel.method(taking(refusing(hint), "bare"), {}) == UNKNOWN
    assert kernel.runs[0].refused == text
    assert kernel.runs[0].sheet is None


def flows_pack(*derived: dict[str, Any]) -> Any:
    columns = [{"id": "year", "kind": "number", "unit": "1"}, {"id": "amount", "kind": "number", "unit": "money"}]
    return pack(
        [other("flows", "table", columns=columns), other("later", "table", columns=columns), number("rate", "%"), yes_no("y")],
        [indicator("i1", {"yes_no": {"of": "y"}}, ["y"])],
        derived=list(derived),
    )


def derived(id_: str, take: str, flows: str = "flows", rate: str = "rate") -> dict[str, Any]:
    return {"id": id_, "method": "npv", "take": take, "with": {"flows": flows, "rate": rate}}


def test_outputs_of_one_binding_share_a_worksheet_and_other_bindings_do_not() -> None:
    made = flows_pack(
        derived("net", "npv"),
        derived("plain_sum", "total"),
        derived("payback", "payback_year"),
        derived("net_later", "npv", flows="later"),
        derived("net_double", "npv", rate="2 * rate"),
        derived("net_fixed", "npv", rate="10 %"),
        derived("net_fixed_more", "npv", rate="20 %"),
    )
    rows = ({"year": Fraction(0), "amount": Fraction(-100)}, {"year": Fraction(1), "amount": Fraction(110)})
    more = ({"year": Fraction(0), "amount": Fraction(-100)}, {"year": Fraction(1), "amount": Fraction(55)})
    result = evaluate(case(made, {"flows": rows, "later": more, "rate": Fraction(10)}, currency="EUR"), made)
    found = {note.id: (note.value, note.worksheet) for note in result.derived}
    assert found["net"] == ("0", 0)
    assert found["plain_sum"] == ("10", 0)
    assert found["payback"] == ("1", 0)
    assert found["net_later"] == ("-50", 1)
    assert found["net_double"][0] is not None
    assert found["net_double"][0].startswith("-8.33333")
    assert found["net_fixed"][0] == "0"
    assert found["net_fixed_more"][0] is not None
    assert found["net_fixed_more"][0].startswith("-8.33333")
    assert {found[name][1] for name in ("net_double", "net_fixed", "net_fixed_more")} == {2, 3, 4}


def test_rules_of_every_function_in_a_score() -> None:
    rules = {
        "x - y": 25,
        "-y + 6": 50,
        "abs(y - x)": 25,
        "min(x, y)": 10,
        "max(x, y)": 35,
        "sum(x, y)": 45,
        "10 * count(x > 3, y > 3, known(x), h in ['a', 'b'])": 100,
    }
    facts = [number("x"), number("y"), choice("h", "a", "b", "c")]
    for rule, expected in rules.items():
        made = pack(facts, [indicator("i1", {"linear": {"of": rule, "from": 0, "to": 10}}, ["x", "y", "h"])])
        score = evaluate(case(made, {"x": Fraction("3.5"), "y": 1, "h": "b"}), made).score
        assert score == expected, rule
