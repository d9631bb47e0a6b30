"""How a score, a gate or a check says in one sentence why it came out as it did.

Knows words. Must not compute anything: every number is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from tenderloop.case import GRADES
from tenderloop.expression import Expression, say
from tenderloop.pack import (
    ChecklistScoring,
    ChoiceScoring,
    LevelsScoring,
    LinearScoring,
    Pack,
    PiecewiseScoring,
    Scoring,
    Stage,
    StepsScoring,
    YesNoScoring,
)
from tenderloop.quantity import natural_places, shown, shown_grouped

Show = Callable[[str], str]


def score_text(score: Fraction) -> str:
    """A score as sentences show it: one place, none when it is whole."""
    return shown(score, 0 if score.denominator == 1 else 1)


def number_text(value: Fraction) -> str:
    """A bare number for people: all digits of a short decimal, else four significant ones."""
    places = natural_places(value)
    return shown_grouped(value, min(places, 4) if abs(value) >= 1 else places)


def names(ids: Sequence[str], most: int = 6) -> str:
    """A list of names that stays readable."""
    if len(ids) <= most:
        return ", ".join(ids)
    return ", ".join(ids[:most]) + f" and {len(ids) - most} more"


def scored(
    scoring: Scoring, pack: Pack, stage: Stage, rules: Sequence[Expression], show: Show, plain: Fraction, holds: Sequence[bool | None]
) -> str:
    """Why an answered indicator has its score; ``holds`` are the items of a checklist."""
    way = scoring.way
    score = score_text(plain)
    if isinstance(way, ChecklistScoring):
        return checklist(way, holds, show, rules)
    said = say(rules[0], show)
    if isinstance(way, LinearScoring):
        return f"{said}; on the line from {way.start.text} (0) to {way.end.text} (100) that gives {score}."
    if isinstance(way, PiecewiseScoring):
        points = ", ".join(f"{amount.text} ({score_text(each)})" for amount, each in way.points)
        return f"{said}; between the points {points} that gives {score}."
    if isinstance(way, StepsScoring):
        reached = [amount.text for amount, each in way.at if each == plain]
        return f"{said}; " + (
            f"reaches {reached[-1]}, which gives {score}." if reached else f"stays under {way.at[0][0].text}, which gives {score}."
        )
    if isinstance(way, YesNoScoring):
        return f"{said}: {'holds' if plain == way.yes else 'does not hold'}, which gives {score}."
    if isinstance(way, LevelsScoring):
        levels = pack.fact_of[way.of].levels
        index = int(show(way.of).split()[1]) if show(way.of).startswith("level ") else 0
        sentence = f"Level {index} of {len(levels) - 1}: {levels[index].rstrip('.')}."
        if way.by_stage:
            return f"{sentence} At stage {stage}, level {pack.stage_levels[stage]} earns 100; this gives {score}."
        return f"{sentence} This gives {score}."
    assert isinstance(way, ChoiceScoring)
    return f"{said}, which gives {score}."


def checklist(way: ChecklistScoring, holds: Sequence[bool | None], show: Show, rules: Sequence[Expression]) -> str:
    """What of a list holds, what does not, what is open."""
    parts = {True: "Holds", False: "does not hold", None: "open"}
    said: list[str] = []
    for state, word in parts.items():
        items = [
            f"{item.label or say(rule, show)} ({score_text(item.points)})"
            for item, rule, each in zip(way.items, rules, holds, strict=True)
            if each is state
        ]
        if items:
            said.append(f"{word}: " + "; ".join(items))
    return ". ".join(each[0].upper() + each[1:] for each in said) + "."


def capped(cap: Fraction, grade: int, *, by_item: bool = False) -> str:
    """What weak evidence does to a score."""
    if by_item:
        return f" Items whose evidence is weak ({grade}: {GRADES[grade]}) count only in part until it is stronger."
    return f" Held at {score_text(cap)}, because the weakest evidence has grade {grade} ({GRADES[grade]})."


def unknown(missing: Sequence[str], notes: Sequence[str], most: Fraction, waiting: Sequence[str] = ()) -> str:
    """Why an indicator has no score yet; ``waiting`` says which thresholds nobody has confirmed, where answers are missing too."""
    if missing:
        also = "".join(f" Also, {each}." for each in waiting)
        return f"Not answered: {names(missing)}.{also} An answer with evidence can bring up to {score_text(most)}."
    reason = "; ".join(notes) if notes else "the answers given do not decide it"
    return f"Cannot be computed: {reason}. It can still bring up to {score_text(most)}."


def applies_open(rule: Expression, show: Show) -> str:
    """An indicator of which nobody can say whether it counts."""
    return f" Whether it applies is open: {say(rule, show)}."


def absent_by_rule(rule: Expression, show: Show) -> str:
    """Not applicable by the pack's rule."""
    return f"Does not apply: {say(rule, show)} does not hold."


def absent_by_stage(stage: Stage) -> str:
    """Not asked now."""
    return f"Not asked at stage {stage}."


def absent_by_mark(reason: str) -> str:
    """Not applicable by a person's decision."""
    return f"Marked not applicable: {reason}"


def absent_by_profile(title: str, reason: str) -> str:
    """Not applicable because the product group has no such thing."""
    return f"Does not exist for the product group '{title}': {reason}"


def parent(way: str, counted: int, answered: int, absent: int) -> str:
    """How a heading got its score."""
    word = {"mean": "Weighted mean", "sum": "Sum", "minimum": "Lowest", "product": "Product", "geometric": "Geometric mean"}[way]
    text = f"{word} of {counted} applicable part{'s' if counted != 1 else ''}; {answered} fully answered"
    return text + (f", {absent} not applicable." if absent else ".")


def gate_passes(rule: Expression, show: Show) -> str:
    """A gate that passes."""
    return f"Passes: {say(rule, show)}."


def gate_fails(rule: Expression, show: Show) -> str:
    """A gate that fails."""
    return f"Fails: {say(rule, show)} does not hold."


def gate_open(rule: Expression, show: Show, missing: Sequence[str], notes: Sequence[str]) -> str:
    """A gate on which nobody can say yet."""
    reason = f"not answered: {names(missing)}" if missing else "; ".join(notes) or "the answers given do not decide it"
    return f"Undecided: {reason}. The rule is {say(rule, show)}."


def gate_claimed(rule: Expression, show: Show, grade: int, needed: int) -> str:
    """A gate that would pass if what is claimed were proven."""
    return (
        f"Undecided: {say(rule, show)} holds as stated, but the weakest evidence has grade {grade} ({GRADES[grade]}); "
        f"grade {needed} ({GRADES[needed]}) is needed to pass."
    )


def check_holds(rule: Expression, show: Show) -> str:
    """A check that holds."""
    return f"{say(rule, show)} holds."


def check_broken(rule: Expression, show: Show) -> str:
    """A check that is broken."""
    return f"{say(rule, show)} does not hold."


def check_open(missing: Sequence[str], notes: Sequence[str]) -> str:
    """A check that cannot be made yet."""
    return (
        f"Not answered: {names(missing)}."
        if missing
        else f"Cannot be computed: {'; '.join(notes) or 'the answers given do not decide it'}."
    )
