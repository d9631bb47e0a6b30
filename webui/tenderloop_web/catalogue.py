"""The packs that these screens offer, read once, and what their pages say of a scoring rule.

Knows shipped packs by name only: a name that came with a request is never used as a path. Must not know requests or answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from tenderloop.errors import Problem, Problems
from tenderloop.expression import ExpressionError, names_in, parse
from tenderloop.pack import (
    CapRating,
    Check,
    ChecklistScoring,
    ChoiceScoring,
    Criterion,
    Example,
    Fact,
    Gate,
    Indicator,
    LevelsScoring,
    LinearScoring,
    Outcome,
    Pack,
    PiecewiseScoring,
    SourceRef,
    StepsScoring,
)
from tenderloop.quantity import exact_text, shown
from tenderloop.readers.cases import fit_packs
from tenderloop.readers.faults import nearest
from tenderloop.readers.packs import list_packs, load_pack
from tenderloop_web.wording import STATUS_WORDS, _


@lru_cache(maxsize=1)
def _read() -> tuple[dict[str, Pack], dict[str, str]]:
    sound: dict[str, Pack] = {}
    faulty: dict[str, str] = {}
    for name in list_packs():
        try:
            sound[name] = load_pack(name)
        except Problems as found:
            faulty[name] = str(found.problems[0])
    return sound, faulty


def packs() -> tuple[Pack, ...]:
    """Every sound shipped pack, in alphabetical order."""
    return tuple(_read()[0].values())


def faulty_packs() -> dict[str, str]:
    """Shipped packs that cannot be offered, with their first fault."""
    return _read()[1]


def pack_named(name: str) -> Pack | None:
    """The shipped pack of that name; None when there is none."""
    return _read()[0].get(name)


def packs_named(names: Sequence[str]) -> tuple[Pack, ...]:
    """The packs of those names, in that order; ``Problems`` names each that is not offered."""
    faults = [unknown_pack(name) for name in names if pack_named(name) is None]
    if faults:
        raise Problems(faults)
    return tuple(pack for name in names if (pack := pack_named(name)) is not None)


@lru_cache(maxsize=32)
def packs_fitted(names: tuple[str, ...], profile: str, codes: tuple[str, ...]) -> tuple[Pack, ...]:
    """As packs_named, fitted to a product group; as they are where the group does not exist, which the reading of the case then says."""
    found = packs_named(names)
    try:
        return tuple(fit_packs(found, profile, codes))
    except Problems:
        return found


def unknown_pack(name: str) -> Problem:
    """The fault for a pack that is not offered here."""
    near = nearest(name, _read()[0])
    hint = f"did you mean '{near}'?" if near else "there are: " + ", ".join(_read()[0])
    return Problem("unknown-pack", f"there is no pack '{name[:60]}'", where="packs", hint=hint)


@dataclass(frozen=True)
class RuleTable:
    """A scoring rule in words: a sentence, and a table where the rule has several cases. Numbers in ``numeric`` columns are scores."""

    sentence: str
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def rule_table(pack: Pack, indicator: Indicator) -> RuleTable:
    """What the indicator's scoring says, for a reader who knows no formula."""
    way = indicator.scoring.way
    if isinstance(way, LinearScoring):
        return RuleTable(
            _(
                "The score is 0 at %(start)s and 100 at %(end)s, on a straight line between, and flat outside. Counted is: %(of)s.",
                start=way.start.text,
                end=way.end.text,
                of=way.of,
            )
        )
    if isinstance(way, StepsScoring):
        rows = [(_("below %(least)s", least=way.at[0][0].text), exact_text(way.below))]
        rows += [(_("from %(least)s", least=at.text), exact_text(score)) for at, score in way.at]
        return RuleTable(_("The score goes up in steps. Counted is: %(of)s.", of=way.of), (_("Value"), _("Score")), tuple(rows))
    if isinstance(way, PiecewiseScoring):
        points = tuple((at.text, exact_text(score)) for at, score in way.points)
        return RuleTable(
            _("The score follows straight lines between these points, and is flat outside. Counted is: %(of)s.", of=way.of),
            (_("Value"), _("Score")),
            points,
        )
    if isinstance(way, LevelsScoring):
        return _levels(pack, way, pack.stages_of(indicator))
    if isinstance(way, ChoiceScoring):
        options = pack.fact_of[way.of].options
        return RuleTable(
            _("Each answer has its score."),
            (_("Answer"), _("Score")),
            tuple((options.get(option, option), exact_text(score)) for option, score in way.scores.items()),
        )
    if isinstance(way, ChecklistScoring):
        return RuleTable(
            _("The points of what holds are added."),
            (_("What holds"), _("Points")),
            tuple((item.label or item.when, exact_text(item.points)) for item in way.items),
        )
    return RuleTable(
        _("The score is %(yes)s when this holds, and %(no)s when it does not: %(of)s.", yes=exact(way.yes), no=exact(way.no), of=way.of)
    )


