"""Text that a spreadsheet would work out: it may fetch, send or start something."""

# What Excel, WPS and LibreOffice take for a formula's beginning; Chinese and Japanese editions take the wide forms too.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def spreadsheet_safe(value: object) -> object:
    """Text that begins like a formula, with an apostrophe before it; anything else as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
