"""What judgements say, by hand and against plain definitions."""

from __future__ import annotations

import itertools
import math
import random
from fractions import Fraction

import pytest

from tenderloop.award.panel import (
    cell,
    concordance,
    mean,
    median,
    midranks,
    panel_note,
    rank_correlation,
    says_something,
    spread_of,
    trimmed_mean,
)
from tenderloop.award.procedure import Rules, Scale, ScaleStep
from tenderloop.award.result import CellNote

FIVE = Scale(id="five", title="Five", steps=tuple(ScaleStep(id=str(n), value=Fraction(25 * n)) for n in range(5)))


def _cell(bid: str, criterion: str, agreed: str = "", rules: Rules | None = None, **steps: str) -> CellNote:
    rules = rules or Rules()
    return cell(bid, criterion, FIVE, steps, spread_of(FIVE, steps.values(), rules.trim), agreed=agreed, rules=rules)


def _fractions(*values: int) -> list[Fraction]:
    return [Fraction(value) for value in values]


def test_one_value_by_each_rule() -> None:
    values = {"e1": "0", "e2": "3", "e3": "4", "e4": "4"}
    for rule, expected in (("mean", Fraction(275, 4)), ("median", Fraction(175, 2)), ("trimmed_mean", Fraction(175, 2))):
        assert _cell("a", "q", rules=Rules(aggregation=rule), **values).agreed_value == expected  # type: ignore[arg-type]
    assert _cell("a", "q", **values).agreed_value is None
    note = _cell("a", "q", agreed="3", **values)
    assert (note.agreed_value, note.delta) == (75, Fraction(75) - Fraction(275, 4))


@pytest.mark.parametrize(
    ("count", "trim", "left"),
    [(1, "1/10", 1), (2, "1/10", 2), (3, "1/10", 1), (10, "1/10", 8), (10, "1/4", 6), (5, "0", 5), (4, "49/100", 2)],
)
def test_a_trimmed_mean_leaves_out_whole_values_at_both_ends(count: int, trim: str, left: int) -> None:
    values = [Fraction(n**3) for n in range(count)]
    cut = (count - left) // 2
    assert trimmed_mean(values, Fraction(trim)) == mean(values[cut : count - cut])


def test_spread_is_a_share_of_the_scale() -> None:
    seven = Scale(
        id="seven",
        title="Seven",
        steps=(ScaleStep(id="a", value=Fraction(10)), ScaleStep(id="b", value=Fraction(30)), ScaleStep(id="c", value=Fraction(90))),
    )
    assert spread_of(seven, ["a", "b"], Fraction(0)).spread == Fraction(1, 4)
    assert spread_of(seven, [], Fraction(0)).spread is None


@pytest.mark.parametrize(("steps", "flagged"), [(("0", "1"), False), (("0", "2"), True), (("1", "3", "2"), True), (("4",), False)])
def test_a_flag_stands_above_two_fifths_of_the_scale(steps: tuple[str, ...], flagged: bool) -> None:
    assert _cell("a", "q", **{f"e{n}": step for n, step in enumerate(steps)}).flagged is flagged


def test_severity_compares_with_the_others_on_the_same_cells() -> None:
    cells = [_cell("a", "q", e1="1", e2="3", e3="3"), _cell("b", "q", e1="2", e2="3", e3="3"), _cell("c", "q", e1="4")]
    notes = {each.evaluator: each for each in panel_note(cells, {"q": Fraction(1)}, "mean").evaluators}
    assert notes["e1"].severity == Fraction(-75, 2)
    assert notes["e2"].severity == notes["e3"].severity == Fraction(75, 4)
    assert (notes["e1"].judged, notes["e2"].judged) == (3, 2)


