"""The term base: which words of a text speak of which concept of circular and people-first procurement, in which language.

Knows the lists in ``criteria/terms`` and how words are matched. Must not know packs, notices, formats or what a hit is worth.

A term is one or more words. ``*`` at the end of a word stands for any ending (``recycl*``), at its beginning for any beginning
(``*recycling``, for German and Scandinavian compounds); ``~`` between two words allows up to two other words. Words are compared
without regard to capitals, hyphens, apostrophes and typographic forms; a text that lost its accents is still understood
(``reemploi``, ``Pruefung``). A trap is a phrase that looks like a term and means something else; it cancels the hits of its concept
that it touches.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple

import yaml

from tenderloop.errors import Problem, Problems

FOLDER = "terms"
CONCEPTS = "concepts.yaml"
PROOFS = "proofs.yaml"

LONGEST_GAP = 2  # words that may stand where a term has `~`
REACH_BEFORE = 3  # words before a hit in which a negation is looked for
REACH_AFTER = 6  # words after a hit in which a phrase such as "not required" is looked for
CLEAR_LEAD = 2  # a text without a stated language is read in one language when its common words are this many times those of any other
FEWEST_COMMON = 4  # … and when at least this many common words were seen
MOST_REMEMBERED = 200_000  # different words kept with what they may begin or continue

_WORD = re.compile(r"[^\W_]+")
_MARKED_WORD = re.compile("(?:[^\\W_]|[\u0300-\u036f\u00ad])+")
_MARK = re.compile("[\u0300-\u036f\u00ad]")
_STOP = re.compile(r"[;:•|]|[.!?](?=\s+[^\W\d_a-zß-öø-ÿа-яё])|\n\s*\n|\n\s*[-–—*•]")
_APART = re.compile(r"[,;:•|]|[.!?](?=\s)|\n\s*\n|\n\s*[-–—*•]")
_NO_DECOMPOSITION = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ё": "е"})
_COMMA_BELOW = str.maketrans({"ş": "ș", "ţ": "ț"})  # Romanian is written with either sign
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})
_SENTENCE_END = re.compile(r"[.!?…]['\"»”)]*\s+(?=[^\Wa-zà-ÿа-яё\d]|[-–•*])|;\s|\n\s*\n|\n\s*(?=[-–—*•]|\d+[.)]\s|[a-z]\)\s)")
_THREE_LETTERS = {
    "eng": "en", "fra": "fr", "fre": "fr", "deu": "de", "ger": "de", "spa": "es", "ita": "it", "por": "pt", "pol": "pl", "rus": "ru",
    "nld": "nl", "dut": "nl", "swe": "sv", "ron": "ro", "rum": "ro", "nor": "nb", "nob": "nb", "no": "nb",
    "fin": "fi", "slv": "sl", "dan": "da", "est": "et", "ces": "cs", "cze": "cs",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that tenders speak of.

    ``r`` is the R-strategy it serves most (R0 to R9, Potting 2017) or empty, ``unece`` the entry point, ``sdg`` the targets.
    ``negation`` is ``turns`` when "no" before the words turns their meaning around, ``affirms`` when it belongs to it ("no hazardous
    substances").
    """

    id: str
    group: str
    meaning: str
    r: str = ""
    unece: str = ""
    sdg: tuple[str, ...] = ()
    negation: str = "turns"


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase of a language with the sense in which it is meant; a trap when ``why`` says what else it means."""

    concept: str
    language: str
    text: str
    sense: str = ""
    why: str = ""

    @property
    def trap(self) -> bool:
        """Whether it cancels instead of finding."""
        return bool(self.why)


@dataclass(frozen=True, slots=True)
class Language:
    """The words of a language that are needed around the terms."""

    id: str
    negation: tuple[str, ...] = ()
    negation_after: tuple[str, ...] = ()
    not_negation: tuple[str, ...] = ()
    common: tuple[str, ...] = ()
    absent: Mapping[str, str] = field(default_factory=dict)


class Hit(NamedTuple):
    """Words that speak of a concept: ``text[start:end]``. ``negated`` when a "no" or "not required" stands near."""

    concept: str
    term: str
    start: int
    end: int
    language: str
    negated: bool = False


class _Pattern(NamedTuple):
    concept: str
    term: str
    language: str
    trap: bool


class _Node:
    """A step in the tree of terms: what may follow next, what may follow after up to two other words, what ends here."""

    __slots__ = ("far", "near", "out")

    def __init__(self) -> None:
        self.near: dict[int, _Node] = {}
        self.far: dict[int, _Node] = {}
        self.out: list[tuple[_Pattern, tuple[bool, ...]]] = []


class _Memory(dict[str, tuple[int, ...]]):
    """From a word as written to the words of terms that it is; each word is worked out once."""

    def __init__(self, matcher: Matcher) -> None:
        super().__init__()
        self._matcher = matcher

    def __missing__(self, word: str) -> tuple[int, ...]:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        found = self[word] = self._matcher.atoms_of(word)
        return found


class Matcher:
    """Finds phrases in a text: a tree over words, each word looked up once.

    >>> matcher = Matcher()
    >>> matcher.add("spare part*", _Pattern("spare_parts", "spare part*", "en", False))
    >>> [(text_start, text_end) for text_start, text_end, _ in matcher.matches("Two spare-parts kits")]
    [(4, 15)]
    """

    def __init__(self) -> None:
        self._root = _Node()
        self._atoms: dict[str, int] = {}
        self._whole: dict[str, list[int]] = {}
        self._beginnings: dict[str, list[int]] = {}
        self._endings: dict[str, list[int]] = {}
        self._lengths: tuple[set[int], set[int]] = (set(), set())
        self._first: set[int] = set()
        self._memory = _Memory(self)

    def add(self, phrase: str, pattern: _Pattern) -> None:
        """Teach one phrase. ``ValueError`` when it is not well formed."""
        words = split_phrase(phrase)
        node = self._root
        gaps: list[bool] = []
        far = False
        for word in words:
            if word == "~":
                far = True
                continue
            atom = self._atom(word)
            branch = node.far if far else node.near
            if node is self._root:
                self._first.add(atom)
            else:
                gaps.append(far)
            node = branch.setdefault(atom, _Node())
            far = False
        node.out.append((pattern, tuple(gaps)))
        self._memory.clear()

    def _atom(self, word: str) -> int:
        atom = self._atoms.get(word)
        if atom is None:
            atom = self._atoms[word] = len(self._atoms)
            table = self._beginnings if word.endswith("*") else self._endings if word.startswith("*") else self._whole
            for form in written_forms(word.strip("*")):
                table.setdefault(form, []).append(atom)
                if table is not self._whole:
                    self._lengths[table is self._endings].add(len(form))
        return atom

    def atoms_of(self, word: str) -> tuple[int, ...]:
        """The words of terms that a word of a text is."""
        plain = folded(word)
        found = list(self._whole.get(plain, ()))
        for length in self._lengths[0]:
            found += self._beginnings.get(plain[:length], ()) if length <= len(plain) else ()
        for length in self._lengths[1]:
            found += self._endings.get(plain[-length:], ()) if length <= len(plain) else ()
        return tuple(found)

    def matches(self, text: str) -> Iterator[tuple[int, int, _Pattern]]:
        """Every phrase found, overlapping ones too: start, end, what was taught."""
        expression = _MARKED_WORD if _MARK.search(text) else _WORD
        words = list(expression.finditer(text))
        memory = self._memory
        atoms = [memory[word[0]] for word in words]
        first = self._first
        for begin, here in enumerate(atoms):
            if here and not first.isdisjoint(here):
                yield from self._from(begin, words, atoms, text)

    def _from(
        self, begin: int, words: Sequence[re.Match[str]], atoms: Sequence[tuple[int, ...]], text: str
    ) -> Iterator[tuple[int, int, _Pattern]]:
        open_paths: list[tuple[_Node, tuple[int, ...]]] = [
            (self._root.near[atom], (begin,)) for atom in atoms[begin] if atom in self._root.near
        ]
        while open_paths:
            node, path = open_paths.pop()
            last = path[-1]
            for pattern, gaps in node.out:
                if all(
                    not (_STOP if gap else _APART).search(text, words[one].end(), words[other].start() + 1)
                    for (one, other), gap in zip(pairwise(path), gaps, strict=True)
                ):
                    yield words[begin].start(), words[last].end(), pattern
            if node.near and last + 1 < len(words):
                open_paths += [(node.near[atom], (*path, last + 1)) for atom in atoms[last + 1] if atom in node.near]
            if node.far:
                for following in range(last + 1, min(last + 2 + LONGEST_GAP, len(words))):
                    open_paths += [(node.far[atom], (*path, following)) for atom in atoms[following] if atom in node.far]


def folded(word: str) -> str:
    """A word without what printing adds: capitals, soft hyphens, ligatures, decomposed accents.

    >>> folded("R\\u00c9EMPLOI"), folded("re\\u0301emploi"), folded("wieder\\u00adverwendbar"), folded("CO₂")
    ('réemploi', 'réemploi', 'wiederverwendbar', 'co2')
    """
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFKC", word.replace("\u00ad", "")).casefold().translate(_COMMA_BELOW)


def written_forms(word: str) -> tuple[str, ...]:
    """A term's word as texts may have it: as it is, without accents, with German umlauts spelt out.

    >>> written_forms("Wärme"), written_forms("części"), written_forms("reuse")
    (('wärme', 'warme', 'waerme'), ('części', 'czesci'), ('reuse',))
    """
    whole = folded(word)
    bare = _bare(whole)
    return tuple(dict.fromkeys((whole, bare, _bare(whole.translate(_GERMAN)))))


def _bare(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.translate(_NO_DECOMPOSITION))
    # й is a letter of its own, not и with an accent
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c) or c == "\u0306"))


def split_phrase(phrase: str) -> tuple[str, ...]:
    """The words of a term, ``~`` among them. ``ValueError`` says what is wrong.

    >>> split_phrase("re-use* ~ packaging")
    ('re', 'use*', '~', 'packaging')
    """
    words: list[str] = []
    for piece in phrase.split():
        if piece == "~":
            words.append(piece)
            continue
        found = re.findall(r"\*?[^\W_]+\*?", piece)
        if not found or re.sub(r"[-'’/&.₂]", "", piece) != re.sub(r"[-'’/&.₂]", "", "".join(found)):
            raise ValueError(f"{piece!r} is not a word with * only at its beginning or end")
        words += found
    if not words or words[0] == "~" or words[-1] == "~" or any(a == b == "~" for a, b in pairwise(words)):
        raise ValueError("`~` stands between two words")
    for word in words:
        if "*" in word and len(word.strip("*")) < 3:
            raise ValueError(f"{word!r} leaves fewer than three letters before or after the *")
        if word.startswith("*") and word.endswith("*"):
            raise ValueError(f"{word!r} has * at both ends; choose one")
    return tuple(words)


class TermBase:
    """The terms of some languages, ready to search.

    >>> base = load_terms(["en"])
    >>> text = "Spare parts must be available for 7 years; no reuse is foreseen."
    >>> [(hit.concept, text[hit.start:hit.end], hit.negated) for hit in base.find(text, "en")]
    [('spare_parts', 'Spare parts', False), ('reuse', 'reuse', True)]
    """

    def __init__(self, concepts: Iterable[Concept], languages: Iterable[Language], terms: Iterable[Term]) -> None:
        self.concepts: Mapping[str, Concept] = {concept.id: concept for concept in concepts}
        self.languages: Mapping[str, Language] = {language.id: language for language in languages}
        self.terms: tuple[Term, ...] = tuple(terms)
        self._matchers: dict[str, Matcher] = {}
        self._negation = {language.id: _Negation(language) for language in self.languages.values()}
        self._common: dict[str, tuple[str, ...]] = {}
        for language in self.languages.values():
            for word in language.common:
                self._common[word] = (*self._common.get(word, ()), language.id)

    def _matcher(self, language: str) -> Matcher:
        matcher = self._matchers.get(language)
        if matcher is None:
            matcher = Matcher()
            for term in self.terms:
                if not language or term.language == language:
                    matcher.add(term.text, _Pattern(term.concept, term.text, term.language, term.trap))
            self._matchers[language] = matcher
        return matcher

    def spoken(self, language: str) -> str:
        """A language's two-letter code when the base has it, else an empty text. Takes ``fr``, ``fr-BE``, ``FRA``."""
        code = language.strip().casefold().split("-")[0].split("_")[0]
        code = _THREE_LETTERS.get(code, code)
        return code if code in self.languages else ""

    def guessed(self, text: str) -> str:
        """The language whose common words clearly lead in a text, else an empty text.

        >>> load_terms(["en", "fr"]).guessed("La durée de la garantie est de deux ans et le titulaire la donne par écrit.")
        'fr'
        """
        seen: Counter[str] = Counter()
        for word in _WORD.findall(text[:5000]):
            seen.update(self._common.get(word.lower(), ()))
        ranked = seen.most_common(2)
        if not ranked or ranked[0][1] < FEWEST_COMMON:
            return ""
        return ranked[0][0] if len(ranked) == 1 or ranked[0][1] >= CLEAR_LEAD * ranked[1][1] else ""

    def find(self, text: str, language: str = "") -> tuple[Hit, ...]:
        """The concepts a text speaks of, in order of appearance.

        ``language`` is a code of two or three letters. Empty: the language is guessed from the text's common words, and when none
        clearly leads, every language is tried. A language that was stated but is not in the base finds nothing: other languages' words
        would mislead. A longer match hides a shorter one inside it; a trap hides the hits of its concept that it touches.
        """
        chosen = self.spoken(language)
        if language.strip() and not chosen:
            return ()
        found = list(self._matcher(chosen or self.guessed(text)).matches(text))
        if not found:
            return ()
        traps = [(start, end, pattern.concept) for start, end, pattern in found if pattern.trap]
        votes = Counter(language for _, language in {(start, pattern.language) for start, _, pattern in found})
        found = [
            (start, end, pattern)
            for start, end, pattern in found
            if not pattern.trap
            and not any(
                concept == pattern.concept
                and start < stop
                and begin < end
                and not (start <= begin and stop <= end and (start, end) != (begin, stop))
                for begin, stop, concept in traps
            )
        ]
        hits = (
            Hit(pattern.concept, pattern.term, start, end, pattern.language, self._negated(pattern, text, start, end))
            for start, end, pattern in _longest(found, votes)
        )
        return tuple(sorted(hits, key=lambda hit: (hit.start, -hit.end, hit.concept)))

    def _negated(self, pattern: _Pattern, text: str, start: int, end: int) -> bool:
        if self.concepts[pattern.concept].negation == "affirms":
            return False
        return self._negation[pattern.language].near(text, start, end)


