"""What people read follows the language asked for, and two languages never mix."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tuoyu_geo.messages import language, listed, speaking, text
from tuoyu_geo.messages.speaker import Speaker, Spoken

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


class Sign(Speaker):
    def __init__(self, spoken):
        self.language = spoken

    def said(self):
        return language()

    @property
    def shown(self):
        return language()

    def _repr_html_(self):
        return language()


def test_chinese_is_said_where_nobody_asks(monkeypatch):
    monkeypatch.delenv("TUOYU_GEO_LANG", raising=False)
    assert language() == "zh"
    assert listed(["甲", "乙"]) == "甲、乙"


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("en_GB.UTF-8", "en"),
        ("zh-CN", "zh"),
        ("fr", "zh"),
        ("", "zh"),
        ("C", "zh"),
    ],
)
def test_the_environment_asks_as_locales_do(monkeypatch, asked, spoken):
    monkeypatch.setenv("TUOYU_GEO_LANG", asked)
    assert language() == spoken


def test_a_context_comes_before_the_environment_and_ends(monkeypatch):
    monkeypatch.setenv("TUOYU_GEO_LANG", "en")
    with speaking("zh"):
        assert language() == "zh"
        with speaking("en"):
            assert language() == "en"
        assert language() == "zh"
    assert language() == "en"


def test_a_language_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="fr"), speaking("fr"):
        pass


def test_a_fault_within_ends_the_language_too():
    with pytest.raises(ZeroDivisionError), speaking("en"):
        _ = 1 / 0
    assert language() == "zh"


def test_objects_keep_their_language():
    english = Sign("en")
    assert (english.said(), english.shown, english._repr_html_()) == ("en", "en", "en")
    with speaking("en"):
        assert Sign("zh").said() == "zh"
        assert Spoken().language == "en"
    assert Spoken().language == "zh"


def test_runs_side_by_side_do_not_mix():
    def say(spoken):
        with speaking(spoken):
            return [text("words.list_comma") for _ in range(200)]

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(say, ["zh", "en"] * 20))
    assert said == [["、"] * 200, [", "] * 200] * 20


def test_importing_the_command_line_says_nothing():
    code = "import sys, tuoyu_geo.cli; print('polib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "False"


def test_every_column_has_its_meaning_in_both_languages():
    import csv
    from importlib.resources import files

    from tuoyu_geo.layers.fields import clean_name, fields_of

    with files("tuoyu_geo.layers").joinpath("columns.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        assert row["meaning"], row
        assert row["meaning_en"], row
        assert not CHINESE.search(row["meaning_en"]), row
        field = next(one for one in fields_of(row["layer"]) if one.field == row["field"])
        with speaking("en"):
            assert field.meaning == row["meaning_en"]
            assert not CHINESE.search(field.heading + field.unit_word)
            # What the English template writes is what the reader knows.
            assert clean_name(field.heading) in {clean_name(one) for one in field.aliases}
        assert (field.meaning, field.unit_word) == (row["meaning"], row["unit"])


def test_a_finding_names_columns_and_choices_in_its_language(tmp_path):
    import tuoyu_geo as tg
    from tuoyu_geo.starting.new_project import write_template

    with speaking("en"):
        write_template(tmp_path / "town")
        project = tg.open_project(tmp_path / "town")
        _, findings = project.check()
    assert findings
    for one in findings:
        assert one.language == "en"
        # Names that the columns of a Chinese file may have, the name of a township and the mark of a sample are data.
        said = re.sub(r"any of these names: .*?; to do|某某街道|示例", "", one.message)
        assert not CHINESE.search(said), one.message


def test_the_settings_of_a_new_project_are_explained_in_both_languages():
    from importlib.resources import files

    def lines(name):
        written = files("tuoyu_geo").joinpath("templates", name).read_text(encoding="utf-8")
        return re.findall(r"^(#?\s*(?:\[+[\w.]+\]+|\w+(?= = )))", written, flags=re.MULTILINE)

    english = files("tuoyu_geo").joinpath("templates", "project.en.toml").read_text(encoding="utf-8")
    # Every setting stands in both, in the same order; the language alone is set in the English one.
    spoken = [one.removeprefix("# ") if one == "# language" else one for one in lines("project.toml")]
    assert lines("project.en.toml") == spoken
    assert CHINESE.findall(english.replace("审图号", "")) == []
