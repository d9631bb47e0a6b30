"""Digital product passports and conformity credentials of the UN Transparency Protocol (UNTP), versions 0.6 and 0.7.

Knows where things stand in both shapes, what can be recomputed, and what a passport may prove. Must not know files, packs' rules or scores.
Sources: uncefact/spec-untp (schema and text of 0.6 and 0.7); for 0.7 also samples of others, since its list of metrics was not seen.

A passport is a paper of its issuer. Nothing in it is believed because it stands there: figures are recomputed where they can be, issuer and
dates are checked, signatures are not checked here, and an answer taken from it never has a better grade than the stated assurance gives.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, Literal

from tenderloop.case import Answer, Document, Evidence
from tenderloop.errors import Problem, Problems
from tenderloop.quantity import exact_text
from tenderloop.readers.loose_json import Notes, View

CODES: dict[str, str] = {
    "not-a-passport": "the document is no product passport, or a credential of another kind",
    "issuer-missing": "a passport or credential does not say who issued it",
    "issuer-not-producer": "a passport was issued by somebody else than the producer it names",
    "validity-missing": "a passport or credential has no first day",
    "passport-expired": "a passport or credential ended before the day of the case",
    "passport-not-yet-valid": "a passport or credential begins after the day of the case",
    "validity-backwards": "the last day lies before the first",
    "product-missing": "a passport names no product",
    "ratio-out-of-range": "a share is below 0 or above 1",
    "number-out-of-range": "a number is negative, or zero where that has no meaning",
    "unknown-measure": "a value has a unit in which it cannot be read",
    "indicator-disagrees": "the declared material circularity indicator is not what its own figures give",
    "fractions-over-one": "the materials weigh more than the product",
    "recycled-disagrees": "the declared recycled content does not fit the materials",
    "recycled-wider": "the declared recycled content may hold reused and repaired parts too",
    "safety-missing": "a hazardous material has no safety information",
    "metric-twice": "one metric is declared twice with different values",
    "declared-unit-differs": "the footprint is for another unit or scope than the one asked for",
    "other-product": "a conformity credential is about another product",
    "issued-by-itself": "a credential of a second or third party was issued by the passport's own issuer",
    "no-conformance": "a conformity credential finds that the product does not conform",
}

ONE: Final = Fraction(1)
CEFACT_MASS: Final[Mapping[str, Fraction]] = {"KGM": ONE, "GRM": Fraction(1, 1000), "TNE": Fraction(1000), "MGM": Fraction(1, 10**6)}
# Names of metrics without spaces, hyphens and capitals -> our name. Of 0.7 only the footprint's names were seen in samples.
METRICS: Final[Mapping[str, str]] = {
    "recycledcontent": "recycled_content",
    "recyclablecontent": "recyclable_content",
    "recyclability": "recyclable_content",
    "utilityfactor": "utility_factor",
    "materialcircularityindicator": "circularity_indicator",
    "carbonfootprint": "carbon_footprint",
    "productcarbonfootprint": "carbon_footprint",
    "primarysourcedratio": "primary_data",
}
RATIOS: Final = frozenset({"recycled_content", "recyclable_content", "primary_data"})
Version = Literal["0.6", "0.7"]


@dataclass(frozen=True, slots=True)
class Declared:
    """One figure as declared, exactly; shares as 0 to 1. ``unit`` is the UN/CEFACT code, empty for shares; ``claim`` the claim it is in."""

    metric: str
    value: Fraction
    where: str
    unit: str = ""
    claim: str = ""
    places: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim with its topics and the links to what is said to prove it. A link proves nothing until somebody reads what it leads to."""

    id: str
    name: str
    topics: tuple[str, ...]
    links: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Material:
    """One material: shares of mass 0 to 1, ``None`` when not stated."""

    name: str
    where: str
    country: str = ""
    share: Fraction | None = None
    recycled: Fraction | None = None
    hazardous: bool | None = None
    safety: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the value chain with the share of its material that is verified as traced, and how many events are linked."""

    name: str
    verified: Fraction | None
    events: int
    where: str


@dataclass(frozen=True, slots=True)
class Recomputed:
    """The indicator that a passport declares beside what its own figures give; ``method`` names the variant, which is no other's."""

    declared: Fraction | None
    computed: Fraction | None
    agrees: bool | None
    where: str
    method: str = "UNTP 0.6: 1 - (V + W) / (2 D) with V = 1 - recycled, W = 1 - recyclable, D = utility factor (1 if not stated)"


