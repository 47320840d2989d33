"""From the facts to the files of data/yongan."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from data.generator import layers
from data.generator.candidates import make_candidates
from data.generator.city import SEED, make_city
from data.generator.estates import make_estates, share_households, with_households
from data.generator.facts import read_facts
from data.generator.institutions import make_institutions
from data.generator.people import residents_by_township
from data.generator.plane import spawn
from data.generator.villages import make_villages


def build(folder: Path, *, seed: int = SEED) -> list[Path]:
    """Generate the city and write every file into the folder; give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = read_facts()
    city = make_city(facts, seed=seed)
    residents = residents_by_township(facts)
    estates = make_estates(facts, city, residents=residents, rng=spawn(seed, stream=11))
    villages = make_villages(facts, city, residents=residents, rng=spawn(seed, stream=12))
    built = [e.residents or 0 for e in estates if e.status == "已建成"]
    people = np.array(built + [v.residents for v in villages], dtype=float)
    households = share_households(facts.households, residents=people, rng=spawn(seed, stream=13))
    estates = with_households(estates, households=households[: len(built)])
    villages = [
        replace(v, households=int(n)) for v, n in zip(villages, households[len(built) :], strict=True)
    ]
    institutions = make_institutions(facts, estates=estates, rng=spawn(seed, stream=14))
    candidates = make_candidates(facts, city, estates=estates, villages=villages, rng=spawn(seed, stream=15))
    return [
        layers.write_townships(folder, facts=facts, city=city, residents=residents),
        layers.write_communities(folder, facts=facts, estates=estates),
        layers.write_villages(folder, facts=facts, villages=villages),
        layers.write_institutions(folder, facts=facts, institutions=institutions),
        layers.write_candidates(folder, facts=facts, candidates=candidates),
        layers.write_road_layer(folder, city=city),
        layers.write_water(folder, city=city),
        layers.write_population(folder, facts=facts),
    ]
