"""For a question, the passages that most likely answer it, with a score between 0 and 1 and what the score is made of.

Knows how likeness is measured: concepts of the term base, which bridge languages; words; runs of letters. Must not know how a passage was
cut or what a person decides about it. A score orders passages for a person to read: it answers nothing and rates nothing.

``score = 0.60 concepts + 0.25 words + 0.15 letters`` where the question has concepts of the term base (ours, chosen on the half `tune` of
tests/standards/evidence_pairs). Words and letters are compared with the question, and with the terms of its concepts in the passage's
language, so that a question asked in English finds French words. Where a question has no concepts, or a passage's language no
terms, words and letters share the whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from tenderloop.evidence.passages import Passage, checkable, sentences
from tenderloop.evidence.terms import Hit, TermBase, load_terms
from tenderloop.pack import Fact, Indicator, Pack

MOST_FOUND = 5
LEAST_SCORE = 0.15  # below it likeness is chance
LONGEST_QUOTE = 400  # characters


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. ``concepts`` leads from each concept of the term base that answers it to the fact it answers (or an empty text)."""

    id: str
    title: str
    text: str
    more: str = ""
    concepts: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[str, ...] = ()


class Parts(NamedTuple):
    """What a score is made of, each between 0 and 1."""

    concepts: float
    words: float
    letters: float


@dataclass(frozen=True, slots=True)
class Found:
    """A passage for a question. ``why`` is a sentence for a reader."""

    question: str
    passage: Passage
    score: float
    parts: Parts
    hits: tuple[Hit, ...]
    quote: str
    why: str

    @property
    def checkable(self) -> tuple[str, ...]:
        """Numbers with units, standards and labels in the passage."""
        return checkable(self.passage.text)


_WORDS = r"(?u)\b[^\W\d_]\w+\b"
# Words that every question or tender has, beyond the usual ones.
_EMPTY_WORDS = (
    *("tender", "contract", "contracting", "authority", "bidder", "bidders", "tenderer", "asked", "ask", "does", "named", "name", "offer"),
    *("offered", "year", "years", "month", "months", "day", "days", "must", "shall", "least", "list", "example", "used", "use", "written"),
    *("whether", "product", "products"),
)
WEIGHTS = Parts(0.60, 0.25, 0.15)
WITHOUT_CONCEPTS = Parts(0.0, 0.6, 0.4)
MORE = 0.1  # share of guidance, hint, levels and clause in the likeness; more of it drowns the question (measured on the half `tune`)


