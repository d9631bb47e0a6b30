"""How often each bid takes each rank when the weights are uncertain: a simulation with seeded draws, in floating point.

Knows scores of a finished evaluation as columns, and how weights are drawn around the published ones. Nothing here decides: no result is
ever taken from it, and everything it returns says that it is a simulation. Must not know files, pages or how a score came about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from tenderloop.award.procedure import Procedure
from tenderloop.award.result import CriterionNote, LotResult
from tenderloop.pack import Exact, Frozen
from tenderloop.quantity import shown

Array: TypeAlias = npt.NDArray[np.float64]
Around = Literal["dirichlet", "bounds"]

SEED = 20140226  # any fixed number would do; this is the date of Directive 2014/24/EU
DRAWS = 10_000
CONCENTRATION = 100
SPREAD = Fraction(1, 10)
LEVEL = 1e-9  # totals of 100 closer than this are a tie: floating point cannot tell them apart safely
BLOCK = 4096
ONE_THREAD = 250_000  # multiplications; OpenBLAS divides a product of matrices among threads from 4 × 65,536 on

LABEL = "A simulation: weights drawn at random around the published ones, in floating point. It decides nothing."
SOURCE = (
    "Rank acceptability after stochastic multicriteria acceptability analysis; the distribution, its width, the number of draws and the "
    "seed are ours"
)


class Acceptability(Frozen):
    """In how many of ``draws`` each bid took each rank. ``counts[bid][0]`` is rank 1; bids level within 1e-9 points share the better rank.

    ``alone[bid]`` counts the draws in which it was first alone. ``concentration`` (Dirichlet) or ``spread`` (share of each weight) is how
    far the draws go; the other is None.
    """

    label: str = LABEL
    lot: str
    generator: str = "PCG64"
    seed: int
    draws: int
    around: Around
    concentration: int | None = None
    spread: Exact | None = None
    bids: tuple[str, ...] = ()
    counts: Mapping[str, tuple[int, ...]]
    alone: Mapping[str, int]
    notes: tuple[str, ...] = ()
    source: str = SOURCE
    status: Literal["proposed"] = "proposed"

    def share(self, bid: str, rank: int) -> Fraction:
        """Share of the draws in which the bid had that rank, 0 to 1."""
        return Fraction(self.counts[bid][rank - 1], self.draws) if self.draws else Fraction(0)

    @property
    def statement(self) -> str:
        """One sentence for a report."""
        if not self.bids:
            return "No bid has a total, so there is nothing to simulate."
        best = max(self.bids, key=lambda bid: (self.alone[bid], bid))
        width = (
            f"Dirichlet, concentration {self.concentration}"
            if self.around == "dirichlet"
            else f"each within ± {shown((self.spread or Fraction(0)) * 100, 1)} %"
        )
        share = shown(Fraction(self.alone[best] * 100, self.draws), 1)
        drawn = f"In a simulation of {self.draws} draws of weights ({width}; seed {self.seed})"
        return f"{drawn}, bid {best} is first alone in {share} % of them."


class Columns(NamedTuple):
    """Totals of many alternatives, and their ranks from 1; equal totals share a rank. An alternative without a total has rank 0."""

    totals: Array
    ranks: npt.NDArray[np.int64]


def draw_weights(
    shares: Sequence[float] | Array,
    draws: int = DRAWS,
    *,
    seed: int = SEED,
    around: Around = "dirichlet",
    concentration: float = CONCENTRATION,
    spread: float = float(SPREAD),
) -> Array:
    """Weights (draws × criteria), every row adding up to 1; a criterion of weight 0 stays at 0.

    ``dirichlet``: mean as published, standard deviation √(s(1 − s)/(concentration + 1)) for a share s. Sums over the leaves of a group are
    then Dirichlet too, so that it does not matter at which level of the tree one draws. ``bounds``: each weight even between (1 − spread)
    and (1 + spread) times itself, then all brought back to the sum 1. Raises ValueError for weights or widths that mean nothing.

    >>> drawn = draw_weights([0.6, 0.4, 0.0], 1000)
    >>> drawn.shape, bool(np.allclose(drawn.sum(axis=1), 1)), float(drawn[:, 2].max())
    ((1000, 3), True, 0.0)
    """
    published = np.asarray(shares, dtype=np.float64)
    if published.ndim != 1 or not np.isfinite(published).all() or (published < 0).any() or published.sum() <= 0:
        raise ValueError("weights are a list of numbers from 0 up, of which at least one is above 0")
    published = published / published.sum()
    rng = np.random.Generator(np.random.PCG64(seed))
    counted = published > 0
    if around == "dirichlet":
        if not concentration > 0:
            raise ValueError("the concentration is a number above 0")
        drawn = rng.dirichlet(published[counted] * concentration, draws)
    else:
        if not 0 <= spread <= 1:
            raise ValueError("the spread is a share from 0 to 1")
        drawn = published[counted] * (1 + spread * (2 * rng.random((draws, int(counted.sum()))) - 1))
        sums = drawn.sum(axis=1, keepdims=True)
        # with a spread of 1 a draw may be 0 throughout, though never in practice: such a row stays as published
        drawn = np.where(sums > 0, drawn / np.where(sums > 0, sums, 1), published[counted])
    if counted.all():
        return drawn
    found = np.zeros((draws, published.size))
    found[:, counted] = drawn
    return found


def rank_counts(scores: Array, weights: Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """How often each alternative takes each rank: counts (alternatives × ranks) and how often it is first alone.

    ``scores`` is alternatives × criteria, 0 to 100 and without gaps; ``weights`` draws × criteria, each row summing to 1.

    >>> counts, alone = rank_counts(np.array([[100.0, 0.0], [0.0, 100.0]]), np.array([[0.6, 0.4], [0.5, 0.5], [0.7, 0.3]]))
    >>> counts.tolist(), alone.tolist()
    ([[3, 0], [1, 2]], [2, 0])
    """
    if scores.ndim != 2 or weights.ndim != 2 or scores.shape[1] != weights.shape[1]:
        raise ValueError("scores are alternatives × criteria, and weights draws × the same criteria")
    if np.isnan(scores).any():
        raise ValueError("a score is missing: leave the alternative out, or give its range")
    return _counted(scores.shape[0], (_sums(scores, weights[at : at + BLOCK]) for at in range(0, weights.shape[0], BLOCK)))


def _sums(scores: Array, weights: Array) -> Array:
    """Totals (alternatives × draws), in pieces so small that the matrix library keeps to one thread: waiting for a second costs more."""
    piece = max(32, ONE_THREAD // scores.size)
    found = np.empty((scores.shape[0], weights.shape[0]))
    for at in range(0, weights.shape[0], piece):
        found[:, at : at + piece] = scores @ weights[at : at + piece].T
    return found


def _counted(size: int, blocks: Any) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    counts = np.zeros(size * size, dtype=np.int64)
    alone = np.zeros(size, dtype=np.int64)
    base = size * np.arange(size, dtype=np.int64)[:, None]
    kind = np.int8 if size <= 100 else np.int32
    for totals in blocks:
        better = np.zeros(totals.shape, dtype=kind)
        for row in totals - LEVEL:
            better += row > totals
        counts += np.bincount((base + better).ravel(), minlength=size * size)
        first = better == 0
        alone += (first & (first.sum(axis=0) == 1)).sum(axis=1)
    return counts.reshape(size, size), alone


def score_columns(scores: Array, weights: Sequence[float] | Array) -> Columns:
    """Weighted totals and ranks of many alternatives at once, e.g. a framework's catalogue or a registry.

    ``scores`` is alternatives × criteria, 0 to 100; weights count by their share of the sum. Totals are rounded to nine decimals, so that
    equal alternatives tie; a missing score (NaN) gives no total (NaN) and rank 0, never a total of 0.

    >>> found = score_columns(np.array([[60.0, 80.0], [50.0, 100.0], [60.0, 80.0], [np.nan, 1.0]]), [60, 40])
    >>> found.totals.tolist(), found.ranks.tolist()
    ([68.0, 70.0, 68.0, nan], [2, 1, 2, 0])
    """
    shares = np.asarray(weights, dtype=np.float64)
    if scores.ndim != 2 or shares.shape != (scores.shape[1],):
        raise ValueError("scores are alternatives × criteria, with one weight a criterion")
    if not np.isfinite(shares).all() or (shares < 0).any() or shares.sum() <= 0:
        raise ValueError("weights are numbers from 0 up, of which at least one is above 0")
    totals: Array = scores @ (shares / shares.sum())
    np.round(totals, 9, out=totals)
    falling = np.argsort(-totals)  # NaN goes last
    sorted_totals = totals[falling]
    places = np.arange(1, totals.size + 1)
    same = sorted_totals[1:] == sorted_totals[:-1]
    if same.any():
        places[1:][same] = 0
        np.maximum.accumulate(places, out=places)
    known = totals.size - int(np.isnan(sorted_totals).sum())
    places[known:] = 0
    ranks = np.empty(totals.size, dtype=np.int64)
    ranks[falling] = places
    return Columns(totals, ranks)


@dataclass(frozen=True)
class _Node:
    """A criterion as arrays see it: the column of a leaf, or the nodes under a group."""

    column: int
    under: tuple[_Node, ...]
    rescale: bool


def rank_acceptability(
    procedure: Procedure,
    lot: LotResult,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    around: Around = "dirichlet",
    concentration: int = CONCENTRATION,
    spread: Fraction = SPREAD,
) -> Acceptability:
    """Rank acceptability of the bids of a lot that have a total, under weights drawn around its shares.

    Scores of leaves stay as evaluated; groups that are rescaled are rescaled anew in every draw. Thresholds keep the bids that they kept,
    and declared rounding is left out: both are said in ``notes``. A lot without totals gives empty counts, not an error.
    """
    bids = tuple(sorted(each.bid for each in lot.standings if each.rank is not None))
    counted = {each.id: each for each in lot.criteria if each.share}
    leaves = [each for each in lot.criteria if each.leaf and each.id in counted]
    notes = []
    described = procedure.lot_of[lot.lot]
    if procedure.rules.rounding.at != "none":
        notes.append("The declared rounding was left out of the draws.")
    if any(each.threshold is not None and not each.leaf for each in described.walk()):
        notes.append("Thresholds kept the bids that they kept under the published weights.")
    if described.combine is not None:
        notes.append("The lot is ranked by a formula that joins quality and price, not by weights: there is nothing to draw.")
        leaves = []
    settings: dict[str, Any] = {
        "lot": lot.lot,
        "seed": seed,
        "draws": draws,
        "around": around,
        "concentration": concentration if around == "dirichlet" else None,
        "spread": None if around == "dirichlet" else spread,
        "notes": tuple(notes),
    }
    if not bids or not leaves:
        return Acceptability(bids=(), counts={}, alone={}, **settings)
    scores = np.array([[_score(lot, bid, leaf) for leaf in leaves] for bid in bids])
    shares = [float(leaf.share or 0) for leaf in leaves]
    weights = draw_weights(shares, draws, seed=seed, around=around, concentration=concentration, spread=float(spread))
    rescaled = {each.id for each in described.walk() if each.rescale and not each.leaf}
    if rescaled:
        tree = _tree(lot, {leaf.id: column for column, leaf in enumerate(leaves)}, rescaled)
        counts, alone = _counted(len(bids), (_totals(tree, scores, weights[at : at + BLOCK].T) for at in range(0, draws, BLOCK)))
    else:
        counts, alone = rank_counts(scores, weights)
    return Acceptability(
        bids=bids,
        counts={bid: tuple(int(count) for count in row) for bid, row in zip(bids, counts, strict=True)},
        alone={bid: int(count) for bid, count in zip(bids, alone, strict=True)},
        **settings,
    )


def _score(lot: LotResult, bid: str, leaf: CriterionNote) -> float:
    score = lot.leaf_of[bid, leaf.id].score
    assert score is not None, "a ranked bid has a score on every criterion that counts"
    return float(score)


def _tree(lot: LotResult, columns: Mapping[str, int], rescaled: set[str]) -> tuple[_Node, ...]:
    def under(parent: str) -> tuple[_Node, ...]:
        return tuple(
            _Node(columns.get(each.id, -1), under(each.id), each.id in rescaled)
            for each in lot.criteria
            if each.parent == parent and (not each.leaf or each.id in columns)
        )

    return under("")


def _totals(nodes: tuple[_Node, ...], scores: Array, weights: Array) -> Array:
    """Points (bids × draws) of sibling nodes together; ``weights`` is criteria × draws."""
    total = np.zeros((scores.shape[0], weights.shape[1]))
    for node in nodes:
        if not node.under:
            if node.column >= 0:
                total += scores[:, node.column, None] * weights[node.column]
            continue
        points = _totals(node.under, scores, weights)
        if node.rescale:
            best = points.max(axis=0)
            full = 100 * weights[_columns(node)].sum(axis=0)
            points *= np.where(best > 0, full / np.where(best > 0, best, 1), 1)
        total += points
    return total


def _columns(node: _Node) -> list[int]:
    return [node.column] if not node.under else [column for each in node.under for column in _columns(each) if column >= 0]
