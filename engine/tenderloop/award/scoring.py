"""One procedure evaluated: the order of operations of docs/award.md section 3, exactly.

Knows procedures, bids, judgements and how they become a result. Must not know files or pages, read a clock, or round but where the rule
says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tenderloop.award.bid import Bid, Decision, Draw, NotApplicable, Proceedings
from tenderloop.award.judgement import Consensus, Judgement
from tenderloop.award.procedure import Procedure
from tenderloop.award.result import AwardResult
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
    """
    raise NotImplementedError
