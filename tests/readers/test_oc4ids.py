"""OC4IDS: the fictional motorway project by value, and what is absent stays absent."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

from tenderloop.project import Project
from tenderloop.readers.notices import read_records
from tenderloop.readers.oc4ids import read_oc4ids

sys.path.insert(0, str(Path(__file__).parent))
from real_data import DATA, needs_data


@needs_data
def test_the_motorway_by_value() -> None:
    (record,) = read_records(DATA / "oc4ids" / "example-project-package.json")
    project = record.project
    assert (record.kind, record.version, record.where) == ("project", "0.9", "/projects/0")
    assert (project.status, project.type, project.sectors) == ("maintenance", "expansion", ("transport", "transport.road"))
    assert project.budget is not None
    assert (project.budget.value, project.budget.where) == (40_000_000, "/projects/0/budget/amount/amount")
    assert project.final_value is not None
    assert project.final_value.value == 42_100_000
    assert [(each.group, each.types) for each in project.measures] == [
        ("climate", ("regenerativeDesign",)),
        ("environmental", ("wasteManagement",)),
        ("conservation", ("locationAnalysis",)),
        ("social", ("masonry", "metal")),
    ]
    assert (project.flag("environment.hasImpactAssessment"), project.flag("social.inIndigenousLand")) == (True, False)
    assert [(each.category, each.value.value) for each in project.costs] == [("lifeCycle", 10_000_000), ("endOfLife", 50_000_000)]
    assert [(each.type, each.asset_class, each.concessional) for each in project.finance] == [("loan", ("debt",), True)]
    assert [(each.nature, each.sustainability, each.labour_obligations, each.modifications) for each in project.processes] == [
        (("construction",), ("awardCriteria",), ("minimumWage",), 3),
        (("design",), (), (), 0),
        (("supervision",), (), (), 0),
    ]
    assert [each.value for each in project.metrics[0].observations] == [50, 75, 100]
    assert project.benefits[0].people[0].value == 1000
    assert [(each.kind, each.participants and each.participants.value) for each in project.meetings] == [
        ("consultation", 25),
        ("lobbying", 4),
    ]
    assert {figure.name: figure.value for figure in project.amounts} == {
        "environment.abatementCost": Decimal("12.29"),
        "social.landCompensationBudget": Decimal(10000),
    }
    assert project.coded("policy") == ("infrastructurePlan",)
    assert len(project.periods) == 8
    assert record.every_problem() == ()


@needs_data
def test_the_blank_template_states_nothing() -> None:
    (record,) = read_records(DATA / "oc4ids" / "blank-project-package.json")
    project = record.project
    assert project.budget is None
    assert project.flags == ()
    assert all(text.value for text in project.texts)
    assert project.flag("environment.inProtectedArea") is None


def test_an_empty_project_is_empty_and_has_no_id() -> None:
    found = read_oc4ids({})
    assert [problem.code for problem in found.problems] == ["missing-project-id"]
    assert found == Project("oc4ids", "", "", problems=found.problems)