def _longest(found: list[tuple[int, int, _Pattern]], votes: Mapping[str, int]) -> Iterator[tuple[int, int, _Pattern]]:
    """Of matches that lie inside longer ones only the longer; of the same concept never two that overlap; one per concept and place.

    Of two concepts with the same words the one whose term says more stays (``milieubeheer*`` before ``milieu*``); both when they say
    the same.
    """
    kept: list[tuple[int, int, _Pattern]] = []
    for start, end, pattern in sorted(
        found, key=lambda m: (m[0] - m[1], m[0], -len(m[2].term.strip("*")), -votes[m[2].language], m[2].language != "en", m[2])
    ):
        said = folded(pattern.term.strip("*"))
        for begin, stop, other in kept:
            same = (start, end) == (begin, stop)
            more = folded(other.term.strip("*"))
            if (
                (begin <= start and end <= stop and not same)
                or (other.concept == pattern.concept and start < stop and begin < end)
                or (same and said != more and more.startswith(said))
            ):
                break
        else:
            kept.append((start, end, pattern))
            yield start, end, pattern


class _Negation:
    """Whether a "no" stands near a place."""

    def __init__(self, language: Language) -> None:
        self._before = frozenset(form for word in language.negation for form in written_forms(word))
        self._lifted = frozenset(form for word in language.not_negation for form in written_forms(word))
        self._after = tuple(form for phrase in language.negation_after for form in {phrase, _bare(phrase)})

    def near(self, text: str, start: int, end: int) -> bool:
        before = text[max(0, start - 80) : start]
        stops = [stop.end() for stop in _APART.finditer(before)]
        words = [folded(word) for word in _WORD.findall(before[stops[-1] if stops else 0 :])][-REACH_BEFORE - 1 :]
        for place, word in enumerate(words):
            if word in self._before and place >= len(words) - REACH_BEFORE and not self._lifted.intersection(words[place + 1 : place + 2]):
                return True
        after = text[end : end + 120]
        stop = _STOP.search(after)
        following = [folded(word) for word in _WORD.findall(after[: stop.start()] if stop else after)][:REACH_AFTER]
        sentence = f" {' '.join(following)} "
        return any(f" {phrase} " in sentence for phrase in self._after)


