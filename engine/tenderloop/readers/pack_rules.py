"""What the parts of a pack say of each other: ids, references, names, units, rules, curves and the answers in examples.

Knows the pack model, its vocabulary and its curves. Must not know how a file is read, nor what a rule gives for a case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tenderloop.curves import Checklist, Curve, Levels, Linear, Piecewise, Steps, YesNo
from tenderloop.errors import Problem
from tenderloop.expression import RESERVED, ExpressionError, Name, Type, names_in, parse
from tenderloop.expression import check as type_of
from tenderloop.pack import (
    Amount,
    CapRating,
    Check,
    ChecklistScoring,
    ChoiceScoring,
    Derived,
    Example,
    Fact,
    Gate,
    Indicator,
    LevelsScoring,
    LinearScoring,
    Pack,
    Parameter,
    PiecewiseScoring,
    Profile,
    SourceRef,
    StepsScoring,
    YesNoScoring,
)
from tenderloop.quantity import UNITS, QuantityError, parse_unit, unit_of
from tenderloop.readers.answers import key_spot, read_value
from tenderloop.readers.confirmations import find_threshold, in_example
from tenderloop.readers.faults import Spot, nearest
from tenderloop.readers.records import Written
from tenderloop.readers.strict_yaml import Mapping, Value
from tenderloop.vocabulary import Vocabulary, vocabulary

if TYPE_CHECKING:
    from tenderloop.readers.packs import Bundle

GATE_WORDS = ("pass", "fail", "undecided", "not_applicable")
CHECK_WORDS = ("holds", "broken", "unknown")
INDICATOR_WORDS = ("unknown", "not_applicable")
_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", re.ASCII)
_SCORE = re.compile(r"(\d{1,3}(?:\.\d{1,12})?)|(\d{1,12})/([1-9]\d{0,11})", re.ASCII)

# What to write instead, where the rule language or the vocabulary leaves it open.
_HINTS = {
    "circular-value": "let one of them read only facts",
    "missing-input": "add it under with:, as a rule or the name of a fact",
    "missing-column": "add the column to the table fact",
    "unit-mismatch": "multiply or divide by what turns one unit into the other",
    "wrong-kind": "look up the kinds in docs/pack-format.md section 3",
    "unknown-option": "write one of the declared options",
}


def check_pack(bundle: Bundle) -> None:
    """Note every fault between the records of a pack. Records that could not be read are passed over, not reported twice."""
    _ids(bundle)
    _names(bundle)
    _facts(bundle)
    _sources(bundle)
    _header(bundle)
    _placing(bundle)
    _rules(bundle)
    _examples(bundle)


# --------------------------------------------------------------------------------------------------------------------- ids, names


def _ids(bundle: Bundle) -> None:
    _once(bundle, bundle.of("sources"), "source")
    _once(bundle, [each for kind in ("facts", "parameters", "derived") for each in bundle.of(kind)], "name")
    nodes: dict[str, str] = {}
    if bundle.header is not None:
        header = bundle.header
        for i, outcome in enumerate(header.record.outcomes):
            _node(nodes, outcome.id, "outcome", header.at("outcomes", i, "id"))
            for j, criterion in enumerate(outcome.criteria):
                _node(nodes, criterion.id, "criterion", header.at("outcomes", i, "criteria", j, "id"))
    for kind in ("indicators", "gates", "checks"):
        for each in bundle.of(kind):
            _node(nodes, each.record.id, kind[:-1], each.at("id"))


def _once(bundle: Bundle, records: Iterable[Written[Any]], word: str) -> None:
    first: dict[str, Written[Any]] = {}
    for each in records:
        name = each.record.id
        if name in first:
            where = f"{first[name].file}:{first[name].at('id').line}"
            each.at("id").add(
                "repeated-id", f"the {word} '{name}' is already declared in {where}", "give one of the two another id, or delete it"
            )
        first.setdefault(name, each)


def _node(nodes: dict[str, str], name: str, word: str, spot: Spot) -> None:
    if name in nodes:
        spot.add(
            "repeated-id",
            f"the {word} '{name}' has the id of {nodes[name]}",
            "outcomes, criteria, indicators, gates and checks need different ids",
        )
    nodes.setdefault(name, f"the {word} at {spot.faults.file}:{spot.line}")


def _names(bundle: Bundle) -> None:
    for kind in ("facts", "parameters", "derived"):
        for each in bundle.of(kind):
            name = each.record.id
            try:
                plain = name not in UNITS and name not in RESERVED and isinstance(parse(name), Name)
            except ExpressionError:
                plain = False
            if not plain:
                what = "a unit" if name in UNITS else "a word of the rule language"
                each.at("id").add("reserved-name", f"'{name}' is {what}, so no rule could read it", f"write, for example, '{name}_given'")


def _facts(bundle: Bundle) -> None:
    """Units and columns. A record whose unit cannot be read is taken out, so that its rules are not blamed for it."""
    for each in list(bundle.of("facts")):
        fact: Fact = each.record
        sound = _unit(fact.unit, each.at("unit"), f"fact '{fact.id}'")
        ids = [column.id for column in fact.columns]
        for index, column in enumerate(fact.columns):
            sound &= _unit(column.unit, each.at("columns", index, "unit"), f"column '{fact.id}.{column.id}'")
            if ids.index(column.id) < index:
                each.at("columns", index).add(
                    "repeated-id", f"the column '{column.id}' is written twice in '{fact.id}'", "delete one of the two"
                )
            if column.kind == "number" and column.options:
                each.at("columns", index).add(
                    "bad-value", f"column '{fact.id}.{column.id}' is a number and has options", "write kind: text"
                )
        if not sound:
            bundle.of("facts").remove(each)
            bundle.broken.add(fact.id)
    for kind, word in (("parameters", "parameter"), ("derived", "derived value")):
        for each in list(bundle.of(kind)):
            if each.record.unit and not _unit(each.record.unit, each.at("unit"), f"{word} '{each.record.id}'"):
                bundle.of(kind).remove(each)
                bundle.broken.add(each.record.id)


def _unit(unit: str, spot: Spot, what: str) -> bool:
    try:
        parse_unit(unit)
    except QuantityError as error:
        spot.add(error.code, f"{what}: {error.message}", error.hint or "the units are listed in docs/pack-format.md section 3")
        return False
    return True


# ----------------------------------------------------------------------------------------------------------------------- references


def _sources(bundle: Bundle) -> None:
    known = {each.record.id for each in bundle.of("sources")} | bundle.broken
    if bundle.header is not None:
        header = bundle.header
        _source(known, header.record.ladder.source, header.at("ladder", "source"), "the ladder")
        for i, outcome in enumerate(header.record.outcomes):
            if outcome.source is not None:
                _source(known, outcome.source, header.at("outcomes", i, "source"), f"outcome '{outcome.id}'")
            for j, criterion in enumerate(outcome.criteria):
                if criterion.source is not None:
                    _source(known, criterion.source, header.at("outcomes", i, "criteria", j, "source"), f"criterion '{criterion.id}'")
    for kind in ("parameters", "indicators", "gates", "checks"):
        for each in bundle.of(kind):
            _source(known, each.record.source, each.at("source", "id"), f"{kind[:-1]} '{each.record.id}'")


def _source(known: set[str], reference: SourceRef, spot: Spot, what: str) -> None:
    if reference.id not in known:
        near = nearest(reference.id, known)
        hint = f"did you mean '{near}'?" if near else "declare it in sources.yaml"
        spot.add("unknown-source", f"{what} names the source '{reference.id}', which is not declared", hint)


def _header(bundle: Bundle) -> None:
    header = bundle.header
    if header is None:
        return
    pack: Pack = header.record
    if not _VERSION.fullmatch(pack.version):
        header.at("version").add("bad-version", f"the version is '{pack.version}'", "write three numbers, such as 0.1.0")
    for key, written in (("kinds", pack.kinds), ("stages", pack.stages)):
        if not written or len(set(written)) < len(written):
            header.at(key).add("bad-value", f"'{key}' is empty or names something twice", "write each once: [a, b]")
    _share(pack.na_cap, header.at("na_cap"), "'na_cap'")
    _caps(pack.evidence_caps, header.at("evidence_caps"), "the pack")
    for stage, level in pack.stage_levels.items():
        spot = header.at("stage_levels", stage)
        if stage not in pack.stages:
            spot.add(
                "unknown-stage",
                f"'stage_levels' names '{stage}', which is no stage of the pack",
                "the stages are " + ", ".join(pack.stages),
            )
        if not 1 <= level <= 20:
            spot.add("out-of-range", f"the level of stage '{stage}' is {level}", "write 1 or more: the level that earns 100")
    for index, band in enumerate(pack.ladder.bands):
        if band.start > 100:
            header.at("ladder", "bands", index).add("out-of-range", f"rating '{band.rating}' begins above 100", "scores end at 100")
    outcomes = {outcome.id for outcome in pack.outcomes}
    for rating, minima in pack.ladder.minima.items():
        for name, least in minima.items():
            spot = header.at("ladder", "minima", rating, name)
            if name not in outcomes:
                near = nearest(name, outcomes)
                spot.add(
                    "unknown-outcome",
                    f"the minima of rating '{rating}' name '{name}', which is no outcome",
                    f"did you mean '{near}'?" if near else "the outcomes are " + ", ".join(sorted(outcomes)),
                )
            if not 0 <= least <= 100:
                spot.add("out-of-range", f"the minimum of '{name}' for '{rating}' is {least}", "write a score from 0 to 100")
    for i, outcome in enumerate(pack.outcomes):
        _weight(outcome.weight, header.at("outcomes", i, "weight"), f"outcome '{outcome.id}'")
        for j, criterion in enumerate(outcome.criteria):
            _weight(criterion.weight, header.at("outcomes", i, "criteria", j, "weight"), f"criterion '{criterion.id}'")


def _share(value: Fraction, spot: Spot, what: str) -> None:
    if not 0 <= value <= 1:
        spot.add("out-of-range", f"{what} is {value}", "write a share from 0 % to 100 %, with its sign: 40 %")


def _caps(caps: Any, spot: Spot, what: str) -> None:
    for grade, cap in (caps or {}).items():
        if not 0 <= grade <= 4:
            spot.add("out-of-range", f"the evidence caps of {what} name grade {grade}", "grades go from 0 to 4")
        if not 0 <= cap <= 100:
            spot.add("out-of-range", f"the evidence cap of {what} for grade {grade} is {cap}", "write a score from 0 to 100")


def _weight(weight: Fraction, spot: Spot, what: str) -> None:
    if weight <= 0:
        spot.add("bad-weight", f"the weight of {what} is {weight}", "write a number above 0; leave out what should not count")


def _placing(bundle: Bundle) -> None:
    """Criteria, stages, ratings and facts that indicators and gates name."""
    pack = bundle.header.record if bundle.header is not None else None
    criteria = {criterion.id for _, criterion in pack.criteria()} if pack is not None else set()
    stages = pack.stages if pack is not None else ()
    facts = {each.record.id for each in bundle.of("facts")}
    others = {
        each.record.id: word for kind, word in (("parameters", "a parameter"), ("derived", "a derived value")) for each in bundle.of(kind)
    }
    for kind in ("indicators", "gates"):
        for each in bundle.of(kind):
            item: Indicator | Gate = each.record
            what = f"{kind[:-1]} '{item.id}'"
            for index, stage in enumerate(item.stages):
                if pack is not None and stage not in stages:
                    each.at("stages", index).add(
                        "unknown-stage", f"{what} names '{stage}', which is no stage of the pack", "the stages are " + ", ".join(stages)
                    )
            for index, name in enumerate(item.facts):
                if name in facts or name in bundle.broken:
                    continue
                spot = each.at("facts", index)
                if name in others:
                    spot.add("unknown-fact", f"{what} lists '{name}', which is {others[name]}", "list the facts that it reads")
                else:
                    near = nearest(name, facts)
                    spot.add(
                        "unknown-fact",
                        f"{what} lists '{name}', which is not declared",
                        f"did you mean '{near}'?" if near else "declare it under facts:",
                    )
            if isinstance(item, Indicator):
                _weight(item.weight, each.at("weight"), what)
                _caps(item.evidence.caps, each.at("evidence", "caps"), what)
                if pack is not None and item.criterion not in criteria:
                    near = nearest(item.criterion, criteria)
                    each.at("criterion").add(
                        "unknown-criterion",
                        f"{what} names the criterion '{item.criterion}', which is not declared",
                        f"did you mean '{near}'?" if near else "the criteria are " + ", ".join(sorted(criteria)),
                    )
            elif pack is not None and isinstance(item.on_fail, CapRating) and item.on_fail.cap not in pack.ladder.ratings:
                each.at("on_fail").add(
                    "unknown-rating",
                    f"{what} caps at '{item.on_fail.cap}', which is no rating of the ladder",
                    "the ratings are " + ", ".join(pack.ladder.ratings),
                )


# ----------------------------------------------------------------------------------------------------------------------- rules, curves


def _rules(bundle: Bundle) -> None:
    pack = bundle.pack
    # A name declared twice is reported already; the vocabulary takes the last.
    words = vocabulary(pack)
    lost = bundle.broken | {each.record.id for each in bundle.of("derived") if each.record.id not in words.types}
    lost |= {each.record.id for kind in ("facts", "parameters") for each in bundle.of(kind) if each.record.id not in words.types}
    _pass_on(bundle, words.problems, lost)
    words.problems.clear()

    def read(each: Written[Any], path: Sequence[str | int], rule: str, what: str, kinds: tuple[str, ...]) -> Type | None:
        """The type of a rule, or None when it has a fault or reads something that has one."""
        try:
            if names_in(parse(rule)) & lost:
                return None
        except ExpressionError:
            pass  # said below
        spot = each.at(*path)
        found = _read_at(words, rule, spot, what)
        if found is not None and kinds and found.kind not in kinds:
            spot.add(
                "wrong-kind",
                f"{what} must give {_kind_words(kinds)}, and '{rule}' gives {_kind_words((found.kind,))}",
                _kind_hint(kinds, found.kind),
            )
            return None
        return found

    listed_facts = {each.record.id for each in bundle.of("facts")}
    for each in bundle.of("indicators"):
        indicator: Indicator = each.record
        what = f"indicator '{indicator.id}'"
        if indicator.applies_when is not None:
            read(each, ["applies_when"], indicator.applies_when, f"applies_when of {what}", ("truth",))
        _scoring(bundle, each, read)
        _direct(each, indicator.scoring.rules, indicator.facts, listed_facts, what)
    for each in bundle.of("gates"):
        gate: Gate = each.record
        if gate.applies_when is not None:
            read(each, ["applies_when"], gate.applies_when, f"applies_when of gate '{gate.id}'", ("truth",))
        read(each, ["pass_when"], gate.pass_when, f"pass_when of gate '{gate.id}'", ("truth",))
        _direct(each, (gate.pass_when,), gate.facts, listed_facts, f"gate '{gate.id}'")
    for each in bundle.of("checks"):
        check: Check = each.record
        read(each, ["holds_when"], check.holds_when, f"holds_when of check '{check.id}'", ("truth",))


def _pass_on(bundle: Bundle, problems: Iterable[Problem], lost: set[str]) -> None:
    """The vocabulary's faults, without those that only follow from another fault, and each with a hint."""
    by_file = {faults.file: faults for faults in bundle.faults.values()}
    for problem in problems:
        if problem.code in ("unknown-name", "wrong-kind") and any(f"'{name}'" in problem.message for name in lost):
            continue
        faults = by_file.get(problem.file) or bundle.file("")
        faults.add(
            problem.code,
            problem.message,
            line=problem.line,
            hint=problem.hint or _HINTS.get(problem.code, "see docs/pack-format.md section 3"),
        )