class Search:
    """An index over passages.

    >>> passages = [Passage("Die Ersatzteilversorgung ist für 10 Jahre zu gewährleisten.", "a.pdf", "page 2", 0, 58, 1, 2, "de"),
    ...             Passage("Angebote sind in deutscher Sprache einzureichen.", "a.pdf", "page 1", 0, 47, 2, 1, "de")]
    >>> asked = Question("spare", "Spare parts", "Are spare parts to be available?", concepts={"spare_parts": ""})
    >>> [found] = Search(passages, load_terms(["de"])).best(asked)
    >>> found.passage.place, found.checkable
    ('page 2', ('10 Jahre',))
    """

    def __init__(self, passages: Iterable[Passage], terms: TermBase | None = None) -> None:
        """``terms`` None: without a term base, by words and letters alone."""
        self.passages: tuple[Passage, ...] = tuple(_spoken(passage, terms) for passage in passages)
        self._terms = terms
        self._hits: list[tuple[Hit, ...]] = [
            terms.find(passage.text, passage.language) if terms is not None else () for passage in self.passages
        ]
        # A passage whose language is not stated is looked at in every language.
        self._known = [terms is not None and (not passage.language or bool(terms.spoken(passage.language))) for passage in self.passages]
        self._likeness = _Likeness([passage.text for passage in self.passages], terms)

    def best(self, question: Question, most: int = MOST_FOUND, least: float = LEAST_SCORE) -> tuple[Found, ...]:
        """At most ``most`` passages that score at least ``least``, best first; equal scores in the order of the texts, bound words first.

        Passages that differ only in numbers, capitals or spaces (the same clause for lot 1, lot 2 …) are found once, at the best place.
        """
        if not self.passages:
            return ()
        words, letters = self._alike(question)
        scored: list[tuple[float, bool, int, Parts]] = []
        for index, passage in enumerate(self.passages):
            parts = Parts(self._concepts(question, index), float(words[index]), float(letters[index]))
            weights = WEIGHTS if question.concepts and self._known[index] else WITHOUT_CONCEPTS
            # Rounded, so that no machine's last digit changes the order.
            score = round(sum(weight * part for weight, part in zip(weights, parts, strict=True)), 4)
            if score >= least:
                scored.append((-score, not passage.bound, index, parts))
        found: list[Found] = []
        seen: set[str] = set()
        for minus, _, index, parts in sorted(scored, key=lambda each: each[:3]):
            passage = self.passages[index]
            if (same := sameness(passage.text)) in seen:
                continue
            seen.add(same)
            found.append(self._found(question, index, -minus, parts))
            if len(found) == most:
                break
        return tuple(found)

    def _alike(self, question: Question) -> tuple[Sequence[float], Sequence[float]]:
        """Likeness to the question as asked, or to the terms of its concepts in the passage's language, whichever is more."""
        words, letters = self._likeness.to(_asked(question))
        if question.more:
            rest = self._likeness.to(question.more)
            words, letters = (
                [(1 - MORE) * one + MORE * other for one, other in zip(short, long, strict=True)]
                for short, long in zip((words, letters), rest, strict=True)
            )
        if self._terms is None or not question.concepts:
            return words, letters
        languages = [self._terms.spoken(passage.language) for passage in self.passages]
        for language in sorted(set(languages)):
            told = " ".join(
                term.text.replace("*", "").replace("~", "")
                for term in self._terms.terms
                if not term.trap and term.language == language and term.concept in question.concepts
            )
            if not told:
                continue
            by_words, by_letters = self._likeness.to(told)
            for index, each in enumerate(languages):
                if each == language:
                    words[index] = max(words[index], by_words[index])
                    letters[index] = max(letters[index], by_letters[index])
        return words, letters

    def _concepts(self, question: Question, index: int) -> float:
        """How much a passage speaks of the question's concepts: 0, or 0.6 and more the larger their part in it."""
        hits = [hit for hit in self._hits[index] if hit.concept in question.concepts]
        if not hits:
            return 0.0
        text = self.passages[index].text
        spoken = sum(len(text[hit.start : hit.end].split()) for hit in hits)
        return 0.6 + 0.4 * min(1.0, spoken / len(text.split()) * 5)

    def _found(self, question: Question, index: int, score: float, parts: Parts) -> Found:
        passage = self.passages[index]
        hits = tuple(hit for hit in self._hits[index] if hit.concept in question.concepts)
        shared = self._likeness.shared(question, index)
        rounded = Parts(*(round(part, 4) for part in parts))
        return Found(question.id, passage, score, rounded, hits, _quote(passage.text, hits, shared), _why(passage, hits, shared))


def _spoken(passage: Passage, terms: TermBase | None) -> Passage:
    """The passage with its own language where its common words show one: a paper may speak several, a notice says which."""
    language = terms.guessed(passage.text) if terms is not None and passage.role == "document" else ""
    return replace(passage, language=language) if language and language != passage.language else passage


def sameness(text: str) -> str:
    """What two passages that say the same have in common: their words without numbers, capitals and spaces.

    >>> sameness("Lot 1:  Collecte") == sameness("LOT 12: collecte")
    True
    """
    return " ".join(re.sub(r"\d+", "0", text).casefold().split())


