"""How well the screening does: grouped cross-validation of rules, models and baselines, with confidence intervals, as tables.

Knows which systems are compared on which labels, and the measures. Must not know where the data lies or how a model is fitted.

Every probability and every yes comes from a fold whose model, calibration and threshold saw nothing of the group. Intervals are 95 %
percentile intervals over resampled groups; a seed's folds are averaged inside each resample.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tenderloop.evidence.screening import Label, rules_found
from tenderloop.evidence.terms import load_terms
from tenderloop.evidence.training import (
    BOTH,
    CONCEPTS,
    FOLDS,
    LANGUAGE,
    NOTICES,
    NOTICES_ADJUSTED,
    SEEDS,
    WORDS,
    Example,
    Recipe,
    fit,
    folds_of,
    grouped,
)

LABELS: Final[tuple[Label, ...]] = ("green", "social", "circular")
RESAMPLES: Final = 1000
BINS: Final = 10
FEWEST_PER_LANGUAGE: Final = 10  # of each answer; below, a figure by language says nothing
MEASURES: Final = ("F1", "precision", "recall", "PR-AUC", "AUC within language", "Brier", "ECE")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Answers:
    """What one system said to every example under one seed: yes or no, and how sure; a probability only where ``calibrated``.

    ``folds`` says in which fold each was tried, empty where nothing was trained: two examples are compared for order only inside a fold,
    because models of different folds have different shares of yes to start from.
    """

    yes: tuple[bool, ...]
    sure: tuple[float, ...]
    calibrated: bool = True
    folds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class System:
    """A row of a table: its name and its answers, one a seed."""

    name: str
    runs: tuple[Answers, ...]


def cross_validated(examples: Sequence[Example], label: Label, groups: Sequence[int], recipe: Recipe, seed: int) -> Answers:
    """Answers of a model trained without the fold that holds the example's group."""
    labels = [bool(example.labels[label]) for example in examples]
    sure = [0.0] * len(examples)
    yes = [False] * len(examples)
    folds = [0] * len(examples)
    for fold, (train, test) in enumerate(folds_of(labels, groups, FOLDS, seed)):
        fitted = fit([examples[at].shown for at in train], [labels[at] for at in train], [groups[at] for at in train], recipe, seed)
        for at, probability in zip(test, fitted.probabilities([examples[at].shown for at in test]), strict=True):
            sure[at], yes[at], folds[at] = probability, probability >= fitted.threshold, fold
    return Answers(tuple(yes), tuple(sure), folds=tuple(folds))


def by_rules(examples: Sequence[Example], label: Label) -> Answers:
    """Yes when any concept of the label is found; how sure is the number of different ones."""
    counts = [len(set().union(*rules_found(example.shown, label))) for example in examples]
    return Answers(tuple(count > 0 for count in counts), tuple(float(count) for count in counts), calibrated=False)


def always_yes(examples: Sequence[Example], label: Label, groups: Sequence[int], seed: int) -> Answers:
    """Yes to everything, as sure as the share of yes in the training folds."""
    labels = [bool(example.labels[label]) for example in examples]
    sure = [0.0] * len(examples)
    folds = [0] * len(examples)
    for fold, (train, test) in enumerate(folds_of(labels, groups, FOLDS, seed)):
        for at in test:
            sure[at], folds[at] = sum(labels[place] for place in train) / len(train), fold
    return Answers((True,) * len(examples), tuple(sure), folds=tuple(folds))


def either(one: Answers, other: Answers) -> Answers:
    """Yes when either says yes; as sure as the second, above all the others where the first says yes."""
    yes = tuple(a or b for a, b in zip(one.yes, other.yes, strict=True))
    return Answers(yes, tuple(sure + said for said, sure in zip(one.yes, other.sure, strict=True)), False, other.folds)


def transferred(
    examples: Sequence[Example], texts: Sequence[Example], groups: Sequence[int], text_groups: Sequence[int], seed: int
) -> Answers:
    """Answers on notices of the concept model trained on the labelled texts only, those of a notice's group left out."""
    kept = [at for at, group in enumerate(text_groups) if group not in set(groups)]
    shown, labels = [texts[at].shown for at in kept], [bool(texts[at].labels["green"]) for at in kept]
    fitted = fit(shown, labels, [text_groups[at] for at in kept], CONCEPTS, seed)
    probabilities = fitted.probabilities([example.shown for example in examples])
    return Answers(tuple(each >= fitted.threshold for each in probabilities), tuple(probabilities))


