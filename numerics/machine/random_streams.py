"""Counter-based random streams: every random number is a function of what it is for.

A network is the same whoever computes it, in whatever order and on however many threads, because its
parameters are not taken from a sequence but computed from a counter:

    key     = (seed, 64 bits; purpose, 32 bits; 0)
    counter = (network, 64 bits; pair of neurons, 32 bits; call, 32 bits)

The bijection is Threefry-4x32 with twelve rounds [1]_: four 32-bit words per call, which make six standard
normals by the Box-Muller transform. Neurons 2m and 2m + 1 are pair m. Slots of a neuron: 0 .. d-1 its
weights, d its output weight, d+1 its bias, from d+2 on the weights of further outputs. The two coordinates
that a Box-Muller step gives are the same slot of both neurons: slot k comes from word k mod 3 of call k // 3.
The upper 24 bits of that word are the radius; its lower eight and ten bits of the last word are the angle.
The pair `NETWORK_LEVEL` has, first, the biases of the outputs and, second, the common part of correlated
output weights. A phase, and any parameter that is uniform by choice, takes a whole word of its own, number
2 (k mod 2) for the first neuron and the next one for the second, of call k // 2 + `UNIFORM_CALL`, so nothing
else changes. A law that is drawn by its quantiles has 32 further bits from the call with `QUANTILE_CALL`.

Angles on a grid of 2^18 give the moments of a normal exactly up to that order. A radius from 24 bits ends at
5.8 standard deviations: where the bits are below `TAIL` (once in 2^18) 32 further ones are drawn, which moves
the end to 8.9 and makes steps that no exponential of normals notices.

The compiled scalar functions here are for inner loops; the array functions (`words`, `normals`, `uniforms`)
are their NumPy twins.

References
----------
.. [1] J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3",
   Proc. SC11 (2011), section 4.2 and table 2 (twelve rounds pass all of BigCrush).
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidStatistics
from numerics.given import as_whole
from numerics.machine.jit import compiled, inlined

Words = NDArray[np.uint32]
Array = NDArray[np.float64]
Four: TypeAlias = tuple[np.uint32, np.uint32, np.uint32, np.uint32]

#: Number of the pair whose parameters belong to the network as a whole.
NETWORK_LEVEL = 0xFFFFFFFF
#: Bits of a word that are the angle's, below those of the radius; and bits of the last word that join them.
ANGLE_BITS, MORE_ANGLE_BITS = 8, 10
#: Radii whose bits are below this get 32 further ones.
TAIL = 1 << 6
#: Set in the call number of those further bits.
TAIL_CALL = 1 << 31
#: Set in the call number of words that become uniform parameters, one word per slot and neuron.
UNIFORM_CALL = 1 << 30
#: Set besides in the call number of further words for parameters that are drawn by their quantiles, which
#: may have tails that 32 bits do not reach.
QUANTILE_CALL = UNIFORM_CALL | TAIL_CALL
#: Largest probability: the next float is one.
LARGEST_PROBABILITY = 1.0 - 2.0**-53
#: What a stream is for; part of the key, so that different uses of one seed are independent.
PURPOSE_ENSEMBLE = 0x454E5342

PARITY = np.uint32(0x1BD11BDA)
ROUNDS = 12
ROTATIONS = ((10, 26), (11, 21), (13, 27), (23, 5), (6, 20), (17, 11), (25, 10), (18, 20))


def split_seed(seed: int, purpose: int = PURPOSE_ENSEMBLE) -> tuple[int, int, int, int]:
    """Turn a seed into the key of the generator.

    Parameters
    ----------
    seed : int
        0 <= seed < 2^64.
    purpose : int, optional
        Distinguishes independent uses of the same seed.

    Returns
    -------
    tuple of four int
        32-bit words.

    Raises
    ------
    InvalidStatistics
        If the seed is not such an integer.

    Examples
    --------
    >>> split_seed(2**32 + 5, purpose=7)
    (5, 1, 7, 0)
    """
    whole = as_whole(
        seed, "seed", InvalidStatistics, "a whole number from 0 to 2^64 - 1", least=0, most=(1 << 64) - 1
    )
    return whole & 0xFFFFFFFF, whole >> 32, purpose, 0


def words(counter: tuple[Words, ...], key: tuple[int, ...], rounds: int = ROUNDS) -> tuple[Words, ...]:
    """Apply Threefry-4x32 to arrays of counters (NumPy twin of `threefry`).

    Parameters
    ----------
    counter : tuple of four ndarray of uint32
        Arrays that broadcast against each other.
    key : tuple of four int
        32-bit words.
    rounds : int, optional
        Number of rounds; `ROUNDS` everywhere but in known-answer tests.

    Returns
    -------
    tuple of four ndarray of uint32
        Random words.

    Examples
    --------
    The first known answer published with the generator has 20 rounds, key and counter zero:

    >>> zero = np.zeros(1, dtype=np.uint32)
    >>> [f"{int(w[0]):08x}" for w in words((zero,) * 4, (0, 0, 0, 0), rounds=20)]
    ['9c6ca96a', 'e17eae66', 'fc10ecd4', '5256a7d8']
    """
    schedule = [np.array(k, dtype=np.uint32) for k in key]
    schedule.append(schedule[0] ^ schedule[1] ^ schedule[2] ^ schedule[3] ^ PARITY)
    x = [np.asarray(c, dtype=np.uint32) + k for c, k in zip(counter, schedule[:4], strict=True)]
    for step in range(rounds):
        left, right = ROTATIONS[step % 8]
        # even rounds mix the pairs (0, 1) and (2, 3), odd rounds (0, 3) and (2, 1)
        first, second = (1, 3) if step % 2 == 0 else (3, 1)
        x[0] = x[0] + x[first]
        x[first] = _rotate(x[first], left) ^ x[0]
        x[2] = x[2] + x[second]
        x[second] = _rotate(x[second], right) ^ x[2]
        if step % 4 == 3:
            injection = step // 4 + 1
            x = [word + schedule[(injection + i) % 5] for i, word in enumerate(x)]
            x[3] = x[3] + np.uint32(injection)
    return tuple(x)


def _rotate(x: Words, bits: int) -> Words:
    return np.asarray((x << np.uint32(bits)) | (x >> np.uint32(32 - bits)))


def stream_words(
    key: tuple[int, ...], networks: NDArray[np.int64], pair: int, call: int
) -> tuple[Words, ...]:
    """Draw the four words of one call for many networks.

    Parameters
    ----------
    key : tuple of four int
        From `split_seed`.
    networks : ndarray of int64, shape (n,)
        Network numbers.
    pair, call : int

    Returns
    -------
    tuple of four ndarray of uint32, shape (n,)
    """
    numbers = networks.astype(np.uint64)
    low = (numbers & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    high = (numbers >> np.uint64(32)).astype(np.uint32)
    shape = np.zeros(len(numbers), dtype=np.uint32)
    return words((low, high, shape + np.uint32(pair), shape + np.uint32(call)), key)


def normals(key: tuple[int, ...], networks: NDArray[np.int64], neuron: int, count: int) -> Array:
    """Draw the first standard normals of a neuron, for many networks.

    Parameters
    ----------
    key : tuple of four int
        From `split_seed`.
    networks : ndarray of int64, shape (n,)
    neuron : int
    count : int
        How many slots.

    Returns
    -------
    ndarray, shape (count, n)

    Examples
    --------
    >>> z = normals(split_seed(1), np.arange(20000), neuron=0, count=3)
    >>> bool(abs(z.mean()) < 0.02 and abs(z.var() - 1) < 0.03)
    True
    """
    return np.array([_pair_of_normals(key, networks, neuron // 2, k)[neuron % 2] for k in range(count)])


def network_normals(key: tuple[int, ...], networks: NDArray[np.int64], output: int = 0) -> Array:
    """Draw two normals that belong to the networks as a whole, shape (2, n); see `normals`."""
    return _pair_of_normals(key, networks, NETWORK_LEVEL, output)


def _pair_of_normals(key: tuple[int, ...], networks: NDArray[np.int64], pair: int, slot: int) -> Array:
    """Draw one slot of both neurons of a pair, shape (2, n)."""
    call, place = divmod(slot, 3)
    drawn = stream_words(key, networks, pair, call)
    further = stream_words(key, networks, pair, call + TAIL_CALL)
    radius = np.sqrt(-2.0 * np.log(_radius_uniform(drawn[place], further[place])))
    angle = 2.0 * np.pi * _angle_uniform(drawn[place], drawn[3], place)
    return np.array([radius * np.cos(angle), radius * np.sin(angle)])


def _radius_uniform(word: Words, further: Words) -> Array:
    bits = word >> np.uint32(ANGLE_BITS)
    fine = np.where(bits < TAIL, (further.astype(np.float64) + 0.5) / 2.0**32, 0.5)
    return np.asarray((bits.astype(np.float64) + fine) / 2.0**24)


def _angle_uniform(word: Words, last: Words, place: int) -> Array:
    bits = (word & np.uint32((1 << ANGLE_BITS) - 1)) << np.uint32(MORE_ANGLE_BITS)
    bits = bits | (last >> np.uint32(MORE_ANGLE_BITS * place)) & np.uint32((1 << MORE_ANGLE_BITS) - 1)
    return np.asarray((bits.astype(np.float64) + 0.5) / 2.0 ** (ANGLE_BITS + MORE_ANGLE_BITS))


def uniforms(key: tuple[int, ...], networks: NDArray[np.int64], neuron: int, slot: int) -> Array:
    """Draw one slot of a neuron as a uniform number in (0, 1) from one word, for many networks.

    Parameters
    ----------
    key : tuple of four int
        From `split_seed`.
    networks : ndarray of int64, shape (n,)
    neuron, slot : int

    Returns
    -------
    ndarray, shape (n,)
    """
    drawn = stream_words(key, networks, neuron // 2, slot // 2 + UNIFORM_CALL)[2 * (slot % 2) + neuron % 2]
    return np.asarray((drawn.astype(np.float64) + 0.5) / 2.0**32)


def probabilities(key: tuple[int, ...], networks: NDArray[np.int64], neuron: int, slot: int) -> Array:
    """Draw one slot of a neuron as a probability from two words, for quantile functions; see `uniforms`."""
    place = 2 * (slot % 2) + neuron % 2
    coarse = stream_words(key, networks, neuron // 2, slot // 2 + UNIFORM_CALL)[place]
    fine = stream_words(key, networks, neuron // 2, slot // 2 + QUANTILE_CALL)[place]
    found = (coarse + (fine.astype(np.float64) + 0.5) / 2.0**32) / 2.0**32
    return np.asarray(np.minimum(found, LARGEST_PROBABILITY))


@compiled
def _mix(a: np.uint32, b: np.uint32, bits: int) -> tuple[np.uint32, np.uint32]:
    """One step of Threefry; the casts keep Numba from widening to 64 bits."""
    a = np.uint32(a + b)
    turned = np.uint32((b << np.uint32(bits)) | (b >> np.uint32(32 - bits)))
    return a, np.uint32(turned ^ a)


@compiled
def four_rounds(
    x: Four,
    first: tuple[int, int, int, int],
    second: tuple[int, int, int, int],
) -> Four:
    """Four rounds of Threefry-4x32 with the given rotations."""
    x0, x1, x2, x3 = x
    x0, x1 = _mix(x0, x1, first[0])
    x2, x3 = _mix(x2, x3, second[0])
    x0, x3 = _mix(x0, x3, first[1])
    x2, x1 = _mix(x2, x1, second[1])
    x0, x1 = _mix(x0, x1, first[2])
    x2, x3 = _mix(x2, x3, second[2])
    x0, x3 = _mix(x0, x3, first[3])
    x2, x1 = _mix(x2, x1, second[3])
    return x0, x1, x2, x3


@compiled
def inject(
    x: Four,
    k0: np.uint32,
    k1: np.uint32,
    k2: np.uint32,
    k3: np.uint32,
    number: int,
) -> Four:
    """Add the rotated key schedule and the injection number."""
    last = np.uint32(np.uint32(x[3] + k3) + np.uint32(number))
    return np.uint32(x[0] + k0), np.uint32(x[1] + k1), np.uint32(x[2] + k2), last


@inlined
def threefry(
    counter: Four,
    key: Four,
) -> Four:
    """Threefry-4x32 with twelve rounds; compiled, for use inside compiled loops."""
    k0, k1, k2, k3 = key
    k4 = np.uint32(k0 ^ k1 ^ k2 ^ k3 ^ np.uint32(0x1BD11BDA))
    x = inject(counter, k0, k1, k2, k3, 0)
    x = inject(four_rounds(x, (10, 11, 13, 23), (26, 21, 27, 5)), k1, k2, k3, k4, 1)
    x = inject(four_rounds(x, (6, 17, 25, 18), (20, 11, 10, 20)), k2, k3, k4, k0, 2)
    return inject(four_rounds(x, (10, 11, 13, 23), (26, 21, 27, 5)), k3, k4, k0, k1, 3)
