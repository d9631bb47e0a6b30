"""Product passports of both shapes: what is read, what is recomputed, and how little is believed."""

from __future__ import annotations

import copy
import datetime as dt
import os
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenderloop import evaluate, load_pack
from tenderloop.case import Case
from tenderloop.errors import Problem, Problems
from tenderloop.readers import passports
from tenderloop.readers.cases import case_of_text, write_case
from tenderloop.readers.loose_json import load_json
from tenderloop.readers.passports import Attestation, Passport, passport_facts, read_attestation, read_passport

SAMPLES = Path(os.environ.get("TENDERLOOP_TEST_DATA", Path(__file__).parents[3] / "shared" / "data")) / "untp-dpp"
DAY = dt.date(2026, 6, 1)
CHAIR = "https://id.example/chair/7"
PROOF = "https://lab.example/credentials/1"


def old() -> dict[str, Any]:
    """An invented chair in the shape of 0.6."""
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://test.uncefact.org/vocabulary/untp/dpp/0.6.1/"],
        "type": ["DigitalProductPassport", "VerifiableCredential"],
        "id": "https://maker.example/passports/7",
        "issuer": {"id": "did:web:maker.example", "name": "Maker", "issuerAlsoKnownAs": [{"id": "https://register.example/1"}]},
        "validFrom": "2026-01-01T00:00:00Z",
        "validUntil": "2030-01-01T00:00:00Z",
        "credentialSubject": {
            "type": ["ProductPassport"],
            "product": {
                "id": CHAIR,
                "name": "Chair",
                "idScheme": {"id": "https://id.example"},
                "producedByParty": {"id": "https://register.example/1", "idScheme": {"id": "https://register.example"}},
                "producedAtFacility": {"id": "https://sites.example/9", "idScheme": {"id": "https://sites.example"}},
                "countryOfProduction": "PL",
                "dimensions": {"weight": {"value": 8000, "unit": "GRM"}},
            },
            "granularityLevel": "batch",
            "conformityClaim": [
                {
                    "id": "https://maker.example/claims/1",
                    "conformityTopic": "circularity.content",
                    "declaredValue": [{"metricName": "Recycled content", "metricValue": {"value": Decimal("0.4"), "unit": "C62"}}],
                    "conformityEvidence": {"linkURL": PROOF},
                }
            ],
            "circularityScorecard": {
                "recycledContent": Decimal("0.4"),
                "recyclableContent": Decimal("0.9"),
                "utilityFactor": Decimal("1.5"),
                "materialCircularityIndicator": Decimal("0.77"),
                "repairInformation": {"linkURL": "https://maker.example/repair"},
            },
            "emissionsScorecard": {
                "carbonFootprint": Decimal("21.5"),
                "declaredUnit": "EA",
                "operationalScope": "CradleToGate",
                "primarySourcedRatio": Decimal("0.35"),
            },
            "materialsProvenance": [
                {"name": "Steel", "originCountry": "DE", "massFraction": Decimal("0.6"), "recycledMassFraction": Decimal("0.5")},
                {"name": "Wood", "originCountry": "PL", "massFraction": Decimal("0.3"), "recycledMassFraction": Decimal("0.3")},
            ],
            "traceabilityInformation": [
                {"valueChainProcess": "Sawing", "verifiedRatio": Decimal("0.8"), "traceabilityEvent": [{"linkURL": "https://e.example/1"}]},
                {"valueChainProcess": "Felling", "verifiedRatio": Decimal("0.25"), "traceabilityEvent": []},
            ],
        },
    }