def _read_at(words: Vocabulary, rule: str, spot: Spot, what: str) -> Type | None:
    try:
        return type_of(parse(rule), words.types)
    except ExpressionError as error:
        for each in error.errors:
            spot.add(
                each.code,
                f"{what}, character {each.column}: {each.message}",
                each.hint or _HINTS.get(each.code, "see docs/pack-format.md section 3"),
            )
        return None


def _kind_words(kinds: Sequence[str]) -> str:
    words = {
        "truth": "a condition",
        "number": "a number",
        "level": "a level",
        "choice": "a choice",
        "choices": "choices",
        "text": "a text",
        "date": "a date",
    }
    return " or ".join(words.get(kind, kind) for kind in kinds)


def _kind_hint(kinds: Sequence[str], found: str) -> str:
    if kinds == ("truth",):
        return "write a comparison, such as x >= 5 %" if found in ("number", "level") else "compare it: x == 'option'"
    if kinds == ("level",):
        return "name a fact of kind level"
    if kinds == ("choice",):
        return "name a fact of kind choice"
    return "use scoring yes_no for a condition, choice for a choice"


def _direct(each: Written[Any], rules: Iterable[str], listed: Sequence[str], facts: set[str], what: str) -> None:
    for rule in rules:
        try:
            names = names_in(parse(rule))
        except ExpressionError:
            continue
        for name in sorted((names & facts) - set(listed)):
            each.at("facts").add("fact-not-listed", f"{what} reads '{name}' and does not list it", f"add {name} under facts:")