@dataclass(frozen=True, slots=True)
class Passport:
    """What a product passport says, with the place of each value. ``valid_from`` and ``valid_until`` are ISO days, empty when not stated.

    ``signed`` says that a proof is attached, not that it holds. ``steps`` are empty in 0.7, where tracing is told by linked events.
    """

    version: Version
    id: str
    where: str
    issuer: str
    issuer_name: str
    valid_from: str
    valid_until: str
    product: str
    product_name: str
    granularity: str = ""
    producer: str = ""
    facility: str = ""
    country: str = ""
    identified: bool = False
    signed: bool = False
    mass: Declared | None = None
    declared_unit: str = ""
    scope: str = ""
    declared: tuple[Declared, ...] = ()
    claims: tuple[Claim, ...] = ()
    materials: tuple[Material, ...] = ()
    steps: tuple[Step, ...] = ()
    papers: tuple[tuple[str, str], ...] = ()
    indicator: Recomputed | None = None
    file: str = ""
    problems: tuple[Problem, ...] = ()

    def figure(self, metric: str) -> Declared | None:
        """The declared figure of a metric, by our name for it; None when there is none or two that differ."""
        found = [each for each in self.declared if each.metric == metric]
        return found[0] if found and len({each.value for each in found}) == 1 else None


@dataclass(frozen=True, slots=True)
class Attestation:
    """A conformity credential: who assessed, on which level, which product and figures, and the links by which claims name it."""

    id: str
    where: str
    issuer: str
    valid_from: str
    valid_until: str
    assessor: str
    assessment: str
    kind: str
    products: tuple[str, ...] = ()
    figures: tuple[Declared, ...] = ()
    conforms: bool | None = None
    names: tuple[str, ...] = ()
    file: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def grade(self) -> int:
        """The evidence grade it gives to what it covers; ours, on the protocol's levels.

        1 self-declared or level not stated; 2 second party (customer, trade body, membership, commercial); 3 third party; 4 third party
        whose assessment is accredited or better and is a test, an inspection or a verification. A certificate is 3: it binds, it does not
        measure.

        >>> Attestation("", "", "", "", "", "3rdParty", "Accredited", "verification").grade
        4
        >>> Attestation("", "", "", "", "", "Self", "Accredited", "certification").grade
        1
        """
        assessor = _plain(self.assessor)
        if assessor in ("3rdparty", "thirdparty"):
            strong = _plain(self.assessment) in ("accredited", "globalmra", "govtapproval")
            return 4 if strong and _plain(self.kind) in ("testing", "inspection", "verification") else 3
        return 2 if assessor in ("commercial", "buyer", "membership") else 1


@dataclass(frozen=True)
class PassportFacts:
    """Answers from a passport by fact id, the document they name, and remarks on what was not used and why."""

    facts: Mapping[str, Answer]
    documents: Mapping[str, Document]
    problems: tuple[Problem, ...]


# ------------------------------------------------------------------------------------------------------------------------- the passport