def new() -> dict[str, Any]:
    """The same chair in the shape of 0.7."""
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://vocabulary.uncefact.org/untp/0.7.0/context/"],
        "type": ["DigitalProductPassport", "VerifiableCredential"],
        "id": "https://maker.example/passports/8",
        "name": "Passport of a chair",
        "issuer": {"id": "did:web:maker.example", "name": "Maker"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "type": ["Product"],
            "id": CHAIR,
            "name": "Chair",
            "idScheme": {"id": "https://id.example"},
            "idGranularity": "item",
            "producedAtFacility": {"id": "https://sites.example/9", "name": "Works"},
            "countryOfProduction": {"countryCode": "PL", "countryName": "Poland"},
            "relatedParty": [{"role": "manufacturer", "party": {"id": "did:web:maker.example"}}],
            "dimensions": {"weight": {"value": 8, "unit": "KGM"}},
            "performanceClaim": [
                {
                    "id": "https://maker.example/claims/2",
                    "name": "Recycled content",
                    "conformityTopic": [{"id": "https://vocabulary.uncefact.org/conformity-topic/circularity", "name": "Circularity"}],
                    "claimedPerformance": [{"metric": {"name": "Recycled Content"}, "measure": {"value": 40, "unit": "P1"}}],
                    "evidence": [{"linkURL": PROOF}],
                },
                {
                    "id": "https://maker.example/claims/3",
                    "name": "Carbon",
                    "conformityTopic": {"name": "Greenhouse gas emissions"},
                    "claimedPerformance": [
                        {
                            "metric": {"id": "https://vocabulary.uncefact.org/performance-metric/product-carbon-footprint"},
                            "measure": {"value": 21500, "unit": "GRM"},
                        }
                    ],
                },
            ],
            "materialProvenance": [
                {
                    "name": "Steel",
                    "originCountry": {"countryCode": "DE"},
                    "massFraction": Decimal("0.6"),
                    "recycledMassFraction": Decimal("0.5"),
                },
                {
                    "name": "Wood",
                    "originCountry": {"countryCode": "PL"},
                    "massFraction": Decimal("0.4"),
                    "recycledMassFraction": Decimal("0.25"),
                },
            ],
        },
    }


def proof(**changes: Any) -> dict[str, Any]:
    """A conformity credential about the chair's recycled content."""
    subject = {
        "type": ["ConformityAttestation"],
        "id": "https://lab.example/attestations/1",
        "assessorLevel": "3rdParty",
        "assessmentLevel": "Accredited",
        "attestationType": "certification",
        "assessment": [
            {
                "conformance": True,
                "declaredValue": [{"metricName": "Recycled content", "metricValue": {"value": Decimal("0.4"), "unit": "C62"}}],
                "assessedProduct": [{"product": {"id": CHAIR}}],
            }
        ],
        **changes,
    }
    return {
        "type": ["DigitalConformityCredential", "VerifiableCredential"],
        "id": PROOF,
        "issuer": {"id": "did:web:lab.example", "name": "Laboratory"},
        "validFrom": "2026-01-01",
        "validUntil": "2027-01-01",
        "credentialSubject": subject,
    }


def codes(problems: tuple[Problem, ...]) -> list[str]:
    return [each.code for each in problems]


def test_old_shape() -> None:
    found = read_passport(old(), "chair.json")
    assert found.problems == ()
    assert (found.version, found.product, found.product_name, found.granularity) == ("0.6", CHAIR, "Chair", "batch")
    assert (found.issuer, found.valid_from, found.valid_until, found.country) == ("did:web:maker.example", "2026-01-01", "2030-01-01", "PL")
    assert found.mass is not None
    assert found.mass.value == 8
    assert found.mass.where == "/credentialSubject/product/dimensions/weight/value"
    assert found.identified
    assert not found.signed
    assert found.figure("utility_factor") == found.declared[2]
    assert [(each.name, each.country, each.share) for each in found.materials] == [
        ("Steel", "DE", Fraction(3, 5)),
        ("Wood", "PL", Fraction(3, 10)),
    ]
    assert [(each.name, each.verified, each.events) for each in found.steps] == [
        ("Sawing", Fraction(4, 5), 1),
        ("Felling", Fraction(1, 4), 0),
    ]
    assert found.papers == (("repair", "https://maker.example/repair"),)