def _scoring(bundle: Bundle, each: Written[Any], read: Any) -> None:
    indicator: Indicator = each.record
    way = indicator.scoring.way
    name = next(key for key in type(indicator.scoring).model_fields if getattr(indicator.scoring, key) is not None)
    what = f"scoring of indicator '{indicator.id}'"
    spot = each.at("scoring", name)
    facts = {one.record.id: one.record for one in bundle.of("facts")}
    curve: Curve | None = None
    if isinstance(way, ChecklistScoring):
        for index, item in enumerate(way.items):
            read(each, ["scoring", name, "items", index, "when"], item.when, f"item {index + 1} of {what}", ("truth",))
        curve = Checklist(tuple(item.points for item in way.items))
        total = sum(curve.points)
        if total != 100:
            spot.add("checklist-not-100", f"the points of {what} sum to {total}", "change the points so that they sum to 100")
            if all(points > 0 for points in curve.points):
                curve = None
    elif isinstance(way, YesNoScoring):
        read(each, ["scoring", name, "of"], way.of, what, ("truth",))
        curve = YesNo(way.yes, way.no)
    elif isinstance(way, LevelsScoring):
        if read(each, ["scoring", name, "of"], way.of, what, ("level",)) is not None:
            curve = _levels(bundle, each, way, facts.get(way.of), spot, what)
    elif isinstance(way, ChoiceScoring):
        if read(each, ["scoring", name, "of"], way.of, what, ("choice",)) is not None and way.of in facts:
            _options(each, way, facts[way.of], what)
        for option, score in way.scores.items():
            if not 0 <= score <= 100:
                each.at("scoring", name, "scores", option).add(
                    "bad-curve", f"option '{option}' in {what} gives {score}", "write a score from 0 to 100"
                )
    else:
        found = read(each, ["scoring", name, "of"], way.of, what, ("number", "level"))
        amounts = _amounts(way)
        if found is not None:
            for amount in amounts:
                if amount.unit.dimension != found.dimension:
                    spot.add(
                        "unit-mismatch",
                        f"{what}: '{way.of}' is in {unit_of(found.dimension)}, the threshold '{amount.text}' is not",
                        f"write the threshold with a unit such as {unit_of(found.dimension)}"
                        if found.dimension
                        else "write a pure number or a percentage",
                    )
                    return
        curve = _as_written(way, amounts[0].unit.factor if amounts else Fraction(1))
    if curve is not None:
        for sentence in curve.faults():
            spot.add("bad-curve", f"{what}: {sentence}", "change the scores or the thresholds")


