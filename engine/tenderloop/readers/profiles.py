"""Profiles of product groups: ``profiles/<group>.yaml`` of a pack -> Profile, every fault in it, and the pack as the profile changes it.

Knows the pack's records and what a profile may change. Must not know cases, nor what a score is.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence as AnySequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tenderloop.expression import RESERVED
from tenderloop.pack import Criterion, Indicator, Outcome, Pack, Parameter, Place, Profile, Source, SourceRef, Threshold
from tenderloop.quantity import UNITS, parse_unit
from tenderloop.readers.answers import item_spot, shown_kind
from tenderloop.readers.faults import Faults, Spot, nearest
from tenderloop.readers.pack_rules import INDICATOR_WORDS, check_example
from tenderloop.readers.records import Written, read_record
from tenderloop.readers.strict_yaml import Mapping, Sequence, Value
from tenderloop.thresholds import blanks

if TYPE_CHECKING:
    from tenderloop.readers.packs import Bundle

FOLDER = "profiles"
SHORTEST_REASON = 10
_LISTS: tuple[tuple[str, type[Place], str], ...] = (("sources", Source, "source"), ("thresholds", Threshold, "threshold"))


@dataclass
class ReadProfile:
    """One profile as it was read: its head, its sources and its thresholds, each with its lines."""

    head: Written[Profile]
    faults: Faults
    lists: dict[str, list[Written[Any]]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    @property
    def sources(self) -> list[Written[Source]]:
        """The sources that the profile adds to the pack's."""
        return self.lists.get("sources", [])

    @property
    def thresholds(self) -> list[Written[Threshold]]:
        """What the group's source asks."""
        return self.lists.get("thresholds", [])

    @property
    def profile(self) -> Profile:
        """The whole profile."""
        return self.head.record.model_copy(
            update={
                "sources": tuple(each.record for each in self.sources),
                "thresholds": tuple(each.record for each in self.thresholds),
            }
        )


def read_profile(tree: Value, faults: Faults, name: str) -> ReadProfile | None:
    """The profile in one file, or None; faults of its own records go into ``faults``. ``name`` is the file's name without its ending."""
    if not isinstance(tree, Mapping):
        faults.add("wrong-type", f"the file holds {shown_kind(tree)}", line=1, hint="write id:, title:, source:, cpv: and thresholds:")
        return None
    # The long lists are read item by item, so that one bad entry does not hide the faults of the others.
    own = Mapping(tree.line, tree.place)
    own.lines = tree.lines
    own.update({key: value for key, value in tree.items() if key not in [each for each, _, _ in _LISTS]})
    head = read_record(Profile, own, faults.at(1), f"profile '{name}'")
    lists: dict[str, list[Written[Any]]] = {}
    broken: set[str] = set()
    for key, model, word in _LISTS:
        if tree.get(key) is not None:
            lists[key] = _items(tree[key], faults, tree.lines.get(key, 1), key, model, word, broken)
    if head is None:
        return None
    if head.record.id != name:
        head.at("id").add("bad-id", f"the profile's id is '{head.record.id}', its file is {name}.yaml", f"write id: {name}")
    return ReadProfile(head, faults, lists, broken)


def _items(tree: Value, faults: Faults, line: int, key: str, model: type[Place], word: str, broken: set[str]) -> list[Written[Any]]:
    found: list[Written[Any]] = []
    if not isinstance(tree, Sequence):
        faults.add("wrong-type", f"{key} is {shown_kind(tree)}", line=line, hint="write a list: each entry begins with '- id: …'")
        return found
    for index, item in enumerate(tree):
        named = item.get("id") if isinstance(item, Mapping) else None
        what = f"{word} '{named}'" if isinstance(named, str) else f"{word} {index + 1}"
        read = read_record(model, item, faults.at(tree.lines[index]), what)
        if read is not None:
            found.append(read)
        elif isinstance(named, str):
            broken.add(named)
    return found


