"""What if an answer were different: the same case with some answers changed, rated beside the original.

Knows how to change a copy and how to line up two results. Must not change the original, nor compute a score itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tenderloop.errors import Problems
from tenderloop.evaluate import evaluate
from tenderloop.pack import Fact
from tenderloop.result import Result
from tenderloop_web.answers import Fault, Page, fact_entries, first_field, read_answer
from tenderloop_web.draft import Draft, Plain
from tenderloop_web.wording import GATE_WORDS, _, change_text, score_text

MOST_CHANGES = 20
DEFAULT_GRADE = 2


@dataclass(frozen=True)
class Moved:
    """One line of the comparison; the texts are what a reader sees."""

    title: str
    before: str
    after: str
    change: str
    node: str = ""


@dataclass(frozen=True)
class Effect:
    """What the changes do under one pack."""

    pack_title: str
    pack: str
    label: str
    before: Result
    after: Result
    totals: tuple[Moved, ...]
    gates: tuple[Moved, ...]
    checks: tuple[Moved, ...]
    nodes: tuple[Moved, ...]

    @property
    def moves(self) -> bool:
        """Whether anything that a reader sees is different."""
        return bool(self.gates or self.checks or self.nodes) or any(line.before != line.after for line in self.totals)

    @property
    def finding(self) -> str:
        """The answer in one sentence."""
        if not self.moves:
            return _(
                "Nothing changes under this pack: the score stays %(score)s, the rating %(rating)s.",
                score=score_text(self.after.score),
                rating=self.after.rating or "–",
            )
        said = _(
            "The score goes from %(before)s to %(after)s (%(change)s), the rating from %(old)s to %(new)s.",
            before=score_text(self.before.score),
            after=score_text(self.after.score),
            change=change_text(self.before.score, self.after.score),
            old=self.before.rating or "–",
            new=self.after.rating or "–",
        )
        if self.gates:
            said += " " + _("Gates that change: %(count)s.", count=len(self.gates))
        return said


def what_if_entries(draft: Draft, fact: Fact) -> dict[str, list[str]]:
    """The fields of a changed fact before it is changed: its answer and the grade of its evidence."""
    held = [grade for each in draft.evidence(fact.id) if isinstance(grade := each.get("grade", 0), int)]
    grade = max(held, default=0) if draft.answer(fact.id) is not None else DEFAULT_GRADE
    return {**fact_entries(draft, fact), f"g.{fact.id}": [str(grade)]}


def changed(draft: Draft, page: Page, facts: list[Fact]) -> tuple[Draft, list[Fault]]:
    """A copy of the draft with the answers of the page; faults name their field."""
    copy = draft.copy()
    faults: list[Fault] = []
    for fact in facts:
        value, found = read_answer(page, fact, draft.currency)
        grade = page.one(f"g.{fact.id}")
        if grade not in ("0", "1", "2", "3", "4"):
            found = [*found, Fault(f"g.{fact.id}", _("Choose how well it would be proven, from 0 to 4."))]
        if found:
            faults += found
            continue
        evidence: list[dict[str, Plain]] = [{"kind": "what-if", "grade": int(grade)}]
        if value == draft.answer(fact.id) and int(grade) == _grade(draft, fact.id):
            evidence = draft.evidence(fact.id)
        copy.set_answer(fact.id, value, evidence)
    if not faults:
        try:
            copy.case()
        except Problems as problems:
            faults += [Fault(first_field(facts[0]) if facts else "", f"{each.message}: {each.hint}") for each in problems.problems]
    return copy, faults


def _grade(draft: Draft, fact: str) -> int:
    return max((grade for each in draft.evidence(fact) if isinstance(grade := each.get("grade", 0), int)), default=0)


def effects(draft: Draft, after: Draft) -> tuple[Effect, ...]:
    """Both rated by every pack, side by side."""
    first, second = draft.case(), after.case()
    found = []
    for pack in draft.packs:
        old, new = evaluate(first, pack), evaluate(second, pack)
        found.append(
            Effect(pack.title, pack.id, pack.label, old, new, _totals(old, new), _gates(old, new), _checks(old, new), _nodes(old, new))
        )
    return tuple(found)


def _totals(old: Result, new: Result) -> tuple[Moved, ...]:
    return (
        _scores(_("Score"), old.score, new.score),
        _scores(_("Highest it can still become"), _high(old), _high(new)),
        Moved(_("Rating"), old.rating or "–", new.rating or "–", _("no change") if old.rating == new.rating else _("changes")),
        Moved(
            _("Answered"),
            f"{score_text(old.coverage * 100)} %",
            f"{score_text(new.coverage * 100)} %",
            change_text(old.coverage * 100, new.coverage * 100),
        ),
    )


def _high(result: Result) -> Fraction | None:
    return None if result.range is None else result.range.high


def _scores(title: str, before: Fraction | None, after: Fraction | None, node: str = "") -> Moved:
    return Moved(title, score_text(before), score_text(after), change_text(before, after), node)


def _gates(old: Result, new: Result) -> tuple[Moved, ...]:
    later = {gate.id: gate for gate in new.gates}
    return tuple(
        Moved(gate.title, GATE_WORDS[gate.status], GATE_WORDS[later[gate.id].status], later[gate.id].because, gate.id)
        for gate in old.gates
        if later[gate.id].status != gate.status
    )


def _checks(old: Result, new: Result) -> tuple[Moved, ...]:
    later = {check.id: check for check in new.checks}
    return tuple(
        Moved(
            check.title,
            check.status,
            later[check.id].status,
            later[check.id].message if later[check.id].status == "broken" else "",
            check.id,
        )
        for check in old.checks
        if later[check.id].status != check.status
    )


def _nodes(old: Result, new: Result) -> tuple[Moved, ...]:
    return tuple(
        _scores(node.title, node.score, new.node_of[node.id].score, node.id)
        for node in old.indicators
        if node.score != new.node_of[node.id].score or node.status != new.node_of[node.id].status
    )
