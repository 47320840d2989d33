import numpy as np
import pytest

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.network import estimate_detour_factor, from_edges, straight_line_matrix


def test_straight_lines_are_stretched_and_cut_at_the_cutoff():
    cost = straight_line_matrix([(0, 0), (3, 4), (100, 0)], [(3, 4), (0, 0), (0, 10)], 14, detour_factor=1.4)
    assert cost.indptr.tolist() == [0, 3, 6, 6]  # the third origin reaches nothing
    assert cost.indices.tolist() == [0, 1, 2, 0, 1, 2]
    assert cost.data.tolist() == pytest.approx([7, 0, 14, 0, 7, 1.4 * np.hypot(3, 6)])
    assert straight_line_matrix([(0, 0)], [(0, 10)], 13.999, detour_factor=1.4).nnz == 0


@pytest.mark.parametrize("cutoff", [0, 250, np.inf])
def test_straight_lines_equal_brute_force(cutoff):
    rng = np.random.default_rng(0)
    origins, destinations = rng.uniform(0, 1000, (60, 2)), rng.uniform(0, 1000, (40, 2))
    origins[3] = destinations[5]
    cost = straight_line_matrix(origins, destinations, cutoff, detour_factor=1.3)
    full = np.full(cost.shape, np.inf)
    full[np.repeat(np.arange(60), np.diff(cost.indptr)), cost.indices] = cost.data
    expected = 1.3 * np.hypot(*np.moveaxis(origins[:, None] - destinations[None], 2, 0))
    assert np.array_equal(np.isfinite(full), expected <= cutoff)
    assert np.allclose(full[expected <= cutoff], expected[expected <= cutoff], rtol=0, atol=1e-8)
    assert full[3, 5] == 0


@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_no_points_give_an_empty_matrix(shape):
    assert straight_line_matrix(np.zeros((shape[0], 2)), np.zeros((shape[1], 2)), 10).shape == shape


@pytest.mark.parametrize(
    "options", [{"cutoff": -1}, {"cutoff": np.nan}, {"detour_factor": 0.9}, {"detour_factor": np.inf}]
)
def test_settings_that_make_no_sense_are_refused(options):
    with pytest.raises(NetworkError):
        straight_line_matrix([(0, 0)], [(1, 1)], **{"cutoff": 5, **options})


def test_the_detour_of_a_chessboard_lies_between_the_row_and_the_diagonal():
    n = 25
    xy = np.array([(100.0 * (i % n), 100.0 * (i // n)) for i in range(n * n)])
    right = [i for i in range(n * n) if i % n < n - 1]
    network = from_edges(xy, [*right, *range(n * n - n)], [*(i + 1 for i in right), *range(n, n * n)])
    factor = estimate_detour_factor(network)
    # the mean over all directions is 4 / pi
    assert factor == pytest.approx(4 / np.pi, abs=0.06)
    assert factor == estimate_detour_factor(network)
    with pytest.raises(NetworkError, match="300"):
        estimate_detour_factor(from_edges([(0, 0), (10, 0)], [0], [1]))
