"""Reflection positivity against the numbers of the specification, closed forms, fifty digits and sampling."""

from dataclasses import dataclass
from itertools import product
from math import cosh, log

import numpy as np
import pytest

from nnft_sym.osterwalder_schrader.fifty_digits import spectrum_at_fifty_digits
from nnft_sym.osterwalder_schrader.negativity_power import negativity_power
from nnft_sym.osterwalder_schrader.null_functionals import excluded_by_four_points
from nnft_sym.osterwalder_schrader.positive_plane_waves import proof_of_positivity
from nnft_sym.osterwalder_schrader.positivity_matrix import positivity_matrix
from nnft_sym.osterwalder_schrader.positivity_moments import moments_of
from nnft_sym.osterwalder_schrader.reflection import Plane, Reflection
from nnft_sym.osterwalder_schrader.reflection_positivity import reflection_checks
from nnft_sym.osterwalder_schrader.smooth_kernels import differences, plane_slope
from nnft_sym.osterwalder_schrader.times_search import NO_SEARCH, TimesSearch
from nnft_sym.osterwalder_schrader.witness import functional, smallest_witness
from numerics.errors import InvalidPoints, InvalidStatistics, NotAvailable
from numerics.kernels.base import Kernel, no_kinks
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet, network

TIMES = np.array([[0.1], [0.2], [0.5], [1.2], [2.2]])


def plane_waves(width=3, output="rademacher", **numbers):
    """Z = 1/2 and m = 1 at unit deviations."""
    return CosNet(width, sigma_a=1.0, **numbers).with_laws(hidden="cauchy", output=output)


def odd_sector(net, times=TIMES, order=6):
    return positivity_matrix(net, times, order).sectors[1]


# -- the numbers of section 17 ------------------------------------------------------------------------------

DIAGONAL = {
    "rademacher": {1: -10.213874, 2: -4.154804, 3: -2.701646, 5: -1.594110, 20: -0.377992, 100: -0.073181},
    "gaussian": {1: -8.971509, 2: -5.951834, 5: -3.244156, 20: -1.038949, 100: -0.217166},
}
VARIANCE = {
    "rademacher": {1: -0.845964, 2: -0.296966, 3: -0.177828, 5: -0.099152, 20: -0.023101, 100: -0.004543},
    "gaussian": {1: -0.757729, 2: -0.449749, 5: -0.212246, 20: -0.061044},
}


@pytest.mark.parametrize("output", DIAGONAL)
def test_minima_of_constant_modulus_and_gaussian_amplitudes(output):
    for by, expected in (("diagonal", DIAGONAL[output]), ("variance", VARIANCE[output])):
        for width, value in expected.items():
            matrix = odd_sector(plane_waves(width, output))
            assert len(matrix.monomials) == 5 + 35
            assert matrix.spectrum_by(by).smallest == pytest.approx(value, abs=6e-7)
            assert matrix.spectrum_by(by).negative == 0


def test_rank_of_the_even_sector_at_fifty_digits():
    for output, rank in (("rademacher", 11), ("gaussian", 12)):
        net = plane_waves(3, output)
        even = positivity_matrix(net, TIMES, 4).sectors[0]
        values = spectrum_at_fifty_digits(net, even)
        assert len(values) == 16
        assert sum(one > 0.0 for one in values) == rank == even.spectrum.rank
        assert min(values) == 0.0
        assert even.spectrum.holds is True
        assert not even.spectrum.sharp


def test_fifty_digits_agree_with_double_precision_within_its_bounds():
    times = TIMES[[0, 2, 4]]
    for net in (plane_waves(2), GaussNet(3, sigma_w=0.8, sigma_b=0.3), ReLUNet(2), CosNet(4).kernel):
        for sector in positivity_matrix(net, times, 6).sectors:
            exact = np.array(spectrum_at_fifty_digits(net, sector))
            assert np.all(np.abs(exact - sector.spectrum.eigenvalues) <= sector.spectrum.error)


