"""What a notebook holds of the layers and of the gaps: the frames themselves, and a map of them at a call."""

from collections import Counter, defaultdict
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, ClassVar, Self

import geopandas as gpd

from tuoyu_geo.layers import Layers
from tuoyu_geo.messages import Language, language, speaking
from tuoyu_geo.outcome import Ground, ProjectNote

if TYPE_CHECKING:
    import folium


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MappedLayers(Layers):
    """The layers of a county, with the title block that stands on their map.

    Attributes
    ----------
    note
        Title block.
    """

    note: ProjectNote

    @classmethod
    def of(cls, layers: Layers, *, note: ProjectNote) -> Self:
        """The same layers, with a title block."""
        return cls(**{one.name: getattr(layers, one.name) for one in fields(Layers)}, note=note)

    def explore(self) -> "folium.Map":
        """What was handed in, as it was read, for a notebook cell: one page that needs no network."""
        from tuoyu_geo.maps.notebook import layers_map  # noqa: PLC0415  (folium is slow to import)

        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for finding in self.findings:
            counts[finding.layer][finding.severity] += 1
        names = ("communities", "villages", "population", "institutions", "candidates", "built_up")
        return layers_map(
            {name: getattr(self, name) for name in names},
            ground=Ground(note=self.note, townships=self.townships, streets=self.roads, water=self.water),
            findings=counts,
            n_unplaced=len(self.unplaced),
        )


class Gaps(gpd.GeoDataFrame):  # type: ignore[misc]  # geopandas has no types
    """A row a community, village or township that falls short, as `gaps.flag_gaps`; a part of it is one too.

    Attributes
    ----------
    ground
        What the map lies on.
    language
        The language of its words.
    """

    _metadata: ClassVar[list[str]] = [*gpd.GeoDataFrame._metadata, "ground", "language"]  # noqa: SLF001  (pandas' way)
    ground: Ground
    language: Language

    @classmethod
    def of(cls, frame: gpd.GeoDataFrame, *, ground: Ground) -> Self:
        """The same rows, with the ground of their map."""
        made = cls(frame.copy())
        made.ground, made.language = ground, language()
        return made

    def explore(self) -> "folium.Map":
        """What falls short, for a notebook cell: one page that needs no network."""
        from tuoyu_geo.maps.notebook import gaps_map  # noqa: PLC0415  (folium is slow to import)

        with speaking(self.language):
            return gaps_map(self, ground=self.ground)
