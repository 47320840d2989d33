"""What falls short? Flags of communities, villages and townships, each with its reason and figures."""

from tuoyu_geo.gaps.flags import Supply as Supply
from tuoyu_geo.gaps.flags import count_by_township as count_by_township
from tuoyu_geo.gaps.flags import flag_gaps as flag_gaps
from tuoyu_geo.gaps.flags import is_new_estate as is_new_estate
from tuoyu_geo.gaps.flags import rule_residents as rule_residents

__all__ = ["Supply", "count_by_township", "flag_gaps", "is_new_estate", "rule_residents"]
