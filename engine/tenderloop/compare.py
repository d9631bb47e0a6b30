"""Several results side by side, never added.

Knows how to line results up. Must not compute a score.
"""

from __future__ import annotations

from collections.abc import Sequence

from tenderloop.errors import Problem, Problems
from tenderloop.pack import Frozen
from tenderloop.quantity import shown
from tenderloop.result import CaseRef, PackRef, Range, Result, Score


class ComparedNode(Frozen):
    """One node over all cases; None where it does not apply."""

    id: str
    kind: str
    title: str
    scores: tuple[Score | None, ...]
    ranges: tuple[Range | None, ...]

    @property
    def spread(self) -> Score | None:
        """Highest minus lowest score; None where it applies to no case."""
        known = [score for score in self.scores if score is not None]
        return max(known) - min(known) if known else None


class ComparedValue(Frozen):
    """A fact, gate or check whose value differs between the cases, as shown to people."""

    id: str
    title: str
    shown: tuple[str, ...]


class Comparison(Frozen):
    """Cases under one pack: totals, nodes, and what differs."""

    pack: PackRef
    cases: tuple[CaseRef, ...]
    ratings: tuple[str, ...]
    scores: tuple[Score | None, ...]
    ranges: tuple[Range | None, ...]
    coverages: tuple[Score, ...]
    nodes: tuple[ComparedNode, ...]
    facts: tuple[ComparedValue, ...]
    gates: tuple[ComparedValue, ...]
    checks: tuple[ComparedValue, ...]

    def __str__(self) -> str:
        lines = [f"{self.pack.title} {self.pack.version} ({self.pack.label})"]
        width = max(len(case.title) for case in self.cases)
        for case, rating, score, span in zip(self.cases, self.ratings, self.scores, self.ranges, strict=True):
            figures = (
                "not applicable"
                if score is None or span is None
                else f"{shown(score, 1):>5} ({shown(span.low, 1)} to {shown(span.high, 1)})"
            )
            lines.append(f"  {case.title.ljust(width)}  {figures}  {rating}")
        for heading, rows in (("Gates that differ", self.gates), ("Checks that differ", self.checks), ("Facts that differ", self.facts)):
            if rows:
                lines.append(heading)
                lines += [f"  {row.id}: " + " | ".join(row.shown) for row in rows]
        return "\n".join(lines)


def compare(results: Sequence[Result]) -> Comparison:
    """Line up results of one pack in the same version. Results of different packs, or fewer than two, raise ``Problems``."""
    if len(results) < 2:
        raise Problems([Problem("nothing-to-compare", "give at least two results")])
    first = results[0]
    for other in results[1:]:
        if (other.pack.id, other.pack.hash) != (first.pack.id, first.pack.hash):
            raise Problems(
                [
                    Problem(
                        "different-packs",
                        f"{first.pack.id} {first.pack.version} and {other.pack.id} {other.pack.version} are not one pack in one version",
                        hint="two packs give two scores; compare cases under one pack",
                    )
                ]
            )
    nodes = tuple(
        ComparedNode(
            id=node.id,
            kind=node.kind,
            title=node.title,
            scores=tuple(each.node_of[node.id].score for each in results),
            ranges=tuple(each.node_of[node.id].range for each in results),
        )
        for node in first.nodes
    )
    facts = tuple(
        ComparedValue(id=fact.id, title=fact.question, shown=tuple(each.fact_of[fact.id].shown for each in results))
        for fact in first.facts
        if len({repr(each.fact_of[fact.id].value) for each in results}) > 1
    )
    gates = tuple(
        ComparedValue(id=gates[0].id, title=gates[0].title, shown=tuple(gate.status.replace("_", " ") for gate in gates))
        for gates in zip(*(each.gates for each in results), strict=True)
        if len({gate.status for gate in gates}) > 1
    )
    checks = tuple(
        ComparedValue(id=checks[0].id, title=checks[0].title, shown=tuple(check.status for check in checks))
        for checks in zip(*(each.checks for each in results), strict=True)
        if len({check.status for check in checks}) > 1
    )
    return Comparison(
        pack=first.pack,
        cases=tuple(each.case for each in results),
        ratings=tuple(each.rating for each in results),
        scores=tuple(each.score for each in results),
        ranges=tuple(each.range for each in results),
        coverages=tuple(each.coverage for each in results),
        nodes=nodes,
        facts=facts,
        gates=gates,
        checks=checks,
    )
