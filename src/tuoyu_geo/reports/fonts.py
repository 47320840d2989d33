"""A font with Chinese characters for figures and sheets, from those that this machine has."""

from functools import cache

# The first that is there is taken: what Windows, macOS and Linux come with, screen fonts before book fonts.
FAMILIES = (
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "Heiti SC",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Noto Sans CJK JP",
    "SimSun",
    "Songti SC",
    "Noto Serif CJK SC",
)


@cache
def chinese_font() -> str | None:
    """The family to draw with, or None where the machine has none of `FAMILIES`."""
    from matplotlib import font_manager  # noqa: PLC0415  (slow to import)

    there = {entry.name for entry in font_manager.fontManager.ttflist}
    return next((family for family in FAMILIES if family in there), None)


@cache
def _characters(family: str) -> frozenset[int]:
    from matplotlib import font_manager  # noqa: PLC0415

    font = font_manager.get_font(font_manager.findfont(family))
    return frozenset(font.get_charmap())


def known(words: object, family: str) -> str:
    """Text that a font can draw: a character it lacks becomes □, so that the gap shows; line breaks become spaces."""
    there = _characters(family)
    return "".join(
        one if ord(one) in there else " " if one.isspace() else "□" for one in str(words).replace("\n", " ")
    )


def drawable(words: object, family: str) -> str:
    """`known` text for a Matplotlib text, where a dollar sign would begin a formula and so is escaped."""
    return known(words, family).replace("\\", "＼").replace("$", r"\$")
