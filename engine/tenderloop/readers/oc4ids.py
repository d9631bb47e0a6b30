"""OC4IDS 0.9: infrastructure projects, each as a ``Project``.

Knows where things stand in a project and what a package holds. Must not know files, packs or other formats.
Source: open-contracting/infrastructure 0.9.5, ``schema/project-level/``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from tenderloop.notice import Amount, Code, Figure, Party, Text
from tenderloop.project import Benefit, Cost, Finance, Flag, Measure, Meeting, Metric, Period, Process, Project
from tenderloop.readers.loose_json import Notes, View
from tenderloop.readers.ocds_words import STRATEGIES, classification, spelt, texts

CODES: dict[str, str] = {
    "missing-project-id": "a project has no id",
    "not-a-project": "an entry of a package is no project",
}

STATUSES: Final = (
    "identification",
    "preparation",
    "implementation",
    "completion",
    "maintenance",
    "decommissioning",
    "decommissioned",
    "cancelled",
)
TYPES: Final = ("construction", "rehabilitation", "replacement", "expansion", "decommissioning")
_PERIODS: Final = (
    "period",
    "assetLifetime",
    "identificationPeriod",
    "preparationPeriod",
    "implementationPeriod",
    "completionPeriod",
    "maintenancePeriod",
    "decommissioningPeriod",
)
_MEASURES: Final = (("climateMeasures", "climate"), ("environmentalMeasures", "environmental"), ("conservationMeasures", "conservation"))
_FLAGS: Final = (("environment", "hasImpactAssessment"), ("environment", "inProtectedArea"), ("social", "inIndigenousLand"))


class Part(NamedTuple):
    """One project of a document: its object, its pointer and the version that the package declares."""

    value: dict[str, Any]
    where: str
    version: str


def parts(value: Any, notes: Notes, where: str = "", version: str = "") -> Iterator[Part]:
    """Every project of a package, a list or a single one, in order.

    >>> [part.where for part in parts({"version": "0.9", "projects": [{"id": "a"}]}, Notes())]
    ['/projects/0']
    """
    if isinstance(value, list):
        for at, each in enumerate(value):
            if isinstance(each, dict):
                yield from parts(each, notes, f"{where}/{at}", version)
            else:
                notes.add("not-a-project", "an entry is no object and so no project", f"{where}/{at}", "write {…}")
    elif isinstance(value, dict):
        declared = value.get("version")
        version = declared if isinstance(declared, str) and len(declared) < 20 else version
        held = value.get("projects")
        if isinstance(held, dict):
            held = list(held.values()) if all(isinstance(each, dict) for each in held.values()) else [held]
            notes.add("object-for-list", "projects is an object where a list belongs", f"{where}/projects", "write […]")
        if isinstance(held, list):
            yield from parts(held, notes, f"{where}/projects", version)
        else:
            yield Part(value, where, version)


def read_oc4ids(document: dict[str, Any], file: str = "", where: str = "", *, version: str = "", line: int | None = None) -> Project:
    """One project; every place is a JSON pointer into the document that holds it. What is wrong is in ``problems``; nothing raises.

    >>> document = {"id": "oc4ids-1", "title": "Digester", "environment": {"environmentalMeasures": [{"type": "wasteManagement"}]}}
    >>> project = read_oc4ids(document)
    >>> project.measures[0].group, project.measures[0].types, project.measures[0].where
    ('environmental', ('wasteManagement',), '/environment/environmentalMeasures/0')
    """
    notes = Notes(file, line)
    project = View(document, where, notes)
    name = project.words("id")
    if not name:
        notes.add("missing-project-id", "the project has no id", where, "write id")
    environment, social = project.object("environment"), project.object("social")
    budget, completion = project.object("budget"), project.object("completion")
    said, codes = _said(project, environment, completion)
    metrics = [_metric(one, "forecast") for one in project.each("forecasts")] + [_metric(one, "metric") for one in project.each("metrics")]
    flags = []
    for holder, key in _FLAGS:
        view = environment if holder == "environment" else social
        value = view.flag(key)
        if value is not None:
            flags.append(Flag(f"{holder}.{key}", value, view.place(key)))
    amounts = []
    for view, key, label in (
        (environment, "abatementCost", "environment.abatementCost"),
        (social, "landCompensationBudget", "social.landCompensationBudget"),
    ):
        if key in view and (money := view.amount(key)):
            amounts.append(Figure(label, money.value, money.currency, money.where))
    return Project(
        format="oc4ids",
        version=version,
        id=name,
        where=where,
        updated=project.date("updated"),
        status=spelt(project, project.words("status"), project.place("status"), STATUSES),
        type=spelt(project, project.words("type"), project.place("type"), TYPES),
        sectors=tuple(word for word, _ in project.several("sector")),
        texts=tuple(said),
        codes=tuple(codes),
        flags=tuple(flags),
        periods=tuple(_period(project, key) for key in _PERIODS if isinstance(project.value.get(key), dict)),
        budget=budget.amount("amount"),
        finance=tuple(_finance(one) for one in budget.each("finance")),
        measures=tuple(_measures(environment, social)),
        benefits=tuple(_benefit(one) for one in project.each("benefits")),
        meetings=tuple(
            [_meeting(one, "consultation") for one in social.each("consultationMeetings")]
            + [_meeting(one, "lobbying") for one in project.each("lobbyingMeetings")]
        ),
        amounts=tuple(amounts),
        costs=tuple(_costs(project)),
        metrics=tuple(metrics),
        processes=tuple(_process(one) for one in project.each("contractingProcesses")),
        parties=tuple(_parties(project)),
        final_value=completion.amount("finalValue"),
        problems=tuple(notes.problems),
    )


def _said(project: View, environment: View, completion: View) -> tuple[list[Text], list[Code]]:
    said = texts(project, "title", "title") + texts(project, "description", "description") + texts(project, "purpose", "need")
    policy = project.object("policyAlignment")
    said += texts(policy, "description", "sustainability")
    for key in ("endDateDetails", "finalScope", "finalScopeDetails", "finalValueDetails"):
        said += texts(completion, key, "note")
    codes = [Code("sector", word, place) for word, place in project.several("sector")]
    codes += [Code("policy", word, place) for word, place in policy.several("policies")]
    codes += [Code("environmentGoal", word, place) for word, place in environment.several("goals")]
    codes += [Code("climateOversightType", word, place) for word, place in environment.several("climateOversightTypes")]
    for one in environment.each("impactCategories") + project.each("additionalClassifications"):
        if mark := classification(one):
            codes.append(mark)
    for one in project.each("documents"):
        said += texts(one, "title", "document") + texts(one, "description", "document")
        if "documentType" in one:
            codes.append(Code("documentType", one.words("documentType"), one.place("documentType")))
    for process in project.each("contractingProcesses"):
        summary = process.object("summary")
        said += texts(summary, "title", "title") + texts(summary, "description", "description")
        obligations = summary.object("social").object("laborObligations")
        said += texts(obligations, "description", "clause")
        codes += [Code("laborObligation", word, place) for word, place in obligations.several("obligations")]
    return said, codes


def _period(project: View, key: str) -> Period:
    one = project.object(key)
    days = one.number("durationInDays")
    return Period(
        key,
        one.date("startDate"),
        one.date("endDate"),
        Figure("durationInDays", days, "day", one.place("durationInDays")) if days is not None else None,
        one.where,
    )


def _finance(one: View) -> Finance:
    party = one.object("financingParty")
    return Finance(
        type=one.words("type"),
        asset_class=tuple(word for word, _ in one.several("assetClass")),
        party=party.words("name") or party.words("id") or one.words("source"),
        value=one.amount("value"),
        concessional=one.flag("concessional"),
        results_based=one.flag("resultsBased"),
        where=one.where,
    )


def _measures(environment: View, social: View) -> Iterator[Measure]:
    for key, group in _MEASURES:
        for one in environment.each(key):
            held = one.value.get("type")
            types = tuple(word for word, _ in one.several("type")) if isinstance(held, list) else tuple(filter(None, [one.words("type")]))
            yield Measure(group, types, one.words("description"), one.where)
    tests = social.object("healthAndSafety").object("materialTests")
    if tests:
        yield Measure("social", tuple(word for word, _ in tests.several("tests")), tests.words("description"), tests.where)


def _benefit(one: View) -> Benefit:
    groups = one.each("beneficiaries")
    people = []
    for each in groups:
        count = each.number("numberOfPeople")
        if count is not None:
            people.append(Figure(each.words("description"), count, "person", each.place("numberOfPeople")))
    described = tuple(words for each in groups if (words := each.words("description")))
    return Benefit(one.words("title"), one.words("description"), described, tuple(people), one.where)


def _meeting(one: View, kind: str) -> Meeting:
    count = one.number("numberOfParticipants")
    figure = Figure("participants", count, "person", one.place("numberOfParticipants")) if count is not None else None
    return Meeting(kind, one.date("date"), figure, one.where)


def _costs(project: View) -> Iterator[Cost]:
    for one in project.each("costMeasurements"):
        whole = one.object("lifeCycleCosting").amount("value")
        if whole:
            yield Cost("lifeCycle", whole, whole.where)
        for group in one.each("costGroups"):
            for each in group.each("costs"):
                value: Amount | None = each.amount("value")
                if value:
                    yield Cost(group.words("category"), value, value.where)


def _metric(one: View, kind: str) -> Metric:
    found = []
    for each in one.each("observations"):
        unit = each.object("unit").words("name") if isinstance(each.value.get("unit"), dict) else ""
        if isinstance(each.value.get("value"), dict):
            if money := each.amount("value"):
                found.append(Figure(each.object("period").date("endDate"), money.value, money.currency, money.where))
        elif (number := each.number("measure", text_is_fine=True)) is not None:
            found.append(Figure(each.object("period").date("endDate"), number, unit, each.place("measure")))
    return Metric(kind, one.words("id"), one.words("title"), tuple(found), one.where)


def _process(one: View) -> Process:
    summary = one.object("summary")
    tender, social = summary.object("tender"), summary.object("social")
    strategies = [
        spelt(each, word, place, STRATEGIES, quiet=True)
        for each in tender.each("sustainability")
        for word, place in each.several("strategies")
    ]
    return Process(
        id=one.words("id"),
        ocid=summary.words("ocid") or one.words("id"),
        nature=tuple(word for word, _ in summary.several("nature")),
        title=summary.words("title"),
        status=summary.words("status"),
        method=tender.words("procurementMethod"),
        tenderers=len(tender.each("tenderers")),
        suppliers=tuple(name for each in summary.each("suppliers") if (name := each.words("name") or each.words("id"))),
        contract_value=summary.amount("contractValue"),
        final_value=summary.amount("finalValue"),
        modifications=len(summary.each("modifications")),
        sustainability=tuple(dict.fromkeys(strategies)),
        labour_budget=social.amount("laborBudget"),
        labour_obligations=tuple(word for word, _ in social.object("laborObligations").several("obligations")),
        where=one.where,
    )


def _parties(project: View) -> Iterator[Party]:
    for one in project.each("parties"):
        name = one.words("id") or one.words("name")
        if name:
            address = one.object("address")
            country = address.words("countryName") or address.words("country")
            yield Party(name, one.words("name"), tuple(word for word, _ in one.several("roles")), one.where, country)