@cache
def _loaded(languages: tuple[str, ...]) -> TermBase:
    problems: list[Problem] = []
    index = _read(CONCEPTS, problems)
    concepts = tuple(_concept(key, value, problems) for key, value in _mapping(index.get("concepts")).items())
    known = {concept.id for concept in concepts}
    spoken: list[Language] = []
    terms: list[Term] = []
    for code in languages:
        file = f"{code}.yaml"
        tree = _read(file, problems)
        grammar = {key: tuple(_list(tree.get(key))) for key in ("negation", "negation_after", "not_negation", "common")}
        spoken.append(Language(code, **grammar, absent=dict(_mapping(tree.get("absent")))))
        for concept, entry in _mapping(tree.get("concepts")).items():
            if concept not in known:
                problems.append(
                    Problem("unknown-concept", f"concept {concept!r} is not known", file, where=concept, hint=f"add it to {CONCEPTS}")
                )
                continue
            for kind in ("terms", "traps"):
                for text, said in _mapping(_mapping(entry).get(kind)).items():
                    try:
                        split_phrase(text)
                    except ValueError as error:
                        problems.append(Problem("bad-term", f"term {text!r}: {error}", file, where=concept, hint="see evidence/terms.py"))
                        continue
                    terms.append(
                        Term(concept, code, text, sense=said) if kind == "terms" else Term(concept, code, text, why=said or "another sense")
                    )
    if problems:
        raise Problems(problems)
    return TermBase(concepts, spoken, terms)


