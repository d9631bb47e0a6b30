"""The lists themselves: every concept in every language, no term twice, every trap does what it says."""

from importlib.resources import files
from itertools import pairwise

import pytest

from tenderloop.evidence.terms import Term, TermBase, folded, load_terms, shipped_languages, split_phrase
from tenderloop.readers.strict_yaml import Mapping, read_yaml

BASE = load_terms()
WITHOUT_TRAPS = TermBase(BASE.concepts.values(), BASE.languages.values(), [term for term in BASE.terms if not term.trap])
LANGUAGES = shipped_languages()
TRAPS = [term for term in BASE.terms if term.trap]
CONTRACT = [
    "need_avoidance",
    "sharing_or_rental",
    "product_as_service",
    "functional_specification",
    "material_reduction",
    "waste_prevention",
    "packaging_reduction",
    "durability",
    "warranty",
    "modularity",
    "maintenance",
    "repair",
    "spare_parts",
    "repair_information",
    "reuse",
    "second_hand",
    "refurbish",
    "remanufacture",
    "repurpose",
    "recycled_content",
    "recyclability",
    "renewable_materials",
    "design_for_disassembly",
    "take_back",
    "separate_collection",
    "recycling",
    "composting",
    "energy_recovery",
    "demolition_audit",
    "material_passport",
    "reusable_packaging",
    "hazardous_substances",
    "circular_economy",
    "green_general",
    "ecolabel",
    "environmental_management",
    "life_cycle_cost",
    "life_cycle_assessment",
    "carbon_footprint",
    "energy_efficiency",
    "renewable_energy",
    "clean_vehicles",
    "water_saving",
    "biodiversity",
    "delivery_logistics",
    "working_conditions",
    "disadvantaged_employment",
    "accessibility",
    "gender_equality",
    "human_rights",
    "sme_access",
    "training_apprentices",
    "local_community",
    "fair_trade",
    "health_safety",
    "traceability",
    "certificates_tests",
    "monitoring_reporting",
    "penalties_bonus",
    "market_consultation",
    "variants",
    "innovation",
    "residual_value",
]

FIRST = frozenset({"en", "fr", "de", "es", "it", "pt", "pl", "ru", "nl"})

# The same words in two concepts of one language, with the reason. Empty: no list needs it now.
SHARED: dict[tuple[str, str], str] = {}


def example(phrase: str) -> str:
    """A phrase as a text would have it, in its shortest form."""
    return " ".join(word.strip("*") for word in split_phrase(phrase) if word != "~")


def test_the_concepts_are_those_of_the_contract() -> None:
    assert list(BASE.concepts) == CONTRACT


