"""Places that people would need: by the ratio to residents, and by how many children are enrolled."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from tuoyu_geo.demand.model import Demand

# Infant classes take children from 6 months (托育机构设置标准（试行）, art. 19); births are taken as even over 36 months.
OF_AGE_SHARE = 30 / 36
# The row of the whole county.
COUNTY = "county"


def places_by_need(demand: Demand, *, per_1000: float, enrolment: Mapping[str, float]) -> pd.DataFrame:
    """Places required, in several readings, by township and in all.

    Parameters
    ----------
    demand
        Who lives there, placed or not.
    per_1000
        Places a 1,000 residents.
    enrolment
        By scenario ("low", "mid", "high"): the share of children of 6 to 35 months who would be enrolled.

    Returns
    -------
    Index township_id, and `COUNTY` last; columns residents, under3, by_ratio and one a scenario, whole places rounded
    up. The county's figure is rounded once, so it may be less than the townships' sum.
    """
    columns = ["residents", "under3"]
    people = demand.points.groupby("township_id")[columns].sum()
    people = people.reindex(demand.unplaced.index, fill_value=0.0) + demand.unplaced[columns]
    people = pd.concat([people, people.sum().to_frame(COUNTY).T]).astype(float)
    needed = {"by_ratio": people["residents"] * per_1000 / 1000}
    needed |= {name: people["under3"] * OF_AGE_SHARE * share for name, share in enrolment.items()}
    whole = {name: np.ceil(value - 1e-9).astype(int) for name, value in needed.items()}
    return people.assign(**whole).rename_axis("township_id")
