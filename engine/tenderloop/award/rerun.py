"""One lot evaluated again with something changed: a bid left out, a weight, score or amount moved, another formula.

Knows the arithmetic of the order of operations from the scores of leaves on (docs/award.md section 3, steps 6 to 10), on what a finished
result holds. Numbers may be moving ones (moving.py), so that an answer holds on a whole stretch. It starts from the result and works out
only what a change touches; ``faithful`` tells whether it reproduces every total and rank. Must not know evaluators, files, or what a change
is tried for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import floor
from typing import TypeAlias

from tenderloop.award.amounts import amount_of, price_of
from tenderloop.award.findings import Order
from tenderloop.award.formula import Formula, Refused, taken
from tenderloop.award.formulas import FORMULAS
from tenderloop.award.inputs import moment
from tenderloop.award.leaves import by_facts, figure, number_of
from tenderloop.award.moving import Moving, Number
from tenderloop.award.panel import mean, median, trimmed_mean
from tenderloop.award.procedure import HUNDRED, Criterion, FormulaRef, Rounding
from tenderloop.award.ranking import TieKey, rank
from tenderloop.award.result import AwardResult, LotResult
from tenderloop.award.shares import shares_of
from tenderloop.award.value_formulas import VALUE_FORMULAS

ZERO, ONE, HALF = Fraction(0), Fraction(1), Fraction(1, 2)
ROOT = ""
Cell: TypeAlias = tuple[str, str]  # (bid, criterion)
Values: TypeAlias = dict[str, dict[str, Number]]  # by criterion, then bid


class NotExact(Exception):  # noqa: N818  (no error: the answer must be found another way)
    """A formula takes powers, roots or logarithms, which moving numbers cannot follow."""


class Undefined(Exception):  # noqa: N818  (no error: the change leads where the rule gives no value)
    """The lot cannot be ranked after the change: an amount or score that would be needed is not known, or a formula refuses one."""


@dataclass(frozen=True)
class Change:
    """What is different. ``raws`` are scores of 100 of leaves before rescaling; ``amounts`` what a price formula reads; ``mix`` is a
    criterion and its share among its siblings (0 to 1), the others keeping their proportions; ``formulas`` by price leaf.
    """

    without: frozenset[str] = frozenset()
    raws: Mapping[Cell, Number] = field(default_factory=dict)
    amounts: Mapping[Cell, Number] = field(default_factory=dict)
    mix: tuple[str, Number] | None = None
    formulas: Mapping[str, FormulaRef] = field(default_factory=dict)


NOTHING = Change()


class Rerun:
    """One lot of a result, ready to be evaluated again. ``bids`` are those that were scored; ``first`` the bids at rank 1.

    ``full`` leaves the result's own sums aside and adds up from the leaves.
    """

    def __init__(self, result: AwardResult, lot: LotResult, *, full: bool = False) -> None:
        self.result, self.noted, self.full = result, lot, full
        self.procedure = result.procedure
        self.rules = result.procedure.rules
        self.lot = result.procedure.lot_of[lot.lot]
        marked = [mark.criterion for mark in result.not_applicable if mark.lot == lot.lot]
        shares = shares_of(self.lot, marked, self.rules.not_applicable)
        self.gone, self.used = shares.gone, shares.used
        self.local: Mapping[str, Fraction] = shares.local
        self.live = [each for each in reversed(tuple(self.lot.walk())) if each.id not in self.gone]  # children before parents
        self.leaves = [each for each in self.live if each.leaf]
        self.priced = {
            each.id for each in self.live if any(leaf.formula is not None or leaf.type in ("price", "cost") for leaf in each.leaves)
        }
        self.under = {each.id: [child for child in each.criteria if child.id not in self.gone] for each in self.live}
        self.under[ROOT] = [each for each in self.lot.weighed if each.id not in self.gone]
        self.scored = [each for each in self.leaves if self.lot.combine is None or each.type == "quality"]
        self.rescaled = {each.id for each in self.live if any(one.rescale for one in each.walk())}
        self.thresholds = [each for each in self.live if each.threshold is not None]
        self.formulas = {leaf.id: leaf.formula for leaf in self.leaves if leaf.formula is not None and self.lot.combine is None}
        # the amounts that a formula reads: of a price or cost criterion, or of the combining formula
        combined = self.lot.combine is not None
        self.money = [leaf.id for leaf in self.leaves if leaf.formula is not None or (combined and leaf.type != "quality")]
        self.bids = tuple(
            sorted(each.bid for each in lot.standings if each.status in ("ranked", "unranked", "below_threshold", "abnormally_low"))
        )
        self.refused = self._refused()
        self.ranked = frozenset(each.bid for each in lot.standings if each.rank is not None)
        self.raw: dict[Cell, Fraction] = {}
        self.score: dict[Cell, Fraction] = {}
        for each in lot.groups:
            if each.raw is not None:
                self.raw[each.bid, each.criterion] = each.raw
            if each.score is not None and each.bid in self.ranked:
                self.score[each.bid, each.criterion] = each.score
        for bid in self.ranked if self.lot.combine is None else ():
            # not the total that is noted: points that are rounded leaf by leaf add up to something else than the weighted mean
            self.score[bid, ROOT] = sum((self.score[bid, each.id] * self.local[each.id] for each in self.under[ROOT]), ZERO)
        self.amount = self._amounts()
        self._keys: dict[str, Mapping[str, Fraction]] = {}
        self._priced: dict[str, Priced] = {}
        self.cell_of = {(each.bid, each.criterion): each for each in (lot.panel.cells if lot.panel is not None else ())}
        self.simple = not self.thresholds and not self.rescaled and self.rules.rounding.at == "none" and self.lot.combine is None

    def _refused(self) -> frozenset[str]:
        """Bids that a recorded decision rejects as abnormally low, once they stay until then."""
        latest: dict[str, str] = {}
        for each in self.result.decisions:  # in order of bid, step and time
            if each.step == "abnormally_low":
                latest[each.bid] = each.outcome
        return frozenset(bid for bid, outcome in latest.items() if outcome == "reject")

    def _amounts(self) -> dict[Cell, Fraction]:
        found = {(each.bid, each.criterion): each.evaluated for each in self.noted.prices if each.evaluated is not None}
        for leaf in self.leaves:
            for bid in self.bids if leaf.id in self.money else ():
                if (bid, leaf.id) not in found:
                    # a bid that left before prices were read; it may stay after a change
                    value = amount_of(self.procedure, leaf, self.result.bid_of[bid], self.adjustment_scores(bid, leaf)).value
                    if value is not None:
                        found[bid, leaf.id] = value
        return found

    @cached_property
    def published(self) -> tuple[str, ...]:
        """The bids among which the result rescaled: those held before thresholds, or those that passed them."""
        if self.rules.threshold_when == "after_rescaling":
            return self.bids
        left = {each.bid for each in self.noted.standings if each.status == "below_threshold"}
        return tuple(bid for bid in self.bids if bid not in left)

    @cached_property
    def scaled(self) -> Mapping[str, Scaled]:
        """Every criterion of quality of the result as it was rescaled."""
        score: dict[Cell, Fraction] = {}
        found: dict[str, Scaled] = {}
        for criterion in self.live:
            if criterion.id in self.priced:
                continue
            before = {bid: self.raw[bid, criterion.id] for bid in self.published}
            if not criterion.leaf and criterion.id in self.rescaled:
                children = self.under[criterion.id]
                before = {bid: sum((score[bid, child.id] * self.local[child.id] for child in children), ZERO) for bid in self.published}
            factor = _factor(criterion, before)
            assert isinstance(factor, Fraction), "the result itself does not move"
            score.update({(bid, criterion.id): value * factor for bid, value in before.items()})
            beside = {bid: value * factor for bid, value in before.items() if bid not in self.ranked}
            found[criterion.id] = Scaled(before, factor, beside)
        return found

    def priced_before(self, leaf: str) -> Priced:
        """The prices of the result itself, by its own formula."""
        if leaf not in self._priced:
            amounts = {bid: self.amount[bid, leaf] for bid in self.bids if bid in self.ranked}
            self._priced[leaf] = Priced(self.formulas[leaf], amounts)
        return self._priced[leaf]

    def adjustment_scores(self, bid: str, leaf: Criterion) -> dict[str, Fraction | None]:
        """Scores of 100 of the adjustments of a price or cost criterion, for one bid."""
        found: dict[str, Fraction | None] = {}
        for each in leaf.adjustments:
            way = each.scored_by
            if way.scale is not None:
                cell = self.cell_of.get((bid, each.id))
                found[each.id] = cell.agreed_value if cell is not None else None
            elif way.pack is not None:
                found[each.id] = next((one.score for one in self.noted.packs if one.bid == bid and one.criterion == each.id), None)
            else:
                found[each.id] = by_facts(each.id, way, self.result.bid_of[bid], self.procedure.fact_of).score
        return found

    def again(self, change: Change = NOTHING) -> Outcome:
        """The lot under a change. Raises Undefined where it cannot be ranked, and NotExact where moving numbers cannot follow a formula."""
        return Outcome(self, change)

    @property
    def key_values(self) -> dict[str, Mapping[str, Fraction]]:
        """Values of the steps of the tie chain that no change touches, by step: the greater is better."""
        if not self._keys:
            for step in self.rules.ties:
                word, _, name = step.partition(":")
                values: dict[str, Fraction] = {}
                for bid in self.bids:
                    offered = self.result.bid_of[bid]
                    value: Fraction | None = None
                    if word == "lowest_price":
                        value = price_of(self.procedure, offered).value
                        value = None if value is None else -value
                    elif word == "earliest":
                        value = moment(offered.received)
                        value = None if value is None else -value
                    elif word == "fact":
                        fact, _, direction = name.partition(":")
                        answer = offered.facts.get(fact)
                        value = number_of(answer, self.procedure.fact_of[fact]) if answer is not None else None
                        value = -value if value is not None and direction == "lowest" else value
                    if value is not None:
                        values[bid] = value
                if word not in ("score", "lowest_price", "earliest", "fact"):
                    for draw in self.result.draws:
                        if draw.lot == self.lot.id:
                            values.update({bid: Fraction(-place) for place, bid in enumerate(draw.order)})
                self._keys[step] = values
        return self._keys

    def faithful(self) -> bool:
        """Whether adding up from the leaves gives every total and rank of the result."""
        plain = Rerun(self.result, self.noted, full=True).again()
        order = plain.order()
        standings = {each.bid: each for each in self.noted.standings if each.rank is not None}
        if set(standings) != set(order.totals):
            return False
        ranks: dict[str, int] = {}
        for group in order.groups:
            ranks.update(dict.fromkeys(group, len(ranks) + 1))
        return all(
            standing.total == order.totals[bid]
            and standing.rank == ranks[bid]
            and (plain.values or self.rules.rounding.at == "criterion" or standing.unrounded == plain.totals[bid])
            for bid, standing in standings.items()
        )


@dataclass(frozen=True)
class Scaled:
    """A criterion of quality in the result itself, over all bids that were there when it was rescaled: before rescaling, the factor, and
    the scores of bids ``beside`` those that were ranked in the end.
    """

    before: Mapping[str, Fraction]
    factor: Fraction
    beside: Mapping[str, Fraction]


def _factor(criterion: Criterion, before: Mapping[str, Number]) -> Number:
    """By what a rescaled criterion is multiplied, so that the best has 100."""
    if not criterion.rescale or not before:
        return ONE
    best = max(before.values())
    return HUNDRED / best if best > 0 else ONE


class Outcome:
    """A lot under a change: ``totals`` of 100 before declared rounding by bid that stays, and ``out`` with the reason of each that left."""

    def __init__(self, rerun: Rerun, change: Change) -> None:
        self.rerun, self.change = rerun, change
        self.out: dict[str, str] = {}
        self._shares: dict[str, Number] = {}
        self.held = [bid for bid in rerun.bids if bid not in change.without]
        self.parent = ROOT
        if change.mix is not None:
            self.parent = rerun.lot.parent_of[change.mix[0]]
        self.new_raw: Values = {}
        if rerun.full or change.raws or (change.mix is not None and self.parent not in (ROOT, *rerun.priced)):
            for criterion in rerun.live:
                if criterion.id not in rerun.priced:
                    self._raw(criterion)
        after = rerun.rules.threshold_when == "after_rescaling"
        self.new: Values = {}
        self.factor: dict[str, Number] = {}
        if after:
            self._quality(self.held)
        staying = self._thresholds(after)
        if not after:
            self._quality(staying)
        self.admitted = [bid for bid in staying if bid not in rerun.refused]
        for bid in staying:
            if bid in rerun.refused:
                self.out[bid] = "rejected as abnormally low by a recorded decision"
        self._prices()
        for criterion in rerun.live:
            if criterion.id in rerun.priced and not criterion.leaf and rerun.lot.combine is None:
                self.new[criterion.id] = self._sums(criterion.id, self.admitted, self.new, rerun.score)
        sums = self._sums(ROOT, self.admitted, self.new, rerun.score)
        self.totals: dict[str, Number] = {bid: sums[bid] if bid in sums else rerun.score[bid, ROOT] for bid in self.admitted}
        self.values: Mapping[str, Fraction] = {}
        if rerun.lot.combine is not None and self.admitted:
            self._combine(rerun.lot.combine)

    # ------------------------------------------------------------------------------------------------ scores, up the tree

    def _sums(self, node: str, bids: Sequence[str], new: Values, base: Mapping[Cell, Fraction], *, anew: bool = False) -> dict[str, Number]:
        """Weighted means of what is under a node, for the bids for which they differ from the base or have none; ``anew`` for all."""
        rerun = self.rerun
        found: dict[str, Number] = {}
        children = rerun.under[node]
        mixed = self.change.mix is not None and node == self.parent
        touched = {bid for child in children for bid in new.get(child.id, ())}
        for bid in bids:
            known = None if rerun.full or anew else base.get((bid, node))
            if known is not None:
                if bid not in touched and not mixed:
                    continue
                value: Number = known
                for child in children:
                    changed = new.get(child.id)
                    if changed is not None and bid in changed:
                        value = value + (changed[bid] - base[bid, child.id]) * rerun.local[child.id]
            else:
                value = ZERO
                for child in children:
                    value = value + self._value(child.id, bid, new, base) * rerun.local[child.id]
            if mixed:
                assert self.change.mix is not None
                name, share = self.change.mix
                own, weight = self._value(name, bid, new, base), rerun.local[name]
                rest = (value - own * weight) / (1 - weight)
                value = rest + share * (own - rest)
            found[bid] = value
        return found

    def _value(self, node: str, bid: str, new: Values, base: Mapping[Cell, Fraction]) -> Number:
        changed = new.get(node)
        if changed is not None and bid in changed:
            return changed[bid]
        known = base.get((bid, node))
        if known is None:
            raise Undefined(f"bid {bid} has no score on {node}")
        return known

    def _raw(self, criterion: Criterion) -> None:
        if criterion.leaf:
            found = {bid: value for (bid, name), value in self.change.raws.items() if name == criterion.id and bid in self.held}
        else:
            found = self._sums(criterion.id, self.held, self.new_raw, self.rerun.raw)
        if found:
            self.new_raw[criterion.id] = found

    def _quality(self, bids: Sequence[str]) -> None:
        """Scores of quality among the bids: as raw where nothing under the criterion is rescaled, else worked out anew."""
        rerun = self.rerun
        known = not rerun.full and rerun.ranked.issuperset(bids)
        for criterion in rerun.live:
            if criterion.id in rerun.priced or (known and criterion.id not in rerun.rescaled and criterion.id not in self.new_raw):
                continue
            if criterion.id not in rerun.rescaled:
                changed = self.new_raw.get(criterion.id, {})
                fresh: dict[str, Number] = {bid: value for bid, value in changed.items() if bid in bids}
                for bid in bids:
                    if bid not in changed and (rerun.full or (bid, criterion.id) not in rerun.score):
                        fresh[bid] = self._value(criterion.id, bid, self.new_raw, rerun.raw)
            elif rerun.ranked and not rerun.full and tuple(bids) == rerun.published:
                fresh = self._rescaled(criterion, rerun.scaled[criterion.id])
            else:
                before = self._before(criterion, bids)
                factor = _factor(criterion, before)
                self.factor[criterion.id] = factor
                fresh = {
                    bid: value * factor
                    for bid, value in before.items()
                    if isinstance(value, Moving) or isinstance(factor, Moving) or rerun.score.get((bid, criterion.id)) != value * factor
                }
            if fresh:
                self.new[criterion.id] = fresh

    def _rescaled(self, criterion: Criterion, base: Scaled) -> dict[str, Number]:
        """Scores of a rescaled criterion that differ from the result's, from what changed under it."""
        mixed = self.change.mix is not None and criterion.id == self.parent
        moved: dict[str, Number] = {}
        if criterion.leaf:
            moved = {bid: value for bid, value in self.new_raw.get(criterion.id, {}).items() if bid in base.before}
        elif mixed or any(child.id in self.new for child in self.rerun.under[criterion.id]):
            touched = {bid for child in self.rerun.under[criterion.id] for bid in self.new.get(child.id, ())}
            moved = self._before(criterion, [bid for bid in base.before if mixed or bid in touched])
        before: dict[str, Number] = {**base.before, **moved}
        factor: Number = _factor(criterion, before) if moved else base.factor
        self.factor[criterion.id] = factor
        if isinstance(factor, Fraction) and factor == base.factor:
            return {**base.beside, **{bid: value * factor for bid, value in moved.items()}}
        return {bid: value * factor for bid, value in before.items()}

    def _before(self, criterion: Criterion, bids: Sequence[str]) -> dict[str, Number]:
        """Scores of a criterion before its own rescaling."""
        if criterion.leaf:
            return {bid: self._value(criterion.id, bid, self.new_raw, self.rerun.raw) for bid in bids}
        return self._sums(criterion.id, bids, self.new, self.rerun.score, anew=True)

    def _thresholds(self, after: bool) -> list[str]:
        new, base = (self.new, self.rerun.score) if after else (self.new_raw, self.rerun.raw)
        failed: dict[str, list[str]] = {}
        for criterion in self.rerun.thresholds:
            assert criterion.threshold is not None
            least = criterion.threshold.min_score
            if least is None:
                continue
            for bid in self.held:
                if self._value(criterion.id, bid, new, base) < least:
                    failed.setdefault(bid, []).append(f"under the threshold of {criterion.id}")
        passing = [bid for bid in self.held if bid not in failed]
        for criterion in self.rerun.thresholds:
            assert criterion.threshold is not None
            most = criterion.threshold.max_pass
            if most is None or len(passing) <= most:
                continue
            values = {bid: self._value(criterion.id, bid, new, base) for bid in passing}
            edge = sorted(values.values(), reverse=True)[most - 1]
            for bid in passing:
                if values[bid] < edge:
                    failed.setdefault(bid, []).append(f"not among the best {most} on {criterion.id}")
        self.out.update({bid: "; ".join(reasons) for bid, reasons in failed.items()})
        return [bid for bid in self.held if bid not in failed]

    def _prices(self) -> None:
        rerun, change = self.rerun, self.change
        for leaf, reference in rerun.formulas.items():
            moved = any(name == leaf and bid in self.admitted for bid, name in change.amounts)
            if not rerun.full and not moved and leaf not in change.formulas and frozenset(self.admitted) == rerun.ranked:
                continue
            amounts: dict[str, Number] = {}
            for bid in self.admitted:
                amount = change.amounts.get((bid, leaf), rerun.amount.get((bid, leaf)))
                if amount is None:
                    raise Undefined(f"bid {bid} has no amount for {leaf}")
                amounts[bid] = amount
            other = change.formulas.get(leaf)
            scores = Priced(other or reference, amounts, rerun.priced_before(leaf) if other is None and not rerun.full else None).scores
            self.new[leaf] = {
                bid: value
                for bid, value in scores.items()
                if rerun.full or isinstance(value, Moving) or rerun.score.get((bid, leaf)) != value
            }

    def _combine(self, reference: FormulaRef) -> None:
        """Totals by a formula over quality and amount: the greater the better, ``values`` to show."""
        formula = VALUE_FORMULAS[reference.name]
        unit = ONE if formula.quality_unit == "points" else 1 / HUNDRED
        qualities: dict[str, Fraction | None] = {}
        amounts: dict[str, Fraction | None] = {}
        for bid in self.admitted:
            quality = (self._by_leaves(bid) if self.rerun.rules.rounding.at == "criterion" else self.totals[bid]) * unit
            amount = self.change.amounts.get((bid, self.rerun.money[0]), self.rerun.amount.get((bid, self.rerun.money[0])))
            if amount is None:
                raise Undefined(f"bid {bid} has no amount")
            if isinstance(quality, Moving) or isinstance(amount, Moving):
                raise NotExact(formula.name)
            qualities[bid], amounts[bid] = quality, amount
        try:
            valued = formula.value(qualities, amounts, reference.parameters)
        except Refused as refused:
            raise Undefined(refused.message) from refused
        self.out.update(valued.dropped)
        self.admitted = [bid for bid in self.admitted if bid in valued.keys]
        self.totals = dict(valued.keys)
        self.values = valued.values

    # -------------------------------------------------------------------------------------------------------- who is first

    def score(self, bid: str, node: str) -> Number | None:
        """The score of 100 of a bid on a criterion, after rescaling; None where it has none."""
        try:
            return self._value(node, bid, self.new, self.rerun.score)
        except Undefined:
            return None

    def first(self) -> tuple[str, ...]:
        """The bids at rank 1 by totals, declared rounding and the chain of ties: several where it does not decide, none if all left."""
        best = self._best()
        if len(best) < 2:
            return tuple(best)
        groups = [tuple(sorted(best))]
        for step in self.rerun.rules.ties:
            if all(len(group) == 1 for group in groups):
                break
            values = self._key(step, [bid for group in groups if len(group) > 1 for bid in group])
            if values is not None:
                groups = [part for group in groups for part in ([group] if len(group) == 1 else _in_order(group, values))]
        return groups[0]

    def _best(self) -> list[str]:
        """The bids with the highest total after declared rounding."""
        rounding = self.rerun.rules.rounding
        ordered = sorted(self.admitted, key=lambda bid: bid not in self.rerun.ranked)
        if rounding.at == "none" or self.rerun.lot.combine is not None:
            return _highest(ordered, self.totals)
        unit = Fraction(1, 10**rounding.places) * (1 if rounding.at == "total" else len(self.rerun.scored))
        lead = _highest(ordered, self.totals)
        if not lead:
            return []
        # rounding moves a total by less than a unit: only bids so near can change who is first
        close = [bid for bid in ordered if bid in lead or self.totals[lead[0]] - self.totals[bid] <= unit]
        return _highest(close, {bid: self.deciding(bid) for bid in close}) if len(close) > 1 else close

    def deciding(self, bid: str) -> Number:
        """The total of a bid after declared rounding; of a combining formula the key, the greater the better."""
        rounding = self.rerun.rules.rounding
        if rounding.at == "none" or self.rerun.lot.combine is not None:
            return self.totals[bid]
        return rounded(self.totals[bid], rounding) if rounding.at == "total" else self._by_leaves(bid)

    def _by_leaves(self, bid: str) -> Number:
        """The sum of points that are rounded leaf by leaf."""
        found: Number = ZERO
        for leaf in self.rerun.scored:
            score = self._value(leaf.id, bid, self.new, self.rerun.score)
            found = found + rounded(score * self.share(leaf.id), self.rerun.rules.rounding)
        return found

    def share(self, node: str) -> Number:
        """Share of the lot of a criterion under the change, with the factors by which the criteria above it are rescaled."""
        if node in self._shares:
            return self._shares[node]
        found: Number = ONE
        at = node
        while at:
            local: Number = self.rerun.local[at]
            above = self.rerun.lot.parent_of[at]
            if self.change.mix is not None and above == self.parent:
                name, share = self.change.mix
                local = share if at == name else (1 - share) * (local / (1 - self.rerun.local[name]))
            found = found * local
            if above:
                found = found * self.factor.get(above, ONE)
            at = above
        self._shares[node] = found
        return found

    def _key(self, step: str, bids: Iterable[str]) -> dict[str, Number] | None:
        """Values of a step of the chain for the bids; None where one is not known, for then it decides nothing."""
        word, _, name = step.partition(":")
        found: dict[str, Number] = {}
        for bid in bids:
            value: Number | None
            if word == "score":
                value = None if name in self.rerun.gone else self.score(bid, name)
            else:
                value = self.rerun.key_values[step].get(bid)
                if word == "lowest_price" and value is not None:
                    for (owner, leaf), amount in self.change.amounts.items():
                        if owner == bid and (bid, leaf) in self.rerun.amount:
                            value = value - (amount - self.rerun.amount[bid, leaf])
            if value is None:
                return None
            found[bid] = value
        return found

    def order(self) -> Order:
        """The whole ranking; only for totals that do not move."""
        totals: dict[str, Fraction] = {}
        for bid in sorted(self.admitted):
            total = self.deciding(bid)
            assert isinstance(total, Fraction), "a ranking is made of plain numbers"
            totals[bid] = total
        keys = []
        for step in self.rerun.rules.ties:
            values = {bid: value[bid] for bid in self.admitted if (value := self._key(step, [bid])) is not None}
            keys.append(TieKey(step, step, {bid: value for bid, value in values.items() if isinstance(value, Fraction)}))
        shown = {bid: self.values[bid] for bid in totals} if self.values else totals
        return Order.made(groups=rank(totals, keys).groups, totals=shown, out=dict(sorted(self.out.items())))


