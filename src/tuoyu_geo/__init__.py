"""Siting of care facilities for children under 3 (托育机构): reach, gaps, sites with proof, maps."""

from typing import TYPE_CHECKING, Any

from tuoyu_geo.errors import TuoyuError as TuoyuError

if TYPE_CHECKING:
    from tuoyu_geo.project import Project as Project
    from tuoyu_geo.project import open_project as open_project

__version__ = "0.1.0"
__all__ = ["Project", "TuoyuError", "__version__", "open_project"]


def __getattr__(name: str) -> Any:  # noqa: ANN401  (PEP 562: the type checker reads the imports above)
    # The rooms import geopandas and numba; loading them only when asked keeps `import tuoyu_geo` light.
    if name in {"Project", "open_project"}:
        from tuoyu_geo import project  # noqa: PLC0415

        return getattr(project, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
