"""Every fault and warning that the award side can find: its code, what it means, and for warnings who says so.

Knows the catalogue. Must not know how any of them is found. Each code has a tiny bad file under tests/bad_procedures/.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tenderloop.pack import Status

# Faults of a procedure, of bids, of what the panel recorded, of decisions, and of a lock.
CODES: Mapping[str, str] = {
    # weights
    "weights-do-not-sum": "weights of siblings do not sum to what they must: 100, 1, or the weight of the criterion above",
    "weight-missing": "a criterion has no weight, and its siblings have",
    "bad-weight": "a weight is below 0",
    "no-weight": "all weights of siblings are 0",
    "mixed-weight-kinds": "siblings are weighted by different kinds of weight",
    "bad-weight-range": "a range of weights is upside down or does not hold the weight",
    # the tree
    "repeated-id": "two things have the same id",
    "empty-category": "a criterion is neither scored nor has criteria under it, or a lot has no criteria",
    "scored-twice": "a criterion is scored itself and has criteria under it",
    "wrong-way": "a criterion is scored in a way that its type does not allow",
    "unknown-scale": "a scale is not declared",
    "unknown-fact": "a fact is not declared",
    "unknown-criterion": "a criterion does not exist, or is not one that the panel judges",
    # scales, curves and rules
    "scale-not-rising": "the values of a scale's steps do not rise",
    "scale-too-short": "a scale has fewer than two steps",
    "out-of-range": "a number lies outside what is possible",
    "bad-curve": "a ladder, line or set of features is out of order, out of 0 to 100, or decides nothing",
    "wrong-kind": "a fact is of another kind than its use needs",
    "bad-rule": "a rule has a fault, or gives neither a number without unit nor yes or no",
    # thresholds and rescaling
    "threshold-empty": "a threshold says nothing, or two things",
    "threshold-impossible": "no bid can meet a threshold",
    "threshold-on-price": "a threshold stands on a score that depends on prices",
    "rescale-on-price": "a criterion that holds a price or cost is rescaled",
    # formulas
    "unknown-formula": "a formula has no such name",
    "unknown-parameter": "a formula or rule has no such parameter",
    "parameter-missing": "a formula or rule lacks a parameter that it needs",
    "parameter-out-of-range": "a parameter lies outside what the formula allows",
    "bad-adjustment": "an adjustment stands where no price is, or is worth what it cannot be",
    # rules of the procedure
    "unknown-low-bid-rule": "a rule for abnormally low bids has no such name",
    "unknown-tie-key": "a step of the tie chain is not one of those known",
    "tie-key-cannot-decide": "a step of the tie chain can never separate tied bids",
    "tie-key-after-draw": "a step of the tie chain stands after the draw, which always decides",
    "bad-rate": "an exchange rate is not above 0, or is for the procedure's own currency",
    "bad-moment": "a date or time is no day or hour of the calendar",
    # bids
    "unknown-lot": "a lot does not exist",
    "unknown-bid": "a bid does not exist",
    "answer-kind": "an answer is of another kind or unit than declared",
    # the panel
    "unknown-evaluator": "an evaluator is not on the declared panel, or not for this criterion",
    "unknown-step": "a step is not one of the scale's",
    "reason-missing": "a judgement, consensus, decision or mark has no reason in words",
    "repeated-record": "two records at the same moment say different things",
    "judged-after-consensus": "a judgement was recorded after the consensus was opened",
    "presence-missing": "a consensus does not say who was present",
    "discrepancy-open": "a consensus does not say how a flagged disagreement was settled",
    "consensus-not-in-rule": "a consensus is recorded, and the locked rule computes the score",
    # what does not count
    "not-applicable-refused": "something is marked not applicable, and the locked rules refuse it",
    # the lock
    "not-a-lock": "the file is no lock of a procedure",
    "procedure-changed": "the procedure is not the one that was locked",
}  # fmt: skip


@dataclass(frozen=True)
class Warning:
    """What courts and auditors punish: the sentence, and where it is said, with how sure that is."""

    text: str
    source: str
    status: Status


_MECHANICS = "fact base of award mechanics"

WARNINGS: Mapping[str, Warning] = {
    "undisclosed-subcriteria": Warning(
        "sub-criteria have no weights of their own; they count equally, and a weight used in secret is not allowed",
        "Directive 2014/24/EU art. 67(5): relative weights are published; in Belgium unweighted sub-criteria below the thresholds "
        "count equally (Baker McKenzie guide)",
        "unverified",
    ),
    "order-of-importance": Warning(
        "criteria are only in an order of importance; no score can be computed from that",
        "Directive 2014/24/EU art. 67(5): only where weighting is not possible for objective reasons, with the reason (BT-733)",
        "unverified",
    ),
    "weight-range-middle": Warning(
        "a weight is published as a range; evaluation uses the weight written here, which must be fixed before bids are opened",
        "Directive 2014/24/EU art. 67(5): a range with an appropriate maximum spread",
        "unverified",
    ),
    "rank-reversal": Warning(
        "the price formula is relative: a bid that cannot win can change who does",
        "Stilger, Siderius and van Raaij, review of 38 formulas, with ranking paradox; own vector A(60,100) B(50,80) C(10,40), computed",
        "published",
    ),
    "two-sided-linear": Warning(
        "lowest price gets all points and highest none, so with two bids it is all or nothing, whatever the difference",
        "vergabe24.de on price conversion formulas: often held inadmissible; entscheidsuche AGVE-2005-44 (Switzerland)",
        "published",
    ),
    "formula-pathology": Warning(
        "the price formula has a known pathology", "award/formulas.py, each code shown by an example in its tests", "published"
    ),
    "formula-unverified": Warning(
        "a formula or rule was not compared with its original; do so before it decides", "award/formulas.py, award/low_bids.py", "proposed"
    ),
    "weight-inert": Warning(
        "a weight cannot bite: no difference between bids that are still admitted can come of it, or rounding swallows its steps",
        "effective weight differs from nominal weight when scores bunch (legal-team.it, on linear interpolation)",
        "published",
    ),
    "averaging-without-consensus": Warning(
        "evaluators' scores are averaged and nobody has to reason their way to the result",
        "Bromcom Computers plc v United Learning Trust [2022] EWHC 3262 (TCC), as reported",
        "published",
    ),
    "reparametrisation": Warning(
        "rescaling so that the best bid gets the full score changes the effective weight after the threshold, and makes it relative",
        "call 18/2017 of Venice, section 19.3, as an example; fact base of award mechanics, pathology 5",
        "published",
    ),
    "ties-not-decided": Warning(
        "the tie chain can leave bids tied; end it with 'draw'",
        "docs/award.md: an exact tie stays a tie until a declared rule decides",
        "proposed",
    ),
    "panel-not-named": Warning(
        "the panel is not named; an evaluator who recorded nothing at all cannot be missed",
        "docs/award.md: blank is never zero",
        "proposed",
    ),
    "low-bid-rule-missing": Warning(
        "no rule for abnormally low bids is declared; what appears low must be asked about",
        "Directive 2014/24/EU art. 69, well known, not compared with the original",
        "unverified",
    ),
    "not-applicable-allowed": Warning(
        "criteria may be marked not applicable, which moves their weight to others",
        "ISCA changed its scope-out rule in December 2015 because it distorted ratings",
        "published",
    ),
}  # fmt: skip
