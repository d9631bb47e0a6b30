"""OCDS 1.0 and 1.1: packages, records and releases as publishers write them, each release as a ``Notice``.

Knows where things stand in a release and what a package holds. Must not know files, packs or other formats.

Codes of a notice from OCDS, by list: ``cpv`` and other schemes of items; ``awardCriteria``, ``tenderStatus``, ``sustainabilityGoal``,
``sustainabilityStrategy``, ``hasSustainability``, ``selectionCriterionType``, ``criterion``, ``documentType``, ``coveredBy``,
``riskAllocation``, ``legal-basis``; and, translated to the eForms list of the same meaning, ``permission`` (variants), ``sme-suitable``,
``reserved-procurement``, ``framework-agreement`` (only ``none``).
Source: open-contracting/standard 1.1.5, ``schema/release-schema.json``; eForms profile for the translations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from tenderloop.errors import Problem
from tenderloop.notice import Code, Duration, Lot, Notice, Outcome, Party, Stage, Statistic, Text
from tenderloop.readers import ocds_extensions as extensions
from tenderloop.readers.loose_json import Notes, Source, View, escaped
from tenderloop.readers.ocds_merging import compiled, latest
from tenderloop.readers.ocds_words import (
    AWARD_CRITERIA,
    AWARD_STATUSES,
    CATEGORIES,
    METHODS,
    TAGS,
    TENDER_STATUSES,
    classification,
    normalised,
    spelt,
    texts,
)

CODES: dict[str, str] = {
    "missing-ocid": "a release has no ocid",
    "bad-cpv": "a CPV code is not eight digits",
    "bad-duration": "a duration is not above 0",
    "negative-amount": "an amount is below 0",
    "repeated-lot": "two lots have the same id",
    "not-a-release": "an entry of a package is no release or record",
}

_PERMISSION: Final = {"allowed": "allowed", "notAllowed": "not-allowed", "required": "required"}
_RESERVED: Final = {"shelteredWorkshop": "res-ws", "publicServiceMission": "res-pub-ser"}


class Part(NamedTuple):
    """One release or record of a document: its object, its pointer, the version of the package and what merged objects come from."""

    value: dict[str, Any]
    where: str
    version: str
    sources: tuple[Source, ...] = ()


def parts(value: Any, notes: Notes, where: str = "", version: str = "") -> Iterator[Part]:
    """Every release or record of a package, list, record or release, in order; records as one compiled release each.

    Entries that are none are noted. A record of links alone gives a part with its ocid and nothing else.

    >>> package = {"version": "1.1", "records": [{"ocid": "ocds-1", "compiledRelease": {"ocid": "ocds-1", "tag": ["compiled"]}}]}
    >>> [part.where for part in parts(package, Notes())]
    ['/records/0/compiledRelease']
    """
    if isinstance(value, list):
        for at, each in enumerate(value):
            yield from parts(each, notes, f"{where}/{at}", version)
        return
    if not isinstance(value, dict):
        notes.add("not-a-release", "an entry is no object and so no release", where, "write {…}")
        return
    declared = value.get("version")
    version = declared if isinstance(declared, str) and len(declared) < 20 else version
    for key in ("records", "releases"):
        held = value.get(key)
        # a record has its own releases; a package has no ocid and no compiled release
        if key == "releases" and ("ocid" in value or "compiledRelease" in value or "versionedRelease" in value):
            continue
        if isinstance(held, dict):
            notes.add("object-for-list", f"{key} is one object where a list belongs", f"{where}/{key}", "write […]")
            yield from parts(held, notes, f"{where}/{key}", version)
            return
        if isinstance(held, list):
            yield from parts(held, notes, f"{where}/{key}", version)
            return
    if "compiledRelease" in value or "versionedRelease" in value or isinstance(value.get("releases"), list):
        yield _record(value, notes, where, version)
        return
    yield Part(value, where, version)


def _record(value: dict[str, Any], notes: Notes, where: str, version: str) -> Part:
    known = value.get("compiledRelease")
    if isinstance(known, dict) and known:
        return Part(known, f"{where}/compiledRelease", version)
    held = value.get("releases")
    merged, sources = compiled(held if isinstance(held, list) else [], f"{where}/releases", notes)
    if merged:
        return Part(merged, sources[0][0] if sources else _only(held, merged, f"{where}/releases"), version, sources)
    versioned = value.get("versionedRelease")
    if isinstance(versioned, dict) and versioned:
        notes.add("versions-only", "the record holds only values over time; the last of each was read", f"{where}/versionedRelease")
        return Part(latest(versioned), f"{where}/versionedRelease", version)
    notes.add("linked-releases", "the record only links to its releases; nothing else can be read", where, "fetch the releases it links to")
    return Part({"ocid": value.get("ocid")}, where, version)


def _only(held: Any, merged: dict[str, Any], where: str) -> str:
    return next((f"{where}/{at}" for at, each in enumerate(held) if each is merged), where)


def read_ocds(
    document: dict[str, Any],
    file: str = "",
    where: str = "",
    *,
    version: str = "",
    line: int | None = None,
    sources: Sequence[Source] = (),
    already: Sequence[Problem] = (),
) -> Notice:
    """One release or compiled record as a notice; every place is a JSON pointer into the document that holds it.

    What is wrong is in ``problems``; nothing raises. ``sources`` are as in ``Part``; ``already`` are problems
    found before.

    >>> release = {"ocid": "ocds-1", "id": "r", "tag": ["tender"], "tender": {"title": "Chairs", "procurementMethod": "Open"}}
    >>> notice = read_ocds(release, "release.json")
    >>> notice.stage, notice.texts[0].value, notice.method, notice.problems[0].code
    ('tender', 'Chairs', 'open', 'misspelt-code')
    """
    notes = Notes(file, line)
    notes.problems += already
    release = View(document, where, notes, sources)
    tender, planning = release.object("tender"), release.object("planning")
    language = _language(release.words("language"))
    ocid = release.words("ocid")
    if not ocid:
        notes.add("missing-ocid", "the release has no ocid, which joins the releases of one procedure", where, "write ocid")
    said: list[Text] = []
    codes: list[Code] = []
    _planning(planning, language, said, codes)
    lots = _lots(tender, language)
    _tender(tender, language, said, codes, {lot.id for lot in lots})
    said_after, outcomes = _awards_and_contracts(release, language, codes)
    said += said_after
    criteria, weighing = extensions.award_criteria(tender, "", language)
    said += weighing
    offers, statistics = extensions.bids(release)
    count = tender.number("numberOfTenderers")
    if count is not None:
        statistics.append(Statistic("numberOfTenderers", count, tender.place("numberOfTenderers")))
    parties = _parties(release, tender)
    tags = _tags(release)
    buyers = [party for party in parties if "buyer" in party.roles or "procuringEntity" in party.roles]
    return Notice(
        format="ocds",
        version=version or release.words("version"),
        id=release.words("id") or ocid,
        procedure=ocid,
        stage=_stage(tags, release),
        where=where,
        subtype=" ".join(tags),
        date=release.date("date"),
        languages=(language,) if language else (),
        country=next((party.country for party in buyers if party.country), ""),
        method=normalised(tender, "procurementMethod", METHODS),
        nature=normalised(tender, "mainProcurementCategory", CATEGORIES),
        texts=tuple(said),
        codes=tuple(codes),
        value=tender.amount("value"),
        lots=tuple(lots),
        parties=tuple(parties),
        bids=tuple(offers),
        outcomes=tuple(outcomes),
        statistics=tuple(statistics),
        problems=tuple(notes.problems),
        criteria=tuple(criteria),
    )


_LANGUAGE: Final = re.compile(r"([A-Za-z]{2})(?:[-_].*)?")
_LANGUAGES: Final = {"english": "en", "french": "fr", "spanish": "es", "eng": "en", "fra": "fr", "spa": "es"}


def _language(word: str) -> str:
    """A two-letter code of what publishers write; what is not known is not stated."""
    found = _LANGUAGE.fullmatch(word)
    return found[1].lower() if found else _LANGUAGES.get(word.lower(), "")


def _tags(release: View) -> list[str]:
    found = release.several("tag") if "tag" in release else []
    return [spelt(release, word, place, TAGS) for word, place in found]


def _stage(tags: Sequence[str], release: View) -> Stage:
    """The furthest that the tags say; of a compiled release, or without tags, the furthest section that is there."""
    named = " ".join(tags)
    if tags and "compiled" not in tags:
        for word, stage in (("implementation", "contract"), ("contract", "contract"), ("award", "award"), ("tender", "tender")):
            if word in named:
                if stage == "tender" and all(tag in ("tenderAmendment", "tenderUpdate", "tenderCancellation") for tag in tags):
                    return "change"
                return stage  # type: ignore[return-value]
        if "planning" in named:
            return "planning"
    for key, stage in (("contracts", "contract"), ("awards", "award"), ("tender", "tender"), ("planning", "planning")):
        if release.value.get(key):
            return stage  # type: ignore[return-value]
    return ""


def _planning(planning: View, language: str, said: list[Text], codes: list[Code]) -> None:
    if not planning:
        return
    said += texts(planning, "rationale", "need", language)
    budget = planning.object("budget")
    said += texts(budget, "description", "note", language)
    if isinstance(budget.value.get("project"), str):
        said += texts(budget, "project", "need", language)
    project = planning.object("project")
    said += texts(project, "title", "need", language) + texts(project, "description", "need", language)
    said += extensions.metrics(planning, "forecasts", "need", language)
    _documents(planning, language, said, codes)


def _documents(holder: View, language: str, said: list[Text], codes: list[Code]) -> None:
    """Titles and descriptions of documents; the documents themselves are not fetched."""
    for one in holder.each("documents"):
        own = _language(one.words("language")) or language
        lot = next(iter(extensions.related_lots(one)), "")
        said += texts(one, "title", "document", own, lot) + texts(one, "description", "document", own, lot)
        if "documentType" in one:
            codes.append(Code("documentType", one.words("documentType"), one.place("documentType"), lot))


def _tender(tender: View, language: str, said: list[Text], codes: list[Code], lots: set[str]) -> None:
    if not tender:
        return
    if "classification" in tender and (main := classification(tender.object("classification"))):
        codes.append(main)
    said += texts(tender, "title", "title", language) + texts(tender, "description", "description", language)
    for key in ("procurementMethodDetails", "procurementMethodRationale", "submissionMethodDetails", "additionalInformation"):
        said += texts(tender, key, "note", language)
    said += texts(tender, "awardCriteriaDetails", "award", language) + texts(tender, "eligibilityCriteria", "selection", language)
    if isinstance(tender.value.get("awardCriteria"), str):
        code = normalised(tender, "awardCriteria", AWARD_CRITERIA)
        if code:
            codes.append(Code("awardCriteria", code, tender.place("awardCriteria")))
            if code not in AWARD_CRITERIA:
                # words of the publisher in the place of a code say how is chosen
                said.append(Text(code, "award", tender.place("awardCriteria"), language))
    if "status" in tender:
        codes.append(Code("tenderStatus", normalised(tender, "status", TENDER_STATUSES), tender.place("status")))
    items_said, items_codes = items(tender, language, lots)
    said += items_said
    codes += items_codes
    more_said, more_codes = extensions.requirements(tender.each("criteria"), language)
    said += more_said
    codes += more_codes
    shared_said, shared_codes = _terms(tender, "", language)
    said += shared_said
    codes += shared_codes
    basis = tender.object("legalBasis") if isinstance(tender.value.get("legalBasis"), dict) else View({}, "", tender.notes)
    if basis.words("id"):
        codes.append(Code("legal-basis", basis.words("id"), basis.place("id")))
    said += extensions.metrics(tender, "targets", "need", language)
    period = tender.object("tenderPeriod") if isinstance(tender.value.get("tenderPeriod"), dict) else View({}, "", tender.notes)
    for key in ("startDate", "endDate"):
        period.date(key)  # no part of a notice; read so that a date in words is known
    for one in tender.each("amendments"):
        said += texts(one, "rationale", "note", language) + texts(one, "description", "note", language)
    _documents(tender, language, said, codes)


def items(holder: View, language: str, lots: set[str]) -> tuple[list[Text], list[Code]]:
    """Descriptions and classifications of what is bought; CPV first found is the main one of the notice."""
    said: list[Text] = []
    codes: list[Code] = []
    for one in holder.each("items"):
        lot = one.words("relatedLot") if "relatedLot" in one else next(iter(extensions.related_lots(one)), "")
        lot = lot if lot in lots else ""
        said += texts(one, "description", "item", language, lot)
        for mark in [one.object("classification"), *one.each("additionalClassifications")]:
            if code := classification(mark, lot):
                codes.append(code)
            else:
                said += texts(mark, "description", "item", language, lot)
    return said, codes


def _terms(holder: View, lot: str, language: str) -> tuple[list[Text], list[Code]]:
    """What a tender and a lot may both hold: selection, sustainability, contract terms, and a few yes or no."""
    said, codes = extensions.selection_criteria(holder, lot, language)
    for more_said, more_codes in (extensions.sustainability(holder, lot, language),):
        said += more_said
        codes += more_codes
    terms = holder.object("contractTerms")
    for key in ("performanceTerms", "financialTerms", "otherTerms"):
        said += texts(terms, key, "clause", language, lot)
    variants = holder.object("submissionTerms")
    if "variantPolicy" in variants:
        word = spelt(variants, variants.words("variantPolicy"), variants.place("variantPolicy"), tuple(_PERMISSION))
        codes.append(Code("permission", _PERMISSION.get(word, word), variants.place("variantPolicy"), lot))
    suitable = holder.object("suitability")
    sme = suitable.flag("sme")
    if sme is not None:
        codes.append(Code("sme-suitable", "true" if sme else "false", suitable.place("sme"), lot))
    others = holder.object("otherRequirements")
    said += texts(others, "qualificationSystemConditions", "selection", language, lot) if "qualificationSystemConditions" in others else []
    for word, place in others.several("reservedParticipation"):
        codes.append(Code("reserved-procurement", _RESERVED.get(word, word), place, lot))
    if isinstance(holder.value.get("techniques"), dict):
        techniques = holder.object("techniques")
        if techniques.flag("hasFrameworkAgreement") is False:
            codes.append(Code("framework-agreement", "none", techniques.place("hasFrameworkAgreement"), lot))
    covered = holder.several("coveredBy") if isinstance(holder.value.get("coveredBy"), list) else []
    codes += [Code("coveredBy", word, place, lot) for word, place in covered]
    return said, codes


def _lots(tender: View, language: str) -> list[Lot]:
    """The lots and groups of lots. A tender without lots that says when it runs gets one lot without id to hold that."""
    found: list[Lot] = []
    seen: set[str] = set()
    for one in tender.each("lots"):
        name = one.words("id") or one.words("title") or one.where
        if name in seen:
            tender.notes.add("repeated-lot", f"two lots have the id '{name[:60]}'", one.where, "number the lots")
        seen.add(name)
        found.append(_lot(one, name, "Lot", language))
    for one in tender.each("lotGroups"):
        found.append(_lot(one, one.words("id") or one.where, "LotsGroup", language))
    if not found:
        duration, (start, end) = _duration(tender), _dates(tender)
        if duration or start or end:
            found.append(Lot("", "Lot", tender.where, duration=duration, start=start, end=end))
    return found


def _lot(one: View, name: str, kind: str, language: str) -> Lot:
    said = texts(one, "title", "title", language, name) + texts(one, "description", "description", language, name)
    for key in ("options", "renewal"):
        said += texts(one.object(key), "description", "note", language, name)
    criteria, about = extensions.award_criteria(one, name, language)
    terms, codes = _terms(one, name, language)
    accessible = one.flag("hasAccessibilityCriteria") if "hasAccessibilityCriteria" in one else None
    if accessible is not None:
        codes.append(Code("hasAccessibilityCriteria", "true" if accessible else "false", one.place("hasAccessibilityCriteria"), name))
    members = tuple(word for word, _ in one.several("relatedLots")) if kind == "LotsGroup" and "relatedLots" in one else ()
    return Lot(
        id=name,
        kind=kind,
        where=one.where,
        texts=tuple(said + about + terms),
        codes=tuple(codes),
        criteria=tuple(criteria),
        value=one.amount("value") or (one.amount("maximumValue") if kind == "LotsGroup" else None),
        duration=_duration(one),
        members=members,
        start=_dates(one)[0],
        end=_dates(one)[1],
    )


def _duration(holder: View) -> Duration | None:
    """``contractPeriod.durationInDays``; two dates are kept as dates."""
    if not isinstance(holder.value.get("contractPeriod"), dict):
        return None
    period = holder.object("contractPeriod")
    days = period.number("durationInDays")
    if days is None:
        return None
    if days <= 0:
        period.notes.add("bad-duration", f"a duration of {days} days says nothing", period.place("durationInDays"), "leave it out")
        return None
    return Duration(Decimal(days), "day", period.place("durationInDays"))


def _dates(holder: View) -> tuple[str, str]:
    if not isinstance(holder.value.get("contractPeriod"), dict):
        return "", ""
    period = holder.object("contractPeriod")
    return period.date("startDate")[:10], period.date("endDate")[:10]


def _awards_and_contracts(release: View, language: str, codes: list[Code]) -> tuple[list[Text], list[Outcome]]:
    said: list[Text] = []
    outcomes: list[Outcome] = []
    contracts = release.each("contracts")
    signed: dict[str, list[View]] = {}
    for one in contracts:
        signed.setdefault(one.words("awardID"), []).append(one)
    bare = not release.object("tender").value.get("items")
    awards = release.each("awards")
    for one in awards:
        said += texts(one, "title", "title", language) + texts(one, "description", "description", language)
        said += extensions.metrics(one, "agreedMetrics", "clause", language)
        _documents(one, language, said, codes)
        # of two awards with one id the first has the contracts; an award without id has those without, when it is the only one
        name = one.words("id")
        outcomes += _outcomes(one, signed.pop(name, ()) if name or len(awards) == 1 else ())
        if bare:
            more_said, more_codes = items(one, language, set())
            said += more_said
            codes += more_codes
    for one in contracts:
        said += texts(one, "title", "title", language) + texts(one, "description", "description", language)
        said += extensions.metrics(one, "agreedMetrics", "clause", language)
        more_said, more_codes = extensions.finance_and_risk(one, language)
        said += more_said
        codes += more_codes
        terms_said, terms_codes = _terms(one, "", language)
        said += terms_said
        codes += terms_codes
        _documents(one, language, said, codes)
    return said, outcomes


def _outcomes(award: View, contracts: Sequence[View]) -> list[Outcome]:
    """An award is one outcome for each of its lots. A value for several lots stays with the first, with a note, and so do its figures.

    ``contracts`` are those of this award. Figures are promised and measured metrics and the PPP profile's indicators, of it and of them.
    """
    figures = extensions.measures(award, "agreedMetrics", "agreed") + extensions.indicators(award, "evaluationIndicators")
    for one in contracts:
        figures += extensions.measures(one, "agreedMetrics", "agreed") + extensions.indicators(one, "financeSummary")
        if isinstance(one.value.get("implementation"), dict):
            figures += extensions.measures(one.object("implementation"), "metrics", "measured")
    lots = extensions.related_lots(award) or ("",)
    value = award.amount("value")
    if value is not None and value.value < 0:
        award.notes.add("negative-amount", f"an award of {value.value} cannot be", value.where, "check the sign")
    if value is not None and len(lots) > 1:
        message = f"one value stands for {len(lots)} lots; it is shown with the first"
        award.notes.add("value-of-several-lots", message, value.where, "write an award for each lot")
    suppliers = tuple(name for each in award.each("suppliers") if (name := each.words("id") or each.words("name")))
    offers = [word for word, _ in award.several("relatedBids")] if "relatedBids" in award else []
    if "relatedBid" in award:
        offers.append(award.words("relatedBid"))
    return [
        Outcome(
            lot=lot,
            status=normalised(award, "status", AWARD_STATUSES) if at == 0 else award.words("status"),
            where=award.where,
            reason=award.words("statusDetails"),
            value=value if at == 0 else None,
            suppliers=suppliers,
            bids=tuple(dict.fromkeys(offers)),
            date=award.date("date") if at == 0 else "",
            figures=tuple(figures) if at == 0 else (),
        )
        for at, lot in enumerate(lots)
    ]


def _parties(release: View, tender: View) -> list[Party]:
    """Organisations of ``parties[]``, then those that 1.0 writes where they act, each once."""
    found: dict[str, Party] = {}

    def add(one: View, role: str) -> None:
        name = one.words("id") or one.object("identifier").words("id") or one.words("name")
        if not name:
            return
        roles = tuple(word for word, _ in one.several("roles")) if "roles" in one else ()
        roles = tuple(dict.fromkeys((*roles, role))) if role else roles
        held = found.get(name)
        if held:
            if role and role not in held.roles:
                found[name] = Party(held.id, held.name, (*held.roles, role), held.where, held.country, held.size)
            return
        address, details = one.object("address"), one.value.get("details")
        size = one.object("details").words("scale") if isinstance(details, dict) else ""
        country = address.words("countryName") or address.words("country")
        found[name] = Party(name, one.words("name"), roles, one.where, country, size or one.words("scale"))

    for one in release.each("parties"):
        add(one, "")
    if "buyer" in release:
        add(release.object("buyer"), "buyer")
    if "procuringEntity" in tender:
        add(tender.object("procuringEntity"), "procuringEntity")
    for one in tender.each("tenderers"):
        add(one, "tenderer")
    for one in release.each("awards"):
        for each in one.each("suppliers"):
            add(each, "supplier")
    return list(found.values())


def identity(value: dict[str, Any]) -> str:
    """The id by which a release is named in a list: its own, else the ocid.

    >>> identity({"ocid": "ocds-1", "id": "release-7"})
    'release-7'
    """
    for key in ("id", "ocid"):
        found = value.get(key)
        if isinstance(found, str) and found:
            return found
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
    return ""


def pointer(*keys: str) -> str:
    """A JSON pointer of these keys.

    >>> pointer("tender", "a/b")
    '/tender/a~1b'
    """
    return "".join("/" + escaped(key) for key in keys)
