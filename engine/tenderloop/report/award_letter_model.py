"""What a letter to a bidder is: to whom, about what, and its blocks in order.

Knows the parts of a letter. Must not know HTML, PDF, or what a letter may say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tenderloop.report.award_model import Table

LetterKind = Literal["outcome", "explanation"]


@dataclass(frozen=True)
class Heading:
    """A heading inside a letter."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph. ``key`` marks the sentence that the letter is about; ``quiet`` what is background."""

    text: str
    kind: Literal["", "key", "quiet"] = ""


@dataclass(frozen=True)
class Points:
    """A list, numbered or not."""

    items: tuple[str, ...]
    numbered: bool = False


Block = Heading | Paragraph | Points | Table


@dataclass(frozen=True)
class Letter:
    """A letter to one bidder about one bid. ``notes`` are for the buyer before it is sent, and are never written into it."""

    kind: LetterKind
    bid: str
    bidder: str
    version: str
    lot: str
    subject: str
    buyer: str
    procedure: str
    reference: str
    date: str
    language: str
    engine: str
    identity: str
    body: tuple[Block, ...]
    annex_title: str = ""
    annex: tuple[Block, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of its file, without ending: it holds nothing but the addressee's own bid."""
        return f"{self.kind}_{self.bid}"
