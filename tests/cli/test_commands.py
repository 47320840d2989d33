"""The command line's contract: what is written, what is said, and how it ends."""

import csv
import io
import json
import subprocess
import sys
import tomllib

import geopandas as gpd
import pytest

from tuoyu_geo.config import Config
from tuoyu_geo.layers.fields import match_columns
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.policy import read_policy
from tuoyu_geo.project import open_project

FILES = [
    "findings.csv",
    "manifest.json",
    "maps/health.html",
    "maps/housing.html",
    "maps/natural_resources.html",
    "maps/overview.html",
    "maps/townships/999900001.html",
    "maps/townships/999900101.html",
    "plan.gpkg",
    "plan.xlsx",
    "report.docx",
    "report.html",
    "summary.json",
    "townships/999900001.pdf",
    "townships/999900101.pdf",
]


def files(folder) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_help_names_every_command_and_loads_nothing_heavy():
    code = (
        "import sys\n"
        "sys.argv = ['tuoyu-geo', '--help']\n"
        "from tuoyu_geo.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'geopandas','folium','numba','scipy','pydantic','pandas','matplotlib','openpyxl','numpy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    for name in ("init", "check", "run", "maps", "gaps", "coverage", "site"):
        assert f"  {name} " in done.stdout
    assert done.stdout.strip().endswith("[]")


def test_run_writes_all_files_and_says_so(town, tuoyu, tmp_path):
    done = tuoyu("run", town(), "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert sorted(files(tmp_path / "out")) == FILES
    for name in FILES:
        assert name in done.stdout
    assert "现状 58.9% → 规划后 100.0%" in done.stdout
    assert "已证明最优" in done.stdout
    assert done.stderr == ""


def test_two_runs_give_the_same_bytes(town, tuoyu, tmp_path):
    folder = town()
    for name in ("one", "two"):
        assert tuoyu("run", folder, "--out", tmp_path / name).returncode == 0
    one, two = files(tmp_path / "one"), files(tmp_path / "two")
    first, second = (json.loads(found.pop("manifest.json")) for found in (one, two))
    assert one == two
    for manifest in (first, second):
        del manifest["timings_s"], manifest["written_at"]
    assert first == second


def test_named_project_writes_into_its_own_out(town, tuoyu):
    folder = town()
    assert tuoyu("run", folder).returncode == 0
    assert sorted(files(folder / "out")) == FILES


def test_plan_that_misses_a_quota_is_written_and_ends_with_1(town, tuoyu, tmp_path, lattice):
    policy = lattice.POLICY.replace('name = "甲街道"\nminimum = 2', 'name = "甲街道"\nminimum = 4')
    done = tuoyu("run", town(policy_toml=policy), "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "甲街道应有4家" in done.stdout
    assert sorted(files(tmp_path / "out")) == FILES


def test_faulty_layers_end_with_1_and_write_nothing(town, tuoyu, tmp_path, lattice):
    estates = lattice.ESTATES.replace(",2000,,无", ",-5,,无").replace("E2,", "E1,")
    done = tuoyu("run", town(communities_csv=estates), "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "第2行" in done.stderr
    assert "第3行" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_debug_shows_the_traceback(town, tuoyu, lattice):
    done = tuoyu("run", town(communities_csv=lattice.ESTATES.replace("E2,", "E1,")), "--debug")
    assert "Traceback" in done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "nowhere"),
        ("run", "TOWN", "--set", "siting.budgett=3"),
        ("run", "TOWN", "--set", "siting.budget=-3"),
        ("run", "TOWN", "--set", "nothing"),
        ("run", "TOWN", "--set", 'layers.roads.path="https://example.org/roads.gpkg"'),
        ("run", "TOWN", "--set", 'layers.roads.path="/vsicurl/x.gpkg"'),
        ("run", "TOWN", "--set", 'layers.roads.path="../elsewhere.gpkg"'),
        ("gaps", "TOWN", "--format", "pdf"),
        ("nonsense",),
    ],
)
def test_wrong_usage_ends_with_2(town, tuoyu, arguments):
    folder = town()
    done = tuoyu(*[folder if argument == "TOWN" else argument for argument in arguments])
    assert done.returncode == 2, done.stdout
    assert "Traceback" not in done.stderr


def test_check_of_a_clean_town(town, tuoyu, tmp_path):
    done = tuoyu("check", town(), "--out", tmp_path / "out")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "residents←常住人口" in done.stdout
    table = list(csv.reader(io.StringIO((tmp_path / "out" / "findings.csv").read_text(encoding="utf-8-sig"))))
    assert table[0][:4] == ["严重程度", "图层", "文件", "行"]
    assert {row[0] for row in table[1:]} <= {"警告", "提示"}


def test_check_lists_every_fault_at_once(town, tuoyu, tmp_path, lattice):
    estates = lattice.ESTATES.replace(",2000,,无", ",-5,,无")
    institutions = lattice.INSTITUTIONS.replace("已备案", "好像备案")
    done = tuoyu(
        "check", town(communities_csv=estates, institutions_csv=institutions), "--out", tmp_path / "out"
    )
    assert done.returncode == 1
    for word in ("communities.csv", "institutions.csv", "好像备案", "-5"):
        assert word in done.stdout
    assert "错误 2 条" in done.stdout


def test_check_names_policy_and_layers_that_do_not_fit(town, tuoyu, lattice):
    done = tuoyu("check", town(policy_toml=lattice.POLICY.replace("999900101", "999900109")))
    assert done.returncode == 1
    assert "999900109" in done.stdout


@pytest.mark.parametrize("command", ["gaps", "coverage", "site"])
def test_one_question_each_in_every_form(town, tuoyu, command):
    folder = town()
    table = tuoyu(command, folder)
    assert table.returncode == 0, table.stderr
    assert "│" in table.stdout
    rows = json.loads(tuoyu(command, folder, "--format", "json").stdout)
    lines = list(csv.DictReader(io.StringIO(tuoyu(command, folder, "--format", "csv").stdout)))
    assert len(rows) == len(lines) > 0
    collection = json.loads(tuoyu(command, folder, "--format", "geojson").stdout)
    assert collection["type"] == "FeatureCollection"
    lon, lat = collection["features"][0]["geometry"]["coordinates"]
    assert 117 < lon < 118
    assert 25 < lat < 27


@pytest.mark.parametrize(
    ("by", "rows", "word"),
    [
        ("township", 2, "未满足"),
        ("area", 3, "偏远村"),
        ("curve", 168, "全体居民"),
        ("institution", 1, "适中"),
        ("nearest", 6, "山前村"),
        ("equity", 3, "基尼系数"),
    ],
)
def test_coverage_by(town, tuoyu, by, rows, word):
    folder = town()
    table = tuoyu("coverage", folder, "--by", by)
    assert table.returncode == 0, table.stderr
    assert word in table.stdout
    assert "主口径：常住人口" in table.stdout.splitlines()[0]
    assert len(json.loads(tuoyu("coverage", folder, "--by", by, "--format", "json").stdout)) == rows


@pytest.mark.slow
def test_maps_keeps_what_did_not_change_and_says_why(town, tuoyu, tmp_path):
    folder, out = town(), tmp_path / "out"
    tuoyu("run", folder, "--out", out)
    before = files(out)
    assert tuoyu("maps", folder, "--out", out).stdout.count("未变，保留") == 6
    assert files(out) == before
    (out / "maps" / "health.html").unlink()
    (out / "maps" / "housing.html").write_text("changed", encoding="utf-8")
    said = tuoyu("maps", folder, "--out", out).stdout
    assert said.count("未变，保留") == 4
    assert "health.html：已重画（文件不在）" in said
    assert "housing.html：已重画（文件被改动过）" in said
    maps = [name for name in FILES if name.startswith("maps/")]
    assert {name: files(out)[name] for name in maps} == {name: before[name] for name in maps}
    table = folder / "candidates.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",60,", ",61,"), encoding="utf-8")
    assert tuoyu("maps", folder, "--out", out).stdout.count("输入文件变了：candidates.csv") == 6
    said = tuoyu("maps", folder, "--out", out, "--set", "siting.budget=9").stdout
    assert said.count("设置变了：project.siting.budget") == 6
    assert tuoyu("maps", folder, "--out", out, "--force").stdout.count("已重画（按要求全部重画）") == 6
    # a change that no map shows redraws none of them, and says so
    policy = folder / "policy.toml"
    policy.write_text(policy.read_text(encoding="utf-8") + "# 注\n", encoding="utf-8")
    kept = files(out)
    said = tuoyu("maps", folder, "--out", out).stdout
    assert said.count("内容相同，保留（输入文件变了：policy.toml，但这张图不受影响）") == 6
    assert {name: files(out)[name] for name in maps} == {name: kept[name] for name in maps}
    assert tuoyu("maps", folder, "--out", out).stdout.count("未变，保留") == 6
    (out / "manifest.json").write_text("{", encoding="utf-8")
    assert tuoyu("maps", folder, "--out", out).stdout.count("没有可用的 manifest.json") == 6


def test_the_map_of_a_township_that_is_gone_goes_too(town, tuoyu, tmp_path, lattice):
    folder, out = town(), tmp_path / "out"
    tuoyu("maps", folder, "--out", out)
    townships = gpd.read_file(folder / "townships.gpkg")
    townships["区划代码"] = ["999900001", "999900102"]
    townships.to_file(folder / "townships.gpkg")
    policy = folder / "policy.toml"
    policy.write_text(policy.read_text(encoding="utf-8").replace("999900101", "999900102"), encoding="utf-8")
    said = tuoyu("maps", folder, "--out", out).stdout
    assert "maps/townships/999900101.html：已删除" in said
    assert sorted(path.name for path in (out / "maps" / "townships").iterdir()) == [
        "999900001.html",
        "999900102.html",
    ]


def test_maps_alone_make_the_maps(town, tuoyu, tmp_path):
    done = tuoyu("maps", town(), "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert sorted(files(tmp_path / "out")) == [
        "manifest.json",
        *[name for name in FILES if name.startswith("maps/")],
    ]


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp936", "cp1252"])
def test_a_console_of_windows_takes_whatever_is_said(town, tuoyu_process, lattice, tmp_path, encoding):
    """Tables are drawn with lines, plans are told with arrows and ‰: what a console can't show must not stop a run."""
    folder = town(communities_csv=lattice.ESTATES.replace("河西", "河西😀"))
    for words in (["check", folder], ["run", folder, "--out", tmp_path / "out"], ["init", tmp_path / "新"]):
        done = tuoyu_process(*words, encoding=encoding)
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert ("已写入" in done.stdout) == (encoding == "cp936")
    assert sorted(files(tmp_path / "out")) == FILES


def test_output_in_gbk_does_not_break_on_emoji(town, tuoyu_process, lattice):
    estates = lattice.ESTATES.replace("河西", "河西😀")
    done = tuoyu_process("gaps", town(communities_csv=estates), encoding="gbk")
    assert done.returncode == 0, done.stderr
    assert "河西" in done.stdout


def test_init_writes_a_project_whose_every_setting_is_there(tuoyu, tmp_path):
    done = tuoyu("init", tmp_path / "new")
    assert done.returncode == 0, done.stderr
    settings = (tmp_path / "new" / "project.toml").read_text(encoding="utf-8")
    tomllib.loads(settings)
    for name, field in Config.model_fields.items():
        section = field.annotation
        keys = getattr(section, "model_fields", {})
        if name == "layers":
            from tuoyu_geo.config import LayerSection

            keys = LayerSection.model_fields
        for key in keys:
            assert f"{key} =" in settings or (key == "columns" and ".columns]" in settings), f"{name}.{key}"
    read_policy(tmp_path / "new" / "policy.toml")
    open_project(tmp_path / "new")


def test_template_headers_are_recognised_by_the_reader(tuoyu, tmp_path):
    import openpyxl

    tuoyu("init", tmp_path / "new")
    for role in ("communities", "villages", "institutions", "candidates"):
        path = tmp_path / "new" / f"{role}.xlsx"
        header = [cell.value for cell in openpyxl.load_workbook(path).worksheets[0][1]]
        source = LayerSource(
            role=role, path=path, file=path.name, crs=None, datum="wgs84", quality="official", source="", sheet=None,
            encoding=None, on_invalid="raise", columns={},
        )  # fmt: skip
        mapping, findings = match_columns(header, source)
        assert findings == []
        assert sorted(mapping.values()) == sorted(header)


def test_init_keeps_off_a_project_that_is_there(tuoyu, tmp_path):
    tuoyu("init", tmp_path / "new")
    before = files(tmp_path / "new")
    done = tuoyu("init", tmp_path / "new", "--example")
    assert done.returncode == 2
    assert files(tmp_path / "new") == before


def test_init_example_writes_the_example(tuoyu, tmp_path, root):
    done = tuoyu("init", "--example", tmp_path / "demo")
    assert done.returncode == 0, done.stderr
    assert files(tmp_path / "demo") == files(root / "data" / "yongan")
    assert tuoyu("check", tmp_path / "demo").returncode == 0


def test_a_county_with_nothing_yet(town, tuoyu, tmp_path, lattice):
    """No institution and no candidate: sensible files, and the plan says what is missing."""
    head = lambda table: table.splitlines()[0] + "\n"  # noqa: E731
    folder = town(institutions_csv=head(lattice.INSTITUTIONS), candidates_csv=head(lattice.CANDIDATES))
    done = tuoyu("run", folder, "--out", tmp_path / "out")
    assert done.returncode == 1, done.stderr
    assert "甲街道应有2家，现有0家，可新增0家，仍缺2家" in done.stdout
    assert sorted(files(tmp_path / "out")) == FILES
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["institutions"] == {"existing": 0, "counted": 0, "proposed": 0}
    assert summary["coverage"]["after"]["residents"] == 0
    assert len(gpd.read_file(tmp_path / "out" / "plan.gpkg", layer="sites")) == 0