def evaluate(examples: Sequence[Example], progress: Progress | None = None) -> dict[str, Any]:
    """Every table, as plain JSON; see ``tables`` for how it is printed."""
    ordered = sorted(examples, key=lambda example: (example.source, example.id))
    group_of = dict(zip((id(example) for example in ordered), grouped(ordered), strict=True))
    notices = [example for example in ordered if example.source == "notice"]
    texts = [example for example in ordered if example.source == "text"]
    coded = {label: [each for each in notices if each.labels[label] is not None] for label in LABELS}

    def of(chosen: Sequence[Example]) -> list[int]:
        return [group_of[id(example)] for example in chosen]

    steps = _Steps(progress, len(SEEDS) * 10)

    def models(chosen: Sequence[Example], label: Label, recipe: Recipe) -> tuple[Answers, ...]:
        return tuple(cross_validated(chosen, label, of(chosen), recipe, seed) for seed in steps(SEEDS))

    found: list[dict[str, Any]] = []
    if texts:
        rules = by_rules(texts, "green")
        words, concepts, both = (models(texts, "green", recipe) for recipe in (WORDS, CONCEPTS, BOTH))
        systems = [
            System("always yes", tuple(always_yes(texts, "green", of(texts), seed) for seed in SEEDS)),
            System("rules alone", (rules,)),
            System("model alone (words)", words),
            System("model of concepts alone", concepts),
            System("combination: one model of words and concepts (shipped)", both),
            System("combination: rules or model of words says yes", tuple(either(rules, run) for run in words)),
        ]
        found.append(_table("green, labelled texts", texts, "green", of(texts), systems))
    for label in LABELS[:2]:
        chosen = coded[label]
        if not chosen or len({example.labels[label] for example in chosen}) < 2:
            continue
        rules = by_rules(chosen, label)
        plain, adjusted, language = (models(chosen, label, recipe) for recipe in (NOTICES, NOTICES_ADJUSTED, LANGUAGE))
        systems = [
            System("always yes", tuple(always_yes(chosen, label, of(chosen), seed) for seed in SEEDS)),
            System("language of the notice alone", language),
            System("rules alone", (rules,)),
            System("model alone (words, concepts, CPV, nature)", plain),
            System("model alone, language taken out", adjusted),
            System("combination: rules or model says yes", tuple(either(rules, run) for run in plain)),
        ]
        if label == "green" and texts:
            moved = tuple(transferred(chosen, texts, of(chosen), of(texts), seed) for seed in steps(SEEDS))
            systems.append(System("model of concepts alone, from the labelled texts", moved))
        found.append(_table(f"{label}, coded notices", chosen, label, of(chosen), systems))
        spoken = [example for example in chosen if load_terms().spoken(example.shown.language)]
        places = [at for at, example in enumerate(chosen) if load_terms().spoken(example.shown.language)]
        narrowed = [System(system.name, tuple(_only(run, places) for run in system.runs)) for system in systems]
        name = f"{label}, coded notices in languages of the term base"
        found.append(_table(name, spoken, label, of(spoken), narrowed))
    return {"data": _data(notices, texts, group_of), "tables": found}


class _Steps:
    """Goes through the seeds of one system after the other and says how far it is."""

    def __init__(self, progress: Progress | None, of: int) -> None:
        self._progress, self._done, self._of = progress, 0, of

    def __call__(self, seeds: Sequence[int]) -> Iterator[int]:
        for seed in seeds:
            yield seed
            self._done += 1
            if self._progress is not None:
                self._progress(self._done, self._of)


def _only(run: Answers, places: Sequence[int]) -> Answers:
    return Answers(
        tuple(run.yes[at] for at in places),
        tuple(run.sure[at] for at in places),
        run.calibrated,
        tuple(run.folds[at] for at in places if run.folds),
    )


def _data(notices: Sequence[Example], texts: Sequence[Example], group_of: Mapping[int, int]) -> dict[str, Any]:
    counts: dict[str, Any] = {"notices": len(notices), "notice groups": len({group_of[id(each)] for each in notices})}
    counts["texts"], counts["text groups"] = len(texts), len({group_of[id(each)] for each in texts})
    for label in LABELS:
        said = Counter(each.labels[label] for each in notices)
        counts[label] = {"yes": said[True], "no": said[False], "unstated": said[None]}
        known = [each for each in notices if each.labels[label] is not None]
        counts[label]["converted from older XML"] = sum(each.converted for each in known)
        found = [bool(each.labels[label]) for each, yes in zip(known, by_rules(known, label).yes, strict=True) if yes]
        counts[label]["rules say yes of yes"], counts[label]["rules say yes of no"] = sum(found), len(found) - sum(found)
    counts["languages of the term base"] = sorted(load_terms().languages)
    green = sum(bool(each.labels["green"]) for each in texts)
    counts["text labels"] = {"yes": green, "no": len(texts) - green}
    waste = [bool(each.labels["green"]) for each, yes in zip(texts, by_rules(texts, "circular").yes, strict=True) if yes]
    counts["texts with a circular concept"] = {"yes": sum(waste), "no": len(waste) - sum(waste)}
    return counts


