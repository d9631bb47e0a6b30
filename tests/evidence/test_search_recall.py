"""How often the first five passages answer a question, on real notices: with the term base and without, by half and by language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest
from evidence_pairs import BAR, DATA, Pair, pairs, pools, recall

from tenderloop.evidence.search import Question, Search, questions_of
from tenderloop.evidence.terms import TermBase, load_terms
from tenderloop.readers.packs import load_pack

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the real notices stand in {DATA}, which is not here")

BAR_RECALL = 0.85
Scores = Mapping[Pair, float]


def scores(terms: TermBase | None, *, as_first: bool = False, asked: Mapping[str, Question] | None = None) -> Scores:
    indexes = {language: Search(pool, terms) for language, pool in pools().items()}
    found: dict[Pair, float] = {}
    for pair in pairs():
        question = pair.question if asked is None else asked.get(pair.question.id)
        value = None if question is None else recall(pair, indexes[pair.language], question, as_first=as_first)
        if value is not None:
            found[pair] = value
    return found


def mean(values: Iterable[float]) -> float:
    held = list(values)
    return sum(held) / len(held)


def figures(found: Scores) -> dict[str, float]:
    barred = {pair: value for pair, value in found.items() if pair.language in BAR}
    return {
        "all": mean(barred.values()),
        "tune": mean(value for pair, value in barred.items() if pair.half == "tune"),
        "held": mean(value for pair, value in barred.items() if pair.half == "held"),
        **{language: mean(value for pair, value in found.items() if pair.language == language) for language in pools()},
    }


@pytest.fixture(scope="module")
def with_terms() -> Scores:
    return scores(load_terms())


@pytest.fixture(scope="module")
def without_terms() -> Scores:
    return scores(None)


def test_the_set_is_large_and_hard_enough() -> None:
    assert len(pairs()) >= 60
    assert len({pair.language for pair in pairs()}) >= 8
    assert {pair.half for pair in pairs()} == {"tune", "held"}
    # By chance five of a pool would be right this seldom:
    chance = mean(min(1.0, 5 / len(pools()[pair.language])) for pair in pairs() if pair.language in BAR)
    assert chance < 0.03
    assert all(len(pools()[language]) > 150 for language in BAR)


def test_nearly_every_labelled_passage_is_read(with_terms: Scores) -> None:
    unread = [f"{pair.language} {pair.question.id}" for pair in pairs() if pair not in with_terms]
    print(f"\npairs whose passages the reader of the notice leaves out: {len(unread)} of {len(pairs())}: {', '.join(unread)}")
    assert len(unread) <= 5


def test_recall_at_5_meets_the_bar_and_the_term_base_makes_the_difference(with_terms: Scores, without_terms: Scores) -> None:
    rows = {
        "with the term base": figures(with_terms),
        "without": figures(without_terms),
        "labels as first written": figures(scores(load_terms(), as_first=True)),
    }
    print(f"\nrecall at 5 of {len(with_terms)} questions; all, tune and held over {', '.join(BAR)}")
    for name, row in rows.items():
        print(f"{name:24}", "  ".join(f"{key} {value:.3f}" for key, value in row.items()))
    assert rows["with the term base"]["all"] >= BAR_RECALL
    assert rows["with the term base"]["held"] >= BAR_RECALL
    assert rows["labels as first written"]["all"] >= BAR_RECALL
    assert rows["without"]["all"] < rows["with the term base"]["all"] - 0.2
    assert all(rows["with the term base"][language] >= 0.75 for language in BAR)


def test_the_indicators_of_the_pack_find_them_too() -> None:
    """A pack's indicator often asks for several things at once (repair and maintenance), so its five places are shared."""
    asked: dict[str, Question] = {}
    questions = questions_of(load_pack("circular_tender"), load_terms())
    for tied in (True, False):
        for question in questions:
            for concept, fact in question.concepts.items():
                if bool(fact) == tied:
                    asked.setdefault(concept, question)
    found = figures(scores(load_terms(), asked=asked))
    print("\nasked by the indicators of circular_tender:", "  ".join(f"{key} {value:.3f}" for key, value in found.items()))
    assert found["all"] >= 0.75
