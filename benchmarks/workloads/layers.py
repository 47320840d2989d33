"""Communities read, cleaned and checked, beside what GeoPandas takes to read the same file and do nothing with it.

One cell in fifty is written as people write it (约1200人, 800-1000, 2003年), one name in forty is shared with another row, and
each of 15 townships has a border of 2,000 corners.
"""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.interface import OURS, Arrays, DisagreementError, Inputs, Prepared, Size, Tool, Workload

CRS = "EPSG:4548"
WEST, SOUTH, STEP, N_ACROSS, N_DOWN = 117.0, 25.6, 0.14, 5, 3
HEADER = ("编号", "小区名称", "所属街道", "建设状态", "户数", "常住人口", "建成年份", "经度", "纬度")


def townships() -> Any:  # noqa: ANN401  (a geographic table)
    """15 squares whose borders wave, neighbours sharing theirs."""
    import geopandas as gpd
    import shapely

    along = np.linspace(0, STEP, 501)
    wave = 0.004 * np.sin(along / STEP * 40 * np.pi)
    shapes, names = [], []
    for i in range(N_ACROSS):
        for j in range(N_DOWN):
            west, south = WEST + i * STEP, SOUTH + j * STEP
            ring = np.vstack(
                [
                    np.column_stack([west + along, south + wave]),
                    np.column_stack([west + STEP + wave, south + along]),
                    np.column_stack([west + along[::-1], south + STEP + wave[::-1]]),
                    np.column_stack([west + wave[::-1], south + along[::-1]]),
                ]
            )
            shapes.append(shapely.make_valid(shapely.Polygon(ring)))
            names.append(f"第{len(names) + 1}街道")
    codes = [f"350481{k + 1:03d}" for k in range(len(names))]
    return gpd.GeoDataFrame({"区划代码": codes, "名称": names}, geometry=shapes, crs="EPSG:4490")


def rows(n: int) -> list[tuple[object, ...]]:
    """Communities, a few of their cells written as people write them."""
    rng = np.random.default_rng(0)
    x = rng.uniform(WEST + 0.01, WEST + N_ACROSS * STEP - 0.01, n)
    y = rng.uniform(SOUTH + 0.01, SOUTH + N_DOWN * STEP - 0.01, n)
    households = rng.integers(20, 900, n)
    odd = rng.random(n) < 0.02
    twin = rng.random(n) < 0.025
    place = ((x - WEST) // STEP).astype(int) * N_DOWN + ((y - SOUTH) // STEP).astype(int)
    return [
        (
            f"C{i:06d}",
            f"花园{i % 1000 if twin[i] else i}",
            f"第{place[i] + 1}街道",
            "已建成",
            f"约{households[i]}户" if odd[i] else int(households[i]),
            f"{2 * households[i]}-{3 * households[i]}人" if odd[i] else int(2.6 * households[i]),
            f"{1990 + i % 30}年" if odd[i] else 1990 + i % 30,
            round(float(x[i]), 6),
            round(float(y[i]), 6),
        )
        for i in range(n)
    ]


def inputs(folder: Path, *, n: int, file: str) -> Arrays:
    """Write the county's files; communities as the named one."""
    import geopandas as gpd

    townships().to_file(folder / "townships.gpkg")
    table = rows(n)
    if file.endswith(".csv"):
        with (folder / file).open("w", encoding="gb18030", newline="") as stream:
            csv.writer(stream).writerows([HEADER, *table])
    else:
        columns = {name: [str(row[k]) for row in table] for k, name in enumerate(HEADER[:7])}
        points = gpd.points_from_xy([row[7] for row in table], [row[8] for row in table])
        gpd.GeoDataFrame(columns, geometry=points, crs="EPSG:4490").to_file(folder / file)
    return {"communities": np.array(file)}


def ours(inputs: Inputs) -> Prepared:
    """Our first phase: read, columns recognised, cells cleaned, datum judged, layers checked against each other."""
    from tuoyu_geo.layers import LayerSource, load_layers

    def source(role: str, name: str) -> LayerSource:
        return LayerSource(
            role=role,
            path=inputs.folder / name,
            file=name,
            crs=None,
            datum="cgcs2000",
            quality="synthetic",
            source="",
            sheet=None,
            encoding=None,
            on_invalid="raise",
            columns={},
        )

    sources = {
        "townships": source("townships", "townships.gpkg"),
        "communities": source("communities", str(inputs["communities"])),
    }

    def answer(layers: Any) -> Arrays:  # noqa: ANN401
        errors = [one for one in layers.findings if one.severity == "error"]
        points = layers.communities.geometry
        return {"xy": np.column_stack([points.x, points.y]), "n_error": np.array(len(errors))}

    return Prepared(run=lambda: load_layers(sources, crs=CRS), answer=answer)


def plain(inputs: Inputs) -> Prepared:
    """The same rows as pandas or GeoPandas reads them, points made and brought to the metric CRS; nothing checked."""
    import geopandas as gpd
    import pandas as pd

    path = inputs.folder / str(inputs["communities"])

    def run() -> Any:  # noqa: ANN401  (a geographic table)
        if path.suffix == ".csv":
            frame = pd.read_csv(path, encoding="gb18030", dtype=str)
            points = gpd.points_from_xy(frame["经度"].astype(float), frame["纬度"].astype(float))
            return gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4490").to_crs(CRS)
        return gpd.read_file(path).to_crs(CRS)

    return Prepared(
        run=run, answer=lambda frame: {"xy": np.column_stack([frame.geometry.x, frame.geometry.y])}
    )


def said(_inputs: Inputs, answer: Arrays) -> Mapping[str, Any]:
    """How many communities came out."""
    if answer.get("n_error", 0):
        raise DisagreementError(f"{int(answer['n_error'])} errors found in a county without one")
    return {"n": len(answer["xy"])}


def apart(_inputs: Inputs, ours: Arrays, peer: Arrays) -> float:
    """Largest distance of a community's two positions [m]."""
    if ours["xy"].shape != peer["xy"].shape:
        return np.inf
    return float(np.hypot(*(ours["xy"] - peer["xy"]).T).max())


def _workload(kind: str) -> Workload:
    return Workload(
        name=f"layers-{kind}",
        sizes=[Size(n=n, given={"n": n, "file": f"communities.{kind}"}) for n in (20_000, 200_000)],
        tools=(
            Tool(
                name=OURS,
                packages=("tuoyu-geo", "pyogrio", "pandas"),
                imports=("pandas", "pyogrio", "tuoyu_geo.layers"),
                prepare=ours,
                is_peer=False,
            ),
            Tool(
                name="GeoPandas",
                packages=("geopandas", "pyogrio", "pandas"),
                imports=("pandas", "pyogrio", "geopandas"),
                prepare=plain,
            ),
        ),
        inputs=inputs,
        said=said,
        compare=apart,
        tolerance=0.001,
        unit="m",
        axis="communities",
    )


WORKLOADS = (_workload("csv"), _workload("gpkg"))
