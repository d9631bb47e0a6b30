"""What would raise the score most, and the smallest set of steps to the next rating.

Knows how a result's nodes add up. Must not know rules or facts: it works on a result alone, also on one read back from JSON.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tenderloop.aggregate import Part, combine, rating
from tenderloop.result import GateNote, Node, Result, StepNote

ZERO = Fraction(0)


@dataclass(frozen=True)
class Path:
    """Steps that together reach a rating, and the total then; ``gates`` must pass as well. ``reached`` is False when no steps do."""

    rating: str
    steps: tuple[StepNote, ...]
    gates: tuple[StepNote, ...]
    score: Fraction
    reached: bool


def improve(result: Result) -> tuple[StepNote, ...]:
    """Every step that would raise the score, the greatest gain first; ties in the order of the pack.

    A gain is the rise of the total when this indicator alone reaches what its rule can give at this stage, with evidence that no cap holds.
    An open indicator is answered, a capped one is proven, any other is improved.
    """
    tree = _Tree(result)
    waiting = {note.id for note in result.unconfirmed}
    steps = [_step(node, tree.total({node.id}) - tree.total(()), waiting) for node in result.indicators if _can_rise(node)]
    return tuple(sorted((step for step in steps if step.gain > 0), key=lambda step: -step.gain))


def with_steps(result: Result) -> Result:
    """The result with its steps in it, as files and other programs get it."""
    return result.model_copy(update={"steps": improve(result)})


def open_gates(result: Result) -> tuple[StepNote, ...]:
    """What failed and undecided gates ask for: failed ones first, then by what they do. A gate brings no points, it lets a rating stand."""
    return tuple(StepNote(indicator=gate.id, title=gate.title, kind="gate", do=_demand(gate, result), gain=ZERO) for gate in _open(result))


def _demand(gate: GateNote, result: Result) -> str:
    """A failed gate needs its cure; one on which nobody can say yet needs an answer or a paper first."""
    if gate.status == "fail":
        return gate.hint
    if gate.missing:
        more = " (1 question)" if len(gate.missing) == 1 else f" (and {len(gate.missing) - 1} more)"
        return f"Ask, with evidence: {result.fact_of[gate.missing[0]].question}{more}. If it then fails: {gate.hint}"
    return f"Ask for a stronger paper behind {', '.join(gate.facts)}. If it then fails: {gate.hint}"


def _open(result: Result) -> list[GateNote]:
    """Failed gates before undecided ones, and in each the graver effect first."""
    return sorted([*result.gates.failed, *result.gates.undecided], key=lambda gate: (gate.status != "fail", _gravity(gate)))


def _gravity(gate: GateNote) -> int:
    return {"reject": 0, "warn": 2}.get(gate.on_fail, 1)


def next_rating(result: Result) -> Path | None:
    """The smallest set of steps to the next better rating of the ladder; None at the top or when nothing applies.

    Smallest in number for weighted means of parts that are sure to apply, where taking the greatest gains first is exact; otherwise a set
    from which nothing can be left out. Gates that reject or cap must pass too and are listed beside it.
    """
    ratings = [name for _, name in result.ladder.bands]
    if result.score is None or result.rating_by_score not in ratings or result.rating_by_score == ratings[-1]:
        return None
    return path_to(result, ratings[ratings.index(result.rating_by_score) + 1])


def path_to(result: Result, target: str) -> Path:
    """As ``next_rating``, to a rating of the ladder by name, or a better one."""
    tree = _Tree(result)
    ratings = [name for _, name in result.ladder.bands]
    minima = {name: least for name, least in result.ladder.minima.get(target, {}).items() if tree.applies(name)}
    steps = {step.indicator: step for step in improve(result)}

    def good(chosen: Collection[str]) -> bool:
        return ratings.index(_rating(tree, chosen)) >= ratings.index(target)

    chosen: list[str] = []
    for name, least in minima.items():
        for step in steps:
            if tree.score(name, chosen) >= least:
                break
            if step not in chosen and tree.outcome_of[step] == name:
                chosen.append(step)
    for step in steps:
        if good(chosen):
            break
        if step not in chosen:
            chosen.append(step)
    reached = good(chosen)
    for step in sorted(chosen, key=lambda each: steps[each].gain):
        fewer = [each for each in chosen if each != step]
        if reached and good(fewer):
            chosen = fewer
    ordered = tuple(step for step in steps.values() if step.indicator in chosen)
    gates = tuple(step for step, gate in zip(open_gates(result), _open(result), strict=True) if gate.on_fail != "warn")
    return Path(target, ordered, gates, tree.total(chosen), reached)


def _can_rise(node: Node) -> bool:
    # a full score of which nobody knows yet whether it counts can still raise the total: by the answer that it does
    return node.score is not None and node.most is not None and (node.most > node.score or node.optional)


def _step(node: Node, gain: Fraction, waiting: Collection[str]) -> StepNote:
    unconfirmed = [name for name in node.thresholds if name in waiting]
    if node.plain is None and unconfirmed:
        # no answer of the bidder or writer helps while the buyer has not said which value holds
        kind, do = "answer", f"Confirm {', '.join(unconfirmed)} against the original, with its page. {node.hint}"
    elif node.missing or node.plain is None:
        kind, do = "answer", node.hint
    elif node.cap is not None and node.plain == node.most:
        kind, do = "evidence", "Prove it: " + ", ".join(node.accept) + "."
    elif node.cap is not None:
        kind, do = "improve", node.hint + " Prove it: " + ", ".join(node.accept) + "."
    else:
        kind, do = "improve", node.hint
    return StepNote.model_validate({"indicator": node.id, "title": node.title, "kind": kind, "do": do, "gain": gain})


class _Tree:
    """The result's nodes as a tree that can be added up again with some indicators at their best."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.outcome_of: dict[str, str] = {}
        for node in result.indicators:
            self.outcome_of[node.id] = result.node_of[node.parent].parent
        self._kept: dict[tuple[str, frozenset[str]], Part | None] = {}

    def applies(self, name: str) -> bool:
        return name in self.result.node_of and self.result.node_of[name].score is not None

    def total(self, chosen: Collection[str]) -> Fraction:
        return self.score("", chosen)

    def score(self, name: str, chosen: Collection[str]) -> Fraction:
        part = self._part(name, frozenset(chosen))
        return ZERO if part is None else part.low

    def _part(self, name: str, chosen: frozenset[str]) -> Part | None:
        relevant = frozenset(each for each in chosen if name in ("", self.result.node_of[each].parent, self.outcome_of[each]))
        key = (name, relevant)
        if key not in self._kept:
            parts: list[Part] = []
            for node in self.result.children(name):
                part = _leaf(node, at_best=node.id in relevant) if node.kind == "indicator" else self._part(node.id, relevant)
                if part is not None:
                    parts.append(Part(part.low, part.high, node.weight, part.applies))
            way = self.result.aggregate if name == "" else self.result.node_of[name].aggregate
            self._kept[key] = combine(way or "mean", parts)
        return self._kept[key]