def _table(name: str, examples: Sequence[Example], label: Label, groups: Sequence[int], systems: Sequence[System]) -> dict[str, Any]:
    labels = tuple(bool(example.labels[label]) for example in examples)
    languages = tuple(example.shown.language for example in examples)
    rows = [{"system": system.name, **measured(labels, languages, groups, system)} for system in systems]
    count = Counter(zip(languages, labels, strict=True))
    by_language = []
    for language in sorted(set(languages), key=lambda each: (-count[each, True] - count[each, False], each)):
        yes, no = count[language, True], count[language, False]
        row: dict[str, Any] = {"language": language, "yes": yes, "no": no, "F1": None}
        if min(yes, no) >= FEWEST_PER_LANGUAGE:
            places = [at for at, each in enumerate(languages) if each == language]
            row["F1"] = {
                system.name: _mean([f1([labels[at] for at in places], [run.yes[at] for at in places])[0] for run in system.runs])
                for system in systems
            }
        by_language.append(row)
    return {
        "name": name, "examples": len(labels), "yes": sum(labels), "groups": len(set(groups)), "rows": rows, "languages": by_language,
    }  # fmt: skip


def measured(labels: Sequence[bool], languages: Sequence[str], groups: Sequence[int], system: System) -> dict[str, list[float] | None]:
    """Each measure as [value, low, high], or None where it makes no sense for the system."""
    import numpy

    members: defaultdict[int, list[int]] = defaultdict(list)
    for at, group in enumerate(groups):
        members[group].append(at)
    parts = [members[group] for group in sorted(members)]
    generator = numpy.random.default_rng(20261122)
    whole = _measures(labels, languages, system, list(range(len(labels))))
    samples: dict[str, list[float]] = {measure: [] for measure in MEASURES}
    for _ in range(RESAMPLES):
        drawn = generator.integers(0, len(parts), len(parts)).tolist()
        places = [at for part in drawn for at in parts[part]]
        for measure, value in _measures(labels, languages, system, places).items():
            if value is not None:
                samples[measure].append(value)
    found: dict[str, list[float] | None] = {}
    for measure, value in whole.items():
        if value is None:
            found[measure] = None
            continue
        low, high = numpy.percentile(samples[measure], [2.5, 97.5]).tolist()
        found[measure] = [round(value, 3), round(low, 3), round(high, 3)]
    return found


def _measures(labels: Sequence[bool], languages: Sequence[str], system: System, places: Sequence[int]) -> dict[str, float | None]:
    truth = [labels[at] for at in places]
    spoken = [languages[at] for at in places]
    found: defaultdict[str, list[float | None]] = defaultdict(list)
    for run in system.runs:
        yes = [run.yes[at] for at in places]
        sure = [run.sure[at] for at in places]
        both = f1(truth, yes)
        found["F1"].append(both[0])
        found["precision"].append(both[1])
        found["recall"].append(both[2])
        found["PR-AUC"].append(average_precision(truth, sure))
        found["AUC within language"].append(
            within(truth, sure, [(each, run.folds[at] if run.folds else 0) for each, at in zip(spoken, places, strict=True)])
        )
        found["Brier"].append(_mean([(value - label) ** 2 for value, label in zip(sure, truth, strict=True)]) if run.calibrated else None)
        found["ECE"].append(calibration_error(truth, sure) if run.calibrated else None)
    means: dict[str, float | None] = {}
    for measure, values in found.items():
        known = [value for value in values if value is not None]
        means[measure] = _mean(known) if known else None
    return means


def f1(truth: Sequence[bool], yes: Sequence[bool]) -> tuple[float, float, float]:
    """F1, precision and recall; 0 where nothing is called or true.

    >>> f1([True, True, False], [True, False, True])
    (0.5, 0.5, 0.5)
    """
    hits = sum(a and b for a, b in zip(truth, yes, strict=True))
    called, true = sum(yes), sum(truth)
    return (
        2 * hits / (called + true) if called + true else 0.0,
        hits / called if called else 0.0,
        hits / true if true else 0.0,
    )


