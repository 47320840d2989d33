"""The site's reference is written from the code, and nothing that people set, fill in or call goes undocumented."""

import csv
import importlib.util
import re
import subprocess
import sys

import pytest
import typer
from pydantic import Field

from tuoyu_geo.settings import Section

COLUMN = {
    "layer": "communities",
    "field": "name",
    "required": "yes",
    "unit": "",
    "meaning": "",
    "aliases": "名称",
}


def _bare(silent: str = typer.Option("", "--silent")):
    return silent


@pytest.fixture(scope="module")
def reference(root):
    spec = importlib.util.spec_from_file_location("reference", root / "docs" / "reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_page_can_be_written(reference):
    for name, page in reference.PAGES.items():
        assert page().startswith("# "), name


def test_settings_columns_commands_and_outputs_are_all_there(reference, root):
    settings, columns = reference.settings_page(), reference.columns_page()
    for word in ("time_limit_s", "under3_total", "snap_max_m", "on_invalid", "map_approval_number"):
        assert f"`{word}`" in settings
    for word in ("`households`", "`registration`", "`demonstration`", "备案状态", "规划居住人口"):
        assert word in columns
    for word in ("built_until", "standards_file", "registries", "`old_estate`", "used_as"):
        assert word in reference.policy_page()
    with (root / "src" / "tuoyu_geo" / "layers" / "columns.csv").open(encoding="utf-8") as stream:
        fields = [row["field"] for row in csv.DictReader(stream)]
    assert [field for field in fields if f"`{field}`" not in columns] == []
    commands = reference.commands_page()
    files = {
        path.stem
        for path in (root / "src" / "tuoyu_geo" / "cli").glob("*.py")
        if "NAME = " in path.read_text(encoding="utf-8")
    }
    named = set(re.findall(r"^## tuoyu-geo ([\w-]+)$", commands, re.MULTILINE))
    assert len(files) > 10
    assert files - {name.replace("-", "_") for name in named} == set()
    assert "--set" in commands


def test_every_kind_of_output_says_where_its_form_stands(reference):
    from tuoyu_geo.schema import SCHEMAS

    page = reference.outputs_page()
    for kind, number in SCHEMAS.items():
        assert re.search(rf"^\| `{kind}` \| .+ \| {number} \| .+ \|$", page, re.MULTILINE), kind
    assert set(reference.FORMS) == set(SCHEMAS)


def test_every_file_format_has_its_how_to(root):
    from tuoyu_geo.layers.kinds import ENDINGS, INSTEAD

    page = (root / "docs" / "formats.md").read_text(encoding="utf-8")
    words = set(re.findall(r"\.\w+(?:\.\w+)?", page))
    assert [ending for ending in (*ENDINGS, *INSTEAD) if ending not in words] == []


def test_an_undocumented_column_or_command_fails(reference, monkeypatch):
    monkeypatch.setattr(reference.csv, "DictReader", lambda _stream: iter([COLUMN | {"meaning": " "}]))
    with pytest.raises(reference.Undocumented, match=r"column communities\.name"):
        reference.columns_page()
    app = typer.Typer(help="all")
    app.command("bare", help="does")(_bare)
    app.command("other", help="does too")(lambda: None)
    monkeypatch.setattr(reference, "app", app)
    with pytest.raises(reference.Undocumented, match="bare --silent"):
        reference.commands_page()


def test_every_file_of_a_run_is_documented(reference, root):
    import tuoyu_geo as tg

    written = tg.open_project(root / "data" / "yongan")
    assert written.config.project.title
    source = (root / "src" / "tuoyu_geo" / "building" / "build.py").read_text(encoding="utf-8")
    for name in re.findall(r'"([\w.]+\.(?:xlsx|docx|html|gpkg|json|csv))"', source):
        assert name in reference.OUTPUTS, name


def test_an_undocumented_setting_fails(reference):
    class Bare(Section):
        """A section."""

        x: int = Field(default=1)

    with pytest.raises(reference.Undocumented, match=r"Bare\.x"):
        list(reference._table(Bare))


def test_every_setting_stands_in_the_template(root):
    from tuoyu_geo.policy.compliance import JUDGES
    from tuoyu_geo.policy.rules import ClauseRule, Member

    template = (root / "src" / "tuoyu_geo" / "templates" / "policy.toml").read_text(encoding="utf-8")
    for model in (ClauseRule, Member):
        missing = [name for name in model.model_fields if not re.search(rf"\b{name}\b", template)]
        assert missing == [], model.__name__
    assert [judge for judge in JUDGES if not re.search(rf"\b{judge}\b", template)] == []


@pytest.mark.slow
def test_site_builds_without_a_warning(root, tmp_path):
    pytest.importorskip("material", reason='needs pip install ".[docs]"')
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(tmp_path / "site")],
        cwd=root,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "site" / "reference" / "settings.html").exists()


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_readme_points_to_what_is_there(root, name):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", (root / name).read_text(encoding="utf-8"))
    assert len(links) > 3
    assert [one for one in links if "://" not in one and not (root / one).exists()] == []