def read_passport(document: Any, file: str = "", where: str = "", *, line: int | None = None) -> Passport:
    """The passport; places are JSON pointers. What is wrong is in ``problems``. ``Problems`` when it is no product passport at all.

    Numbers should come from ``loose_json.load_json`` (exact). The 0.6 indicator is recomputed and a difference reported, never mended.

    >>> sample = {"@context": ["untp/dpp/0.6.1"], "issuer": {"id": "did:web:a.example", "name": "A"}, "validFrom": "2026-01-01",
    ...     "credentialSubject": {"type": ["ProductPassport"], "product": {"id": "https://a.example/1", "name": "Chair"},
    ...     "circularityScorecard": {"recycledContent": Decimal("0.3"), "recyclableContent": Decimal("0.5"),
    ...     "utilityFactor": Decimal("1.2"), "materialCircularityIndicator": Decimal("0.67")}}}
    >>> passport = read_passport(sample)
    >>> passport.indicator.declared, passport.indicator.computed, [each.code for each in passport.problems]
    (Fraction(67, 100), Fraction(1, 2), ['indicator-disagrees'])
    """
    notes = Notes(file, line)
    whole = _credential(document, where, notes)
    subject = whole.object("credentialSubject")
    version = _version(whole, subject)
    if version is None:
        kinds = ", ".join(_types(subject) or _types(whole)) or "none"
        raise Problems([_fatal("this is no product passport; the types of its subject are: " + kinds, file, line, where)])
    issuer = (
        whole.object("issuer")
        if not isinstance(whole.value.get("issuer"), str)
        else View({"id": whole.value["issuer"]}, whole.place("issuer"), notes)
    )
    product = subject.object("product") if version == "0.6" else subject
    if not product.words("id") and not product.words("name"):
        notes.add("product-missing", "the passport names no product", product.where or subject.where, "write the product's id and name")
    until = _dates(whole, notes)
    if not issuer.words("id"):
        notes.add("issuer-missing", "the passport does not say who issued it", whole.place("issuer"), "write issuer with id and name")
    producer, known = _producer(product, version), _also_known(issuer)
    if producer and known and producer not in known:
        notes.add(
            "issuer-not-producer",
            "the issuer is not the producer that the passport names, by their ids",
            whole.place("issuer"),
            "ask who made the declaration, or for the issuer's other ids",
        )
    declared, claims = _claims(subject, version, notes)
    declared = _scorecards(subject, notes) + declared
    materials = tuple(_material(each, notes) for each in subject.each("materialsProvenance" if version == "0.6" else "materialProvenance"))
    steps = tuple(
        Step(each.words("valueChainProcess"), _ratio(each, "verifiedRatio", notes), len(each.each("traceabilityEvent")), each.where)
        for each in subject.each("traceabilityInformation")
    )
    emissions = subject.object("emissionsScorecard")
    made = Passport(
        version=version,
        id=whole.words("id"),
        where=where,
        issuer=issuer.words("id"),
        issuer_name=issuer.words("name"),
        valid_from=whole.date("validFrom")[:10],
        valid_until=until,
        product=product.words("id"),
        product_name=product.words("name"),
        granularity=(subject.words("granularityLevel") if version == "0.6" else subject.words("idGranularity")).lower(),
        producer=producer,
        facility=product.object("producedAtFacility").words("id"),
        country=_country(product, "countryOfProduction"),
        identified=_identified(product, version),
        signed="proof" in whole,
        mass=_mass(product.object("dimensions"), notes),
        declared_unit=emissions.words("declaredUnit"),
        scope=emissions.words("operationalScope"),
        declared=declared,
        claims=claims,
        materials=materials,
        steps=steps,
        papers=_papers(subject, product),
        file=file,
    )
    made = replace(made, indicator=_indicator(made))
    _contradictions(made, subject, notes)
    return replace(made, problems=tuple(notes.problems))


def read_attestation(document: Any, file: str = "", where: str = "", *, line: int | None = None) -> Attestation:
    """The conformity credential to which a passport's claims may link; ``Problems`` when it is none."""
    notes = Notes(file, line)
    whole = _credential(document, where, notes)
    subject = whole.object("credentialSubject")
    if "conformityattestation" not in {_plain(each) for each in _types(subject)} and "assessorLevel" not in subject:
        raise Problems([_fatal("this is no conformity credential", file, line, where)])
    issuer = whole.value.get("issuer")
    name = issuer if isinstance(issuer, str) else whole.object("issuer").words("id")
    if not name:
        notes.add("issuer-missing", "the credential does not say who issued it", whole.place("issuer"), "write issuer with id and name")
    until = _dates(whole, notes)
    assessments = subject.each("assessment") + subject.each("conformityAssessment")
    verdicts = [verdict for each in assessments if (verdict := each.flag("conformance")) is not None]
    if False in verdicts:
        notes.add("no-conformance", "the credential finds that the product does not conform", subject.where, "read it before using it")
    figures = [
        figure
        for each in assessments
        for key, inner in (("declaredValue", "metricValue"), ("assessedPerformance", "measure"))
        for value in each.each(key)
        if (metric := _metric_name(value)[0]) and (figure := _figure(metric, value.object(inner), each.words("id"), notes))
    ]
    return Attestation(
        id=whole.words("id"),
        where=where,
        issuer=name,
        valid_from=whole.date("validFrom")[:10],
        valid_until=until,
        assessor=subject.words("assessorLevel"),
        assessment=subject.words("assessmentLevel"),
        kind=subject.words("attestationType"),
        products=tuple(
            dict.fromkeys(
                one for each in assessments for held in each.each("assessedProduct") if (one := held.object("product").words("id"))
            )
        ),
        figures=tuple(figures),
        conforms=None if not verdicts else all(verdicts),
        names=tuple(
            each
            for each in (
                whole.words("id"),
                subject.words("id"),
                subject.object("conformityCertificate").words("linkURL"),
                subject.object("auditableEvidence").words("linkURL"),
            )
            if each
        ),
        file=file,
        problems=tuple(notes.problems),
    )


