"""Correlators as one noun: elements, arithmetic with errors, joint covariances, old names."""

import numpy as np
import pytest
from scipy import stats

from numerics.errors import InvalidPoints, InvalidStatistics, NotAvailable
from numerics.exact.correlators import exact_correlators
from numerics.fields.field_set import FieldSet
from numerics.networks.architectures import ErfNet, ReLUNet
from numerics.results.correlator import Correlator, Part
from numerics.results.estimate import Estimate
from numerics.results.jackknife import jackknife
from numerics.results.joint_correlators import Correlators
from numerics.results.quality import Quality
from numerics.results.uncertainty import Source, Uncertainty
from numerics.sampling.engine.reference import reference_outputs
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.neurons.neuron_ensemble import NeuronEnsemble

POINTS = [[0.4], [1.0]]


@pytest.fixture(scope="module")
def sample():
    return Ensemble(ErfNet(3), POINTS, seed=2).correlators(20_000, orders=(2, 4, 6), n_blocks=100)


@pytest.fixture(scope="module")
def exact():
    return exact_correlators(ErfNet(3), POINTS)


# Elements


def test_elements_in_any_order(exact):
    four = exact[4]
    for row, value in zip(four.indices, four.value, strict=True):
        for turned in (row, row[::-1], np.roll(row, 1)):
            assert float(four[tuple(turned)]) == value
    assert [float(one) for one in four] == four.value.tolist()
    assert len(four) == len(four.labels) == 5
    for wrong in ((0, 0, 1), (0, 0, 1, 2), (0, 0, 1, -1), slice(2), (0, 0, 1, True)):
        with pytest.raises(InvalidPoints, match="4 numbers from 0 to 1 are needed"):
            four[wrong]


def test_orders_are_a_mapping(exact, sample):
    assert list(exact) == list(sample) == [2, 4, 6]
    assert {**sample}[4] is sample[4]
    for correlators in (exact, sample):
        for kind in (KeyError, InvalidStatistics, NotAvailable):
            with pytest.raises(kind, match=r"no 8-point function here, only \[2, 4, 6\]"):
                correlators[8]
        assert 8 not in correlators
        assert correlators.get(4) is correlators[4]


@pytest.mark.parametrize("kind", ["exact", "sample"])
def test_reprs_are_short(kind, request):
    correlators = request.getfixturevalue(kind)
    for one in (correlators, correlators[4], correlators.connected(), correlators.connected()[6]):
        assert len(repr(one).splitlines()) <= 10
    assert "f(0.4)² f(1)²" in repr(correlators[4])


def test_labelled_tables(sample):
    four = sample[4]
    dataset = four.to_xarray()
    assert float(dataset["value"].sel(element="0 0 1 1")) == float(four[0, 1, 0, 1])
    assert dataset["label"].values.tolist() == list(four.labels)
    frame = sample.to_dataframe()
    assert len(frame) == 3 + 5 + 7
    assert frame[frame.order == 4].error.tolist() == four.error.tolist()
    assert set(sample.to_xarray().children) == {"order_2", "order_4", "order_6"}


# Arithmetic


def test_values_are_what_numpy_says():
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0.5, 2.0, (2, 4))
    a, b = Estimate(x, 0.01 * x), Estimate(y, 0.02 * y)
    for made, plain in [
        (a + b, x + y), (a - 1, x - 1), (3 / a, 3 / x), (a * b, x * y), (a / b, x / y), (a**3, x**3),
        (2.0**a, 2.0**x), (-a, -x), (abs(-a), x), (np.sqrt(a), np.sqrt(x)), (np.exp(a), np.exp(x)),
        (np.log(a), np.log(x)), (np.square(a), x**2), (np.mean(a), x.mean()), (np.sum(a), x.sum()),
        (np.std(a), x.std()), (x - b, x - y), (a @ y, x @ y), (np.eye(4) @ a, x),
    ]:  # fmt: skip
        np.testing.assert_allclose(np.asarray(made), plain, rtol=1e-14)
    assert (a > 0).all()
    with pytest.raises(TypeError):
        np.sin(a)
    with pytest.raises(TypeError):
        a + "one"


