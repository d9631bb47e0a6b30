"""The screening: a hint whether a notice or text is green, social or circular, with the terms that decided.

Knows the shipped model (``model/screening.json``: vocabularies and whole-number weights) and the rules beside it. Must not know files of
the web or CLI, how the model was trained, or scikit-learn: what it computes is plain arithmetic.

A hint is for a person who looks. It never sets a fact, a score or a gate, and "nothing found" is never "no".

Where a label could not be learned, no model is pretended: social and circular come from the rules alone, and so does green in every
language but English, the only one with labelled texts to learn from (docs/model-card.md shows what was tried). In a language that the term
base does not have nothing is said.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from tenderloop.evidence.features import Shown, pieces_of, show_notice, show_text
from tenderloop.evidence.terms import load_terms
from tenderloop.notice import Notice

Label = Literal["green", "social", "circular"]
Way = Literal["model", "rules", "none"]

FORMAT: Final = "tenderloop-screening/1"
SCALE: Final = 10**6  # weights are whole millionths
MOST_TERMS: Final = 12
DIFFERENT: Final = "different green concepts"

# Which concepts of the term base count for which label: ours. Repair, maintenance, spare parts and warranty are left out of green, because
# every service contract speaks of them; health and safety and access of small firms out of social, because every notice does.
RULES: Final[Mapping[Label, frozenset[str]]] = {
    "green": frozenset(
        [
            "need_avoidance",
            "product_as_service",
            "material_reduction",
            "waste_prevention",
            "packaging_reduction",
            "durability",
            "modularity",
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
        ]
    ),
    "social": frozenset(
        [
            "working_conditions",
            "disadvantaged_employment",
            "accessibility",
            "gender_equality",
            "human_rights",
            "training_apprentices",
            "local_community",
            "fair_trade",
        ]
    ),
    "circular": frozenset(
        [
            "circular_economy",
            "product_as_service",
            "waste_prevention",
            "modularity",
            "reuse",
            "second_hand",
            "refurbish",
            "remanufacture",
            "repurpose",
            "recycled_content",
            "recyclability",
            "design_for_disassembly",
            "take_back",
            "demolition_audit",
            "material_passport",
            "reusable_packaging",
        ]
    ),
}


@dataclass(frozen=True, slots=True)
class Deciding:
    """A term that pushed a probability. ``contribution`` is in log-odds before calibration: above 0 towards yes, below 0 towards no.

    ``kind`` is word (with the runs of characters in it) or concept (of the term base, or the number of different ones).
    """

    term: str
    kind: Literal["word", "concept"]
    contribution: float


@dataclass(frozen=True, slots=True)
class Screened:
    """The hint for one label.

    ``probability`` (0 to 1) is None where there is no model. ``suggested`` is True, False, or None when nothing can be said or the rules
    and the model disagree; False comes from the English model alone, when the rules find nothing either. ``said`` and ``bound`` are the
    concepts that the rules found; ``because`` says in a sentence what the hint rests on.
    """

    label: Label
    way: Way
    probability: float | None
    threshold: float | None
    suggested: bool | None
    said: tuple[str, ...]
    bound: tuple[str, ...]
    terms: tuple[Deciding, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Screening:
    """The hints for every label, with what the model was trained on and how its probabilities were calibrated."""

    outcomes: tuple[Screened, ...]
    trained_on: str
    calibrated: str

    def __getitem__(self, label: str) -> Screened:
        for outcome in self.outcomes:
            if outcome.label == label:
                return outcome
        raise KeyError(label)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Terms with the number of training texts that hold each, and its weight in millionths."""

    terms: Mapping[str, tuple[int, int]]
    texts: int

    def weighed(self, counts: Mapping[str, int]) -> dict[str, float]:
        """The part of the log-odds that each term brings: its weight times its sublinear TF-IDF, the whole of length one."""
        held = {term: (1 + math.log(count), self.terms[term]) for term, count in counts.items() if term in self.terms}
        values = {term: tf * (math.log((1 + self.texts) / (1 + df)) + 1) for term, (tf, (df, _)) in held.items()}
        length = math.sqrt(math.fsum(value * value for value in values.values()))
        return {term: value / length * self.terms[term][1] / SCALE for term, value in values.items()} if length else {}


@dataclass(frozen=True, slots=True)
class Head:
    """One logistic regression with its calibration: log-odds = ``slope`` x value + ``offset``, both in millionths."""

    words: Vocabulary
    pieces: Vocabulary
    concepts: Mapping[str, int]
    concept_scale: float
    intercept: int
    slope: int
    offset: int
    threshold: int

    def contributions(self, shown: Shown) -> list[Deciding]:
        """What every word and concept brings, the strongest first. They and the intercept add up to ``value``."""
        brought: defaultdict[str, float] = defaultdict(float)
        if self.words.terms or self.pieces.terms:
            words = Counter(shown.rest.split())
            for word, part in self.words.weighed(words).items():
                brought[word] += part
            places: dict[str, list[tuple[str, int]]] = {}
            for word, count in words.items():
                for piece in pieces_of(word):
                    places.setdefault(piece, []).append((word, count))
            counts = {piece: sum(count for _, count in at) for piece, at in places.items()}
            for piece, part in self.pieces.weighed(counts).items():
                for word, count in places[piece]:
                    brought[word] += part * count / counts[piece]
        found = [Deciding(word, "word", part) for word, part in brought.items() if part]
        for concept, value in green_concepts(shown.concepts).items():
            weight = self.concepts.get(concept, 0)
            if weight and value:
                found.append(Deciding(concept, "concept", value * self.concept_scale * weight / SCALE))
        return sorted(found, key=lambda each: (-abs(each.contribution), each.kind, each.term))

    def value(self, shown: Shown) -> float:
        """Log-odds before calibration."""
        return math.fsum(each.contribution for each in self.contributions(shown)) + self.intercept / SCALE

    def probability(self, value: float) -> float:
        """Calibrated probability of a value."""
        return sigmoid((self.slope * value + self.offset) / SCALE)