def _levels(bundle: Bundle, each: Written[Any], way: LevelsScoring, fact: Fact | None, spot: Spot, what: str) -> Curve | None:
    if fact is None:
        spot.add("wrong-kind", f"{what}: '{way.of}' is not a fact", "name a fact of kind level")
        return None
    if not way.by_stage:
        if len(way.scores) != len(fact.levels):
            each.at("scoring", "levels", "scores").add(
                "level-count",
                f"{what} gives {len(way.scores)} scores, '{fact.id}' has {len(fact.levels)} levels",
                "write one score a level, level 0 first",
            )
            return None
        return Levels(way.scores)
    if bundle.header is not None:
        pack = bundle.header.record
        for stage in each.record.stages or pack.stages:
            top = pack.stage_levels.get(stage)
            if top is None:
                spot.add(
                    "stage-level-missing",
                    f"{what} goes by stage, the pack has no level for '{stage}'",
                    "add it under stage_levels: in pack.yaml",
                )
            elif top > len(fact.levels) - 1:
                spot.add(
                    "stage-level-missing",
                    f"{what}: stage '{stage}' needs level {top}, '{fact.id}' ends at {len(fact.levels) - 1}",
                    "write the missing levels, or use scores:",
                )
    return None


def _options(each: Written[Any], way: ChoiceScoring, fact: Fact, what: str) -> None:
    for option in way.scores:
        if option not in fact.options:
            near = nearest(option, fact.options)
            each.at("scoring", "choice", "scores", option).add(
                "unknown-option",
                f"{what}: '{option}' is not an option of '{fact.id}'",
                f"did you mean '{near}'?" if near else "write one of: " + ", ".join(fact.options),
            )
    for option in fact.options:
        if option not in way.scores:
            each.at("scoring", "choice", "scores").add(
                "option-without-score", f"{what} gives no score for '{option}'", f"add {option}: and its score"
            )


