"""What a published infrastructure or PPP project says: need, measures, benefits, money, people, contracts; each with its place.

Knows the shape of a project record. Must not know a file format, a pack or what a word means.
What is not stated is absent (an empty text, an empty tuple, ``None``): absence is never "no".
"""

from __future__ import annotations

import msgspec

from tenderloop.errors import Problem
from tenderloop.notice import Amount, Code, Figure, Party, Text


class Period(msgspec.Struct, frozen=True, gc=False):
    """When a stage of the project runs; dates as published, ``days`` only if stated."""

    name: str
    start: str
    end: str
    days: Figure | None
    where: str


class Finance(msgspec.Struct, frozen=True, gc=False):
    """One source of money. ``type`` (loan, grant …) and ``asset_class`` (debt, equity) as published; ``None`` is not stated."""

    type: str
    asset_class: tuple[str, ...]
    party: str
    value: Amount | None
    concessional: bool | None
    results_based: bool | None
    where: str


class Measure(msgspec.Struct, frozen=True, gc=False):
    """One measure that the project declares. ``group`` is climate, environmental, conservation or social; ``types`` the codes."""

    group: str
    types: tuple[str, ...]
    description: str
    where: str


class Benefit(msgspec.Struct, frozen=True, gc=False):
    """Who gains what; ``people`` is the number stated for each group of beneficiaries."""

    title: str
    description: str
    beneficiaries: tuple[str, ...]
    people: tuple[Figure, ...]
    where: str


class Meeting(msgspec.Struct, frozen=True, gc=False):
    """A meeting with the people concerned (consultation) or with lobbyists."""

    kind: str
    date: str
    participants: Figure | None
    where: str


class Cost(msgspec.Struct, frozen=True, gc=False):
    """A cost over the life of the asset.

    ``category`` is acquisition, construction, renewal, operation, maintenance, endOfLife, or lifeCycle for the whole.
    """

    category: str
    value: Amount
    where: str


class Metric(msgspec.Struct, frozen=True, gc=False):
    """A forecast or measured value over time. ``kind`` is forecast or metric."""

    kind: str
    id: str
    title: str
    observations: tuple[Figure, ...]
    where: str


class Flag(msgspec.Struct, frozen=True, gc=False):
    """A yes or no that the project states, such as ``environment.hasImpactAssessment``."""

    name: str
    value: bool
    where: str


class Process(msgspec.Struct, frozen=True, gc=False):
    """One contracting process: what it is for, how it was bought, what was agreed and what it came to."""

    id: str
    ocid: str
    nature: tuple[str, ...]
    title: str
    status: str
    method: str
    tenderers: int
    suppliers: tuple[str, ...]
    contract_value: Amount | None
    final_value: Amount | None
    modifications: int
    sustainability: tuple[str, ...]
    labour_budget: Amount | None
    labour_obligations: tuple[str, ...]
    where: str


class Project(msgspec.Struct, frozen=True, gc=False):
    """One project record. ``texts`` have the roles of notices (title, description, need, sustainability, document, clause).

    ``codes`` hold sector, environmental goals and categories, policies, document types; ``flags`` what is said with yes or no.
    """

    format: str
    version: str
    id: str
    where: str = ""
    updated: str = ""
    status: str = ""
    type: str = ""
    sectors: tuple[str, ...] = ()
    texts: tuple[Text, ...] = ()
    codes: tuple[Code, ...] = ()
    flags: tuple[Flag, ...] = ()
    periods: tuple[Period, ...] = ()
    budget: Amount | None = None
    finance: tuple[Finance, ...] = ()
    measures: tuple[Measure, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    amounts: tuple[Figure, ...] = ()
    costs: tuple[Cost, ...] = ()
    metrics: tuple[Metric, ...] = ()
    processes: tuple[Process, ...] = ()
    parties: tuple[Party, ...] = ()
    final_value: Amount | None = None
    problems: tuple[Problem, ...] = ()

    def coded(self, list_name: str) -> tuple[str, ...]:
        """The values found of one code list, each once, in order of appearance.

        >>> Project("oc4ids", "0.9", "p", codes=(Code("policy", "SDG", "/policyAlignment/policies/0"),)).coded("policy")
        ('SDG',)
        """
        return tuple(dict.fromkeys(code.value for code in self.codes if code.list == list_name))

    def flag(self, name: str) -> bool | None:
        """A stated yes or no; ``None`` when the project does not say.

        >>> Project("oc4ids", "0.9", "p").flag("environment.inProtectedArea") is None
        True
        """
        return next((flag.value for flag in self.flags if flag.name == name), None)
