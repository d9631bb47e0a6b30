"""The score from 0 to 100 of one bid on one leaf that is no price: by the panel's step, a fact, features or a pack's result.

Knows a bid's answers and how a leaf reads them. Must not know weights, prices, other bids or files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache, partial

from tenderloop import expression
from tenderloop.award.bid import Bid, Offered
from tenderloop.award.procedure import HUNDRED, LadderRule, LinearRule, Procedure, Scale, ScoredBy
from tenderloop.award.result import CellNote, Note, PackLine, PackNote, Working
from tenderloop.case import Evidence
from tenderloop.pack import Fact
from tenderloop.quantity import exact_text, parse_unit, shown
from tenderloop.result import Result

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Found:
    """What a leaf came to. ``score`` None means that nothing is known; ``missing`` then says what is open."""

    score: Fraction | None
    because: str
    working: tuple[Working, ...] = ()
    missing: tuple[Note, ...] = ()
    step: str = ""
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    pack: PackNote | None = None
    warnings: tuple[Note, ...] = field(default=())


@lru_cache(maxsize=20_000)
def figure(value: Fraction) -> str:
    """An exact number for a sentence: whole when it is short, else rounded to four places and said so by "≈".

    >>> figure(Fraction(5, 2)), figure(Fraction(2, 3))
    ('2.5', '≈ 0.6667')
    """
    text = exact_text(value)
    return text if len(text) <= 14 and "/" not in text else f"≈ {shown(value, 4)}"


def by_facts(criterion: str, way: ScoredBy, bid: Bid, facts: Mapping[str, Fact]) -> Found:
    """Score a ladder, line, rule or features. An answer that is not there makes the score unknown, never 0."""
    if way.ladder is not None:
        return _with_number(criterion, way.ladder.fact, bid, facts, partial(_on_ladder, way.ladder))
    if way.linear is not None:
        return _with_number(criterion, way.linear.fact, bid, facts, partial(_on_line, way.linear))
    if way.features is not None:
        return _features(criterion, way, bid)
    assert way.rule is not None, "only facts are read here"
    return _rule(criterion, way.rule, bid, facts)


def number_of(offered: Offered, fact: Fact) -> Fraction | None:
    """The answer as a number in the fact's unit; yes is 1 and no is 0; None for words and dates."""
    if isinstance(offered.value, bool):
        return Fraction(int(offered.value))
    if not isinstance(offered.value, Fraction):
        return None
    if offered.kind != "number" or offered.unit == fact.unit:
        return offered.value
    return offered.value * parse_unit(offered.unit).factor / parse_unit(fact.unit).factor


def _with_number(
    criterion: str, name: str, bid: Bid, facts: Mapping[str, Fact], score: Callable[[Fraction, str], tuple[Fraction, Working]]
) -> Found:
    offered = bid.facts.get(name)
    value = number_of(offered, facts[name]) if offered is not None else None
    if offered is None or value is None:
        return _unanswered(criterion, bid, (name,))
    unit = "" if facts[name].unit == "1" else f" {facts[name].unit}"
    found, working = score(value, unit)
    because = f"{name} = {figure(value)}{unit}"
    return Found(found, because, (Working(text=because, value=value, unit=unit.strip()), working), evidence=offered.evidence)


def _on_ladder(ladder: LadderRule, value: Fraction, unit: str) -> tuple[Fraction, Working]:
    reached, at = ZERO, None
    for start, score in sorted(ladder.points):
        if value >= start:
            reached, at = score, start
    said = f"the ladder gives {figure(reached)} from {figure(at)}{unit}" if at is not None else "under the first step of the ladder: 0"
    return reached, Working(text=said, value=reached, unit="of 100")


def _on_line(line: LinearRule, value: Fraction, unit: str) -> tuple[Fraction, Working]:
    score = min(max((value - line.start) / (line.end - line.start) * HUNDRED, ZERO), HUNDRED)
    said = f"({figure(value)} − {figure(line.start)}) / ({figure(line.end)} − {figure(line.start)}) × 100, from 0 to 100"
    return score, Working(text=said, value=score, unit="of 100")


