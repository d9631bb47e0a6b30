"""One compiled release from the releases of a record, and the last value of each versioned one.

Knows the order of releases and how lists are merged. Must not know what the fields mean.
Merged with ``ocdsmerge``; the rules are those of the OCDS 1.1.5 schema and of the extensions read here (``omitWhenMerged``, lists that
are replaced as a whole), written down because the library would fetch the schema from the network.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Final

from tenderloop.readers.loose_json import Notes, Source

CODES: dict[str, str] = {
    "linked-releases": "a record holds only links to its releases",
    "cannot-merge": "the releases of a record contradict each other in shape, or lack a date",
    "versions-only": "a record holds only its values over time",
}

_OMIT: Final = ("id", "date", "tag")
_WHOLE: Final = (
    "parties.additionalIdentifiers",
    "parties.roles",
    "buyer.additionalIdentifiers",
    "tender.procuringEntity.additionalIdentifiers",
    "tender.items.additionalClassifications",
    "tender.additionalProcurementCategories",
    "tender.submissionMethod",
    "tender.amendments.changes",
    "tender.tenderers.additionalIdentifiers",
    "tender.amendment.changes",
    "awards.suppliers.additionalIdentifiers",
    "awards.items.additionalClassifications",
    "awards.amendments.changes",
    "awards.amendment.changes",
    "contracts.items.additionalClassifications",
    "contracts.implementation.transactions.payer.additionalIdentifiers",
    "contracts.implementation.transactions.payee.additionalIdentifiers",
    "contracts.relatedProcesses.relationship",
    "contracts.amendments.changes",
    "contracts.amendment.changes",
    "relatedProcesses.relationship",
    "tender.lots.awardCriteria.criteria",
    "tender.awardCriteria.criteria",
    "tender.lotGroups.awardCriteria.criteria",
    "tender.selectionCriteria.criteria",
    "tender.lots.selectionCriteria.criteria",
    "tender.sustainability",
    "tender.lots.sustainability",
    "tender.lotGroups.relatedLots",
    "tender.documents.relatedLots",
    "awards.relatedLots",
    "awards.relatedBids",
    "bids.details.relatedLots",
    "tender.criteria.relatedLots",
    "tender.coveredBy",
    "tender.lots.coveredBy",
)
_RULES: Final[dict[tuple[str, ...], str]] = {
    **{(name,): "omitWhenMerged" for name in _OMIT},
    **{tuple(path.split(".")): "wholeListMerge" for path in _WHOLE},
}


def compiled(releases: Sequence[Any], where: str, notes: Notes) -> tuple[dict[str, Any], tuple[Source, ...]]:
    """The releases merged by date, and the releases with their places, newest first. Links and what is no object are left out.

    When they cannot be merged, which is noted, the newest alone is given.

    >>> old = {"ocid": "o", "id": "1", "date": "2020-01-01", "tender": {"id": "t", "title": "Desks"}}
    >>> new = {"ocid": "o", "id": "2", "date": "2021-01-01", "tender": {"id": "t", "status": "complete"}}
    >>> merged, sources = compiled([new, old], "/releases", Notes())
    >>> merged["tender"], [place for place, _ in sources]
    ({'id': 't', 'title': 'Desks', 'status': 'complete'}, ['/releases/0', '/releases/1'])
    """
    held = [(f"{where}/{at}", each) for at, each in enumerate(releases) if isinstance(each, dict) and not _is_link(each)]
    if not held:
        return {}, ()
    newest = sorted(held, key=lambda each: str(each[1].get("date") or ""), reverse=True)
    if len(held) == 1:
        return held[0][1], ()
    from ocdsmerge import Merger  # type: ignore[import-untyped]
    from ocdsmerge.exceptions import OCDSMergeError  # type: ignore[import-untyped]

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            merged = Merger(merge_rules=_RULES).create_compiled_release([each for _, each in held])
    # what strangers write can break the library in many ways; none of them may lose the release
    except (OCDSMergeError, TypeError, ValueError, KeyError, IndexError, AttributeError, AssertionError, RecursionError) as error:
        reason = str(error).split("\n")[0][:160]
        message = f"the {len(held)} releases cannot be merged; the newest was read: {reason}"
        notes.add("cannot-merge", message, where, "publish dates and ids")
        return newest[0][1], ()
    return merged, tuple(newest)


def _is_link(release: dict[str, Any]) -> bool:
    return "url" in release and "ocid" not in release and not ({"tender", "awards", "contracts", "planning"} & release.keys())


def latest(versioned: Any) -> Any:
    """A versioned release with the last value of each; a level at a time, without recursion.

    >>> latest({"ocid": "o", "tender": {"title": [{"releaseDate": "2020", "value": "Desk"}, {"releaseDate": "2021", "value": "Desks"}]}})
    {'ocid': 'o', 'tender': {'title': 'Desks'}}
    """
    root: list[Any] = [versioned]
    waiting: list[tuple[Any, Any]] = [(root, 0)]
    while waiting:
        holder, key = waiting.pop()
        value = holder[key]
        if (
            isinstance(value, list)
            and value
            and all(isinstance(each, dict) and "value" in each and "releaseDate" in each for each in value)
        ):
            holder[key] = value[-1]["value"]
        elif isinstance(value, dict):
            holder[key] = made = dict(value)
            waiting += [(made, name) for name in made]
        elif isinstance(value, list):
            holder[key] = copied = list(value)
            waiting += [(copied, at) for at in range(len(copied))]
    return root[0]