@pytest.mark.parametrize(("output", "limit"), [("rademacher", 7.24746), ("gaussian", 21.6907)])
def test_power_of_the_width(output, limit):
    found = negativity_power(plane_waves(1, output), TIMES, 6, by="diagonal", degrees=(1, 3))
    assert abs(found.power + 1.0) <= found.error < 1e-3
    assert found.amplitude == pytest.approx(limit, rel=2e-5)
    assert abs(found.amplitude - limit) <= max(found.amplitude_error, 1e-5 * limit)
    # between N = 1 and 20 the slope of Gaussian amplitudes is not −1 yet
    if output == "gaussian":
        slope = log(DIAGONAL[output][1] / DIAGONAL[output][20]) / log(20)
        assert slope == pytest.approx(0.72, abs=0.01)


def test_power_needs_negative_eigenvalues():
    with pytest.raises(InvalidStatistics, match="not negative beyond its error"):
        negativity_power(plane_waves(), TIMES, 4)
    with pytest.raises(InvalidStatistics, match="four or more"):
        negativity_power(plane_waves(), TIMES, 6, widths=(100, 200))


def test_witness_by_hand():
    for width, value in ((1, -3.1578), (2, -1.2032), (3, -0.7485)):
        two = odd_sector(plane_waves(width)).restricted([(4,), (0, 0, 4)])
        assert two.spectrum_by("diagonal").smallest == pytest.approx(value, abs=6e-5)


@pytest.mark.parametrize("width", [1, 3])
def test_witness_is_confirmed_by_sampling(width):
    net = plane_waves(width)
    matrix = odd_sector(net)
    found = smallest_witness(matrix)
    assert len(found.monomials) <= 3
    assert found.negative
    # by hand: every correlator on its own
    total = sum(
        c * d * moments_of(net, np.vstack([-TIMES, TIMES]), 6).at(np.array([[*a, *(i + 5 for i in b)]]))[0][0]
        for c, a in zip(found.coefficients, found.monomials, strict=True)
        for d, b in zip(found.coefficients, found.monomials, strict=True)
    )
    assert total == pytest.approx(float(found.norm), rel=1e-12)
    mean = found.sampled(net, 60_000, seed=5)
    assert abs(float(mean) - float(found.norm)) < 3.5 * float(mean.error)
    assert float(mean) < -5.0 * float(mean.error)


def test_the_full_eigenvector_is_confirmed_by_sampling():
    """The witness of section 17 in units of the diagonal: −10.217(25) from networks of one neuron."""
    net = plane_waves(1)
    matrix = odd_sector(net)
    scale = np.sqrt(np.diag(matrix.value))
    vector = matrix.spectrum_by("diagonal").vectors[:, 0] / scale
    whole = functional(matrix, vector.tolist(), matrix.monomials)
    assert float(whole.norm) == pytest.approx(-10.213874, abs=1e-5)
    mean = whole.sampled(net, 60_000, seed=2)
    assert abs(float(mean) - float(whole.norm)) < 3.5 * float(mean.error) < 1.0


def test_four_point_functions_exclude_it_already():
    net, times = plane_waves(1), np.array([[0.1], [0.2], [0.5]])
    inside = np.array([[0.1], [0.15], [0.2], [0.3], [1.0]])
    moments = moments_of(net, np.vstack([-inside, times]), 4)
    rows = np.array([[i, 5, 6, 7] for i in range(5)])
    scaled = np.exp(inside[:, 0]) * moments.at(rows)[0]
    assert scaled == pytest.approx([0.2774, 0.2905, 0.3051, 0.3051, 0.3051], abs=6e-5)
    found = excluded_by_four_points(net, times)
    assert abs(found.overlap.value) > 1e8 * found.overlap.error
    assert found.sentence.startswith("4-point functions already exclude RP")
    assert excluded_by_four_points(net.kernel, times) is None
    assert excluded_by_four_points(CosNet(3), times) is None  # not of rank one


# -- which orders hold ------------------------------------------------------------------------------------


