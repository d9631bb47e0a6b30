"""What the sponsor still has to answer: each open fact once, with who waits for it and what an answer could bring.

Knows which facts are open and who reads them. Must not compute a gain: gains come from the steps of ``improve``.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tenderloop.report.answers import fact_line
from tenderloop.report.model import FactLine, OpenQuestion, PackPart, QuestionGroup, Waiting
from tenderloop.report.wording import Words

ZERO = Fraction(0)
CONFIRM = "Thresholds for the buyer to confirm: they decide nothing until then"
FURTHER = "Further thresholds of the product group, for specifications and clauses"


def question_groups(parts: Sequence[PackPart], words: Words) -> tuple[QuestionGroup, ...]:
    """Open questions: first those that decide gates, then by outcome with the greatest gain first, last those only checks ask for.

    A fact that several packs ask for stands once and names everyone who waits for it.
    """
    waiting: dict[str, list[Waiting]] = {}
    home: dict[str, str] = {}
    for part in parts:
        _of_part(part, waiting, home, len(parts) > 1)
    facts = {fact.id: (part, fact) for part in reversed(parts) for fact in part.result.facts}
    grouped: dict[str, list[OpenQuestion]] = {}
    for name, waits in waiting.items():
        part, fact = facts[name]
        if any(wait.kind == "gate" for wait in waits):
            title = words("Needed to decide gates")
        else:
            title = home.get(name, words("Asked for by consistency checks only"))
        question = OpenQuestion(fact_line(part.result, fact), fact.asked_in, tuple(waits), _gain(waits))
        grouped.setdefault(title, []).append(question)
    for name, question in _thresholds(parts, words):
        grouped.setdefault(name, []).append(question)
    order = [
        words("Needed to decide gates"),
        words(CONFIRM),
        *dict.fromkeys(home.values()),
        words("Asked for by consistency checks only"),
        words(FURTHER),
    ]
    return tuple(
        QuestionGroup(title, tuple(sorted(grouped[title], key=lambda question: -question.gain))) for title in order if title in grouped
    )


def _thresholds(parts: Sequence[PackPart], words: Words) -> list[tuple[str, OpenQuestion]]:
    """What the buyer still has to confirm: first what would decide an indicator or gate, last what only clauses name."""
    found: list[tuple[str, OpenQuestion]] = []
    last: dict[str, str] = {}
    for part in parts:
        titles = {gate.id: (gate.title, "gate") for gate in part.result.gates}
        for note in part.result.unconfirmed:
            waits = tuple(
                Waiting(part.pack, each, titles[each][0], "gate", None)
                if each in titles
                else Waiting(part.pack, each, part.result.node_of[each].title, "indicator", None)
                for each in note.waiting
            )
            kind = " ".join(each for each in (note.country, note.level, note.type) if each)
            said = f"{note.title or note.id}" + (f" ({kind})" if kind else "") + f": {note.printed or words('no value is printed')}"
            question = words("Which value does the buyer choose?") if note.open else words("Is this value right?") if waits else ""
            line = FactLine(note.id, f"{said}. {question}".strip(), "", False, None, ())
            group = words(CONFIRM if waits else FURTHER)
            # a product group has one long source; its title stands in the first row
            source = words("same source") if last.get(group) == note.source.title else note.source.title
            last[group] = note.source.title
            where = ", ".join(each for each in (source, note.source.where, note.source.status) if each)
            found.append((group, OpenQuestion(line, where, waits, ZERO)))
    return found


def _gain(waits: Sequence[Waiting]) -> Fraction:
    return max((wait.gain for wait in waits if wait.gain is not None), default=ZERO)


def _of_part(part: PackPart, waiting: dict[str, list[Waiting]], home: dict[str, str], several: bool) -> None:
    def wait(name: str, who: Waiting) -> None:
        waiting.setdefault(name, []).append(who)

    for gate in part.gates:
        if gate.gate.status == "undecided":
            for name in gate.gate.missing:
                wait(name, Waiting(part.pack, gate.gate.id, gate.gate.title, "gate", None))
    for outcome in part.outcomes:
        title = f"{part.pack.title}: {outcome.node.title}" if several else outcome.node.title
        for criterion in outcome.criteria:
            for item in criterion.indicators:
                for name in item.node.missing:
                    home.setdefault(name, title)
                    wait(name, Waiting(part.pack, item.node.id, item.node.title, "indicator", item.gain))
    for check in part.checks_unknown:
        for name in check.check.facts:
            fact = part.result.fact_of.get(name)
            if fact is not None and not fact.known:
                wait(name, Waiting(part.pack, check.check.id, check.check.title, "check", None))
