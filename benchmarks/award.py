"""How fast an evaluation is: one lot exactly and attacked, and what is done in floating point against NumPy by hand and scikit-criteria.

Called by run.py (part ``award``). Rows are (what, value, bar, unit, detail); ours and each yardstick run in turn, and the best of each
counts.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

BIDS, LEAVES, GROUPS = 20, 50, 7
DRAWS, LOOPED = 10_000, 200
ALTERNATIVES = 1_000_000
Row = tuple[str, float, float, str, str]


def lot() -> tuple[Any, ...]:
    """A procedure of 20 bids and 50 criteria: a price and 49 judged criteria in seven groups, by consensus of three; and its records."""
    from tenderloop.award.bid import Bid
    from tenderloop.award.judgement import Consensus, Judgement
    from tenderloop.award.procedure import Procedure

    draw = random.Random(5)
    criteria: list[dict[str, Any]] = [
        {"id": "price", "type": "price", "title": "Price", "weight": 40, "formula": {"name": "lowest_price_ratio"}}
    ]
    for group in range(GROUPS):
        leaves: list[dict[str, Any]] = []
        for n in range((LEAVES - 1) // GROUPS):
            leaf = {"id": f"g{group}.c{n}", "type": "quality", "title": f"Criterion {n}", "weight": draw.randint(1, 9)}
            leaves.append({**leaf, "scored_by": {"scale": "five"}})
        whole = sum(each["weight"] for each in leaves)
        for each in leaves:
            each["weight"] = Fraction(each["weight"] * 100, whole)
        title = f"Group {group}"
        criteria.append({"id": f"g{group}", "type": "quality", "title": title, "weight": Fraction(60, GROUPS), "criteria": leaves})
    steps = [{"id": str(n), "value": 25 * n, "text": f"step {n}"} for n in range(5)]
    procedure = Procedure.model_validate(
        {
            "procedure": "large",
            "title": "Twenty bids",
            "buyer": "Example",
            "currency": "EUR",
            "scales": [{"id": "five", "title": "Five", "steps": steps}],
            "rules": {"ties": ["lowest_price"]},
            "lots": [{"id": "lot1", "title": "Everything", "criteria": criteria}],
        }
    )
    bids = []
    for n in range(BIDS):
        price = draw.randint(80_000, 160_000)
        bids.append(Bid.model_validate({"id": f"b{n}", "bidder": f"Bidder {n}", "lot": "lot1", "price": price}))
    judgements, agreed = [], []
    for bid in bids:
        for name, _ in procedure.lots[0].judged():
            step = draw.randint(0, 4)
            for who in ("e1", "e2", "e3"):
                own = str(min(max(step + draw.randint(-1, 1), 0), 4))
                judgements.append(Judgement(evaluator=who, bid=bid.id, criterion=name, step=own, reason="the offer says so on page 3"))
            settled = {"present": ("e1", "e2", "e3"), "discrepancy": "page 3 read together"}
            agreed.append(Consensus(bid=bid.id, criterion=name, step=str(step), reason="agreed on page 3", **settled))
    return procedure, bids, judgements, agreed


def rows(best: Callable[[], Any], rounds: int) -> Iterator[Row]:
    """The rows. ``best`` makes a stopwatch with ``run(job)``, ``cpu`` and ``clock``, as in run.py.

    Matrix libraries keep to one thread, for all alike: a second one spins while it waits, and its time would be charged to whoever
    runs next.
    """
    from threadpoolctl import threadpool_limits

    yield from _exact(best, rounds)
    with threadpool_limits(limits=1):
        yield from _draws(best, rounds)
        yield from _columns(best, rounds)


def _exact(best: Callable[[], Any], rounds: int) -> Iterator[Row]:
    from tenderloop.award.attack import attack
    from tenderloop.award.scoring import award

    given = lot()
    result = award(*given)
    evaluated, attacked = best(), best()
    for _ in range(3 * rounds):
        evaluated.run(lambda: award(*given))
    for _ in range(rounds):
        attacked.run(lambda: attack(result))
    detail = f"{BIDS} bids × {LEAVES} criteria, {len(given[2])} judgements; clock {evaluated.clock * 1000:.0f} ms"
    yield "evaluation of a lot, exact, with all report data", evaluated.cpu * 1000, 150, "ms", detail
    weights = len(attack(result, simulate=False).lots[0].weights)
    detail = f"{weights} weights, {BIDS} bids left out, every step and price moved, with the simulation; clock {attacked.clock:.2f} s"
    yield "attack on the lot, exact (bar ours)", attacked.cpu * 1000, 1000, "ms", detail


def _by_hand(scores: Any, shares: Any, seed: int) -> Any:
    """Draws, totals, every rank and their counts, as one would write it straight down in NumPy."""
    import numpy as np

    weights = np.random.default_rng(seed).dirichlet(shares * 100, DRAWS)
    totals = weights @ scores.T
    ranks = np.argsort(np.argsort(-totals, axis=1), axis=1)
    return np.stack([(ranks == rank).sum(axis=0) for rank in range(len(scores))], axis=1)


def _draws(best: Callable[[], Any], rounds: int) -> Iterator[Row]:
    import numpy as np

    from tenderloop.award.simulation import draw_weights, rank_counts

    rng = np.random.default_rng(7)
    scores = np.round(rng.random((BIDS, LEAVES)) * 100, 6)
    shares = rng.dirichlet(np.full(LEAVES, 5.0))
    ours, hand, library = best(), best(), best()
    decide = _scikit_criteria(scores)
    some = draw_weights(shares, LOOPED)
    for _ in range(3 * rounds):
        by_hand = hand.run(lambda: _by_hand(scores, shares, 1))
        counts, _ = ours.run(lambda: rank_counts(scores, draw_weights(shares, DRAWS)))
    for _ in range(rounds):
        looped = library.run(lambda: [decide(scores, row) for row in draw_weights(shares, LOOPED)])
    assert counts.sum() == by_hand.sum() == DRAWS * BIDS
    assert np.abs(counts - by_hand).max() < DRAWS / 20, "the two draw alike"
    totals = some @ scores.T
    assert all((np.argsort(ranks) == np.argsort(-row)).all() for ranks, row in zip(looped, totals, strict=True))
    whole = library.cpu / LOOPED * DRAWS
    detail = f"ours {ours.cpu * 1000:.1f} ms, by hand {hand.cpu * 1000:.1f} ms; clock {ours.clock * 1000:.1f} ms"
    yield f"{DRAWS:,} weight draws with every rank, against NumPy", ours.cpu / hand.cpu, 3, "x", detail
    detail = f"scikit-criteria {whole:.1f} s (from {LOOPED} draws), so {whole / ours.cpu:.0f} times as long"
    yield "the same as a share of scikit-criteria's time", ours.cpu / whole * 1000, 5, "‰", detail


def _columns(best: Callable[[], Any], rounds: int) -> Iterator[Row]:
    import numpy as np

    from tenderloop.award.simulation import score_columns

    rng = np.random.default_rng(11)
    scores = rng.random((ALTERNATIVES, LEAVES)) * 100
    weights = rng.dirichlet(np.full(LEAVES, 5.0))

    def by_hand() -> Any:
        totals = scores @ weights
        ranks = np.empty(len(totals), dtype=np.int64)
        ranks[np.argsort(-totals)] = np.arange(1, len(totals) + 1)
        return totals, ranks

    ours, hand, library = best(), best(), best()
    for _ in range(2 * rounds):
        totals, ranks = hand.run(by_hand)
        found = ours.run(lambda: score_columns(scores, weights))
    decide = _scikit_criteria(scores)
    library.run(lambda: decide(scores, weights))
    assert np.allclose(found.totals, totals, rtol=0, atol=1e-8)
    assert (np.abs(found.ranks - ranks) <= 2).all(), "only bids level to nine decimals may share a rank"
    detail = f"ours {ours.cpu * 1000:.0f} ms, by hand {hand.cpu * 1000:.0f} ms; clock {ours.clock * 1000:.0f} ms"
    yield f"{ALTERNATIVES:,} × {LEAVES} as columns, against NumPy", ours.cpu / hand.cpu, 1.5, "x", detail
    detail = f"scikit-criteria {library.cpu:.2f} s, so {library.cpu / ours.cpu:.1f} times as long"
    yield "the same as a share of scikit-criteria's time", ours.cpu / library.cpu * 100, 12.5, "%", detail


def _scikit_criteria(scores: Any) -> Callable[[Any, Any], Any]:
    """Ranks by scikit-criteria's weighted sum. The matrix is made once with its names; weights are the caller's."""
    import skcriteria
    from skcriteria.agg.simple import WeightedSumModel

    objectives = [max] * scores.shape[1]
    model = WeightedSumModel()

    def decide(matrix: Any, weights: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return model.evaluate(skcriteria.mkdm(matrix, objectives, weights=weights)).rank_

    return decide
