"""What a result holds, record for record, and the rare turns of its reasons."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from building import SOURCE, case, check, choice, criterion, gate, indicator, level, number, other, outcome, pack, yes_no

from tenderloop import __version__, evaluate
from tenderloop.case import Answer, Case, Document, Evidence
from tenderloop.errors import Problem, Problems
from tenderloop.methods import get
from tenderloop.pack import Pack, Tags
from tenderloop.result import CheckNote, FactNote, GateNote, Node, Range, Result, SourceNote

LAW = {"id": "law", "title": "A directive", "url": "http://law.example", "status": "official", "note": "Annex II was seen."}
FROM_LAW = SourceNote(
    id="law", title="A directive", where="Annex II", url="http://law.example", status="unverified", note="Annex II was seen."
)
OURS = SourceNote(id="ours", title="Made for this test", status="proposed")
TAGS = {"sdg": ["13.2"], "unece": ["waste"], "r": ["R8"], "topics": ["fiscal"]}
CITED = {"id": "law", "where": "Annex II", "status": "unverified"}


def rich() -> Pack:
    """A pack in which nothing is left out."""
    items = [
        indicator(
            "i1",
            {"linear": {"of": "x", "from": "0 %", "to": "50 %"}},
            ["x"],
            weight=3,
            clause="The supplier shall.",
            kpi="Share of x.",
            tags=TAGS,
            source=CITED,
            caps={1: 30},
        ),
        indicator("i2", {"yes_no": {"of": "y"}}, ["y"], criterion="c2", applies_when="users"),
    ]
    first = criterion("c1", weight=2, aggregate="minimum", tags={"sdg": ["12.5"]}, source=CITED)
    return pack(
        [number("x", "%", asked_in="the bid, page 3"), yes_no("y"), yes_no("users")],
        items,
        sources=[SOURCE, LAW],
        outcomes=[outcome("o1", first, weight="1.5", aggregate="product", source="ours"), outcome("o2", criterion("c2"))],
        aggregate="geometric",
        gates=[gate("g1", "x >= 10 %", ["x"], clause="Proof is due.", tags=TAGS, source=CITED)],
        checks=[check("k1", "x <= 100 %")],
    )


PAPER = Evidence(document="bid", page="3", quote="x is 20 %", grade=1)


def rich_result() -> Result:
    made = rich()
    held = case(made, {"users": False}, documents={"bid": Document(title="The bid")})
    facts = {**held.facts, "x": Answer(kind="number", value=Fraction(20), unit="%", evidence=(PAPER,))}
    return evaluate(held.model_copy(update={"facts": facts}), made)


def test_every_field_of_an_indicator() -> None:
    node = rich_result().node_of["i1"]
    assert node == Node(
        id="i1",
        kind="indicator",
        parent="c1",
        title="Item i1",
        status="scored",
        score=Fraction(30),
        range=Range(low=Fraction(30), high=Fraction(40)),
        coverage=Fraction(100),
        weight=Fraction(3),
        share=Fraction(1),
        aggregate=None,
        optional=False,
        question="How good is i1?",
        because="x (20\u00a0%); on the line from 0 % (0) to 50 % (100) that gives 40. Held at 30, because the weakest evidence has "
        "grade 1 (written in a document of the sponsor or a press report).",
        rule="linear of x",
        plain=Fraction(40),
        most=Fraction(100),
        cap=Fraction(30),
        grade=1,
        facts=("x",),
        missing=(),
        accept=("a paper",),
        hint="Do better at i1.",
        clause="The supplier shall.",
        kpi="Share of x.",
        tags=Tags.model_validate(TAGS),
        source=FROM_LAW,
    )


def test_every_field_of_an_indicator_that_does_not_apply() -> None:
    node = rich_result().node_of["i2"]
    assert node == Node(
        id="i2",
        kind="indicator",
        parent="c2",
        title="Item i2",
        status="not_applicable",
        score=None,
        range=None,
        coverage=None,
        weight=Fraction(1),
        share=Fraction(0),
        question="How good is i2?",
        because="Does not apply: users (no) does not hold.",
        rule="yes_no of y",
        facts=("y", "users"),
        accept=("a paper",),
        hint="Do better at i2.",
        source=OURS,
    )


def test_every_field_of_a_heading() -> None:
    result = rich_result()
    assert result.node_of["c1"] == Node(
        id="c1",
        kind="criterion",
        parent="o1",
        title="Criterion c1",
        status="scored",
        score=Fraction(30),
        range=Range(low=Fraction(30), high=Fraction(40)),
        coverage=Fraction(100),
        weight=Fraction(2),
        share=Fraction(1),
        aggregate="minimum",
        because="Lowest of 1 applicable part; 1 fully answered.",
        tags=Tags.model_validate({"sdg": ["12.5"]}),
        source=FROM_LAW,
    )
    first, second = result.node_of["o1"], result.node_of["o2"]
    assert (first.kind, first.parent, first.title, first.weight, first.aggregate) == (
        "outcome",
        "",
        "Outcome o1",
        Fraction(3, 2),
        "product",
    )
    assert (first.share, first.source) == (Fraction(1), OURS)
    assert second == Node(
        id="o2",
        kind="outcome",
        parent="",
        title="Outcome o2",
        status="not_applicable",
        score=None,
        range=None,
        coverage=None,
        weight=Fraction(1),
        share=Fraction(0),
        aggregate="mean",
        because="Weighted mean of 0 applicable parts; 0 fully answered, 1 not applicable.",
        source=None,
    )


def test_a_heading_of_which_nobody_knows_whether_it_applies() -> None:
    made = rich()
    node = evaluate(case(made, {"y": True}), made).node_of["c2"]
    assert (node.optional, node.status, node.coverage) == (True, "unknown", Fraction(0))
    assert node.because == "Weighted mean of 1 applicable part; 0 fully answered."
    certain = evaluate(case(made, {"y": True, "users": True}), made).node_of["c2"]
    assert (certain.optional, certain.status, certain.coverage) == (False, "scored", Fraction(100))


def test_every_field_of_a_gate_a_check_and_a_fact() -> None:
    result = rich_result()
    assert result.gates.root == (
        GateNote(
            id="g1",
            title="Gate g1",
            question="Does g1 hold?",
            status="pass",
            on_fail="reject",
            because="Passes: x (20\u00a0%) >= 10\u00a0%.",
            rule="x >= 10 %",
            facts=("x",),
            missing=(),
            grade=1,
            hint="Show g1.",
            clause="Proof is due.",
            tags=Tags.model_validate(TAGS),
            source=FROM_LAW,
        ),
    )
    assert result.checks == (
        CheckNote(
            id="k1",
            title="Check k1",
            status="holds",
            because="x (20\u00a0%) <= 100\u00a0% holds.",
            message="Ask.",
            facts=("x",),
            source=OURS,
        ),
    )
    assert result.facts[0] == FactNote(
        id="x",
        question="How much is x?",
        asked_in="the bid, page 3",
        kind="number",
        unit="%",
        value="20",
        shown="20\u00a0%",
        known=True,
        grade=1,
        evidence=(PAPER,),
    )
    assert result.facts[1] == FactNote(id="y", question="Is y so?", kind="yes_no", unit="1", shown="unknown", known=False)


def test_the_head_of_a_result() -> None:
    result = rich_result()
    assert (result.engine, result.aggregate, result.steps) == (__version__, "geometric", ())
    assert result.case.documents == {"bid": Document(title="The bid")}
    assert {source.id: source.status for source in result.sources} == {"law": "official", "ours": "proposed"}
    assert Result.model_validate_json(result.to_json()) == result


# -------------------------------------------------------------------------------------------------------------------------- misfits


def misfits(made: Pack, answers: dict[str, Answer], **more: Any) -> list[Problem]:
    held: Case = case(made, **more).model_copy(update={"facts": answers, "file": "case.yaml", "packs": ("test",)})
    with pytest.raises(Problems) as raised:
        evaluate(held, made)
    return list(raised.value.problems)


@pytest.mark.parametrize(
    ("fact", "answer", "problem"),
    [
        (number("x", "t/year"), Answer(kind="text", value="many", line=7), ("wrong-kind", "'x' is a number in pack test, not a text", 7)),
        (number("x"), Answer(kind="number", value="3"), ("wrong-kind", "'x' is a number, and its value is a str", None)),
        (
            number("x", "t/year"),
            Answer(kind="number", value=Fraction(3), unit="MWh", line=9),
            ("unit-mismatch", "'x' is asked in t/year, not in MWh", 9),
        ),
        (level("x", 3), Answer(kind="level", value=Fraction(3)), ("level-out-of-range", "'x' has levels 0 to 2, not 3", None)),
        (
            choice("x", "a", "b", kind="choices"),
            Answer(kind="choices", value=("d", "a", "c")),
            ("unknown-option", "'x' has no option c, d; it has a, b", None),
        ),
    ],
)
def test_a_misfit_says_what_where_and_what_instead(fact: Any, answer: Answer, problem: tuple[str, str, int | None]) -> None:
    made = pack([fact, yes_no("y")], [indicator("i1", {"yes_no": {"of": "y"}}, ["y"])])
    (found,) = misfits(made, {"x": answer})
    assert (found.code, found.message, found.line) == problem
    assert found.file == "case.yaml"
    (found,) = misfits(made, {"x": answer.model_copy(update={"file": "answers.yaml"})})
    assert found.file == "answers.yaml"


def test_facts_marks_and_kinds_that_a_pack_does_not_know() -> None:
    made = pack([yes_no("y")], [indicator("i1", {"yes_no": {"of": "y"}}, ["y"])])
    yes = Answer(kind="yes_no", value=True)
    assert misfits(made, {"z": yes}) == [Problem("unknown-fact", "pack test asks no 'z'", "case.yaml", None)]
    assert misfits(made, {"z": yes.model_copy(update={"file": "answers.yaml", "line": 4})}) == [
        Problem("unknown-fact", "pack test asks no 'z'", "answers.yaml", 4)
    ]
    assert misfits(made, {}, not_applicable={"i1": "None."}) == [
        Problem("na-not-allowed", "indicator i1 of pack test always applies", "case.yaml", where="not_applicable.i1")
    ]
    (kind,) = misfits(made, {}, kind="bid")
    assert (kind.code, kind.message, kind.file, kind.where) == (
        "kind-not-rated",
        "pack test rates a project, this case is a bid",
        "case.yaml",
        "kind",
    )


def test_a_mark_for_an_indicator_of_another_pack_is_passed_over() -> None:
    made = pack([yes_no("y")], [indicator("i1", {"yes_no": {"of": "y"}}, ["y"])])
    held = case(made, {"y": True}, packs=("test", "second"), not_applicable={"second.i9": "None."})
    assert evaluate(held, made).score == 100


# ------------------------------------------------------------------------------------------------------------- values for sentences


@pytest.mark.parametrize(
    ("rule", "x", "shown"),
    [
        ("x / 3", "1", "0.3333"),
        ("x / 3", "3", "1"),
        ("x / 3", "4", "1.333"),
        ("x / 3", "10", "3.333"),
        ("x / 3", "29", "9.667"),
        ("x / 3", "31", "10.33"),
        ("x / 3", "32", "10.67"),
        ("x / 3", "299", "99.67"),
        ("x / 3", "301", "100.3"),
        ("x / 3", "302", "100.7"),
        ("x / 2", "3", "1.500"),
        ("x / 2", "21", "10.50"),
        ("x / 2", "201", "100.5"),
        ("x / 3", "-4", "-1.333"),
    ],
)
def test_a_derived_value_shows_four_digits_at_least(rule: str, x: str, shown: str) -> None:
    made = pack([number("x")], [indicator("i1", {"yes_no": {"of": "z > 0"}}, ["x"])], derived=[{"id": "z", "value": rule}])
    (note,) = evaluate(case(made, {"x": Fraction(x)}), made).derived
    assert note.shown.replace("−", "-") == shown


@pytest.mark.parametrize("size", [1, 10, 100])
def test_the_number_of_places_changes_at_the_power_of_ten(size: int) -> None:
    """Just at the size a value has one place fewer than just below it."""
    made = pack([number("x")], [indicator("i1", {"yes_no": {"of": "z > 0"}}, ["x"])], derived=[{"id": "z", "value": "x * 1"}])

    def places(value: Fraction) -> int:
        return len(evaluate(case(made, {"x": value}), made).derived[0].shown.partition(".")[2])

    assert places(size + Fraction(1, 10**6)) == {1: 3, 10: 2, 100: 1}[size]
    if size > 1:
        assert places(size - Fraction(1, 10**6)) == {10: 3, 100: 2}[size]


def test_a_derived_value_in_a_sentence_has_its_unit_and_currency() -> None:
    derived = [{"id": "per_tonne", "unit": "money/t", "value": "cost / mass"}, {"id": "bare", "value": "cost / mass"}]
    for name in ("per_tonne", "bare"):
        rule = {"yes_no": {"of": f"{name} < 3 money/kg"}}
        made = pack([number("cost", "money"), number("mass", "t")], [indicator("i1", rule, ["cost", "mass"])], derived=derived)
        result = evaluate(case(made, {"cost": 5000, "mass": 2}, currency="EUR"), made)
        said = result.node_of["i1"].because.replace("\u00a0", " ").replace("\u202f", "")
        assert said.startswith({"per_tonne": "per_tonne (2500 EUR/t)", "bare": "bare (2.500 EUR/kg)"}[name])
        assert [note.value for note in result.derived] == ["2500", "2.5"]
        assert [note.unit for note in result.derived] == ["money/t", "money/kg"]


def test_digits_follow_the_unit_in_which_a_value_is_shown() -> None:
    made = pack(
        [number("x"), number("y")],
        [indicator("i1", {"yes_no": {"of": "share > 0"}}, ["x", "y"])],
        derived=[{"id": "share", "unit": "%", "value": "x / y"}],
    )
    assert evaluate(case(made, {"x": 41, "y": 200}), made).derived[0].shown == "20.50\u00a0%"


def test_a_level_a_word_and_a_ratio_are_derived_values_too() -> None:
    derived = [
        {"id": "ratio", "value": "x / x2"},
        {"id": "need", "value": "v"},
        {"id": "wide_enough", "value": "x > 3", "title": ""},
        {"id": "open_ratio", "value": "x / x3"},
    ]
    rules = {"yes_no": {"of": "wide_enough"}}
    made = pack([number("x"), number("x2"), number("x3"), level("v")], [indicator("i1", rules, ["x"])], derived=derived)
    notes = {note.id: note for note in evaluate(case(made, {"x": 6, "x2": 4, "v": 2}), made).derived}
    assert {name: (note.value, note.unit, note.shown) for name, note in notes.items()} == {
        "ratio": ("1.5", "1", "1.500"),
        "need": ("2", "1", "2"),
        "wide_enough": ("yes", "", "yes"),
        "open_ratio": (None, "1", "unknown"),
    }
    assert notes["wide_enough"].title == "wide enough"
    assert (notes["ratio"].because, notes["ratio"].worksheet) == ("x / x2", None)


@pytest.mark.parametrize(("date", "said"), [("2024-12-31", "no value at this date"), ("2026-01-01", "55 %"), ("2031-01-01", "60 %")])
def test_a_dated_number_stands_in_the_sentence_as_it_holds(date: str, said: str) -> None:
    parameters = [
        {"id": "least", "unit": "%", "values": {"2025-01-01": "55 %", "2030-01-01": "60 %"}, "source": "ours"},
        {"id": "never_asked", "value": 3, "source": "ours"},
    ]
    made = pack(
        [number("x", "%"), yes_no("users")],
        [indicator("i1", {"yes_no": {"of": "x >= least"}}, ["x"])],
        parameters=parameters,
        gates=[gate("g1", "x >= least", ["x"], applies_when="users")],
    )
    result = evaluate(case(made, {"x": 57, "users": True}, date=date), made)
    assert f"least ({said})" in result.gates.root[0].because
    assert [note.id for note in result.parameters] == ([] if "no" in said else ["least"])
    assert all((note.title, note.source) == ("", OURS) for note in result.parameters)


# ------------------------------------------------------------------------------------------------------- why something is not known

COLUMNS = [{"id": "year", "kind": "number", "unit": "1"}, {"id": "amount", "kind": "number", "unit": "money"}]


def flow(*amounts: int) -> tuple[dict[str, Fraction], ...]:
    return tuple({"year": Fraction(year), "amount": Fraction(amount)} for year, amount in enumerate(amounts))


def paying(*derived: dict[str, Any], rule: str = "payback <= 5") -> Pack:
    payback = {"id": "payback", "method": "npv", "take": "payback_year", "with": {"flows": "flows", "rate": "rate_used"}}
    rate = {"id": "rate_used", "value": "rate / spread"}
    return pack(
        [other("flows", "table", columns=COLUMNS), number("rate", "%"), number("spread")],
        [indicator("i1", {"yes_no": {"of": rule}}, ["flows"])],
        derived=[rate, payback, *derived],
        gates=[gate("g1", rule, ["flows"])],
        checks=[check("k1", rule)],
    )


def said_of(made: Pack, facts: dict[str, Any]) -> tuple[str, str, str]:
    result = evaluate(case(made, facts, currency="EUR"), made)
    return result.node_of["i1"].because, result.gates.root[0].because, result.checks[0].because


def test_an_output_that_a_method_does_not_give() -> None:
    why = "npv gives no payback_year for these inputs"
    sentences = said_of(paying(), {"flows": flow(-100, 5), "rate": 10, "spread": 1})
    assert sentences[0] == f"Cannot be computed: {why}. It can still bring up to 100."
    assert sentences[1].startswith(f"Undecided: {why}. ")
    assert sentences[2] == f"Cannot be computed: {why}."
    further = paying({"id": "twice", "value": "2 * payback + 0 * rate"}, rule="twice <= 5 and twice > 0")
    assert said_of(further, {"flows": flow(-100, 5), "rate": 10, "spread": 1})[2] == f"Cannot be computed: {why}."


def test_a_refusal_is_found_through_every_step_and_named_once() -> None:
    later = ({"year": Fraction(0), "amount": Fraction(-5)}, {"year": Fraction(900), "amount": Fraction(9)})
    made = paying({"id": "twice", "value": "2 * payback"}, rule="twice <= 5 or twice > 9 and payback > 3")
    sentences = said_of(made, {"flows": later, "rate": 10, "spread": 1})
    refused = evaluate(case(made, {"flows": later, "rate": 10, "spread": 1}, currency="EUR"), made).worksheets[0].refused
    assert "0 to 900" in refused
    assert sentences[2] == f"Cannot be computed: {refused}."


def test_arithmetic_that_an_input_of_a_method_needs() -> None:
    assert said_of(paying(), {"flows": flow(-100, 200), "rate": 10, "spread": 0})[2] == "Cannot be computed: division by zero."


def test_a_dated_number_that_a_method_needs() -> None:
    parameters = [
        {"id": "least", "unit": "%", "values": {"2030-01-01": "60 %"}, "source": "ours"},
        {"id": "kept", "value": 1, "source": "ours"},
    ]
    payback = {"id": "payback", "method": "npv", "take": "npv", "with": {"flows": "flows", "rate": "least * kept"}}
    made = pack(
        [other("flows", "table", columns=COLUMNS)], parameters=parameters, derived=[payback], checks=[check("k1", "payback > 0 money")]
    )
    found = evaluate(case(made, {"flows": flow(-1, 5)}, currency="EUR"), made).checks[0].because
    assert found == "Cannot be computed: least has no value at 2026-06-01."


def dated(*names: str) -> list[dict[str, Any]]:
    return [{"id": name, "values": {"2030-01-01": 1}, "source": "ours"} for name in names]


def test_several_reasons_stand_in_the_order_of_the_names() -> None:
    made = pack([number("x")], parameters=dated("b_least", "a_least"), checks=[check("k1", "x > b_least and x > a_least")])
    found = evaluate(case(made, {"x": 3}), made).checks[0].because
    assert found == "Cannot be computed: a_least has no value at 2026-06-01; b_least has no value at 2026-06-01."


def test_an_output_that_is_known_is_no_reason() -> None:
    net = {"id": "net", "method": "npv", "take": "npv", "with": {"flows": "flows", "rate": "rate_used"}}
    made = paying(net, rule="payback <= 5 or net > 9 money")
    found = said_of(made, {"flows": flow(-100, 5), "rate": 10, "spread": 1})[2]
    assert found == "Cannot be computed: npv gives no payback_year for these inputs."


def test_a_number_that_the_question_of_applying_needs() -> None:
    made = pack([number("x")], parameters=dated("least"), gates=[gate("g1", "x <= 1", ["x"], applies_when="x > least")])
    found = evaluate(case(made, {"x": 3}), made).gates.root[0].because
    assert found == "Undecided: least has no value at 2026-06-01. The rule is x (3) <= 1."


def test_an_open_gate_asks_also_for_what_says_whether_it_applies() -> None:
    made = pack([number("x"), number("y")], gates=[gate("g1", "x <= 1", ["x", "y"], applies_when="x / y > 1")])
    found = evaluate(case(made, {"x": 3, "y": 0}), made).gates.root[0]
    assert (found.status, found.because) == ("undecided", "Undecided: division by zero. The rule is x (3) <= 1.")


def test_an_open_checklist_says_what_holds_only_once_something_is_answered() -> None:
    scoring = {"checklist": {"items": [{"when": "x", "points": 40}, {"when": "y", "points": 60}]}}
    made = pack([yes_no("x"), yes_no("y")], [indicator("i1", scoring, ["x", "y"])])
    silent, half = (evaluate(case(made, facts), made).node_of["i1"].because for facts in ({}, {"x": True}))
    assert silent == "Not answered: x, y. An answer with evidence can bring up to 100."
    assert half == "Holds: x (yes) (40). Open: y (unknown) (60). Not answered: y. An answer with evidence can bring up to 100."


GRID = {"electricity_by_year": "made", "grid_path": "grid", "start_year": "2026"}


def test_a_table_reaches_a_method_in_base_units_and_the_sheet_shows_every_line() -> None:
    tables = [{"id": "year", "kind": "number", "unit": "1"}, {"id": "electricity", "kind": "number", "unit": "GWh/year"}]
    factors = [{"id": "year", "kind": "number", "unit": "1"}, {"id": "factor", "kind": "number", "unit": "tCO2e/MWh"}]
    saved = {"id": "saved", "method": "grid_displacement", "take": "total", "with": GRID}
    asked = pack(
        [other("made", "table", columns=tables), other("grid", "table", columns=factors)],
        [indicator("i1", {"linear": {"of": "saved", "from": "0 tCO2e", "to": "1000 tCO2e"}}, ["made", "grid"])],
        derived=[saved],
    )
    year = Fraction(2026)
    facts = {"made": ({"year": year, "electricity": Fraction(1)},), "grid": ({"year": year, "factor": Fraction(1, 2)},)}
    result = evaluate(case(asked, facts), asked)
    assert result.score == 50
    assert (result.derived[0].value, result.derived[0].unit, result.derived[0].shown.replace("\u00a0", " ")) == (
        "500",
        "tCO2e",
        "500 tCO2e",
    )
    assert result.derived[0].because == "grid_displacement: total"
    sheet = result.worksheets[0]
    assert sheet.method == "grid_displacement"
    assert sheet.inputs
    assert sheet.steps
    assert all(line.label and line.value and line.shown for line in (*sheet.inputs, *sheet.steps))
    amounts = {(line.value, line.unit) for line in (*sheet.inputs, *sheet.steps)}
    assert ("500", "tCO2e") in amounts


def test_the_lines_of_a_worksheet() -> None:
    net = {"id": "net", "method": "npv", "take": "npv", "with": {"flows": "flows", "rate": "rate"}}
    made = pack(
        [other("flows", "table", columns=COLUMNS), number("rate", "%")],
        [indicator("i1", {"linear": {"of": "net", "from": "0 money", "to": "100 money"}}, ["flows", "rate"])],
        derived=[net],
    )
    facts = {"flows": flow(-1000, 2200), "rate": 10}
    sheet = evaluate(case(made, facts, currency="INR"), made).worksheets[0]
    line = next(each for each in sheet.steps if each.value == "-1000")
    assert (line.label, line.unit, line.table) == ("Present value", "INR", "0")
    assert line.formula == "amount / (1 + rate)^0"
    assert line.shown.replace("−", "-").replace("\u202f", "") == "-1000"
    bare = evaluate(case(made, facts), made).worksheets[0]
    assert next(each for each in bare.steps if each.value == "-1000").unit == "money"


def test_words_and_notes_on_a_worksheet() -> None:
    given = {"electricity": "power", "heat": "heat", "waste": "waste", "lhv": "lhv", "permitted": "after_2008", "condensation": True}
    made = pack(
        [number("power", "MWh/year"), number("heat", "MWh/year"), number("waste", "t/year"), number("lhv", "MJ/kg")],
        [indicator("i1", {"linear": {"of": "efficiency", "from": 0, "to": 1}}, ["power"])],
        derived=[{"id": "efficiency", "method": "r1", "take": "r1", "with": given}],
    )
    result = evaluate(case(made, {"power": 200000, "heat": 0, "waste": 300000, "lhv": 10}), made)
    (sheet,) = result.worksheets
    numbers = {"electricity": 200000, "heat": 0, "waste": 300000, "lhv": 10}
    alone = get("r1").run({name: Fraction(value) for name, value in numbers.items()} | {"permitted": "after_2008", "condensation": True})
    lines = [line for line in alone.inputs if not isinstance(line.value, Fraction)]
    shown = [line for line in sheet.inputs if line.value in ("yes", "no", "none", "after_2008")]
    words = [str(line.value) if isinstance(line.value, str) else "yes" if line.value else "no" for line in lines]
    expected = [(line.label, line.formula, word, line.unit, line.table) for line, word in zip(lines, words, strict=True)]
    assert {"yes", "after_2008"} <= {line.value for line in shown}
    assert [(line.label, line.formula, line.value, line.unit, line.table) for line in shown] == expected
    assert all(line.shown == line.value for line in shown)
    assert [line.label for line in sheet.steps] == [line.label for line in alone.steps]
    assert (sheet.title, sheet.formula, sheet.source, sheet.notes) == (alone.title, alone.formula, alone.source, alone.notes)
    assert sheet.outputs["r1"] == result.derived[0].value
    assert (result.derived[0].unit, result.derived[0].because) == ("1", "r1: r1")


def test_caveats_of_a_method_reach_the_worksheet() -> None:
    """A note of the method stands on the sheet word for word."""
    columns = [{"id": "pollutant", "kind": "text"}, {"id": "value", "kind": "number", "unit": "1"}]
    worst = {"id": "worst", "method": "emission_limits", "take": "worst_ied", "with": {"measured": "measured", "plant": "new"}}
    made = pack([other("measured", "table", columns=columns)], derived=[worst], checks=[check("k1", "worst <= 1")])
    plants = {each.name: each for each in get("emission_limits").inputs}["plant"].options
    assert "new" in plants
    rows: tuple[dict[str, Fraction | str], ...] = ({"pollutant": "dust", "value": Fraction(3)},)
    sheet = evaluate(case(made, {"measured": rows}), made).worksheets[0]
    alone = get("emission_limits").run({"measured": list(rows), "plant": "new"})
    assert alone.notes
    assert sheet.notes == alone.notes


# ------------------------------------------------------------------------------------------------------------------------ the total


def halves(**more: Any) -> Pack:
    """Two criteria of different weight in one outcome, an indicator each; more of c2 may be asked."""
    items = [
        indicator("i1", {"yes_no": {"of": "x"}}, ["x"], na="Where there is none."),
        indicator("i2", {"yes_no": {"of": "y"}}, ["y"], criterion="c2", applies_when="users"),
    ]
    return pack(
        [yes_no("x"), yes_no("y"), yes_no("users")], items, outcomes=[outcome("o1", criterion("c1"), criterion("c2", weight=3))], **more
    )


def test_the_share_that_is_absent_is_weighed_by_criterion() -> None:
    made = halves(na_cap="75 %")
    absent = evaluate(case(made, {"x": True, "users": False}), made)
    assert (absent.reliable, absent.score_na_as_zero, absent.score) == (True, Fraction(25), Fraction(100))
    stricter = halves(na_cap="74.9 %")
    found = evaluate(case(stricter, {"x": True, "users": False}), stricter)
    assert found.remarks == ("Unreliable: 75 % of the weight of 'Outcome o1' is not applicable, more than the 74.9 % allowed.",)
    lighter = evaluate(case(made, {"y": True, "users": True}, not_applicable={"i1": "None."}), made)
    assert (lighter.score, lighter.score_na_as_zero) == (Fraction(100), Fraction(75))


def test_shares_of_what_does_not_apply_are_nothing() -> None:
    made = halves()
    result = evaluate(case(made, {"x": True, "users": False}), made)
    assert {node.id: node.share for node in result.nodes} == {"o1": 1, "c1": 1, "i1": 1, "c2": 0, "i2": 0}
    gone = evaluate(case(made, {"users": False}, not_applicable={"i1": "None."}), made)
    assert {node.share for node in gone.nodes} == {0}
    doubtful = evaluate(case(made, {"x": True}), made)
    assert {node.id: node.share for node in doubtful.nodes} == {
        "o1": 1,
        "c1": Fraction(1, 4),
        "i1": Fraction(1, 4),
        "c2": Fraction(3, 4),
        "i2": Fraction(3, 4),
    }


def test_two_open_gates_and_one_that_passes() -> None:
    made = pack(
        [number("x"), number("y")],
        gates=[gate("g1", "x <= 1", ["x"]), gate("g2", "y <= 1", ["y"]), gate("g3", "y <= 2", ["y"])],
    )
    result = evaluate(case(made, {"x": 1}), made)
    assert (result.provisional, result.remarks) == (True, ("Provisional: 2 gates are undecided.",))
    one = evaluate(case(made, {"y": 1}), made)
    assert (one.provisional, one.remarks) == (True, ("Provisional: 1 gate is undecided.",))
    assert not evaluate(case(made, {"x": 1, "y": 1}), made).provisional


def test_a_choice_of_one_word_and_a_table_in_the_list_of_facts() -> None:
    made = pack(
        [choice("s", "a", "b", kind="choices"), other("flows", "table", columns=COLUMNS), other("d", "date")],
        checks=[check("k1", "'a' in s")],
    )
    result = evaluate(case(made, {"s": ("a", "b"), "flows": flow(1, 2, 3), "d": dt.date(2026, 1, 31)}), made)
    assert [fact.shown for fact in result.facts] == ["a, b", "table of 3 rows", "2026-01-31"]


@pytest.mark.parametrize(
    ("scoring", "rule"),
    [
        ({"steps": {"of": "x + 1", "below": 0, "at": [[1, 50]]}}, "steps of x + 1"),
        (
            {"checklist": {"items": [{"when": "x > 1", "points": "33.5"}, {"when": "x > 2", "points": "66.5"}]}},
            "checklist: x > 1 (33.5); x > 2 (66.5)",
        ),
    ],
)
def test_the_rule_of_an_indicator_in_short(scoring: dict[str, Any], rule: str) -> None:
    made = pack([number("x")], [indicator("i1", scoring, ["x"])])
    assert evaluate(case(made), made).node_of["i1"].rule == rule
