"""What is there? Layers read from files as offices make them, cleaned, placed and checked."""

from tuoyu_geo.layers.ages import read_ages as read_ages
from tuoyu_geo.layers.database import without_secrets as without_secrets
from tuoyu_geo.layers.inputs import companions as companions
from tuoyu_geo.layers.inputs import database_hash as database_hash
from tuoyu_geo.layers.inputs import is_database as is_database
from tuoyu_geo.layers.listing import findings_frame as findings_frame
from tuoyu_geo.layers.load import load_layers as load_layers
from tuoyu_geo.layers.model import Layers as Layers
from tuoyu_geo.layers.population import sum_by_place as sum_by_place
from tuoyu_geo.layers.source import LayerSource as LayerSource
from tuoyu_geo.layers.townships import same_township as same_township

__all__ = [
    "LayerSource",
    "Layers",
    "companions",
    "database_hash",
    "findings_frame",
    "is_database",
    "load_layers",
    "read_ages",
    "same_township",
    "sum_by_place",
    "without_secrets",
]
