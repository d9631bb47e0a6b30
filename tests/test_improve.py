"""What would raise the score: every gain is checked by rating the improved case, every smallest set by trying all smaller ones."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from itertools import combinations
from random import Random
from typing import Any

import pytest
from building import case, criterion, gate, indicator, level, number, outcome, pack, yes_no
from hypothesis import given, settings
from hypothesis import strategies as st

from tenderloop import evaluate, improve
from tenderloop.case import Case
from tenderloop.improve import next_rating, open_gates, path_to, rating_with
from tenderloop.pack import Pack
from tenderloop.result import Result

SEEDS = given(seed=st.integers(0, 2**63))


def levels_pack(rng: Random, *, ways: Collection[str] = ("mean",), optional: bool = False) -> Pack:
    """Two outcomes, three criteria, up to seven rubrics, each with facts of its own, so that one can be raised alone."""
    count = rng.randint(1, 7)
    scores = ([0, 25, 50, 75, 100], [0, 10, 40, 60, 90], [5, 20, 50, 80, 100])
    items = [
        indicator(
            f"i{n}",
            {"levels": {"of": f"v{n}", "scores": rng.choice(scores)}},
            [f"v{n}"],
            criterion=rng.choice(("c1", "c2", "c3")),
            weight=rng.choice((1, 2, 3)),
            caps=rng.choice(({}, {0: 25, 1: 60})),
            applies_when=f"y{n}" if optional and rng.random() < 0.4 else None,
        )
        for n in range(count)
    ]
    pick = sorted(ways)
    outcomes = [
        outcome("o1", criterion("c1", aggregate=rng.choice(pick)), aggregate=rng.choice(pick), weight=rng.choice((1, 2))),
        outcome("o2", criterion("c2", weight=2), criterion("c3", aggregate=rng.choice(pick)), aggregate=rng.choice(pick)),
    ]
    bands = [{"from": 0, "rating": "D"}, {"from": 40, "rating": "C"}, {"from": 60, "rating": "B"}, {"from": 80, "rating": "A"}]
    minima = rng.choice(({}, {"A": {"o1": 70, "o2": 60}, "B": {"o2": 50}}, {"C": {"o1": 30}}))
    facts = [fact for n in range(count) for fact in (level(f"v{n}"), yes_no(f"y{n}"))]
    ladder = {"name": "test", "source": "ours", "bands": bands, "minima": minima}
    return pack(facts, items, outcomes=outcomes, aggregate=rng.choice(pick), ladder=ladder)


def random_case(rng: Random, asked: Pack) -> Case:
    facts: dict[str, Any] = {}
    for fact in asked.facts:
        if rng.random() < 0.6:
            facts[fact.id] = rng.random() < 0.7 if fact.kind == "yes_no" else rng.randint(0, 4)
    return case(asked, facts, grades={name: rng.choice((0, 1, 4)) for name in facts})


def at_best(asked: Pack, held: Case, chosen: Collection[str]) -> Result:
    """The case rated with some indicators at the top of their rubric, proven, and sure to apply."""
    facts = dict(held.facts)
    for name in chosen:
        number_of = name.removeprefix("i")
        facts |= case(asked, {f"v{number_of}": 4, f"y{number_of}": True}).facts
    return evaluate(held.model_copy(update={"facts": facts}), asked)


ALL_WAYS = ("mean", "sum", "minimum", "product", "geometric")


@pytest.mark.parametrize("ways", [("mean",), ALL_WAYS], ids=["means", "all"])
@SEEDS
def test_a_gain_is_the_rise_of_the_score_when_the_case_is_rated_again(ways: tuple[str, ...], seed: int) -> None:
    rng = Random(seed)
    asked = levels_pack(rng, ways=ways, optional=True)
    held = random_case(rng, asked)
    before = evaluate(held, asked)
    steps = {step.indicator: step.gain for step in improve(before)}
    for node in before.indicators:
        after = at_best(asked, held, [node.id]).score
        if before.score is None or node.score is None:
            assert node.id not in steps
        else:
            assert after is not None
            assert steps.get(node.id, 0) == after - before.score, node.id
    assert all(gain > 0 for gain in steps.values())
    assert list(steps.values()) == sorted(steps.values(), reverse=True)


@SEEDS
@settings(max_examples=300)
def test_the_next_rating_is_reached_by_the_smallest_set(seed: int) -> None:
    rng = Random(seed)
    asked = levels_pack(rng, optional=rng.random() < 0.5)
    held = random_case(rng, asked)
    before = evaluate(held, asked)
    path = next_rating(before)
    ratings = [name for _, name in before.ladder.bands]
    if before.score is None or before.rating_by_score == "A":
        assert path is None
        return
    assert path is not None
    assert path.rating == ratings[ratings.index(before.rating_by_score) + 1]
    chosen = [step.indicator for step in path.steps]
    after = at_best(asked, held, chosen)
    assert after.score == path.score
    assert path.reached == (ratings.index(after.rating_by_score) >= ratings.index(path.rating))
    assert rating_with(before, chosen) == after.rating_by_score
    names = [step.indicator for step in improve(before)]
    if not path.reached:
        everything = at_best(asked, held, names)
        assert ratings.index(everything.rating_by_score) < ratings.index(path.rating)
        return
    for fewer in combinations(names, len(chosen) - 1):
        smaller = at_best(asked, held, fewer)
        assert ratings.index(smaller.rating_by_score) < ratings.index(path.rating), (chosen, fewer)


@SEEDS
def test_nothing_can_be_left_out_of_a_path_however_scores_add_up(seed: int) -> None:
    rng = Random(seed)
    asked = levels_pack(rng, ways=ALL_WAYS, optional=True)
    held = random_case(rng, asked)
    before = evaluate(held, asked)
    ratings = [name for _, name in before.ladder.bands]
    for target in ("C", "B", "A") if before.score is not None else ():
        path = path_to(before, target)
        chosen = [step.indicator for step in path.steps]
        after = at_best(asked, held, chosen)
        assert after.score == path.score

        def good(result: Result, target: str = target) -> bool:
            return ratings.index(result.rating_by_score) >= ratings.index(target)

        assert path.reached == good(after)
        if path.reached:
            assert not any(good(at_best(asked, held, [each for each in chosen if each != left_out])) for left_out in chosen)


# --------------------------------------------------------------------------------------------------------------------------- wording


def plain_pack(**more: Any) -> Pack:
    items = [
        indicator("i1", {"levels": {"of": "v", "scores": [0, 50, 100]}}, ["v"], caps={0: 25}, weight=3),
        indicator("i2", {"linear": {"of": "x", "from": 0, "to": 10}}, ["x"], caps={}),
    ]
    return pack([level("v", 3), number("x"), number("z")], items, **more)


def test_an_open_indicator_is_answered_a_capped_one_proven_any_other_improved() -> None:
    asked = plain_pack()

    def steps(facts: dict[str, Any], **more: Any) -> dict[str, tuple[str, str, Fraction]]:
        return {step.indicator: (step.kind, step.do, step.gain) for step in improve(evaluate(case(asked, facts, **more), asked))}

    assert steps({}) == {"i1": ("answer", "Do better at i1.", 75), "i2": ("answer", "Do better at i2.", 25)}
    assert steps({"v": 2, "x": 10}, grade=0) == {"i1": ("evidence", "Prove it: a paper.", Fraction(225, 4))}
    assert steps({"v": 1, "x": 5}, grade=0) == {
        "i1": ("improve", "Do better at i1. Prove it: a paper.", Fraction(225, 4)),
        "i2": ("improve", "Do better at i2.", Fraction(25, 2)),
    }
    assert steps({"v": 2, "x": 10}) == {}


def test_steps_go_by_gain_and_then_by_the_order_of_the_pack() -> None:
    items = [indicator(f"i{n}", {"yes_no": {"of": f"y{n}"}}, [f"y{n}"], weight=w) for n, w in ((1, 1), (2, 3), (3, 1))]
    asked = pack([yes_no("y1"), yes_no("y2"), yes_no("y3")], items)
    found = improve(evaluate(case(asked), asked))
    assert [step.indicator for step in found] == ["i2", "i1", "i3"]
    assert str(found[0]) == "+60.0  i2  Item i2: Do better at i2."


def test_a_path_lists_the_gates_that_must_pass_too_failed_ones_first() -> None:
    gates = [gate("g1", "x <= 1", ["x"]), gate("g2", "z <= 1", ["z"]), gate("g3", "z <= 2", ["z"], on_fail="warn")]
    asked = plain_pack(gates=gates)
    result = evaluate(case(asked, {"v": 0, "z": 3}), asked)
    assert [step.indicator for step in open_gates(result)] == ["g2", "g3", "g1"]
    assert {step.gain for step in open_gates(result)} == {0}
    failed, _, undecided = open_gates(result)
    assert failed.do == result.gates.failed[0].hint
    asked_first = f"Ask, with evidence: {result.fact_of['x'].question} (1 question)."
    assert undecided.do == f"{asked_first} If it then fails: {result.gates.undecided[0].hint}"
    claimed = evaluate(case(asked, {"x": 1, "z": 1}, grade=0), asked)
    assert open_gates(claimed)[0].do.startswith("Ask for a stronger paper behind x. If it then fails: ")
    path = next_rating(result)
    assert path is not None
    assert [step.indicator for step in path.gates] == ["g2", "g1"]  # a warning stops no rating
    assert ([step.indicator for step in path.steps], path.score, path.rating, path.reached) == (["i1"], 75, "C", True)


def test_there_is_no_next_rating_at_the_top_or_where_nothing_applies() -> None:
    asked = plain_pack()
    assert next_rating(evaluate(case(asked, {"v": 2, "x": 10}), asked)) is None
    elsewhere = plain_pack(stages=["tender"])
    assert next_rating(evaluate(case(elsewhere, stage="delivery"), elsewhere)) is None


def test_a_rating_out_of_reach_says_so() -> None:
    asked = pack(
        [level("v", 3), yes_no("y")],
        [indicator("i1", {"levels": {"of": "v", "scores": [0, 20, 30]}}, ["v"]), indicator("i2", {"yes_no": {"of": "y"}}, ["y"])],
    )
    path = path_to(evaluate(case(asked, {"y": True}), asked), "A")
    assert (path.reached, path.score, [step.indicator for step in path.steps]) == (False, 65, ["i1"])


def test_it_works_on_a_result_read_back_from_its_json() -> None:
    asked = plain_pack()
    result = evaluate(case(asked, {"v": 1}), asked)
    again = Result.from_json(result.to_json())
    assert improve(again) == improve(result)
    assert next_rating(again) == next_rating(result)
