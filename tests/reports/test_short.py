"""What the report says of the number of sites where the rules can't all be met."""

import tuoyu_geo as tg
from tuoyu_geo.reports.chapters_plan import layout


def told(lattice, folder, *settings):
    """The layout's paragraphs."""
    project = tg.open_project(lattice.write_town(folder), overrides=settings)
    blocks = layout(project.plan().outcome)
    return "".join(getattr(block, "words", "") for block in blocks)


def test_a_proof_of_a_plan_that_falls_short_is_not_one_of_what_the_rules_take(lattice, tmp_path):
    short = told(lattice, tmp_path / "short", "siting.budget=1")
    assert "不是满足全部规则的处数" in short
    assert "不能再少" not in short


def test_a_plan_that_meets_all_rules_is_proven_to_be_the_least(lattice, tmp_path):
    met = told(lattice, tmp_path / "met")
    assert "不能再少" in met
    assert "没有全部满足" not in met