FUNCTIONS = {
    "sum": lambda a, b: a + b,
    "difference": lambda a, b: a - b,
    "product": lambda a, b: a * b,
    "quotient": lambda a, b: a / b,
    "power": lambda a, b: a**b,
    "root": lambda a, b: np.sqrt(a) - b,
    "exponential": lambda a, b: np.exp(a / b),
    "logarithm": lambda a, b: np.log(a) * b**2,
}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_bounds_are_bounds(function):
    """The result at any numbers within the bounds of the arguments is within the bound of the result."""
    rng = np.random.default_rng(5)
    a, b = Estimate(1.7, 0.3), Estimate(0.9, 0.2)
    found = function(a, b)
    some = function(1.7 + 0.3 * rng.uniform(-1, 1, 5000), 0.9 + 0.2 * rng.uniform(-1, 1, 5000))
    off = np.abs(some - float(found))
    assert off.max() <= float(found.bound)
    assert off.max() > 0.4 * float(found.bound)  # and no absurd one
    assert not found.uncertainty.statistical


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_standard_deviations_against_simulation(function):
    """Delta method: two correlated numbers drawn 4·10⁵ times; a two-sided p-value for the variance."""
    covariance = 1e-6 * np.array([[2.0, 1.2], [1.2, 3.0]])
    pair = Estimate([1.7, 0.9], Uncertainty.known(covariance))
    found = function(pair[0], pair[1])
    n = 400_000
    draws = np.random.default_rng(7).multivariate_normal([1.7, 0.9], covariance, n).T
    variance = function(*draws).var(ddof=1)
    # (n − 1) s²/σ² is χ² with n − 1 degrees of freedom; curvature changes σ² by a few in a million
    z = (variance / float(found.error) ** 2 - 1) / np.sqrt(2 / n)
    assert 2 * stats.norm.sf(abs(z)) > 1e-3
    assert found.bound == 0.0


def test_a_zero_divisor_has_no_bound():
    found = Estimate([1.0, 1.0], [0.1, 0.1]) / Estimate([0.1, 1.0], [0.2, 0.2])
    assert np.isinf(found.bound[0])
    assert np.isfinite(found.bound[1])


def test_scatter_and_bound_are_never_added():
    drawn = Estimate([2.0], Uncertainty.known([[0.01]]), "sampled")
    bounded = Estimate([4.0], [0.2], "by quadrature", Quality.NOT_CONVERGED)
    ratio = drawn / bounded
    assert float(ratio[0].error) == pytest.approx(0.1 / 4)
    assert float(ratio[0].bound) == pytest.approx(2.0 / 4 * 0.2 / 3.8)
    assert ratio.method == "sampled; by quadrature"
    assert ratio.quality is Quality.NOT_CONVERGED
    assert "±" in str(ratio[0])
    assert "bound" in str(ratio[0])


def test_the_same_number_cancels(sample, exact):
    four = sample[4]
    assert not (four - four).error.any()
    assert not (four / four).error.any()
    np.testing.assert_allclose((four + four).error, 2 * four.error, rtol=1e-12)
    assert np.all((exact[4] - exact[4]).bound > 0)  # a bound knows nothing of where it comes from


def test_different_seeds_are_independent_and_different_blocks_refused(sample):
    other = Ensemble(ErfNet(3), POINTS, seed=3).correlators(20_000, n_blocks=100)
    total = sample[4] + other[4]
    np.testing.assert_allclose(total.error, np.hypot(sample[4].error, other[4].error), rtol=1e-12)
    assert total.provenance["seed"] == (2, 3)
    fewer = Ensemble(ErfNet(3), POINTS, seed=2).correlators(20_000, n_blocks=50)
    with pytest.raises(InvalidStatistics, match="networks of seed 2"):
        sample[4] + fewer[4]


