"""What a published notice or release says, whatever its format: texts, codes, lots, award criteria, bids, results; each with its place.

Knows the shape of what was read and where each value stands. Must not know a file format, a pack or what a word means.
What is not stated is absent here (an empty text, an empty tuple, ``None``): absence is never "no".

The records are frozen msgspec structs, because a notice has hundreds and one is made in a tenth of a dataclass's time;
``msgspec.structs.replace`` changes one, ``msgspec.to_builtins`` makes plain values of a whole notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import msgspec

from tenderloop.errors import Problem

Role = Literal[
    # said: binds nobody
    "title",
    "description",
    "note",
    "need",
    "sustainability",
    "item",
    "document",
    # bound: a criterion, a specification or a clause
    "specification",
    "selection",
    "award",
    "clause",
]
BOUND: frozenset[str] = frozenset({"specification", "selection", "award", "clause"})

Stage = Literal["planning", "tender", "award", "contract", "change", ""]
ParameterKind = Literal["weight", "fixed", "threshold", ""]


class Text(msgspec.Struct, frozen=True, gc=False):
    """Words as published.

    ``where`` is an XPath or JSON pointer; ``language`` a two-letter code, empty when not stated; ``lot`` empty for the whole.
    """

    value: str
    role: Role
    where: str
    language: str = ""
    lot: str = ""


class Code(msgspec.Struct, frozen=True, gc=False):
    """A code with the list it is taken from (``environmental-impact``, ``sustainabilityGoal``, ``cpv`` …).

    ``value`` is the code of that list; ``published`` the original when a publisher extended it (the longest known beginning is the value).
    """

    list: str
    value: str
    where: str
    lot: str = ""
    published: str = ""


class Amount(msgspec.Struct, frozen=True, gc=False):
    """Money, exactly as published; ``currency`` empty when not stated."""

    value: Decimal
    currency: str
    where: str


class Figure(msgspec.Struct, frozen=True, gc=False):
    """A further number with its name and unit (a currency, ``%``): ``revenue-buyer``, ``framework-maximum``, ``lowest-bid`` …"""

    name: str
    value: Decimal
    unit: str
    where: str


class Parameter(msgspec.Struct, frozen=True, gc=False):
    """A number of an award criterion (BT-541) with its kind and code (BT-5421, 5422, 5423; OCDS names are translated to these codes).

    ``note`` says when the number was read from words ("70 %") instead of a field.
    """

    kind: ParameterKind
    code: str
    value: Decimal | None
    where: str
    note: str = ""


class AwardCriterion(msgspec.Struct, frozen=True, gc=False):
    """One award criterion of a lot. ``type`` is price, cost, quality or empty; ``code`` is the type as published."""

    lot: str
    type: Literal["price", "cost", "quality", ""]
    code: str
    names: tuple[Text, ...]
    descriptions: tuple[Text, ...]
    parameters: tuple[Parameter, ...]
    where: str


class Duration(msgspec.Struct, frozen=True, gc=False):
    """How long a lot or contract runs. ``unit`` is day, week, month or year."""

    value: Decimal
    unit: Literal["day", "week", "month", "year"]
    where: str


class Lot(msgspec.Struct, frozen=True, gc=False):
    """A part awarded alone. ``kind`` is Lot, Part or LotsGroup; ``start`` and ``end`` are dates as published (YYYY-MM-DD)."""

    id: str
    kind: str
    where: str
    texts: tuple[Text, ...] = ()
    codes: tuple[Code, ...] = ()
    criteria: tuple[AwardCriterion, ...] = ()
    value: Amount | None = None
    duration: Duration | None = None
    members: tuple[str, ...] = ()
    start: str = ""
    end: str = ""
    figures: tuple[Figure, ...] = ()


class Party(msgspec.Struct, frozen=True, gc=False):
    """An organisation; ``roles`` in OCDS words (buyer, supplier, tenderer, procuringEntity …); ``size`` as published (sme, large …)."""

    id: str
    name: str
    roles: tuple[str, ...]
    where: str
    country: str = ""
    size: str = ""


class Response(msgspec.Struct, frozen=True, gc=False):
    """A bid's answer to a requirement (CCCEV). ``value`` is exact: text, Decimal or bool."""

    requirement: str
    title: str
    value: str | Decimal | bool
    where: str