def average_precision(truth: Sequence[bool], sure: Sequence[float]) -> float:
    """Area under precision over recall (average precision); examples that are equally sure are called together.

    >>> average_precision([True, False, True], [0.9, 0.8, 0.7])
    0.8333333333333333
    >>> average_precision([True, False, False, False], [0.5, 0.5, 0.5, 0.5])
    0.25
    """
    at: defaultdict[float, list[bool]] = defaultdict(list)
    for label, value in zip(truth, sure, strict=True):
        at[value].append(label)
    total = sum(truth)
    called = hits = 0
    area = 0.0
    for value in sorted(at, reverse=True):
        called += len(at[value])
        new = sum(at[value])
        hits += new
        area += new * hits / called
    return area / total if total else 0.0


def within(truth: Sequence[bool], sure: Sequence[float], languages: Sequence[Hashable]) -> float | None:
    """Share of pairs of a yes and a no of the same language in which the yes is surer, ties half; 0.5 is chance. None without pairs.

    A language may be given together with the fold that tried it.

    >>> within([True, False, False], [0.9, 0.1, 0.95], ["de", "de", "fr"])
    1.0
    """
    import bisect

    won = pairs = 0.0
    for language in set(languages):
        yes = [value for value, label, each in zip(sure, truth, languages, strict=True) if each == language and label]
        no = sorted(value for value, label, each in zip(sure, truth, languages, strict=True) if each == language and not label)
        pairs += len(yes) * len(no)
        for value in yes if no else ():
            won += (bisect.bisect_left(no, value) + bisect.bisect_right(no, value)) / 2
    return won / pairs if pairs else None


def calibration_error(truth: Sequence[bool], sure: Sequence[float]) -> float:
    """Expected calibration error over ten bins of equal width: how far, on average, the probability is from the share of yes.

    >>> calibration_error([True, False], [0.25, 0.25])
    0.25
    """
    bins: defaultdict[int, list[tuple[float, bool]]] = defaultdict(list)
    for label, value in zip(truth, sure, strict=True):
        bins[min(BINS - 1, int(value * BINS))].append((value, label))
    return sum(abs(math.fsum(value - label for value, label in held)) for held in bins.values()) / len(truth) if truth else 0.0


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0


def tables(found: Mapping[str, Any]) -> str:
    """The evaluation as Markdown, as it stands in the model card."""
    lines = _data_lines(found["data"])
    for table in found["tables"]:
        title = f"{table['name'][0].upper()}{table['name'][1:]}: {table['examples']} examples, {table['yes']} yes, {table['groups']} groups"
        shown = [measure for measure in MEASURES if any(row[measure] is not None for row in table["rows"])]
        lines += ["", f"### {title}", "", f"| system | {' | '.join(shown)} |", f"| --- |{' --- |' * len(shown)}"]
        lines += [f"| {row['system']} | {' | '.join(_interval(row[measure]) for measure in shown)} |" for row in table["rows"]]
        lines += ["", _by_language(table["languages"])]
    return "\n".join(lines) + "\n"


def _interval(value: Sequence[float] | None) -> str:
    return "–" if value is None else f"{value[0]:.2f} ({value[1]:.2f} to {value[2]:.2f})"


def _data_lines(data: Mapping[str, Any]) -> list[str]:
    circular = data["texts with a circular concept"]
    lines = [
        f"{data['notices']} published notices in {data['notice groups']} groups; {data['texts']} labelled texts in {data['text groups']} "
        f"groups, {data['text labels']['yes']} of them green; of the {sum(circular.values())} texts that hold a circular concept, "
        f"{circular['yes']} are labelled green. Languages of the term base: {', '.join(data['languages of the term base'])}.",
        "",
        "| declared in notices | yes | no | unstated | rules find it in the yes | in the no | labelled ones converted from older XML |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for label in LABELS:
        row = data[label]
        kept = ("yes", "no", "unstated", "rules say yes of yes", "rules say yes of no", "converted from older XML")
        lines.append(f"| {label} | {' | '.join(str(row[each]) for each in kept)} |")
    return lines


def _by_language(rows: Sequence[Mapping[str, Any]]) -> str:
    counted = ", ".join(f"{row['language'] or 'unknown'} {row['yes']}/{row['no']}" for row in rows)
    text = f"By language (yes/no): {counted}."
    for row in rows:
        if row["F1"] is not None:
            text += f" F1 in {row['language']}: " + "; ".join(f"{name} {value:.2f}" for name, value in row["F1"].items()) + "."
    few = sum(row["F1"] is None for row in rows)
    if few:
        text += f" In {few} of {len(rows)} languages one answer occurs fewer than {FEWEST_PER_LANGUAGE} times: no figure is given."
    return text