def test_the_same_networks_elsewhere_are_seen_to_be_correlated(sample):
    """f at another point of the same networks: the error of the difference is the one of paired networks."""
    near = Ensemble(ErfNet(3), [[0.45], [1.0]], seed=2).correlators(20_000, orders=(2,), n_blocks=100)
    f, g = (reference_outputs(ErfNet(3), np.array(x), 2, 0, 20_000) for x in (POINTS, [[0.45], [1.0]]))
    paired = (f[:, 0] ** 2 - g[:, 0] ** 2).std(ddof=1) / np.sqrt(20_000)
    difference = sample[2][0, 0] - near[2][0, 0]
    assert float(difference.error) == pytest.approx(paired, rel=0.25)  # 100 blocks: 7 %
    assert float(difference.error) < 0.2 * float(sample[2][0, 0].error)


# One sample, several orders


def explicit_jackknife(sample, function):
    """The same function of all networks, and of all without each block; delete-one covariance."""
    origin = sample.origin
    n, sizes = sample.n_samples, sample.block_sizes
    means = {k: origin.sums[origin.plan.slice_of(k)] / n for k in sample}
    estimate = np.atleast_1d(function(means))
    replicates = []
    for b, size in enumerate(sizes):
        left = {k: (origin.sums - origin.block_sums[b])[origin.plan.slice_of(k)] / (n - size) for k in sample}
        replicates.append(np.atleast_1d(function(left)))
    return jackknife(estimate, np.array(replicates), sizes)


def test_ratios_of_one_sample_against_an_explicit_jackknife(sample):
    """κ₄/G₂² and G₄/G₂², with the correlation of G₂ and G₄ in their errors."""
    two = sample[2][0, 0]
    kurtosis = sample.connected()[4][0, 0, 0, 0] / two**2
    ratio = sample[4][0, 0, 0, 0] / two**2
    for found, function in (
        (kurtosis, lambda m: m[4][0] / m[2][0] ** 2 - 3),
        (ratio, lambda m: m[4][0] / m[2][0] ** 2),
    ):
        value, deviations = explicit_jackknife(sample, function)
        error = np.sqrt(np.sum(deviations**2))
        assert abs(float(found) - value[0]) < 0.02 * error
        assert float(found.error) == pytest.approx(error, rel=0.01)
    apart = float(ratio) * np.hypot(
        float(sample[4].error[0] / sample[4].value[0]), 2 * float(two.error / two.value)
    )
    assert apart / float(ratio.error) > 1.3  # without the correlation it would be wrong


def test_joint_covariance_of_connected_functions_is_that_of_the_jackknife(sample):
    def joint(m):
        return np.concatenate([
            m[2],
            Correlators.of(Correlator(sample.fields, n, Part.FULL, m[n]) for n in m).connected()[4].value,
        ])  # fmt: skip

    _, deviations = explicit_jackknife(sample, joint)
    found = sample.connected().covariance((2, 4))
    scale = np.sqrt(np.outer(np.diag(found), np.diag(found)))
    np.testing.assert_allclose(found / scale, deviations.T @ deviations / scale, atol=1e-9)
    factor = sample.connected().deviations((2, 4))
    np.testing.assert_allclose(factor.T @ factor, found, rtol=1e-12)
    together = sample.connected().joint((2, 4))
    np.testing.assert_allclose(together.covariance, found, rtol=1e-12)
    assert together.shape == (8,)
    with pytest.raises(InvalidStatistics, match="error bounds, and bounds have no covariance"):
        exact_correlators(ErfNet(3), POINTS).covariance()


@pytest.mark.statistical
def test_pulls_of_a_ratio_have_width_one():
    """Kurtosis of ReLU-net at one point, closed form: κ₄ = 15/(4N), G₂ = 1/2."""
    true = 15 / 80 / 0.25
    pulls = []
    for seed in range(80):
        found = Ensemble(ReLUNet(20), [1.0], seed=seed).correlators(20_000, orders=(2, 4), n_blocks=200)
        ratio = found.connected()[4][0, 0, 0, 0] / found[2][0, 0] ** 2
        pulls.append(float((ratio - true) / ratio.error))
    z = np.array(pulls)
    assert abs(z.mean()) < 4 / np.sqrt(80) + 0.2  # a ratio is biased by 1/n
    assert 2 * min(stats.chi2.sf(79 * z.var(ddof=1), 79), stats.chi2.cdf(79 * z.var(ddof=1), 79)) > 1e-4


