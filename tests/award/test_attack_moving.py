"""Moving numbers: what they say beside a point is what plain numbers say close to it, up to where they say that it may change."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from tenderloop.award.moving import Moving, Stretch, next_root
from tenderloop.award.procedure import Rounding
from tenderloop.award.rerun import rounded, whole

F = Fraction
EXPRESSIONS: list[Callable[[Any], Any]] = [
    lambda x: max(3 * x - 2, 5 - x),
    lambda x: min(x * x - 4, 2 - x, F(1)),
    lambda x: (x + 3) / (x * x + 1) if x > 0 else x - 1,
    lambda x: abs(x - F(1, 3)) * 2 - abs(x * x - 2),
    lambda x: sorted([x, 2 * x - 1, 4 - x, F(2)])[1],
    lambda x: 1 / (x + 5) - 1 / (x * x + 7),
    lambda x: (2 * x + 1) ** 3 - 20 * x if x != F(1, 2) else F(9),
    lambda x: sum([x, x, -2 * x], F(0)) + (1 if x >= 2 else 0) + 0 * x,
]


def value(found: Any, at: Fraction) -> Fraction:
    """A moving number at a point of its stretch."""
    if not isinstance(found, Moving):
        return F(found)
    return sum((each * at**place for place, each in enumerate(found.above)), F(0)) / sum(
        (each * at**place for place, each in enumerate(found.under)), F(0)
    )


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_on_its_stretch_a_moving_number_is_what_plain_numbers_give(expression: Callable[[Any], Any]) -> None:
    draw = random.Random(2)
    for _ in range(60):
        at = F(draw.randint(-40, 40), draw.choice([1, 2, 3, 8]))
        for up in (True, False):
            beside = Stretch(at, up)
            found = expression(beside.unknown())
            far = (beside.end[0] if up else beside.end[1]) if beside.end is not None else at + (5 if up else -5)
            for share in (F(1, 10**9), F(1, 3), F(99, 100)):
                inside = at + (far - at) * share
                assert value(found, inside) == expression(inside), (at, up, inside)


def test_the_end_of_a_stretch_is_where_a_comparison_changes() -> None:
    beside = Stretch(F(1))
    x = beside.unknown()
    assert x * x < 2
    assert beside.end is not None
    low, high = beside.end
    assert low * low < 2 < high * high
    assert high - low < F(1, 10**11)
    down = Stretch(F(5), up=False)
    y = down.unknown()
    assert y * y * y > y + 6
    assert down.end == (2, 2)


def test_roots_are_found_on_both_sides_and_double_roots_too() -> None:
    cubic = (F(-6), F(11), F(-6), F(1))  # 1, 2 and 3
    assert next_root(cubic, F(0), True) == (1, 1)
    assert next_root(cubic, F(1), True) == (2, 2)
    assert next_root(cubic, F(3), True) is None
    assert next_root(cubic, F(3), False) == (2, 2)
    double = (F(4), F(-4), F(1))
    assert next_root(double, F(0), True) == (2, 2)
    assert next_root((F(1), F(0), F(1)), F(0), True) is None


def test_division_by_what_is_zero_on_the_whole_stretch_is_refused() -> None:
    x = Stretch(F(1)).unknown()
    with pytest.raises(ZeroDivisionError):
        1 / (x - x)
    assert isinstance(x - x, Fraction)
    with pytest.raises(TypeError):
        hash(x)
    with pytest.raises(TypeError):
        assert x < "a"


@pytest.mark.parametrize("mode", ["half_up", "half_even", "down"])
def test_rounding_of_moving_numbers_is_rounding_close_by(mode: Any) -> None:
    rounding = Rounding(at="total", places=1, mode=mode)
    draw = random.Random(4)
    for _ in range(200):
        at = F(draw.randint(0, 60), 20)
        for up in (True, False):
            if at == 0 and not up:
                continue
            beside = Stretch(at, up)
            x = beside.unknown()
            found, down = rounded(x, rounding), whole(x)
            assert beside.end is not None
            far = beside.end[0]
            for share in (F(1, 10**6), F(1, 2), F(99, 100)):
                inside = at + (far - at) * share
                assert rounded(inside, rounding) == found
                assert whole(inside) == down