def test_the_order_without_one_evaluator_and_whether_it_changes_the_first() -> None:
    cells = [_cell("a", "q", e1="4", e2="2", e3="2"), _cell("b", "q", e1="0", e2="3", e3="3"), _cell("c", "q", e1="0", e2="0", e3="0")]
    note = panel_note(cells, {"q": Fraction(1)}, "consensus")
    assert note.order == (("a",), ("b",), ("c",))
    notes = {each.evaluator: each for each in note.evaluators}
    assert notes["e1"].order_without == (("b",), ("a",), ("c",))
    assert notes["e1"].changes_first
    assert not notes["e2"].changes_first


def test_criteria_count_by_their_share_and_only_where_everybody_judged() -> None:
    cells = [
        _cell("a", "q", e1="4", e2="4"),
        _cell("b", "q", e1="0", e2="0"),
        _cell("a", "r", e1="0", e2="0"),
        _cell("b", "r", e1="4", e2="4"),
        _cell("a", "s", e1="0"),
        _cell("b", "s", e1="4"),
    ]
    assert panel_note(cells, {"q": Fraction(3, 5), "r": Fraction(2, 5), "s": Fraction(9)}, "mean").order == (("a",), ("b",))
    assert panel_note(cells, {"q": Fraction(2, 5), "r": Fraction(3, 5)}, "mean").order == (("b",), ("a",))


def test_one_evaluator_and_no_differences_give_no_agreement() -> None:
    alone = panel_note([_cell("a", "q", e1="4"), _cell("b", "q", e1="1")], {"q": Fraction(1)}, "mean")
    assert alone.concordance is None
    assert alone.evaluators[0].severity is None
    assert alone.evaluators[0].order_without == ()
    same = panel_note([_cell("a", "q", e1="2", e2="2"), _cell("b", "q", e1="2", e2="2")], {"q": Fraction(1)}, "mean")
    assert same.concordance is None
    assert same.evaluators[0].agreement is None


def test_midranks_correlation_and_concordance_against_their_definitions() -> None:
    draw = random.Random(7)
    for _ in range(200):
        n, m = draw.randint(2, 6), draw.randint(2, 4)
        rows = [[Fraction(draw.randint(0, 3)) for _ in range(n)] for _ in range(m)]
        ranked = []
        for row in rows:
            places: dict[Fraction, list[int]] = {}
            for place, value in enumerate(sorted(row), 1):
                places.setdefault(value, []).append(place)
            ranked.append([Fraction(sum(places[value]), len(places[value])) for value in row])
            assert list(midranks(row)) == ranked[-1]
        # W is linear in the mean of Spearman's coefficients where nobody ties; with ties it is compared with the covariance form
        sums = [sum(row[i] for row in ranked) for i in range(n)]
        variance = sum((each - Fraction(m * (n + 1), 2)) ** 2 for each in sums)
        most = m * sum((value - Fraction(n + 1, 2)) ** 2 for row in ranked for value in row)
        assert concordance(rows) == (None if most == 0 else variance / most)
        for first, second in itertools.combinations(range(m), 2):
            x, y = ([float(value) for value in ranked[k]] for k in (first, second))
            middle = (n + 1) / 2
            below = math.sqrt(sum((a - middle) ** 2 for a in x) * sum((b - middle) ** 2 for b in y))
            found = rank_correlation(rows[first], rows[second])
            if below == 0:
                assert found is None
            else:
                assert found is not None
                assert abs(float(found) - sum((a - middle) * (b - middle) for a, b in zip(x, y, strict=True)) / below) < 1e-9


def test_a_median_lies_between_and_reads_no_order() -> None:
    assert median(_fractions(3, 1, 2)) == 2
    assert median(_fractions(1, 4)) == Fraction(5, 2)


@pytest.mark.parametrize(
    ("text", "says"), [("ok", True), ("３", True), ("да", True), ("…", False), ("\u00a0\u200d", False), ("- -", False)]
)
def test_what_counts_as_words(text: str, says: bool) -> None:
    assert says_something(text) is says