def _highest(bids: Sequence[str], values: Mapping[str, Number]) -> list[str]:
    best: list[str] = []
    for bid in bids:
        if not best or values[bid] > values[best[0]]:
            best = [bid]
        elif values[bid] == values[best[0]]:
            best.append(bid)
    return best


def _in_order(bids: tuple[str, ...], values: Mapping[str, Number]) -> list[tuple[str, ...]]:
    found, left = [], list(bids)
    while left:
        top = _highest(left, values)
        found.append(tuple(sorted(top)))
        left = [bid for bid in left if bid not in top]
    return found


def rounded(value: Number, rounding: Rounding) -> Number:
    """A number from 0 up rounded as published; of a moving number the value beside its point, until the next edge.

    >>> str(rounded(Fraction(5, 8), Rounding(at="total", places=2, mode="half_even")))
    '31/50'
    """
    scaled = value * 10**rounding.places
    down = whole(scaled)
    if rounding.mode == "half_up":
        return Fraction(whole(scaled + HALF), 10**rounding.places)
    if rounding.mode == "half_even":
        rest = scaled - down
        return Fraction(down + (1 if rest > HALF or (rest == HALF and down % 2) else 0), 10**rounding.places)
    return Fraction(down, 10**rounding.places)


def whole(value: Number) -> int:
    """The greatest whole number not above a number.

    >>> whole(Fraction(7, 2)), whole(Fraction(4))
    (3, 4)
    """
    if isinstance(value, Fraction):
        return floor(value)
    found = floor(value.at_point())
    if value < found:  # it falls away from a whole number
        found -= 1
    above, below = value >= found, value < found + 1  # both edges are looked at, so that the stretch ends at the nearer one
    if not (above and below):
        raise AssertionError("beside a point a number is within 1 of its value there")
    return found


