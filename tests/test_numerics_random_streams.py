"""Random streams: published known answers, and statistics of what is made from them."""

import numpy as np
import pytest
from scipy import special, stats

from numerics.errors import InvalidStatistics
from numerics.machine.random_streams import (
    ROUNDS,
    TAIL,
    _angle_uniform,
    _radius_uniform,
    four_rounds,
    inject,
    network_normals,
    normals,
    split_seed,
    stream_words,
    threefry,
    uniforms,
    words,
)

ONES = (0xFFFFFFFF,) * 4
PI = (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344)
MORE_PI = (0xA4093822, 0x299F31D0, 0x082EFA98, 0xEC4E6C89)
ZEROS = (0,) * 4

# Known answers for threefry4x32 published with Random123 (D. E. Shaw Research): rounds, counter, key, words.
KNOWN = [
    (13, ZEROS, ZEROS, "531c7e4f 39491ee5 2c855a92 3d6abf9a"),
    (13, ONES, ONES, "c4189358 1c9cc83a d5881c67 6a0a89e0"),
    (13, PI, MORE_PI, "4aa71d8f 734738c2 431fc6a8 ae6debf1"),
    (20, ZEROS, ZEROS, "9c6ca96a e17eae66 fc10ecd4 5256a7d8"),
    (20, ONES, ONES, "2a881696 57012287 f6c7446e a16a6732"),
    (20, PI, MORE_PI, "59cd1dbb b8879579 86b5d00c ac8b6d84"),
    (72, ZEROS, ZEROS, "93171da6 9220326d b392b7b1 ff58a002"),
    (72, ONES, ONES, "60743f3d 9961e684 aab21c34 8c65fb7d"),
    (72, PI, MORE_PI, "09930adf 7f27bd55 9ed68ce1 97f803f6"),
]
NETWORKS = np.arange(200_000)
KEY = split_seed(2024)


def word_arrays(values):
    return tuple(np.array([value], dtype=np.uint32) for value in values)


def scalars(values):
    return tuple(np.uint32(value) for value in values)


@pytest.mark.parametrize(("rounds", "counter", "key", "expected"), KNOWN)
def test_published_known_answers(rounds, counter, key, expected):
    found = words(word_arrays(counter), key, rounds=rounds)
    assert " ".join(f"{int(word[0]):08x}" for word in found) == expected


