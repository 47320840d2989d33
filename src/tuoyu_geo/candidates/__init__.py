"""What could be built? Each candidate's places, sizes and cost, and why some can't be used."""

from tuoyu_geo.candidates.rate import rate_candidates as rate_candidates
from tuoyu_geo.candidates.rate import smaller_sizes as smaller_sizes

__all__ = ["rate_candidates", "smaller_sizes"]