def load_terms(languages: Iterable[str] | None = None) -> TermBase:
    """The shipped term base, of some languages or all. Raises ``Problems`` when a list is faulty or a language has none.

    >>> load_terms(["fr"]).concepts["spare_parts"].r
    'R4'
    """
    return _loaded(tuple(sorted(set(languages))) if languages is not None else shipped_languages())


@cache
def shipped_languages() -> tuple[str, ...]:
    """Two-letter codes of the languages with a list, in alphabetical order."""
    folder = files("tenderloop_criteria") / FOLDER
    return tuple(sorted(each.name[:2] for each in folder.iterdir() if re.fullmatch(r"[a-z]{2}\.yaml", each.name)))


def find_concepts(text: str, language: str = "") -> tuple[Hit, ...]:
    """The concepts a text speaks of, with the whole shipped base; see ``TermBase.find``.

    >>> text = "Die Ersatzteilversorgung ist für 10 Jahre zu gewährleisten."
    >>> [(hit.concept, text[hit.start:hit.end]) for hit in find_concepts(text, "de")]
    [('spare_parts', 'Ersatzteilversorgung')]
    """
    return load_terms().find(text, language)


def measured(text: str, start: int, end: int) -> bool:
    """Whether the sentence around ``text[start:end]`` holds a number with a unit, a numbered standard or a named label.

    Money is no measure here: a price says nothing about how long a thing lasts.

    >>> text = "Spare parts for 10 years after delivery. Repair on site."
    >>> measured(text, 0, 11), measured(text, 41, 47)
    (True, False)
    """
    begin, stop = sentence_bounds(text, start, end)
    sentence = text[begin:stop]
    proofs = _proofs()
    if proofs.quantity.search(sentence) or proofs.standard.search(sentence):
        return True
    if proofs.grade.search(sentence):
        return True
    return any(True for _ in proofs.labels.matches(sentence))


