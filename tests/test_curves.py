"""Value -> score: each curve by hand, its faults, and the same answer for one exact value as for a column."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenderloop.curves import Checklist, Choice, Curve, Levels, Linear, Piecewise, Steps, YesNo, near_edge, scaled


def exactly(*numbers: int) -> tuple[Fraction, ...]:
    return tuple(Fraction(number) for number in numbers)


def pairs(*items: tuple[int, int]) -> tuple[tuple[Fraction, Fraction], ...]:
    return tuple((Fraction(value), Fraction(score)) for value, score in items)


STEPS = Steps(Fraction(5), pairs((10, 25), (30, 60), (50, 100)))
LINE = Piecewise(pairs((0, 0), (20, 50), (60, 100)))
VALUES = st.fractions(min_value=-200, max_value=200, max_denominator=50)
SCORES = st.fractions(min_value=0, max_value=100, max_denominator=7)


@pytest.mark.parametrize(
    ("curve", "value", "score"),
    [
        (Linear(Fraction(0), Fraction(40)), "-1", "0"),
        (Linear(Fraction(0), Fraction(40)), "0", "0"),
        (Linear(Fraction(0), Fraction(40)), "13", "65/2"),
        (Linear(Fraction(0), Fraction(40)), "40", "100"),
        (Linear(Fraction(0), Fraction(40)), "41", "100"),
        (Linear(Fraction(40), Fraction(10)), "10", "100"),
        (Linear(Fraction(40), Fraction(10)), "30", "100/3"),
        (Linear(Fraction(40), Fraction(10)), "50", "0"),
        (STEPS, "9.999", "5"),
        (STEPS, "10", "25"),
        (STEPS, "29.999", "25"),
        (STEPS, "30", "60"),
        (STEPS, "50", "100"),
        (STEPS, "1000", "100"),
        (LINE, "-5", "0"),
        (LINE, "10", "25"),
        (LINE, "20", "50"),
        (LINE, "30", "125/2"),
        (LINE, "60", "100"),
        (LINE, "61", "100"),
        (Piecewise(pairs((0, 100), (10, 40), (20, 100))), "10", "40"),
        (Levels(tuple(Fraction(score) for score in (0, 25, 50, 75, 100))), "3", "75"),
        (Levels.by_stage(3, of=5), "2", "200/3"),
        (Levels.by_stage(3, of=5), "4", "100"),
        (Levels.by_stage(1, of=5), "0", "0"),
    ],
)
def test_score_of_a_number(curve: Linear | Steps | Piecewise | Levels, value: str, score: str) -> None:
    assert curve.score(Fraction(value)) == Fraction(score)
    column = curve.scores(np.array([float(Fraction(value)), np.nan]))
    assert column[0] == pytest.approx(float(Fraction(score)), abs=1e-9)
    assert np.isnan(column[1])


def test_score_of_an_answer() -> None:
    answer = YesNo(yes=Fraction(80), no=Fraction(10))
    assert (answer.score(True), answer.score(False)) == exactly(80, 10)
    assert answer.scores(np.array([1.0, 0.0, np.nan])).tolist()[:2] == [80.0, 10.0]
    assert np.isnan(answer.scores(np.array([np.nan]))[0])

    choice = Choice({"none": Fraction(0), "applied": Fraction(50), "granted": Fraction(100)})
    assert [choice.score(option) for option in ("none", "applied", "granted")] == [0, 50, 100]
    assert choice.scores(np.array([2.0, 0.0, 1.0])).tolist() == [100.0, 0.0, 50.0]
    assert np.isnan(choice.scores(np.array([np.nan]))[0])
    with pytest.raises(KeyError):
        choice.score("refused")


def test_checklist() -> None:
    points = Checklist(tuple(Fraction(each) for each in (40, 35, 25)))
    assert points.score([True, False, True]) == 65
    assert points.bounds([True, None, False]) == exactly(40, 75)
    assert points.bounds([None, None, None]) == exactly(0, 100)
    assert points.bounds([True, True, True]) == exactly(100, 100)
    rows = np.array([[1.0, np.nan, 0.0], [1.0, 0.0, 1.0]])
    low, high = points.bounds_of(rows)
    assert (low.tolist(), high.tolist()) == ([40.0, 65.0], [75.0, 65.0])
    assert np.isnan(points.scores(rows)[0])
    assert points.scores(rows)[1] == 65.0
    with pytest.raises(ValueError, match="zip"):
        points.score([True])


def test_a_level_outside_the_rubric_is_our_bug() -> None:
    for value in (Fraction(5), Fraction(-1), Fraction(1, 2)):
        with pytest.raises(AssertionError):
            Levels.by_stage(2, of=5).score(value)


@pytest.mark.parametrize(
    ("curve", "lowest", "highest", "edges"),
    [
        (Linear(Fraction(40), Fraction(0)), 0, 100, (0, 40)),
        (STEPS, 5, 100, (10, 30, 50)),
        (LINE, 0, 100, (0, 20, 60)),
        (Piecewise(pairs((0, 20), (10, 90), (20, 60))), 20, 90, (0, 10, 20)),
        (Levels.by_stage(2, of=5), 0, 100, ()),
        (Levels((Fraction(10), Fraction(70))), 10, 70, ()),
        (YesNo(Fraction(0), Fraction(90)), 0, 90, ()),
        (Choice({"a": Fraction(20), "b": Fraction(60)}), 20, 60, ()),
        (Checklist((Fraction(30), Fraction(70))), 0, 100, ()),
    ],
)
def test_what_a_curve_can_give(curve: Curve, lowest: int, highest: int, edges: tuple[int, ...]) -> None:
    assert (curve.lowest, curve.highest) == exactly(lowest, highest)
    assert curve.edges == exactly(*edges)
    assert curve.faults() == []


@pytest.mark.parametrize(
    ("curve", "words"),
    [
        (Linear(Fraction(3), Fraction(3)), ["'from' and 'to' are both 3"]),
        (Steps(Fraction(0), ()), ["no threshold"]),
        (Steps(Fraction(0), pairs((10, 20), (10, 30))), ["threshold 10 stands twice"]),
        (Steps(Fraction(0), pairs((10, 20), (5, 30))), ["threshold 5 stands after 10"]),
        (Steps(Fraction(0), pairs((10, 120))), ["threshold 10 gives 120"]),
        (Steps(Fraction(-1), pairs((10, 20))), ["'below' gives -1"]),
        (Steps(Fraction(0), pairs((10, 50), (20, 50))), ["threshold 20 gives the same score as threshold 10"]),
        (Steps(Fraction(0), pairs((10, 0), (20, 50))), ["threshold 10 gives the same score as 'below'"]),
        (Piecewise(pairs((0, 0))), ["at least two points", "decides nothing"]),
        (Piecewise(()), ["at least two points"]),
        (Piecewise(pairs((0, 0), (0, 50))), ["point 0 stands twice"]),
        (Piecewise(pairs((9, 0), (3, 50))), ["ascending order"]),
        (Piecewise(pairs((0, 0), (3, 101))), ["point 3 gives 101"]),
        (Piecewise(pairs((0, 50), (3, 50))), ["every value gives 50"]),
        (Levels((Fraction(0),)), ["at least two levels", "decides nothing"]),
        (Levels((Fraction(0), Fraction(60), Fraction(50))), ["level 2 gives less than level 1"]),
        (Levels((Fraction(0), Fraction(160))), ["level 1 gives 160"]),
        (YesNo(Fraction(50), Fraction(50)), ["yes and no both give 50"]),
        (YesNo(Fraction(101), Fraction(0)), ["'yes' gives 101"]),
        (Choice({"a": Fraction(1)}), ["at least two options", "decides nothing"]),
        (Choice({"a": Fraction(1), "b": Fraction(-5)}), ["option 'b' gives -5"]),
        (Checklist(()), ["empty"]),
        (Checklist((Fraction(40), Fraction(50))), ["sum to 90"]),
        (Checklist((Fraction(110), Fraction(-10))), ["item 2 has -10 points"]),
    ],
)
def test_faults(curve: Curve, words: list[str]) -> None:
    found = curve.faults()
    assert len(found) == len(words), found
    for word in words:
        assert any(word in fault for fault in found), (word, found)


@st.composite
def sound_curves(draw: st.DrawFn) -> Linear | Steps | Piecewise:
    places = sorted(draw(st.lists(VALUES, min_size=2, max_size=6, unique=True)))
    scores = draw(st.lists(SCORES, min_size=len(places), max_size=len(places), unique=True))
    kind = draw(st.sampled_from(["linear", "steps", "piecewise"]))
    if kind == "linear":
        ends = draw(st.permutations(places[:2]))
        return Linear(ends[0], ends[1])
    points = tuple(zip(places, scores, strict=True))
    return Steps(scores[-1], points[:-1]) if kind == "steps" else Piecewise(points)


@given(sound_curves(), st.lists(VALUES, min_size=1, max_size=8))
def test_column_and_exact_agree_away_from_edges(curve: Linear | Steps | Piecewise, values: list[Fraction]) -> None:
    assert curve.faults() == []
    column = curve.scores(np.array([float(value) for value in values]))
    for value, found in zip(values, column, strict=True):
        exact = curve.score(value)
        assert curve.lowest <= exact <= curve.highest
        if not near_edge(curve, float(value)):
            assert abs(float(exact) - found) < 1e-9


@given(sound_curves(), VALUES, st.fractions(min_value=Fraction(1, 1000), max_value=10**6, max_denominator=1000))
def test_the_unit_does_not_matter(curve: Linear | Steps | Piecewise, value: Fraction, factor: Fraction) -> None:
    other = scaled(curve, factor)
    assert isinstance(other, Linear | Steps | Piecewise)
    assert other.score(value * factor) == curve.score(value)


@given(st.lists(VALUES, min_size=2, max_size=2, unique=True), VALUES, VALUES)
def test_linear_never_falls_when_it_rises(ends: list[Fraction], a: Fraction, b: Fraction) -> None:
    curve = Linear(*sorted(ends))
    low, high = sorted((a, b))
    assert curve.score(low) <= curve.score(high)
    less_is_better = Linear(curve.end, curve.start)
    assert less_is_better.score(low) >= less_is_better.score(high)
    assert less_is_better.score(a) == 100 - curve.score(a)


@given(st.lists(st.tuples(st.integers(1, 50), st.sampled_from([True, False, None])), min_size=1, max_size=8))
def test_answers_only_narrow_a_checklist(items: list[tuple[int, bool | None]]) -> None:
    total = sum(points for points, _ in items)
    curve = Checklist(tuple(Fraction(100 * points, total) for points, _ in items))
    assert curve.faults() == []
    flags = [flag for _, flag in items]
    low, high = curve.bounds(flags)
    assert 0 <= low <= high <= 100
    for place, flag in enumerate(flags):
        if flag is None:
            for answer in (True, False):
                narrower = curve.bounds([*flags[:place], answer, *flags[place + 1 :]])
                assert low <= narrower[0] <= narrower[1] <= high
    if None not in flags:
        assert low == high == curve.score([flag is True for flag in flags])


def test_near_an_edge() -> None:
    assert near_edge(STEPS, 30.0 - 1e-12)
    assert not near_edge(STEPS, 30.1)
    assert not near_edge(YesNo(Fraction(100), Fraction(0)), 1.0)
    assert scaled(YesNo(Fraction(100), Fraction(0)), Fraction(7)) == YesNo(Fraction(100), Fraction(0))


def test_numpy_waits_until_a_column_comes() -> None:
    code = "import sys, tenderloop.curves, tenderloop.expression; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
