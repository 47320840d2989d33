"""What is there? Layers read from files as offices make them, cleaned, placed and checked."""

from tuoyu_geo.layers.listing import findings_frame as findings_frame
from tuoyu_geo.layers.load import load_layers as load_layers
from tuoyu_geo.layers.model import Layers as Layers
from tuoyu_geo.layers.source import LayerSource as LayerSource
from tuoyu_geo.layers.townships import same_township as same_township

__all__ = ["LayerSource", "Layers", "findings_frame", "load_layers", "same_township"]
