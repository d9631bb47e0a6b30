"""What a person reads when asking why."""

from __future__ import annotations

from fractions import Fraction

import pytest
from building import case, check, choice, gate, indicator, level, number, pack, yes_no

from tenderloop import evaluate, explain
from tenderloop.case import Answer, Case, Evidence
from tenderloop.errors import Problems
from tenderloop.pack import Pack
from tenderloop.result import Result


def asked() -> Pack:
    return pack(
        [level("v", 3), number("x", "t/year"), number("cap", "t/year"), yes_no("y"), choice("h", "a", "b")],
        [
            indicator("i1", {"levels": {"of": "v", "scores": [0, 50, 100]}}, ["v"], caps={0: 25, 1: 60}, weight=2),
            indicator("i2", {"linear": {"of": "ratio", "from": "150 %", "to": "100 %"}}, ["x", "cap"]),
            indicator("i3", {"steps": {"of": "x", "below": 0, "at": [["10 t/year", 40], ["20 t/year", 100]]}}, ["x"]),
            indicator("i4", {"piecewise": {"of": "x", "points": [["0 t/year", 0], ["40 t/year", 100]]}}, ["x"]),
            indicator("i5", {"choice": {"of": "h", "scores": {"a": 10, "b": 100}}}, ["h"]),
            indicator("i6", {"yes_no": {"of": "not y"}}, ["y"]),
        ],
        derived=[{"id": "ratio", "unit": "%", "value": "x / cap", "title": "Use of capacity"}],
        gates=[gate("g1", "x <= cap", ["x", "cap"], on_fail={"cap": "C"})],
        checks=[check("k1", "x <= 2 * cap")],
    )


def held() -> Case:
    paper = Evidence(document="Feasibility study", page="12", quote="The gap is 30 t.", grade=1)
    facts = {
        "v": Answer(kind="level", value=Fraction(2), evidence=(paper,)),
        "x": Answer(kind="number", value=Fraction(30), unit="t/year"),
        "cap": Answer(kind="number", value=Fraction(24), unit="t/year", evidence=(Evidence(kind="permit", grade=3),)),
        "h": Answer(kind="choice", value="a", evidence=(Evidence(grade=4),)),
        "y": Answer(kind="yes_no", value=True, evidence=(Evidence(grade=4),)),
    }
    return case(asked(), justifications={"k1": "Measured."}).model_copy(update={"facts": facts})


@pytest.fixture(scope="module")
def result() -> Result:
    return evaluate(held(), asked())


def test_an_indicator_gives_score_reason_rule_facts_evidence_and_source(result: Result) -> None:
    assert explain(result, "i1").splitlines() == [
        "Item i1 (i1), indicator",
        "  Score   60.0 of 100; can still become 60.0 to 100.0",
        "  Counts  28.6 % of the whole",
        "  Asked   How good is i1?",
        "  Because Level 2 of 2: This is 2. This gives 100. Held at 60, because the weakest evidence has grade 1 "
        "(written in a document of the sponsor or a press report).",
        "  Rule    levels of v",
        "  Fact    v = level 2  [grade 1: written in a document of the sponsor or a press report]",
        "          Feasibility study, p. 12: “The gap is 30 t.”",
        "  Proof   accepted: a paper",
        "  Demand  Do better at i1.",
        "  Source  Made for this test [proposed]",
    ]


@pytest.mark.parametrize(
    ("node", "sentence"),
    [
        ("i2", "ratio (125 %); on the line from 150 % (0) to 100 % (100) that gives 50."),
        ("i3", "x (30 t/year); reaches 20 t/year, which gives 100."),
        ("i4", "x (30 t/year); between the points 0 t/year (0), 40 t/year (100) that gives 75."),
        ("i5", "h (a), which gives 10."),
        ("i6", "not y (yes): does not hold, which gives 0."),
        ("g1", "Fails: x (30 t/year) <= cap (24 t/year) does not hold."),
        ("k1", "x (30 t/year) <= 2 * cap (24 t/year) holds."),
        ("c1", "Weighted mean of 6 applicable parts; 6 fully answered."),
    ],
)
def test_every_way_of_scoring_says_its_reason(result: Result, node: str, sentence: str) -> None:
    text = explain(result, node).replace("\u00a0", " ")
    assert f"  Because {sentence}" in text.splitlines()