def test_cauchy_momenta_hold_to_order_four_and_fail_at_six():
    for net in (plane_waves(1), plane_waves(7, "gaussian"), plane_waves(2, "laplace")):
        checks = reflection_checks(net, (2, 4, 6), search=TimesSearch(3, 2))
        assert [one.holds for one in checks] == [True, True, False]
        assert "4-point functions already exclude" in checks[1].reason
        assert checks[2].evidence["power of N"] == pytest.approx(-1.0, abs=2e-3)
        assert "At infinite width it holds" in checks[2].reason
        assert checks[2].functional.negative


def test_what_is_proved_is_found():
    stream = np.random.default_rng(4)
    laws = ("rademacher", "gaussian", "uniform", "laplace", "student-t:df=6")
    for number in range(40):
        net = plane_waves(int(stream.integers(1, 9)), laws[number % 5])
        if number % 3 == 0:
            net = net.with_laws(hidden=f"lattice:mass={stream.uniform(0.2, 2.0)}")
            times = np.sort(stream.permutation(9)[:4] + 1.0)
        else:
            times = np.sort(np.exp(stream.uniform(-2.5, 1.5, 4)))
        for order in (2, 4):
            assert proof_of_positivity(net, order) is not None
            assert proof_of_positivity(net.kernel, order + 2) is not None
            for plane in Plane if number % 3 == 0 else (Plane.SITE,):
                matrix = positivity_matrix(net, times[:, np.newaxis], order, Reflection(plane))
                assert matrix.spectrum.holds is True
    for nothing in (
        CosNet(2),
        ErfNet(2),
        plane_waves().with_laws(hidden="cauchy:mean=0.3"),
        CosNet(2).kernel,
    ):
        assert proof_of_positivity(nothing, 2) is None
    assert proof_of_positivity(plane_waves(d_in=2), 2) is not None
    assert proof_of_positivity(plane_waves(d_in=2), 4) is None
    assert proof_of_positivity(plane_waves(), 6) is None


def test_order_six_holds_while_no_time_is_larger_than_two_others():
    net = plane_waves(1)
    near = np.array([[0.6], [0.75], [0.9], [1.1]])
    assert positivity_matrix(net, near, 6).spectrum.holds is True
    assert positivity_matrix(net, np.vstack([near, [[1.25]]]), 6).spectrum.holds is False
    # the search leaves such times
    checks = reflection_checks(net, 6, near[:, 0], search=TimesSearch(5, 0))
    assert checks[0].holds is False
    assert "times found by the search" in checks[0].reason
    assert reflection_checks(net, 6, near[:, 0], search=NO_SEARCH)[0].holds is True


def test_infinite_width_holds_at_all_orders():
    checks = reflection_checks(plane_waves().kernel, (2, 4, 6, 8), [0.1, 0.2, 0.5], search=NO_SEARCH)
    assert [one.holds for one in checks] == [True] * 4
    assert max(one.smallest_eigenvalue for one in checks) == 0.0
    assert "Wick" in checks[1].reason


def test_order_eight():
    times = [0.1, 0.2, 0.5]
    six, eight = reflection_checks(plane_waves(2), (6, 8), times, search=NO_SEARCH)
    assert six.holds is False
    assert eight.holds is False
    assert eight.smallest_eigenvalue < six.smallest_eigenvalue + 1e-12
    assert eight.reason.startswith("fails at order 6 already")


