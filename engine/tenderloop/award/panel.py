"""What a panel's judgements say: spread, severity, agreement, and one value by the locked rule.

Knows values of judgements by evaluator, bid and criterion. Must not know prices, formulas or files. All figures are exact, but for square
roots, which are rounded to 12 significant digits.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tenderloop.award.procedure import Aggregation, Rules, Scale
from tenderloop.award.ranking import order
from tenderloop.award.result import CellNote, EvaluatorNote, PanelNote, Working
from tenderloop.quantity import power, to_significant

BROMCOM = (
    "A mean that nobody reasoned their way to breached transparency in Bromcom v United Learning Trust [2022] EWHC 3262 (TCC), and it can "
    "give a score that the published scale does not have. Prefer a consensus with a written reason."
)
BROMCOM_SOURCE = "Bromcom Computers plc v United Learning Trust [2022] EWHC 3262 (TCC), as reported; the judgment itself was not compared"


def mean(values: Sequence[Fraction]) -> Fraction:
    """The arithmetic mean of at least one value.

    >>> mean([Fraction(1), Fraction(2), Fraction(2)])
    Fraction(5, 3)
    """
    return sum(values, Fraction(0)) / len(values)


def median(values: Sequence[Fraction]) -> Fraction:
    """The middle value; of an even number the mean of the two in the middle.

    >>> median([Fraction(100), Fraction(0), Fraction(25), Fraction(75)])
    Fraction(50, 1)
    """
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def trimmed_mean(values: Sequence[Fraction], trim: Fraction) -> Fraction:
    """The mean without the share ``trim`` (0 to below a half) of values at each end: rounded down, but at least one of three or more.

    >>> trimmed_mean([Fraction(0), Fraction(50), Fraction(75), Fraction(100)], Fraction(1, 10))
    Fraction(125, 2)
    """
    ordered = sorted(values)
    cut = int(len(ordered) * trim)
    if len(ordered) >= 3 and trim > 0:
        cut = min(max(cut, 1), (len(ordered) - 1) // 2)
    return mean(ordered[cut : len(ordered) - cut])


def midranks(values: Sequence[Fraction | int]) -> tuple[Fraction, ...]:
    """Ranks from 1 for the lowest value; equal values share the mean of their ranks.

    >>> [str(each) for each in midranks([Fraction(10), Fraction(30), Fraction(10)])]
    ['3/2', '3', '3/2']
    """
    return tuple(
        Fraction(sum(other < value for other in values)) + Fraction(sum(other == value for other in values) + 1, 2) for value in values
    )


def rank_correlation(first: Sequence[Fraction | int], second: Sequence[Fraction | int]) -> Fraction | None:
    """Spearman's rank correlation with ties, -1 to 1, to 12 significant digits; None where one side has no differences.

    >>> rank_correlation([Fraction(1), Fraction(2), Fraction(3)], [Fraction(10), Fraction(30), Fraction(20)])
    Fraction(1, 2)
    """
    if len(first) < 2:
        return None
    a, b = midranks(first), midranks(second)
    middle = Fraction(len(a) + 1, 2)
    spread_a = sum(((each - middle) ** 2 for each in a), Fraction(0))
    spread_b = sum(((each - middle) ** 2 for each in b), Fraction(0))
    if spread_a == 0 or spread_b == 0:
        return None
    together = sum(((x - middle) * (y - middle) for x, y in zip(a, b, strict=True)), Fraction(0))
    if spread_a == spread_b:
        return together / spread_a
    return to_significant(together / power(spread_a * spread_b, Fraction(1, 2)))


def concordance(rows: Sequence[Sequence[Fraction | int]]) -> Fraction | None:
    """Kendall's W of evaluators (rows) over bids, 0 to 1, corrected for ties; None for fewer than two rows or bids, or no differences.

    W = 12 S / (m² (n³ − n) − m Σ(t³ − t)), S being the squared deviations of the rank sums.

    >>> concordance([[Fraction(1), Fraction(2), Fraction(3)], [Fraction(1), Fraction(2), Fraction(3)]])
    Fraction(1, 1)
    """
    m = len(rows)
    n = len(rows[0]) if rows else 0
    if m < 2 or n < 2:
        return None
    ranked = [midranks(row) for row in rows]
    sums = [sum((row[bid] for row in ranked), Fraction(0)) for bid in range(n)]
    middle = mean(sums)
    deviation = sum(((each - middle) ** 2 for each in sums), Fraction(0))
    ties = 0
    for row in rows:
        for value in set(row):
            together = sum(each == value for each in row)
            ties += together**3 - together
    below = m * m * (n**3 - n) - m * ties
    return None if below == 0 else 12 * deviation / below


def says_something(text: str) -> bool:
    """Whether a reason holds at least one letter or digit; blanks and characters without width say nothing.

    >>> says_something("Offers take-back."), says_something("\\u200b \\t"), says_something("...")
    (True, False, False)
    """
    return any(unicodedata.category(each)[0] in "LN" for each in text)


@dataclass(frozen=True, slots=True)
class Spread:
    """What a set of values on one scale comes to; all None for no values."""

    spread: Fraction | None = None
    mean: Fraction | None = None
    median: Fraction | None = None
    trimmed_mean: Fraction | None = None


def spread_of(scale: Scale, steps: Iterable[str], trim: Fraction) -> Spread:
    """Spread (highest minus lowest, as a share of the scale), mean, median and trimmed mean of steps."""
    values = [scale.step_of[step].value for step in steps]
    if not values:
        return Spread()
    width = (max(values) - min(values)) / scale.width if scale.width else None
    return Spread(width, mean(values), median(values), trimmed_mean(values, trim))


def cell(bid: str, criterion: str, scale: Scale, steps: Mapping[str, str], figures: Spread, *, agreed: str, rules: Rules) -> CellNote:
    """The panel on one bid and criterion. ``steps`` is by evaluator, ``figures`` their spread; ``agreed`` is the step of the consensus.

    A flag stands where highest minus lowest exceeds the declared share of the scale.

    >>> from tenderloop.award.procedure import ScaleStep
    >>> three = Scale(id="three", title="Three", steps=[ScaleStep(id=str(n), value=50 * n) for n in range(3)])
    >>> figures = spread_of(three, ["0", "1"], Fraction(0))
    >>> note = cell("b1", "q", three, {"e1": "0", "e2": "1"}, figures, agreed="", rules=Rules(aggregation="mean"))
    >>> note.flagged, note.agreed_value
    (True, Fraction(25, 1))
    """
    computed = {"mean": figures.mean, "median": figures.median, "trimmed_mean": figures.trimmed_mean}
    value = scale.step_of[agreed].value if agreed else computed.get(rules.aggregation)
    ordered = dict(sorted(steps.items()))
    return CellNote.made(
        bid=bid,
        criterion=criterion,
        scale=scale.id,
        steps=ordered,
        values={evaluator: scale.step_of[step].value for evaluator, step in ordered.items()},
        spread=figures.spread,
        flagged=figures.spread is not None and figures.spread > rules.discrepancy,
        mean=figures.mean,
        median=figures.median,
        trimmed_mean=figures.trimmed_mean,
        agreed=agreed,
        agreed_value=value,
        delta=value - figures.mean if value is not None and figures.mean is not None else None,
    )


def panel_note(cells: Sequence[CellNote], weights: Mapping[str, Fraction], rule: Aggregation) -> PanelNote:
    """Evaluators side by side over the cells of one lot. ``weights`` is the share of the lot of each judged criterion.

    Comparisons use the cells that all evaluators concerned have judged, weighted by share; where all shares are 0, equally.
    """
    evaluators = sorted({name for each in cells for name in each.values})
    weight = dict(weights) if any(weights.get(each.criterion) for each in cells) else {each.criterion: Fraction(1) for each in cells}
    whole = [each for each in cells if len(each.values) == len(evaluators)]
    bids = sorted({each.bid for each in whole})
    # a criterion counts in a comparison of bids only where it was judged for all of them
    judged = Counter(each.criterion for each in whole)
    full = {criterion for criterion, count in judged.items() if count == len(bids)}
    compared = [each for each in whole if each.criterion in full]
    bids = sorted({each.bid for each in compared})

    # sums of value × weight in whole numbers: the same order, correlation and concordance, at a fraction of the time
    unit = math.lcm(*(value.denominator for each in compared for value in each.values.values()), 1)
    heavy = math.lcm(*(share.denominator for share in weight.values()), 1)
    whole_weight = {name: int(share * heavy) for name, share in weight.items()}
    own = {name: dict.fromkeys(bids, 0) for name in evaluators}
    for each in compared:
        share = whole_weight.get(each.criterion, 0)
        for name, value in each.values.items():
            own[name][each.bid] += value.numerator * (unit // value.denominator) * share
    everyone = {bid: sum(own[name][bid] for name in evaluators) for bid in bids}
    first = order({bid: Fraction(total) for bid, total in everyone.items()})
    notes = []
    for name in evaluators:
        rest = {bid: everyone[bid] - own[name][bid] for bid in bids}
        alone = len(evaluators) == 1 or not bids
        without = () if alone else order({bid: Fraction(total) for bid, total in rest.items()})
        mine = [each for each in cells if name in each.values]
        notes.append(
            EvaluatorNote.made(
                evaluator=name,
                judged=len(mine),
                severity=_severity(name, mine),
                agreement=None if alone else rank_correlation([own[name][bid] for bid in bids], [rest[bid] for bid in bids]),
                order_without=without,
                changes_first=bool(without) and without[0] != first[0],
            )
        )
    found = concordance([[own[name][bid] for bid in bids] for name in evaluators]) if bids else None
    working = (
        Working(
            text=f"Compared over {len(bids)} bids and {len(full)} criteria that all {len(evaluators)} evaluators judged, by the mean of "
            "their judgements; an aid for the panel, not a score."
        ),
    )
    return PanelNote(
        rule=rule,
        evaluators=tuple(notes),
        cells=tuple(sorted(cells, key=lambda each: (each.bid, each.criterion))),
        concordance=found,
        order=first,
        working=working,
    )


def _severity(evaluator: str, cells: Sequence[CellNote]) -> Fraction | None:
    """Mean of own value minus mean of the others', over the cells that others judged too; below 0 is severe."""
    # own minus the mean of the others is n / (n − 1) times own minus the mean of all n
    gaps: dict[int, Fraction] = {}
    judged = 0
    for each in cells:
        count = len(each.values)
        if count > 1 and each.mean is not None:
            judged += 1
            gaps[count] = gaps.get(count, Fraction(0)) + each.values[evaluator] - each.mean
    return sum((gap * count / (count - 1) for count, gap in gaps.items()), Fraction(0)) / judged if judged else None
