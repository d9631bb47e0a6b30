"""A pack as a page for a person: what it asks, how it scores, where it comes from and how sure that is.

Knows how to lay out what a pack declares. Must not rate anything.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable

from tenderloop.pack import (
    CapRating,
    ChecklistScoring,
    ChoiceScoring,
    Gate,
    Indicator,
    LevelsScoring,
    LinearScoring,
    Pack,
    PiecewiseScoring,
    SourceRef,
    StepsScoring,
)
from tenderloop.quantity import exact_text, shown

WIDTH = 110


def packs_text(packs: Iterable[Pack]) -> str:
    """The packs, one a line: id, version, what is in it, title, label."""
    found = list(packs)
    rows = [
        [pack.id, pack.version, f"{len(pack.indicators)} indicators, {len(pack.gates)} gates, {len(pack.checks)} checks"] for pack in found
    ]
    wide = [max((len(row[at]) for row in rows), default=0) for at in range(3)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, wide, strict=True)), f"{pack.title} ({pack.label})"])
        for row, pack in zip(rows, found, strict=True)
    ]
    return "\n".join(lines) + "\n"


def pack_text(pack: Pack) -> str:
    """The whole pack in reading order: purpose, ratings, outcomes with their indicators, gates, checks, sources."""
    lines = [f"{pack.title} ({pack.id} {pack.version})", pack.label, ""]
    if pack.profile is not None:
        lines += [f"For the product group: {pack.profile.title} ({pack.profile.id})", ""]
    lines += _wrapped(pack.purpose)
    lines += [
        "",
        f"For:      {', '.join(pack.kinds)}; stages {', '.join(pack.stages)}",
        f"Licence:  {pack.licence}",
        f"Content:  {pack.hash}",
    ]
    bands = ", ".join(f"{band.rating} from {exact_text(band.start)}" for band in pack.ladder.bands)
    lines += _wrapped(f"Ratings:  {pack.ladder.name}: {bands} ({_source(pack, pack.ladder.source)})", hang=10)
    for rating, minima in pack.ladder.minima.items():
        needed = ", ".join(f"{name} {exact_text(least)}" for name, least in minima.items())
        lines += _wrapped(f"          {rating} also needs at least: {needed}", hang=10)
    statuses = Counter([pack.status_of(each.source) for each in pack.indicators] + [pack.status_of(each.source) for each in pack.gates])
    lines += _wrapped(
        "Sources:  " + ", ".join(f"{count} {status}" for status, count in sorted(statuses.items())) + " (indicators and gates)", hang=10
    )
    total = sum(outcome.weight for outcome in pack.outcomes)
    for outcome in pack.outcomes:
        lines += ["", "", f"{outcome.title} ({outcome.id}): {shown(100 * outcome.weight / total, 1)} % of the whole"]
        for criterion in outcome.criteria:
            lines += ["", f"  {criterion.title} ({criterion.id}), weight {exact_text(criterion.weight)}"]
            for indicator in pack.indicators_of.get(criterion.id, ()):
                lines += _indicator(pack, indicator)
    if pack.gates:
        lines += ["", "", "Gates: never averaged away"]
        for gate in pack.gates:
            lines += _gate(pack, gate)
    if pack.checks:
        lines += ["", "", "Checks: what should hold between facts; they never change a score"]
        for check in pack.checks:
            lines += ["", *_wrapped(f"{check.title} ({check.id})", "    ")]
            lines += _wrapped(f"Holds when {check.holds_when}. If not: {check.message} Source: {_source(pack, check.source)}.", "      ")
    lines += _thresholds(pack)
    lines += ["", "", "Sources"]
    for source in pack.sources:
        lines += _wrapped(f"{source.id} ({source.status}): {source.title}" + (f" {source.url}" if source.url else ""), "    ", hang=2)
    return "\n".join(lines) + "\n"


def _indicator(pack: Pack, indicator: Indicator) -> list[str]:
    lines = ["", *_wrapped(f"{indicator.title} ({indicator.id}), weight {exact_text(indicator.weight)}", "    ")]
    if indicator.id in pack.absent:
        return lines + _wrapped(f"Does not exist for this product group: {pack.absent[indicator.id]}", "      ")
    lines += _wrapped(indicator.question, "      ")
    if indicator.applies_when:
        lines += _wrapped(f"Applies when {indicator.applies_when}.", "      ")
    lines += _scoring(pack, indicator)
    stages = pack.stages_of(indicator)
    if stages != pack.stages:
        lines += _wrapped(f"Asked at {', '.join(stages)}.", "      ")
    lines += _wrapped(f"Proof: {', '.join(indicator.evidence.accept)}. Source: {_source(pack, indicator.source)}.", "      ")
    return lines


def _scoring(pack: Pack, indicator: Indicator) -> list[str]:
    way = indicator.scoring.way
    if isinstance(way, LinearScoring):
        said = [f"Score: {way.of}, from 0 at {way.start.text} to 100 at {way.end.text}."]
    elif isinstance(way, StepsScoring):
        said = [
            f"Score: {way.of}; below {exact_text(way.below)}, "
            + ", ".join(f"from {at.text} {exact_text(score)}" for at, score in way.at)
            + "."
        ]
    elif isinstance(way, PiecewiseScoring):
        said = [
            f"Score: {way.of}; " + ", ".join(f"{exact_text(score)} at {at.text}" for at, score in way.points) + ", straight lines between."
        ]
    elif isinstance(way, LevelsScoring):
        levels = pack.fact_of[way.of].levels
        said = ["Levels, the top one depends on the stage:" if way.by_stage else "Levels:"]
        marks = [str(at) if not way.scores else f"{at} ({exact_text(way.scores[at])})" for at in range(len(levels))]
        said += [f"  {mark}  {level}" for mark, level in zip(marks, levels, strict=True)]
    elif isinstance(way, ChoiceScoring):
        options = pack.fact_of[way.of].options
        said = ["Choice:", *(f"  {exact_text(score)}  {options.get(option, option)}" for option, score in way.scores.items())]
    elif isinstance(way, ChecklistScoring):
        said = ["Checklist:", *(f"  {exact_text(item.points)}  {item.label or item.when}" for item in way.items)]
    else:
        said = [f"Score: {exact_text(way.yes)} when {way.of}, else {exact_text(way.no)}."]
    return [part for each in said for part in _wrapped(each, "      ", hang=4)]


def _gate(pack: Pack, gate: Gate) -> list[str]:
    effect = (
        f"caps the rating at {gate.on_fail.cap}"
        if isinstance(gate.on_fail, CapRating)
        else {"reject": "rejects", "warn": "warns"}[gate.on_fail]
    )
    lines = ["", *_wrapped(f"{gate.title} ({gate.id}): {effect}", "    "), *_wrapped(gate.question, "      ")]
    lines += _wrapped(f"Passes when {gate.pass_when}; weakest evidence {gate.min_grade}. Source: {_source(pack, gate.source)}.", "      ")
    return lines


def _thresholds(pack: Pack) -> list[str]:
    """The product group: its CPV codes, and each threshold with its page; those that wait for the buyer are marked."""
    profile = pack.profile
    if profile is None:
        return []
    lines = ["", "", f"Product group: {profile.title} ({profile.id})"]
    lines += _wrapped(profile.notes, "  ")
    lines += _wrapped(
        "CPV codes (suggestions): " + ", ".join(f"{each.prefix} ({_source(pack, each.source)})" for each in profile.cpv), "  ", 2
    )
    lines += ["", "  Thresholds. [ ] decides nothing until the buyer confirms it in the case, under confirmed:"]
    for each in profile.thresholds:
        kind = " ".join(part for part in (each.country, each.level, each.type) if part)
        fills = f"; gives {each.fills}" if each.fills else ""
        said = (
            f"{'[ ]' if each.waits else '[x]'} {each.title or each.id} ({each.id}), {kind}: {each.printed or 'no value is printed'}{fills}."
        )
        lines += _wrapped(f"{said} {_source(pack, each.source)}." + (f" {each.note}" if each.note else ""), "    ", hang=4)
    return lines


def _source(pack: Pack, reference: SourceRef) -> str:
    where = f", {reference.where}" if reference.where else ""
    return f"{reference.id}{where}, {pack.status_of(reference)}"


def _wrapped(text: str, indent: str = "", hang: int = 0) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent + " " * hang, break_long_words=False, break_on_hyphens=False
    )
