"""The names of eForms: namespaces, languages, code lists and the identifiers of fields that may be withheld.

Knows words of the standard. Must not know how a notice is walked or what a code is worth.
Source: eForms SDK 1.15.1, ``codelists/*.gc`` and ``fields/fields.json``; codes dropped after SDK 1.0 to 1.6 are kept: notices carry them.
"""

from __future__ import annotations

from typing import Final, Literal

NAMESPACES: Final[dict[str, str]] = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "ext": "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2",
    "efext": "http://data.europa.eu/p27/eforms-ubl-extensions/1",
    "efac": "http://data.europa.eu/p27/eforms-ubl-extension-aggregate-components/1",
    "efbc": "http://data.europa.eu/p27/eforms-ubl-extension-basic-components/1",
}
"""The prefixes that every place (``where``) of an eForms notice uses; hand them to an XPath engine to find the value again."""

CAC: Final = "{" + NAMESPACES["cac"] + "}"
CBC: Final = "{" + NAMESPACES["cbc"] + "}"
EXT: Final = "{" + NAMESPACES["ext"] + "}"
EFEXT: Final = "{" + NAMESPACES["efext"] + "}"
EFAC: Final = "{" + NAMESPACES["efac"] + "}"
EFBC: Final = "{" + NAMESPACES["efbc"] + "}"

ROOTS: Final[dict[str, str]] = {
    "urn:oasis:names:specification:ubl:schema:xsd:PriorInformationNotice-2": "PriorInformationNotice",
    "urn:oasis:names:specification:ubl:schema:xsd:ContractNotice-2": "ContractNotice",
    "urn:oasis:names:specification:ubl:schema:xsd:ContractAwardNotice-2": "ContractAwardNotice",
    "http://data.europa.eu/p27/eforms-business-registration-information-notice/1": "BusinessRegistrationInformationNotice",
}

# Three letters (ISO 639-2/T, as the authority table "language" writes them) to two.
LANGUAGES: Final[dict[str, str]] = {
    "BUL": "bg",
    "CAT": "ca",
    "CES": "cs",
    "DAN": "da",
    "DEU": "de",
    "ELL": "el",
    "ENG": "en",
    "EST": "et",
    "EUS": "eu",
    "FIN": "fi",
    "FRA": "fr",
    "GLE": "ga",
    "GLG": "gl",
    "HRV": "hr",
    "HUN": "hu",
    "ISL": "is",
    "ITA": "it",
    "LAV": "lv",
    "LIT": "lt",
    "LTZ": "lb",
    "MKD": "mk",
    "MLT": "mt",
    "NLD": "nl",
    "NNO": "nn",
    "NOB": "nb",
    "NOR": "no",
    "POL": "pl",
    "POR": "pt",
    "RON": "ro",
    "RUS": "ru",
    "SLK": "sk",
    "SLV": "sl",
    "SPA": "es",
    "SQI": "sq",
    "SRP": "sr",
    "SWE": "sv",
    "TUR": "tr",
    "UKR": "uk",
}

Unit = Literal["day", "week", "month", "year"]
UNITS: Final[dict[str, Unit]] = {
    "DAY": "day",
    "DAYS": "day",
    "CALENDAR_DAY": "day",
    "WEEK": "week",
    "WEEKS": "week",
    "MONTH": "month",
    "MONTHS": "month",
    "YEAR": "year",
    "YEARS": "year",
}

