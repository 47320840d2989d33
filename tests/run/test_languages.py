"""A whole run in English: no Chinese in what people read but names and quotations; two projects never mix."""

import re
import zipfile

import pytest

import tuoyu_geo as tg
from tuoyu_geo.messages import speaking

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
# Fonts that official documents ask for, and those in the styles of Office's own templates.
FONTS = {"方正小标宋简体", "仿宋", "黑体", "宋体", "楷体", "ＭＳ", "明朝", "新細明體"}
# What a cell may hold in a Chinese file, quoted in findings.
EXAMPLES = {"个月", "岁"}
# The columns of the files as they were found: the senders' own words.
MAPPINGS = re.compile(r'"mappings": \{.*?\n \}', re.DOTALL)


def chinese_in(path):
    if path.suffix in {".xlsx", ".docx"}:
        archive = zipfile.ZipFile(path)
        # a theme names fonts for every script
        names = [name for name in archive.namelist() if name.endswith(".xml") and "/theme/" not in name]
        texts = [archive.read(name).decode() for name in names]
    else:
        texts = [MAPPINGS.sub("", path.read_text(encoding="utf-8-sig"))]
    for written in texts:
        plain = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), written)
        yield from CHINESE.findall(plain)


@pytest.fixture(scope="module")
def english(tmp_path_factory, lattice):
    folder = lattice.write_town(tmp_path_factory.mktemp("english"))
    with speaking("en"):
        project = tg.open_project(folder)
    return folder, project, project.build(folder / "out")


def test_an_english_run_says_nothing_in_chinese_but_data(english):
    folder, _, built = english
    data = "\n".join(
        path.read_text(encoding="utf-8-sig")
        for path in sorted(folder.iterdir())
        if path.suffix in {".toml", ".csv", ".geojson"}
    )
    data += "甲街道乙镇方格市"  # names of townships, which stand in a GeoPackage
    found = {
        (name, words)
        for name in built.files
        if name.endswith((".html", ".xlsx", ".docx", ".json", ".csv"))
        for words in chinese_in(folder / "out" / name)
        if words not in data and words not in FONTS | EXAMPLES
    }
    assert found == set()


def test_it_is_english_in_each_kind_of_file(english):
    folder, _, built = english
    assert "Coverage" in built.plan.headline()
    assert '"legend":"Legend' in (folder / "out/maps/overview.html").read_text(encoding="utf-8")
    assert '"html_lang":"en"' in (folder / "out/maps/overview.html").read_text(encoding="utf-8")
    sheets = zipfile.ZipFile(folder / "out/plan.xlsx").read("xl/workbook.xml").decode()
    assert 'name="Institutions"' in sheets
    assert "Siting plan" in zipfile.ZipFile(folder / "out/report.docx").read("word/document.xml").decode()
    assert '<html lang="en">' in (folder / "out/report.html").read_text(encoding="utf-8")


def test_figures_are_those_of_the_chinese_run(english, lattice):
    folder, project, built = english
    ours, theirs = built.plan.outcome.summary, tg.open_project(folder).outcome().summary
    for name in ("population", "institutions", "places", "coverage", "townships", "flags", "sites"):
        if name == "coverage":
            assert ours[name]["after"] == theirs[name]["after"]
        else:
            assert ours[name] == theirs[name], name
    assert project.language == "en"


def test_two_projects_side_by_side_keep_to_their_languages(english):
    folder, ours, _ = english
    theirs = tg.open_project(folder)
    for _ in range(2):
        assert CHINESE.search(theirs.access().__repr__())
        assert not CHINESE.search(ours.access().__repr__())
        assert theirs.plan().headline().splitlines()[1] != ours.plan().headline().splitlines()[1]
    with speaking("en"):
        assert CHINESE.search(theirs.access()._repr_html_())
    assert "Coverage" in ours.access()._repr_html_()


@pytest.mark.parametrize(
    "case",
    [
        (None, None, None, "zh"),
        ("en", None, None, "en"),
        ("zh", "en", None, "en"),
        ("en", "zh", None, "zh"),
        ("en", "en", "zh", "zh"),
        (None, "fr_FR", None, "zh"),
    ],
)
def test_a_context_comes_first_then_the_environment_then_the_project(english, monkeypatch, case):
    stated, variable, asked, spoken = case
    folder, _, _ = english
    monkeypatch.delenv("TUOYU_GEO_LANG", raising=False)
    if variable is not None:
        monkeypatch.setenv("TUOYU_GEO_LANG", variable)
    overrides = [] if stated is None else [f"project.language={stated}"]
    with speaking(asked):
        project = tg.open_project(folder, overrides=overrides)
    assert project.language == spoken
    assert project.config.project.language == spoken


def test_a_language_that_is_not_there_is_refused(english):
    with pytest.raises(tg.TuoyuError, match=r"project\.language"):
        tg.open_project(english[0], overrides=["project.language=fr"])


def test_faults_are_said_in_the_project_s_language(english):
    with pytest.raises(tg.TuoyuError) as fault:
        tg.open_project(english[0], overrides=["project.language=en", "siting.gap=7"])
    assert not CHINESE.search(str(fault.value))
    assert fault.value.language == "en"