class _Likeness:
    """Cosines between questions and passages over words and over runs of letters, fitted on the passages."""

    def __init__(self, texts: Sequence[str], terms: TermBase | None) -> None:
        from sklearn.feature_extraction.text import (  # type: ignore[import-untyped]  # takes a second to import
            ENGLISH_STOP_WORDS,
            TfidfVectorizer,
            strip_accents_unicode,
        )

        self._count = len(texts)
        # Words such as "after" and "wird" say nothing; a few pages are too few for their frequency to show it.
        common = {word for language in terms.languages.values() for word in language.common} if terms is not None else set()
        silent = sorted({strip_accents_unicode(word) for word in (*ENGLISH_STOP_WORDS, *_EMPTY_WORDS, *common)})
        ways = (
            TfidfVectorizer(
                sublinear_tf=True,
                strip_accents="unicode",
                token_pattern=_WORDS,
                ngram_range=(1, 2),
                stop_words=silent,
            ),
            TfidfVectorizer(sublinear_tf=True, strip_accents="unicode", analyzer="char_wb", ngram_range=(3, 5)),
        )
        self._ways: list[tuple[Any, Any]] = []
        for vectors in ways:
            try:
                self._ways.append((vectors, vectors.fit_transform(texts)))
            except ValueError:  # not one word in all the passages
                self._ways.append((vectors, None))

    def to(self, asked: str) -> tuple[list[float], list[float]]:
        """Likeness of each passage to a text, by words and by letters."""
        found = [
            [0.0] * self._count if matrix is None else (matrix @ vectors.transform([asked]).T).toarray().ravel().tolist()
            for vectors, matrix in self._ways
        ]
        return found[0], found[1]

    def shared(self, question: Question, index: int) -> tuple[str, ...]:
        """The words that a passage and the question share, the telling ones first; at most four."""
        vectors, matrix = self._ways[0]
        if matrix is None:
            return ()
        product = matrix[index].multiply(vectors.transform([_asked(question)])).tocoo()
        names = vectors.get_feature_names_out()
        ranked = sorted((-round(float(weight), 9), str(names[column])) for column, weight in zip(product.col, product.data, strict=True))
        return tuple(name for _, name in ranked if " " not in name and len(name) > 3)[:4]


def _asked(question: Question) -> str:
    """The question as one text; its title counts twice, being shortest and most to the point."""
    return f"{question.title} {question.title} {question.text}"


def _quote(text: str, hits: Sequence[Hit], shared: Sequence[str]) -> str:
    """The sentence of a passage that says most: most terms, then something that can be checked, then most shared words; the earliest."""
    best: tuple[tuple[int, int, int, int], int, int] | None = None
    for start, end in sentences(text):
        sentence = text[start:end]
        plain = sentence.casefold()
        key = (
            sum(start <= hit.start < end for hit in hits),
            len(checkable(sentence)),
            sum(word in plain for word in shared),
            -start,
        )
        if best is None or key > best[0]:
            best = key, start, end
    if best is None:
        return ""
    _, start, end = best
    if end - start > LONGEST_QUOTE:
        # Around the first term: the beginning of an endless sentence says nothing.
        first = next((hit.start for hit in hits if start <= hit.start < end), start)
        begin = start if first - start < LONGEST_QUOTE // 2 else text.rfind(" ", start, first - LONGEST_QUOTE // 4) + 1 or start
        start, end = begin, max(text.rfind(" ", begin, begin + LONGEST_QUOTE), begin + 1)
    return text[start:end]


# As a reader would call the part of a notice.
_ROLES = {
    "award": "an award criterion",
    "selection": "a selection criterion",
    "clause": "a contract clause",
    "specification": "a specification",
    "note": "a note",
    "item": "an item",
    "need": "the statement of need",
    "sustainability": "the words about sustainability",
}


def _why(passage: Passage, hits: Sequence[Hit], shared: Sequence[str]) -> str:
    reasons: list[str] = []
    said: dict[str, list[str]] = {}
    for hit in hits:
        words = " ".join(passage.text[hit.start : hit.end].split())
        if words not in said.setdefault(hit.concept, []):
            said[hit.concept].append(words)
    for concept, spoken in said.items():
        reasons.append(f"speaks of {concept.replace('_', ' ')}: " + ", ".join(f"'{each}'" for each in spoken[:3]))
    if passage.role != "document":
        place = _ROLES.get(passage.role, f"the {passage.role}")
        reasons.append(f"stands in {place}: " + ("bound" if passage.bound else "said, not bound"))
    if any(hit.negated for hit in hits):
        reasons.append("a 'no' or 'not required' stands near, read the sentence")
    if shared:
        reasons.append("shares the words " + ", ".join(shared))
    found = checkable(passage.text)
    if found:
        reasons.append("can be checked: " + ", ".join(found[:4]))
    return "; ".join(reasons) or "is written alike"


