"""Neuron-level estimates and tilted sampling against exact correlators: pulls and p-values over seeds."""

import numpy as np
import pytest
from scipy import stats

from numerics.errors import InvalidPoints, InvalidStatistics, NotAvailable
from numerics.exact.correlators import exact_correlators
from numerics.fields.index_sets import multisets
from numerics.inference.comparison import compare
from numerics.machine.random_streams import split_seed
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet
from numerics.results.estimate import Quality
from numerics.sampling.engine.reference import _neuron
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.judge.tails import BINS, bin_edges
from numerics.sampling.neurons.neuron_ensemble import NeuronEnsemble
from numerics.sampling.neurons.sums import SEED_SHIFT, bin_numbers, compiled_sums, tilted_sums
from numerics.sampling.neurons.tilting import RADIUS, tilt, tilt_centres

LINE = np.array([[-1.0], [-0.4], [0.8]])
PUBLISHED = 0.01 * np.array([[-1.0], [-0.2], [0.6]])
WIDTHS = (2, 10, 1000)


@pytest.mark.statistical
@pytest.mark.parametrize(
    ("network", "points", "tilted"),
    [
        (ErfNet(1, 0.9, 0.7), LINE, False),
        (ErfNet(1, 1.2, 0.0, 2), LINE @ [[1.0, -0.3]] + [[0.1, 0.5]], False),
        (CosNet(1, 1.2, 0.8), LINE, False),
        (ReLUNet(1, 0.9, 0.5), LINE, False),
        (ErfNet(1, 0.9, 0.7).with_laws(output="uniform"), LINE, False),
        (GaussNet(1), PUBLISHED, True),
        (GaussNet(1, 0.8, 0.6), LINE, True),
    ],
    ids=["erf", "erf-plane", "cos", "relu", "uniform", "gauss-published", "gauss-line"],
)
def test_p_values_over_seeds_are_uniform(network, points, tilted):
    """Connected and full functions of three widths, each compared with its full covariance."""
    exact = exact_correlators(network, points)
    chances = {}
    for seed in range(16):
        sample = NeuronEnsemble(network, points, seed=seed, tilted=tilted).sample(40_000, n_blocks=100)
        for order in (4, 6):
            for width in WIDTHS:
                found, right = sample.at_width(width), exact.at_width(width)
                assert found[order].quality is Quality.TRUSTED or isinstance(network, ReLUNet)
                for kind in ("full", "connected"):
                    ours, theirs = (
                        one.connected()[order] if kind == "connected" else one[order]
                        for one in (found, right)
                    )
                    # the leading directions: block means of high products are not Gaussian in the faint ones
                    outcome = compare(ours.value - theirs.value, ours.covariance, 100, threshold=0.02)
                    chances.setdefault((order, width, kind), []).append(outcome.p_value)
    for key, one in chances.items():
        assert stats.kstest(one, "uniform").pvalue > 1e-4, key
        assert min(one) > 1e-5, key


@pytest.mark.statistical
@pytest.mark.parametrize("width", [2, 10])
def test_tilted_gauss_net_agrees_where_plain_sampling_fails(width):
    """σ = 1, N = 2 and 10: pulls of the 6-point function over seeds; the plain sample is flagged, far off."""
    network = GaussNet(width)
    exact = exact_correlators(network, PUBLISHED)[6]
    pulls = []
    for seed in range(60):
        found = NeuronEnsemble(network, PUBLISHED, seed=seed, tilted=True).sample(20_000)[6]
        assert found.quality is Quality.TRUSTED
        pulls.append((found.value - exact.value) / found.error)
        assert np.all(found.error < 0.02 * exact.value)
    z = np.array(pulls)[:, [0, 13, 27]]
    assert np.all(np.abs(z.mean(axis=0)) < 4.5 / np.sqrt(60))
    assert np.all(np.abs(z.std(axis=0) - 1) < 4.5 / np.sqrt(120))
    assert stats.kstest(stats.norm.sf(z[:, 0]), "uniform").pvalue > 1e-3
    plain = Ensemble(network, PUBLISHED, seed=1).correlators(200_000)[6]
    assert plain.quality is Quality.HEAVY_TAILED
    assert np.all(plain.value < 0.6 * exact.value)


