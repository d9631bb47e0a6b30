"""Passages: what is cut where, that nothing is lost or rewritten, and what in a passage can be checked."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenderloop.evidence.documents import Block, Document
from tenderloop.evidence.passages import FEWEST_WORDS, MOST_WORDS, Passage, checkable, cuts, document_passages, notice_passages, sentences
from tenderloop.notice import AwardCriterion, Lot, Notice, Text

SENTENCE = "The supplier keeps spare parts of every kind for ten years after delivery."


def paper(*blocks: tuple[str, str, int | None]) -> Document:
    made = tuple(Block(text, kind, number, page) for number, (kind, text, page) in enumerate(blocks, 1))  # type: ignore[arg-type]
    pages = max((page or 0 for _, _, page in blocks), default=0) or None
    return Document("a.pdf", "pdf", "", made, pages, "en")


def shown(passages: tuple[Passage, ...]) -> list[tuple[str, str]]:
    return [(passage.place, passage.text) for passage in passages]


def test_short_paragraphs_of_a_page_are_put_together() -> None:
    found = document_passages(paper(("paragraph", SENTENCE, 1), ("paragraph", SENTENCE, 1), ("paragraph", "On the next page.", 2)))
    assert shown(found) == [("page 1", f"{SENTENCE}\n{SENTENCE}"), ("page 2", "On the next page.")]


def test_a_passage_stops_growing_at_forty_words() -> None:
    found = document_passages(paper(*[("paragraph", SENTENCE, 1)] * 6))
    assert [len(passage.text.split()) for passage in found] == [52, 26]
    assert FEWEST_WORDS <= 52 <= MOST_WORDS


def test_items_and_rows_stand_alone_and_keep_their_heading() -> None:
    found = document_passages(
        paper(
            ("heading", "Repair", 1),
            ("paragraph", "Words.", 1),
            ("item", "- screws", 1),
            ("row", "Lot | Chairs", 1),
            ("heading", "Price", 1),
        )
    )
    assert [(passage.text, passage.kind, passage.heading) for passage in found] == [
        ("Repair\nWords.", "heading", "Repair"),
        ("- screws", "item", "Repair"),
        ("Lot | Chairs", "row", "Repair"),
        ("Price", "heading", "Price"),
    ]


def test_a_long_paragraph_is_cut_between_sentences_and_a_long_row_is_not() -> None:
    long = " ".join([SENTENCE] * 20)
    found = document_passages(paper(("paragraph", long, 3), ("row", long, 3)))
    assert [len(passage.text.split()) for passage in found] == [91, 91, 78, 260]
    assert all(passage.text.endswith("delivery.") and passage.place == "page 3" for passage in found)


def test_paragraphs_are_numbered_where_there_are_no_pages() -> None:
    found = document_passages(paper(("heading", "A", None), ("item", "b", None)))
    assert [(passage.page, passage.place) for passage in found] == [(None, "paragraph 1"), (None, "paragraph 2")]


blocks = st.lists(
    st.tuples(
        st.sampled_from(["paragraph", "heading", "item", "row"]),
        st.lists(st.sampled_from(["Repair.", "part", "10", "years;", "art. 5", "and"]), min_size=1, max_size=300).map(" ".join),
        st.integers(1, 4),
    ),
    max_size=12,
)


@given(blocks)
def test_no_word_is_lost_added_or_moved(given_blocks: list[tuple[str, str, int]]) -> None:
    ordered = sorted(given_blocks, key=lambda block: block[2])
    document = paper(*ordered)
    found = document_passages(document)
    assert " ".join(passage.text for passage in found).split() == document.text.split()
    assert all(document.text[passage.start : passage.end] == passage.text for passage in found)
    assert [passage.number for passage in found] == list(range(1, len(found) + 1))
    assert all(passage.end <= following.start for passage, following in pairwise(found))


@given(st.text(max_size=2000))
def test_any_text_is_cut_without_loss(text: str) -> None:
    found = list(cuts(text, 0, len(text)))
    assert " ".join(text[start:end] for start, end in found).split() == text.split()


def test_sentences_know_abbreviations_of_several_languages() -> None:
    for one in (
        "Gemäß § 21 Abs. 1 AEntG ist Nr. 4 zu beachten.",
        "Zgodnie z art. 95 ust. 2 pkt 1 ustawy.",
        "Ai sensi dell'art. 59, comma 2 del D.Lgs. 36/2023 il concessionario paga.",
    ):
        text = f"{one} Ende."
        assert [text[a:b] for a, b in sentences(text)] == [one, "Ende."]


# ------------------------------------------------------------------------------------------------------------------------ notices


def notice() -> Notice:
    criterion = AwardCriterion(
        "LOT-1",
        "quality",
        "quality",
        (Text("Environment", "award", "/lot/criterion/name", "en", "LOT-1"),),
        (Text("Emissions of the vehicles used", "award", "/lot/criterion/description", "en", "LOT-1"),),
        (),
        "/lot/criterion",
    )
    same = Text("Supply of  chairs", "description", "/lot/description", "en", "LOT-1")
    return Notice(
        "eforms",
        "1.10",
        "notice-1",
        "procedure-1",
        "tender",
        texts=(Text("Supply of chairs", "description", "/description", "en"), Text("Fourniture", "title", "/title", "fr")),
        lots=(Lot("LOT-1", "Lot", "/lot", texts=(same,), criteria=(criterion,)),),
    )


def test_a_notice_keeps_role_lot_language_and_place() -> None:
    found = notice_passages(notice())
    assert [(passage.text, passage.role, passage.lot, passage.language, passage.place, passage.bound) for passage in found] == [
        ("Supply of chairs", "description", "", "en", "/description", False),
        ("Fourniture", "title", "", "fr", "/title", False),
        ("Environment", "award", "LOT-1", "en", "/lot/criterion/name", True),
        ("Emissions of the vehicles used", "award", "LOT-1", "en", "/lot/criterion/description", True),
    ]


def test_the_same_words_of_a_lot_are_one_passage_with_both_places() -> None:
    assert notice_passages(notice())[0].also == ("/lot/description",)


# ---------------------------------------------------------------------------------------------------------------- can be checked


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Spare parts for 10 years, 5 % more", ("10 years", "5 %")),
        ("Ersatzteile für 10 Jahre, DIN EN ISO 14001 und EMAS", ("10 Jahre", "DIN EN ISO 14001", "EMAS")),
        ("garantie de 24 mois, 2,5 kWh", ("24 mois", "2,5 kWh")),
        ("gwarancja 60 miesięcy; co najmniej 20 %", ("60 miesięcy", "20 %")),
        ("гарантия 24 месяца, ГОСТ Р 14001", ("24 месяца", "ГОСТ Р 14001")),
        ("garantía de 3 años y 120 g/km", ("3 años", "120 g/km")),
        ("garanzia di 36 mesi", ("36 mesi",)),
        ("mit dem Blauen Engel oder FSC", ("Blauen Engel", "FSC")),
        ("Lot 4, EUR 300.000, call 12/2024", ()),
        ("the parties agree", ()),
    ],
)
def test_numbers_with_units_standards_and_labels_are_pointed_out(text: str, found: tuple[str, ...]) -> None:
    assert checkable(text) == found