def test_kurtosis_of_a_known_ensemble():
    exact = exact_correlators(ReLUNet(20), [[1.0]], orders=(2, 4))
    kurtosis = exact.connected()[4][0, 0, 0, 0] / exact[2][0, 0] ** 2
    assert float(kurtosis) == pytest.approx(15 / 80 / 0.25, rel=1e-14)
    assert 0 < float(kurtosis.bound) < 1e-12


def test_a_list_of_correlators_has_the_cumulants_of_the_exact_tables(exact):
    """The engine on full functions, against cumulants that were never subtracted."""
    listed = Correlators.of(exact.values())
    for order in (4, 6):
        ours, right = listed.connected()[order], exact.connected()[order]
        assert np.all(np.abs(ours.value - right.value) <= ours.bound + right.bound)
        np.testing.assert_allclose(ours.value, right.value, atol=1e-12)


def test_a_list_of_sampled_correlators_has_their_errors(sample):
    listed = Correlators.of(sample.values()).connected()
    for order in (4, 6):
        right = sample.connected()[order]
        np.testing.assert_allclose(listed[order].error, right.error, rtol=0.05)
        assert np.all(np.abs(listed[order].value - right.value) < 0.1 * right.error)


def test_the_coupling_of_the_front_page_keeps_its_error(exact):
    """(G4 − free)/coefficient, element by element."""
    fields = exact.fields
    free = Correlator(fields, 4, Part.FULL, exact[4].value - exact.excess()[4].value, 1e-12 * np.ones(5))
    vertex = Correlator(fields, 4, Part.FULL, np.full(5, -24.0), np.full(5, 1e-9), "an integral")
    coupling = (exact[4] - free) / vertex
    assert isinstance(coupling, Correlator)
    np.testing.assert_allclose(coupling.value, exact.connected()[4].value / -24, rtol=1e-9)
    assert np.all((coupling.bound > 0) & (coupling.bound < 1e-9))
    assert coupling.part is Part.DERIVED
    assert coupling.labels == exact[4].labels
    assert "an integral" in coupling.method
    assert isinstance(exact[2] * exact[2].value[0], Correlator)
    assert not isinstance(exact[2][0, 0] * np.ones(7), Correlator)


def test_excess_keeps_its_digits():
    from numerics.networks.architectures import GaussNet

    exact = exact_correlators(GaussNet(width=5, sigma_w=1e-8), [[2.5]])
    four, connected = exact.excess()[4], exact.connected()[4]
    assert four.value[0] == connected.value[0] > 0
    assert exact[4].value[0] - 3 * exact[2].value[0] ** 2 == 0.0
    with pytest.raises(NotAvailable, match="subtract it"):
        Ensemble(ErfNet(2), [0.1]).correlators(100, n_blocks=10).excess()


def test_widths(exact, sample):
    wide = exact.at_width(300)
    np.testing.assert_allclose(wide.connected()[6].value * 1e4, exact.connected()[6].value, rtol=1e-12)
    with pytest.raises(NotAvailable, match="at one width only"):
        sample.at_width(4)
    neurons = NeuronEnsemble(ErfNet(3), POINTS, seed=1).sample(2000, n_blocks=20)
    both = neurons.at_width(10), neurons.at_width(1000)
    ratio = both[0].connected()[4] / both[1].connected()[4]
    np.testing.assert_allclose(ratio.value, 100.0, rtol=1e-12)
    np.testing.assert_allclose(ratio.error, 0.0, atol=1e-9)  # the same neurons


# Uncertainties by themselves


def test_errors_of_huge_and_tiny_deviations_are_numbers():
    source = Source("neurons of seed 0", 4, 2)
    for size in (1e200, 1e-200, 1.0):
        found = Uncertainty.of_blocks(source, size * np.array([[3.0, 0.0], [4.0, 0.0]])).error
        np.testing.assert_allclose(found, [5.0 * size, 0.0], rtol=1e-15)