class Priced:
    """Amounts scored by a price formula: ``scores`` of 100 by bid, as by ``Formula.score``, for moving numbers too.

    Where what the formula reads off all bids (their lowest, their mean …) is as ``before``, only bids whose amount changed are scored anew.
    """

    amounts: Mapping[str, Number]
    figures: Mapping[str, Number]
    scores: Mapping[str, Number]

    def __init__(self, reference: FormulaRef, amounts: Mapping[str, Number], before: Priced | None = None) -> None:
        formula: Formula = FORMULAS[reference.name]
        moving = any(isinstance(each, Moving) for each in amounts.values())
        if moving and formula.rounding:
            raise NotExact(formula.name)
        given, faults = taken(formula.name, formula.parameters, reference.parameters)
        if faults or formula.limits(given):
            raise Undefined("; ".join(each.message for each in faults or formula.limits(given)))
        for bid, amount in amounts.items():
            if before is not None and before.amounts.get(bid) is amount:
                continue
            if amount < 0 or (not formula.accepts_zero and amount == 0):
                raise Undefined(f"the amount of bid {bid} is {'negative' if amount < 0 else 'zero'}, which {formula.name} refuses")
        top = given[formula.ceiling] if formula.ceiling else None
        counted = {bid: amount for bid, amount in amounts.items() if top is None or amount <= top}
        self.amounts, self.figures = amounts, {}
        if not counted:
            self.scores = dict.fromkeys(amounts, ZERO)
            return
        references: Callable[[Sequence[Number], Mapping[str, Number]], Mapping[str, Number]] = formula.references  # type: ignore[assignment]
        value: Callable[[Number, Mapping[str, Number]], Number] = formula.value  # type: ignore[assignment]
        try:
            # moving amounts come last, so that they meet only the lowest and highest of the others: fewer comparisons end a stretch
            self.figures = dict(references(sorted(counted.values(), key=lambda each: isinstance(each, Moving)), given))
            same = before is not None and _same(before.figures, self.figures)
            self.scores = {
                bid: before.scores[bid]
                if same and before is not None and before.amounts.get(bid) is amount
                else value(counted[bid], self.figures) * HUNDRED
                if bid in counted
                else ZERO
                for bid, amount in amounts.items()
            }
        except (TypeError, AttributeError) as problem:
            if moving:
                raise NotExact(formula.name) from problem
            raise


def _same(before: Mapping[str, Number], now: Mapping[str, Number]) -> bool:
    return not any(isinstance(each, Moving) for each in now.values()) and dict(before) == dict(now)


def by_rule(values: Sequence[Fraction], rule: str, trim: Fraction) -> Fraction | None:
    """What a rule that computes a figure makes of judgements; None for consensus, which nobody can compute, and for no judgements.

    >>> by_rule([Fraction(0), Fraction(50), Fraction(100)], "median", Fraction(0))
    Fraction(50, 1)
    """
    if not values or rule == "consensus":
        return None
    return mean(values) if rule == "mean" else median(values) if rule == "median" else trimmed_mean(values, trim)


def said(value: Fraction, unit: str = "") -> str:
    """A number for a sentence, with its unit."""
    return f"{figure(value)} {unit}".rstrip()