def _fatal(message: str, file: str, line: int | None, where: str) -> Problem:
    return Problem("not-a-passport", message, file, line, where, "give a credential of UNTP 0.6 or 0.7")


def _credential(document: Any, where: str, notes: Notes) -> View:
    """The credential itself, also where it stands in an envelope."""
    if isinstance(document, dict):
        inner = document.get("verifiableCredential")
        if "credentialSubject" not in document and isinstance(inner, dict):
            return View(inner, f"{where}/verifiableCredential", notes)
        return View(document, where, notes)
    raise Problems([_fatal("a passport is one JSON object", notes.file, notes.line, where)])


def _types(view: View) -> list[str]:
    value = view.value.get("type")
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


def _version(whole: View, subject: View) -> Version | None:
    """The shape decides; the declared context only where both would do."""
    kinds = {_plain(each) for each in _types(subject)}
    if "conformityattestation" in kinds or not subject:
        return None
    if "productpassport" in kinds or "product" in subject or "circularityScorecard" in subject or "conformityClaim" in subject:
        return "0.6"
    if "performanceClaim" in subject or "idGranularity" in subject or "materialProvenance" in subject:
        return "0.7"
    if "digitalproductpassport" in {_plain(each) for each in _types(whole)}:
        context = whole.value.get("@context")
        contexts = [each for each in (context if isinstance(context, list) else [context]) if isinstance(each, str)]
        return "0.6" if any("/0.6" in each for each in contexts) else "0.7"
    return "0.7" if "product" in kinds else None


def _plain(text: str) -> str:
    return "".join(each for each in text.casefold() if each.isalnum())


def _dates(whole: View, notes: Notes) -> str:
    first, last = whole.date("validFrom")[:10], whole.date("validUntil")[:10]
    if not first:
        notes.add("validity-missing", "the credential does not say from which day it holds", whole.place("validFrom"), "write validFrom")
    if first and last and last < first:
        notes.add("validity-backwards", f"it ends on {last}, before it begins on {first}", whole.place("validUntil"), "check both days")
    return last


def _some(view: View, key: str) -> list[View]:
    """The objects of a key that holds one or a list of them; both are seen in the field."""
    return [view.object(key)] if isinstance(view.value.get(key), dict) else view.each(key)


def _also_known(issuer: View) -> set[str]:
    return {name for name in (issuer.words("id"), *(each.words("id") for each in issuer.each("issuerAlsoKnownAs"))) if name}


def _producer(product: View, version: Version) -> str:
    if version == "0.6":
        return product.object("producedByParty").words("id")
    for each in product.each("relatedParty"):
        if _plain(each.words("role")) in ("manufacturer", "producer"):
            return each.object("party").words("id")
    return ""


def _country(view: View, key: str) -> str:
    return view.object(key).words("countryCode") if isinstance(view.value.get(key), dict) else view.words(key)


def _identified(product: View, version: Version) -> bool:
    """Whether product, site and party each have an identifier of a named scheme, as far as the passport says."""
    facility = product.object("producedAtFacility")
    if version == "0.6":
        party = product.object("producedByParty")
    else:
        party = next((each.object("party") for each in product.each("relatedParty")), View({}, "", product.notes))
    return all(view.words("id") and (view.object("idScheme").words("id")) for view in (product, facility, party))


def _papers(subject: View, product: View) -> tuple[tuple[str, str], ...]:
    """What the passport links to beside proofs: kind and address."""
    scorecard = subject.object("circularityScorecard")
    found = [
        ("repair", scorecard.object("repairInformation").words("linkURL")),
        ("recycling", scorecard.object("recyclingInformation").words("linkURL")),
        ("due diligence", subject.object("dueDiligenceDeclaration").words("linkURL")),
    ]
    documents = product.each("furtherInformation") + subject.each("relatedDocument")
    found += [(each.words("linkName") or "document", each.words("linkURL")) for each in documents]
    return tuple(dict.fromkeys((kind, link) for kind, link in found if link))