def test_new_shape() -> None:
    found = read_passport(new(), "chair.json")
    assert found.problems == ()
    assert (found.version, found.granularity, found.country, found.producer) == ("0.7", "item", "PL", "did:web:maker.example")
    recycled, carbon = found.figure("recycled_content"), found.figure("carbon_footprint")
    assert recycled is not None
    assert recycled.value == Fraction(2, 5)
    assert recycled.where == "/credentialSubject/performanceClaim/0/claimedPerformance/0/measure/value"
    assert carbon is not None
    assert carbon.value == Fraction(43, 2)
    assert carbon.unit == "KGM"
    assert [each.topics for each in found.claims] == [("Circularity",), ("Greenhouse gas emissions",)]
    assert not found.identified  # the site has no scheme
    assert found.indicator is None  # 0.7 has no indicator


def test_indicator_is_recomputed_by_the_formula_of_its_version() -> None:
    # 1 - ((1 - 0.4) + (1 - 0.9)) / (2 * 1.5) = 1 - 0.7/3 = 0.7666…, declared 0.77: the same to two places
    found = read_passport(old()).indicator
    assert found is not None
    assert found.computed == Fraction(23, 30)
    assert found.declared == Fraction(77, 100)
    assert found.agrees is True
    wrong = old()
    wrong["credentialSubject"]["circularityScorecard"]["materialCircularityIndicator"] = Decimal("0.78")
    passport = read_passport(wrong)
    assert codes(passport.problems) == ["indicator-disagrees"]
    assert passport.problems[0].where == "/credentialSubject/circularityScorecard/materialCircularityIndicator"
    assert "0.78 is declared, its own figures give 0.7667 (UNTP 0.6" in passport.problems[0].message
    card = wrong["credentialSubject"]["circularityScorecard"]
    del card["utilityFactor"]  # 1 when not stated: 1 - 0.7/2 = 0.65
    card["materialCircularityIndicator"] = Decimal("0.65")
    assert read_passport(wrong).problems == ()


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")
def test_published_samples() -> None:
    passport = read_passport(load_json((SAMPLES / "untp-dpp-instance.json").read_bytes())[0][0], "untp-dpp-instance.json")
    assert passport.indicator is not None
    assert (passport.indicator.declared, passport.indicator.computed) == (Fraction(67, 100), Fraction(1, 2))
    assert codes(passport.problems) == ["indicator-disagrees"]
    attestation = read_attestation(load_json((SAMPLES / "untp-dcc-instance.json").read_bytes())[0][0], "untp-dcc-instance.json")
    assert (attestation.assessor, attestation.assessment, attestation.kind, attestation.grade) == (
        "3rdParty",
        "Accredited",
        "certification",
        3,
    )
    assert attestation.products == (passport.product,)
    assert attestation.conforms is True
    facts = passport_facts(passport, DAY, attestations=[attestation], declared_unit="KGM")
    assert facts.facts["cb_carbon"].value == Fraction(9, 5)
    assert {each.grade for each in facts.facts.values()} == {1}  # the "third party" is the passport's own issuer
    assert codes(facts.problems) == ["issued-by-itself", "recycled-wider"]
    with pytest.raises(Problems, match="not-a-passport"):
        read_passport(load_json((SAMPLES / "untp-dcc-instance.json").read_bytes())[0][0])


def test_facts_and_their_grades() -> None:
    found = passport_facts(read_passport(old(), "chair.json"), DAY, declared_unit="EA")
    values = {name: answer.value for name, answer in found.facts.items()}
    assert values == {
        "recycled_content": 40,
        "cb_recyclable_content": 90,
        "cb_primary_data": 35,
        "cb_mci_declared": Fraction(77, 100),
        "cb_mci_variant": "untp",
        "cb_product_mass": 8,
        "cb_carbon": Fraction(43, 2),
        "passport_kind": "identified",
        "vt_granularity": "batch",
        "vt_identifiers": "global",
        "vt_verified_ratio": 25,
        "vt_origin_countries": 90,
    }
    assert {answer.grade for answer in found.facts.values()} == {1}
    evidence = found.facts["recycled_content"].evidence[0]
    assert (evidence.document, evidence.page, evidence.kind) == (
        "passport",
        "/credentialSubject/circularityScorecard/recycledContent",
        "product passport, own declaration",
    )
    assert found.documents["passport"].author == "Maker"
    assert codes(found.problems) == ["recycled-wider"]


