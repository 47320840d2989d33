"""The command line in the reader's language."""

import re

import pytest

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
COMMANDS = ("init", "check", "run", "maps", "gaps", "coverage", "site", "frontier", "diff", "fetch", "phases")


@pytest.mark.parametrize("command", COMMANDS)
def test_helps_are_in_one_language(tuoyu, command):
    english = tuoyu(command, "--help", "--lang", "en").stdout
    assert not CHINESE.search(english)
    assert "--lang zh|en" in english
    chinese = tuoyu(command, "--help").stdout
    assert CHINESE.search(chinese)
    for said in (english, chinese):
        assert not re.search(r"\b(?:cli|fetch)\.\w+", said), "a key shows where a sentence should"


@pytest.mark.parametrize("words", [("--lang", "en", "--help"), ("--help", "--lang=en")])
def test_the_option_stands_anywhere(tuoyu, words):
    said = tuoyu(*words).stdout
    assert "Siting of childcare institutions" in said
    assert not CHINESE.search(said)


def test_the_environment_asks_too(tuoyu, monkeypatch):
    monkeypatch.setenv("TUOYU_GEO_LANG", "en_GB.UTF-8")
    assert not CHINESE.search(tuoyu("--help").stdout)
    assert CHINESE.search(tuoyu("--help", "--lang", "zh").stdout)


def test_a_table_has_english_heads(tuoyu, town):
    folder = town()
    done = tuoyu("gaps", folder, "--lang", "en")
    assert done.returncode == 0
    assert "Township" in done.stdout
    assert "乡镇街道" not in done.stdout
    again = tuoyu("gaps", folder)
    assert "乡镇街道" in again.stdout


def test_the_project_s_language_holds_for_the_whole_command(tuoyu, town):
    done = tuoyu("check", town(), "--set", "project.language=en")
    assert "errors," in done.stdout
    assert "已写入" not in done.stdout


@pytest.mark.parametrize("wrong", ["fr", ""])
def test_a_language_that_is_not_there_is_wrong_usage(tuoyu, wrong):
    done = tuoyu("--lang", wrong, "gaps")
    assert done.returncode == 2
    assert "zh|en" in done.stderr


def test_errors_are_said_in_the_language_asked_for(tuoyu, tmp_path):
    done = tuoyu("gaps", tmp_path / "nowhere", "--lang", "en")
    assert done.returncode == 2
    assert done.stderr.startswith("Error: Can't open the settings file")