# ------------------------------------------------------------------------------------------------------------------------------ figures


def _number(view: View, key: str, notes: Notes) -> tuple[Fraction, int] | None:
    """A number that is not negative, with how many decimal places were written."""
    value = view.number(key)
    if value is None:
        return None
    if value < 0:
        notes.add("number-out-of-range", f"{key} is {value}", view.place(key), "write a number of 0 or more")
        return None
    exponent = value.as_tuple().exponent
    return Fraction(value), -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _ratio(view: View, key: str, notes: Notes) -> Fraction | None:
    found = _number(view, key, notes)
    if found is None:
        return None
    if found[0] > 1:
        _too_large(key, found[0], view.place(key), notes)
        return None
    return found[0]


def _too_large(name: str, value: Fraction, place: str, notes: Notes) -> None:
    notes.add("ratio-out-of-range", f"{name} is {exact_text(value)}, a share of 0 to 1 belongs here", place, "write 30 % as 0.3")


def _scorecards(subject: View, notes: Notes) -> tuple[Declared, ...]:
    """The figures of the two scorecards of 0.6."""
    found: list[Declared] = []
    for holder, keys in (
        ("circularityScorecard", ("recycledContent", "recyclableContent", "utilityFactor", "materialCircularityIndicator")),
        ("emissionsScorecard", ("carbonFootprint", "primarySourcedRatio")),
    ):
        card = subject.object(holder)
        for key in keys:
            if key not in card:
                continue
            metric = METRICS[_plain(key)]
            number = _number(card, key, notes)
            if number is None:
                continue
            if metric in RATIOS and number[0] > 1:
                _too_large(key, number[0], card.place(key), notes)
                continue
            unit = "KGM" if metric == "carbon_footprint" else ""
            found.append(Declared(metric, number[0], card.place(key), unit, "", number[1]))
    return tuple(found)


def _metric_name(view: View) -> tuple[str, str]:
    """Our name of a metric and the name as written; the first is empty for a metric that is not known here."""
    written = view.words("metricName")
    if not written:
        metric = view.object("metric")
        written = metric.words("name") or metric.words("id").rsplit("/", 1)[-1]
        by_id = METRICS.get(_plain(metric.words("id").rsplit("/", 1)[-1]), "")
        return METRICS.get(_plain(written), by_id), written
    return METRICS.get(_plain(written), ""), written


def _claims(subject: View, version: Version, notes: Notes) -> tuple[tuple[Declared, ...], tuple[Claim, ...]]:
    figures: list[Declared] = []
    claims: list[Claim] = []
    old = version == "0.6"
    for at, claim in enumerate(subject.each("conformityClaim" if old else "performanceClaim")):
        name = claim.words("id") or f"claim {at + 1}"
        topics = [claim.words("conformityTopic")] if isinstance(claim.value.get("conformityTopic"), str) else []
        topics += [] if topics else [each.words("name") or each.words("id") for each in _some(claim, "conformityTopic")]
        links = _some(claim, "conformityEvidence" if old else "evidence")
        claims.append(
            Claim(
                name,
                claim.words("name") or claim.words("description"),
                tuple(each for each in topics if each),
                tuple(link for each in links if (link := each.words("linkURL"))),
                claim.where,
            )
        )
        for value in claim.each("declaredValue" if old else "claimedPerformance"):
            metric, _ = _metric_name(value)
            if metric:
                figure = _figure(metric, value.object("metricValue" if old else "measure"), name, notes)
                figures += [figure] if figure else []
    return tuple(figures), tuple(claims)