def test_materials_that_make_the_whole_product_are_preferred_to_a_wider_figure() -> None:
    found = passport_facts(read_passport(new()), DAY)
    assert found.facts["recycled_content"].value == 40  # 0.6 × 50 % + 0.4 × 25 %
    assert found.facts["recycled_content"].evidence[0].page == "/credentialSubject/materialProvenance/0"
    assert found.problems == ()


@pytest.mark.parametrize(
    ("level", "assessment", "kind", "grade"),
    [
        ("Self", "Unspecified", "declaration", 1),
        ("Unspecified", "Accredited", "certification", 1),
        ("Buyer", "Verified", "inspection", 2),
        ("Membership", "Accredited", "certification", 2),
        ("3rdParty", "Unspecified", "verification", 3),
        ("3rdParty", "Accredited", "certification", 3),
        ("3rdParty", "GlobalMRA", "testing", 4),
    ],
)
def test_a_credential_gives_its_own_grade_and_only_to_what_it_covers(level: str, assessment: str, kind: str, grade: int) -> None:
    held = read_attestation(proof(assessorLevel=level, assessmentLevel=assessment, attestationType=kind), "proof.json")
    assert held.problems == ()
    assert held.grade == grade
    found = passport_facts(read_passport(old()), DAY, attestations=[held])
    assert found.facts["recycled_content"].grade == grade
    assert {answer.grade for name, answer in found.facts.items() if name != "recycled_content"} == {1}


def _changed(where: str, value: Any) -> Attestation:
    document = proof()
    target: Any = document
    *path, last = where.split("/")
    for part in path:
        target = target[int(part)] if isinstance(target, list) else target[part]
    target[last] = value
    return read_attestation(document)


@pytest.mark.parametrize(
    ("attestation", "code"),
    [
        (_changed("id", "https://lab.example/credentials/other"), ""),  # the claim links to another credential
        (_changed("credentialSubject/assessment/0/declaredValue/0/metricValue/value", Decimal("0.2")), ""),  # confirms another figure
        (_changed("credentialSubject/assessment/0/assessedProduct/0/product", {"id": "https://id.example/chair/8"}), "other-product"),
        (_changed("credentialSubject/assessment/0/assessedProduct", []), ""),
        (_changed("credentialSubject/assessment/0/conformance", False), ""),
        (_changed("credentialSubject/assessment/0/conformance", None), ""),
        (_changed("validUntil", "2026-05-31"), "passport-expired"),
        (_changed("validFrom", "2026-06-02"), "passport-not-yet-valid"),
        (_changed("issuer", {"id": "did:web:maker.example"}), "issued-by-itself"),
        (_changed("issuer", {}), ""),
    ],
)
def test_a_credential_that_does_not_fit_proves_nothing(attestation: Attestation, code: str) -> None:
    found = passport_facts(read_passport(old()), DAY, attestations=[attestation])
    assert found.facts["recycled_content"].grade == 1
    assert [each for each in codes(found.problems) if each != "recycled-wider"] == ([code] if code else [])


@pytest.mark.parametrize(
    ("change", "code"),
    [({"validUntil": "2026-05-31"}, "passport-expired"), ({"validFrom": "2026-06-02"}, "passport-not-yet-valid"), ({"issuer": None}, "")],
)
def test_a_passport_that_does_not_hold_is_a_bare_claim(change: dict[str, Any], code: str) -> None:
    found = passport_facts(read_passport({**old(), **change}), DAY, attestations=[read_attestation(proof())])
    assert {answer.grade for answer in found.facts.values()} == {0}
    assert found.facts["passport_kind"].value == "sheet"
    assert not code or code in codes(found.problems)


