"""How words are matched: tokens, endings, gaps, accents, longest match, traps, negation, language, measure."""

import unicodedata

import pytest

from tenderloop.errors import Problems
from tenderloop.evidence.terms import (
    Concept,
    Hit,
    Language,
    Matcher,
    Term,
    TermBase,
    find_concepts,
    load_terms,
    measured,
    sentence_bounds,
    shipped_languages,
    split_phrase,
)


def base(*terms: Term, negation: tuple[str, ...] = ("no",), after: tuple[str, ...] = (), not_negation: tuple[str, ...] = ()) -> TermBase:
    ids = dict.fromkeys(term.concept for term in terms)
    return TermBase(
        [Concept(each, "group", "meaning", negation="affirms" if each == "free" else "turns") for each in ids],
        [Language(each, negation, after, not_negation) for each in dict.fromkeys(term.language for term in terms)],
        terms,
    )


def found(hits: tuple[Hit, ...], text: str) -> list[tuple[str, str]]:
    return [(hit.concept, text[hit.start : hit.end]) for hit in hits]


def test_places_are_those_of_the_text_given() -> None:
    text = "x — Spare-Parts, 5 y."
    [hit] = base(Term("parts", "en", "spare part*")).find(text, "en")
    assert hit == Hit("parts", "spare part*", 4, 15, "en", False)


@pytest.mark.parametrize(
    ("term", "text", "is_found"),
    [
        ("repair*", "Repairability", True),
        ("repair*", "unrepaired", False),
        ("repair", "repairs", False),
        ("*recycling", "Kunststoffrecycling", True),
        ("*recycling", "recyclings", False),
        ("spare part*", "spare, parts", False),
        ("spare part*", "spare. Parts", False),
        ("spare part*", "spare\nparts", True),
        ("spare part*", "spare\n\nparts", False),
        ("legal* ~ timber", "legally harvested timber", True),
        ("legal* ~ timber", "legally harvested, certified timber", True),
        ("legal* ~ timber", "legal timber", True),
        ("legal* ~ timber", "legally and sustainably harvested timber", False),
        ("legal* ~ timber", "It is legal. Timber is", False),
        ("19 ~ law", "nach 19 Abs. 1 law", True),
        ("co2 emission*", "CO₂-Emissionen", True),
        ("efficien*", "eﬃciency", True),
    ],
)
def test_one_term_on_one_text(term: str, text: str, is_found: bool) -> None:
    assert bool(base(Term("c", "xx", term)).find(text, "xx")) is is_found


@pytest.mark.parametrize(
    "text", ["réemploi", "REEMPLOI", "RÉEMPLOI", "reemploi", unicodedata.normalize("NFD", "Réemploi"), "ré\u00ademploi"]
)
def test_a_text_may_have_lost_its_accents_or_carry_them_apart(text: str) -> None:
    [hit] = base(Term("reuse", "fr", "réemploi")).find(f"Le {text} !", "fr")
    assert (hit.start, hit.end) == (3, 3 + len(text))


def test_accents_that_the_term_does_not_have_are_another_word() -> None:
    assert not base(Term("c", "es", "ano")).find("un año", "es")


def test_german_umlauts_may_be_spelt_out_and_eszett_too() -> None:
    gewaehr = base(Term("warranty", "de", "Gewährleistung"), Term("size", "de", "Maß"))
    assert found(gewaehr.find("Gewaehrleistung, GEWÄHRLEISTUNG, MASS", "de"), "Gewaehrleistung, GEWÄHRLEISTUNG, MASS") == [
        ("warranty", "Gewaehrleistung"),
        ("warranty", "GEWÄHRLEISTUNG"),
        ("size", "MASS"),
    ]


def test_polish_and_russian_letters() -> None:
    words = base(Term("a", "pl", "część"), Term("b", "ru", "учёт"), Term("c", "ru", "мой"))
    assert len(words.find("czesc CZĘŚĆ", "pl")) == 2
    assert found(words.find("учет мои мой", "ru"), "учет мои мой") == [("b", "учет"), ("c", "мой")]


def test_a_longer_match_hides_a_shorter_one_inside_it() -> None:
    terms = base(Term("green", "en", "environmental*"), Term("system", "en", "environmental management"))
    text = "environmental management and environmental care"
    assert found(terms.find(text, "en"), text) == [("system", "environmental management"), ("green", "environmental")]


def test_of_two_concepts_with_the_same_words_the_one_that_says_more_stays() -> None:
    terms = base(Term("green", "nl", "milieu*"), Term("system", "nl", "milieubeheer*"))
    assert [hit.concept for hit in terms.find("Milieubeheersysteem, milieu", "nl")] == ["system", "green"]


def test_two_concepts_may_share_the_same_words() -> None:
    terms = base(Term("a", "en", "take back"), Term("b", "en", "take back"))
    assert [hit.concept for hit in terms.find("take-back", "en")] == ["a", "b"]


def test_overlapping_matches_of_one_concept_count_once() -> None:
    terms = base(Term("a", "en", "spare part*"), Term("a", "en", "part* warranty"))
    assert len(terms.find("spare parts warranty", "en")) == 1


def test_a_trap_cancels_hits_of_its_own_concept_only() -> None:
    terms = base(Term("reuse", "en", "reuse"), Term("data", "en", "data"), Term("reuse", "en", "reuse of ~ data", why="data"))
    text = "Reuse of open data. Reuse of chairs."
    assert found(terms.find(text, "en"), text) == [("data", "data"), ("reuse", "Reuse")]