def _figure(metric: str, measure: View, claim: str, notes: Notes) -> Declared | None:
    """A measure of a known metric: a share becomes 0 to 1, a footprint kilograms."""
    number = _number(measure, "value", notes)
    if number is None:
        return None
    value, places = number
    unit = measure.words("unit").upper()
    if metric == "carbon_footprint":
        factor = CEFACT_MASS.get(unit)
        if factor is None:
            notes.add(
                "unknown-measure", f"a footprint in '{unit}' cannot be read", measure.place("unit"), "write KGM for kilograms of CO2e"
            )
            return None
        return Declared(metric, value * factor, measure.place("value"), "KGM", claim, places)
    if unit in ("P1", "%"):
        value, places = value / 100, places + 2
    elif unit not in ("", "C62", "1"):
        notes.add(
            "unknown-measure", f"{metric} in '{unit}' cannot be read", measure.place("unit"), "write P1 for per cent or C62 for a share"
        )
        return None
    if metric in RATIOS and value > 1:
        _too_large(metric, value, measure.place("value"), notes)
        return None
    return Declared(metric, value, measure.place("value"), "", claim, places)


def _mass(dimensions: View, notes: Notes) -> Declared | None:
    weight = dimensions.object("weight")
    number = _number(weight, "value", notes)
    if number is None:
        return None
    factor = CEFACT_MASS.get(weight.words("unit").upper())
    if factor is None:
        notes.add("unknown-measure", f"a mass in '{weight.words('unit')}' cannot be read", weight.place("unit"), "write KGM for kilograms")
        return None
    if not number[0]:
        notes.add("number-out-of-range", "the product weighs nothing", weight.place("value"), "write its mass, or leave it out")
        return None
    return Declared("mass", number[0] * factor, weight.place("value"), "KGM", "", number[1])


def _material(view: View, notes: Notes) -> Material:
    hazardous, safety = view.flag("hazardous"), bool(view.object("materialSafetyInformation"))
    if hazardous and not safety:
        name = view.words("name")[:60]
        notes.add("safety-missing", f"'{name}' is hazardous and has no safety information", view.where, "link its safety data sheet")
    share, recycled = _ratio(view, "massFraction", notes), _ratio(view, "recycledMassFraction", notes)
    return Material(view.words("name"), view.where, _country(view, "originCountry"), share, recycled, hazardous, safety)


def _indicator(passport: Passport) -> Recomputed | None:
    declared = passport.figure("circularity_indicator")
    recycled, recyclable = passport.figure("recycled_content"), passport.figure("recyclable_content")
    if declared is None and passport.version != "0.6":
        return None
    computed: Fraction | None = None
    utility = passport.figure("utility_factor")
    factor = utility.value if utility else ONE
    if recycled and recyclable and factor:
        computed = 1 - ((1 - recycled.value) + (1 - recyclable.value)) / (2 * factor)
    if declared is None and computed is None:
        return None
    agrees = None
    if declared is not None and computed is not None and passport.version == "0.6":
        agrees = abs(declared.value - computed) <= Fraction(1, 2 * 10**declared.places)
    return Recomputed(declared.value if declared else None, computed, agrees, declared.where if declared else "")


def _contradictions(passport: Passport, subject: View, notes: Notes) -> None:
    for metric in dict.fromkeys(each.metric for each in passport.declared):
        values = [each for each in passport.declared if each.metric == metric]
        if len({each.value for each in values}) > 1:
            said = ", ".join(exact_text(each.value) for each in values)
            notes.add("metric-twice", f"{metric} is declared as {said}", values[1].where, "ask which holds; none is used")
    utility = passport.figure("utility_factor")
    if utility is not None and not utility.value:
        notes.add("number-out-of-range", "the utility factor is 0", utility.where, "it is 1 for a product of average life")
    found = passport.indicator
    if found is not None and found.agrees is False and found.declared is not None and found.computed is not None:
        said = f"{exact_text(found.declared)} is declared, its own figures give {_shown(found.computed)} ({found.method})"
        notes.add("indicator-disagrees", said, found.where, "use neither; ask for masses, yields and lifetimes")
    shares = [each.share for each in passport.materials if each.share is not None]
    total = sum(shares, Fraction(0))
    if total > 1:
        said = f"the mass fractions add up to {exact_text(total)}"
        notes.add("fractions-over-one", said, subject.where, "list each material once, with its share of the product")
    recycled = passport.figure("recycled_content")
    if recycled is None or total > 1 or not shares:
        return
    known = [(each.share, each.recycled) for each in passport.materials if each.share is not None and each.recycled is not None]
    least = sum((share * part for share, part in known), Fraction(0))
    open_ = 1 - sum((share for share, _ in known), Fraction(0))
    half = Fraction(1, 2 * 10**recycled.places)
    if recycled.value < least - half or recycled.value > least + open_ + half:
        said = f"recycled content is {exact_text(recycled.value)}, its materials allow {_shown(least)} to {_shown(least + open_)}"
        notes.add("recycled-disagrees", said, recycled.where, "ask for the bill of materials")


