"""Compiled drawing of parameters: random words of many networks, and what is made of them.

All arrays here are slices of flat scratch memory, `LANES` numbers per row, one network per lane. A slot of a
neuron is a row (see `numerics.machine.random_streams` for which slot is which parameter, and how neurons are
paired).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.machine.intrinsics import (
    LANES,
    call_row,
    interleave,
    row,
    shift_right,
    smallest_word,
    stay_apart,
)
from numerics.machine.jit import compiled, inlined
from numerics.machine.random_streams import (
    ANGLE_BITS,
    LARGEST_PROBABILITY,
    MORE_ANGLE_BITS,
    QUANTILE_CALL,
    TAIL,
    TAIL_CALL,
    UNIFORM_CALL,
    Four,
    threefry,
)
from numerics.machine.special_functions import minus_two_log, polar, radius_fraction, unit_interval

Array = NDArray[np.float64]
Words = NDArray[np.uint32]

# Laws of a parameter: standard normal; uniform of variance one; a phase in turns, uniform on (0, 1); any
# other one, by its quantile function.
NORMAL, UNIFORM, PHASE, QUANTILE = 0, 1, 2, 3
ROOT_12 = 12.0**0.5
# Words below this have a radius in the tail.
TAIL_WORD = TAIL << ANGLE_BITS
# Where the bits of an angle go in a word: its own at the top, those of the last word below, then a half step.
_OWN, _MORE = 32 - ANGLE_BITS, 32 - ANGLE_BITS - MORE_ANGLE_BITS
# The compiler would count the lanes in words of twice the size.
_NUMBERS = np.arange(LANES, dtype=np.uint32)
_MORE_MASK, _HALF_STEP = ((1 << MORE_ANGLE_BITS) - 1) << _MORE, 1 << (_MORE - 1)


@compiled
def fill_words(words: Words, at: int, first: int, pair: int, call: int, key: Four) -> None:
    """Fill four rows of random words, from row `at` on, for `LANES` networks from a multiple of it on."""
    stay_apart()
    low, high = np.uint32(first), np.uint32(np.uint64(first) >> np.uint64(32))
    r0, r1, r2, r3 = row(words, at), row(words, at + 1), row(words, at + 2), row(words, at + 3)
    number, which = np.uint32(pair), np.uint32(call)
    for lane in range(LANES):
        w0, w1, w2, w3 = threefry((np.uint32(low + _NUMBERS[lane]), high, number, which), key)
        r0[lane] = w0
        r1[lane] = w1
        r2[lane] = w2
        r3[lane] = w3
    interleave(2)


# Box-Muller in two loops: the constants of one loop then fit into the registers.


@compiled
def _draw_radii(radii: Array, words: Words) -> None:
    """Turn words into radii of pairs of standard normals."""
    stay_apart()
    for lane in range(LANES):
        radii[lane] = np.sqrt(minus_two_log(radius_fraction(words[lane], radii[lane])))
    interleave(4)


@compiled
def _angle_word(word: np.uint32, last: np.uint32, place: int) -> np.uint32:
    """Collect the bits of an angle at the top of a word."""
    raised = np.uint32(shift_right(last, MORE_ANGLE_BITS * place) << np.uint32(_MORE))
    own = np.uint32(np.uint32(word << np.uint32(_OWN)) | np.uint32(_HALF_STEP))
    return np.uint32(np.uint32(raised & np.uint32(_MORE_MASK)) | own)


@compiled
def _draw_points(first: Array, second: Array, words: Words, last: Words, place: int) -> None:
    """Turn radii, in the first row, and the angles of words into coordinates."""
    stay_apart()
    for lane in range(LANES):
        first[lane], second[lane] = polar(_angle_word(words[lane], last[lane], place), first[lane])
    interleave(4)


@compiled
def _extend_tail(
    first: Array, second: Array, place: int, words: Words, network: int, pair: int, call: int, key: Four
) -> None:
    """Redo the normals whose radius has tiny bits, with 32 further ones."""
    fill_words(words, 4, network, pair, call + TAIL_CALL, key)
    for lane in range(LANES):
        word = words[place * LANES + lane]
        if word < TAIL_WORD:
            fine = np.float64(words[(4 + place) * LANES + lane])
            bits = np.float64(np.uint32(word >> np.uint32(ANGLE_BITS)))
            radius = np.sqrt(minus_two_log((bits + (fine + 0.5) * 2.0**-32) * 2.0**-24))
            first[lane], second[lane] = polar(_angle_word(word, words[3 * LANES + lane], place), radius)


@inlined
def draw_normals(
    drawn: Array, at: int, other: int, count: int, words: Words, network: int, pair: int, key: Four
) -> None:
    """Draw the first slots of a pair of neurons as standard normals.

    Parameters
    ----------
    drawn : ndarray, shape (n * LANES,)
    at, other : int
        First rows of the two neurons.
    count : int
        Number of slots.
    words : ndarray of uint32, shape (8 * LANES,)
        Scratch.
    network : int
        Number of the first network, a multiple of `LANES`.
    pair : int
    key : tuple of four uint32
    """
    for slot in range(count):
        call, place = slot // 3, slot % 3
        if place == 0:
            fill_words(words, 0, network, pair, call, key)
        first, second = row(drawn, at + slot), row(drawn, other + slot)
        _draw_radii(first, row(words, place))
        _draw_points(first, second, row(words, place), row(words, 3), place)
        if smallest_word(words, place) < TAIL_WORD:
            _extend_tail(first, second, place, words, network, pair, call, key)


@compiled
def _draw_uniform(uniform: Array, words: Words) -> None:
    """Make uniform numbers of mean zero and variance one."""
    for lane in range(LANES):
        uniform[lane] = ROOT_12 * (unit_interval(words[lane], uniform[lane]) - 0.5)


@compiled
def _draw_phases(phase: Array, words: Words) -> None:
    for lane in range(LANES):
        phase[lane] = unit_interval(words[lane], phase[lane])


@compiled
def _draw_quantiles(result: Array, units: Array, words: Words, fine: Words, address: int) -> None:
    """Turn two rows of words into probabilities, and these into parameters; `units` is scratch."""
    probabilities, values = row(units, 0), row(units, 1)
    for lane in range(LANES):
        found = (np.float64(words[lane]) + (np.float64(fine[lane]) + 0.5) * 2.0**-32) * 2.0**-32
        probabilities[lane] = min(found, LARGEST_PROBABILITY)
    call_row(address, probabilities, values)
    for lane in range(LANES):
        result[lane] = values[lane]


@inlined
def draw_pair(
    drawn: Array,
    at: int,
    other: int,
    slots: int,
    d: int,
    words: Words,
    network: int,
    pair: int,
    key: Four,
    codes: Any,
    addresses: Any,
    units: Array,
) -> None:
    """Draw the parameters of two neurons in units of their standard deviations (phases in turns).

    Parameters
    ----------
    drawn : ndarray, shape (n * LANES,)
        For each neuron d rows are filled with weights, the next one with output weights, the next with biases
        or phases, and those after it with the weights of further outputs.
    at, other : int
        First rows of the two neurons.
    slots : int
        How many parameters of each are wanted, d + 1 or more.
    d : int
    words : ndarray of uint32, shape (8 * LANES,)
        Scratch.
    network, pair : int
    key : tuple of four uint32
    codes, addresses : LaneCodes, LaneAddresses
        Laws of weights, output weight, and bias, and their quantile functions.
    units : ndarray of float64, shape (2 * LANES,)
        Scratch.
    """
    phases_last = codes.bias == PHASE and slots == d + 2
    draw_normals(drawn, at, other, d + 1 if phases_last else slots, words, network, pair, key)
    filled = -1
    for slot in range(slots):
        law = codes.hidden if slot < d else codes.bias if slot == d + 1 else codes.output
        if law == NORMAL:
            continue
        if filled != slot // 2:
            filled = slot // 2
            fill_words(words, 0, network, pair, filled + UNIFORM_CALL, key)
            if codes.hidden == QUANTILE or codes.output == QUANTILE or codes.bias == QUANTILE:
                fill_words(words, 4, network, pair, filled + QUANTILE_CALL, key)
        for j in range(2):
            result, word = row(drawn, (other if j else at) + slot), row(words, 2 * (slot % 2) + j)
            if law == UNIFORM:
                _draw_uniform(result, word)
            elif law == QUANTILE:
                at_law = (
                    addresses.hidden if slot < d else addresses.bias if slot == d + 1 else addresses.output
                )
                _draw_quantiles(result, units, word, row(words, 4 + 2 * (slot % 2) + j), at_law)
            else:
                _draw_phases(result, word)