def test_a_footprint_answers_only_for_the_unit_and_scope_asked() -> None:
    assert "cb_carbon" not in passport_facts(read_passport(old()), DAY).facts
    other = passport_facts(read_passport(old()), DAY, declared_unit="KGM")
    assert "cb_carbon" not in other.facts
    assert "declared-unit-differs" in codes(other.problems)
    grave = old()
    grave["credentialSubject"]["emissionsScorecard"]["operationalScope"] = "CradleToGrave"
    assert "cb_carbon" not in passport_facts(read_passport(grave), DAY, declared_unit="EA").facts


def _put(where: str, value: Any, shape: Any = old) -> Any:
    document = shape()
    target: Any = document
    *path, last = where.split("/")
    for part in path:
        target = target[int(part)] if isinstance(target, list) else target[part]
    target[last] = value
    return document


SUBJECT = "credentialSubject"
FAULTY = [
    ("issuer-missing", {**old(), "issuer": {"name": "Maker"}}, "/issuer"),
    ("issuer-not-producer", {**old(), "issuer": {"id": "did:web:other.example"}}, "/issuer"),
    ("validity-missing", {**old(), "validFrom": None}, "/validFrom"),
    ("validity-backwards", {**old(), "validUntil": "2020-01-01"}, "/validUntil"),
    ("product-missing", _put(f"{SUBJECT}/product", {}), f"/{SUBJECT}/product"),
    (
        "ratio-out-of-range",
        _put(f"{SUBJECT}/circularityScorecard/recyclableContent", 90),
        f"/{SUBJECT}/circularityScorecard/recyclableContent",
    ),
    ("number-out-of-range", _put(f"{SUBJECT}/emissionsScorecard/carbonFootprint", -1), f"/{SUBJECT}/emissionsScorecard/carbonFootprint"),
    ("number-out-of-range", _put(f"{SUBJECT}/circularityScorecard/utilityFactor", 0), f"/{SUBJECT}/circularityScorecard/utilityFactor"),
    ("unknown-measure", _put(f"{SUBJECT}/dimensions/weight/unit", "LBR", new), f"/{SUBJECT}/dimensions/weight/unit"),
    ("fractions-over-one", _put(f"{SUBJECT}/materialProvenance/0/massFraction", Decimal("0.7"), new), f"/{SUBJECT}"),
    (
        "recycled-disagrees",
        _put(f"{SUBJECT}/materialsProvenance/0/recycledMassFraction", Decimal("0.9")),
        f"/{SUBJECT}/circularityScorecard/recycledContent",
    ),
    ("safety-missing", _put(f"{SUBJECT}/materialsProvenance/1/hazardous", True), f"/{SUBJECT}/materialsProvenance/1"),
    (
        "metric-twice",
        _put(f"{SUBJECT}/conformityClaim/0/declaredValue/0/metricValue/value", Decimal("0.5")),
        f"/{SUBJECT}/conformityClaim/0/declaredValue/0/metricValue/value",
    ),
    ("indicator-disagrees", _put(f"{SUBJECT}/circularityScorecard/materialCircularityIndicator", Decimal("0.9")), None),
]


@pytest.mark.parametrize(("code", "document", "where"), FAULTY)
def test_what_is_wrong_is_told_with_its_place(code: str, document: Any, where: str | None) -> None:
    found = read_passport(document, "chair.json")
    told = [each for each in found.problems if each.code == code]
    assert told
    assert told[0].file == "chair.json"
    assert told[0].hint
    assert where is None or told[0].where == where


def test_a_figure_declared_twice_answers_nothing() -> None:
    document = _put(f"{SUBJECT}/conformityClaim/0/declaredValue/0/metricValue/value", Decimal("0.5"))
    assert "recycled_content" not in passport_facts(read_passport(document), DAY).facts


def test_a_credential_that_finds_no_conformity_says_so() -> None:
    assert codes(_changed("credentialSubject/assessment/0/conformance", False).problems) == ["no-conformance"]


