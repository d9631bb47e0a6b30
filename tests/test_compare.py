"""Results side by side: lined up, never added."""

from __future__ import annotations

from typing import Any

import pytest
from building import case, check, criterion, gate, indicator, level, number, outcome, pack, yes_no

from tenderloop import compare, evaluate
from tenderloop.errors import Problems
from tenderloop.pack import Pack
from tenderloop.result import Result


def asked() -> Pack:
    return pack(
        [level("v", 3), number("x"), yes_no("users")],
        [
            indicator("i1", {"levels": {"of": "v", "scores": [0, 50, 100]}}, ["v"]),
            indicator("i2", {"linear": {"of": "x", "from": 0, "to": 10}}, ["x"], criterion="c2", applies_when="users"),
        ],
        outcomes=[outcome("o1", criterion("c1")), outcome("o2", criterion("c2"))],
        gates=[gate("g1", "x <= 5", ["x"], on_fail="warn")],
        checks=[check("k1", "x >= 1")],
    )


def rated(title: str, **facts: Any) -> Result:
    of = asked()
    return evaluate(case(of, facts, title=title, id=title.lower()), of)


def test_cases_stand_side_by_side_with_what_differs() -> None:
    first, second = rated("First", v=2, x=10, users=True), rated("Second", v=1, x=0, users=False)
    found = compare([first, second])
    assert [each.id for each in found.cases] == ["first", "second"]
    assert found.scores == (100, 50)
    assert found.ratings == ("A", "C")
    assert found.coverages == (100, 100)
    nodes = {node.id: node for node in found.nodes}
    assert list(nodes) == ["o1", "c1", "i1", "o2", "c2", "i2"]
    assert (nodes["i1"].scores, nodes["i1"].spread) == ((100, 50), 50)
    assert (nodes["i2"].scores, nodes["i2"].ranges[1], nodes["i2"].spread) == ((100, None), None, 0)
    assert {fact.id: fact.shown for fact in found.facts} == {"v": ("level 2", "level 1"), "x": ("10", "0"), "users": ("yes", "no")}
    assert [(each.id, each.shown) for each in found.gates] == [("g1", ("fail", "pass"))]
    assert [(each.id, each.shown) for each in found.checks] == [("k1", ("holds", "broken"))]


def test_what_is_equal_is_left_out_of_the_differences() -> None:
    found = compare([rated("First", v=2, x=3), rated("Second", v=2, x=3)])
    assert found.facts == found.gates == found.checks == ()


def test_a_comparison_prints_for_people() -> None:
    text = str(compare([rated("First", v=2, x=10, users=True), rated("Second", v=1)]))
    assert text.splitlines()[:3] == [
        "A pack for tests 0.0.1 (ours)",
        "  First   100.0 (100.0 to 100.0)  A",
        "  Second   25.0 (25.0 to 75.0)  D",
    ]
    assert "  g1: fail | undecided" in text
    assert "  users: yes | unknown" in text


def test_fewer_than_two_results_or_two_packs_are_refused() -> None:
    first = rated("First", v=2)
    for results, code in (([], "nothing-to-compare"), ([first], "nothing-to-compare")):
        with pytest.raises(Problems) as raised:
            compare(results)
        assert [problem.code for problem in raised.value.problems] == [code]
    other = asked().model_copy(update={"hash": "sha256:other"})
    with pytest.raises(Problems) as raised:
        compare([first, evaluate(case(other), other)])
    assert [problem.code for problem in raised.value.problems] == ["different-packs"]


def test_a_node_with_no_score_anywhere_has_no_spread() -> None:
    found = compare([rated("First", v=2, users=False), rated("Second", v=2, users=False)])
    assert {node.id: node.spread for node in found.nodes}["i2"] is None