@pytest.mark.parametrize("concept", CONTRACT)
def test_a_concept_has_meaning_group_goals_and_known_tags(concept: str) -> None:
    entry = BASE.concepts[concept]
    assert entry.meaning
    assert entry.group in {
        "refuse_rethink_reduce",
        "longer_life",
        "materials_end_of_life",
        "environment",
        "people_first",
        "proof_follow_up",
    }
    assert entry.r in {"", *(f"R{step}" for step in range(10))}
    assert entry.unece in {"waste", "procurement", "traceability", "standards", "trade"}
    assert entry.sdg
    assert entry.negation in {"turns", "affirms"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_concept_has_terms_or_a_written_reason_why_not(language: str) -> None:
    counts = dict.fromkeys(CONTRACT, 0)
    for term in BASE.terms:
        if term.language == language and not term.trap:
            counts[term.concept] += 1
    absent = BASE.languages[language].absent
    assert {concept: count for concept, count in counts.items() if count < 4 and concept not in absent} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_term_stands_twice(language: str) -> None:
    seen: dict[str, set[str]] = {}
    for term in BASE.terms:
        if term.language == language and not term.trap:
            seen.setdefault(" ".join(split_phrase(folded(term.text))), set()).add(term.concept)
    assert {words: ids for words, ids in seen.items() if len(ids) > 1 and (language, words) not in SHARED} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_has_a_sense_and_every_trap_a_reason(language: str) -> None:
    of_language = [term for term in BASE.terms if term.language == language]
    assert [term.text for term in of_language if not (term.why if term.trap else term.sense).strip()] == []
    assert not any(term.why == "another sense" for term in of_language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_finds_its_own_words(language: str) -> None:
    lost = [
        (term.concept, term.text) for term in BASE.terms if term.language == language and not term.trap and not _found(WITHOUT_TRAPS, term)
    ]
    assert lost == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_trap_is_passed_over(language: str) -> None:
    caught = [(trap.concept, trap.text) for trap in TRAPS if trap.language == language and _found(BASE, trap)]
    assert caught == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_most_traps_stand_where_a_term_would_be_found(language: str) -> None:
    mine = [trap for trap in TRAPS if trap.language == language]
    needed = [trap for trap in mine if _found(WITHOUT_TRAPS, trap)]
    assert len(mine) >= (60 if language in FIRST else 30)
    assert len(needed) >= len(mine) * 3 // 4  # the others guard phrases that a wider term would catch


@pytest.mark.parametrize("language", LANGUAGES)
def test_terms_are_not_stopped_by_their_own_traps(language: str) -> None:
    """A term whose plain form is itself a trap would never be found."""
    texts = {trap.text: trap for trap in TRAPS if trap.language == language}
    assert [term.text for term in BASE.terms if not term.trap and term.language == language and _same(term, texts)] == []


@pytest.mark.parametrize("name", [*(f"{language}.yaml" for language in LANGUAGES), "concepts.yaml", "proofs.yaml"])
def test_the_lists_are_in_the_dialect_of_the_packs(name: str) -> None:
    tree = read_yaml((files("tenderloop_criteria") / "terms" / name).read_bytes(), name)
    assert isinstance(tree, Mapping)
    assert tree["status"] == "proposed"
    assert tree["curated"] == "2026-11"


@pytest.mark.parametrize("language", LANGUAGES)
def test_common_words_and_negations_are_there(language: str) -> None:
    entry = BASE.languages[language]
    assert len(entry.common) >= 12
    assert len(set(entry.common)) == len(entry.common)
    assert entry.negation
    assert entry.negation_after
    assert entry.not_negation


def test_short_words_that_stand_alone_are_known() -> None:
    """A single word of fewer than four letters hits easily: each one was looked at."""
    short = {term.text for term in BASE.terms if not term.trap and len(term.text.strip("*")) < 4}
    assert short <= LOOKED_AT


LOOKED_AT = {
    "ILO", "KMO", "MKB", "cao", "VCA", "GFT", "MKI",
    "HMS", "SHA", "SMB", "FDV",
    "FSC", "VOC", "COV", "GPP", "LCC", "TCO", "LCA", "EPD", "GHG", "HSE", "SME", "KPI", "RFI", "SAV",
    "ACV", "GES", "CSR", "UVE", "PMR", "PME", "TPE", "SPS", "EPI", "D3E", "MVA", "THG", "QNG", "FFH",
    "KMU", "PSA", "SCC", "LkSG", "DAP", "GEI", "RCD", "EPC", "CSS", "CAM", "PMI", "DPI", "PFU", "DTR",
    "RDF", "LZO", "GOZ", "OZE", "MŚP", "BHP", "BDO", "GEE", "ЗИП", "ВИЭ", "МСП", "СМП", "СИЗ", "КПЭ",
}  # fmt: skip


def _found(terms: TermBase, term: Term) -> bool:
    return any(hit.concept == term.concept for hit in terms.find(example(term.text), term.language))


def _same(term: Term, traps: dict[str, Term]) -> bool:
    trap = traps.get(term.text)
    return trap is not None and trap.concept == term.concept


def test_languages_are_in_order() -> None:
    assert all(one < other for one, other in pairwise(LANGUAGES))