def exact(value: Fraction) -> str:
    """In full."""
    return exact_text(value)


def _levels(pack: Pack, way: LevelsScoring, stages: Sequence[str]) -> RuleTable:
    levels = pack.fact_of[way.of].levels
    if way.scores:
        fixed = tuple((str(at), text, exact_text(way.scores[at])) for at, text in enumerate(levels))
        return RuleTable(_("A person marks the level that the papers show."), (_("Level"), _("What is seen"), _("Score")), fixed)
    tops = [(stage, level) for stage, level in pack.stage_levels.items() if stage in stages]
    heads = (_("Level"), _("What is seen"), *(_("Score at %(stage)s", stage=stage) for stage, _top in tops))
    rows = tuple(
        (str(at), text, *(shown(Fraction(100 * min(at, top), top), 1).removesuffix(".0") for _stage, top in tops))
        for at, text in enumerate(levels)
    )
    return RuleTable(_("A person marks the level that the papers show. The level that earns 100 depends on the stage."), heads, rows)


@dataclass(frozen=True)
class ExampleRow:
    """One worked example as a reader sees it."""

    name: str
    facts: tuple[tuple[str, str], ...]
    setting: str
    expect: str


def example_rows(pack: Pack, examples: Sequence[Example]) -> tuple[ExampleRow, ...]:
    """The examples that run as tests, with their answers in words."""
    rows = []
    for example in examples:
        setting = [_("evidence grade %(grade)s", grade=example.grade)]
        if example.stage is not None:
            setting.append(example.stage)
        if example.date is not None:
            setting.append(example.date)
        if example.na:
            setting.append(_("marked not applicable"))
        expect = exact_text(example.expect) if isinstance(example.expect, Fraction) else str(example.expect).replace("_", " ")
        facts = tuple((name, _value(pack.fact_of.get(name), value)) for name, value in example.facts.items())
        rows.append(ExampleRow(example.name, facts, ", ".join(setting), expect))
    return tuple(rows)


def _value(fact: Fact | None, value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Fraction):
        return exact_text(value)
    if isinstance(value, list):
        return "; ".join(_value(None, each) for each in value) or _("none")
    if isinstance(value, dict):
        return ", ".join(_value(None, each) for each in value.values())
    if fact is not None and value in fact.options:
        return fact.options[str(value)]
    return str(value)


@dataclass(frozen=True)
class Term:
    """A name in a rule that is no fact: what it stands for and how it comes about."""

    name: str
    title: str
    unit: str
    said: str