# ------------------------------------------------------------------------------------------------------------- questions of a pack


def questions_of(pack: Pack, terms: TermBase | None = None) -> tuple[Question, ...]:
    """One question for each indicator, in the order of the pack.

    Its concepts are those that the pack's signals tie to its facts; an indicator without any has the concepts of which its own title and
    question speak.
    """
    facts = {fact.id: fact for fact in pack.facts}
    tied: dict[str, dict[str, str]] = {}
    for signal in pack.text_signals:
        tied.setdefault(signal.fact, {})[signal.concept] = signal.fact
    return tuple(_question(indicator, facts, tied, terms) for indicator in pack.indicators)


def _question(indicator: Indicator, facts: Mapping[str, Fact], tied: Mapping[str, Mapping[str, str]], terms: TermBase | None) -> Question:
    concepts: dict[str, str] = {}
    for name in indicator.facts:
        concepts.update(tied.get(name, {}))
    if not concepts and terms is not None and terms.spoken("en"):
        for hit in terms.find(f"{indicator.title}. {indicator.question}", "en"):
            concepts.setdefault(hit.concept, "")
    asked = [facts[name] for name in indicator.facts if name in facts]
    more = " ".join(
        (
            indicator.guidance,
            indicator.hint,
            indicator.clause,
            *indicator.evidence.accept,
            *(f"{fact.question} {fact.guidance} {' '.join(fact.levels)} {' '.join(fact.options.values())}" for fact in asked),
        )
    )
    return Question(indicator.id, indicator.title, indicator.question, more, concepts, indicator.facts)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A passage that a person may accept as evidence of a fact. It is nothing until then.

    ``document`` is a file name (or a notice's id), ``page`` as evidence cites it: ``12``, or ``paragraph 7`` where there are no pages.
    """

    indicator: str
    fact: str
    passage: Passage
    document: str
    page: str
    quote: str
    score: float
    parts: Parts
    why: str


def suggest(
    passages: Iterable[Passage],
    pack: Pack,
    *,
    most: int = 3,
    least: float = LEAST_SCORE,
    terms: TermBase | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Suggestion]:
    """For every indicator of a pack the best passages, at most ``most`` that score ``least`` or more; in the order of the pack.

    ``terms`` None: the shipped term base. ``progress`` is told how many of how many indicators are done.
    """
    base = terms if terms is not None else load_terms()
    facts = {fact.id: fact for fact in pack.facts}
    questions = questions_of(pack, base)
    search = Search(passages, base)
    made: list[Suggestion] = []
    for done, question in enumerate(questions, 1):
        for found in search.best(question, most, least):
            passage = found.passage
            page = str(passage.page) if passage.page is not None else passage.place
            made.append(
                Suggestion(
                    question.id,
                    _fact(found, question, facts),
                    passage,
                    passage.document,
                    page,
                    found.quote,
                    found.score,
                    found.parts,
                    found.why,
                )
            )
        if progress is not None:
            progress(done, len(questions))
    return made


def _fact(found: Found, question: Question, facts: Mapping[str, Fact]) -> str:
    """The fact that the passage answers: the one tied to its first concept, else the one whose question shares most of its words."""
    for hit in found.hits:
        if question.concepts[hit.concept]:
            return question.concepts[hit.concept]
    words = {word for word in found.passage.text.casefold().split() if len(word) > 3}

    def alike(name: str) -> int:
        fact = facts.get(name)
        return 0 if fact is None else len(words & set(f"{fact.question} {fact.guidance}".casefold().split()))

    return max(question.facts, key=alike)  # of equals the first