def apply_profile(pack: Pack, profile: Profile) -> Pack:
    """The pack as the product group changes it. Its hash is left to the reader, which knows the files.

    Weights, clauses and hints are replaced; thresholds stand beside the pack's parameters, and the open ones that a threshold fills
    take its value. Indicators that do not exist for the group stay in the pack, so that a result can say why they do not count.
    """
    fills = {threshold.fills: threshold.id for threshold in profile.thresholds if threshold.fills}
    weights = profile.weights

    def criterion(each: Criterion) -> Criterion:
        return each.model_copy(update={"weight": weights.get(each.id, each.weight)})

    def outcome(each: Outcome) -> Outcome:
        criteria = tuple(criterion(inner) for inner in each.criteria)
        return each.model_copy(update={"weight": weights.get(each.id, each.weight), "criteria": criteria})

    def indicator(each: Indicator) -> Indicator:
        changed: dict[str, Any] = {"weight": weights.get(each.id, each.weight)}
        changed["clause"] = profile.clauses.get(each.id, each.clause)
        changed["hint"] = profile.hints.get(each.id, each.hint)
        return each.model_copy(update=changed)

    parameters = (each.model_copy(update={"filled_by": fills.get(each.id, "")}) for each in pack.parameters)
    gates = (
        each.model_copy(update={"clause": profile.clauses.get(each.id, each.clause), "hint": profile.hints.get(each.id, each.hint)})
        for each in pack.gates
    )
    return pack.model_copy(
        update={
            "profile": profile,
            "sources": (*pack.sources, *profile.sources),
            "parameters": (*parameters, *profile.thresholds),
            "indicators": tuple(indicator(each) for each in pack.indicators),
            "gates": tuple(gates),
            "outcomes": tuple(outcome(each) for each in pack.outcomes),
        }
    )


# ---------------------------------------------------------------------------------------------------------------------------- checks


def check_profile(bundle: Bundle, read: ReadProfile) -> None:
    """Note every name in a profile that the pack does not have, and everything that the pack could not take over."""
    indicators = {each.record.id for each in bundle.of("indicators")}
    gates = {each.record.id for each in bundle.of("gates")}
    header = bundle.header.record if bundle.header is not None else None
    headings = {each.id for each in header.outcomes} | {each.id for _, each in header.criteria()} if header is not None else set()
    profile = read.head.record
    for key, known, what in (
        ("weights", indicators | headings, "indicator, criterion or outcome"),
        ("not_applicable", indicators, "indicator"),
        ("clauses", indicators | gates, "indicator or gate"),
        ("hints", indicators | gates, "indicator or gate"),
    ):
        if key == "weights" and header is None:
            continue  # the headings are not known
        for name in getattr(profile, key):
            _known(name, known, read.head.at(key, name), f"'{key}' of profile '{profile.id}'", what, bundle)
    for name, weight in profile.weights.items():
        if weight <= 0:
            spot = read.head.at("weights", name)
            spot.add("bad-weight", f"the weight of '{name}' is {weight}", "write a number above 0; what does not exist is not_applicable")
    for name, reason in profile.not_applicable.items():
        if len(reason.strip()) < SHORTEST_REASON:
            hint = f"write why the group has no such thing, in at least {SHORTEST_REASON} characters"
            read.head.at("not_applicable", name).add("reason-missing", f"'{name}' under not_applicable has no reason", hint)
    _sources(bundle, read)
    _thresholds(bundle, read, indicators | gates)
    _blanks(bundle, read)
    _prefixes(read)
    _examples(bundle, read, indicators)


def _known(name: str, known: Iterable[str], spot: Spot, where: str, what: str, bundle: Bundle) -> None:
    names = set(known)
    if name not in names and name not in bundle.broken:
        near = nearest(name, names)
        hint = f"did you mean '{near}'?" if near else f"name an {what} of the pack"
        spot.add("unknown-indicator", f"{where} names '{name}', which is no {what} of the pack", hint)