def test_a_hit_that_says_more_than_the_trap_stays() -> None:
    terms = base(Term("durable", "en", "extended service life"), Term("durable", "en", "service life", why="staff"))
    assert len(terms.find("an extended service life", "en")) == 1


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("no repair", True),
        ("no kind of repair", True),
        ("no one needs such a repair", False),
        ("No. Repair is asked", False),
        ("no, repair", False),
        ("not only repair", False),
        ("repair is not required here", True),
        ("repair is free. Not required: paint", False),
        ("repair", False),
    ],
)
def test_negation_near_the_words(text: str, negated: bool) -> None:
    terms = base(Term("r", "en", "repair"), negation=("no", "not"), after=("not required",), not_negation=("only",))
    [hit] = terms.find(text, "en")
    assert hit.negated is negated


def test_negation_belongs_to_some_concepts() -> None:
    [hit] = base(Term("free", "en", "hazardous")).find("no hazardous matter", "en")
    assert not hit.negated


def test_a_stated_language_is_the_only_one_read() -> None:
    terms = base(Term("a", "en", "gift"), Term("b", "de", "gift"))
    assert [hit.concept for hit in terms.find("Gift", "DEU")] == ["b"]
    assert [hit.concept for hit in terms.find("Gift", "en-GB")] == ["a"]
    assert terms.find("Gift", "fi") == ()


def test_without_a_language_every_language_is_tried_and_each_place_counts_once() -> None:
    terms = base(Term("new", "en", "innovation"), Term("new", "fr", "innovation"), Term("reuse", "fr", "réemploi"))
    text = "innovation, réemploi"
    assert [(hit.concept, hit.language) for hit in terms.find(text)] == [("new", "fr"), ("reuse", "fr")]
    assert [hit.language for hit in terms.find("innovation")] == ["en"]


def test_without_a_language_common_words_decide_when_they_clearly_lead() -> None:
    shipped = load_terms()
    german = "Die Wartung ist mit der Lieferung anzubieten und von dem Bieter auf eigene Kosten zu leisten."
    assert shipped.guessed(german) == "de"
    assert shipped.guessed("Wartung") == ""
    assert {hit.language for hit in shipped.find(german)} == {"de"}


@pytest.mark.parametrize("phrase", ["", "~ repair", "repair ~", "a ~ ~ b", "re*pair", "*recycl*", "up*", "*", "spare_part!", "a (b)"])
def test_malformed_terms_are_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        split_phrase(phrase)


def test_a_language_without_a_list_is_a_problem_that_names_those_there_are() -> None:
    with pytest.raises(Problems) as faults:
        load_terms(["xx"])
    [problem] = faults.value.problems
    assert problem.code == "no-terms"
    assert "en" in problem.hint


def test_nothing_found_is_an_empty_answer() -> None:
    assert find_concepts("") == ()
    assert find_concepts("Supply of 3 pianos.", "en") == ()


def test_a_matcher_forgets_what_it_worked_out_when_it_learns() -> None:
    terms = base(Term("a", "en", "spare"))
    matcher = Matcher()
    [pattern] = [one for _, _, one in terms._matcher("en").matches("spare")]
    assert not list(matcher.matches("spare"))
    matcher.add("spare", pattern)
    assert [(start, end) for start, end, _ in matcher.matches("a spare")] == [(2, 7)]


@pytest.mark.parametrize(
    ("sentence", "is_measured"),
    [
        ("Spare parts for 10 years.", True),
        ("Spare parts for ten years.", True),
        ("Spare parts for two (2) years.", True),
        ("Die Ersatzteilversorgung ist für mindestens 5 Jahre zu sichern.", True),
        ("Garantie de 36 mois.", True),
        ("Gwarancja 60 miesięcy.", True),
        ("Гарантийный срок 24 месяца.", True),
        ("Hluk 45 dB(A).", True),
        ("mindestens 30 % Recyclinganteil", True),
        ("30% recycled", True),
        ("ISO 14001 or equal", True),
        ("nach DIN EN ISO 14001", True),
        ("NF EN 13432", True),
        ("ГОСТ Р 52298", True),
        ("certified with FSC or equal", True),
        ("trägt den Blauen Engel", True),
        ("oznakowanie ekologiczne UE", True),
        ("energy class A++", True),
        ("Energieeffizienzklasse B", True),
        ("Spare parts must be available.", False),
        ("Spare parts for lot 2.", False),
        ("EN 2024 se licita", False),
        ("Spare parts, 3 sets", False),
        ("an environmental label", False),
        ("worth 1000 EUR", False),
        ("class of persons", False),
        ("Building A", False),
    ],
)
def test_what_counts_as_measured(sentence: str, is_measured: bool) -> None:
    assert measured(sentence, 0, 1) is is_measured


def test_the_measure_must_stand_in_the_same_sentence() -> None:
    text = "Repair on site. Spare parts for 7 years. Old things are taken back."
    assert not measured(text, 0, 6)
    assert measured(text, 16, 27)
    assert not measured(text, text.index("Old"), len(text) - 1)


def test_sentences_end_at_stops_and_list_items_but_not_at_decimals_or_wrapped_lines() -> None:
    text = "At least 2.5 kg\nof it; then\n- item one\n- item two"
    parts = [text[slice(*sentence_bounds(text, at, at + 1))].strip() for at in (0, text.index("then"), text.index("one"), len(text) - 2)]
    assert parts == ["At least 2.5 kg\nof it;", "then", "- item one", "- item two"] or parts == [
        "At least 2.5 kg\nof it;",
        "then",
        "item one",
        "item two",
    ]


def test_the_shipped_languages() -> None:
    assert {"en", "fr", "de", "es", "it", "pt", "pl", "ru"} <= set(shipped_languages())