@pytest.mark.parametrize(
    ("net", "slope"),
    [
        (ErfNet(2, sigma_w=1.3, sigma_b=0.7), 4 * 1.3**4 / (np.pi * (1 + 4 * 0.49) ** 0.5)),
        (ErfNet(2, sigma_b=0.0), 4 / np.pi),
        (ReLUNet(4, sigma_w=0.9, sigma_b=0.5), 0.9**4 / 2),
        (GaussNet(3, sigma_w=0.8, sigma_b=0.4), 0.8**4),
        (CosNet(3, sigma_w=0.8, sigma_a=1.1), 0.5 * 1.1**2 * 0.8**2),
        (CosNet(3).with_laws(hidden="uniform"), 0.5),
        (plane_waves().with_laws(hidden="propagator:mass=1,cutoff=5"), 0.5 * (5 / np.arctan(5.0) - 1)),
    ],
)
def test_smooth_kernels_fail_for_a_stated_reason(net, slope):
    found = plane_slope(net.kernel)
    assert float(found.variance) == pytest.approx(slope, rel=1e-9)
    value, error = differences(net.kernel, np.zeros((1, 1)))
    assert abs(value - slope) <= error < 1e-2 * slope
    check = reflection_checks(net, 2, search=TimesSearch(2, 4))[0]
    assert check.holds is False
    assert check.smallest_eigenvalue + check.error < 0.0
    assert check.reason.startswith("f is mean-square differentiable")
    # the limit that the theorem states
    a, b = 1e-3 * net.kernel.length_scale * np.array([1.0, 2.0])
    table = net.kernel.full(np.array([[-a], [-b]]), np.array([[a], [b]]))
    assert -np.array([1, -1]) @ table @ np.array([1, -1]) / (a - b) ** 2 == pytest.approx(slope, rel=2e-3)


def test_a_network_without_formula_fails_by_differences():
    net = network("tanh", 3)
    found = plane_slope(net.kernel)
    assert found.breaks_positivity
    assert 0.0 < found.variance.error < 1e-5
    checks = reflection_checks(net, 2, search=NO_SEARCH)
    assert checks[0].holds is False
    assert "lim" in checks[0].reason


def test_no_theorem_where_there_is_no_derivative():
    assert float(plane_slope(plane_waves().kernel).variance) == pytest.approx(-0.5, abs=2e-3)
    assert float(plane_slope(ReLUNet(3).kernel).variance) == 0.0
    assert not plane_slope(ReLUNet(3).kernel).breaks_positivity
    assert plane_slope(ReLUNet(3, d_in=2).kernel).breaks_positivity


def test_relu_without_biases_on_the_line():
    width, deviation, time = 3, 0.9, 0.7
    two, four = reflection_checks(ReLUNet(width, sigma_w=deviation), (2, 4), [time, 1.1], search=NO_SEARCH)
    assert two.holds is True
    assert two.smallest_eigenvalue == 0.0
    assert "{f} block is zero" in two.reason
    assert four.holds is False
    matrix = positivity_matrix(ReLUNet(width, sigma_w=deviation), np.array([[time]]), 4)
    block = matrix.restricted([(), (0, 0)]).value
    assert np.linalg.det(block) == pytest.approx(-(deviation**8) * time**4 / (4 * width), rel=1e-12)
    at_infinity = positivity_matrix(ReLUNet(3).kernel, TIMES, 4)
    assert at_infinity.spectrum.holds is True


def test_relu_in_the_plane():
    angles = np.array([0.0, 0.6, 1.1])
    points = np.column_stack([np.cos(angles), np.sin(angles)])
    for deviation, value in ((0.83, -0.00888009784), (1.0, -0.0187114)):
        matrix = positivity_matrix(ReLUNet(2, sigma_w=deviation, d_in=2), points, 2)
        fields = matrix.restricted([(0,), (1,), (2,)]).value
        assert np.linalg.eigvalsh(fields)[0] == pytest.approx(value, rel=3e-6)
    assert reflection_checks(ReLUNet(2, d_in=2), 2, search=NO_SEARCH)[0].holds is False


def test_lattice_propagator_holds_for_site_and_link_reflection():
    mass = 0.8
    net = plane_waves(2).with_laws(hidden=f"lattice:mass={mass}")
    w = float(np.arccosh(1 + mass**2 / 2))
    assert 2 * cosh(w) == pytest.approx(2 + mass**2)
    sites = np.array([[1.0], [2.0], [4.0]])
    for plane, power in ((Plane.SITE, 0), (Plane.LINK, 1)):
        matrix = positivity_matrix(net, sites, 2, Reflection(plane, 1.0, lattice=True))
        fields = matrix.restricted([(0,), (1,), (2,)])
        expected = 0.5 * np.exp(-w * np.add.outer(sites[:, 0], sites[:, 0] - power))
        assert fields.value == pytest.approx(expected, rel=1e-12)
        assert fields.spectrum.rank == 1
    checks = reflection_checks(net, (2, 4, 6))
    assert [one.holds for one in checks] == [True, True, False]
    assert checks[0].smallest_eigenvalue == 0.0
    assert "site and link reflection" in checks[0].reason
    with pytest.raises(InvalidPoints, match="multiples of 1 are needed"):
        reflection_checks(net, 2, [1.0, 1.5])


