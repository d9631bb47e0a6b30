"""What the first page says of a pack: what the rating is, what moved it most, what to do first.

Knows how to choose from a result. Must not compute a score: points are shares times scores that the result holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tenderloop.improve import open_gates
from tenderloop.report.model import NextStep, Reason, Verdict
from tenderloop.report.wording import Words, first_sentence, points
from tenderloop.result import GateStatus, Node, Result, StepNote

REASONS = 3
STEPS = 3
HALF = Fraction(50)
LEAST = Fraction(1, 20)  # less than this shows as 0.0 points and is no reason


def verdict(result: Result, steps: Sequence[StepNote], words: Words) -> Verdict:
    """The first page of one pack; ``steps`` are those of ``improve``, the greatest gain first."""
    counts: dict[GateStatus, int] = {"pass": 0, "fail": 0, "undecided": 0, "not_applicable": 0}
    for gate in result.gates:
        counts[gate.status] += 1
    return Verdict(
        headline=_headline(result, words),
        finding=_finding(result, words),
        gates=tuple(counts.items()),
        checks_broken=sum(check.status == "broken" for check in result.checks),
        checks_justified=sum(check.status == "justified" for check in result.checks),
        reasons=_reasons(result, words),
        steps=_first_steps(result, steps),
    )


def _headline(result: Result, words: Words) -> str:
    said = []
    if result.rating == "rejected":
        stopped = words("Rejected, as this fails: {gates}. The score alone would read {rating}.")
        said.append(stopped.format(gates=_failed(result, words, "reject"), rating=result.rating_by_score))
    elif result.rating != result.rating_by_score:
        held = words("Held at {held}, as this fails: {gates}. The score alone would read {rating}.")
        said.append(held.format(held=result.rating, gates=_failed(result, words, "cap"), rating=result.rating_by_score))
    said += [each for each in (_held_by_minimum(result, words),) if each]
    undecided = len(result.gates.undecided)
    if undecided:
        said.append(words.count("Provisional while {n} gate is undecided.", "Provisional while {n} gates are undecided.", undecided))
    if not result.reliable:
        said += [each for each in result.remarks if each.startswith("Unreliable")] or [words("Unreliable: too much is not applicable.")]
    return " ".join(said)


def _failed(result: Result, words: Words, effect: str) -> str:
    """The failed gates that reject or cap, two by name."""
    titles = [f"“{gate.title}”" for gate in result.gates.failed if gate.on_fail.startswith(effect)]
    return ", ".join(titles[:2]) + (words.count(" and {n} more", " and {n} more", len(titles) - 2) if len(titles) > 2 else "")


def _held_by_minimum(result: Result, words: Words) -> str:
    """Which outcome keeps the rating under what the total alone reaches; empty when none does."""
    if result.score is None:
        return ""
    reached = [rating for start, rating in result.ladder.bands if start <= result.score]
    if not reached or reached[-1] == result.rating_by_score:
        return ""
    minima = result.ladder.minima.get(reached[-1], {})
    under = [
        f"{node.title} ({points(node.score)} of {points(minima[node.id])})"
        for node in result.children("")
        if node.id in minima and node.score is not None and node.score < minima[node.id]
    ]
    return words("The total reaches {rating}, but an outcome is under its minimum: {outcomes}.").format(
        rating=reached[-1], outcomes=", ".join(under)
    )


def _finding(result: Result, words: Words) -> str:
    if result.score is None or result.range is None:
        return words("Nothing in this pack applies to the case.")
    if result.range.high == result.score:
        return words("Score {score} of 100; no open answer could change it.").format(score=points(result.score))
    said = words("Score {score} of 100; open answers could still bring it to {high}.")
    return said.format(score=points(result.score), high=points(result.range.high))


def adds_up(result: Result) -> bool:
    """Whether points of the parts add to the total: every level is a weighted mean."""
    return result.aggregate == "mean" and all(node.aggregate in (None, "mean") for node in result.nodes if node.kind == "outcome")


def _reasons(result: Result, words: Words) -> tuple[Reason, ...]:
    rated = [node for node in result.nodes if node.kind == "criterion" and node.score is not None and node.range is not None]
    mean = adds_up(result)
    strengths = sorted((each for each in (_strength(node, words, mean) for node in rated) if each), key=_by_points)
    drags = sorted((each for each in (_drag(node, words, mean) for node in rated) if each), key=_by_points)
    first = (2, 1) if result.score is not None and result.score >= HALF else (1, 2)
    chosen = [*strengths[: first[0]], *drags[: first[1]]]
    for spare in (*strengths[first[0] :], *drags[first[1] :]):
        if len(chosen) < REASONS and spare.node not in [each.node for each in chosen]:
            chosen.append(spare)
    return tuple(chosen)


def _by_points(reason: Reason) -> Fraction:
    return -reason.points


def _strength(node: Node, words: Words, mean: bool) -> Reason | None:
    assert node.score is not None
    gained = node.share * node.score
    if node.score < HALF or gained < LEAST:
        return None
    said = words("{score} of 100, brings {gained} of {most} points.") if mean else words("{score} of 100, counts {most} % of the whole.")
    return Reason(node, "strength", gained, said.format(score=points(node.score), gained=points(gained), most=points(node.share * 100)))


def _drag(node: Node, words: Words, mean: bool) -> Reason | None:
    assert node.score is not None
    assert node.range is not None
    open_, lost = node.share * (node.range.high - node.score), node.share * (100 - node.range.high)
    if open_ + lost < LEAST:
        return None
    if node.coverage == 0:
        said = words("nothing is answered yet; {open} points are open.") if mean else words("nothing is answered yet.")
    elif not mean:
        said = words("{score} of 100, counts {most} % of the whole.")
    elif open_ < LEAST:
        said = words("{score} of 100, loses {lost} of {most} points.")
    elif lost < LEAST:
        said = words("{score} of 100; {open} of {most} points are open.")
    else:
        said = words("{score} of 100, loses {lost} of {most} points; {open} are open.")
    sentence = said.format(score=points(node.score), lost=points(lost), open=points(open_), most=points(node.share * 100))
    return Reason(node, "open" if open_ > lost else "weakness", open_ + lost, sentence)


def _first_steps(result: Result, steps: Sequence[StepNote]) -> tuple[NextStep, ...]:
    """Gates first, as no score helps while they are open; yet one step that raises the score, where there is any."""
    status = {gate.id: gate.status for gate in result.gates}
    gates = [NextStep(each.indicator, each.title, first_sentence(each.do), None, status[each.indicator]) for each in open_gates(result)]
    rising = [NextStep(each.indicator, each.title, first_sentence(each.do), each.gain, None) for each in steps]
    chosen = gates[: STEPS - 1 if rising else STEPS]
    return tuple([*chosen, *rising][:STEPS])
