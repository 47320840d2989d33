"""The frontier of the town on paper, and its figures worked out again by the whole chain."""

import pytest

import tuoyu_geo as tg


@pytest.fixture
def frontier_of(town):
    def of(by, **changes):
        folder = town(**changes)
        return tg.open_project(folder).frontier(by=by), folder

    return of


@pytest.mark.slow
@pytest.mark.parametrize("by", ["sites", "cost"])
def test_a_points_figures_are_those_of_a_plan_with_its_sites(frontier_of, by):
    found, folder = frontier_of(by)
    table = found.table
    assert len(table) > 1
    assert (table["status"] == "optimal").all()
    assert table["covered_share"].is_monotonic_increasing
    for row in table.itertuples():
        ids = row.site_ids.split("、") if row.site_ids else []
        assert len(ids) == row.n_sites
        forced = "[" + ",".join(f'"{one}"' for one in ids) + "]"
        plan = tg.open_project(
            folder, overrides=[f"siting.forced={forced}", f"siting.budget={len(ids)}"]
        ).plan()
        summary = plan.outcome.summary
        assert summary["coverage"]["after"]["residents"] == pytest.approx(row.covered_share)
        places = summary["places"]
        assert row.places_short == max(places["required"] - places["existing"] - places["proposed"], 0)
        assert row.quota_shortfall == plan.quotas["shortfall"].sum()
        assert row.cost_10k_yuan == pytest.approx(plan.sites["cost_10k_yuan"].sum())


def test_a_cost_nobody_stated_is_named(frontier_of, lattice):
    table = lattice.CANDIDATES.splitlines()
    cost = table[0].split(",").index("估算投资(万元)")
    cells = table[1].split(",")
    cells[cost] = ""
    found, _ = frontier_of("cost", candidates_csv="\n".join([table[0], ",".join(cells), *table[2:]]) + "\n")
    with_it = found.table[found.table["site_ids"].str.contains(cells[0])]
    assert len(with_it)
    assert (with_it["n_cost_filled"] == 1).all()
    assert with_it["cost_filled_share"].between(0, 1, inclusive="right").all()
    assert any("1个没有填投资" in note for note in found.notes)


def test_the_least_number_at_each_standard(frontier_of):
    found, folder = frontier_of("standard")
    urban = found.table[found.table["scope"] == "urban"].set_index("standard_m")
    # At the policy's own standard this is what a plan without a places target needs.
    project = tg.open_project(folder)
    own = urban.loc[project.policy.coverage.urban.value]
    plan = project.plan()
    assert own["is_reached"]
    assert own["n_sites"] <= plan.objective
    # A longer standard is never harder.
    assert urban["largest_share"].is_monotonic_increasing
    reached = urban[urban["is_reached"]]
    assert reached["n_sites"].is_monotonic_decreasing
    assert (urban["bound"] == urban["n_sites"]).all()
    shown = found.shown()
    assert len(shown) == len(found.table)