def _leaf(node: Node, *, at_best: bool) -> Part | None:
    if node.score is None or node.range is None:
        return None
    if at_best and node.most is not None:
        return Part(node.most, node.most, node.weight, True)
    return Part(node.score, node.range.high, node.weight, None if node.optional else True)


def rating_with(result: Result, chosen: Collection[str]) -> str:
    """The rating by score that a set of steps would give; gates are not looked at."""
    return _rating(_Tree(result), chosen)


def _rating(tree: _Tree, chosen: Collection[str]) -> str:
    ladder, outcomes = tree.result.ladder, [node.id for node in tree.result.children("") if node.score is not None]
    return rating(tree.total(chosen), {name: tree.score(name, chosen) for name in outcomes}, ladder.bands, ladder.minima)


def along(result: Result, chosen: Sequence[str]) -> tuple[tuple[Fraction, str], ...]:
    """The total and the rating by score after each of the steps, done one after the other in the order given; gates are not looked at."""
    tree = _Tree(result)
    applicable = [node.id for node in result.children("") if node.score is not None]
    found: list[tuple[Fraction, str]] = []
    for count in range(1, len(chosen) + 1):
        done = chosen[:count]
        outcomes = {name: tree.score(name, done) for name in applicable}
        found.append((tree.total(done), rating(tree.total(done), outcomes, result.ladder.bands, result.ladder.minima)))
    return tuple(found)
