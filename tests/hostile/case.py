"""A bad input: what it is, and what must come out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Case:
    """One bad input.

    `run` makes it in an empty folder and gives what came out, in words. `must` is what must stand in these words, or
    "refused" for any refusal, "harmless" for anything but a crash. `heavy` ones take seconds, or are measured.
    """

    group: str
    name: str
    run: Callable[[Path], str]
    must: str = "refused"
    heavy: bool = False

    @property
    def id(self) -> str:
        return f"{self.group}: {self.name}"


def told(findings, rows: int) -> str:
    """What a reader said: the codes of its errors, or the rows it read and the codes of everything it noticed."""
    errors = sorted({one.code for one in findings if one.severity == "error"})
    if errors:
        return "refused: " + ", ".join(errors)
    noticed = sorted({one.code for one in findings})
    return f"read: {rows}" + (f" ({', '.join(noticed)})" if noticed else "")


def as_layer(make, *, role: str = "communities", **changes) -> Callable[[Path], str]:
    """Read as a layer's file."""

    def run(folder: Path) -> str:
        from squares import source

        from tuoyu_geo.layers.read import read_table

        raw = read_table(source(make(folder), role, **changes))
        return told(raw.findings, len(raw.frame))

    return run


def placed(make, **changes) -> Callable[[Path], str]:
    """Read as a layer's file, cleaned and placed on the ground."""

    def run(folder: Path) -> str:
        from squares import CRS, source

        from tuoyu_geo.layers import load_layers

        layers = load_layers({"communities": source(make(folder), "communities", **changes)}, crs=CRS)
        return told(layers.findings, len(layers.communities))

    return run


def as_streets(make) -> Callable[[Path], str]:
    """Read as a network's file, or as a table of links."""

    def run(folder: Path) -> str:
        from tuoyu_geo.errors import LayerNotFoundError, NetworkError
        from tuoyu_geo.network import read_links, read_osm

        path = make(folder)
        try:
            network = (
                read_links(path, source_crs="EPSG:4490", crs="EPSG:4548")
                if path.suffix == ".csv"
                else read_osm(path)
            )
        except NetworkError as error:
            return "refused: " + (", ".join(sorted({one.code for one in error.findings})) or "NetworkError")
        except LayerNotFoundError:
            return "refused: LayerNotFoundError"
        return f"read: {len(network.u)}"

    return run


def named(error: Exception, folder: Path) -> str:
    """An error of ours as words that are the same on every machine and with every version of what we read with."""
    words = " ".join(str(error).replace(str(folder.resolve()), "…").replace(str(folder), "…").split())
    first, *rest = words.split("：")
    key = f"：{rest[0]}" if first.endswith("设置不对") and rest else ""
    return f"refused: {type(error).__name__}: {(first.partition('（')[0] + key)[:90]}"