def _features(criterion: str, way: ScoredBy, bid: Bid) -> Found:
    assert way.features is not None
    unknown = tuple(each.fact for each in way.features if each.fact not in bid.facts)
    if unknown:
        return _unanswered(criterion, bid, unknown)
    total = ZERO
    working: list[Working] = []
    evidence: list[Evidence] = []
    for each in sorted(way.features, key=lambda one: one.fact):
        offered = bid.facts[each.fact]
        got = each.points if offered.value is True else ZERO
        total += got
        working.append(
            Working(text=f"{each.fact}: {'offered' if got else 'not offered'}, {figure(got)} of {figure(each.points)}", value=got)
        )
        evidence += offered.evidence
    offered_names = [each.fact for each in sorted(way.features, key=lambda one: one.fact) if bid.facts[each.fact].value is True]
    because = "offered: " + ", ".join(offered_names) if offered_names else "none of the features is offered"
    working.append(Working(text="sum of features", value=total, unit="of 100"))
    return Found(total, because, tuple(working), evidence=tuple(evidence))


@lru_cache(maxsize=2000)
def parsed(rule: str) -> expression.Expression:
    """A rule as a tree; parsed once."""
    return expression.parse(rule)


def _rule(criterion: str, rule: str, bid: Bid, facts: Mapping[str, Fact]) -> Found:
    tree = parsed(rule)
    names = sorted(expression.names_in(tree))
    kernel = expression.Exact()
    value = expression.run(tree, lambda name: _in_base(bid.facts.get(name), facts[name]), kernel)
    evidence = tuple(each for name in names if name in bid.facts for each in bid.facts[name].evidence)
    said = ", ".join(f"{name} = {_shown(bid.facts.get(name), facts[name])}" for name in names)
    if value is None:
        unknown = tuple(name for name in names if name not in bid.facts)
        if unknown:
            return _unanswered(criterion, bid, unknown)
        why = "; ".join(kernel.notes) or "no value"
        note = Note(code="rule-undefined", text=f"the rule {rule} gives no value for this bid: {why}", bid=bid.id, criterion=criterion)
        return Found(None, said, missing=(note,))
    score = (HUNDRED if value else ZERO) if isinstance(value, bool) else value
    assert isinstance(score, Fraction), "check lets only numbers and yes or no through"
    if not 0 <= score <= HUNDRED:
        note = Note(
            code="score-out-of-range",
            text=f"the rule {rule} gives {figure(score)} for this bid, outside 0 to 100; it is not cut silently",
            bid=bid.id,
            criterion=criterion,
        )
        return Found(None, said, missing=(note,))
    return Found(score, said, (Working(text=f"{rule} with {said}", value=score, unit="of 100"),), evidence=evidence)


def _in_base(offered: Offered | None, fact: Fact) -> expression.ExactValue:
    if offered is None:
        return None
    value = offered.value
    if isinstance(value, Fraction) and not isinstance(value, bool) and offered.kind == "number":
        return value * parse_unit(offered.unit).factor
    if isinstance(value, tuple):
        return frozenset(str(each) for each in value)
    found: expression.ExactValue = value
    return found


def _shown(offered: Offered | None, fact: Fact) -> str:
    if offered is None:
        return "unknown"
    if isinstance(offered.value, bool):
        return "yes" if offered.value else "no"
    if isinstance(offered.value, Fraction):
        return figure(offered.value) + ("" if offered.unit == "1" else f" {offered.unit}")
    return ", ".join(sorted(offered.value)) if isinstance(offered.value, tuple) else str(offered.value)


def _unanswered(criterion: str, bid: Bid, names: tuple[str, ...]) -> Found:
    notes = tuple(
        Note(code="fact-missing", text=f"bid {bid.id} does not say {name}; no answer is not 0", bid=bid.id, criterion=criterion)
        for name in names
    )
    return Found(None, "not answered: " + ", ".join(names), missing=notes)