def test_a_cell_holds_every_figure() -> None:
    note = _cell("a", "q", agreed="3", rules=Rules(trim=Fraction(0)), e2="4", e1="1")
    assert note == CellNote(
        bid="a",
        criterion="q",
        scale="five",
        steps={"e1": "1", "e2": "4"},
        values={"e1": Fraction(25), "e2": Fraction(100)},
        spread=Fraction(3, 4),
        flagged=True,
        mean=Fraction(125, 2),
        median=Fraction(125, 2),
        trimmed_mean=Fraction(125, 2),
        agreed="3",
        agreed_value=Fraction(75),
        delta=Fraction(25, 2),
    )
    assert list(note.steps) == list(note.values) == ["e1", "e2"]


def test_a_flag_needs_more_than_the_declared_share_and_something_to_compare() -> None:
    half = Rules(discrepancy=Fraction(1, 2))
    assert not _cell("a", "q", rules=half, e1="1", e2="3").flagged
    assert _cell("a", "q", rules=half, e1="0", e2="3").flagged
    nobody = _cell("a", "q")
    assert (nobody.spread, nobody.flagged, nobody.mean, nobody.delta) == (None, False, None, None)


def test_a_panel_note_holds_every_figure() -> None:
    steps = {"a": ("4", "4", "3"), "b": ("2", "3", "4"), "c": ("0", "1", "0"), "d": ("1", "0", "1")}
    cells = [_cell(bid, "q", e1=one, e2=two, e3=three) for bid, (one, two, three) in steps.items()]
    note = panel_note(cells[::-1], {"q": Fraction(2, 5)}, "median")
    assert note.rule == "median"
    assert [(each.bid, each.criterion) for each in note.cells] == [("a", "q"), ("b", "q"), ("c", "q"), ("d", "q")]
    # rank sums of a to d: 11, 10, 4, 5; mean 7.5; S = 12.25 + 6.25 + 12.25 + 6.25
    assert note.concordance == Fraction(12 * 37, 9 * 60)
    assert "4 bids and 1 criteria that all 3 evaluators" in note.working[0].text
    # e2 gives 4, 3, 1, 0 and the others together 7, 6, 0, 2: ranks 4, 3, 2, 1 and 4, 3, 1, 2
    agreement = {each.evaluator: each.agreement for each in note.evaluators}
    assert agreement["e2"] == rank_correlation(_fractions(4, 3, 1, 0), _fractions(7, 6, 0, 2)) == Fraction(4, 5)
    assert note.order == (("a",), ("b",), ("d",), ("c",))


def test_where_every_share_is_nought_criteria_count_equally() -> None:
    cells = [
        _cell("a", "q", e1="4", e2="4"),
        _cell("b", "q", e1="0", e2="0"),
        _cell("a", "r", e1="1", e2="1"),
        _cell("b", "r", e1="2", e2="2"),
    ]
    assert panel_note(cells, {}, "mean").order == (("a",), ("b",))
    assert panel_note(cells, {"q": Fraction(0), "r": Fraction(0)}, "mean").order == (("a",), ("b",))


def test_a_criterion_that_was_not_judged_for_every_bid_is_not_compared() -> None:
    cells = [_cell("a", "q", e1="1", e2="1"), _cell("b", "q", e1="2", e2="2"), _cell("a", "r", e1="4", e2="4")]
    note = panel_note(cells, {"q": Fraction(1, 2), "r": Fraction(1, 2)}, "mean")
    assert note.order == (("b",), ("a",))
    assert note.evaluators[0].judged == 3


def test_a_panel_that_shares_no_cell_is_not_compared() -> None:
    note = panel_note([_cell("a", "q", e1="1"), _cell("a", "r", e2="1")], {"q": Fraction(1)}, "mean")
    assert (note.order, note.concordance) == ((), None)
    assert [(each.agreement, each.order_without, each.severity) for each in note.evaluators] == [(None, (), None)] * 2
