"""An award result as plain lines for a terminal: who is first and why, what is open, what is flagged.

Knows a result. Must not know how it came about, nor files.
"""

from __future__ import annotations

from collections.abc import Sequence

from tenderloop.award.procedure import Procedure
from tenderloop.award.result import AwardResult, LotResult, Note
from tenderloop.quantity import shown, shown_grouped

_STATUS = {
    "ranked": "ranked",
    "tied": "first place tied: no winner until the tie is decided",
    "incomplete": "incomplete: no ranking",
    "no_bids": "no bid is left",
    "not_scored": "cannot be scored",
}


def award_text(result: AwardResult) -> str:
    """The whole result in lines of at most what a terminal shows."""
    lines = [
        f"{result.procedure.title} ({result.procedure.id})",
        f"procedure {result.procedure_hash}{' (locked)' if result.locked else ''}",
    ]
    for lot in result.lots:
        lines += ["", *_lot(lot, result)]
    return "\n".join(lines)


def _lot(lot: LotResult, result: AwardResult) -> list[str]:
    places = result.procedure.rules.display_places
    lines = [f"Lot {lot.lot}  {lot.title}: {_STATUS[lot.status]}"]
    if lot.winner:
        margin = ", the only bid ranked"
        if lot.margin is not None:
            margin = f", {shown(lot.margin, places)} points ahead" if lot.margin else ", equal on points and first by the declared chain"
        lines.append(f"  first: {lot.winner} ({lot.standing_of[lot.winner].bidder}){margin}")
    for each in lot.ranking:
        assert each.total is not None
        bid = result.bid_of[each.bid]
        price = f"{shown_grouped(bid.price, 2)} {bid.currency or result.procedure.currency}" if bid.price is not None else "no price"
        lines.append(f"  {each.rank:>3}. {shown(each.total, places):>8}  {each.bid}  {each.bidder}  {price}")
    for each in lot.standings:
        if each.reasons:
            lines.append(f"   –  {each.bid}  {each.bidder}: {each.status.replace('_', ' ')}: {'; '.join(each.reasons)}")
    for tie in lot.ties:
        lines.append(
            f"  tie at {shown(tie.total, places)}: {', '.join(tie.bids)}; " + ("; ".join(one.text for one in tie.tried) or "no chain")
        )
    lines += _notes("open", lot.open)
    lines += _notes("note", lot.near_ties)
    for low in lot.low_bids:
        lines.append(f"  low   {low.bid}: {low.title}; ask for an explanation" + (f"; decided: {low.decision}" if low.decision else ""))
    lines += _notes("note", lot.warnings)
    return lines


def _notes(word: str, notes: Sequence[Note]) -> list[str]:
    return [f"  {word:<5} {note.code}: {note.text}" for note in notes]


def check_text(procedure: Procedure, warnings: Sequence[Note]) -> str:
    """What ``award check`` prints for a sound procedure: its shares, warnings with sources, and hash."""
    lines = [f"{procedure.title} ({procedure.id}): no fault"]
    for lot in procedure.canonical().lots:
        lines.append(f"Lot {lot.id}  {lot.title}")
        for criterion in lot.walk():
            share = lot.shares.get(criterion.id)
            depth, above = 1, lot.parent_of[criterion.id]
            while above:
                depth, above = depth + 1, lot.parent_of[above]
            lines.append(
                f"{'  ' * depth}{shown(share * 100, 2) + ' %' if share is not None else 'no share':>9}  {criterion.id}  {criterion.title}"
            )
    for note in warnings:
        lines.append(f"warning {note.code}: {note.text}")
        lines.append(f"        source ({note.status}): {note.source}")
    lines.append(procedure.hash)
    return "\n".join(lines)
