"""Faults in a pack that its schema cannot see: what nobody reads, what no example shows, what no answer can reach.

Knows packs and their files. Must not evaluate anything: examples are run by examples.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from tenderloop.curves import Checklist, Curve, Steps
from tenderloop.errors import Problem, Problems
from tenderloop.expression import Expression, ExpressionError, Name, names_in, parse
from tenderloop.pack import STATUSES, Check, Fact, Gate, Indicator, Pack, Parameter, Source, SourceRef
from tenderloop.plan import curve_of
from tenderloop.quantity import exact_text, parse_unit
from tenderloop.readers.cases import declared_facts
from tenderloop.readers.faults import Faults, Spot, in_order, nearest
from tenderloop.readers.packs import Bundle, find_bundle, list_packs
from tenderloop.readers.profiles import ReadProfile, source_uses
from tenderloop.readers.records import Written

SHORTEST_HINT = 20
GOOD, BAD = Fraction(75), Fraction(25)

# The longest text of each kind that fits its place on the page and on the screen. Ours.
LONGEST: Mapping[str, Mapping[str, int]] = {
    "facts": {"question": 300, "guidance": 1000, "asked_in": 200},
    "indicators": {"question": 300, "guidance": 1000, "hint": 600, "clause": 1500, "kpi": 400, "na": 300},
    "gates": {"question": 300, "guidance": 1000, "hint": 600, "clause": 1500},
    "checks": {"message": 500},
    "derived": {"title": 100},
    "parameters": {"title": 100},
    "sources": {"title": 200, "note": 800},
}
LONGEST_LEVEL, LONGEST_OPTION, LONGEST_LABEL, LONGEST_PURPOSE, LONGEST_HEADING = 400, 250, 120, 600, 100


def lint(path: str | Path) -> list[Problem]:
    """Every fault of a pack, or of all packs in a folder, sorted by file and line; empty when all is well.

    A pack that cannot be loaded gives the faults for which it is refused, and only those. A folder of packs is also checked for facts
    that two packs declare differently.

    >>> lint("no_such_pack")[0].code
    'unknown-pack'
    """
    try:
        return lint_packs(packs_at(path))
    except Problems as found:
        return list(found.problems)


def packs_at(path: str | Path) -> list[str | Path]:
    """What load_pack takes for each pack meant: the path itself, each pack in a folder of packs, or a shipped name."""
    folder = Path(path)
    if str(path) not in list_packs() and folder.is_dir() and not (folder / "pack.yaml").is_file():
        inside: list[str | Path] = [each.parent for each in sorted(folder.glob("*/pack.yaml"))]
        return inside or [path]
    return [path]


def lint_packs(paths: Iterable[str | Path]) -> list[Problem]:
    """Every fault of several packs, and of what they say of each other; ``Problems`` when one is not there."""
    found: list[Problem] = []
    sound: list[Bundle] = []
    for path in paths:
        bundle = find_bundle(path, every_profile=True)
        found += _lint_bundle(bundle)
        if bundle.header is not None and not bundle.problems:
            sound.append(bundle)
    faults = Faults()
    declared_facts([bundle.pack for bundle in sound], faults.at(1))
    for problem in faults.problems:
        name = problem.message.split("'")[1]
        second = [each for bundle in sound for each in bundle.of("facts") if each.record.id == name][-1]
        found.append(Problem(problem.code, problem.message, second.file, second.at("id").line, hint=problem.hint))
    ids: dict[str, Bundle] = {}
    for bundle in sound:
        assert bundle.header is not None
        name = bundle.header.record.id
        if name in ids:
            bundle.header.at("id").add("repeated-id", f"the pack '{name}' is also in {ids[name].folder}", "give one of the two another id")
            found += [problem for problem in bundle.problems if problem.code == "repeated-id"]
        ids.setdefault(name, bundle)
    return in_order(found)


def _lint_bundle(bundle: Bundle) -> list[Problem]:
    if bundle.problems or bundle.header is None:
        return bundle.problems
    pack = bundle.pack
    reads = _Reads(bundle)
    _unused(bundle, reads)
    _listed(bundle, reads)
    _examples(bundle, pack)
    _reach(bundle, pack)
    _caps(bundle)
    _hints(bundle)
    _statuses(bundle, pack)
    _repeated(bundle)
    _empty(bundle, pack)
    _lengths(bundle)
    _changelog(bundle, pack)
    _confirmations(bundle, pack)
    _concepts(bundle)
    for profile in bundle.profiles.values():
        _profile(profile, pack)
    return bundle.problems


# ------------------------------------------------------------------------------------------------------------------- who reads what


class _Reads:
    """Which names each rule of a pack reads, through derived values too."""

    def __init__(self, bundle: Bundle) -> None:
        self.direct: dict[str, frozenset[str]] = {}  # by derived value
        for each in bundle.of("derived"):
            record = each.record
            rules = [record.value] if record.value is not None else [str(value) for value in record.with_.values()]
            self.direct[record.id] = frozenset().union(*(self.names(rule) for rule in rules))

    @staticmethod
    def names(rule: str | None) -> frozenset[str]:
        """The names in one rule; a constant that is no rule reads nothing."""
        if rule is None:
            return frozenset()
        try:
            return names_in(parse(rule))
        except ExpressionError:
            return frozenset()

    def all(self, rules: Iterable[str | None]) -> frozenset[str]:
        """Every name that rules read, derived values followed down to facts and parameters."""
        found: set[str] = set()
        ahead = [name for rule in rules for name in self.names(rule)]
        while ahead:
            name = ahead.pop()
            if name not in found:
                found.add(name)
                ahead += self.direct.get(name, ())
        return frozenset(found)


def _rules(record: Indicator | Gate | Check) -> list[str | None]:
    if isinstance(record, Indicator):
        return [*record.scoring.rules, record.applies_when]
    return [record.pass_when, record.applies_when] if isinstance(record, Gate) else [record.holds_when]


def _unused(bundle: Bundle, reads: _Reads) -> None:
    used = reads.all(rule for kind in ("indicators", "gates", "checks") for each in bundle.of(kind) for rule in _rules(each.record))
    for kind, code, word in (
        ("facts", "unused-fact", "fact"),
        ("parameters", "unused-parameter", "parameter"),
        ("derived", "unused-derived", "derived value"),
    ):
        for each in bundle.of(kind):
            if each.record.id not in used:
                each.at("id").add(
                    code,
                    f"no rule reads the {word} '{each.record.id}'",
                    "use it in a rule, or delete it: a question without use is a burden",
                )
    assert bundle.header is not None
    named = {reference.id for reference, _ in _references(bundle)}
    for each in bundle.of("sources"):
        if each.record.id not in named:
            each.at("id").add("unused-source", f"nothing names the source '{each.record.id}'", "name it where it is used, or delete it")


def _concepts(bundle: Bundle) -> None:
    """Signals name concepts of the shipped term base."""
    signals = bundle.of("text_signals")
    if not signals:
        return
    from tenderloop.evidence.terms import load_terms

    known = load_terms(["en"]).concepts
    for each in signals:
        if each.record.concept not in known:
            near = nearest(each.record.concept, known)
            hint = f"did you mean '{near}'?" if near else "the concepts are listed in criteria/terms/concepts.yaml"
            each.at("concept").add("unknown-concept", f"the term base has no concept '{each.record.concept}'", hint)


def _listed(bundle: Bundle, reads: _Reads) -> None:
    for kind in ("indicators", "gates"):
        for each in bundle.of(kind):
            read = reads.all(_rules(each.record))
            for index, name in enumerate(each.record.facts):
                if name not in read:
                    each.at("facts", index).add(
                        "fact-not-read",
                        f"{kind[:-1]} '{each.record.id}' lists '{name}', which none of its rules reads",
                        "use it in the rule, or delete it from the list",
                    )


def _references(bundle: Bundle) -> Iterator[tuple[SourceRef, Spot]]:
    """Every reference to a source with its place."""
    assert bundle.header is not None
    header = bundle.header
    yield header.record.ladder.source, header.at("ladder", "source")
    for i, outcome in enumerate(header.record.outcomes):
        if outcome.source is not None:
            yield outcome.source, header.at("outcomes", i, "source")
        for j, criterion in enumerate(outcome.criteria):
            if criterion.source is not None:
                yield criterion.source, header.at("outcomes", i, "criteria", j, "source")
    for kind in ("parameters", "indicators", "gates", "checks"):
        for each in bundle.of(kind):
            yield each.record.source, each.at("source")


def _statuses(bundle: Bundle, pack: Pack) -> None:
    _honest(_references(bundle), pack.source_of)


def _honest(references: Iterable[tuple[SourceRef, Spot]], sources: Mapping[str, Source]) -> None:
    """A reference may not claim more than its source."""
    for reference, spot in references:
        own = sources[reference.id].status
        if reference.status is not None and STATUSES.index(reference.status) < STATUSES.index(own):
            spot.add(
                "status-too-strong",
                f"the reference says {reference.status}, its source '{reference.id}' is only {own}",
                f"write {own} or weaker, or leave status out",
            )


# -------------------------------------------------------------------------------------------------------------- thresholds, profiles

UNSURE = ("transcribed", "unverified")


def _confirmations(bundle: Bundle, pack: Pack) -> None:
    """In a pack with profiles a number of which nobody has seen the original decides only after a person has confirmed it."""
    if bundle.profiles:
        _confirmed(bundle.of("parameters"), pack.source_of, "parameter")


def _confirmed(written: Iterable[Written[Any]], sources: Mapping[str, Source], word: str) -> None:
    for each in written:
        record: Parameter = each.record
        status = record.source.status or sources[record.source.id].status
        if status in UNSURE and not record.waits:
            each.at("source").add(
                "confirmation-required",
                f"{word} '{record.id}' is {status}, and would decide",
                "write confirm: true, so that the buyer sees and confirms it first",
            )


def _profile(read: ReadProfile, pack: Pack) -> None:
    """Faults of one profile that do not keep it from loading."""
    sources = {**pack.source_of, **{each.record.id: each.record for each in read.sources}}
    uses = source_uses(read)
    _honest(((reference, spot) for reference, spot, _ in uses), sources)
    _confirmed(read.thresholds, sources, "threshold")
    named = {reference.id for reference, _, _ in uses}
    for each in read.sources:
        if each.record.id not in named:
            each.at("id").add("unused-source", f"nothing names the source '{each.record.id}'", "name it where it is used, or delete it")
    profile = read.head.record
    shown = {name for example in profile.examples for name in example.confirmed}
    for written in read.thresholds:
        threshold = written.record
        if threshold.fills is not None and not shown & {threshold.id, threshold.fills}:
            written.at("fills").add(
                "example-missing",
                f"no example of profile '{profile.id}' confirms '{threshold.id}', which decides once it is confirmed",
                "add one under examples:, with confirmed: {threshold: true}",
            )
    for key in ("clauses", "hints"):
        most = LONGEST["indicators"][key.removesuffix("s")]
        for name, text in getattr(profile, key).items():
            _length(text, most, read.head.at(key, name), f"'{key}' for '{name}'")
    for name, text in profile.hints.items():
        if len(text.strip()) < SHORTEST_HINT:
            read.head.at("hints", name).add(
                "hint-too-short", f"the hint for '{name}' is '{text.strip()}'", "say what to demand, from whom, in which paper"
            )
    for kind, name in (("parameters", "thresholds"), ("sources", "sources")):
        for one in read.lists.get(name, ()):
            for key, longest in LONGEST[kind].items():
                _length(getattr(one.record, key), longest, one.at(key), f"'{key}' of '{one.record.id}'")


# ------------------------------------------------------------------------------------------------------------------------- examples


def _examples(bundle: Bundle, pack: Pack) -> None:
    for each in bundle.of("indicators"):
        indicator: Indicator = each.record
        expected = [str(example.expect) for example in indicator.examples]
        scores = [score for score in map(_score, expected) if score is not None]
        curves = [curve_of(indicator.scoring, pack, stage) for stage in pack.stages_of(indicator)]
        missing = []
        if max(curve.highest for curve in curves) >= GOOD and not any(score >= GOOD for score in scores):
            missing.append("good (75 or more)")
        if min(curve.lowest for curve in curves) <= BAD and not any(score <= BAD for score in scores):
            missing.append("bad (25 or less)")
        if "unknown" not in expected:
            missing.append("unknown")
        may_be_absent = indicator.applies_when is not None or indicator.na != "never" or set(pack.stages_of(indicator)) != set(pack.stages)
        if may_be_absent and "not_applicable" not in expected:
            missing.append("not_applicable")
        _missing(each, "indicator", missing)
    for each in bundle.of("gates"):
        gate: Gate = each.record
        expected = [str(example.expect) for example in gate.examples]
        wanted = ["pass", "fail", "undecided"] + (["not_applicable"] if gate.applies_when is not None else [])
        _missing(each, "gate", [word for word in wanted if word not in expected])
    for each in bundle.of("checks"):
        expected = [str(example.expect) for example in each.record.examples]
        _missing(each, "check", [word for word in ("holds", "broken", "unknown") if word not in expected])


def _missing(each: Written[Any], word: str, missing: list[str]) -> None:
    if missing:
        each.at("examples").add(
            "example-missing", f"{word} '{each.record.id}' has no example for: {', '.join(missing)}", "add one of each: they run as tests"
        )


def _score(text: str) -> Fraction | None:
    try:
        return Fraction(text)
    except ValueError:
        return None


# ---------------------------------------------------------------------------------------------------------------------------- reach


def _reach(bundle: Bundle, pack: Pack) -> None:
    """Parts of a curve that no possible answer meets, where the rule is one fact with a least or a most."""
    for each in bundle.of("indicators"):
        indicator: Indicator = each.record
        way = indicator.scoring.linear or indicator.scoring.steps or indicator.scoring.piecewise
        if way is None:
            continue
        fact = _one_fact(way.of, pack)
        if fact is None:
            continue
        curve = curve_of(indicator.scoring, pack, pack.stages_of(indicator)[0])
        assert not isinstance(curve, Checklist)
        for sentence in out_of_reach(curve, fact):
            name = next(key for key in ("linear", "steps", "piecewise") if getattr(indicator.scoring, key) is not None)
            each.at("scoring", name).add(
                "unreachable-score",
                f"scoring of indicator '{indicator.id}': {sentence}",
                f"change the threshold, or min and max of '{fact.id}'",
            )


def _one_fact(rule: str, pack: Pack) -> Fact | None:
    tree: Expression = parse(rule)
    fact = pack.fact_of.get(tree.id) if isinstance(tree, Name) else None
    return fact if fact is not None and fact.kind in ("number", "level") else None


def out_of_reach(curve: Curve, fact: Fact) -> list[str]:
    """Sentences on the edges of a curve that a fact's least and most leave out; ``curve`` is in base units.

    An edge at the least itself is reached by everything, so what lies below it is out of reach.

    >>> from tenderloop.curves import Linear
    >>> share = Fact(id="share", kind="number", unit="%", max=50, question="Which share?")
    >>> out_of_reach(Linear(Fraction(0), Fraction(1)), share)
    ['the threshold 100 % lies above the most that is possible, 50 %']
    """
    factor = Fraction(1) if fact.kind == "level" else parse_unit(fact.unit).factor
    unit = "" if fact.unit == "1" else f" {fact.unit}"
    least = Fraction(0) if fact.kind == "level" else fact.min
    most = Fraction(len(fact.levels) - 1) if fact.kind == "level" else fact.max
    found: list[str] = []
    for edge in curve.edges:
        value = edge / factor
        if most is not None and value > most:
            found.append(f"the threshold {exact_text(value)}{unit} lies above the most that is possible, {exact_text(most)}{unit}")
        if least is not None and value < least:
            found.append(f"the threshold {exact_text(value)}{unit} lies below the least that is possible, {exact_text(least)}{unit}")
    if isinstance(curve, Steps) and least is not None and curve.edges and curve.edges[0] / factor == least:
        found.append(f"no answer lies below the first threshold, {exact_text(least)}{unit}, so 'below' is never given")
    return found


def _caps(bundle: Bundle) -> None:
    assert bundle.header is not None
    places: list[tuple[Mapping[int, Fraction], Spot, str]] = [
        (bundle.header.record.evidence_caps, bundle.header.at("evidence_caps"), "the pack")
    ]
    for each in bundle.of("indicators"):
        if each.record.evidence.caps is not None:
            places.append((each.record.evidence.caps, each.at("evidence", "caps"), f"indicator '{each.record.id}'"))
    for caps, spot, what in places:
        # A grade that is not listed is not capped.
        ladder = [caps.get(grade, Fraction(100)) for grade in range(5)]
        for grade, (low, high) in enumerate(pairwise(ladder)):
            if high < low:
                spot.add(
                    "caps-not-monotone",
                    f"{what} caps grade {grade + 1} at {exact_text(high)} and grade {grade} at {exact_text(low)}",
                    "better evidence must not earn less; list every grade up to the last cap",
                )


# ---------------------------------------------------------------------------------------------------------------------------- texts


def _hints(bundle: Bundle) -> None:
    for kind in ("indicators", "gates"):
        for each in bundle.of(kind):
            if len(each.record.hint.strip()) < SHORTEST_HINT:
                each.at("hint").add(
                    "hint-too-short",
                    f"the hint of {kind[:-1]} '{each.record.id}' is '{each.record.hint.strip()}'",
                    "say what to demand, from whom, in which paper",
                )


def _repeated(bundle: Bundle) -> None:
    for key in ("question", "title"):
        first: dict[str, str] = {}
        for each in bundle.of("indicators"):
            text = " ".join(getattr(each.record, key).casefold().split()).rstrip("?.")
            if text in first:
                each.at(key).add(
                    f"repeated-{key}",
                    f"indicator '{each.record.id}' has the {key} of '{first[text]}'",
                    "two readers must see what the difference is; merge them or reword",
                )
            first.setdefault(text, each.record.id)


def _empty(bundle: Bundle, pack: Pack) -> None:
    assert bundle.header is not None
    for i, outcome in enumerate(pack.outcomes):
        empty = [j for j, criterion in enumerate(outcome.criteria) if not pack.indicators_of.get(criterion.id)]
        if len(empty) == len(outcome.criteria):
            bundle.header.at("outcomes", i).add(
                "empty-outcome", f"the outcome '{outcome.id}' has no indicators", "write indicators for its criteria, or delete it"
            )
            continue
        for j in empty:
            bundle.header.at("outcomes", i, "criteria", j).add(
                "empty-outcome", f"the criterion '{outcome.criteria[j].id}' has no indicators", "write indicators for it, or delete it"
            )


def _lengths(bundle: Bundle) -> None:
    assert bundle.header is not None
    header = bundle.header
    _length(header.record.label, LONGEST_LABEL, header.at("label"), "the label of the pack")
    _length(header.record.purpose, LONGEST_PURPOSE, header.at("purpose"), "the purpose of the pack")
    for i, outcome in enumerate(header.record.outcomes):
        _length(outcome.title, LONGEST_HEADING, header.at("outcomes", i, "title"), f"the title of outcome '{outcome.id}'")
        for j, criterion in enumerate(outcome.criteria):
            _length(
                criterion.title,
                LONGEST_HEADING,
                header.at("outcomes", i, "criteria", j, "title"),
                f"the title of criterion '{criterion.id}'",
            )
    for kind, limits in LONGEST.items():
        for each in bundle.of(kind):
            for key, most in limits.items():
                _length(getattr(each.record, key), most, each.at(key), f"'{key}' of '{each.record.id}'")
    for each in bundle.of("facts"):
        for index, text in enumerate(each.record.levels):
            _length(text, LONGEST_LEVEL, each.at("levels", index), f"level {index} of '{each.record.id}'")
        for option, text in each.record.options.items():
            _length(text, LONGEST_OPTION, each.at("options", option), f"option '{option}' of '{each.record.id}'")


def _length(text: str, most: int, spot: Spot, what: str) -> None:
    if len(text) > most:
        spot.add("text-too-long", f"{what} has {len(text)} characters", f"write at most {most}")


def _changelog(bundle: Bundle, pack: Pack) -> None:
    path = bundle.root / "CHANGELOG.md"
    faults = bundle.file("CHANGELOG.md")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        faults.add("changelog-missing", "the pack has no CHANGELOG.md", line=1, hint="say for each version which rules changed, and why")
        return
    if pack.version not in text:
        faults.add("changelog-missing", f"version {pack.version} is not named", line=1, hint="say which rules changed in it, and why")
