"""One pack's part of the report: gates, outcomes with their criteria and indicators, checks.

Knows how a result's nodes are grouped for reading. Must not compute a score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from tenderloop.because import absent_by_stage
from tenderloop.explain import confirmed_text
from tenderloop.improve import improve
from tenderloop.report.answers import Answers
from tenderloop.report.citations import Citations
from tenderloop.report.model import Bar, CheckItem, CriterionItem, GateItem, IndicatorItem, OutcomeItem, PackPart
from tenderloop.report.roadmap import roadmap
from tenderloop.report.verdict import verdict
from tenderloop.report.wording import Words, points
from tenderloop.report.worksheets import worksheets
from tenderloop.result import GateNote, Node, ParameterNote, Result


def bar(node: Node | Result) -> Bar:
    """A score with what open answers could still bring."""
    return Bar(node.score, None if node.range is None else node.range.high)


def part(result: Result, number: int, citations: Citations, words: Words) -> PackPart:
    """Everything about one pack; ``number`` is its place in the report, from 1."""
    steps = improve(result)
    answers = Answers(result)
    asked = tuple(_gate(gate, answers, citations, words) for gate in result.gates if not _unasked(gate, result))
    outcomes = _outcomes(result, {step.indicator: step.gain for step in steps}, answers, citations)
    checks = tuple(
        CheckItem(check, answers.of(check.id, check.facts) if check.status in ("broken", "justified") else (), citations.cite(check.source))
        for check in result.checks
    )
    return PackPart(
        number=number,
        result=result,
        pack=result.pack,
        ladder=result.ladder,
        verdict=verdict(result, steps, words),
        bar=bar(result),
        gates=asked,
        gates_unasked=tuple(gate.title for gate in result.gates if _unasked(gate, result)),
        outcomes=outcomes,
        outcomes_finding=_outcomes_finding(outcomes, words),
        checks=(
            *(each for each in checks if each.check.status == "broken"),
            *(each for each in checks if each.check.status == "justified"),
        ),
        checks_holding=tuple(each for each in checks if each.check.status == "holds"),
        checks_unknown=tuple(each for each in checks if each.check.status == "unknown"),
        worksheets=worksheets(result),
        parameters=tuple((_vouched(each), citations.cite(each.source)) for each in result.parameters),
        roadmap=roadmap(result, steps, asked, words),
    )


def _vouched(note: ParameterNote) -> ParameterNote:
    """A number that a person confirmed says so beside its name."""
    return note.model_copy(update={"title": f"{note.title or note.id}: {confirmed_text(note)}"}) if note.by else note


def _unasked(rated: Node | GateNote, result: Result) -> bool:
    return rated.status == "not_applicable" and rated.because == absent_by_stage(result.case.stage)


def _gate(gate: GateNote, answers: Answers, citations: Citations, words: Words) -> GateItem:
    facts = answers.of(gate.id, gate.facts) if gate.status != "not_applicable" else ()
    return GateItem(gate, words.on_fail(gate.on_fail), facts, citations.cite(gate.source))


def _outcomes(result: Result, gains: Mapping[str, Fraction], answers: Answers, citations: Citations) -> tuple[OutcomeItem, ...]:
    minima = _next_minima(result)
    return tuple(
        OutcomeItem(
            outcome,
            bar(outcome),
            tuple(_criterion(result, each, gains, answers, citations) for each in result.children(outcome.id)),
            minima.get(outcome.id),
        )
        for outcome in result.children("")
    )


def _next_minima(result: Result) -> Mapping[str, Fraction]:
    """The least outcome scores that the next better rating asks for."""
    ratings = [rating for _, rating in result.ladder.bands]
    if result.rating_by_score not in ratings:
        return {}
    above = ratings[ratings.index(result.rating_by_score) + 1 :]
    return result.ladder.minima.get(above[0], {}) if above else {}


def _criterion(result: Result, criterion: Node, gains: Mapping[str, Fraction], answers: Answers, citations: Citations) -> CriterionItem:
    asked = [node for node in result.children(criterion.id) if not _unasked(node, result)]
    return CriterionItem(
        criterion,
        bar(criterion),
        tuple(
            IndicatorItem(
                node,
                bar(node),
                answers.of(node.id, node.facts) if node.status != "not_applicable" else (),
                citations.cite(node.source),
                gains.get(node.id),
            )
            for node in asked
        ),
        tuple(node.id for node in result.children(criterion.id) if _unasked(node, result)),
    )


def _outcomes_finding(outcomes: Sequence[OutcomeItem], words: Words) -> str:
    rated = [outcome.node for outcome in outcomes if outcome.node.score is not None and outcome.node.status == "scored"]
    if not rated:
        return words("No outcome has an answered indicator yet")
    best = max(rated, key=lambda node: node.score or Fraction(0))
    worst = min(rated, key=lambda node: node.score or Fraction(0))
    assert best.score is not None
    assert worst.score is not None
    if best.score == worst.score:
        return words("Every answered outcome stands at {score} of 100").format(score=points(best.score))
    return words("“{best}” is highest with {high}, “{worst}” lowest with {low}").format(
        best=best.title, high=points(best.score), worst=worst.title, low=points(worst.score)
    )
