"""The formulas of the award side by name: what scores a price, what ranks quality and price together, and what is not available and why.

Knows which formulas there are. Must not know procedures, bids or weights. The page docs/award-formulas.md is made of this catalogue by
``python -m tenderloop.award.formulas_page``.
"""

from __future__ import annotations

from collections.abc import Mapping

from tenderloop.award.evaluated_prices import ADJUSTMENTS, CO2_LADDER
from tenderloop.award.formula import PATHOLOGIES, Fault, Formula, Line, Parameter, Refused, Worked
from tenderloop.award.price_formulas import PRICE_FORMULAS
from tenderloop.award.value_formulas import VALUE_FORMULAS, Valued, ValueFormula

__all__ = [
    "ADJUSTMENTS",
    "CO2_LADDER",
    "FORMULAS",
    "NOT_AVAILABLE",
    "PATHOLOGIES",
    "VALUE_FORMULAS",
    "Fault",
    "Formula",
    "Line",
    "Parameter",
    "Refused",
    "ValueFormula",
    "Valued",
    "Worked",
]

FORMULAS: Mapping[str, Formula] = PRICE_FORMULAS

NOT_AVAILABLE: Mapping[str, str] = {
    "scotland_gpm": (
        "Graduated Pricing Mechanism, Scotland, CPN 3/2024. Known: the lowest price scores 100; the point of inflection is the median "
        "plus 2.5 %, without rejected bids; up to it 0.1 is lost for each percentage point above the lowest price. How much is lost above "
        "it could not be read, so the formula is not shipped."
    ),
    "uk_standard_differential": (
        "UK, Bid Evaluation Guidance Note (May 2021). The guidance is known to exist; its equation could not be read. Law firms use the "
        "name for examples of lowest_price_ratio; whether the guidance means the same is not known."
    ),
    "uk_price_per_quality_point": (
        "UK, Bid Evaluation Guidance Note (May 2021), price per quality point and benchmark price. The equations could not be read."
    ),
    "consip_s_curve": (
        "Consip, non lineare a S a punteggio assoluto. Known: it has parameters k, n, m; the equation is published as a picture and could "
        "not be read."
    ),
    "narbona_effort": (
        "Spain, [K / (1 − K)] × [DO / (1 − DO)] by M. Narbona Sarria (OBCP), as quoted in a forum. A proposal of one author; not in use as "
        "far as known."
    ),
}
"""Formulas that people will look for, and why they are not here. A name in this list is refused with its reason."""
