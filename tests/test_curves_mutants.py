"""Curves: what a reader of a fault sees, the edge cases of faulty curves, and how near is near."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tenderloop.curves import Checklist, Choice, Curve, Levels, Linear, Steps, YesNo, near_edge

HALF, WHOLE, NOTHING = Fraction(50), Fraction(100), Fraction(0)


@pytest.mark.parametrize(
    ("curve", "sentences"),
    [
        (Steps(NOTHING, ((Fraction(10), NOTHING),)), ["threshold 10 gives the same score as 'below'; it changes nothing"]),
        (Levels((HALF, HALF)), ["every level gives 50; the rubric decides nothing"]),
        (Levels(()), ["a rubric needs at least two levels"]),
        (YesNo(yes=WHOLE, no=Fraction(-1)), ["'no' gives -1; a score lies between 0 and 100"]),
        (Choice({"a": HALF, "b": HALF}), ["every option gives 50; the choice decides nothing"]),
        (Choice({}), ["a choice needs at least two options"]),
        (Checklist((WHOLE, NOTHING)), ["item 2 has 0 points; it must have more than 0"]),
        (Checklist((WHOLE + HALF, -HALF)), ["item 2 has -50 points; it must have more than 0"]),
        (Checklist((WHOLE + 1, Fraction(-1))), ["item 2 has -1 points; it must have more than 0"]),
        (Checklist((WHOLE - Fraction(1, 2), Fraction(1, 2))), []),
    ],
)
def test_a_fault_names_its_place_and_number(curve: Curve, sentences: list[str]) -> None:
    assert curve.faults() == sentences


def test_equal_choices_are_one_key() -> None:
    one, same = Choice({"none": NOTHING, "granted": WHOLE}), Choice({"none": NOTHING, "granted": WHOLE})
    assert {one: "kept"}[same] == "kept"


def test_nearness_is_relative_for_large_edges_and_absolute_at_zero() -> None:
    large = Steps(NOTHING, ((Fraction(10**9), WHOLE),))
    assert near_edge(large, 1e9 + 0.5)
    assert near_edge(large, 1e9 + 1e5, tolerance=1e-3)
    assert not near_edge(large, 1e9 + 1e5)
    falling = Linear(Fraction(40), NOTHING)
    assert near_edge(falling, 1e-12)
    assert not near_edge(falling, 1e-3)
