"""The improvement roadmap: steps by gain with a running total, the smallest set to the next rating, the gates to open.

Knows how steps follow one another. Must not compute a score: totals come from ``improve``.
"""

from __future__ import annotations

from collections.abc import Sequence

from tenderloop.improve import along, next_rating
from tenderloop.report.model import GateItem, Roadmap, RoadmapStep
from tenderloop.report.wording import Words, points
from tenderloop.result import Result, StepNote


def roadmap(result: Result, steps: Sequence[StepNote], gates: Sequence[GateItem], words: Words) -> Roadmap:
    """All steps in the order of their gain; ``gates`` are the pack's, of which the failed and undecided ones are taken, failed first."""
    path = next_rating(result)
    wanted = set() if path is None else {step.indicator for step in path.steps}
    totals = along(result, [step.indicator for step in steps])
    before = [result.score or totals[0][0], *(total for total, _ in totals)] if totals else []
    rows = tuple(
        RoadmapStep(number, step, before[number - 1], total, rating, step.indicator in wanted)
        for number, (step, (total, rating)) in enumerate(zip(steps, totals, strict=True), start=1)
    )
    open_ = [*(each for each in gates if each.gate.status == "fail"), *(each for each in gates if each.gate.status == "undecided")]
    return Roadmap(tuple(open_), rows, path, _sentence(result, rows, words))


def _sentence(result: Result, rows: Sequence[RoadmapStep], words: Words) -> str:
    path = next_rating(result)
    if result.score is None:
        return words("Nothing in this pack applies to the case.")
    if not rows:
        return words("Every indicator already has the highest score that its rule can give at this stage.")
    if path is None:
        return words("The score is in the highest band of the ladder; the steps below make it safer.")
    if not path.reached:
        return words("No set of steps reaches rating {rating} at this stage.").format(rating=path.rating)
    said = words.count(
        "The smallest set to rating {rating} is {n} step, marked ■; it brings the score to {score}.",
        "The smallest set to rating {rating} has {n} steps, marked ■; together they bring the score to {score}.",
        len(path.steps),
    ).replace("{rating}", path.rating)
    return said.replace("{score}", points(path.score))
