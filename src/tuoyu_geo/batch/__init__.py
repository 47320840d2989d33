"""Many counties: the same run on each, on Dask's workers, and what came of them in one folder."""
