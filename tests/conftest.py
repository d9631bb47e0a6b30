"""Options and settings that all tests share: ``--update-golden``, and how long properties are searched.

Profiles of hypothesis, chosen with ``HYPOTHESIS_PROFILE``: ``steady`` (300 cases a property, the same ones every time; the default) and
``search`` (2,000 new ones each time, for hunting).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent / "properties"))  # building.py and worlds.py serve unit tests too

_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
settings.register_profile("steady", max_examples=300, derandomize=True, deadline=None, suppress_health_check=_QUIET)
settings.register_profile("search", max_examples=2000, deadline=None, database=None, suppress_health_check=_QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-golden`` rewrites the golden files instead of comparing with them; the diff is reviewed like code."""
    parser.addoption("--update-golden", action="store_true", default=False, help="write golden results anew instead of comparing")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written anew."""
    return bool(request.config.getoption("--update-golden"))
