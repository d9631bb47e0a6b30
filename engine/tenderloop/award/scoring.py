"""One procedure evaluated: the order of operations of docs/award.md section 3, exactly.

Knows procedures, bids, judgements and how they become a result. Must not know files or pages, read a clock, or round but where the rule
says so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from tenderloop import __version__
from tenderloop.award.assembly import lot_result
from tenderloop.award.bid import Bid, Decision, Draw, NotApplicable, Proceedings, in_order
from tenderloop.award.check import faults_of, warnings_of
from tenderloop.award.inputs import Records, checked
from tenderloop.award.judgement import Consensus, Judgement
from tenderloop.award.lock import locked_hash
from tenderloop.award.operations import Operations
from tenderloop.award.procedure import Procedure, without_place
from tenderloop.award.result import (
    AwardResult,
    LotResult,
)
from tenderloop.errors import Problem, Problems
from tenderloop.result import Result


def award(
    procedure: Procedure,
    bids: Sequence[Bid],
    judgements: Sequence[Judgement] = (),
    consensus: Sequence[Consensus] = (),
    decisions: Sequence[Decision] = (),
    *,
    draws: Sequence[Draw] = (),
    not_applicable: Sequence[NotApplicable] = (),
    pack_results: Mapping[str, Mapping[str, Result]] | None = None,
    proceedings: Proceedings | None = None,
    lock: str | None = None,
) -> AwardResult:
    """Evaluate every lot. ``pack_results`` is by bid, then by pack id. ``lock`` is the text of a lock file; a changed procedure is refused.

    Faults in what was given (an unknown bid, a step that the scale does not have, a judgement without reason …) are raised together as
    ``Problems``. What is merely not there yet (a missing judgement, price or answer) leaves the lot ``incomplete``, without ranking.

    >>> q = {"id": "quality", "type": "quality", "title": "Quality", "weight": 60}
    >>> q["scored_by"] = {"linear": {"fact": "q", "from": 0, "to": 100}}
    >>> p = {"id": "price", "type": "price", "title": "Price", "weight": 40, "formula": {"name": "lowest_price_ratio"}}
    >>> rules = Procedure.model_validate({"procedure": "abc", "title": "Three bids", "buyer": "Example", "currency": "EUR",
    ...     "facts": [{"id": "q", "kind": "number", "question": "Points for quality?"}],
    ...     "lots": [{"id": "lot1", "title": "All", "criteria": [q, p]}]})
    >>> bids = [Bid.model_validate({"id": name, "bidder": name, "lot": "lot1", "price": price,
    ...     "facts": {"q": {"kind": "number", "value": points}}}) for name, points, price in (("A", 60, 100), ("B", 50, 80), ("C", 10, 40))]
    >>> [(each.bid, str(each.total)) for each in award(rules, bids).lots[0].ranking]
    [('A', '52'), ('B', '50'), ('C', '46')]
    """
    # first of all: whatever else is wrong, a changed procedure is refused as such
    locked = lock is not None and locked_hash(lock, procedure) == procedure.hash
    problems = faults_of(procedure)
    if problems:
        raise Problems(problems)
    records, problems = checked(procedure, bids, judgements, consensus, decisions, draws, not_applicable)
    for name in sorted((pack_results or {}).keys() - {bid.id for bid in bids}):
        said = f"a pack's result is given for '{name}', and there is no such bid"
        problems.append(Problem("unknown-bid", said, where=f"pack_results[{name}]", hint="name a bid that is given"))
    if problems:
        raise Problems(problems)
    canonical = procedure.canonical()
    kept = _Inputs(bids, judgements, consensus, decisions, draws, not_applicable)
    lots = tuple(
        award_lot(canonical, lot.id, kept.bids, records, draws=draws, not_applicable=not_applicable, pack_results=pack_results)
        for lot in canonical.lots
    )
    return AwardResult(
        engine=__version__,
        procedure=canonical,
        procedure_hash=procedure.hash,
        locked=locked,
        inputs_hash=kept.hash(pack_results or {}),
        lots=lots,
        bids=kept.bids,
        judgements=kept.judgements,
        consensus=kept.consensus,
        decisions=kept.decisions,
        draws=kept.draws,
        not_applicable=kept.not_applicable,
        proceedings=proceedings or Proceedings(),
        warnings=tuple(warnings_of(canonical)),
    )


class _Inputs:
    """What was given, in one order and without the places it was read from."""

    def __init__(
        self,
        bids: Iterable[Bid],
        judgements: Iterable[Judgement],
        consensus: Iterable[Consensus],
        decisions: Iterable[Decision],
        draws: Iterable[Draw],
        not_applicable: Iterable[NotApplicable],
    ) -> None:
        self.bids = tuple(_bid_in_order(each) for each in sorted(bids, key=lambda each: each.id))
        self.judgements = tuple(
            sorted(
                (_in_order(each) for each in judgements),
                key=lambda each: (each.bid, each.criterion, each.evaluator, each.version, each.time, each.step, each.reason),
            )
        )
        self.consensus = tuple(
            sorted(
                (_in_order(each.model_copy(update={"present": tuple(sorted(each.present))})) for each in consensus),
                key=lambda each: (each.bid, each.criterion, each.version, each.time, each.step, each.reason),
            )
        )
        self.decisions = tuple(
            sorted(
                (without_place(each) for each in decisions), key=lambda each: (each.bid, each.step, each.time, each.outcome, each.reason)
            )
        )
        self.draws = tuple(
            sorted(
                (without_place(each.model_copy(update={"witnesses": tuple(sorted(each.witnesses))})) for each in draws),
                key=lambda each: (each.lot, each.time, each.order),
            )
        )
        self.not_applicable = tuple(
            sorted((without_place(each) for each in not_applicable), key=lambda each: (each.lot, each.criterion, each.time, each.reason))
        )

    def hash(self, packs: Mapping[str, Mapping[str, Result]]) -> str:
        """SHA-256 over everything that was given beside the procedure."""
        content: dict[str, Any] = {
            name: [each.model_dump(mode="json") for each in getattr(self, name)]
            for name in ("bids", "judgements", "consensus", "decisions", "draws", "not_applicable")
        }
        content["packs"] = {
            bid: {name: [result.pack.hash, result.case.hash] for name, result in sorted(results.items())}
            for bid, results in sorted(packs.items())
        }
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(text.encode("utf-8")).hexdigest()


R = TypeVar("R", Judgement, Consensus, Decision)


def _in_order(record: R) -> R:
    found = without_place(record)
    return found if len(found.evidence) < 2 else found.model_copy(update={"evidence": in_order(found.evidence)})


def _bid_in_order(bid: Bid) -> Bid:
    return bid.model_copy(
        update={
            "file": "",
            "line": 0,
            "costs": tuple(sorted(bid.costs, key=lambda each: each.id)),
            "corrections": tuple(sorted(bid.corrections, key=lambda each: (each.kind, each.amount, each.reason))),
            "facts": {
                name: offered if len(offered.evidence) < 2 else offered.model_copy(update={"evidence": in_order(offered.evidence)})
                for name, offered in sorted(bid.facts.items())
            },
        }
    )


def award_lot(
    procedure: Procedure,
    lot: str,
    bids: Sequence[Bid],
    records: Records,
    *,
    draws: Sequence[Draw] = (),
    not_applicable: Sequence[NotApplicable] = (),
    pack_results: Mapping[str, Mapping[str, Result]] | None = None,
) -> LotResult:
    """Evaluate one lot of a canonical procedure from records that were checked (inputs.checked); ``award`` without its looking around.

    What would flip a winner calls it thousands of times.
    """
    operations = Operations(
        procedure,
        procedure.lot_of[lot],
        {bid.id: bid for bid in sorted(bids, key=lambda each: each.id) if bid.lot == lot},
        records,
        pack_results or {},
        tuple(each for each in draws if each.lot == lot),
        tuple(each for each in not_applicable if each.lot == lot),
    )
    operations.run()
    return lot_result(operations)