@pytest.mark.parametrize("document", [[], "passport", 7, None, {}, {"credentialSubject": {"type": ["Facility"]}}])
def test_other_documents_are_refused(document: Any) -> None:
    with pytest.raises(Problems, match="not-a-passport"):
        read_passport(document, "x.json")
    with pytest.raises(Problems, match="not-a-passport"):
        read_attestation(document, "x.json")


def test_an_enveloped_passport_is_read() -> None:
    found = read_passport({"verifiableCredential": old()})
    assert found.mass is not None
    assert found.mass.where.startswith("/verifiableCredential/credentialSubject/")


def test_every_code_is_shown_here() -> None:
    """The catalogue and what the tests above provoke are the same."""
    shown = {code for code, *_ in FAULTY} | {
        "not-a-passport",
        "passport-expired",
        "passport-not-yet-valid",
        "recycled-wider",
        "declared-unit-differs",
        "other-product",
        "issued-by-itself",
        "no-conformance",
    }
    assert shown == set(passports.CODES)


def test_answers_are_of_the_kind_and_unit_that_the_packs_declare() -> None:
    declared = {fact.id: fact for name in ("circular_bid", "value_chain_traceability") for fact in load_pack(name).facts}
    found = passport_facts(read_passport(old()), DAY, declared_unit="EA")
    for name, answer in found.facts.items():
        fact = declared[name]
        assert (answer.kind, answer.unit) == (fact.kind, fact.unit), name
        assert fact.kind != "choice" or answer.value in fact.options, name


def test_a_passport_alone_is_capped_when_rated() -> None:
    found = passport_facts(read_passport(old()), DAY)
    case = Case(
        id="chair",
        title="Chair",
        kind="bid",
        stage="tender",
        date="2026-06-01",
        packs=("circular_bid", "value_chain_traceability"),
        facts=dict(found.facts),
        documents=dict(found.documents),
    )
    scores = {node.id: node.score for name in case.packs for node in evaluate(case, load_pack(name)).nodes}
    assert scores["cb.e1.a"] == 60  # 90 % recyclable would earn 88.9; a passport's own word is capped at 60
    assert scores["vt.e2.a"] == 60  # a passport with an identifier would earn 65


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(value, dict):
        found += [each for key in value for each in _places(value[key], (*path, key))]
    elif isinstance(value, list):
        found += [each for at, one in enumerate(value) for each in _places(one, (*path, at))]
    return found


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_whatever_stands_anywhere_nothing_else_is_raised(data: st.DataObject) -> None:
    document = copy.deepcopy(data.draw(st.sampled_from([old(), new(), proof()])))
    place = data.draw(st.sampled_from(_places(document)))
    value = data.draw(_JSON)
    if place:
        target: Any = document
        for part in place[:-1]:
            target = target[part]
        target[place[-1]] = value
    else:
        document = value
    try:
        found: Passport | Attestation = read_passport(document)
    except Problems:
        try:
            found = read_attestation(document)
        except Problems:
            return
    passport = found if isinstance(found, Passport) else read_passport(old())
    attestations = [found] if isinstance(found, Attestation) else [read_attestation(proof())]
    answers = passport_facts(passport, DAY, attestations=attestations, declared_unit="EA").facts
    assert all(0 <= answer.grade <= 3 for answer in answers.values())
    assert all(0 <= answer.value <= 100 for answer in answers.values() if answer.unit == "%" and isinstance(answer.value, Fraction))


def test_a_case_made_from_a_passport_is_written_and_read_back_equal() -> None:
    found = passport_facts(read_passport(old(), "chair.json"), DAY, attestations=[read_attestation(proof())])
    case = Case(
        id="chair",
        title="Chair",
        kind="bid",
        stage="tender",
        date="2026-06-01",
        packs=("circular_bid", "value_chain_traceability"),
        facts=dict(found.facts),
        documents=dict(found.documents),
    )
    assert case_of_text(write_case(case)).hash == case.hash
