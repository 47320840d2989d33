"""What does the plan come to? Every figure worked out from the layers, the clauses judged, and what would mend what is short."""

from tuoyu_geo.conclude.plan import conclude as conclude
from tuoyu_geo.conclude.title_block import layers_title_block as layers_title_block
from tuoyu_geo.conclude.title_block import title_block as title_block

__all__ = ["conclude", "layers_title_block", "title_block"]