def by_panel(criterion: str, scale: Scale, cell: CellNote, reason: str, evidence: tuple[Evidence, ...], missing: tuple[Note, ...]) -> Found:
    """Score what the panel judged: the agreed step, or the figure of the locked rule."""
    if missing or cell.agreed_value is None:
        return Found(None, "not judged to the end", missing=missing, reason=reason, evidence=evidence)
    if cell.agreed:
        step = scale.step_of[cell.agreed]
        said = f"step {step.id} of {scale.id}" + (f": {step.text}" if step.text else "")
    else:
        listed = ", ".join(f"{name} {figure(value)}" for name, value in sorted(cell.values.items()))
        said = f"from {listed}"
    return Found(
        cell.agreed_value,
        said,
        (Working(text=said, value=cell.agreed_value, unit="of 100"),),
        step=cell.agreed,
        reason=reason,
        evidence=evidence,
    )


def by_pack(criterion: str, pack: str, bid: Bid, result: Result | None) -> Found:
    """Score a bid by a pack's result: its headline score, exactly, with every indicator's evidence."""
    if result is None:
        note = Note(code="pack-result-missing", text=f"bid {bid.id} was not rated by {pack}", bid=bid.id, criterion=criterion)
        return Found(None, f"not rated by {pack}", missing=(note,))
    packed = _pack_note(criterion, bid, result)
    warnings = []
    for name in packed.gates_failed:
        said = f"gate {name} of {pack} fails for bid {bid.id}; a person decides what follows"
        warnings.append(Note(code="gate-failed", text=said, bid=bid.id, criterion=criterion))
    for name in packed.gates_undecided:
        said = f"gate {name} of {pack} is undecided for bid {bid.id}"
        warnings.append(Note(code="gate-undecided", text=said, bid=bid.id, criterion=criterion))
    if result.score is None:
        note = Note(code="pack-score-missing", text=f"{pack} gives bid {bid.id} no score", bid=bid.id, criterion=criterion)
        return Found(None, f"no score by {pack}", missing=(note,), pack=packed, warnings=tuple(warnings))
    if result.coverage < HUNDRED:
        warnings.append(
            Note(
                code="pack-coverage",
                text=f"{pack} counts only what bid {bid.id} evidences: {shown(result.coverage, 1)} % of the weight is answered",
                bid=bid.id,
                criterion=criterion,
            )
        )
    said = f"{result.pack.title} {result.pack.version}: {figure(result.score)} of 100, rating {result.rating}"
    evidence = tuple(each for line in packed.lines for each in line.evidence)
    working = tuple(
        Working(text=f"{line.id} {line.title}: {line.because}", value=line.score, unit="of 100")
        for line in packed.lines
        if line.score is not None
    )
    return Found(
        result.score,
        said,
        (*working, Working(text=said, value=result.score, unit="of 100")),
        evidence=evidence,
        pack=packed,
        warnings=tuple(warnings),
    )


def _pack_note(criterion: str, bid: Bid, result: Result) -> PackNote:
    facts = result.fact_of
    lines = tuple(
        PackLine(
            id=node.id,
            title=node.title,
            status=node.status,
            score=node.score,
            share=node.share,
            because=node.because,
            evidence=tuple(each for name in node.facts if name in facts for each in facts[name].evidence),
        )
        for node in sorted(result.indicators, key=lambda each: each.id)
    )
    return PackNote(
        bid=bid.id,
        criterion=criterion,
        pack=result.pack.id,
        version=result.pack.version,
        hash=result.pack.hash,
        case=result.case.id,
        score=result.score,
        low=result.range.low if result.range else None,
        high=result.range.high if result.range else None,
        coverage=result.coverage,
        rating=result.rating,
        gates_failed=tuple(sorted(gate.id for gate in result.gates.failed)),
        gates_undecided=tuple(sorted(gate.id for gate in result.gates.undecided)),
        lines=lines,
    )


def most_possible(way: ScoredBy, procedure: Procedure) -> Fraction:
    """The highest score that this way can give, 100 where nothing narrower is known."""
    if way.scale is not None and way.scale in procedure.scale_of and procedure.scale_of[way.scale].steps:
        return max(step.value for step in procedure.scale_of[way.scale].steps)
    if way.ladder is not None and way.ladder.points:
        return max(score for _, score in way.ladder.points)
    if way.features:
        return sum((each.points for each in way.features), ZERO)
    return HUNDRED