def _sources(bundle: Bundle, read: ReadProfile) -> None:
    declared = {each.record.id: each for each in bundle.of("sources")}
    for each in read.sources:
        first = declared.get(each.record.id)
        if first is not None:
            message = f"the source '{each.record.id}' is already declared in {first.file}:{first.at('id').line}"
            each.at("id").add("repeated-id", message, "delete this one, or give it another id")
        declared.setdefault(each.record.id, each)
    known = declared.keys() | bundle.broken | read.broken
    for reference, spot, what in source_uses(read):
        if reference.id not in known:
            near = nearest(reference.id, known)
            hint = f"did you mean '{near}'?" if near else "declare it under sources: of the profile, or in sources.yaml"
            spot.add("unknown-source", f"{what} names the source '{reference.id}', which is not declared", hint)


def source_uses(read: ReadProfile) -> list[tuple[SourceRef, Spot, str]]:
    """Every reference of a profile to a source, with its place and what makes it."""
    profile = read.head.record
    found = [(profile.source, read.head.at("source"), f"profile '{profile.id}'")]
    found += [(each.source, read.head.at("cpv", index, "source"), f"prefix {each.prefix}") for index, each in enumerate(profile.cpv)]
    return found + [(each.record.source, each.at("source"), f"threshold '{each.record.id}'") for each in read.thresholds]


def _thresholds(bundle: Bundle, read: ReadProfile, nodes: set[str]) -> None:
    names = {each.record.id: each for kind in ("facts", "parameters", "derived") for each in bundle.of(kind)}
    parameters = {each.record.id: each.record for each in bundle.of("parameters")}
    taken: dict[str, str] = {}
    for each in read.thresholds:
        threshold = each.record
        what = f"threshold '{threshold.id}'"
        first = names.get(threshold.id)
        if first is not None:
            message = f"the name '{threshold.id}' is already declared in {first.file}:{first.at('id').line}"
            each.at("id").add("repeated-id", message, "give one of the two another id")
        names.setdefault(threshold.id, each)
        if threshold.id in UNITS or threshold.id in RESERVED:
            each.at("id").add("reserved-name", f"'{threshold.id}' is a unit or a word of the rule language", "write a longer name")
        if threshold.indicator is not None:
            _known(threshold.indicator, nodes, each.at("indicator"), what, "indicator or gate", bundle)
        if threshold.fills is not None and threshold.fills not in bundle.broken:
            _fills(each, parameters, taken, what)


def _fills(each: Written[Threshold], parameters: AnyMapping[str, Parameter], taken: dict[str, str], what: str) -> None:
    threshold, spot = each.record, each.at("fills")
    name = threshold.fills
    assert name is not None
    parameter = parameters.get(name)
    if parameter is None:
        near = nearest(name, [other for other, held in parameters.items() if held.open])
        hint = f"did you mean '{near}'?" if near else "name an open parameter of the pack, or leave fills: out"
        spot.add("unknown-parameter", f"{what} fills '{name}', which the pack does not declare", hint)
        return
    if not parameter.open:
        spot.add("parameter-not-open", f"{what} fills '{name}', which has a value of its own", "write open: true in the pack instead")
    if threshold.words:
        spot.add("bad-value", f"{what} is written in words and fills '{name}', which is a number", "write a value, or leave fills: out")
    elif parse_unit(parameter.unit).dimension != parse_unit(threshold.unit).dimension:
        message = f"{what} is in {threshold.unit}, '{name}' is in {parameter.unit}"
        spot.add("unit-mismatch", message, f"write it in {parameter.unit}")
    if threshold.limit in ("above", "below"):
        # 'more than 50 %' is not 'at least 50 %', and the pack's rule says which of the two it means
        spot.add("bad-value", f"{what} is a strict bound and fills '{name}'", "leave fills: out, so that the buyer chooses the least value")
    if name in taken:
        spot.add("repeated-id", f"{what} fills '{name}', which '{taken[name]}' fills already", "let one threshold fill it")
    taken.setdefault(name, threshold.id)