class Bid(msgspec.Struct, frozen=True, gc=False):
    """One bidder's offer. ``rank`` and ``status`` as published; ``reference`` is the buyer's own number for it.

    ``codes`` hold what is coded about it (``subcontracting``, ``country-of-origin``), ``texts`` the words, ``figures`` income and shares.
    """

    id: str
    where: str
    lots: tuple[str, ...] = ()
    status: str = ""
    value: Amount | None = None
    tenderers: tuple[str, ...] = ()
    rank: str = ""
    date: str = ""
    responses: tuple[Response, ...] = ()
    reference: str = ""
    codes: tuple[Code, ...] = ()
    texts: tuple[Text, ...] = ()
    figures: tuple[Figure, ...] = ()


class Statistic(msgspec.Struct, frozen=True, gc=False):
    """A count or sum about submissions (BT-759/760, OCDS bids.statistics)."""

    code: str
    value: Decimal | None
    where: str
    lot: str = ""


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What came of a lot: winner chosen or why not."""

    lot: str
    status: str
    where: str
    reason: str = ""
    value: Amount | None = None
    suppliers: tuple[str, ...] = ()
    bids: tuple[str, ...] = ()
    date: str = ""
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice, release or compiled record.

    ``format`` is eforms, ted-export, ocds, prozorro or decp; ``version`` as declared; ``procedure`` joins the notices and language
    versions of one procedure (ContractFolderID, ocid). ``subtype`` and ``method`` are as published. ``codes`` holds the procedure's codes,
    CPV with list ``cpv`` (first the main one); the lots hold theirs. A code with ``lot`` here was stated in the result of that lot.
    ``criteria`` are award criteria stated for the whole, ``value`` the estimate, ``awarded`` the total of the result, ``revision`` the
    version of the notice itself.
    """

    format: str
    version: str
    id: str
    procedure: str
    stage: Stage
    where: str = ""
    publication: str = ""
    subtype: str = ""
    form: str = ""
    date: str = ""
    languages: tuple[str, ...] = ()
    country: str = ""
    method: str = ""
    nature: str = ""
    texts: tuple[Text, ...] = ()
    codes: tuple[Code, ...] = ()
    value: Amount | None = None
    lots: tuple[Lot, ...] = ()
    parties: tuple[Party, ...] = ()
    bids: tuple[Bid, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    statistics: tuple[Statistic, ...] = ()
    problems: tuple[Problem, ...] = ()
    criteria: tuple[AwardCriterion, ...] = ()
    awarded: Amount | None = None
    figures: tuple[Figure, ...] = ()
    revision: str = ""

    def every_text(self) -> Iterator[Text]:
        """The texts of the whole, then of each lot in order, award criteria included."""
        yield from self.texts
        for criterion in self.criteria:
            yield from criterion.names
            yield from criterion.descriptions
        for lot in self.lots:
            yield from lot.texts
            for criterion in lot.criteria:
                yield from criterion.names
                yield from criterion.descriptions

    def every_code(self) -> Iterator[Code]:
        """The codes of the whole, then of each lot in order."""
        yield from self.codes
        for lot in self.lots:
            yield from lot.codes

    def coded(self, list_name: str) -> tuple[str, ...]:
        """The values found of one code list, each once, in order of appearance.

        >>> lots = (Lot("LOT-0001", "Lot", "", codes=(Code("environmental-impact", "circ-econ", "", "LOT-0001"),)),)
        >>> Notice("eforms", "eforms-sdk-1.10", "a", "b", "tender", lots=lots).coded("environmental-impact")
        ('circ-econ',)
        """
        return tuple(dict.fromkeys(code.value for code in self.every_code() if code.list == list_name))