CODES: Final[dict[str, frozenset[str]]] = {
    "strategic-procurement": frozenset({"env-imp", "inn-pur", "none", "soc-obj"}),
    "environmental-impact": frozenset(
        {"biodiv-eco", "circ-econ", "clim-adapt", "clim-mitig", "other", "pollu-prev", "water-mar"}
        | {"emas-com", "ene-ef-com", "iso-14001-com", "iso-14024-com", "reg-834-2007-com"}  # SDK 1.0 to 1.2
    ),
    "social-objective": frozenset({"acc-all", "et-eq", "gen-eq", "hum-right", "opp", "other", "work-cond"}),
    "innovative-acquisition": frozenset(
        {"mar-nov", "proc-innov", "prod-innov", "rd-act"} | {"buy-eff", "fp-requ", "org-nov", "other"}  # up to SDK 1.6
    ),
    "gpp-criteria": frozenset({"eu", "national", "none", "other"}),
    "accessibility": frozenset({"inc", "n-inc", "n-inc-just"}),
    "framework-agreement": frozenset({"fa-mix", "fa-w-rc", "fa-wo-rc", "none"}),
    "dps-usage": frozenset({"dps-list", "dps-nlist", "none"}),
    "eu-funded": frozenset({"eu-funds", "no-eu-funds"}),
    "reserved-procurement": frozenset({"none", "res-pub-ser", "res-ws"}),
    "reserved-execution": frozenset({"no", "not-known", "yes"}),
    "permission": frozenset({"allowed", "not-allowed", "required"}),
    "award-criterion-type": frozenset({"cost", "price", "quality"}),
    "cvd-contract-type": frozenset({"oth-serv-contr", "pass-tran-serv", "veh-acq"}),
    "contract-nature": frozenset({"services", "supplies", "works"}),
    "number-weight": frozenset({"dec-exa", "dec-mid", "ord-imp", "per-exa", "per-mid", "poi-exa", "poi-mid"}),
    "number-fixed": frozenset({"fix-tot", "fix-unit"}),
    "number-threshold": frozenset({"max-pass", "min-score"}),
    "winner-selection-status": frozenset({"clos-nw", "open-nw", "selec-w"}),
    "energy-efficiency-basis": frozenset({"eco-des", "eed-spec", "enrg-lab", "gpp-crit", "nzeb-bui"}),
}
"""The codes known of each list that is checked; a list that is not here is read as published."""

# List names seen in real notices for what the standard calls otherwise.
LIST_ALIASES: Final[dict[str, str]] = {
    "social-procurement": "social-objective",
    "eforms-contract-nature": "contract-nature",
}

PARAMETER_LISTS: Final[dict[str, Literal["weight", "fixed", "threshold"]]] = {
    "number-weight": "weight",
    "number-fixed": "fixed",
    "number-threshold": "threshold",
}
LIST_OF_PARAMETER: Final[dict[str, str]] = {code: name for name in PARAMETER_LISTS for code in CODES[name]}

UNPUBLISHED: Final = "unpublished"
"""What the publisher writes in place of a text or code that is withheld."""

WITHHELD_FIELDS: Final[dict[str, str]] = {
    "awa-cri-com": "the formula of the award criteria (BT-543)",
    "awa-cri-des": "the description of the award criterion (BT-540)",
    "awa-cri-fix": "the kind of the fixed number (BT-5422)",
    "awa-cri-nam": "the name of the award criterion (BT-734)",
    "awa-cri-num": "the number of the award criterion (BT-541)",
    "awa-cri-ord": "the reason for the order of the award criteria (BT-733)",
    "awa-cri-thr": "the kind of the threshold (BT-5423)",
    "awa-cri-typ": "the type of the award criterion (BT-539)",
    "awa-cri-wei": "the kind of the weight (BT-5421)",
    "con-rev-buy": "the income paid by the buyer (BT-160)",
    "con-rev-use": "the income paid by users (BT-162)",
    "cou-ori": "the country of origin (BT-191)",
    "max-val": "the greatest value of the framework (BT-709)",
    "no-awa-rea": "the reason for not awarding (BT-144)",
    "not-app-val": "the approximate value of the frameworks (BT-1118)",
    "not-max-val": "the greatest value of the frameworks (BT-118)",
    "not-val": "the total value (BT-161)",
    "pro-fea": "the features of the procedure (BT-88)",
    "pro-typ": "the procedure (BT-105)",
    "rec-sub-cou": "the number of submissions (BT-759)",
    "rec-sub-typ": "the kind of submissions (BT-760)",
    "ree-val": "the new estimate of the framework (BT-660)",
    "sub-con": "whether it is subcontracted (BT-773)",
    "sub-des": "the description of subcontracting (BT-554)",
    "sub-per": "the subcontracted share (BT-555)",
    "sub-val": "the subcontracted value (BT-553)",
    "ten-ran": "the rank (BT-171)",
    "ten-val-hig": "the highest tender (BT-711)",
    "ten-val-low": "the lowest tender (BT-710)",
    "val-con-des": "the description of the concession's value (BT-163)",
    "win-cho": "whether a winner was chosen (BT-142)",
    "win-ten-val": "the value of the tender (BT-720)",
    "win-ten-var": "whether the tender is a variant (BT-193)",
}
"""Identifiers of ``efac:FieldsPrivacy`` for what is read here, with the field's name in words."""
