"""200,000 communities read, cleaned and checked from CSV and from GeoPackage: seconds and peak memory.

Each reading has a process of its own, and stands beside what GeoPandas and pandas take to read the same file and do
nothing with it. Run ``python benchmarks/layers.py [N]``. One cell in fifty is written as people write it (约1200人, 800-1000, 2003年),
one name in forty is shared with another row, and each of 15 townships has a border of 2,000 corners.
"""

import csv
import importlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

N = 200_000
CRS = "EPSG:4548"
LIMIT_S, LIMIT_GB = 20.0, 2.0
WEST, SOUTH, STEP, N_ACROSS, N_DOWN = 117.0, 25.6, 0.14, 5, 3
HEADER = ("编号", "小区名称", "所属街道", "建设状态", "户数", "常住人口", "建成年份", "经度", "纬度")


def townships() -> gpd.GeoDataFrame:
    """15 squares whose borders wave, neighbours sharing theirs."""
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


def write(folder: Path, n: int) -> None:
    """The county's files."""
    townships().to_file(folder / "townships.gpkg")
    table = rows(n)
    with (folder / "communities.csv").open("w", encoding="gb18030", newline="") as stream:
        csv.writer(stream).writerows([HEADER, *table])
    columns = {name: [str(row[k]) for row in table] for k, name in enumerate(HEADER[:7])}
    points = gpd.points_from_xy([row[7] for row in table], [row[8] for row in table])
    gpd.GeoDataFrame(columns, geometry=points, crs="EPSG:4490").to_file(folder / "communities.gpkg")


def read_ours(folder: Path, file: str) -> int:
    """How many communities came out, after everything the first phase does."""
    from tuoyu_geo.layers import LayerSource, load_layers

    def source(role: str, name: str) -> LayerSource:
        return LayerSource(
            role=role,
            path=folder / name,
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

    sources = {"townships": source("townships", "townships.gpkg"), "communities": source("communities", file)}
    layers = load_layers(sources, crs=CRS)
    assert not [one for one in layers.findings if one.severity == "error"]
    return len(layers.communities)


def read_peer(folder: Path, file: str) -> int:
    """The same rows as pandas or GeoPandas reads them, points made and brought to the metric CRS; nothing checked."""
    import pandas as pd

    if file.endswith(".csv"):
        frame = pd.read_csv(folder / file, encoding="gb18030", dtype=str)
        points = gpd.points_from_xy(frame["经度"].astype(float), frame["纬度"].astype(float))
        return len(gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4490").to_crs(CRS))
    return len(gpd.read_file(folder / file).to_crs(CRS))


def measured(who: str, folder: Path, file: str) -> dict[str, float]:
    """Seconds and peak memory of one reading in a new process, imports not counted in the seconds."""
    done = subprocess.run(
        [sys.executable, __file__, who, str(folder), file], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def main() -> None:
    """Print a line a file and reader."""
    if len(sys.argv) == 4:
        who, folder, file = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
        for name in ("pandas", "pyogrio", "tuoyu_geo.layers"):
            importlib.import_module(name)

        begin, busy = time.perf_counter(), time.process_time()
        n = {"ours": read_ours, "plain": read_peer}[who](folder, file)
        seconds, busy = time.perf_counter() - begin, time.process_time() - busy
        peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(json.dumps({"n": n, "seconds": seconds, "busy": busy, "peak_gb": peak_gb}))
        return
    n = int(sys.argv[1]) if len(sys.argv) > 1 else N
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, n)
        for file in ("communities.csv", "communities.gpkg"):
            plain, ours = (measured(who, folder, file) for who in ("plain", "ours"))
            assert ours["n"] == n
            verdict = "within" if ours["seconds"] < LIMIT_S and ours["peak_gb"] < LIMIT_GB else "BEYOND"
            print(
                f"{file:18} ours {ours['seconds']:6.1f} s ({ours['busy']:.1f} s of a processor) {ours['peak_gb']:4.2f} GB"
                f"   plain {plain['seconds']:5.1f} s ({plain['busy']:.1f} s) {plain['peak_gb']:4.2f} GB"
                f"   {ours['seconds'] / plain['seconds']:4.1f} times; {verdict} {LIMIT_S:.0f} s and {LIMIT_GB:.0f} GB"
            )


if __name__ == "__main__":
    main()
