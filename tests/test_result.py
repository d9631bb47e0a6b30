"""A result as JSON: exact numbers beside what is shown, read back equal; packs side by side and never added."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from building import case, check, gate, indicator, level, number, other, pack, yes_no
from pydantic import ValidationError

from tenderloop import evaluate, improve
from tenderloop.pack import Pack
from tenderloop.result import Result, dumps, together


def asked() -> Pack:
    table = other("t", "table", columns=[{"id": "what", "kind": "text"}, {"id": "share", "kind": "number", "unit": "%"}])
    return pack(
        [level("v", 4), number("x", "t/year"), yes_no("y"), table],
        [
            indicator("i1", {"levels": {"of": "v", "scores": [0, 30, 60, 100]}}, ["v"], weight=2, tags={"sdg": ["12.5"], "r": ["R8"]}),
            indicator("i2", {"linear": {"of": "x", "from": "0 t/year", "to": "3 t/year"}}, ["x"]),
            indicator("i3", {"yes_no": {"of": "y"}}, ["y"], stages=["tender"]),
        ],
        gates=[gate("g1", "y", ["y"]), gate("g2", "x <= 5 t/year", ["x"], on_fail={"cap": "B"})],
        checks=[check("k1", "x <= 5 t/year")],
        parameters=[{"id": "least", "values": {"2025-01-01": "3"}, "source": "ours"}],
        derived=[{"id": "twice", "value": "2 * x", "unit": "t/year"}],
    )


def result() -> Result:
    facts = {"v": 1, "x": 1, "t": ({"what": "paper", "share": Fraction(1, 3)},)}
    rated = evaluate(case(asked(), facts, notes="»quoted« and \u202f thin"), asked())
    return rated.model_copy(update={"steps": improve(rated)})


def test_a_number_is_exact_as_text_beside_what_is_shown() -> None:
    tree = json.loads(result().to_json())
    assert tree["score"] == {"exact": "280/9", "shown": "31.1"}
    assert tree["range"] == {"high": {"exact": "280/9", "shown": "31.1"}, "low": {"exact": "280/9", "shown": "31.1"}}
    assert tree["coverage"] == {"exact": "100", "shown": "100.0"}
    node = next(each for each in tree["nodes"] if each["id"] == "i2")
    assert (node["score"], node["weight"], node["share"]) == ({"exact": "100/3", "shown": "33.3"}, "1", "1/3")
    assert next(each for each in tree["nodes"] if each["id"] == "i3")["score"] is None
    assert tree["rating"] == "D"
    assert tree["provisional"] is True
    assert [(gate["id"], gate["status"], gate["on_fail"]) for gate in tree["gates"]] == [
        ("g1", "undecided", "reject"),
        ("g2", "pass", "cap B"),
    ]
    assert tree["steps"][0]["indicator"] == "i1"
    assert tree["case"]["hash"].startswith("sha256:")


def test_it_reads_back_equal() -> None:
    first = result()
    for text in (first.to_json(), first.to_json(indent=2), first.to_json().encode()):
        again = Result.from_json(text)
        assert again == first
        assert again.to_json() == first.to_json()
    assert Result.from_json(first.to_json()).fact_of["t"].value == [{"what": "paper", "share": "1/3"}]


def test_keys_are_sorted_and_signs_stand_as_they_are() -> None:
    text = result().to_json()
    assert list(json.loads(text)) == sorted(json.loads(text))
    assert "»quoted«" in text


def test_nothing_that_is_not_a_result_reads_as_one() -> None:
    tree = json.loads(result().to_json())
    with pytest.raises(ValidationError):
        Result.from_json(dumps(tree | {"surplus": 1}))
    with pytest.raises(ValidationError):
        Result.from_json(dumps({key: value for key, value in tree.items() if key != "nodes"}))
    with pytest.raises(ValidationError):
        Result.from_json(dumps(tree | {"score": 31.1}))  # a float is not exact


def test_a_number_that_json_does_not_know_is_never_written() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        dumps({"score": float("nan")})


def test_packs_stand_side_by_side_and_are_never_added() -> None:
    other_pack = asked().model_copy(update={"id": "second", "title": "Another"})
    first, second = result(), evaluate(case(asked(), {"v": 2, "x": 3}), other_pack)
    tree = json.loads(together([first, second]))
    assert sorted(tree) == ["case", "engine", "results"]
    assert tree["case"]["id"] == "case"
    assert [each["pack"]["id"] for each in tree["results"]] == ["test", "second"]
    assert all("case" not in each and "engine" not in each for each in tree["results"])
    assert json.loads(together([first]))["results"][0]["score"]["exact"] == "280/9"


def test_a_result_is_found_by_id_and_by_parent() -> None:
    first = result()
    assert [node.id for node in first.indicators] == ["i1", "i2", "i3"]
    assert [node.id for node in first.children("c1")] == ["i1", "i2", "i3"]
    assert first.children("nowhere") == ()
    assert first.fact_of["x"].shown.replace("\u00a0", " ") == "1 t/year"
    assert [gate.id for gate in first.gates] == ["g1", "g2"]
    assert ([gate.id for gate in first.gates.passed], [gate.id for gate in first.gates.undecided]) == (["g2"], ["g1"])
