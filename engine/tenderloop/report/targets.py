"""Which SDG targets and UNECE entry points the evidence touches, pack by pack.

Knows tags. Must not rate: the score beside a target is the mean of the indicators' scores by their share of the pack, and no rating.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from tenderloop.report.model import PackPart, TargetRow, Touched
from tenderloop.report.wording import ENTRY_POINTS, GOALS, Words
from tenderloop.result import Node, Result


def sdg_rows(parts: Sequence[PackPart], words: Words) -> tuple[TargetRow, ...]:
    """SDG targets in their own order, with the name of their goal."""
    found = _gather([part.result for part in parts], lambda node: node.tags.sdg)
    ids = sorted({each for one in found for each in one}, key=_target_order)
    return tuple(TargetRow(each, words(GOALS.get(each.partition(".")[0], "")), tuple(one.get(each) for one in found)) for each in ids)


def entry_point_rows(parts: Sequence[PackPart], words: Words) -> tuple[TargetRow, ...]:
    """The five UNECE entry points to circularity, those that any pack touches."""
    found = _gather([part.result for part in parts], lambda node: node.tags.unece)
    return tuple(
        TargetRow(each, words(title), tuple(one.get(each) for one in found))
        for each, title in ENTRY_POINTS.items()
        if any(each in one for one in found)
    )


def _target_order(target: str) -> tuple[int, int, str]:
    goal, _, rest = target.partition(".")
    return (int(goal) if goal.isdecimal() else 99, int(rest) if rest.isdecimal() else 99, rest)


def _gather(results: Sequence[Result], tags_of: Callable[[Node], Sequence[str]]) -> list[dict[str, Touched]]:
    return [_touched(result, tags_of) for result in results]


def _touched(result: Result, tags_of: Callable[[Node], Sequence[str]]) -> dict[str, Touched]:
    """An indicator without tags of its own has those of its criterion."""
    members: dict[str, list[Node]] = {}
    for node in result.indicators:
        if node.score is None:
            continue
        for tag in tags_of(node) or tags_of(result.node_of[node.parent]):
            members.setdefault(tag, []).append(node)
    return {tag: _count(nodes) for tag, nodes in members.items()}


def _count(nodes: Sequence[Node]) -> Touched:
    weight = sum((node.share for node in nodes), Fraction(0))
    evidenced = sum(node.status == "scored" and bool(node.grade) for node in nodes)
    total = sum((node.share * node.score for node in nodes if node.score is not None), Fraction(0))
    return Touched(len(nodes), evidenced, total / weight if weight else None)