def test_without_rotations_two_dimensions_hold_at_order_two():
    net = plane_waves(1, d_in=2)
    two, four = reflection_checks(net, (2, 4), search=TimesSearch(4, 4))
    assert (two.holds, four.holds) == (True, False)
    assert reflection_checks(net.kernel, 4, search=NO_SEARCH)[0].holds is True
    # order 4 fails off the time axis: the phases p₂ y do not turn round with the time
    mean = four.functional.sampled(net, 100_000, seed=3)
    assert abs(float(mean) - float(four.functional.norm)) < 3.5 * float(mean.error)
    assert float(mean) < -5 * float(mean.error)
    on_the_axis = [[0.1, 0.0], [0.2, 0.0], [0.5, 0.0]]
    assert reflection_checks(net, 4, on_the_axis, search=NO_SEARCH)[0].holds is True


def test_output_bias_drops_out():
    biased = ErfNet(3, output_bias=2.0)
    slopes = [float(plane_slope(one.kernel).variance) for one in (biased, ErfNet(3, output_bias=False))]
    assert slopes[0] == pytest.approx(slopes[1], rel=1e-14)
    assert reflection_checks(biased, 2, search=NO_SEARCH)[0].holds is False


def test_a_law_that_knows_the_direction_of_time():
    net = GaussNet(2).with_laws(hidden="gaussian:mean=0.4")
    check = reflection_checks(net, 2, [0.5, 1.0], search=NO_SEARCH)[0]
    assert check.holds is False
    assert "not invariant under t → −t" in check.reason


# -- bad input ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [[0.0, 1.0], [-0.5, 1.0], [1.0, 1.0], [[0.5, 1.0]], [], ["a"], [np.nan]])
def test_times_that_are_refused(times):
    with pytest.raises(InvalidPoints):
        reflection_checks(plane_waves(), 2, times)


@pytest.mark.parametrize("orders", [3, (2, 5), 12, 0, ()])
def test_orders_that_are_refused(orders):
    with pytest.raises(NotAvailable, match="are needed"):
        reflection_checks(plane_waves(), orders)


def test_a_law_without_the_moments_is_not_decided_but_known_failures_stay():
    net = plane_waves(3, "student-t:df=5")
    two, four, six = reflection_checks(net, (2, 4, 6), search=NO_SEARCH)
    assert (two.holds, four.holds, six.holds) == (True, True, None)
    assert "no exact correlators" in six.reason
    smooth = ErfNet(3).with_laws(output="student-t:df=3")
    two, four = reflection_checks(smooth, (2, 4), search=NO_SEARCH)
    assert (two.holds, four.holds) == (False, False)


# -- false alarms, and what is missed ----------------------------------------------------------------------


@dataclass(frozen=True)
class Mixture(Kernel):
    """Σ w e^(−m|t|) + constant − ε (something that is not completely monotone)."""

    weights: tuple[float, ...]
    masses: tuple[float, ...]
    constant: float
    epsilon: float = 0.0
    kind: str = "exponential"
    scale: float = 1.0

    d_in = 1
    bias_variance = 0.0
    ray_growth = None
    self_growth = 0.0
    length_scale = 1.0

    def kinks(self, points):
        return no_kinks(1)

    def weight(self, x, y):
        t = np.abs(np.subtract.outer(x[:, 0], y[:, 0]))
        total = self.constant + sum(
            w * np.exp(-m * t) for w, m in zip(self.weights, self.masses, strict=True)
        )
        change = {
            "exponential": -np.exp(-self.scale * t),
            "wave": np.cos(self.scale * t),
            "gaussian": np.exp(-((self.scale * t) ** 2)),
        }[self.kind]
        return total + self.epsilon * sum(self.weights) * change

    def weight_diagonal(self, y):
        return np.diag(self.weight(y, y))


