"""Which question stands on which page: a section for each outcome, its questions grouped by criterion, each fact asked once.

Knows the layout of the questionnaire (the workbook has the same). Must not know answers, fields or requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from tenderloop.pack import Fact, Gate, Indicator, Pack, Stage
from tenderloop.readers.cases import declared_facts
from tenderloop.readers.faults import Faults
from tenderloop.readers.questionnaire import layout
from tenderloop_web.catalogue import packs_named, readers_of
from tenderloop_web.draft import Draft
from tenderloop_web.wording import _


@dataclass(frozen=True)
class Use:
    """Who reads a fact, for a link to its page."""

    pack: str
    node: str
    title: str


@dataclass(frozen=True)
class Question:
    """A fact as it is asked, and the indicators and gates that read it."""

    fact: Fact
    uses: tuple[Use, ...]


@dataclass
class Group:
    """Questions under one heading, and the indicators there that a person may mark not applicable."""

    title: str
    questions: list[Question] = field(default_factory=list)
    absent: list[Indicator] = field(default_factory=list)


@dataclass
class Section:
    """One page of the questionnaire."""

    id: str
    title: str
    pack_title: str
    label: str
    groups: list[Group] = field(default_factory=list)

    @property
    def questions(self) -> list[Question]:
        """All questions of the page in order."""
        return [question for group in self.groups for question in group.questions]

    @property
    def absent(self) -> list[Indicator]:
        """All indicators of the page that may be marked not applicable."""
        return [indicator for group in self.groups for indicator in group.absent]

    def holds(self, fact: str) -> bool:
        """Whether the fact is asked here."""
        return any(question.fact.id == fact for question in self.questions)


def sections(draft: Draft) -> tuple[Section, ...]:
    """The pages for the draft's packs and stage; a fact that is answered is shown even where its stage would not ask it."""
    answered = tuple(sorted(draft.part("facts")))
    marked = tuple(sorted(draft.part("not_applicable")))
    return _sections(draft.pack_names, draft.stage, answered, marked)


@lru_cache(maxsize=64)
def _sections(names: tuple[str, ...], stage: Stage | None, answered: tuple[str, ...], marked: tuple[str, ...]) -> tuple[Section, ...]:
    packs = packs_named(names)
    titles = {f"{outcome.title} ({pack.title})": (outcome.title, pack) for pack in packs for outcome in pack.outcomes}
    facts = facts_of(names)
    found: list[Section] = []
    placed: set[str] = set()
    for number, sheet in enumerate(layout(packs, stage, answered), 1):
        title, pack = titles.get(sheet.heading, (_("Gates, checks and computed values"), None))
        section = Section(f"s{number}", title, pack.title if pack else "", sheet.label if pack else "")
        groups: dict[str, Group] = {}
        for asked in sheet.questions:
            name = asked.fact.id
            heading = _criterion(pack, name, title) if pack else _gate(packs, name)
            group = groups.setdefault(heading, Group(heading))
            group.questions.append(Question(facts.get(name, asked.fact), _uses(packs, name)))
        if pack is not None:
            _absent(pack, title, stage, marked, groups, placed)
        section.groups = list(groups.values())
        found.append(section)
    return tuple(found)


def _criterion(pack: Pack, fact: str, outcome_title: str) -> str:
    for outcome, criterion in pack.criteria():
        if outcome.title == outcome_title:
            for indicator in pack.indicators_of.get(criterion.id, ()):
                if fact in indicator.facts:
                    return criterion.title
    return _("When questions apply")


def _gate(packs: Sequence[Pack], fact: str) -> str:
    for pack in packs:
        for gate in pack.gates:
            if fact in gate.facts:
                return _("Gate: %(title)s", title=gate.title)
    return _("Checks and computed values")


def _uses(packs: Sequence[Pack], fact: str) -> tuple[Use, ...]:
    return tuple(Use(pack.id, item.id, item.title) for pack in packs for item in readers_of(pack, fact))


def _absent(pack: Pack, outcome_title: str, stage: Stage | None, marked: Sequence[str], groups: dict[str, Group], placed: set[str]) -> None:
    for outcome, criterion in pack.criteria():
        if outcome.title != outcome_title:
            continue
        for indicator in pack.indicators_of.get(criterion.id, ()):
            asked = stage is None or stage in pack.stages_of(indicator) or indicator.id in marked
            if indicator.na != "never" and asked and indicator.id not in placed:
                placed.add(indicator.id)
                groups.setdefault(criterion.title, Group(criterion.title)).absent.append(indicator)


@lru_cache(maxsize=64)
def facts_of(names: tuple[str, ...]) -> dict[str, Fact]:
    """Every fact of the packs by id; where two packs bound a number, both bounds hold."""
    return declared_facts(packs_named(names), Faults().at())


def section_of(found: Sequence[Section], fact: str) -> Section | None:
    """The page on which a fact is asked."""
    return next((section for section in found if section.holds(fact)), None)


def gate_named(packs: Sequence[Pack], name: str) -> Gate | None:
    """The gate of that id in one of the packs."""
    return next((gate for pack in packs for gate in pack.gates if gate.id == name), None)
