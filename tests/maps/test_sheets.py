"""Maps as sheets to print: the right paper, everything that must stand on it, the same bytes, any data."""

import io
import re
import shutil
import subprocess

import matplotlib.image
import pytest

from tuoyu_geo import map_sheets
from tuoyu_geo.errors import ConfigError, RenderError
from tuoyu_geo.maps import MAPS, map_names, named_map
from tuoyu_geo.maps.palette import SHAPES
from tuoyu_geo.messages import speaking

BUREAUS = tuple(MAPS)


@pytest.fixture(scope="module")
def sheets(rich):
    return map_sheets.map_sheets(rich, BUREAUS, formats=("svg",))


def svg_size_mm(svg):
    width, height = (float(re.search(rf'{side}="([\d.]+)pt"', svg).group(1)) for side in ("width", "height"))
    return width / 72 * 25.4, height / 72 * 25.4


def words_of(outcome, name, *, family="DejaVu Sans"):
    """Every text of a sheet, read from the figure rather than from outlines in a file."""
    figure = map_sheets._sheet(named_map(outcome, name), family)
    return [text.get_text() for ax in figure.axes for text in (*ax.texts,)]


def test_every_bureau_has_a_sheet_of_a3(sheets):
    assert set(sheets) == {f"{name}.svg" for name in BUREAUS}
    for svg in sheets.values():
        assert svg_size_mm(svg.decode()) == pytest.approx((420, 297), abs=0.1)


def test_a_sheet_fetches_nothing(sheets):
    for svg in sheets.values():
        assert not re.search(rb'href="(?!#)', svg)


def test_a_township_has_one_too(rich):
    name = map_names(rich.townships.index)[len(BUREAUS)]
    sheet = map_sheets.map_sheets(rich, [name], formats=("png",))[f"{name}.png"]
    pixels = matplotlib.image.imread(io.BytesIO(sheet), format="png")
    assert pixels.shape[:2] == pytest.approx((297 / 25.4 * 150, 420 / 25.4 * 150), abs=2)
    assert pixels[..., :3].std() > 0.02


@pytest.mark.parametrize("name", BUREAUS)
def test_what_must_stand_on_a_sheet_does(rich, name):
    page = named_map(rich, name)
    words = words_of(rich, name, family="Noto Sans CJK SC")
    said = "\n".join(words)
    assert page.panel.title in words
    for spec in page.specs:
        if spec.shown:
            assert spec.name in said
            assert all(row.label in words for row in spec.legend)
    for needed in ("N", "图例", "编制单位", rich.note.date, rich.note.crs, "1:", "内部工作用图"):
        assert needed in said
    assert re.search(r"\d+ (公里|米)", said)
    told = said.replace("\n", "")
    for source in rich.note.sources:
        assert (source.source or source.file)[:20].replace("$", r"\$") in told


def test_an_approval_number_takes_the_place_of_the_internal_note(rich):
    from dataclasses import replace

    approved = replace(rich, note=replace(rich.note, map_approval_number="闽S〔2026〕1号"))
    said = "\n".join(words_of(approved, "overview", family="Noto Sans CJK SC"))
    assert "闽S〔2026〕1号" in said
    assert "内部工作用图" not in said


def test_shapes_stay_apart_on_paper():
    drawn = {name: map_sheets._marker(name) for name in SHAPES}
    corners = {name: "o" if marker == "o" else marker.vertices.tobytes() for name, marker in drawn.items()}
    assert len(set(corners.values())) == len(SHAPES)
    # The page's y runs down, paper's up: a triangle points up on both.
    assert drawn["triangle"].vertices[0][1] > 0 > drawn["triangle_down"].vertices[0][1]


def test_the_same_bytes_in_every_format(rich):
    first = map_sheets.map_sheets(rich, ["housing"], formats=map_sheets.FORMATS)
    again = map_sheets.map_sheets(rich, ["housing"], formats=map_sheets.FORMATS)
    assert set(first) == {"housing.png", "housing.svg", "housing.pdf"}
    assert first == again


def test_a_pdf_is_one_page_of_a3(rich):
    if shutil.which("pdfinfo") is None:
        pytest.skip("needs pdfinfo")
    pdf = map_sheets.map_sheets(rich, ["overview"], formats=("pdf",))["overview.pdf"]
    told = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert "Pages:           1" in told
    assert "(A3)" in told


def test_hostile_names_and_no_data_are_drawn_too(hostile, empty):
    assert map_sheets.map_sheets(hostile, ["overview"], formats=("svg",))["overview.svg"]
    for name in ("overview", "natural_resources"):
        assert map_sheets.map_sheets(empty, [name], formats=("svg",))


def test_english_sheets_speak_english(rich):
    with speaking("en"):
        said = "\n".join(words_of(rich, "overview", family="Noto Sans CJK SC"))
    assert "Legend" in said
    assert "Internal working map" in said
    assert "图例" not in said


def test_without_a_font_the_message_says_what_to_install(rich, monkeypatch):
    monkeypatch.setattr(map_sheets, "chinese_font", lambda: None)
    with pytest.raises(RenderError, match="Noto Sans CJK SC"):
        map_sheets.map_sheets(rich, ["overview"])


@pytest.mark.parametrize("formats", [(), ("tif",), ("png", "eps")])
def test_formats_that_are_not_there_are_refused(rich, tmp_path, formats):
    with pytest.raises(ConfigError, match="png"):
        map_sheets.write_map_sheets(rich, tmp_path, formats=formats)
    assert not list(tmp_path.iterdir())
