"""Whether bids, judgements, consensus and decisions can be used with a procedure at all; every fault at once, before anything is scored.

Knows the records and what a procedure allows. Must not know scores or prices. What is merely not there yet is no fault here.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

from tenderloop.award.bid import Bid, Decision, Draw, NotApplicable
from tenderloop.award.judgement import Consensus, Judgement
from tenderloop.award.panel import says_something
from tenderloop.award.procedure import Procedure, Scale
from tenderloop.errors import Problem
from tenderloop.pack import Place
from tenderloop.quantity import QuantityError, parse_unit

R = TypeVar("R", bound=Place)
Key = tuple[str, str, str]


@lru_cache(maxsize=10_000)
def moment(text: str) -> Fraction | None:
    """Seconds since year 1, for comparing only; a time without offset is taken as UTC. None for an empty text or no day of the calendar.

    >>> moment("2026-03-01T12:00+01:00") == moment("2026-03-01 11:00"), moment("2026-02-30")
    (True, None)
    """
    try:
        found = dt.datetime.fromisoformat(text.replace(" ", "T"))
    except ValueError:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=dt.UTC)
    since = found - dt.datetime(1, 1, 1, tzinfo=dt.UTC)
    return Fraction(since.days * 86400 + since.seconds)


@dataclass(frozen=True)
class Records:
    """The records that count, each the latest of its kind; earlier ones stay in the result."""

    judgement_of: Mapping[Key, Mapping[str, Judgement]] = field(default_factory=dict)  # (bid, version, criterion) -> evaluator
    consensus_of: Mapping[Key, Consensus] = field(default_factory=dict)
    decision_of: Mapping[tuple[str, str], Decision] = field(default_factory=dict)  # (bid, step)
    outdated: tuple[Judgement, ...] = ()


def latest(records: Iterable[R], key: Callable[[R], tuple[str, ...]], time: Callable[[R], str]) -> tuple[dict[tuple[str, ...], R], list[R]]:
    """The last record of each key by time, and records that contradict another at the same moment. Order of input means nothing."""
    by_key: dict[tuple[str, ...], list[R]] = {}
    for record in records:
        by_key.setdefault(key(record), []).append(record)
    found: dict[tuple[str, ...], R] = {}
    clashing: list[R] = []
    for name in sorted(by_key):
        if len(by_key[name]) == 1:
            found[name] = by_key[name][0]
            continue
        last = max(moment(time(each)) or Fraction(0) for each in by_key[name])
        at_last = [each for each in by_key[name] if (moment(time(each)) or Fraction(0)) == last]
        if len(at_last) > 1:
            at_last.sort(key=lambda each: repr(_said(each)))
            clashing += [each for each in at_last[1:] if _said(each) != _said(at_last[0])]
        found[name] = at_last[0]
    return found, clashing


def _said(record: Place) -> object:
    return record.model_dump(exclude={"file", "line"})


@dataclass
class _Check:
    procedure: Procedure
    bids: Mapping[str, Bid]
    problems: list[Problem] = field(default_factory=list)

    def add(self, code: str, message: str, record: Place, where: str, hint: str) -> None:
        self.problems.append(Problem(code, message, record.file, record.line or None, "" if record.line else where, hint))


def checked(
    procedure: Procedure,
    bids: Sequence[Bid],
    judgements: Sequence[Judgement],
    consensus: Sequence[Consensus],
    decisions: Sequence[Decision],
    draws: Sequence[Draw],
    not_applicable: Sequence[NotApplicable],
) -> tuple[Records, list[Problem]]:
    """The records that count, and every fault of what was given, in the order of file and line."""
    check = _Check(procedure, {bid.id: bid for bid in bids})
    _bids(check, bids)
    judged = _judgements(check, judgements)
    agreed = _consensus(check, consensus, judged)
    decided = _decisions(check, decisions)
    for draw in draws:
        where = f"draw in lot {draw.lot}"
        if draw.lot not in procedure.lot_of:
            check.add("unknown-lot", f"{where}: there is no lot '{draw.lot}'", draw, where, _choices(procedure.lot_of))
        for name in draw.order:
            _known_bid(check, name, draw, where)
        for name, times in Counter(draw.order).items():
            if times > 1:
                check.add("repeated-id", f"{where}: bid '{name}' is drawn {times} times", draw, where, "write each bid once")
    _marks(check, not_applicable)
    by_bid: dict[Key, dict[str, Judgement]] = {}
    outdated = []
    for (evaluator, bid, version, criterion), record in judged.items():
        if bid in check.bids and check.bids[bid].version != version:
            outdated.append(record)
        else:
            by_bid.setdefault((bid, version, criterion), {})[evaluator] = record
    records = Records(by_bid, agreed, decided, tuple(sorted(outdated, key=lambda each: (each.bid, each.criterion, each.evaluator))))
    return records, sorted(check.problems, key=lambda each: (each.file, each.line or 0, each.where, each.code, each.message))


def _choices(known: Iterable[str]) -> str:
    names = sorted(known)
    return "write one of: " + ", ".join(names[:12]) if names else "none is declared"


def _known_bid(check: _Check, name: str, record: Place, where: str) -> bool:
    if name in check.bids:
        return True
    check.add("unknown-bid", f"{where}: there is no bid '{name}'", record, where, _choices(check.bids))
    return False


def _moments(check: _Check, record: Place, where: str, *times: str) -> None:
    for time in times:
        if time and moment(time) is None:
            check.add("bad-moment", f"{where}: '{time}' is no day or hour of the calendar", record, where, "write it like 2026-03-20T10:00")


def _bids(check: _Check, bids: Sequence[Bid]) -> None:
    for name, times in sorted(Counter(bid.id for bid in bids).items()):
        if times > 1:
            again = [bid for bid in bids if bid.id == name][-1]
            check.add("repeated-id", f"bid '{name}' is there {times} times", again, f"bid {name}", "give the version that counts, once")
    for bid in bids:
        where = f"bid {bid.id}"
        if bid.lot not in check.procedure.lot_of:
            check.add("unknown-lot", f"{where}: there is no lot '{bid.lot}'", bid, where, _choices(check.procedure.lot_of))
        _moments(check, bid, where, bid.received, bid.withdrawn)
        for name, times in sorted(Counter(line.id for line in bid.costs).items()):
            if times > 1:
                check.add(
                    "repeated-id", f"{where}: cost line '{name}' is there {times} times", bid, where, "give each line an id of its own"
                )
        for name, offered in sorted(bid.facts.items()):
            fact = check.procedure.fact_of.get(name)
            if fact is None:
                check.add("unknown-fact", f"{where}: '{name}' is not declared", bid, where, _choices(check.procedure.fact_of))
            elif fact.kind != offered.kind:
                said = f"{where}: '{name}' is answered as {offered.kind} and declared as {fact.kind}"
                check.add("answer-kind", said, bid, where, f"answer it as {fact.kind}")
            elif fact.kind == "number" and offered.unit != fact.unit:
                try:
                    same = parse_unit(offered.unit).dimension == parse_unit(fact.unit).dimension
                except QuantityError:
                    same = False
                if not same:
                    said = f"{where}: '{name}' is answered in '{offered.unit}' and declared in '{fact.unit}'"
                    check.add("answer-kind", said, bid, where, f"answer it in {fact.unit}")


def _scales(procedure: Procedure, lot: str) -> dict[str, Scale]:
    return {
        name: procedure.scale_of[way.scale]
        for name, way in procedure.lot_of[lot].judged()
        if way.scale is not None and way.scale in procedure.scale_of
    }


def _cell(check: _Check, record: Judgement | Consensus, where: str, scales: Mapping[str, Mapping[str, Scale]]) -> None:
    """Faults that judgements and consensus share: bid, criterion, step, reason, time."""
    if _known_bid(check, record.bid, record, where):
        known = scales.get(check.bids[record.bid].lot, {})
        scale = known.get(record.criterion)
        if scale is None:
            said = f"{where}: '{record.criterion}' is no criterion that the panel judges in lot {check.bids[record.bid].lot}"
            check.add("unknown-criterion", said, record, where, _choices(known))
        elif record.step not in scale.step_of:
            said = f"{where}: '{record.step}' is no step of the scale '{scale.id}'"
            check.add("unknown-step", said, record, where, "write one of: " + ", ".join(step.id for step in scale.steps))
    if not says_something(record.reason):
        check.add("reason-missing", f"{where}: no reason is written", record, where, "write why this step, in words")


def _judgements(check: _Check, judgements: Sequence[Judgement]) -> dict[tuple[str, ...], Judgement]:
    scales = {lot: _scales(check.procedure, lot) for lot in check.procedure.lot_of}
    members = {member.id: member for member in check.procedure.panel}
    for each in judgements:
        where = f"judgement of {each.evaluator} on {each.bid}, {each.criterion}"
        _cell(check, each, where, scales)
        _moments(check, each, where, each.time)
        if members and each.evaluator not in members:
            said = f"{where}: '{each.evaluator}' is not on the panel"
            check.add("unknown-evaluator", said, each, where, _choices(members))
        elif members and members[each.evaluator].criteria and each.criterion not in members[each.evaluator].criteria:
            said = f"{where}: '{each.evaluator}' does not judge '{each.criterion}'"
            check.add(
                "unknown-evaluator", said, each, where, "this evaluator judges " + ", ".join(sorted(members[each.evaluator].criteria))
            )
    found, clashing = latest(judgements, lambda each: (each.evaluator, each.bid, each.version, each.criterion), lambda each: each.time)
    for each in clashing:
        where = f"judgement of {each.evaluator} on {each.bid}, {each.criterion}"
        said = f"{where}: two records at the same moment say different things"
        check.add("repeated-record", said, each, where, "give each record its own time; the later one counts")
    return found


def _consensus(check: _Check, consensus: Sequence[Consensus], judged: Mapping[tuple[str, ...], Judgement]) -> dict[Key, Consensus]:
    scales = {lot: _scales(check.procedure, lot) for lot in check.procedure.lot_of}
    rules = check.procedure.rules
    members = {member.id for member in check.procedure.panel}
    by_cell: dict[Key, list[Judgement]] = {}
    for record in judged.values():
        by_cell.setdefault((record.bid, record.version, record.criterion), []).append(record)
    for each in consensus:
        where = f"consensus on {each.bid}, {each.criterion}"
        _cell(check, each, where, scales)
        _moments(check, each, where, each.opened, each.time)
        if rules.aggregation != "consensus":
            said = f"{where}: the locked rule is {rules.aggregation}, which computes the score"
            check.add("consensus-not-in-rule", said, each, where, "leave it out, or lock the rule 'consensus' before bids are opened")
        if not any(says_something(name) for name in each.present):
            check.add("presence-missing", f"{where}: it does not say who was present", each, where, "write present: [evaluators]")
        for name in each.present:
            if members and name not in members:
                check.add("unknown-evaluator", f"{where}: '{name}' is not on the panel", each, where, _choices(members))
        own = by_cell.get((each.bid, each.version, each.criterion), [])
        closed = moment(each.opened or each.time)
        for record in own:
            recorded = moment(record.time)
            if closed is not None and recorded is not None and recorded > closed:
                said = f"judgement of {record.evaluator} on {each.bid}, {each.criterion}: recorded after the consensus was opened"
                check.add("judged-after-consensus", said, record, where, "judgements are closed then; keep the original")
        scale = scales.get(check.bids[each.bid].lot, {}).get(each.criterion) if each.bid in check.bids else None
        if scale is not None and scale.width and not says_something(each.discrepancy):
            values = [scale.step_of[record.step].value for record in own if record.step in scale.step_of]
            if values and (max(values) - min(values)) / scale.width > rules.discrepancy:
                said = f"{where}: evaluators differ by more than the declared share of the scale, and it does not say how that was settled"
                check.add("discrepancy-open", said, each, where, "write discrepancy: and how it was settled")
    found, clashing = latest(consensus, lambda each: (each.bid, each.version, each.criterion), lambda each: each.time)
    for each in clashing:
        where = f"consensus on {each.bid}, {each.criterion}"
        said = f"{where}: two records at the same moment say different things"
        check.add("repeated-record", said, each, where, "give each record its own time; the later one counts")
    return {(bid, version, criterion): record for (bid, version, criterion), record in found.items()}


def _decisions(check: _Check, decisions: Sequence[Decision]) -> dict[tuple[str, str], Decision]:
    for each in decisions:
        where = f"decision on {each.bid}, {each.step}"
        _known_bid(check, each.bid, each, where)
        _moments(check, each, where, each.time)
        if not says_something(each.reason):
            check.add("reason-missing", f"{where}: no reason is written", each, where, "write reason: and why")
    found, clashing = latest(decisions, lambda each: (each.bid, each.step), lambda each: each.time)
    for each in clashing:
        where = f"decision on {each.bid}, {each.step}"
        said = f"{where}: two records at the same moment say different things"
        check.add("repeated-record", said, each, where, "give each record its own time; the later one counts")
    return {(bid, step): record for (bid, step), record in found.items()}


def _marks(check: _Check, marks: Sequence[NotApplicable]) -> None:
    for each in marks:
        where = f"not applicable: {each.criterion} in lot {each.lot}"
        lot = check.procedure.lot_of.get(each.lot)
        if lot is None:
            check.add("unknown-lot", f"{where}: there is no lot '{each.lot}'", each, where, _choices(check.procedure.lot_of))
        elif each.criterion not in lot.criterion_of:
            check.add("unknown-criterion", f"{where}: there is no such criterion", each, where, _choices(lot.criterion_of))
        if check.procedure.rules.not_applicable == "refuse":
            said = f"{where}: the locked rules refuse it"
            check.add("not-applicable-refused", said, each, where, "score the criterion; the rule was fixed before bids were opened")
        if not says_something(each.reason) or not says_something(each.by):
            check.add(
                "reason-missing", f"{where}: no reason or no name is written", each, where, "write reason: and by:, for all bids alike"
            )
