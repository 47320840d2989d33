"""The catalogue in both languages: the same sentences, with the same places, each in its own words."""

import re
import string
from pathlib import Path

import polib
import pytest

MESSAGES = Path(__file__).parents[2] / "src" / "tuoyu_geo" / "messages"
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
# What Chinese files say, quoted as examples, and the name of a font.
QUOTED = {
    "facilities.ages_allowed",
    "layers.date_unreadable_allowed",
    "layers.township_kind_allowed",
    "layers.year_unreadable_allowed",
    "new_project.sample_note",
    "report.font_title",
}


def read(language: str) -> dict[str, str]:
    return {
        entry.msgid: entry.msgstr
        for file in sorted((MESSAGES / language).glob("*.po"))
        for entry in polib.pofile(str(file))
    }


def places(sentence: str) -> list[tuple[str, str, str | None]]:
    """Name, format and conversion of each place in a sentence; their order is the language's own."""
    return sorted(
        (name, form, conversion)
        for _, name, form, conversion in string.Formatter().parse(sentence)
        if name is not None
    )


def test_every_message_is_said_in_both_languages():
    chinese, english = read("zh"), read("en")
    assert set(chinese) ^ set(english) == set()
    assert {key for key in chinese if not (chinese[key] and english[key])} == set()


def test_both_languages_take_the_same_figures():
    chinese, english = read("zh"), read("en")
    differing = {key for key in chinese if places(chinese[key]) != places(english[key])}
    assert differing == set()


def test_english_is_english():
    assert {key for key, sentence in read("en").items() if CHINESE.search(sentence)} == QUOTED


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_files_are_plain_gettext(language):
    for path in sorted((MESSAGES / language).glob("*.po")):
        file = polib.pofile(str(path))
        ids = [entry.msgid for entry in file]
        assert len(ids) == len(set(ids)), path.name
        assert file.metadata["Language"].startswith(language), path.name
        assert all(entry.msgid.startswith(f"{path.stem}.") for entry in file), path.name
        assert not file.fuzzy_entries(), path.name
        assert not file.obsolete_entries(), path.name
