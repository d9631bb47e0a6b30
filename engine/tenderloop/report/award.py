"""``build_award(result, attack) -> AwardReport``: everything that the report on an award says, in its order, before any page is made.

Knows which parts the report has. Must not compute a score, open a file or read a clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from tenderloop.award.findings import Attack, LotAttack
from tenderloop.award.result import AwardResult, LotResult, Working
from tenderloop.errors import Problem, Problems
from tenderloop.report.award_articles import article_items
from tenderloop.report.award_attacked import attack_tables, flip_sentences
from tenderloop.report.award_bank import bank_tables
from tenderloop.report.award_charts import heat, scatter, stack, strips, top_criteria, tornado
from tenderloop.report.award_model import AwardReport, Column, Flag, LotPart, RankRow, Table
from tenderloop.report.award_records import day_given, day_of, opening_tables, record_tables, standstill_part
from tenderloop.report.award_scores import combined_text, criteria_table, leaf_parts, panel_tables
from tenderloop.report.award_words import Totals, listed, money, pts, stop, totals_of

CODES: Mapping[str, str] = {
    "attack-of-another-result": "an attack is given that was made on another procedure or other bids",
    "bad-moment": "the day of sending, or a holiday, is no day of the calendar",
    "letter-leak": "a letter would tell its addressee what belongs to another bidder",
    "no-outcome-yet": "a letter on the outcome is wanted while the lot has no winner",
    "not-flagged": "a question about a low price is wanted for a bid that no rule flags",
    "unknown-standstill-rule": "a standstill rule has no such name",
}
"""What can be wrong with what a report or letter is asked for."""

NOT_ATTACKED = "What would flip the winner was not computed for this report."


def build_award(result: AwardResult, attack: Attack | None = None, *, sent: str = "", language: str = "en") -> AwardReport:
    """The report on a procedure. ``sent`` is the day on which the award notice is or was sent (the recorded one when empty).

    An attack on other inputs than this result's is refused with ``Problems``.
    """
    if attack is not None and (attack.procedure_hash, attack.inputs_hash) != (result.procedure_hash, result.inputs_hash):
        said = "the attack was made on another procedure or on other bids than this result"
        raise Problems([Problem("attack-of-another-result", said, hint="attack this result again")])
    day = day_given(sent or result.proceedings.sent)
    lots = tuple(
        _lot(result, lot, number, attack.lot_of.get(lot.lot) if attack is not None else None)
        for number, lot in enumerate(result.lots, start=1)
    )
    return AwardReport(
        result=result,
        attack=attack,
        language=language,
        identity=_identity(result, attack, day, language),
        date=day or day_of(result.proceedings.opened) or day_of(result.procedure.deadline) or (result.procedure.price_date or ""),
        sent=day,
        lots=lots,
        flags=tuple(_procedure_flags(result)),
        article=article_items(result),
        bank=bank_tables(result),
        standstill=standstill_part(result, day),
        opening=opening_tables(result),
        records=record_tables(result),
        warnings=tuple(result.warnings),
    )


def _identity(result: AwardResult, attack: Attack | None, day: str, language: str) -> str:
    inputs = [
        language,
        result.engine,
        result.procedure_hash,
        result.inputs_hash,
        day,
        result.to_json(),
        attack.to_json() if attack is not None else "",
    ]
    return hashlib.sha256("\n".join(inputs).encode("utf-8")).hexdigest()


def _procedure_flags(result: AwardResult) -> Iterator[Flag]:
    if not result.locked:
        yield Flag(
            "undecided",
            "not locked",
            "No lock file was given: nothing here proves that the criteria were not changed after bids were opened.",
            "provenance",
        )
    if result.warnings:
        number = len(result.warnings)
        text = f"{number} warning{'s' if number > 1 else ''} on the procedure itself, which courts or auditors have acted on."
        yield Flag("undecided", "procedure", text, "warnings")


def _lot(result: AwardResult, lot: LotResult, number: int, attack: LotAttack | None) -> LotPart:
    totals = totals_of(result, lot.lot)
    bidder_of = {bid.id: bid.bidder for bid in result.bids}
    flips = flip_sentences(lot, attack, bidder_of, totals) if attack is not None else ()
    flipping = frozenset(each.bid for each in attack.flipping) if attack is not None else frozenset()
    stack_finding, stacked = stack(lot, totals)
    heat_finding, heat_bids, heat_rows = heat(result, lot)
    evaluators, dots = strips(result, lot)
    tornado_finding, weights = tornado(attack, bidder_of)
    ranked, left = _rows(result, lot, flipping)
    return LotPart(
        number=number,
        result=lot,
        lot=result.procedure.lot_of[lot.lot],
        attack=attack,
        totals=totals,
        combined=combined_text(result, lot),
        finding=_finding(lot, totals),
        statements=_statements(flips, attack),
        warned=flips,
        flags=tuple(_flags(result, lot, number)),
        tops=top_criteria(lot),
        rows=ranked,
        left=left,
        stack_finding=stack_finding,
        stack=stacked,
        heat_finding=heat_finding,
        heat_bids=heat_bids,
        heat=heat_rows,
        leaves=leaf_parts(result, lot),
        strips=dots,
        evaluators=evaluators,
        scatter=scatter(result, lot),
        tornado_finding=tornado_finding,
        tornado=weights,
        operations=_operations(lot),
        criteria=criteria_table(result, lot),
        panel=panel_tables(result, lot),
        attacked=attack_tables(result, attack) if attack is not None else (),
        ties=tuple(_ties(lot, bidder_of, totals)),
        low_bids=tuple(_low_bids(lot, bidder_of, result.procedure.currency)),
    )


def _finding(lot: LotResult, totals: Totals) -> str:
    ranking = lot.ranking
    if lot.winner:
        first = lot.standing_of[lot.winner]
        said = f"{first.bidder} is first with {totals.full(first.total)}"
        if len(ranking) == 1:
            return said + "; it is the only bid that was ranked."
        seconds = [each.bidder for each in ranking if each.rank == ranking[1].rank]
        if lot.margin == 0:
            return said + f", as many as {listed(seconds)}: the declared chain of ties decided."
        if totals.combined:  # such values are not points: their difference says nothing
            return stop(said + f", before {listed(seconds)}")
        return stop(said + f", {totals(lot.margin)} ahead of {listed(seconds)}")
    if lot.status == "tied":
        tied = [each.bidder for each in ranking if each.rank == 1]
        at = totals.full(ranking[0].total)
        return f"{listed(tied)} are tied for the first place with {at}, and the declared chain does not decide."
    if lot.status == "incomplete":
        number = len(lot.open)
        return f"There is no ranking: {number} thing{'s are' if number > 1 else ' is'} open. What is missing is not counted as 0."
    if lot.status == "no_bids":
        return "There is no ranking: no bid was left to rank."
    return "There is no ranking: the weights give no shares (an order of importance), so nothing can be added up."


def _statements(flips: tuple[str, ...], attack: LotAttack | None) -> tuple[str, ...]:
    """The plain statements of the first page: flips with their totals, then what else the attack says, nothing twice."""
    if attack is None:
        return (NOT_ATTACKED,)
    # what the attack says first is who is first, which the finding above has said already
    rest = attack.headline[1:] if attack.winner else attack.headline
    same = {each.statement for each in attack.flipping}
    return tuple(dict.fromkeys((*flips, *(each for each in rest if each not in same))))


def _flags(result: AwardResult, lot: LotResult, number: int) -> Iterator[Flag]:
    bidder_of = {bid.id: bid.bidder for bid in result.bids}
    shown = lot.open[:5]
    for note in shown:
        yield Flag("unknown", "open", note.text, f"flags-{number}")
    if len(lot.open) > len(shown):
        yield Flag("unknown", "open", f"and {len(lot.open) - len(shown)} more", f"flags-{number}")
    for tie in lot.ties:
        names = listed([bidder_of[bid] for bid in tie.bids])
        decided = (
            f"decided by the declared chain: {', then '.join(' = '.join(bidder_of[bid] for bid in group) for group in tie.groups)}"
            if tie.settled
            else "not decided"
        )
        yield Flag("undecided", "tie", f"{names} have exactly equal totals; {decided}.", f"flags-{number}")
    for note in lot.near_ties:
        yield Flag("undecided", "near tie", note.text, f"flags-{number}")
    for low in lot.low_bids:
        decided = f"Decision: {low.decision}" if low.decision else "An explanation must be asked and decided on; the flag rejects nothing."
        yield Flag("undecided", "abnormally low", f"{bidder_of[low.bid]} is flagged by the rule {low.title}. {decided}", f"flags-{number}")
    if not lot.reliable:
        yield Flag(
            "fail", "not reliable", "More weight does not apply than the procedure allows; both totals are shown.", f"flags-{number}"
        )
    for note in lot.warnings:
        if note.code == "discrepancy":
            yield Flag("undecided", "discrepancy", note.text, f"panel-{number}")
    rest = sum(1 for note in lot.warnings if note.code != "discrepancy")
    if rest:
        yield Flag("open", "warnings", f"{rest} more warning{'s' if rest > 1 else ''} on this lot.", f"flags-{number}")


def _rows(result: AwardResult, lot: LotResult, flipping: frozenset[str]) -> tuple[tuple[RankRow, ...], tuple[RankRow, ...]]:
    tops = top_criteria(lot)
    low = {each.bid for each in lot.low_bids}
    ranking = lot.ranking
    # values of a combining formula are not points: their difference says nothing
    best = ranking[0].total if ranking and not totals_of(result, lot.lot).combined else None
    others = sorted((each for each in lot.standings if each.rank is None), key=lambda each: each.bid)
    found = []
    for standing in (*ranking, *others):
        scores = [lot.score_of.get((standing.bid, top.id)) for top in tops]
        behind = best - standing.total if best is not None and standing.total is not None and standing.rank is not None else None
        found.append(
            RankRow(
                standing,
                result.bid_of[standing.bid],
                tuple(each.points if each is not None else None for each in scores),
                behind,
                standing.bid in low,
                standing.bid in flipping,
            )
        )
    return tuple(found[: len(ranking)]), tuple(found[len(ranking) :])


def _operations(lot: LotResult) -> Table:
    rows = tuple((f"{each.number}. {each.title}", tuple(each.did), str(len(each.left))) for each in lot.operations)
    columns = (Column("Step", width=54), Column("What it changed"), Column("Bids left", True, 17))
    return Table("Order of operations", columns, rows, "The order is part of the rule.")


def _ties(lot: LotResult, bidder_of: dict[str, str], totals: Totals) -> Iterator[Table]:
    for tie in lot.ties:
        rows = tuple((str(number), each.text) for number, each in enumerate(tie.tried, start=1))
        title = f"Tie at {totals(tie.total)}{totals.unit}: {listed([bidder_of[bid] for bid in tie.bids])}"
        after = ", then ".join(" = ".join(bidder_of[bid] for bid in group) for group in tie.groups)
        note = f"Order that came out: {after}" + ("." if tie.settled else "; still tied.")
        yield Table(
            title,
            (Column("Step", width=14), Column("Declared key, and what it did")),
            rows,
            note,
            empty="No chain of ties is declared: the tie stands.",
        )


def _low_bids(lot: LotResult, bidder_of: dict[str, str], currency: str) -> Iterator[Table]:
    for low in lot.low_bids:
        rows = tuple((each.text, _low_figure(each, currency)) for each in low.working)
        ends = f"Price {money(low.price, currency)}"
        if low.threshold is not None:
            ends += f", threshold {money(low.threshold, currency)}"
        decided = (
            f" Decision: {low.decision}"
            if low.decision
            else " No decision is recorded yet: write to the bidder and decide on its explanation."
        )
        note = f"{ends}. Rule {low.rule}; source: {low.source or 'none named'} ({low.status}).{decided}"
        columns = (Column("Arithmetic of the rule"), Column("Value", True, 48))
        yield Table(
            f"Abnormally low? {bidder_of[low.bid]}, by the rule {low.title}", columns, rows, note, empty="The rule gives no arithmetic."
        )


def _low_figure(line: Working, currency: str) -> str:
    """A figure of a low-bid rule: money in the procedure's currency, anything else as a number."""
    if line.value is None:
        return "–"
    return money(line.value, currency) if line.unit in ("money", currency) else f"{pts(line.value, 4)} {line.unit}".strip()