def random_kernel(stream, broken):
    count = int(stream.integers(1, 3))
    masses = tuple(np.exp(stream.uniform(-1.0, 1.0, count)).tolist())
    weights = tuple(stream.uniform(0.2, 2.0, count).tolist())
    constant = float(stream.choice([0.0, 0.5]))
    if not broken:
        return Mixture(weights, masses, constant)
    epsilon = 10.0 ** stream.uniform(-8.0, -2.0)
    kind = ("exponential", "wave", "gaussian")[int(stream.integers(3))]
    return Mixture(weights, masses, constant, epsilon, kind, float(np.exp(stream.uniform(0.3, 1.0))))


def test_random_positive_kernels_are_accepted():
    stream = np.random.default_rng(11)
    search = TimesSearch(starts=2, evaluations=0)
    for number in range(200):
        kernel = random_kernel(stream, broken=False)
        order = (2, 4)[number % 2]
        times = np.sort(stream.uniform(0.05, 3.0, 4))
        check = reflection_checks(kernel, order, times, search=search)[0]
        assert check.holds is True, (kernel, times, check)


def test_small_breakings_are_found():
    stream = np.random.default_rng(12)
    for number in range(200):
        kernel = random_kernel(stream, broken=True)
        order = (2, 4)[number % 2]
        check = reflection_checks(kernel, order, search=NO_SEARCH)[0]
        assert check.holds is False, (kernel, check)
        assert check.functional.negative


def test_one_time_is_no_zero_block():
    """⟨Θf·f⟩ = Z e^(−2mτ) at one time τ; only where it vanishes a block is said to be zero."""
    check = reflection_checks(plane_waves(2), 2, [1.0], search=NO_SEARCH)[0]
    assert check.holds is True
    assert "zero" not in check.reason
    assert "block is zero" in reflection_checks(ReLUNet(2), 2, [1.0], search=NO_SEARCH)[0].reason


@pytest.mark.parametrize("deviation", [0.3, 0.7, 3.0])
def test_sites_of_any_spacing(deviation):
    """1/σ_w is no decimal of twelve digits; next to a site K is not e^(−w|t|)."""
    net = network("cos", 2, deviation, hidden_law="lattice:mass=1")
    assert [one.holds for one in reflection_checks(net, (2, 4))] == [True, True]
    near = [float(f"{k / deviation:.11g}") for k in (1, 2, 3)]
    assert reflection_checks(net, 2, near, search=NO_SEARCH)[0].holds is True


def test_a_lattice_in_two_dimensions_fails_off_the_time_axis():
    net = network("cos", 1, 2**0.5, d_in=2, hidden_law="lattice:mass=0.4")
    two, four = reflection_checks(net, (2, 4), search=NO_SEARCH)
    assert (two.holds, four.holds) == (True, False)
    # by the definition: G⁴ of one neuron with E a⁴ = 3, over signs whose sum is zero
    w = np.arccosh(1 + 0.4**2 / 2)
    waves = [np.array(one) for one in product((1, -1), repeat=4) if sum(one) == 0]

    def four_points(*points):
        total = [np.exp(-w * np.abs(one @ np.array(points)).sum()) for one in waves]
        return 3 * 2.0 * 2.0 / 16 * sum(total)  # σ_a = σ_w = √2

    pairs = [(1.0, (2, 1), (4, 2)), (-0.98, (1, 0), (3, -1))]
    value = sum(
        c * k * four_points((-a[0], a[1]), (-b[0], b[1]), *others)
        for c, a, b in pairs
        for k, *others in pairs
    )
    assert value < -1.0
    assert float(four.functional.norm) == pytest.approx(value, rel=1e-10)
