"""Search: what a score is made of, its order, its reasons; and what is suggested for a pack."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace

import pytest

from tenderloop.evidence.passages import Passage
from tenderloop.evidence.search import LONGEST_QUOTE, Question, Search, questions_of, suggest
from tenderloop.evidence.terms import load_terms
from tenderloop.pack import Pack
from tenderloop.readers.packs import load_pack

SPARE = Question("spare", "Spare parts", "Are spare parts to be available, and for how long?", concepts={"spare_parts": "fact_parts"})
TEXTS = (
    ("en", "The bidder submits the offer in English through the platform."),
    ("en", "Spare parts must be available for at least ten years after delivery."),
    ("fr", "Les pièces détachées sont disponibles pendant 10 ans au moins."),
    ("fr", "Le marché est passé selon la procédure adaptée."),
    ("de", "Die Ersatzteilversorgung ist für 10 Jahre zu gewährleisten."),
    ("de", "Der Zuschlag wird auf das wirtschaftlichste Angebot erteilt."),
)


def passages(*texts: tuple[str, str]) -> list[Passage]:
    return [
        Passage(text, "a.pdf", f"page {number}", 0, len(text), number, number, language) for number, (language, text) in enumerate(texts, 1)
    ]


def test_the_terms_bridge_languages_and_words_alone_do_not() -> None:
    with_terms = Search(passages(*TEXTS), load_terms(["en", "fr", "de"])).best(SPARE)
    assert [found.passage.page for found in with_terms] == [2, 5, 3] or [found.passage.page for found in with_terms] == [2, 3, 5]
    without = Search(passages(*TEXTS)).best(SPARE)
    assert [found.passage.page for found in without] == [2]


def test_a_score_is_the_sum_of_its_parts_and_lies_between_0_and_1() -> None:
    for found in Search(passages(*TEXTS), load_terms(["en", "fr", "de"])).best(SPARE, 9, 0.0):
        concepts, words, letters = found.parts
        assert found.score == pytest.approx(0.60 * concepts + 0.25 * words + 0.15 * letters, abs=2e-4)
        assert 0 <= found.score <= 1
        assert all(0 <= part <= 1 for part in found.parts)


def test_reasons_name_the_words_and_what_can_be_checked() -> None:
    [found, *_] = Search(passages(TEXTS[4]), load_terms(["de"])).best(SPARE)
    assert found.why == "speaks of spare parts: 'Ersatzteilversorgung'; can be checked: 10 Jahre"
    assert (found.checkable, found.quote) == (("10 Jahre",), TEXTS[4][1])


def test_a_no_beside_the_words_is_pointed_out() -> None:
    [found] = Search(passages(("en", "No spare parts are required for this service contract.")), load_terms(["en"])).best(SPARE)
    assert "a 'no' or 'not required' stands near" in found.why


def test_the_order_does_not_depend_on_chance_and_ties_keep_the_order_of_the_text() -> None:
    same = passages(*[("en", f"Spare parts are kept in depot {letter}.") for letter in "abcdefg"], *TEXTS)
    first = [found.passage.number for found in Search(same, load_terms(["en"])).best(SPARE, 9)]
    assert first == [found.passage.number for found in Search(same, load_terms(["en"])).best(SPARE, 9)]
    shuffled = list(same)
    random.Random(4).shuffle(shuffled)
    found = Search(shuffled, load_terms(["en"])).best(SPARE, 9)
    assert {each.passage.number for each in found} == set(first)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_the_same_clause_for_every_lot_is_found_once() -> None:
    lots = [("en", f"Lot {number}: spare parts for {number} years.") for number in range(1, 8)]
    assert len(Search(passages(*lots), load_terms(["en"])).best(SPARE)) == 1


def test_of_equal_passages_the_bound_one_comes_first() -> None:
    said, bound = passages(("en", "Spare parts for chairs."), ("en", "Spare parts for tables."))
    found = Search([said, replace(bound, role="clause")], load_terms(["en"])).best(SPARE)
    assert [each.passage.role for each in found] == ["clause", "document"]


def test_a_passage_in_a_language_without_terms_is_found_by_its_words() -> None:
    [found] = Search(passages(("xx", "Spare parts, varaosat, kymmenen vuotta.")), load_terms(["en"])).best(SPARE)
    assert found.score == pytest.approx(0.6 * found.parts.words + 0.4 * found.parts.letters, abs=2e-4)
    assert found.hits == ()


def test_a_paper_may_speak_two_languages() -> None:
    german = "Der Auftragnehmer hat die Ersatzteilversorgung für das Mobiliar und die Geräte nach der letzten Lieferung zu gewährleisten."
    [found] = Search(passages(("fr", german)), load_terms(["fr", "de"])).best(SPARE)
    assert (found.passage.language, [hit.language for hit in found.hits]) == ("de", ["de"])


def test_nothing_is_found_in_nothing() -> None:
    assert Search([]).best(SPARE) == ()
    assert Search(passages(("en", "4 5 6")), load_terms(["en"])).best(SPARE) == ()
    assert suggest([], load_pack("circular_ppp")) == []


def test_a_quote_of_an_endless_sentence_holds_the_term() -> None:
    text = "word " * 300 + "spare parts " + "word " * 300
    [found] = Search(passages(("en", text)), load_terms(["en"])).best(SPARE)
    assert "spare parts" in found.quote
    assert len(found.quote) <= LONGEST_QUOTE
    assert found.quote in text


def test_sklearn_is_imported_only_when_something_is_searched() -> None:
    code = "import sys, tenderloop.evidence.search, tenderloop.cli_evidence; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# -------------------------------------------------------------------------------------------------------------------- with a pack


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("circular_tender")


def test_every_indicator_is_a_question_with_the_concepts_that_the_pack_ties_to_it(pack: Pack) -> None:
    asked = {question.id: question for question in questions_of(pack, load_terms(["en"]))}
    assert list(asked) == [indicator.id for indicator in pack.indicators]
    for signal in pack.text_signals:
        owners = [indicator.id for indicator in pack.indicators if signal.fact in indicator.facts]
        assert owners
        assert all(asked[owner].concepts[signal.concept] == signal.fact for owner in owners)
    assert sum(bool(question.concepts) for question in asked.values()) > len(asked) // 2


def test_what_is_suggested_names_the_fact_that_the_words_answer(pack: Pack) -> None:
    tied = {signal.concept: signal.fact for signal in pack.text_signals}
    found = suggest(passages(*TEXTS), pack, terms=load_terms(["en", "fr", "de"]))
    parts = [each for each in found if each.fact == tied["spare_parts"]]
    assert {each.page for each in parts} == {"2", "3", "5"}
    assert all(each.document == "a.pdf" and each.quote in each.passage.text and each.why for each in found)
    assert [each.indicator for each in found] == sorted(
        (each.indicator for each in found), key=[indicator.id for indicator in pack.indicators].index
    )


def test_no_indicator_gets_more_than_asked(pack: Pack) -> None:
    seen: list[tuple[int, int]] = []
    found = suggest(passages(*TEXTS), pack, most=1, terms=load_terms(["en", "fr", "de"]), progress=lambda *at: seen.append(at))
    assert len({each.indicator for each in found}) == len(found)
    assert seen[-1] == (len(pack.indicators), len(pack.indicators))