def _amounts(way: LinearScoring | StepsScoring | PiecewiseScoring) -> list[Amount]:
    if isinstance(way, LinearScoring):
        return [way.start, way.end]
    return [amount for amount, _ in (way.at if isinstance(way, StepsScoring) else way.points)]


def _as_written(way: LinearScoring | StepsScoring | PiecewiseScoring, factor: Fraction) -> Curve:
    """The curve in the unit of its first threshold, so that its faults name the numbers as they are written."""
    if isinstance(way, LinearScoring):
        return Linear(way.start.base / factor, way.end.base / factor)
    if isinstance(way, StepsScoring):
        return Steps(way.below, tuple((amount.base / factor, score) for amount, score in way.at))
    return Piecewise(tuple((amount.base / factor, score) for amount, score in way.points))


# --------------------------------------------------------------------------------------------------------------------------- examples


def _examples(bundle: Bundle) -> None:
    facts = {each.record.id: each.record for each in bundle.of("facts")}
    parameters = {each.record.id: each.record for each in bundle.of("parameters")}
    stages = bundle.header.record.stages if bundle.header is not None else ()
    for kind, words in (("indicators", INDICATOR_WORDS), ("gates", GATE_WORDS), ("checks", CHECK_WORDS)):
        for each in bundle.of(kind):
            what = f"{kind[:-1]} '{each.record.id}'"
            seen: set[str] = set()
            for index, example in enumerate(each.record.examples):
                said = f"example '{example.name}' of {what}"
                if example.name in seen:
                    each.at("examples", index, "name").add(
                        "repeated-id", f"{what} has two examples '{example.name}'", "give each its own name"
                    )
                seen.add(example.name)
                check_example(bundle, each, index, example, said, facts, parameters, words, stages)