def _blanks(bundle: Bundle, read: ReadProfile) -> None:
    known = {each.record.id for each in (*bundle.of("parameters"), *read.thresholds)} | bundle.broken | read.broken
    for key in ("clauses", "hints"):
        for name, text in getattr(read.head.record, key).items():
            for blank in blanks(text):
                if blank not in known:
                    near = nearest(blank, known)
                    hint = f"did you mean '{near}'?" if near else "name a threshold of the profile or a parameter of the pack"
                    read.head.at(key, name).add("unknown-name", f"the text for '{name}' names {{{blank}}}, which is no threshold", hint)


def _prefixes(read: ReadProfile) -> None:
    seen: set[str] = set()
    for index, each in enumerate(read.head.record.cpv):
        if each.prefix in seen:
            read.head.at("cpv", index).add("prefix-twice", f"the prefix {each.prefix} is written twice", "keep one of the two")
        seen.add(each.prefix)


def check_overlaps(profiles: AnySequence[ReadProfile]) -> None:
    """Note prefixes that stand in two profiles: nobody could say which of the two fits. A longer one inside a shorter is no fault."""
    owner: dict[str, str] = {}
    for read in profiles:
        profile = read.head.record
        for index, each in enumerate(profile.cpv):
            other = owner.setdefault(each.prefix, profile.id)
            if other != profile.id:
                message = f"the prefix {each.prefix} also stands in profile '{other}'"
                read.head.at("cpv", index).add("prefix-twice", message, "keep it in one of the two, or write a longer prefix here")


def _examples(bundle: Bundle, read: ReadProfile, indicators: set[str]) -> None:
    facts = {each.record.id: each.record for each in bundle.of("facts")}
    parameters: dict[str, Parameter] = {each.record.id: each.record for each in (*bundle.of("parameters"), *read.thresholds)}
    stages = bundle.header.record.stages if bundle.header is not None else ()
    for index, example in enumerate(read.head.record.examples):
        said = f"example '{example.name}' of profile '{read.head.record.id}'"
        _known(example.indicator, indicators, read.head.at("examples", index, "indicator"), said, "indicator", bundle)
        check_example(bundle, read.head, index, example, said, facts, parameters, INDICATOR_WORDS, stages)


# -------------------------------------------------------------------------------------------------------------------- suggestion by CPV


@dataclass(frozen=True)
class Fit:
    """A profile that fits a CPV code: which prefix of the profile begins which code."""

    profile: str
    prefix: str
    code: str


def fits(prefixes: AnyMapping[str, AnySequence[str]], codes: Iterable[str]) -> tuple[Fit, ...]:
    """The fitting profiles, the longest prefix first, each profile once; ``prefixes`` by profile. The check digit of a code is left out.

    >>> fits({"furniture": ["391"], "offices": ["39"]}, ["39130000-2"])
    (Fit(profile='furniture', prefix='391', code='39130000'), Fit(profile='offices', prefix='39', code='39130000'))
    """
    plain = [code.strip()[:8] for code in codes]
    found: dict[str, Fit] = {}
    for name, own in prefixes.items():
        matching = [(prefix, code) for code in plain for prefix in own if code.startswith(prefix)]
        if matching:
            prefix, code = max(matching, key=lambda each: len(each[0]))
            found[name] = Fit(name, prefix, code)
    return tuple(sorted(found.values(), key=lambda fit: (-len(fit.prefix), fit.profile)))


def of_codes(raw: Value, spot: Spot) -> tuple[str, ...]:
    """The CPV codes of a case, without their check digit."""
    found: list[str] = []
    if raw is None:
        return ()
    if not isinstance(raw, Sequence):
        spot.add("wrong-type", f"'cpv' is {shown_kind(raw)}", 'write a list: ["39130000"]')
        return ()
    for index, item in enumerate(raw):
        text = item.strip() if isinstance(item, str) else getattr(item, "written", "")
        code, dash, digit = text.partition("-")
        if len(code) == 8 and code.isascii() and code.isdigit() and (not dash or (len(digit) == 1 and digit.isdigit())):
            found.append(code)
        else:
            item_spot(raw, index, spot).add("bad-cpv", f"{shown_kind(item)} is no CPV code", 'write its eight digits in quotes: "39130000"')
    return tuple(dict.fromkeys(found))
