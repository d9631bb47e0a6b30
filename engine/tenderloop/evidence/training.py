"""The training of the screening model: labels, groups, fitting, calibration, and the model as plain JSON.

Knows which codes make which label and how the scikit-learn pipeline is put together. Must not know where the data lies, the command line or
what a hint is used for. Everything is deterministic: inputs are sorted, splits seeded, weights rounded to millionths.

Labels of a published notice: green is yes when a lot declares BT-06 ``env-imp``, any BT-774 code, or BT-805 other than ``none``; no when
BT-06 says ``none`` and nothing of that is declared; otherwise unstated (None). Social likewise with ``soc-obj`` and BT-775. Circular is yes
with BT-774 ``circ-econ``, no when green is no. Only buyers who filled the field in are labelled: silence is not "no".
"""

from __future__ import annotations

import hashlib
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final, Literal, TypeVar

from tenderloop.evidence.features import Shown, pieces_of, show_notice, show_text, words_of
from tenderloop.evidence.grouping import groups_of
from tenderloop.evidence.screening import FORMAT, RULES, SCALE, Label, green_concepts, sigmoid
from tenderloop.evidence.terms import folded, load_terms, split_phrase
from tenderloop.notice import Notice

FOLDS: Final = 5
INNER_FOLDS: Final = 4
SEEDS: Final = (0, 1, 2)
FEWEST_OF_A_CLASS: Final = 30  # examples of the rarer answer below which no model is trained
STRENGTH: Final = 3.0  # inverse regularisation of the logistic regression
CONCEPT_SCALE: Final = 0.5
LANGUAGE_SCALE: Final = 3.0  # weakly regularised, so that a language's share of yes is taken up here and not by its words
SHORTEST_STEM: Final = 4
MOST_WORDS, MOST_PIECES = 3000, 4000
FEWEST_GROUPS: Final = 4  # a word or piece must stand in this many independent texts: keeps names and one buyer's template out

T = TypeVar("T")