def check_example(
    bundle: Bundle,
    each: Written[Any],
    index: int,
    example: Example,
    said: str,
    facts: dict[str, Fact],
    parameters: dict[str, Parameter],
    words: Sequence[str],
    stages: Sequence[str],
) -> None:
    """Note every fault of one example of a record: its stage, its expectation, its answers and what it confirms."""
    if example.stage is not None and stages and example.stage not in stages:
        each.at("examples", index, "stage").add(
            "unknown-stage", f"{said}: '{example.stage}' is no stage of the pack", "the stages are " + ", ".join(stages)
        )
    if example.na and not isinstance(each.record, Profile) and getattr(each.record, "na", "never") == "never":
        each.at("examples", index, "na").add(
            "na-not-allowed", f"{said} marks it not applicable, which it never allows", "delete the example, or write na: WHEN"
        )
    expected = str(example.expect)
    scored = isinstance(each.record, Indicator | Profile)
    if expected not in words and not (scored and _is_score(expected)):
        hint = ("a score from 0 to 100, or " if scored else "") + ", ".join(words)
        each.at("examples", index, "expect").add("bad-expectation", f"{said} expects '{expected[:40]}'", f"write {hint}")
    for name, raw in (_tree_of(each.tree, index, "confirmed") or {}).items():
        spot = each.at("examples", index, "confirmed", name)
        found = None if name in bundle.broken else find_threshold(name, parameters, spot)
        if found is not None:
            in_example(found, raw, spot, example.currency)
    tree = _tree_of(each.tree, index, "facts")
    if tree is None:
        return
    for name, raw in tree.items():
        spot = key_spot(tree, name, each.at("examples", index))
        if name in facts:
            if raw is not None:
                read_value(facts[name], raw, spot, example.currency)
        elif name not in bundle.broken:
            near = nearest(name, facts)
            derived = any(isinstance(one.record, Derived) and one.record.id == name for one in bundle.of("derived"))
            hint = "give the facts that it reads" if derived else f"did you mean '{near}'?" if near else "declare it under facts:"
            spot.add("unknown-fact", f"{said} gives '{name}', which is no fact", hint)


def _tree_of(tree: Mapping, index: int, key: str) -> Mapping | None:
    examples: Value = tree.get("examples")
    example = examples[index] if isinstance(examples, list) else None
    answers = example.get(key) if isinstance(example, Mapping) else None
    return answers if isinstance(answers, Mapping) else None


def _is_score(text: str) -> bool:
    found = _SCORE.fullmatch(text)
    if found is None:
        return False
    score = Fraction(found[1]) if found[1] else Fraction(int(found[2]), int(found[3]))
    return 0 <= score <= 100
