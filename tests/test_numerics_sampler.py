"""The ensemble sampler against its NumPy twin, against exact correlators, and against itself."""

import threading
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from numerics.errors import InvalidNetwork, InvalidPoints, InvalidStatistics
from numerics.exact.correlators import exact_correlators
from numerics.inference.comparison import compare
from numerics.machine.intrinsics import GRAIN, LANES, smallest_word
from numerics.machine.jit import compiled
from numerics.machine.random_streams import split_seed
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet
from numerics.networks.record import from_record
from numerics.results.estimate import Quality
from numerics.sampling.engine.draws import TAIL_WORD, fill_words
from numerics.sampling.engine.page_sums import PairwiseSum
from numerics.sampling.engine.pages import Layout, Precision, lane_parameters, page_grains, sample_page
from numerics.sampling.engine.reference import reference_outputs
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.estimators.moments import moment_plan, moments_reference

LINE = [-1.0, -0.6, -0.2, 0.2, 0.6, 1.0]
POSITIVE = [0.2, 0.4, 0.6, 0.8, 1.0, 1.2]
PLANE = [[0.3, -1.1], [0.8, 0.2], [-0.5, 0.9]]
SPACE = [[0.3, -1.1, 0.4], [0.8, 0.2, -0.7], [-0.5, 0.9, 0.1]]

CASES = [
    (ErfNet(5), LINE),
    (ErfNet(1, sigma_w=0.7, sigma_b=0.0), LINE[:2]),
    (ErfNet(4, sigma_w=1.3, sigma_b=0.4, d_in=2), PLANE),
    (ErfNet(3, sigma_w=1.3, sigma_b=0.4, d_in=3), SPACE),
    (ReLUNet(6), POSITIVE),
    (ReLUNet(5, sigma_w=1.5, sigma_b=0.3, d_in=2), PLANE),
    (GaussNet(7, sigma_w=0.6, sigma_b=0.5), LINE[:3]),
    (GaussNet(2, sigma_w=0.6, sigma_b=0.5, d_in=3), SPACE),
    (CosNet(5, sigma_w=1.4, sigma_a=0.8), LINE[:3]),
    (CosNet(4, sigma_w=1.4, d_in=2), PLANE),
    (CosNet(3, sigma_w=1.4, d_in=3), SPACE),
]


def sums_of(ensemble, n_networks, **options):
    return ensemble.correlators(n_networks, **options).origin.sums


