"""One meaning, two speeds: many cases as float64 columns give what each case gives alone, exactly.

Scores agree to 1e-9; gates and ratings agree without exception, also on a threshold or a band's edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest
from building import case as made_case
from building import choice, gate, indicator, level, number, yes_no
from building import pack as made_pack
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import DATES, case, shipped, small_pack

from tenderloop import evaluate
from tenderloop.bulk import GATE_STATUSES, BulkResult, evaluate_columns
from tenderloop.case import Case
from tenderloop.pack import Fact, Pack

CASES = 6
SEEDS = given(seed=st.integers(0, 2**63))


def plain(fact: Fact, value: Any) -> Any:
    """An answer as a table of cases holds it."""
    if isinstance(value, Fraction):
        return float(value) if fact.kind == "number" else int(value)
    if fact.kind == "table":
        return [{name: float(cell) if isinstance(cell, Fraction) else cell for name, cell in row.items()} for row in value]
    return value


def as_columns(asked: Pack, cases: Sequence[Case], *, nodes: bool = True) -> BulkResult:
    answers: dict[str, list[Any]] = {}
    grades: dict[str, list[int]] = {}
    for fact in asked.facts:
        given_answers = [each.facts.get(fact.id) for each in cases]
        answers[fact.id] = [None if each is None else plain(fact, each.value) for each in given_answers]
        grades[fact.id] = [0 if each is None else each.grade for each in given_answers]
    marks = {each.id: np.array([each.id in one.not_applicable for one in cases]) for each in asked.indicators if each.na != "never"}
    return evaluate_columns(
        answers,
        asked,
        stage=cases[0].stage,
        date=cases[0].date,
        grades=grades,
        not_applicable={name: mark for name, mark in marks.items() if mark.any()},
        nodes=nodes,
    )


def assert_agree(asked: Pack, cases: Sequence[Case]) -> BulkResult:
    bulk = as_columns(asked, cases)
    for row, each in enumerate(cases):
        alone = evaluate(each, asked)
        assert bulk.rating_names[bulk.ratings[row]] == alone.rating
        assert {gate.id: GATE_STATUSES[bulk.gates[gate.id][row]] for gate in alone.gates} == {g.id: g.status for g in alone.gates}
        if alone.range is not None:
            assert bulk.low[row] == pytest.approx(float(alone.range.low), abs=1e-9)
            assert bulk.high[row] == pytest.approx(float(alone.range.high), abs=1e-9)
            assert bulk.coverage[row] == pytest.approx(float(alone.coverage), abs=1e-9)
        for node in alone.nodes:
            if node.range is not None:
                assert bulk.lows[node.id][row] == pytest.approx(float(node.range.low), abs=1e-9), node.id
                assert bulk.highs[node.id][row] == pytest.approx(float(node.range.high), abs=1e-9), node.id
    return bulk


def batch(rng: Random, asked: Pack) -> list[Case]:
    stage, date = rng.choice(asked.stages), rng.choice(DATES)
    return [case(rng, asked, share=rng.choice((0.2, 0.6, 0.95))).model_copy(update={"stage": stage, "date": date}) for _ in range(CASES)]


@SEEDS
def test_columns_agree_on_small_packs(seed: int) -> None:
    rng = Random(seed)
    asked = small_pack(rng)
    assert_agree(asked, batch(rng, asked))


@SEEDS
@settings(max_examples=100)  # of six cases each
def test_columns_agree_on_the_shipped_packs(seed: int) -> None:
    rng = Random(seed)
    asked = rng.choice(shipped())
    assert_agree(asked, batch(rng, asked))


EDGES = made_pack(
    [
        *(number(f"m{n}", "money") for n in (1, 2, 3)),
        *(number("n1"), number("n2", "t/year"), number("n3", "%"), level("v1"), yes_no("y1"), choice("h1", "a", "b")),
    ],
    [
        indicator("i1", {"steps": {"of": "n1 / n3", "below": 0, "at": [[3, 50], [10, 100]]}}, ["n1", "n3"]),
        indicator("i2", {"linear": {"of": "n2", "from": "0 t/year", "to": "3 t/year"}}, ["n2"]),
        indicator("i3", {"yes_no": {"of": "0.1 + n3 == 30 %", "yes": 100, "no": 0}}, ["n3"]),
        indicator("i4", {"levels": {"of": "v1", "scores": [0, 40, 60, 80, 100]}}, ["v1"]),
        indicator("i7", {"steps": {"of": "min(m1 + m2 - m3, 9 money)", "below": 0, "at": [["0 money", 50], ["0.01 money", 90]]}}, ["m1"]),
        indicator("i8", {"linear": {"of": "m1 / (m1 + m2 - m3)", "from": 0, "to": 10}}, ["m1"]),
        indicator("i9", {"linear": {"of": "m1 + m2 - m3", "from": "-0.01 money", "to": "0.05 money"}}, ["m1"]),
        indicator("i6", {"choice": {"of": "h1", "scores": {"a": 0, "b": 100}}}, ["h1"]),
        indicator("i5", {"steps": {"of": "n3", "below": 0, "at": [["10 %", 25], ["30 %", 60], ["70 %", 100]]}}, ["n3"]),
    ],
    gates=[
        gate("g1", "n1 - n3 >= 0.2", ["n1", "n3"]),
        gate("g2", "n3 <= 30 %", ["n3"]),
        gate("g3", "m1 + m2 - m3 >= 0 money", ["m1", "m2", "m3"]),
        gate("g4", "m1 + m2 <= m3", ["m1", "m2", "m3"]),
        gate("g5", "abs(m1 - m3) / (m1 + m2 - m3) > 1", ["m1", "m2", "m3"]),
        gate("g6", "max(m1, m3) * 3 == sum(m1, m2, m1 - -m1)", ["m1", "m2", "m3"]),
        gate("g7", "m1 != m3", ["m1", "m3"]),
    ],
)


@SEEDS
def test_columns_agree_on_every_edge(seed: int) -> None:
    """Decimals such as 0.1 + 0.2 that floats miss by a hair: the exact path decides them."""
    rng = Random(seed)
    cases = []
    for _ in range(CASES):
        first, second = (Fraction(rng.randint(0, 10**11), 100) for _ in "ab")
        facts = {
            "m1": first,
            "m2": rng.choice((first * 2, second)),
            "m3": first + second + Fraction(rng.choice((0, 0, 0, 1, -1)), 100),
        }
        cases.append(
            made_case(
                EDGES,
                facts
                | {
                    "n1": Fraction(rng.choice((1, 3, 4, 5, 9, 30)), 10),
                    "n2": Fraction(rng.randint(0, 30), 10),
                    "n3": Fraction(rng.choice((10, 20, 30, 70, 301, 299)), rng.choice((1, 10))),
                    "v1": rng.randint(0, 4),
                },
            )
        )
    assert_agree(EDGES, cases)


def test_a_band_is_reached_exactly_or_not_at_all() -> None:
    """Three thirds of weight put the score on a band that float64 misses."""
    asked = made_pack(
        [level("v1"), level("v2"), level("v3")],
        [
            indicator(f"i{n}", {"levels": {"of": f"v{n}", "scores": [0, 30, "33.3", 60, 100]}}, [f"v{n}"], weight=weight)
            for n, weight in ((1, "0.1"), (2, "0.2"), (3, "0.7"))
        ],
    )
    cases = [made_case(asked, {"v1": a, "v2": b, "v3": c}) for a in range(5) for b in range(5) for c in range(5)]
    bulk = assert_agree(asked, cases)
    assert bulk.decided_exactly >= 1


def test_facts_and_columns_that_do_not_fit_are_refused() -> None:
    with pytest.raises(KeyError, match="asks no other"):
        evaluate_columns({"other": [1]}, EDGES, stage="delivery", date="2026-01-01")
    with pytest.raises(ValueError, match="differ in length"):
        evaluate_columns({"n1": [1], "n2": [1, 2]}, EDGES, stage="delivery", date="2026-01-01")
    with pytest.raises(ValueError, match="no option 'z'"):
        evaluate_columns({"h1": ["z"]}, EDGES, stage="delivery", date="2026-01-01")
    with pytest.raises(ValueError, match="levels 0 to 4"):
        evaluate_columns({"v1": [5]}, EDGES, stage="delivery", date="2026-01-01")


def test_options_may_be_given_as_codes() -> None:
    asked = made_pack(
        [choice("h", "a", "b"), choice("s", "a", "b", "c", kind="choices")],
        [
            indicator("i1", {"choice": {"of": "h", "scores": {"a": 10, "b": 100}}}, ["h"]),
            indicator("i2", {"checklist": {"items": [{"when": "'a' in s", "points": 30}, {"when": "'c' in s", "points": 70}]}}, ["s"]),
        ],
    )
    words = {"h": ["a", "b", None], "s": [("c",), ("a", "c"), None]}
    codes = {"h": np.array([0, 1, -1]), "s": np.array([4, 5, -1])}
    named, coded = (evaluate_columns(each, asked, stage="delivery", date="2026-01-01", grades=4) for each in (words, codes))
    assert list(named.low) == list(coded.low) == [40, 100, 0]
    assert list(named.high) == list(coded.high) == [40, 100, 100]
    for wrong in ({"h": np.array([2])}, {"s": np.array([8])}, {"h": np.array([-2])}):
        with pytest.raises(ValueError, match="a code of it is -1 to"):
            evaluate_columns(wrong, asked, stage="delivery", date="2026-01-01")


def test_no_cases_give_no_rows() -> None:
    bulk = evaluate_columns({"n1": []}, EDGES, stage="delivery", date="2026-01-01")
    assert len(bulk.low) == len(bulk.ratings) == 0


def test_chunks_change_nothing() -> None:
    rng = Random(7)
    asked = shipped()[0]
    values = {fact.id: [rng.choice((None, *range(len(fact.levels)))) for _ in range(50)] for fact in asked.facts if fact.kind == "level"}
    whole = evaluate_columns(values, asked, stage="tender", date="2026-01-01")
    cut = evaluate_columns(values, asked, stage="tender", date="2026-01-01", chunk=7)
    assert np.array_equal(whole.low, cut.low)
    assert np.array_equal(whole.ratings, cut.ratings)


def test_a_bulk_result_as_a_table_has_words_for_its_codes() -> None:
    frame = evaluate_columns({"n1": [3.0, None], "n3": [20.0, 50.0]}, EDGES, stage="delivery", date="2026-01-01", grades=4).to_frame()
    assert list(frame["g2"]) == ["pass", "fail"]
    assert list(frame["rating"]) == ["D", "rejected"]
    assert list(frame["score"]) == list(frame["low"])
    assert (frame["high"] >= frame["low"]).all()