_PROJECT = re.compile(r"\bp-[a-z0-9]{1,3}-[a-z0-9]{2,3}-\d{3}\b|\bgef\s?id\s?\d{4,}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Example:
    """Something labelled: what the model sees, the labels, the keys that join it with others. ``source`` is notice or text."""

    id: str
    source: Literal["notice", "text"]
    shown: Shown
    labels: Mapping[Label, bool | None]
    keys: tuple[str, ...]
    converted: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which features a model is given. ``language`` is ``ignored``, ``adjusted`` (its share of yes is taken out) or ``only``."""

    name: str
    words: bool = False
    concepts: Literal["none", "green", "by role"] = "none"
    buying: bool = False
    language: Literal["ignored", "adjusted", "only"] = "ignored"


WORDS = Recipe("words", words=True)
CONCEPTS = Recipe("concepts", concepts="green")
BOTH = Recipe("words and concepts", words=True, concepts="green")
NOTICES = Recipe("notices", words=True, concepts="by role", buying=True)
NOTICES_ADJUSTED = Recipe("notices, language taken out", words=True, concepts="by role", buying=True, language="adjusted")
LANGUAGE = Recipe("language only", language="only")


def declared(notice: Notice) -> dict[Label, bool | None]:
    """The labels of a notice, from its codes.

    >>> from tenderloop.notice import Code
    >>> declared(Notice("eforms", "", "a", "b", "tender", codes=(Code("strategic-procurement", "none", ""),)))
    {'green': False, 'social': False, 'circular': False}
    >>> declared(Notice("eforms", "", "a", "b", "tender"))
    {'green': None, 'social': None, 'circular': None}
    """
    strategic = notice.coded("strategic-procurement")
    impact = notice.coded("environmental-impact")
    nothing = False if "none" in strategic else None
    by_criteria = any(code != "none" for code in notice.coded("gpp-criteria"))
    green = True if "env-imp" in strategic or impact or by_criteria else nothing
    social = True if "soc-obj" in strategic or notice.coded("social-objective") else nothing
    circular = True if "circ-econ" in impact else False if green is False else None
    return {"green": green, "social": social, "circular": circular}


def notice_example(notice: Notice, converted: bool = False) -> Example:
    """A notice as an example; joined with others by procedure, notice, publication and buyer."""
    keys = [f"notice:{notice.id}"]
    keys += [f"procedure:{notice.procedure}"] if notice.procedure else []
    keys += [f"publication:{notice.publication}"] if notice.publication else []
    keys += [f"buyer:{party.country}:{' '.join(words_of(party.name))}" for party in notice.parties if "buyer" in party.roles and party.name]
    name = f"{notice.publication}/{notice.id}/{notice.revision}"
    return Example(name, "notice", show_notice(notice), declared(notice), tuple(dict.fromkeys(keys)), converted)


def text_example(name: str, text: str, green: bool, language: str = "en") -> Example:
    """A labelled text as an example; joined with others by the numbers of the project that it names."""
    keys = tuple(dict.fromkeys(f"project:{''.join(number.lower().split())}" for number in _PROJECT.findall(text)))
    return Example(name, "text", show_text(text, language), {"green": green, "social": None, "circular": None}, keys)


def grouped(examples: Sequence[Example]) -> list[int]:
    """The group of each example, unlabelled ones included, because they may join two others."""
    return groups_of([example.keys for example in examples], [example.shown.text for example in examples])


def folds_of(labels: Sequence[bool], groups: Sequence[int], folds: int, seed: int) -> list[tuple[list[int], list[int]]]:
    """Places to train on and to test on, fold by fold; no group on both sides, yes and no spread evenly."""
    import numpy
    from sklearn.model_selection import StratifiedGroupKFold  # type: ignore[import-untyped]

    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    found = splitter.split(numpy.zeros(len(labels)), numpy.array(labels), numpy.array(groups))
    return [(train.tolist(), test.tolist()) for train, test in found]


@dataclass
class Fitted:
    """A trained pipeline: two TF-IDF vectorisers, a table of concepts and of what is bought, a logistic regression, its calibration."""

    recipe: Recipe
    texts: int
    words: Any
    pieces: Any
    table: Any
    regression: Any
    languages: tuple[str, ...]
    counts: Mapping[str, Mapping[str, int]]
    slope: float = 1.0
    offset: float = 0.0
    threshold: float = 0.5

    def values(self, shown: Sequence[Shown]) -> list[float]:
        """Log-odds before calibration. The language counts only where the recipe has nothing else; an adjusted one is taken out."""
        features = self._features(shown)
        weights = self.regression.coef_.ravel()[: features.shape[1]]
        found: list[float] = (features @ weights + self.regression.intercept_[0]).tolist()
        return found

    def probabilities(self, shown: Sequence[Shown]) -> list[float]:
        """Calibrated probabilities."""
        return [sigmoid(self.slope * value + self.offset) for value in self.values(shown)]

    def _features(self, shown: Sequence[Shown]) -> Any:
        from scipy import sparse  # type: ignore[import-untyped]

        blocks = []
        if self.words is not None:
            texts = [each.rest for each in shown]
            blocks += [self.words.transform(texts), self.pieces.transform(texts)]
        if self.table is not None:
            blocks.append(self.table.transform([tabled(each, self.recipe) for each in shown]))
        return sparse.hstack(blocks).tocsr()


def tabled(shown: Shown, recipe: Recipe) -> dict[str, float]:
    """The features that are no words: log(1 + texts) by concept, CPV divisions, nature, language, as the recipe wants them."""
    found: dict[str, float] = {}
    if recipe.concepts == "green":
        found.update({concept: value * CONCEPT_SCALE for concept, value in green_concepts(shown.concepts).items()})
    elif recipe.concepts == "by role":
        found.update({concept: math.log1p(count) * CONCEPT_SCALE for concept, count in shown.concepts.items()})
    if recipe.buying:
        found.update({f"cpv:{division}": CONCEPT_SCALE / math.sqrt(len(shown.cpv)) for division in shown.cpv})
        if shown.nature:
            found[f"nature:{shown.nature}"] = CONCEPT_SCALE
    if recipe.language == "only":
        found[f"language:{shown.language}"] = LANGUAGE_SCALE
    return found


def fit(shown: Sequence[Shown], labels: Sequence[bool], groups: Sequence[int], recipe: Recipe, seed: int = 0) -> Fitted:
    """Train, calibrate and choose the threshold, all on what is given and nothing else.

    Calibration is Platt's sigmoid on values of inner folds that were grouped as well; the threshold is the one with the best F1 there.
    Raises ``ValueError`` when only one answer occurs.
    """
    import numpy
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    inner = numpy.zeros(len(shown))
    for train, test in folds_of(labels, groups, INNER_FOLDS, seed):
        part = _fit(_at(shown, train), _at(labels, train), _at(groups, train), recipe)
        inner[test] = part.values(_at(shown, test))
    answers = numpy.array(labels)
    platt = LogisticRegression(C=1e6, solver="lbfgs", tol=1e-10, max_iter=10000).fit(inner.reshape(-1, 1), answers)
    whole = _fit(shown, labels, groups, recipe)
    whole.slope, whole.offset = _rounded(platt.coef_[0, 0]), _rounded(platt.intercept_[0])
    whole.threshold = _best_threshold([sigmoid(whole.slope * value + whole.offset) for value in inner.tolist()], labels)
    return whole


def _at(items: Sequence[T], places: Iterable[int]) -> list[T]:
    return [items[place] for place in places]


def _rounded(value: float) -> float:
    return round(float(value) * SCALE) / SCALE


def _best_threshold(probabilities: Sequence[float], labels: Sequence[bool]) -> float:
    """The probability from which "yes" gives the best F1; halfway to the next lower one, the higher on a tie."""
    levels = sorted(set(probabilities), reverse=True)
    best, chosen = -1.0, 0.5
    positives = sum(labels)
    for place, level in enumerate(levels):
        called = [label for probability, label in zip(probabilities, labels, strict=True) if probability >= level]
        score = 2 * sum(called) / (len(called) + positives)
        if score > best + 1e-12:
            lower = levels[place + 1] if place + 1 < len(levels) else 0.0
            best, chosen = score, (level + lower) / 2
    return _rounded(chosen)


def _fit(shown: Sequence[Shown], labels: Sequence[bool], groups: Sequence[int], recipe: Recipe) -> Fitted:
    import numpy
    from scipy import sparse
    from sklearn.feature_extraction import DictVectorizer  # type: ignore[import-untyped]
    from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]
    from sklearn.linear_model import LogisticRegression

    blocks = []
    words: Any = None
    pieces: Any = None
    table: Any = None
    counts: dict[str, Mapping[str, int]] = {"words": {}, "pieces": {}}
    if recipe.words:
        texts = [each.rest for each in shown]
        counts = {
            "words": _vocabulary([set(text.split()) for text in texts], groups, MOST_WORDS),
            "pieces": _vocabulary([_pieces(text) for text in texts], groups, MOST_PIECES),
        }
        words = TfidfVectorizer(analyzer=str.split, vocabulary=sorted(counts["words"]), sublinear_tf=True)
        pieces = TfidfVectorizer(analyzer=_every_piece, vocabulary=sorted(counts["pieces"]), sublinear_tf=True)
        blocks += [words.fit_transform(texts), pieces.fit_transform(texts)]
    if recipe.concepts != "none" or recipe.buying or recipe.language == "only":
        table = DictVectorizer(sort=True)
        blocks.append(table.fit_transform([tabled(each, recipe) for each in shown]))
    languages: tuple[str, ...] = ()
    if recipe.language == "adjusted":
        languages = tuple(sorted({each.language for each in shown}))
        blocks.append(sparse.csr_matrix([[LANGUAGE_SCALE * (each.language == known) for known in languages] for each in shown]))
    features = sparse.hstack(blocks).tocsr()
    regression = LogisticRegression(C=STRENGTH, class_weight="balanced", solver="lbfgs", tol=1e-7, max_iter=5000)
    regression.fit(features, numpy.array(labels))
    if recipe.concepts == "green":
        # more of a good thing never lowers a probability: what would is left out, and the rest is fitted again
        terms = [*sorted(counts["words"]), *sorted(counts["pieces"])]
        good = numpy.array([*map(_good, terms), *[True] * (features.shape[1] - len(terms))], dtype=bool)
        kept = numpy.ones(features.shape[1])
        while (against := good & (regression.coef_.ravel() < 0)).any():
            kept[against] = 0
            regression.fit(features @ sparse.diags(kept), numpy.array(labels))
    # rounded here and not when written, so that what is tried out is what is shipped
    regression.coef_ = numpy.round(regression.coef_ * SCALE) / SCALE
    regression.intercept_ = numpy.round(regression.intercept_ * SCALE) / SCALE
    return Fitted(recipe, len(shown), words, pieces, table, regression, languages, counts)


@lru_cache(maxsize=2048)  # a cross-validation reads every text some thirty times
def _every_piece(text: str) -> tuple[str, ...]:
    return tuple(sys.intern(piece) for word in text.split() for piece in pieces_of(word))


def _good(term: str) -> bool:
    """Whether a word, or a piece of one, belongs to the terms of a green concept: ``waste``, `` recy``."""
    stems, pieces = _green_words()
    return term in pieces or any(term[:length] in stems for length in range(SHORTEST_STEM, len(term) + 1))


@cache
def _green_words() -> tuple[frozenset[str], frozenset[str]]:
    base = load_terms(["en"])
    words = [word for term in base.terms if term.concept in RULES["green"] and not term.trap for word in split_phrase(term.text)]
    stems = {folded(word.strip("*")) for word in words if len(word.strip("*")) >= SHORTEST_STEM}
    return frozenset(stems), frozenset(piece for stem in stems for piece in pieces_of(stem))


def _pieces(text: str) -> set[str]:
    return set(_every_piece(text))


def _vocabulary(held: Sequence[Collection[str]], groups: Sequence[int], most: int) -> dict[str, int]:
    """The terms that stand in enough groups, the commonest first up to a number; with the count of texts that hold each."""
    texts: Counter[str] = Counter()
    seen: defaultdict[str, set[int]] = defaultdict(set)
    for terms, group in zip(held, groups, strict=True):
        texts.update(terms)
        for term in terms:
            seen[term].add(group)
    fit_for_use = sorted((term for term in texts if len(seen[term]) >= FEWEST_GROUPS), key=lambda term: (-len(seen[term]), term))
    return {term: texts[term] for term in sorted(fit_for_use[:most])}


def train(examples: Sequence[Example]) -> dict[str, Any]:
    """The model to ship, as plain JSON: from the labelled texts, sorted by name; same examples, same bytes.

    The declared notices are not trained on: no model of them beats the country they come from (docs/model-card.md).
    Raises ``ValueError`` when fewer than 30 texts are green or fewer than 30 are not.
    """
    ordered = sorted(examples, key=lambda example: (example.source, example.id))
    groups = dict(zip((example.id for example in ordered), grouped(ordered), strict=True))
    chosen = [example for example in ordered if example.source == "text" and example.labels["green"] is not None]
    labels = [bool(example.labels["green"]) for example in chosen]
    if min(sum(labels), len(labels) - sum(labels)) < FEWEST_OF_A_CLASS:
        told = f"{sum(labels)} green and {len(labels) - sum(labels)} other texts"
        raise ValueError(f"{told} are too few to learn from; {FEWEST_OF_A_CLASS} of each are needed")
    shown = [example.shown for example in chosen]
    mine = [groups[example.id] for example in chosen]
    return {
        "format": FORMAT,
        "trained_on": f"{len(chosen)} labelled procurement texts of development banks in English, {sum(labels)} of them green",
        "calibrated": f"Platt's sigmoid on values of {INNER_FOLDS} grouped inner folds of the same texts",
        "terms": terms_fingerprint(),
        "green": _written(fit(shown, labels, mine, BOTH)),
    }


def terms_fingerprint() -> str:
    """SHA-256 of the English terms; when it is another than the model's, the term base has changed since: train anew."""
    terms = sorted((term.concept, term.text, term.trap) for term in load_terms(["en"]).terms)
    return hashlib.sha256(repr(terms).encode()).hexdigest()


def _written(fitted: Fitted) -> dict[str, Any]:
    weights = [round(float(weight) * SCALE) for weight in fitted.regression.coef_.ravel()]
    rows: dict[str, list[list[Any]]] = {}
    for kind in ("words", "pieces"):
        terms = sorted(fitted.counts[kind])
        rows[kind] = [[term, fitted.counts[kind][term], weight] for term, weight in zip(terms, weights, strict=False)]  # the rest follows
        weights = weights[len(terms) :]
    return {
        "texts": fitted.texts,
        "intercept": round(float(fitted.regression.intercept_[0]) * SCALE),
        "slope": round(fitted.slope * SCALE),
        "offset": round(fitted.offset * SCALE),
        "threshold": round(fitted.threshold * SCALE),
        "concept_scale": CONCEPT_SCALE,
        "concepts": {name: weight for name, weight in zip(fitted.table.get_feature_names_out().tolist(), weights, strict=True) if weight},
        **rows,
    }