@pytest.mark.parametrize(("network", "points"), CASES, ids=[repr(case[0]) for case in CASES])
@pytest.mark.parametrize(("precision", "accuracy"), [("double", 1e-13), ("single", 2e-6)])
def test_compiled_sampler_agrees_with_its_numpy_twin(network, points, precision, accuracy):
    ensemble = Ensemble(network, points, seed=12, precision=precision)
    orders = (1, 2, 3, 4)
    found = ensemble.correlators(333, orders=orders, n_blocks=7)
    outputs = reference_outputs(network, ensemble.points, 12, 0, 333)
    scale = moments_reference(np.abs(outputs), found.origin.plan)
    np.testing.assert_allclose(
        found.origin.sums / scale, moments_reference(outputs, found.origin.plan) / scale, atol=accuracy
    )
    edges = [333 * b // 7 for b in range(8)]
    for b in range(7):
        block = moments_reference(outputs[edges[b] : edges[b + 1]], found.origin.plan)
        np.testing.assert_allclose(found.origin.block_sums[b] / scale, block / scale, atol=accuracy)


def test_networks_are_numbered_beyond_32_bits_alike():
    network, first = ErfNet(3), 2**32 - 40
    layout = Layout(first + 100, 1, LANES // GRAIN)
    page = first // LANES
    begin, end = layout.page(page)
    ensemble = Ensemble(network, [0.5], seed=3)
    lanes = lane_parameters(network, ensemble.points, Precision.DOUBLE)
    plan = moment_plan(1, (1, 2))
    sums = sample_page(page, layout, layout.edges(), lanes, plan, seed=3)
    outputs = ensemble.outputs(end - begin, first=begin)
    np.testing.assert_allclose(sums.total, moments_reference(outputs, plan), rtol=1e-10)


@compiled
def first_tiny_radius(words, key, limit):
    """Find a batch of lanes with a radius word that needs more bits."""
    for batch in range(limit):
        fill_words(words, 0, batch * LANES, 0, 0, key)
        if smallest_word(words, 0) < TAIL_WORD:
            return batch
    return -1


@pytest.mark.parametrize(("precision", "accuracy"), [("double", 1e-13), ("single", 1e-6)])
def test_extended_tail_agrees_with_the_twin(precision, accuracy):
    words = np.empty(8 * LANES, dtype=np.uint32)
    key = tuple(np.uint32(k) for k in split_seed(99))
    batch = first_tiny_radius(words, key, 10**6)
    assert batch >= 0
    lane = int(np.argmin(words[:LANES]))
    assert words[lane] < TAIL_WORD  # so this point of the plane lies beyond 5 standard deviations
    network, number = ReLUNet(1), batch * LANES + lane
    ensemble = Ensemble(network, [1.0, -1.0], seed=99, precision=precision)
    exact = ensemble.outputs(1, first=number)[0]
    layout = Layout((batch + 1) * LANES, (batch + 1) * LANES, LANES // GRAIN)
    edges = np.arange((batch + 1) * LANES + 1)
    lanes = lane_parameters(network, ensemble.points, Precision(precision))
    sums = sample_page(batch, layout, edges, lanes, moment_plan(2, (1,)), seed=99)
    np.testing.assert_allclose(sums.blocks[lane], exact, rtol=accuracy, atol=1e-30)
    assert np.max(np.abs(exact)) > 0


@pytest.mark.parametrize("network", [ErfNet(5), GaussNet(3, 0.5, 0.5), CosNet(2)])
def test_results_do_not_depend_on_the_number_of_threads(network):
    ensemble = Ensemble(network, LINE, seed=1)
    one = ensemble.correlators(30_001, n_threads=1)
    for threads in (2, 3):
        other = ensemble.correlators(30_001, n_threads=threads)
        np.testing.assert_array_equal(other.origin.sums, one.origin.sums)
        np.testing.assert_array_equal(other.origin.block_sums, one.origin.block_sums)
        np.testing.assert_array_equal(other.origin.variance_counts, one.origin.variance_counts)


def test_totals_do_not_depend_on_the_number_of_blocks():
    ensemble = Ensemble(ErfNet(5), LINE[:3], seed=2)
    sums = sums_of(ensemble, 10_007, n_blocks=1000)
    for n_blocks in (2, 3, 100, 10_007):
        np.testing.assert_array_equal(sums_of(ensemble, 10_007, n_blocks=n_blocks), sums)


def test_totals_do_not_depend_on_the_size_of_the_pages():
    network = ErfNet(3)
    ensemble = Ensemble(network, LINE[:2], seed=4)
    lanes = lane_parameters(network, ensemble.points, Precision.DOUBLE)
    plan = moment_plan(2, (2, 4))
    for grains in (8, 16, 64):
        layout = Layout(20_000, 10, grains)
        tree = PairwiseSum()
        for number in range(layout.n_pages):
            tree.add(sample_page(number, layout, layout.edges(), lanes, plan, seed=4).total)
        np.testing.assert_array_equal(tree.value(), sums_of(ensemble, 20_000, orders=(2, 4)))
    assert page_grains(10**6) < page_grains(10)


def test_a_longer_run_continues_a_shorter_one():
    ensemble = Ensemble(ReLUNet(4), POSITIVE[:2], seed=5)
    short = ensemble.correlators(3000, n_blocks=10)
    long = ensemble.correlators(6000, n_blocks=20)
    np.testing.assert_allclose(long.origin.block_sums[:10], short.origin.block_sums, rtol=1e-12)


def test_blocks_add_up_and_differ_by_at_most_one_network():
    found = Ensemble(ErfNet(2), LINE[:2], seed=6).correlators(12_345, n_blocks=77)
    assert found.block_sizes.sum() == 12_345
    assert set(found.block_sizes) == {160, 161}
    np.testing.assert_allclose(found.origin.block_sums.sum(axis=0), found.origin.sums, rtol=1e-11)
    np.testing.assert_allclose(
        found.block_sizes @ found.block_means() / 12_345, found.origin.sums / 12_345, rtol=1e-11
    )
    assert found.origin.variance_counts.sum(axis=1).tolist() == [12_345, 12_345]


def test_covariance_is_the_textbook_one_for_equal_blocks():
    found = Ensemble(ErfNet(2), LINE[:3], seed=7).correlators(6000, orders=(2, 4), n_blocks=60)
    covariance = np.cov(found.block_means(), rowvar=False) / 60
    np.testing.assert_allclose(found.covariance(), covariance, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(found.covariance((4,)), covariance[6:, 6:], rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(found[4].error, np.sqrt(np.diag(covariance))[6:], rtol=1e-9)
    # one network per block is the covariance of single networks
    single = Ensemble(ErfNet(2), LINE[:3], seed=7).correlators(6000, orders=(2,), n_blocks=6000)
    outputs = reference_outputs(ErfNet(2), np.array(LINE[:3])[:, None], 7, 0, 6000)
    products = outputs[:, [0, 0, 0, 1, 1, 2]] * outputs[:, [0, 1, 2, 1, 2, 2]]
    np.testing.assert_allclose(single.covariance(), np.cov(products, rowvar=False) / 6000, rtol=1e-9)


@pytest.mark.statistical
def test_uneven_blocks_do_not_bias_the_error():
    ensemble = Ensemble(ErfNet(3), LINE[:2], seed=8)
    # 300 networks in 200 blocks: half of the blocks hold one network, half hold two
    uneven = [
        Ensemble(ErfNet(3), LINE[:2], seed=seed).correlators(300, orders=(2,), n_blocks=200)[2].error ** 2
        for seed in range(200)
    ]
    true = ensemble.correlators(200_000, orders=(2,))[2].error ** 2 * 200_000 / 300
    ratio = np.array(uneven) / true
    assert np.all(np.abs(ratio.mean(axis=0) - 1) < 4.5 * ratio.std(axis=0) / np.sqrt(200))


def test_progress_counts_networks_up_to_the_end():
    seen = []
    Ensemble(ErfNet(2), [0.5], seed=1).correlators(
        600_000, progress=lambda done, total: seen.append((done, total))
    )
    assert seen[-1] == (600_000, 600_000)
    assert all(a < b for (a, _), (b, _) in pairwise(seen))
    assert len(seen) > 5


def test_an_interrupt_ends_the_run_and_its_threads():
    before = threading.active_count()

    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Ensemble(ErfNet(200), LINE, seed=1).correlators(10**9, progress=interrupt)
    assert threading.active_count() == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_networks": 1}, "n_networks"),
        ({"n_networks": 0}, "n_networks"),
        ({"n_networks": 1e5 + 0.5}, "n_networks"),
        ({"n_networks": 100, "n_blocks": 1}, "n_blocks"),
        ({"n_networks": 100, "n_threads": 0}, "n_threads"),
        ({"n_networks": 100, "orders": (3, 9)}, "orders"),
        ({"n_networks": 10**9, "n_blocks": 10**9}, "GB"),
    ],
)
def test_impossible_requests_are_refused(options, message):
    with pytest.raises(InvalidStatistics, match=message):
        Ensemble(ErfNet(2), LINE).correlators(**options)


def test_impossible_ensembles_are_refused():
    with pytest.raises(InvalidPoints):
        Ensemble(ErfNet(2, d_in=2), LINE)
    for network in (ErfNet(2), ReLUNet(2), GaussNet(2), CosNet(2)):
        with pytest.raises(InvalidPoints, match=r"inputs up to 1e\+200 .* rescale"):
            Ensemble(network, [1.0, 1e200])
    with pytest.raises(InvalidStatistics, match="seed"):
        Ensemble(ErfNet(2), LINE, seed=-1)
    with pytest.raises(InvalidStatistics, match="precision"):
        Ensemble(ErfNet(2), LINE, precision="half")


def test_products_beyond_floating_point_are_refused():
    network = CosNet(3, sigma_a=1e60)
    assert np.all(np.isfinite(Ensemble(network, [0.5]).correlators(100, orders=(4,)).origin.sums))
    with pytest.raises(InvalidNetwork, match="too large for the orders"):
        Ensemble(network, [0.5]).correlators(100, orders=(6,))


def test_absurdly_large_covariances_are_refused():
    found = Ensemble(ErfNet(1), np.linspace(0, 1, 24)).correlators(100, orders=(2, 4), n_blocks=2)
    with pytest.raises(InvalidStatistics, match=r"covariance of 17550 correlators needs 2\.5 GB"):
        found.covariance((4,))


def test_a_handful_of_networks_gives_no_error_bar():
    found = Ensemble(ErfNet(2), [0.5]).correlators(10, orders=(2,))
    assert found[2].quality is Quality.TOO_FEW_SAMPLES
    few_blocks = Ensemble(ErfNet(2), [0.5]).correlators(10_000, orders=(2,), n_blocks=5)
    assert few_blocks[2].quality is Quality.TOO_FEW_SAMPLES


def test_provenance_gives_the_numbers_again():
    network = GaussNet(3, 0.4, 0.3)
    found = Ensemble(network, [0.1], seed=17).correlators(500, orders=(2,))
    told = found.provenance
    assert from_record(told["network"]) == network
    again = Ensemble(network, found.points, seed=told["seed"], precision=told["precision"])
    np.testing.assert_array_equal(
        again.correlators(told["networks"], orders=(2,)).origin.sums, found.origin.sums
    )


@pytest.mark.statistical
@pytest.mark.parametrize(("network", "points"), CASES, ids=[repr(case[0]) for case in CASES])
def test_two_point_function_is_the_kernel(network, points):
    ensemble = Ensemble(network, points, seed=31)
    found = ensemble.correlators(200_000, orders=(1, 2, 3), n_blocks=500)
    kernel = network.kernel.full(ensemble.points, ensemble.points)
    exact = kernel[np.triu_indices(len(kernel))]
    outcome = compare(found[2].value - exact, found.covariance((2,)), n_blocks=500)
    assert outcome.p_value > 1e-4
    assert outcome.null_residual == 0
    for odd in (1, 3):
        assert compare(found[odd].value, found.covariance((odd,)), n_blocks=500).p_value > 1e-4


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize(
    ("network", "points", "ranks"),
    [
        (ErfNet(5), LINE, range(43, 54)),
        (ReLUNet(50), POSITIVE, [3]),
        (GaussNet(10, 0.2, 0.2), LINE, [12, 13]),
    ],
)
def test_all_correlators_agree_with_the_exact_ones_over_many_seeds(network, points, ranks):
    exact = exact_correlators(network, np.array(points)[:, None], orders=(2, 4, 6))
    full = np.concatenate([exact[order].value for order in (2, 4, 6)])
    p_values = []
    for seed in range(20):
        found = Ensemble(network, points, seed=seed).correlators(100_000)
        outcome = compare(found.origin.sums / 100_000 - full, found.covariance(), n_blocks=found.n_blocks)
        assert outcome.dof in ranks
        assert outcome.null_residual == 0
        assert all(one.quality is Quality.TRUSTED for one in found.values())
        p_values.append(outcome.p_value)
    assert stats.kstest(p_values, "uniform").pvalue > 1e-3
    assert min(p_values) > 1e-5


@pytest.mark.slow
@pytest.mark.statistical
def test_pulls_have_width_one():
    network = ErfNet(5)
    exact = exact_correlators(network, np.array([[-0.6], [1.0]]), orders=(2, 4))
    pulls = []
    for seed in range(300):
        found = Ensemble(network, [-0.6, 1.0], seed=seed, precision="single").correlators(
            20_000, orders=(2, 4)
        )
        pulls.append([(one.value - exact[one.order].value) / one.error for one in found.values()])
    for order in range(2):
        z = np.array([p[order] for p in pulls])
        assert np.all(np.abs(z.mean(axis=0)) < 4.5 / np.sqrt(300))
        assert np.all(np.abs(z.std(axis=0) - 1) < 4.5 / np.sqrt(600))


@pytest.mark.statistical
def test_different_seeds_are_independent():
    samples = [
        Ensemble(ErfNet(3), [0.4], seed=s).correlators(100_000, orders=(2,), n_blocks=500) for s in (0, 1)
    ]
    a, b = (sample.block_means()[:, 0] for sample in samples)
    assert abs(np.corrcoef(a, b)[0, 1]) < 4.5 / np.sqrt(500)
    assert abs(np.corrcoef(a[1:], a[:-1])[0, 1]) < 4.5 / np.sqrt(500)
