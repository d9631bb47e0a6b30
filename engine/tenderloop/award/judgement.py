"""What evaluators recorded: judgements made alone, and the consensus agreed afterwards. Append-only: nothing is ever replaced.

Knows the records. Must not know scores, scales or procedures.
"""

from __future__ import annotations

from pydantic import Field

from tenderloop.award.bid import BidId
from tenderloop.award.procedure import Moment, StepId
from tenderloop.case import Evidence
from tenderloop.pack import Identifier, NodeId, Place


class Judgement(Place):
    """One evaluator's step for one criterion of one version of a bid, with the reason.

    A later record by the same evaluator on the same bid, version and criterion counts instead of the earlier, which stays. ``criterion`` is
    a leaf or an adjustment that is judged by a scale.
    """

    evaluator: Identifier
    bid: BidId
    version: str = "1"
    criterion: NodeId
    step: StepId
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    time: Moment = ""
    confidence: str = ""


class Consensus(Place):
    """The whole step agreed by the panel, with the reason and who was present.

    ``discrepancy`` says how a flagged disagreement was settled; it must be written where there was one. ``opened`` is when individual
    judgements were closed (``time`` when empty).
    """

    bid: BidId
    version: str = "1"
    criterion: NodeId
    step: StepId
    reason: str = ""
    present: tuple[Identifier, ...] = Field(default=())
    discrepancy: str = ""
    evidence: tuple[Evidence, ...] = ()
    opened: Moment = ""
    time: Moment = ""