def sentence_bounds(text: str, start: int, end: int) -> tuple[int, int]:
    """Start and end of the sentence (or list item) that holds a place.

    >>> sentence_bounds("Eins zwei. Drei vier! Fünf", 11, 15)
    (11, 22)
    """
    begin = max(0, start - 1500)
    for boundary in _SENTENCE_END.finditer(text, begin, start + 1):
        begin = min(boundary.end(), start)
    after = _SENTENCE_END.search(text, end, end + 1500)
    return begin, after.end() if after else min(len(text), end + 1500)


class _Proofs(NamedTuple):
    quantity: re.Pattern[str]
    standard: re.Pattern[str]
    grade: re.Pattern[str]
    labels: Matcher


@cache
def _proofs() -> _Proofs:
    problems: list[Problem] = []
    tree = _read(PROOFS, problems)
    labels = Matcher()
    for label in _mapping(tree.get("labels")):
        try:
            labels.add(label, _Pattern("", label, "", False))
        except ValueError as error:
            problems.append(Problem("bad-term", f"label {label!r}: {error}", PROOFS, hint="words only"))
    if problems:
        raise Problems(problems)
    symbols = "|".join(re.escape(unit) for unit in sorted(_list(tree.get("symbols")), key=len, reverse=True))
    stems = "|".join(re.escape(unit) for unit in sorted(_list(tree.get("unit_words")), key=len, reverse=True))
    numerals = "|".join(re.escape(word) for word in sorted(_list(tree.get("numerals")), key=len, reverse=True))
    bodies = "|".join(re.escape(body) for body in sorted(_list(tree.get("standards")), key=len, reverse=True))
    digits = rf"(?<![\w.,])\d[\d .,\u00a0\u202f]*\)?[\s-]*(?:(?:{symbols})(?![\w])|(?i:{stems})\w*)"
    words = rf"(?<!\w)(?i:{numerals})[\s-]+(?:\(\d+\)\s*)?(?i:{stems})\w*"
    quantity = re.compile(f"{digits}|{words}")
    standard = re.compile(rf"(?<!\w)(?:{bodies})(?:[ /-]+(?:{bodies}|[A-Z]{{1,2}}|Р))*[ :\u00a0-]*(?!(?:19|20)\d\d(?!\d))\d{{2,}}")
    grades = "|".join(re.escape(word) for word in _list(tree.get("grade_words")))
    grade = re.compile(rf"(?<!\w)(?i:{grades})\w*[^.;]{{0,30}}?(?<!\w)[A-GАВС]\+{{0,3}}(?!\w)")
    return _Proofs(quantity, standard, grade, labels)


