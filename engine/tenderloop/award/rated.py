"""Results of packs for bids: the case that each bid names is read and rated by the packs that the procedure scores by.

Knows which packs a procedure asks for and where a bid's cases are. Must not know scores, weights or pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tenderloop.award.bid import Bid
from tenderloop.award.procedure import Lot, Procedure, ScoredBy
from tenderloop.errors import Problem, Problems
from tenderloop.evaluate import evaluate
from tenderloop.readers.cases import read_case
from tenderloop.readers.packs import load_pack
from tenderloop.result import Result


def packs_of(lot: Lot) -> tuple[str, ...]:
    """The packs by which criteria or adjustments of a lot are scored, each once."""
    ways: list[ScoredBy] = []
    for leaf in lot.leaves:
        ways += [each.scored_by for each in leaf.adjustments] + ([leaf.scored_by] if leaf.scored_by is not None else [])
    return tuple(sorted({way.pack for way in ways if way.pack is not None}))


def pack_results(procedure: Procedure, bids: Sequence[Bid], folder: Path) -> dict[str, Mapping[str, Result]]:
    """By bid, then by pack: the case that the bid names under ``cases`` (a path from ``folder``), rated. A bid without a case has no entry.

    ``Problems`` for packs and cases with faults, all at once.
    """
    found: dict[str, Mapping[str, Result]] = {}
    problems: list[Problem] = []
    for bid in bids:
        lot = procedure.lot_of.get(bid.lot)
        for name in packs_of(lot) if lot is not None else ():
            if name not in bid.cases:
                continue
            try:
                pack = load_pack(name)
                found[bid.id] = {**found.get(bid.id, {}), name: evaluate(read_case(folder / bid.cases[name], [pack]), pack)}
            except Problems as faults:
                problems += faults.problems
    if problems:
        raise Problems(dict.fromkeys(problems))
    return found
