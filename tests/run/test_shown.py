"""What a notebook shows of a project, its layers and its plan."""

import tuoyu_geo as tg


def test_objects_print_themselves(town, lattice):
    estates = lattice.ESTATES.replace("新城", "<b>新城</b>")
    project = tg.open_project(
        town(communities_csv=estates, candidates_csv=lattice.CANDIDATES.replace("甲社区", "<i>甲</i>"))
    )
    shown = project._repr_html_()
    assert "communities.csv" in shown
    assert "未核" in shown
    layers = project.layers()._repr_html_()
    assert "居住小区" in layers
    assert "EPSG:4548" in layers
    plan = project.plan()
    page = plan._repr_html_()
    assert "&lt;i&gt;" in page
    assert "<i>" not in page
    table = plan.compliance()
    assert table["条款"].tolist() == [clause.id for clause in plan.clauses]
    assert table["规划后"].tolist() == [clause.observed_plan for clause in plan.clauses]