def test_a_heading_lists_its_parts(result: Result) -> None:
    lines = explain(result, "c1").splitlines()
    assert "    i1  Item i1: 60.0 (weight 2)" in lines
    assert [line for line in explain(result, "o1").splitlines() if line.startswith("    ")] == ["    c1  Criterion c1: 50.7 (weight 1)"]


def test_a_gate_says_what_it_does_and_what_to_demand(result: Result) -> None:
    lines = explain(result, "g1").splitlines()
    assert lines[0] == "Gate g1 (g1), gate: fail"
    assert {"  Rule    x <= cap", "  Fails   cap C", "  Demand  Show g1."} <= set(lines)


def test_a_derived_value_shows_its_rule(result: Result) -> None:
    assert [line.replace("\u00a0", " ") for line in explain(result, "ratio").splitlines()] == [
        "Use of capacity (ratio)",
        "  Value   125 %",
        "  Rule    x / cap",
    ]


def test_a_broken_check_shows_its_question_and_the_answer_to_it() -> None:
    facts = held().facts | {"x": Answer(kind="number", value=Fraction(100), unit="t/year")}
    text = explain(evaluate(held().model_copy(update={"facts": facts}), asked()), "k1")
    assert "consistency check: justified" in text
    assert "  Ask     Ask." in text
    assert "  Answer  Measured." in text


def test_a_step_not_reached_says_under_which_threshold_it_stays() -> None:
    facts = held().facts | {"x": Answer(kind="number", value=Fraction(3), unit="t/year")}
    text = explain(evaluate(held().model_copy(update={"facts": facts}), asked()), "i3").replace("\u00a0", " ")
    assert "x (3 t/year); stays under 10 t/year, which gives 0." in text


def test_a_node_that_does_not_apply_has_no_score() -> None:
    pack_of = pack([yes_no("y")], [indicator("i1", {"yes_no": {"of": "y"}}, ["y"], stages=["tender"])])
    text = explain(evaluate(case(pack_of), pack_of), "i1")
    assert "  Score   not applicable" in text
    assert "  Because Not asked at stage delivery." in text


def test_a_method_shows_its_worksheet() -> None:
    bound = {"electricity": "power", "heat": "0 MWh/year", "waste": "waste", "lhv": "10 MJ/kg", "permitted": "after_2008"}
    pack_of = pack(
        [number("power", "MWh/year"), number("waste", "t/year")],
        [indicator("i1", {"linear": {"of": "r1", "from": 0, "to": 1}}, ["power"])],
        derived=[{"id": "r1", "method": "r1", "with": bound, "take": "r1"}],
    )
    text = explain(evaluate(case(pack_of, {"power": 200000, "waste": 300000}), pack_of), "r1")
    assert "  Method  R1 energy efficiency of a municipal-waste incinerator" in text
    assert "Waste treated = 300" in text
    refused = explain(evaluate(case(pack_of, {"power": 200000, "waste": 0}), pack_of), "r1")
    assert "  Refused " in refused


def test_an_id_that_is_not_there_brings_the_nearest(result: Result) -> None:
    with pytest.raises(Problems) as raised:
        explain(result, "ratios")
    assert [problem.code for problem in raised.value.problems] == ["unknown-node"]
    assert raised.value.problems[0].hint == "did you mean: ratio"
    with pytest.raises(Problems, match="can be explained"):
        explain(result, "zzzzzz")


def test_everything_in_a_result_can_be_explained(result: Result) -> None:
    ids = [*result.node_of, *(gate.id for gate in result.gates), *(each.id for each in result.checks), *(d.id for d in result.derived)]
    assert all(explain(result, each).startswith(tuple("IOCGU")) for each in ids)
    again = Result.from_json(result.to_json())
    assert [explain(again, each) for each in ids] == [explain(result, each) for each in ids]