def test_untilted_gauss_net_is_flagged():
    sample = NeuronEnsemble(GaussNet(1), PUBLISHED, seed=1).sample(50_000)
    assert [sample[order].quality for order in (4, 6)] == [Quality.HEAVY_TAILED] * 2
    assert sample[6].evidence["tail_index"] < 1
    mild = NeuronEnsemble(GaussNet(1, 0.15, 0.15), PUBLISHED, seed=1).sample(50_000)
    assert mild[6].quality is Quality.TRUSTED


@pytest.mark.statistical
def test_several_outputs():
    points, outputs = LINE[[0, 0, 1, 2]], (1, 2, 1, 2)
    network = ErfNet(3, 0.9, 0.7)
    exact = exact_correlators(network, points, outputs=outputs)
    sample = NeuronEnsemble(network, points, seed=8, outputs=outputs).sample(200_000)
    for order in (2, 4, 6):
        for ours, theirs in ((sample, exact), (sample.connected(), exact.connected())):
            ours, right = ours[order], theirs[order].value
            zero = ours.error == 0
            np.testing.assert_allclose(ours.value[zero], right[zero], atol=1e-14)
            pulls = (ours.value - right)[~zero] / ours.error[~zero]
            assert np.max(np.abs(pulls)) < 4.5
    assert np.count_nonzero(sample.origin.cumulant(4).value) < 35


@pytest.mark.statistical
def test_errors_do_not_depend_on_the_width():
    """Relative to κ_r/N^(r/2 − 1) itself; plain sampling of whole networks loses a factor N and N²."""
    sample = NeuronEnsemble(ErfNet(1), LINE, seed=2).sample(20_000)
    for order in (4, 6):
        one, other = sample.at_width(5).connected()[order], sample.at_width(5000).connected()[order]
        np.testing.assert_allclose(
            one.error / np.abs(one.value), other.error / np.abs(other.value), rtol=1e-9
        )
    plain = Ensemble(ErfNet(1000), LINE, seed=2).correlators(20_000, orders=(4,))[4]
    assert np.median(plain.error / sample.at_width(1000).connected()[4].error) > 1e3


@pytest.mark.parametrize(("network", "tilted"), [(ErfNet(1), False), (GaussNet(1), True)])
def test_reproducible(network, tilted):
    one = NeuronEnsemble(network, LINE, seed=5, tilted=tilted).sample(5000, n_blocks=20)
    two = NeuronEnsemble(network, LINE, seed=5, tilted=tilted).sample(5000, n_blocks=20)
    np.testing.assert_allclose(one.origin.cumulant(6).value, two.origin.cumulant(6).value, rtol=1e-9)
    other = NeuronEnsemble(network, LINE, seed=6, tilted=tilted).sample(5000, n_blocks=20)
    assert not np.allclose(one.origin.cumulant(4).value, other.origin.cumulant(4).value, rtol=1e-3)
    seen = []
    NeuronEnsemble(network, LINE, seed=5, tilted=tilted).sample(
        500, n_blocks=10, progress=lambda *p: seen.append(p)
    )
    assert seen[-1] == (500, 500)
    assert one.provenance["neurons"] == 5000


def test_tilted_sums_do_not_depend_on_the_chunks():
    points = np.asarray(LINE, dtype=float).reshape(-1, 1)
    one, two = (tilted_sums(GaussNet(1), points, 5, 5000, (2, 4, 6), 20, chunk=chunk) for chunk in (77, 8192))
    for order in (2, 4, 6):
        np.testing.assert_allclose(one.block_sums[order], two.block_sums[order], rtol=1e-9)


