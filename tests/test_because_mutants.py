"""The sentences, word for word where they carry a value: a court reads them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from building import case, check, gate, indicator, level, number, pack, yes_no
from building import choice as choice_fact

from tenderloop import because, evaluate
from tenderloop.expression import parse
from tenderloop.result import Node


def node(scoring: dict[str, Any], fact: dict[str, Any], answer: Any, *, caps: Any = None, asked: Any = None, **more: Any) -> Node:
    """The one indicator of a small pack, answered."""
    made = pack([fact], [indicator("i1", scoring, [fact["id"]], caps=caps)], **(asked or {}))
    given = {} if answer is None else {fact["id"]: answer}
    return evaluate(case(made, given, **more), made).node_of["i1"]


STEPS = {"steps": {"of": "x", "below": 5, "at": [["10 %", 25], ["30 %", 60], ["50 %", 60]]}}
LEVELS = {"levels": {"of": "v", "by_stage": True}}
LIST = {"checklist": {"items": [{"when": "x >= 3", "points": 40, "label": "Three at least"}, {"when": "x >= 9", "points": 60}]}}


@pytest.mark.parametrize(
    ("scoring", "fact", "answer", "sentence"),
    [
        (
            {"linear": {"of": "x", "from": "0 %", "to": "40 %"}},
            number("x", "%"),
            "12.3",
            "x (12.3 %); on the line from 0 % (0) to 40 % (100) that gives 30.8.",
        ),
        (
            {"piecewise": {"of": "x", "points": [["0 %", 0], ["20 %", "50.5"], ["60 %", 100]]}},
            number("x", "%"),
            "20",
            "x (20 %); between the points 0 % (0), 20 % (50.5), 60 % (100) that gives 50.5.",
        ),
        (STEPS, number("x", "%"), "10", "x (10 %); reaches 10 %, which gives 25."),
        (STEPS, number("x", "%"), "9", "x (9 %); stays under 10 %, which gives 5."),
        ({"yes_no": {"of": "x >= 30 %", "yes": 90, "no": 10}}, number("x", "%"), "30", "x (30 %) >= 30 %: holds, which gives 90."),
        ({"yes_no": {"of": "x >= 30 %", "yes": 90, "no": 10}}, number("x", "%"), "29", "x (29 %) >= 30 %: does not hold, which gives 10."),
        ({"choice": {"of": "h", "scores": {"a": 0, "b": "33.3"}}}, choice_fact("h", "a", "b"), "b", "h (b), which gives 33.3."),
        (LEVELS, level("v"), "2", "Level 2 of 4: This is 2. At stage tender, level 3 earns 100; this gives 66.7."),
        (
            {"levels": {"of": "v", "scores": [0, 10, 50, 75, 100]}},
            level("v"),
            "1",
            "Level 1 of 4: This is 1. This gives 10.",
        ),
        (LIST, number("x"), "5", "Holds: Three at least (40). Does not hold: x (5) >= 9 (60)."),
    ],
)
def test_why_an_answer_gives_its_score(scoring: dict[str, Any], fact: dict[str, Any], answer: str, sentence: str) -> None:
    value = answer if fact["kind"] == "choice" else Fraction(answer)
    assert node(scoring, fact, value, stage="tender").because.replace("\u00a0", " ") == sentence


def test_the_last_threshold_reached_is_named_when_two_give_the_same() -> None:
    assert "reaches 50 %" in node(STEPS, number("x", "%"), Fraction(70)).because.replace("\u00a0", " ")


def test_a_checklist_of_which_nothing_is_known_names_no_item() -> None:
    text = node(LIST, number("x"), None).because
    assert text == "Not answered: x. An answer with evidence can bring up to 100."


def test_weak_evidence_says_its_grade_and_what_the_grade_means() -> None:
    scoring = {"levels": {"of": "v", "scores": [0, 10, 50, 75, 100]}}
    held = node(scoring, level("v"), 3, caps={0: 25, 1: 60}, grade=1).because
    assert held.endswith(
        " This gives 75. Held at 60, because the weakest evidence has grade 1 (written in a document of the sponsor or a press report)."
    )
    by_item = node(LIST, number("x"), 5, caps={0: 25}, grade=0).because
    assert by_item.endswith(" Items whose evidence is weak (0: claimed) count only in part until it is stronger.")
    assert because.capped(Fraction(25), 0).startswith(" Held at 25,")


def test_what_cannot_be_computed_says_why_and_what_it_may_still_bring() -> None:
    made = pack([number("x"), number("y")], [indicator("i1", {"linear": {"of": "x / y", "from": 0, "to": 1}}, ["x", "y"])])
    found = evaluate(case(made, {"x": 1, "y": 0}), made).node_of["i1"]
    assert found.because == "Cannot be computed: division by zero. It can still bring up to 100."
    assert because.unknown((), (), Fraction(80)) == "Cannot be computed: the answers given do not decide it. It can still bring up to 80."


@pytest.mark.parametrize(
    ("facts", "grade", "sentence"),
    [
        ({"x": 1, "y": 1}, 4, "Passes: x (1) / y (1) <= 1."),
        ({"x": 2, "y": 1}, 4, "Fails: x (2) / y (1) <= 1 does not hold."),
        ({}, 4, "Undecided: not answered: x, y. The rule is x (unknown) / y (unknown) <= 1."),
        ({"x": 1, "y": 0}, 4, "Undecided: division by zero. The rule is x (1) / y (0) <= 1."),
        (
            {"x": 1, "y": 1},
            0,
            "Undecided: x (1) / y (1) <= 1 holds as stated, but the weakest evidence has grade 0 (claimed); "
            "grade 2 (formal study or plan by a named author) is needed to pass.",
        ),
    ],
)
def test_what_a_gate_says(facts: dict[str, Any], grade: int, sentence: str) -> None:
    made = pack([number("x"), number("y")], gates=[gate("g1", "x / y <= 1", ["x", "y"], min_grade=2)])
    assert evaluate(case(made, facts, grade=grade), made).gates.root[0].because == sentence


def test_a_gate_that_nothing_decides_says_so() -> None:
    shown = {"x": "1"}.__getitem__
    assert because.gate_open(parse("x <= 1"), shown, (), ()) == "Undecided: the answers given do not decide it. The rule is x (1) <= 1."
    assert because.gate_open(parse("x <= 1"), shown, (), ("one", "two")) == "Undecided: one; two. The rule is x (1) <= 1."


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"x": 1, "y": 2}, "x (1) / y (2) <= 1 holds."),
        ({"x": 3, "y": 2}, "x (3) / y (2) <= 1 does not hold."),
        ({"x": 3}, "Not answered: y."),
        ({"x": 3, "y": 0}, "Cannot be computed: division by zero."),
    ],
)
def test_what_a_check_says(facts: dict[str, Any], sentence: str) -> None:
    made = pack([number("x"), number("y")], checks=[check("k1", "x / y <= 1")])
    assert evaluate(case(made, facts), made).checks[0].because == sentence
    assert because.check_open((), ()) == "Cannot be computed: the answers given do not decide it."


@pytest.mark.parametrize(
    ("way", "words"),
    [("mean", "Weighted mean"), ("sum", "Sum"), ("minimum", "Lowest"), ("product", "Product"), ("geometric", "Geometric mean")],
)
def test_how_a_heading_got_its_score(way: str, words: str) -> None:
    assert because.parent(way, 2, 1, 0) == f"{words} of 2 applicable parts; 1 fully answered."
    assert because.parent(way, 1, 0, 3) == f"{words} of 1 applicable part; 0 fully answered, 3 not applicable."
    assert because.parent(way, 0, 0, 2) == f"{words} of 0 applicable parts; 0 fully answered, 2 not applicable."


def test_a_long_list_of_names_stays_readable() -> None:
    ids = ["a", "b", "c", "d", "e", "f", "g", "h"]
    assert because.names(ids[:6]) == "a, b, c, d, e, f"
    assert because.names(ids[:7]) == "a, b, c, d, e, f and 1 more"
    assert because.names(ids) == "a, b, c, d, e, f and 2 more"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("50", "50"),
        ("66.666", "66.7"),
        ("0.04", "0.0"),
        ("99.95", "100.0"),
    ],
)
def test_a_score_in_a_sentence(value: str, text: str) -> None:
    assert because.score_text(Fraction(value)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1/3", "0.3333"),
        ("4/3", "1.333"),
        ("1.23456", "1.2346"),
        ("-1.23456", "-1.2346"),
        ("1", "1"),
        ("0.123456", "0.123456"),
        ("2.5", "2.5"),
        ("300000", "300\u202f000"),
    ],
)
def test_a_number_on_a_worksheet(value: str, text: str) -> None:
    assert because.number_text(Fraction(value)).replace("−", "-") == text


def test_what_does_not_apply_says_by_which_rule() -> None:
    made = pack(
        [yes_no("y"), yes_no("users")],
        [indicator("i1", {"yes_no": {"of": "y"}}, ["y"], applies_when="users", stages=["delivery"])],
    )
    found = {stage: evaluate(case(made, {"users": False}, stage=stage), made).node_of["i1"].because for stage in ("delivery", "tender")}
    assert found == {"delivery": "Does not apply: users (no) does not hold.", "tender": "Not asked at stage tender."}
