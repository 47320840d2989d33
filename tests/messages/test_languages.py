"""What people read follows the language asked for, and two languages never mix."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tuoyu_geo.messages import language, listed, speaking, text
from tuoyu_geo.messages.speaker import Speaker, Spoken


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
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