@pytest.mark.parametrize(
    "network",
    [ErfNet(7, 0.9, 0.7), ReLUNet(2, 1.1, 0.4), CosNet(3, 1.2, 0.7), ErfNet(1, 0.8, 0.6, 2)],
    ids=["erf", "relu", "cos", "erf-plane"],
)
def test_compiled_sums_are_those_of_the_features(network):
    """Neuron by neuron in NumPy, from the same streams: networks of width one, biases taken off."""
    points = LINE if network.d_in == 1 else np.column_stack([LINE, LINE**2])
    found = compiled_sums(network, points, 11, 330, (2, 4, 6), 7)
    key = split_seed((11 + SEED_SHIFT) % 2**64)
    weights, _, biases = _neuron(network, key, np.arange(330), 0)
    features = network.features(weights, biases, points)
    edges = np.cumsum([0, *found.block_sizes])
    for order in (2, 4, 6):
        products = features[:, multisets(3, order)].prod(axis=2)
        for block in range(7):
            expected = products[edges[block] : edges[block + 1]].sum(axis=0)
            np.testing.assert_allclose(
                found.block_sums[order][block], expected, rtol=0, atol=1e-9 * np.abs(products).sum()
            )


# Tilting


def test_centres_cover_every_product():
    vectors = np.column_stack([LINE[:, 0], np.ones(3)])
    centres = tilt_centres(vectors, 6)
    assert not centres[0].any()
    rng = np.random.default_rng(0)
    for n in (2, 4, 6):
        for _ in range(50):
            wanted = vectors[rng.integers(0, 3, n)].sum(axis=0)
            assert np.min(np.linalg.norm(centres - wanted, axis=1)) <= RADIUS


def test_tilted_weights_are_density_ratios():
    """q is the mixture density, so averages of w h over a grid weighted by q are averages of h over φ."""
    centres = np.array([[0.0], [2.0], [5.0]])
    g = np.linspace(-12, 17, 6001)[:, None]
    mixture = sum(stats.norm.pdf(g[:, 0] - c) for c in centres[:, 0]) / 3
    moved, weights = tilt(g, np.full(len(g), 1e-9), centres)  # component 0 moves nothing
    np.testing.assert_array_equal(moved, g)
    np.testing.assert_allclose(weights, stats.norm.pdf(g[:, 0]) / mixture, rtol=1e-12)
    assert weights.max() <= 3 * (1 + 1e-12)
    chosen, _ = tilt(np.zeros((4, 1)), np.array([0.0, 0.34, 0.99, 1.0]), centres)
    assert chosen.ravel().tolist() == [0.0, 2.0, 5.0, 5.0]


def test_bins_are_those_of_the_histogram():
    edges = bin_edges()
    rng = np.random.default_rng(1)
    ratios = np.concatenate([2.0 ** rng.uniform(-60, 60, 1000), edges[[0, 5, 1024, 2000]]])
    number = bin_numbers(ratios)
    assert np.all((edges[number] <= ratios) & (ratios < edges[number + 1]))
    assert bin_numbers(np.array([0.0, 1e-300, 1e300])).tolist() == [0, 0, BINS - 1]


def test_impossible_requests_are_refused():
    with pytest.raises(NotAvailable, match="tilted sampling exists for gauss"):
        NeuronEnsemble(ErfNet(1), LINE, tilted=True)
    with pytest.raises(NotAvailable, match="sample whole networks"):
        NeuronEnsemble(ErfNet(1).with_laws(hidden="uniform"), LINE)
    with pytest.raises(InvalidPoints, match="outputs"):
        NeuronEnsemble(ErfNet(1), LINE, outputs=(1, 2))
    with pytest.raises(InvalidStatistics, match="seed"):
        NeuronEnsemble(ErfNet(1), LINE, seed=-1)
    ensemble = NeuronEnsemble(ErfNet(1), LINE)
    for wrong in ({"order": 8}, {"order": 3}, {"n_blocks": 9}, {"n_neurons": 100}, {"n_neurons": 1e6}):
        with pytest.raises(InvalidStatistics, match="needed"):
            ensemble.sample(**{"n_neurons": 1000, **wrong})
    sample = ensemble.sample(1000, order=4)
    with pytest.raises(InvalidStatistics, match="no 6-point"):
        sample.at_width(5)[6]
    with pytest.raises(InvalidStatistics, match="width"):
        sample.at_width(0)
