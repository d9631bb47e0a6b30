"""What would flip the winner, as tables: bids left out, weights, smallest changes, rank acceptability, what each losing bid lacked.

Knows the findings of an attack. Must not know how they were found, nor pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from tenderloop.award.findings import LotAttack, Need, Order, PriceFlip, ScoreFlip, WeightInterval
from tenderloop.award.result import AwardResult, LotResult
from tenderloop.report.award_model import Column, Table
from tenderloop.report.award_words import Totals, listed, money, per_cent, pts, signed, stop, totals_of

RANKS = 6  # ranks beside each other in a table; what is lower stands together
STATEMENT = Column("In words", width=72)


def flip_sentences(lot: LotResult, attack: LotAttack, bidder_of: Mapping[str, str], figures: Totals) -> tuple[str, ...]:
    """One sentence for each losing bid whose absence changes the winner, with the totals with and without it."""
    said = []
    for each in attack.flipping:
        first = each.order.first
        others = [bid for group in each.order.groups for bid in group if bid not in first]
        totals = each.order.totals
        if not first:
            said.append(f"Without {bidder_of[each.bid]}, which does not win itself, no bid would win.")
            continue
        then = f"{listed([bidder_of[bid] for bid in first])} would win" if len(first) == 1 else (
            f"{listed([bidder_of[bid] for bid in first])} would be tied for the first place"
        )  # fmt: skip
        with_figures = ""
        if first[0] in totals:
            with_figures = f" with {figures(totals[first[0]])}{figures.unit}"
            if len(first) == 1 and others and others[0] in totals:
                with_figures = f" by {figures(totals[first[0]])} to {figures(totals[others[0]])}{figures.unit} of {bidder_of[others[0]]}"
        now = lot.ranking
        with_it = ""
        if len(now) > 1 and now[0].total is not None and now[1].total is not None:
            with_it = (
                f" With it, {now[0].bidder} wins by {figures(now[0].total)} to {figures(now[1].total)}{figures.unit} of {now[1].bidder}"
            )
        flip = f"The absence of a losing bid flips the winner: without {bidder_of[each.bid]}, {then}{with_figures}"
        said.append(stop(flip) + (stop(with_it) if with_it else ""))
    return tuple(said)


def attack_tables(result: AwardResult, attack: LotAttack) -> tuple[Table, ...]:
    """Every table of the attack on a lot, in the order of the page."""
    bidder_of = {bid.id: bid.bidder for bid in result.bids}
    titles = {each.id: each.title for each in result.lot_of[attack.lot].criteria}
    currency = result.procedure.currency
    return tuple(
        table
        for table in (
            _without(attack, bidder_of, totals_of(result, attack.lot)),
            _weights(attack),
            _scores(attack, bidder_of, titles),
            _prices(attack, bidder_of, currency),
            _needs(attack, bidder_of, titles, currency),
            _simulated(attack, bidder_of),
            _open(attack, bidder_of),
            _what_if(attack, bidder_of, titles, totals_of(result, attack.lot)),
            _notes(attack),
        )
        if table.rows or table.empty
    )


def order_text(order: Order | None, bidder_of: Mapping[str, str], totals: Totals) -> str:
    """A ranking in one line, with totals."""
    if order is None or not order.groups:
        return "no ranking"
    parts, place = [], 1
    for group in order.groups:
        total = order.totals.get(group[0])
        figures = f" {totals(total)}" if total is not None else ""
        parts.append(f"{place}. {listed([bidder_of[bid] for bid in group])}{figures}")
        place += len(group)
    return "; ".join(parts)


def _without(attack: LotAttack, bidder_of: Mapping[str, str], totals: Totals) -> Table:
    rows = tuple(
        (
            bidder_of[each.bid],
            order_text(each.order, bidder_of, totals),
            "yes" if each.flips else "no",
            "yes" if each.reorders else "no",
            each.statement,
        )
        for each in attack.without
    )
    columns = (
        Column("Without"), Column("Order then", width=54), Column("Flips the winner", width=17),
        Column("Others change places", width=17), STATEMENT,
    )  # fmt: skip
    note = "Each bid is left out in turn, and the lot is evaluated again. Only relative formulas can make an absence matter to others."
    return Table("Every bid left out in turn", columns, rows, note, empty="No bid is ranked: there is nothing to leave out.")


def _span(each: WeightInterval) -> str:
    if not each.varied:
        return "cannot be varied"
    return f"{per_cent(each.low)} to {per_cent(each.high)}"


def _weights(attack: LotAttack) -> Table:
    rows = tuple(
        (each.title, per_cent(each.published), _span(each), f"{per_cent(each.share_low)} to {per_cent(each.share_high)}", each.statement)
        for each in attack.weights
    )
    columns = (
        Column("Criterion"), Column("Weight among its siblings", True, 20), Column("Winner stays from, to", True, 30),
        Column("As share of the lot", True, 30), STATEMENT,
    )  # fmt: skip
    return Table("Weights at which the winner stays", columns, rows, "One weight moves; its siblings keep their proportions. Exact.")


def _enclosed(exact: bool, low: Fraction | None, high: Fraction | None) -> str:
    return "" if exact else f" (between {pts(low, 6)} and {pts(high, 6)}; no root in fractions)"


def _scores(attack: LotAttack, bidder_of: Mapping[str, str], titles: Mapping[str, str]) -> Table:
    least = [each for each in (attack.smallest_step, attack.smallest_score) if each is not None]

    def row(each: ScoreFlip) -> tuple[str, ...]:
        steps = f"{each.from_step} to {each.to_step}" if each.to_step else f"{pts(each.before)} to {pts(each.after)}"
        who = f", {each.evaluator}" if each.evaluator else ""
        mark = " (the least)" if each in least else ""
        return (
            f"{bidder_of[each.bid]}: {titles.get(each.criterion, each.criterion)}{who}{mark}",
            steps + _enclosed(each.exact, each.low, each.high),
            signed(each.change),
            listed([bidder_of[bid] for bid in each.first]) or "nobody",
            each.statement,
        )

    columns = (
        Column("Bid and criterion"), Column("From, to", True, 30), Column("Change, of 100", True, 20),
        Column("First then", width=30), STATEMENT,
    )  # fmt: skip
    ordered = sorted(
        attack.scores, key=lambda each: (each not in least, abs(each.change), each.bid, each.criterion, each.evaluator, each.kind)
    )
    rows = tuple(row(each) for each in ordered)
    return Table(
        "Smallest change of one score that changes the winner",
        columns,
        rows,
        empty=_none(attack, "No change of a single score changes the winner."),
    )


def _none(attack: LotAttack, text: str) -> str:
    return text if attack.winner else "There is no winner to change."


def _prices(attack: LotAttack, bidder_of: Mapping[str, str], currency: str) -> Table:
    def row(each: PriceFlip) -> tuple[str, ...]:
        mark = " (the least)" if each == attack.smallest_price else ""
        return (
            f"{bidder_of[each.bid]}{mark}",
            f"{money(each.before)} to {money(each.after)}" + _enclosed(each.exact, each.low, each.high),
            signed(each.relative * 100) + " %",
            listed([bidder_of[bid] for bid in each.first]) or "nobody",
            each.statement,
        )

    columns = (
        Column("Bid"), Column(f"From, to, {currency}", True, 36), Column("Change", True, 20), Column("First then", width=30), STATEMENT,
    )  # fmt: skip
    ordered = sorted(attack.prices, key=lambda each: (abs(each.relative), each.bid, each.criterion))
    rows = tuple(row(each) for each in ordered)
    return Table(
        "Smallest change of one price that changes the winner",
        columns,
        rows,
        empty=_none(attack, "No change of a single price changes the winner."),
    )


def _needs(attack: LotAttack, bidder_of: Mapping[str, str], titles: Mapping[str, str], currency: str) -> Table:
    def row(each: Need) -> tuple[str, ...]:
        raises = "; ".join(f"{titles.get(one.criterion, one.criterion)} from {one.from_step} to {one.to_step}" for one in each.raises)
        price = "–" if each.price is None else f"{money(each.price, currency)}, now {money(each.amount, currency)}"
        return bidder_of[each.bid], pts(each.gap), price, raises or "–", each.statement

    columns = (
        Column("Bid"), Column("Behind, points", True, 20), Column("Price at which it is level", True, 36),
        Column("Or these steps", width=48), STATEMENT,
    )  # fmt: skip
    return Table(
        "What each losing bid would have needed",
        columns,
        tuple(row(each) for each in attack.needs),
        empty=_none(attack, "There is no losing bid."),
    )


def _simulated(attack: LotAttack, bidder_of: Mapping[str, str]) -> Table:
    found = attack.simulation
    if found is None or not found.bids:
        return Table("", (), ())
    ranks = range(1, min(len(found.bids), RANKS) + 1)
    lower = len(found.bids) > RANKS
    rows = tuple(
        (
            bidder_of[bid],
            *(pts(found.share(bid, rank) * 100, 1) for rank in ranks),
            *([pts((1 - sum((found.share(bid, rank) for rank in ranks), Fraction(0))) * 100, 1)] if lower else []),
            pts(Fraction(found.alone[bid] * 100, found.draws or 1), 1),
        )
        for bid in sorted(found.bids, key=lambda each: (-found.alone[each], each))
    )
    columns = (
        Column("Bid", width=48),
        *(Column(f"Rank {rank}, %", True, 17) for rank in ranks),
        *([Column("Lower, %", True, 17)] if lower else []),
        Column("First alone, %", True),
    )
    note = " ".join(
        [
            found.label,
            f"{found.draws} draws, seed {found.seed}, {found.generator}.",
            *found.notes,
            f"Source: {found.source} ({found.status}).",
        ]
    )
    return Table("Rank acceptability (a simulation)", columns, rows, note)


def _open(attack: LotAttack, bidder_of: Mapping[str, str]) -> Table:
    found = attack.open_answers
    if found.way == "nothing_open":
        return Table("", (), ())
    rows = tuple(
        (bidder_of[each.bid], str(each.best), str(each.worst), pts(each.low), pts(each.high), "yes" if each.can_leave else "no")
        for each in found.ranges
    )
    columns = (
        Column("Bid"), Column("Best rank", True, 20), Column("Worst rank", True, 20), Column("Lowest total", True, 20),
        Column("Highest total", True, 20), Column("Can fall under a minimum", width=36),
    )  # fmt: skip
    return Table("Ranks that are still possible while answers are open", columns, rows, found.statement, empty=found.statement)


def _what_if(attack: LotAttack, bidder_of: Mapping[str, str], titles: Mapping[str, str], totals: Totals) -> Table:
    tried = [each for each in attack.what_if if each.order is not None and each.order.groups]
    rows = tuple(
        (
            (
                each.title + (f", {titles.get(each.criterion, each.criterion)}" if each.criterion else ""),
                f"Source: {each.source} ({each.status})" if each.source else f"({each.status})",
            ),
            order_text(each.order, bidder_of, totals),
            "yes" if each.changes else "no",
        )
        for each in tried
    )
    columns = (Column("Other rule"), Column("Order then", width=72), Column("Another winner", True, 22))
    note = "Other rules than the published one. They are no argument for an award; they show what the choice of the rule decided."
    untried = [each.statement for each in attack.what_if if each not in tried]
    note += " Not tried: " + " ".join(untried) if untried else ""
    return Table("What other rules would have given", columns, rows, note)


def _notes(attack: LotAttack) -> Table:
    rows: Iterator[tuple[str, ...]] = ((f"{number}", text) for number, text in enumerate(attack.notes, start=1))
    return Table("What was left out, and why", (Column("No", width=9), Column("Note")), tuple(rows))