@pytest.mark.parametrize(("rounds", "counter", "key", "expected"), [k for k in KNOWN if k[0] == 20])
def test_compiled_rounds_give_the_published_answers(rounds, counter, key, expected):
    # the building blocks of the compiled generator, put together to the published twenty rounds
    k = scalars(key)
    schedule = (*k, np.uint32(k[0] ^ k[1] ^ k[2] ^ k[3] ^ np.uint32(0x1BD11BDA)))
    rotations = [((10, 11, 13, 23), (26, 21, 27, 5)), ((6, 17, 25, 18), (20, 11, 10, 20))]
    x = inject(scalars(counter), *schedule[:4], 0)
    for step in range(rounds // 4):
        x = four_rounds(x, *rotations[step % 2])
        x = inject(x, *(schedule[(step + 1 + i) % 5] for i in range(4)), step + 1)
    assert " ".join(f"{int(word):08x}" for word in x) == expected


def test_compiled_generator_equals_its_twin():
    rng = np.random.default_rng(1)
    assert ROUNDS == 12
    for _ in range(50):
        counter = rng.integers(0, 2**32, 4, dtype=np.uint32)
        key = rng.integers(0, 2**32, 4, dtype=np.uint32)
        twin = words(tuple(counter.reshape(4, 1)), tuple(int(k) for k in key))
        assert list(threefry(tuple(counter), tuple(key))) == [word[0] for word in twin]


def test_every_part_of_the_counter_and_key_matters():
    base = np.concatenate(stream_words(split_seed(5), NETWORKS[:64], 3, 1))
    others = [
        stream_words(split_seed(6), NETWORKS[:64], 3, 1),
        stream_words(split_seed(5 + 2**32), NETWORKS[:64], 3, 1),
        stream_words(split_seed(5, purpose=1), NETWORKS[:64], 3, 1),
        stream_words(split_seed(5), NETWORKS[:64] + 2**32, 3, 1),
        stream_words(split_seed(5), NETWORKS[:64], 4, 1),
        stream_words(split_seed(5), NETWORKS[:64], 3, 2),
    ]
    for other in others:
        assert not np.any(np.concatenate(other) == base)


@pytest.mark.parametrize("seed", [-1, 2**64, 1.5, "1", True, None])
def test_impossible_seeds_are_refused(seed):
    with pytest.raises(InvalidStatistics, match="seed"):
        split_seed(seed)


def test_largest_seed_is_accepted():
    assert split_seed(np.int64(7))[:2] == (7, 0)
    assert split_seed(2**64 - 1)[:2] == (0xFFFFFFFF, 0xFFFFFFFF)


@pytest.mark.statistical
def test_bits_are_balanced():
    for word in stream_words(KEY, NETWORKS, 0, 0):
        ones = np.array([np.count_nonzero(word >> np.uint32(bit) & np.uint32(1)) for bit in range(32)])
        chi2 = np.sum((ones - len(NETWORKS) / 2) ** 2) / (len(NETWORKS) / 4)
        assert 1e-4 < stats.chi2(32).sf(chi2) < 1 - 1e-4


@pytest.mark.statistical
@pytest.mark.parametrize("neuron", [0, 1, 999, None])
def test_normals_are_normal(neuron):
    rows = network_normals(KEY, NETWORKS) if neuron is None else normals(KEY, NETWORKS, neuron, 5)
    for row in rows:
        assert 1e-4 < stats.kstest(row, "norm").pvalue < 1 - 1e-4
        # even moments 1, 3, 15, 105, odd ones 0, in units of their own errors
        for power, exact in [(1, 0), (2, 1), (3, 0), (4, 3), (6, 15), (8, 105)]:
            sample = row**power
            assert abs(sample.mean() - exact) < 4.5 * sample.std() / np.sqrt(len(row))


@pytest.mark.statistical
def test_normals_of_different_slots_neurons_and_networks_are_independent():
    z = np.concatenate([normals(KEY, NETWORKS, neuron, 4) for neuron in (0, 1, 2)])
    z = np.concatenate([z, np.roll(z[:2], 1, axis=1), normals(split_seed(2025), NETWORKS, 0, 2)])
    for transform in (z, z**2 - 1, np.sign(z) * z**2):
        correlation = np.corrcoef(transform)[np.triu_indices(len(z), 1)] * np.sqrt(len(NETWORKS))
        chi2 = float(np.sum(correlation**2))
        assert 1e-4 < stats.chi2(len(correlation)).sf(chi2) < 1 - 1e-4


@pytest.mark.statistical
def test_uniforms_are_uniform_and_independent_of_the_normals():
    u = uniforms(KEY, NETWORKS, 3, 2)
    assert 1e-4 < stats.kstest(u, "uniform").pvalue < 1 - 1e-4
    first = normals(KEY, NETWORKS, 3, 2)
    correlation = np.corrcoef(np.vstack([np.cos(2 * np.pi * u), np.sin(2 * np.pi * u), first]))
    assert np.all(np.abs(correlation[np.triu_indices(4, 1)]) < 4.5 / np.sqrt(len(u)))


def test_tail_reaches_far_beyond_the_bits_of_a_radius():
    ends = np.array([0, TAIL - 1, TAIL, 2**24 - 1], dtype=np.uint32) << 8
    lowest = _radius_uniform(ends, np.zeros(4, dtype=np.uint32))
    highest = _radius_uniform(ends + 255, np.full(4, 0xFFFFFFFF, dtype=np.uint32))
    assert np.sqrt(-2 * np.log(lowest[0])) == pytest.approx(8.8893, abs=1e-4)
    # the refined cells tile the unit interval: [0, 1), [63, 64) and then midpoints, over 2^24
    np.testing.assert_allclose(lowest * 2.0**24, [2.0**-33, 63 + 2.0**-33, 64.5, 2.0**24 - 0.5], rtol=1e-12)
    np.testing.assert_allclose(highest * 2.0**24, [1, 64, 64.5, 2.0**24 - 0.5], rtol=1e-9)


@pytest.mark.statistical
def test_tail_follows_the_gaussian_law():
    # below TAIL the radius uniform is uniform on (0, 2^-18), so P(radius > r | tail) = 2^18 exp(-r²/2)
    rng = np.random.default_rng(3)
    word = rng.integers(0, TAIL, 100_000, dtype=np.uint32) << 8
    further = rng.integers(0, 2**32, 100_000, dtype=np.uint32)
    assert 1e-4 < stats.kstest(_radius_uniform(word, further) * 2.0**18, "uniform").pvalue < 1 - 1e-4


def test_radius_and_angles_share_no_bit():
    # flip each bit of a call: it moves one radius or one angle, or is one of the two that are left over
    base = np.array([[0x5A5A5A5A, 0x12345678, 0x9ABCDEF0, 0x0F1E2D3C]], dtype=np.uint32)
    flipped = np.repeat(base, 128, axis=0)
    for bit in range(128):
        flipped[bit, bit // 32] ^= np.uint32(1 << bit % 32)
    moved = np.zeros(128, dtype=int)
    for place in range(3):
        for made in (
            lambda rows, place=place: _radius_uniform(rows[:, place], rows[:, 3]),
            lambda rows, place=place: _angle_uniform(rows[:, place], rows[:, 3], place),
        ):
            moved += made(flipped) != made(base)
    assert sorted(moved) == [0, 0] + [1] * 126
    assert np.flatnonzero(moved == 0).tolist() == [126, 127]
    # and an angle uses all values of its eighteen bits once
    low, last = np.meshgrid(np.arange(256, dtype=np.uint32), np.arange(1024, dtype=np.uint32))
    turns = np.sort(_angle_uniform(low.ravel(), last.ravel() << np.uint32(10), 1))
    np.testing.assert_array_equal(turns, (np.arange(2**18) + 0.5) / 2**18)


def test_moments_from_the_grid_of_radii():
    # E[r^(2m)] = 2^m m! by the midpoints of the bits, the tail left out of both: what the grid is off
    words = np.arange(TAIL, 2**24, dtype=np.uint32) << 8
    squares = -2.0 * np.log(_radius_uniform(words, np.zeros_like(words)))
    end = TAIL / 2**24
    for m in (1, 2, 3, 4):
        # ∫_end^1 (-2 ln u)^m du = 2^m Γ(m + 1, 0 .. -ln end)
        exact = 2.0**m * special.gamma(m + 1) * special.gammainc(m + 1, -np.log(end))
        assert abs(np.sum(squares**m) / 2**24 / exact - 1) < 2e-8
