"""The financier's view: gates, indicators and derived values about public money, contingent liabilities, bankability and affordability.

Knows the topics and which values belong to them. Must not judge or compute anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tenderloop.methods import METHODS
from tenderloop.report.model import IndicatorItem, MoneyItem, MoneyValue, PackPart
from tenderloop.report.wording import TOPICS
from tenderloop.result import DerivedNote

NAME = re.compile(r"[a-z][a-z0-9_]*")
COST = "tenderloop.methods.cost"


def money(parts: Sequence[PackPart]) -> dict[str, tuple[MoneyItem, ...]]:
    """Gates and indicators by topic, gates first; each stands once, under the first of its topics, and names the others."""
    found: dict[str, list[MoneyItem]] = {topic: [] for topic in TOPICS}
    for part in parts:
        for gate in part.gates:
            topics = tuple(topic for topic in TOPICS if topic in gate.gate.tags.topics)
            if topics:
                found[topics[0]].append(MoneyItem(part.pack, topics, gate, None))
        for item in _indicators(part):
            topics = tuple(topic for topic in TOPICS if topic in item.node.tags.topics)
            if topics:
                found[topics[0]].append(MoneyItem(part.pack, topics, None, item))
    return {topic: tuple(sorted(items, key=lambda item: item.gate is None)) for topic, items in found.items() if items}


def _indicators(part: PackPart) -> list[IndicatorItem]:
    return [
        item for outcome in part.outcomes for criterion in outcome.criteria for item in criterion.indicators if item.node.score is not None
    ]


def money_values(parts: Sequence[PackPart]) -> tuple[MoneyValue, ...]:
    """Values from cost methods, values in money, and values that a tagged gate or indicator reads; a value of two packs stands once."""
    found: dict[tuple[str, str], MoneyValue] = {}
    for part in parts:
        read = _read(part)
        for value in part.result.derived:
            if value.id in read or "money" in value.unit or _of_cost(value):
                sheet = (
                    next((each for each in part.worksheets if each.note is part.result.worksheets[value.worksheet]), None)
                    if (value.worksheet is not None)
                    else None
                )
                found.setdefault((value.id, value.shown), MoneyValue(part.pack, value, sheet))
    return tuple(found.values())


def _of_cost(value: DerivedNote) -> bool:
    method = METHODS.get(value.because.partition(":")[0])
    return method is not None and method.function.__module__ == COST


def _read(part: PackPart) -> set[str]:
    rules = [gate.gate.rule for gate in part.gates if set(gate.gate.tags.topics) & TOPICS.keys()]
    rules += [item.node.rule for item in _indicators(part) if set(item.node.tags.topics) & TOPICS.keys()]
    return {name for rule in rules for name in NAME.findall(rule)}