def terms(pack: Pack, item: Indicator | Gate | Check) -> tuple[Term, ...]:
    """The derived values and parameters that a rule reads, also those behind them, in the order in which they are met."""
    derived = {each.id: each for each in pack.derived}
    parameters = {each.id: each for each in pack.parameters}
    found: dict[str, Term] = {}
    for name in _reached(pack, item):
        if name in derived:
            value = derived[name]
            if value.method is None:
                said = f"= {value.value}"
            else:
                given = ", ".join(f"{key}: {each}" for key, each in value.with_.items())
                said = _("by the method %(method)s from %(given)s", method=value.method, given=given)
            found[name] = Term(name, value.title or name, value.unit if value.unit != "1" else "", said)
        elif name in parameters:
            parameter = parameters[name]
            if parameter.open:
                said = _("no value until a profile or the buyer gives one")
            elif parameter.value is not None:
                said = parameter.value.text
            else:
                said = ", ".join(_("from %(date)s: %(value)s", date=date, value=amount.text) for date, amount in parameter.values.items())
            source = source_text(pack, parameter.source)
            found[name] = Term(name, parameter.title or name, "", f"{said}. {source.title} [{source.status}]")
    return tuple(found.values())


def facts_in(pack: Pack, item: Indicator | Gate | Check) -> list[Fact]:
    """The facts that a rule reads, directly or behind its derived values."""
    return [pack.fact_of[name] for name in _reached(pack, item) if name in pack.fact_of]


def _reached(pack: Pack, item: Indicator | Gate | Check) -> list[str]:
    derived = {each.id: each for each in pack.derived}
    waiting = [name for rule in _rules(item) for name in _names(rule)]
    reached: dict[str, None] = {}
    while waiting:
        name = waiting.pop(0)
        if name in reached:
            continue
        reached[name] = None
        value = derived.get(name)
        if value is not None:
            rules = [value.value] if value.value is not None else [each for each in value.with_.values() if isinstance(each, str)]
            waiting += [other for rule in rules for other in _names(rule)]
    return list(reached)


def _rules(item: Indicator | Gate | Check) -> list[str]:
    if isinstance(item, Check):
        return [item.holds_when]
    own = [item.pass_when] if isinstance(item, Gate) else list(item.scoring.rules)
    return [*own, *([item.applies_when] if item.applies_when else [])]


def _names(rule: str) -> list[str]:
    try:
        return sorted(names_in(parse(rule)))
    except ExpressionError:
        return []


@dataclass(frozen=True)
class SourceText:
    """A source as a page names it."""

    title: str
    where: str
    url: str
    status: str
    said: str
    note: str


def source_text(pack: Pack, reference: SourceRef) -> SourceText:
    """Where a rule comes from and how sure that is."""
    source = pack.source_of[reference.id]
    status = pack.status_of(reference)
    url = source.url if source.url.startswith(("https://", "http://")) else ""
    return SourceText(source.title, reference.where, url, status, STATUS_WORDS[status], source.note)


def effect_text(gate: Gate) -> str:
    """What happens when the gate fails."""
    if isinstance(gate.on_fail, CapRating):
        return _("When it fails, the rating can be no better than %(cap)s.", cap=gate.on_fail.cap)
    if gate.on_fail == "reject":
        return _("When it fails, the case is rejected, whatever its score.")
    return _("When it fails, the report warns; the rating stands.")


def place_of(pack: Pack, indicator: Indicator) -> tuple[Outcome, Criterion]:
    """The outcome and criterion under which an indicator stands."""
    return next((outcome, criterion) for outcome, criterion in pack.criteria() if criterion.id == indicator.criterion)


def node_named(pack: Pack, name: str) -> Indicator | Gate | Check | None:
    """The indicator, gate or check of that id; None when there is none."""
    for items in (pack.indicators, pack.gates, pack.checks):
        for item in items:
            if item.id == name:
                return item
    return None


def readers_of(pack: Pack, fact: str) -> tuple[Indicator | Gate, ...]:
    """The indicators and gates that list a fact."""
    both: list[Indicator | Gate] = [*pack.indicators, *pack.gates]
    return tuple(item for item in both if fact in item.facts)