def test_a_covariance_that_is_none_is_refused():
    for wrong in ([[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.5]], [[1.0, 0.5], [0.1, 1.0]], [[-1.0]]):
        with pytest.raises(InvalidStatistics, match="symmetric matrix without negative eigenvalues"):
            Uncertainty.known(wrong)
    with pytest.raises(InvalidPoints, match="5 are needed, one for each multiset of 4 fields"):
        Correlator(FieldSet(POINTS), 4, Part.FULL, np.zeros(4))


# Old names


def test_old_names_work_and_say_the_new_ones(exact, sample):
    with pytest.warns(DeprecationWarning, match=r"\.value"):
        np.testing.assert_array_equal(exact[4].full, exact[4].value)
    with pytest.warns(DeprecationWarning, match=r"correlators\.connected\(\)\[order\]\.value"):
        np.testing.assert_array_equal(exact[4].connected, exact.connected()[4].value)
    with pytest.warns(DeprecationWarning, match="excess"):
        np.testing.assert_array_equal(exact[4].excess, exact.excess()[4].value)
    with pytest.warns(DeprecationWarning, match=r"connected\(\)\[order\]"):
        assert sample.connected(4).value.tolist() == sample.connected()[4].value.tolist()
    with pytest.warns(DeprecationWarning, match="evidence"):
        assert sample[4].tail.networks_needed == sample[4].evidence["networks_needed"]
    with pytest.warns(DeprecationWarning, match="n_samples"):
        assert sample.n_networks == 20_000
    with pytest.warns(DeprecationWarning, match="block_sums"):
        assert sample.block_sums is sample.origin.block_sums
    neurons = NeuronEnsemble(ErfNet(3), POINTS, seed=1).sample(200, n_blocks=10)
    with pytest.warns(DeprecationWarning, match="at_width"):
        old = neurons.at_width(7, 4)
    assert old.full.value.tolist() == neurons.at_width(7)[4].value.tolist()
    assert old.connected.value.tolist() == neurons.at_width(7).connected()[4].value.tolist()
    with pytest.raises(AttributeError, match="no attribute 'fulll'"):
        exact[4].fulll  # noqa: B018


def test_elements_of_other_fields_do_not_go_together():
    one, other = (exact_correlators(ErfNet(3), x, orders=(2, 4)) for x in ([[0.2], [1.0]], [[0.3], [2.0]]))
    with pytest.raises(InvalidStatistics, match="do not go together element by element"):
        one[4] - other[4]
    with pytest.raises(InvalidStatistics, match=r"shapes \(5,\) and \(3,\)"):
        one[4] / one[2] ** 2
    assert (one[4].numbers() - other[4].numbers()).shape == (5,)


def test_two_known_covariances_are_two_sources():
    a, b = Estimate([2.0], Uncertainty.known([[1.0]])), Estimate([1.0], Uncertainty.known([[4.0]]))
    assert (a - b).error == pytest.approx(5**0.5)
    equal = Estimate([7.0], Uncertainty.known([[1.0]]))
    assert (a - equal).error == pytest.approx(2**0.5)
    one, same = (Estimate([value], Uncertainty.known([[1.0]], "the ruler")) for value in (2.0, 7.0))
    assert (one - same).error == 0.0


def test_the_quality_of_several_orders_is_the_worst():
    fields = FieldSet([[0.0]])
    one = Correlator(fields, 2, Part.FULL, [1.0], [0.0], quality=Quality.HEAVY_TAILED)
    other = Correlator(fields, 4, Part.FULL, [1.0], [0.0])
    assert Correlators.of([one, other]).joint().quality is Quality.HEAVY_TAILED


@pytest.mark.parametrize(
    "function",
    [lambda x: 1 / x, np.reciprocal, lambda x: x**-1.0, lambda x: x**-2.0],
    ids=["1/x", "reciprocal", "x**-1", "x**-2"],
)
def test_a_pole_inside_the_bound_leaves_nothing_known(function):
    assert function(Estimate([0.05], [0.1])).bound[0] == np.inf
    assert np.isfinite(function(Estimate([0.5], [0.1])).bound[0])