def _concept(key: str, value: Any, problems: list[Problem]) -> Concept:
    entry = _mapping(value)
    unknown = set(entry) - {"group", "meaning", "r", "unece", "sdg", "negation"}
    if unknown or not entry.get("meaning") or not entry.get("group"):
        problems.append(
            Problem("bad-concept", f"concept {key!r} needs group and meaning and knows no {sorted(unknown)}", CONCEPTS, where=key, hint="")
        )
    return Concept(
        key,
        str(entry.get("group", "")),
        str(entry.get("meaning", "")),
        str(entry.get("r", "")),
        str(entry.get("unece", "")),
        tuple(_list(entry.get("sdg"))),
        str(entry.get("negation", "turns")),
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


class _Plain(yaml.CBaseLoader if hasattr(yaml, "CBaseLoader") else yaml.BaseLoader):  # type: ignore[misc]
    """Everything is text; a key that stands twice is a fault."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)  # type: ignore[no-any-return]


def _read(name: str, problems: list[Problem]) -> Mapping[str, Any]:
    source = files("tenderloop_criteria") / FOLDER / name
    if not source.is_file():
        problems.append(
            Problem(
                "no-terms", f"there is no list {name!r}", f"criteria/{FOLDER}/{name}", hint=f"choose of {', '.join(shipped_languages())}"
            )
        )
        return {}
    try:
        tree = yaml.load(source.read_text("utf-8"), Loader=_Plain)  # noqa: S506  (every scalar stays text, nothing is constructed)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error)
        problems.append(Problem("bad-yaml", what, f"criteria/{FOLDER}/{name}", mark.line + 1 if mark else None, hint="repair the line"))
        return {}
    return _mapping(tree)


def read_list(name: str, key: str, problems: list[Problem]) -> dict[str, tuple[str, ...]]:
    """The phrases by language under one key of a list in ``criteria/terms``; faults go to ``problems``."""
    return {code: tuple(_list(phrases)) for code, phrases in _mapping(_read(name, problems).get(key)).items()}


def phrase_matcher(phrases: Iterable[str]) -> Matcher:
    """A matcher that only says where one of the phrases stands."""
    matcher = Matcher()
    for phrase in phrases:
        matcher.add(phrase, _Pattern("", phrase, "", False))
    return matcher