def sigmoid(value: float) -> float:
    """1 / (1 + exp(-value)), without overflow.

    >>> sigmoid(0.0), sigmoid(-1000.0)
    (0.5, 0.0)
    """
    if value >= 0:
        return 1 / (1 + math.exp(-value))
    return math.exp(value) / (1 + math.exp(value))


def green_concepts(concepts: Mapping[str, int]) -> dict[str, float]:
    """What the models see of the concepts: log(1 + texts) of each green one, said or bound, and log(1 + how many different ones).

    The labelled texts know no roles, so said and bound are added up.

    >>> sorted(green_concepts({"said:reuse": 2, "bound:reuse": 1, "said:warranty": 4}))
    ['different green concepts', 'reuse']
    """
    counts: Counter[str] = Counter()
    for key, count in concepts.items():
        concept = key.partition(":")[2]
        if concept in RULES["green"]:
            counts[concept] += count
    found = {concept: math.log1p(count) for concept, count in sorted(counts.items())}
    return {**found, DIFFERENT: math.log1p(len(counts))}


def screen(source: Notice | str, language: str = "") -> Screening:
    """The hints for a notice, or for words alone in a language (two letters; empty: guessed from the common words).

    >>> found = screen("Consulting services for a renewable energy plant and for energy efficiency of buildings", "en")["green"]
    >>> found.way, found.said, 0 < found.probability < 1
    ('model', ('energy_efficiency', 'renewable_energy'), True)
    >>> screen("Rakenduskava koostamine", "et")["green"].probability is None
    True
    """
    shown = show_notice(source) if isinstance(source, Notice) else show_text(source, language or load_terms().guessed(source))
    return screen_shown(shown, shipped_model())


def screen_shown(shown: Shown, model: Model) -> Screening:
    """The hints for what a model may see."""
    spoken = load_terms().spoken(shown.language)
    outcomes = [_green(shown, model) if spoken == "en" else _by_rules(shown, spoken, "green")]
    outcomes += [_by_rules(shown, spoken, label) for label in ("social", "circular")]
    return Screening(tuple(outcomes), model.trained_on, model.calibrated)


NO_MODEL: Final[Mapping[Label, str]] = {
    "green": "rules only: there are labelled texts in English alone, and what notices declare follows their country, not their words",
    "social": "rules only: what published notices declare follows their country and not their words, so nothing could be learned",
    "circular": "rules only: three published notices declare the circular economy, too few to learn from",
}


def _green(shown: Shown, model: Model) -> Screened:
    contributions = model.green.contributions(shown)
    probability = model.green.probability(math.fsum(each.contribution for each in contributions) + model.green.intercept / SCALE)
    threshold = model.green.threshold / SCALE
    said, bound = rules_found(shown, "green")
    suggested: bool | None = probability >= threshold
    because = "words and concepts, learned from labelled English notices of development banks, where green is mostly energy and water"
    if not suggested and (said or bound):
        suggested = None
        because += "; the rules found green concepts and the model holds it unlikely: a person must look"
    return Screened("green", "model", probability, threshold, suggested, said, bound, tuple(contributions[:MOST_TERMS]), because)


def _by_rules(shown: Shown, spoken: str, label: Label) -> Screened:
    if not spoken:
        named = f"the term base has no list for {shown.language!r}" if shown.language else "the language is not known"
        return Screened(label, "none", None, None, None, (), (), (), f"nothing can be said: {named}")
    said, bound = rules_found(shown, label)
    return Screened(label, "rules", None, None, True if said or bound else None, said, bound, (), NO_MODEL[label])


def rules_found(shown: Shown, label: Label) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The concepts of a label's rule that are said, and those that are bound; each in alphabetical order."""
    chosen = RULES[label]
    found: dict[str, list[str]] = {"said": [], "bound": []}
    for key in sorted(shown.concepts):
        side, _, concept = key.partition(":")
        if concept in chosen:
            found[side].append(concept)
    return tuple(found["said"]), tuple(found["bound"])


@dataclass(frozen=True, slots=True)
class Model:
    """What is shipped: the model of green English texts and where it comes from. ``terms`` is the fingerprint of the English term list."""

    green: Head
    trained_on: str
    calibrated: str
    terms: str


def read_model(tree: Mapping[str, Any]) -> Model:
    """A model from its JSON. ``ValueError`` when it is of another format."""
    if tree.get("format") != FORMAT:
        raise ValueError(f"the model is of format {tree.get('format')!r}, this engine reads {FORMAT!r}")
    head = tree["green"]
    numbers = {name: head[name] for name in ("concept_scale", "intercept", "slope", "offset", "threshold")}
    words, pieces = (_vocabulary(head[kind], head["texts"]) for kind in ("words", "pieces"))
    return Model(Head(words, pieces, dict(head["concepts"]), **numbers), tree["trained_on"], tree["calibrated"], tree["terms"])


def _vocabulary(rows: Sequence[Sequence[Any]], texts: int) -> Vocabulary:
    return Vocabulary({term: (seen, weight) for term, seen, weight in rows}, texts)


@cache
def shipped_model() -> Model:
    """The model that comes with the library."""
    return read_model(json.loads((files("tenderloop.evidence") / "model" / "screening.json").read_text("utf-8")))
