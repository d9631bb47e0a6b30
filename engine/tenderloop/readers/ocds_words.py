"""Words of OCDS: the closed and open code lists that matter for rating, how publishers misspell them, and how codes of items are written.

Knows code values and classification schemes. Must not know where in a release they stand.
Source: open-contracting/standard 1.1.5 and its extensions, ``codelists/``; the misspellings are those seen in real releases.
"""

from __future__ import annotations

import re
from typing import Final

from tenderloop.notice import Code, Text
from tenderloop.notice import Role as TextRole
from tenderloop.readers.loose_json import View

AWARD_CRITERIA: Final = (
    "priceOnly",
    "costOnly",
    "qualityOnly",
    "ratedCriteria",
    "lowestCost",
    "bestProposal",
    "bestValueToGovernment",
    "singleBidOnly",
)
METHODS: Final = ("open", "selective", "limited", "direct")
CATEGORIES: Final = ("goods", "works", "services")
TENDER_STATUSES: Final = ("planning", "planned", "active", "cancelled", "unsuccessful", "complete", "withdrawn")
AWARD_STATUSES: Final = ("pending", "active", "cancelled", "unsuccessful")
BID_STATUSES: Final = ("invited", "pending", "valid", "disqualified", "withdrawn")
TAGS: Final = (
    "planning",
    "planningUpdate",
    "tender",
    "tenderAmendment",
    "tenderUpdate",
    "tenderCancellation",
    "award",
    "awardUpdate",
    "awardCancellation",
    "contract",
    "contractUpdate",
    "contractAmendment",
    "implementation",
    "implementationUpdate",
    "contractTermination",
    "compiled",
)
GOALS: Final = (
    "economic",
    "economic.formalEmploymentPromotion",
    "economic.innovativePurchase",
    "economic.localEconomyPromotion",
    "economic.marketInnovationPromotion",
    "economic.processInnovationPromotion",
    "economic.productInnovationPromotion",
    "economic.researchDevelopmentActivities",
    "environmental",
    "environmental.biodiversityProtectionRestoration",
    "environmental.carbonEmissionsReduction",
    "environmental.circularEconomy",
    "environmental.climateChangeAdaptation",
    "environmental.climateChangeMitigation",
    "environmental.energyEfficiency",
    "environmental.pollutionPrevention",
    "environmental.recycling",
    "environmental.resourceReuse",
    "environmental.waterResourcesProtection",
    "environmental.wasteReduction",
    "social",
    "social.accessibility",
    "social.disadvantagedEmploymentOpportunities",
    "social.ethnicEquality",
    "social.genderEquality",
    "social.humanRightsInSupplyChains",
    "social.laborRightsPromotion",
    "social.smeInclusion",
    "social.womenInclusion",
)
STRATEGIES: Final = (
    "awardCriteria",
    "contractPerformanceConditions",
    "marginOfPreference",
    "reservedParticipation",
    "selectionCriteria",
    "technicalSpecifications",
    "euGPPCriteria",
    "nationalGPPCriteria",
    "otherGPPCriteria",
)
# Spellings seen in real releases and in older lists, letters and digits only, in lower case.
_KNOWN_SPELLINGS: Final = {
    "bestvaluetogoverment": "bestValueToGovernment",
    "awardnotice": "award",
    "tendernotice": "tender",
    "environmentalwaterresources": "environmental.waterResourcesProtection",
    "socialhumanrightsinsupplychain": "social.humanRightsInSupplyChains",
    "economicprocessinnovation": "economic.processInnovationPromotion",
    "economicproductinnovation": "economic.productInnovationPromotion",
    "canceled": "cancelled",
    "completed": "complete",
}
_LETTERS = re.compile(r"[^a-z0-9]")

# BT-5421, 5422, 5423 for what the award criteria extension calls the same (eForms profile, codelist mappings).
PARAMETERS: Final = {
    "weight": {
        "percentageExact": "per-exa",
        "percentageRangeMiddle": "per-mid",
        "decimalExact": "dec-exa",
        "decimalRangeMiddle": "dec-mid",
        "pointsExact": "poi-exa",
        "pointsRangeMiddle": "poi-mid",
        "order": "ord-imp",
    },
    "fixed": {"total": "fix-tot", "unit": "fix-unit"},
    "threshold": {"minimumScore": "min-score", "maximumBids": "max-pass"},
}


def normalised(view: View, key: str, official: tuple[str, ...], *, quiet: bool = False) -> str:
    """The code of a key in the official spelling; another spelling is noted with the original, an unknown code kept and noted.

    ``quiet`` is for open lists, in which an unknown code is no fault.

    >>> from tenderloop.readers.loose_json import Notes
    >>> notes = Notes()
    >>> normalised(View({"awardCriteria": "bestValueToGoverment"}, "/tender", notes), "awardCriteria", AWARD_CRITERIA)
    'bestValueToGovernment'
    >>> print(notes.problems[0])
    /tender/awardCriteria: misspelt-code: 'bestValueToGoverment' was read as bestValueToGovernment (write bestValueToGovernment)
    """
    if key not in view:
        return ""
    return spelt(view, view.words(key), view.place(key), official, quiet=quiet)


def spelt(view: View, word: str, place: str, official: tuple[str, ...], *, quiet: bool = False) -> str:
    """As ``normalised``, for a word already read."""
    if not word or word in official:
        return word
    letters = _LETTERS.sub("", word.lower())
    if letters:
        known = _KNOWN_SPELLINGS.get(letters)
        found = known if known in official else next((each for each in official if _LETTERS.sub("", each.lower()) == letters), "")
        if found:
            view.notes.add("misspelt-code", f"'{word[:60]}' was read as {found}", place, f"write {found}")
            return found
    if not quiet:
        shown = ", ".join(official[:8])
        view.notes.add("unknown-code", f"'{word[:60]}' is not in the code list; it was kept as written", place, f"one of: {shown}")
    return word


_CPV = re.compile(r"(\d{8})(?:-\d)?", re.ASCII)
# DK 021:2015, Ukraine's single procurement dictionary, has the codes of CPV.
_CPV_SCHEMES: Final = frozenset({"cpv", "cpvs", "cpv2008", "дк021", "dk021", "дк0212015", "cpv2003"})
_SCHEME_SIGNS = re.compile(r"[\s:_.\-/]")


def classification(view: View, lot: str = "") -> Code | None:
    """A classification as a code: CPV with its eight digits under the list ``cpv``, others under their scheme as published.

    >>> from tenderloop.readers.loose_json import Notes
    >>> classification(View({"scheme": "CPV", "id": "39121200-8"}, "/tender/items/0/classification", Notes()))
    Code(list='cpv', value='39121200', where='/tender/items/0/classification/id', lot='', published='39121200-8')
    """
    value = view.words("id")
    if not value:
        return None
    scheme = view.words("scheme")
    if _SCHEME_SIGNS.sub("", scheme.lower()) in _CPV_SCHEMES:
        found = _CPV.fullmatch(value.replace(" ", ""))
        if found:
            return Code("cpv", found[1], view.place("id"), lot, "" if value == found[1] else value)
        view.notes.add("bad-cpv", f"'{value[:40]}' is no CPV code", view.place("id"), "write eight digits, such as 39121200")
    return Code(scheme or "classification", value, view.place("id"), lot)


def texts(view: View, key: str, role: TextRole, language: str = "", lot: str = "") -> list[Text]:
    """The words of a key with its translations, in a role."""
    return [Text(words, role, place, own or language, lot) for words, own, place in view.translations(key)]