def _shown(value: Fraction) -> str:
    """Up to four places, for messages only."""
    return format(Decimal(round(value * 10_000)) / 10_000, "f")


# -------------------------------------------------------------------------------------------------------------------------------- facts


def passport_facts(
    passport: Passport, on: dt.date, *, attestations: Sequence[Attestation] = (), declared_unit: str = "", document: str = "passport"
) -> PassportFacts:
    """Answers for circular_bid and value_chain_traceability, each with its place and a grade that the stated assurance allows.

    ``on`` is the case's date. A figure of the passport alone is grade 1 (written in a paper of its issuer). A conformity credential given
    here raises it to its own grade if a claim that declares the same figure links to it, it confirms this figure of this product, holds on
    that day and is not the issuer's own. A passport that does not hold on that day, or without issuer, is a bare claim: grade 0. Figures
    declared twice with different values are not used. A footprint answers only for the declared unit that the tender asks for
    (``declared_unit``, UN/CEFACT code) and from cradle to gate. Signatures are not checked here, so no passport is called verifiable.
    """
    notes = Notes(passport.file)
    base = 1 if _holds(passport, on, "passport", notes) and passport.issuer else 0
    usable = [each for each in attestations if _usable(each, passport, on, notes)]
    facts: dict[str, Answer] = {}

    def answer(fact: str, kind: str, value: Any, unit: str, declared: Iterable[Declared], said: str) -> None:
        rests = tuple(declared)
        grade, by = base, ""
        if base and rests:
            grades = [_grade(each, passport, usable) for each in rests]
            weakest = min(grades, key=lambda each: each[0])
            grade, by = max(base, weakest[0]), weakest[1]
        about = "product passport, " + (by or ("own declaration" if grade else "without issuer or not valid on the day"))
        place = rests[0].where if rests else passport.where
        held = Evidence(kind=about, document=document, page=place, quote=said, date=passport.valid_from or None, grade=grade)
        facts[fact] = Answer(kind=kind, value=value, unit=unit, evidence=(held,), file=passport.file)  # type: ignore[arg-type]

    _content(passport, answer, notes)
    for metric, fact in (("recyclable_content", "cb_recyclable_content"), ("primary_data", "cb_primary_data")):
        figure = passport.figure(metric)
        if figure is not None:
            answer(fact, "number", figure.value * 100, "%", [figure], f"{metric} {exact_text(figure.value)}")
    indicator = passport.figure("circularity_indicator")
    if indicator is not None and indicator.value <= 1:
        answer("cb_mci_declared", "number", indicator.value, "1", [indicator], f"circularity indicator {exact_text(indicator.value)}")
        variant = "untp" if passport.version == "0.6" else "other"
        answer("cb_mci_variant", "choice", variant, "1", [indicator], "the method of the passport's version, or none named")
    if passport.mass is not None:
        answer("cb_product_mass", "number", passport.mass.value, "kg", [passport.mass], f"weight {exact_text(passport.mass.value)} kg")
    footprint = passport.figure("carbon_footprint")
    if footprint is not None and declared_unit:
        if passport.declared_unit.upper() == declared_unit.upper() and _plain(passport.scope) == "cradletogate":
            said = f"{exact_text(footprint.value)} kgCO2e per {passport.declared_unit}, {passport.scope}"
            answer("cb_carbon", "number", footprint.value, "kgCO2e", [footprint], said)
        else:
            said = f"the footprint is per '{passport.declared_unit or 'nothing named'}' and '{passport.scope or 'no scope named'}'"
            notes.add("declared-unit-differs", said, footprint.where, f"ask for one per {declared_unit} from cradle to gate")
    if passport.product:
        answer("passport_kind", "choice", "identified" if base else "sheet", "1", [], f"product {passport.product}; signature not checked")
    if passport.granularity in ("model", "batch", "item"):
        answer("vt_granularity", "choice", passport.granularity, "1", [], f"granularity {passport.granularity}")
    if passport.identified:
        answer("vt_identifiers", "choice", "global", "1", [], "product, site and party carry ids of named schemes; none was looked up")
    verified = [each.verified for each in passport.steps]
    if verified and all(each is not None for each in verified):
        lowest = min((each for each in passport.steps if each.verified is not None), key=lambda each: each.verified or Fraction(0))
        assert lowest.verified is not None
        spot = Declared("verified_ratio", lowest.verified, f"{lowest.where}/verifiedRatio")
        said = f"{lowest.name}: verified ratio {exact_text(lowest.verified)}, {lowest.events} events linked"
        answer("vt_verified_ratio", "number", lowest.verified * 100, "%", [spot], said)
    placed = [each.share for each in passport.materials if each.share is not None and each.country]
    if placed and sum((each.share for each in passport.materials if each.share is not None), Fraction(0)) <= 1:
        spot = Declared("origin", sum(placed, Fraction(0)), passport.materials[0].where)
        answer("vt_origin_countries", "number", spot.value * 100, "%", [spot], f"{len(placed)} materials with country of origin")
    title = f"Product passport of {passport.product_name or passport.product or 'an unnamed product'}"
    paper = Document(
        title=title,
        url=passport.id if passport.id.startswith("https://") else "",
        date=passport.valid_from or None,
        author=passport.issuer_name or passport.issuer,
    )
    return PassportFacts(facts, {document: paper}, tuple(notes.problems))


def _content(passport: Passport, answer: Any, notes: Notes) -> None:
    """Recycled content: from the materials where they cover the product, else as declared, with what that word covers in the protocol."""
    shares = [(each.share, each.recycled) for each in passport.materials]
    total = sum((share for share, _ in shares if share is not None), Fraction(0))
    if shares and total == 1 and all(share is not None and recycled is not None for share, recycled in shares):
        value = sum(((share or Fraction(0)) * (recycled or Fraction(0)) for share, recycled in shares), Fraction(0))
        spot = Declared("recycled_content", value, passport.materials[0].where)
        answer("recycled_content", "number", value * 100, "%", [spot], f"sum over {len(shares)} materials that make the whole product")
        return
    figure = passport.figure("recycled_content")
    if figure is None:
        return
    notes.add(
        "recycled-wider",
        "the passport's recycled content may hold reused and repaired parts, which are asked apart",
        figure.where,
        "ask for recycled and reused content in two figures",
    )
    answer("recycled_content", "number", figure.value * 100, "%", [figure], f"recycledContent {exact_text(figure.value)}")


def _holds(paper: Passport | Attestation, on: dt.date, what: str, notes: Notes) -> bool:
    day = on.isoformat()
    if paper.valid_until and paper.valid_until < day:
        notes.add("passport-expired", f"the {what} ended on {paper.valid_until}, the case is of {day}", paper.where, "ask for a valid one")
        return False
    if paper.valid_from and paper.valid_from > day:
        said = f"the {what} begins on {paper.valid_from}, the case is of {day}"
        notes.add("passport-not-yet-valid", said, paper.where, "ask for one that holds on that day")
        return False
    return True


def _usable(each: Attestation, passport: Passport, on: dt.date, notes: Notes) -> bool:
    if each.products and passport.product not in each.products:
        notes.add(
            "other-product", f"the conformity credential {each.id} is about another product", each.where, "ask for one of this product"
        )
        return False
    if each.issuer and each.issuer in (passport.issuer, passport.producer) and each.grade > 1:
        said = f"the credential calls itself {each.assessor} and was issued by the passport's own issuer or producer"
        notes.add("issued-by-itself", said, each.where, "it counts as the issuer's own word; ask for one of the assessor")
        return False
    return _holds(each, on, "conformity credential", notes) and bool(each.issuer) and each.conforms is True and bool(each.products)


def _grade(figure: Declared, passport: Passport, attestations: Sequence[Attestation]) -> tuple[int, str]:
    """The best grade that a credential gives to this figure, and in which words; 1 when none covers it."""
    best, by = 1, ""
    what = (figure.metric, figure.value)
    named = {each.claim for each in passport.declared if each.claim and (each.metric, each.value) == what}
    links = {link for claim in passport.claims if claim.id in named for link in claim.links}
    for each in attestations:
        if links & set(each.names) and what in {(one.metric, one.value) for one in each.figures} and each.grade > best:
            best, by = each.grade, f"{each.assessor} {each.kind}, {each.assessment}".strip(", ")
    return best, by
