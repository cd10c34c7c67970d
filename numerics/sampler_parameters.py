"""Compiled drawing of parameters: random words of many networks, and what is made of them.

All arrays here are slices of flat scratch memory, `LANES` numbers per row, one network per lane. A slot of a
neuron is a row (see `numerics.random_streams` for which slot is which parameter); four rows make a call.
"""

import numpy as np
from numpy.typing import NDArray

from numerics.intrinsics import LANES, row, smallest_word, stay_apart
from numerics.jit import compiled, inlined
from numerics.random_streams import TAIL, TAIL_CALL, UNIFORM_CALL, Four, threefry
from numerics.special_functions import log, polar, unit_interval

Array = NDArray[np.float64]
Words = NDArray[np.uint32]

# Laws of a parameter: standard normal; uniform of variance one; a phase in turns, uniform on (0, 1).
NORMAL, UNIFORM, PHASE = 0, 1, 2
ROOT_12 = 12.0**0.5


@compiled
def fill_words(words: Words, at: int, first: int, neuron: int, call: int, key: Four) -> None:
    """Fill four rows of random words, from row `at` on, for `LANES` networks from a multiple of it on."""
    stay_apart()
    low, high = np.uint32(first), np.uint32(np.uint64(first) >> np.uint64(32))
    r0, r1, r2, r3 = row(words, at), row(words, at + 1), row(words, at + 2), row(words, at + 3)
    number, which = np.uint32(neuron), np.uint32(call)
    for lane in range(LANES):
        w0, w1, w2, w3 = threefry((np.uint32(low + np.uint32(lane)), high, number, which), key)
        r0[lane] = w0
        r1[lane] = w1
        r2[lane] = w2
        r3[lane] = w3


# Box-Muller in two loops: the constants of one loop then fit into the registers.


@compiled
def _draw_radii(radii: Array, words: Words) -> None:
    """Turn words into radii of pairs of standard normals."""
    stay_apart()
    for lane in range(LANES):
        minus_log = -log(unit_interval(words[lane], radii[lane]))
        radii[lane] = np.sqrt(minus_log + minus_log)


@compiled
def _draw_points(first: Array, second: Array, words: Words) -> None:
    """Turn radii, in the first row, and angle words into coordinates."""
    stay_apart()
    for lane in range(LANES):
        first[lane], second[lane] = polar(words[lane], first[lane])


@compiled
def _draw_abscissas(first: Array, words: Words) -> None:
    """Like `_draw_points`, the first coordinate only."""
    stay_apart()
    for lane in range(LANES):
        first[lane] = polar(words[lane], first[lane])[0]


@compiled
def _extend_tail(
    drawn: Array, at: int, pair: int, words: Words, network: int, neuron: int, call: int, key: Four
) -> None:
    """Redo the normals whose radius word is tiny, with 32 further bits in the radius."""
    fill_words(words, 4, network, neuron, call + TAIL_CALL, key)
    for lane in range(LANES):
        word = words[2 * pair * LANES + lane]
        if word < TAIL:
            fine = np.float64(words[(4 + 2 * pair) * LANES + lane])
            u = (np.float64(word) + (fine + 0.5) * 2.0**-32) * 2.0**-32
            first, second = polar(words[(2 * pair + 1) * LANES + lane], np.sqrt(-2.0 * log(u)))
            row(drawn, at + 2 * pair)[lane] = first
            row(drawn, at + 2 * pair + 1)[lane] = second


@inlined
def draw_normals(
    drawn: Array, at: int, count: int, words: Words, network: int, neuron: int, call: int, key: Four
) -> None:
    """Fill the first `count` <= 4 of the rows of one call with standard normals.

    Parameters
    ----------
    drawn : ndarray, shape (n * LANES,)
    at : int
        First row. There must be room for an even number of rows.
    count : int
    words : ndarray of uint32, shape (8 * LANES,)
        Scratch; its first four rows are the words of the call afterwards.
    network : int
        Number of the first network, a multiple of `LANES`.
    neuron, call : int
    key : tuple of four uint32
    """
    fill_words(words, 0, network, neuron, call, key)
    for pair in range((count + 1) // 2):
        first, angles = row(drawn, at + 2 * pair), row(words, 2 * pair + 1)
        _draw_radii(first, row(words, 2 * pair))
        if 2 * pair + 1 < count:
            _draw_points(first, row(drawn, at + 2 * pair + 1), angles)
        else:
            _draw_abscissas(first, angles)
        if smallest_word(words, 2 * pair) < TAIL:
            _extend_tail(drawn, at, pair, words, network, neuron, call, key)


@compiled
def _draw_uniform(uniform: Array, words: Words) -> None:
    """Make uniform numbers of mean zero and variance one."""
    for lane in range(LANES):
        uniform[lane] = ROOT_12 * (unit_interval(words[lane], uniform[lane]) - 0.5)


@compiled
def _draw_phases(phase: Array, words: Words) -> None:
    for lane in range(LANES):
        phase[lane] = unit_interval(words[lane], phase[lane])


@inlined
def draw_neuron(
    drawn: Array,
    at: int,
    slots: int,
    d: int,
    words: Words,
    network: int,
    neuron: int,
    key: Four,
    laws: tuple[int, int, int],
) -> None:
    """Draw the parameters of one neuron in units of their standard deviations (phases in turns).

    Parameters
    ----------
    drawn : ndarray, shape (n * LANES,)
        d rows are filled with weights, the next one with output weights, the next with biases or phases.
    at : int
        First row. There must be room for a multiple of four rows.
    slots : int
        How many parameters are wanted, d + 1 or d + 2.
    d : int
    words : ndarray of uint32, shape (8 * LANES,)
        Scratch.
    network, neuron : int
    key : tuple of four uint32
    laws : tuple of int
        Of weights, output weight, and bias.
    """
    normals = slots if laws[2] == NORMAL else d + 1
    for call in range((normals + 3) // 4):
        count = min(4, normals - 4 * call)
        draw_normals(drawn, at + 4 * call, count, words, network, neuron, call, key)
    if laws[2] == PHASE:
        word = (d + 2) // 2 * 2
        if word % 4 == 0:
            fill_words(words, 0, network, neuron, word // 4, key)
        _draw_phases(row(drawn, at + d + 1), row(words, word % 4))
    if laws[0] == UNIFORM or laws[1] == UNIFORM or laws[2] == UNIFORM:
        for slot in range(slots):
            if slot % 4 == 0:
                fill_words(words, 0, network, neuron, slot // 4 + UNIFORM_CALL, key)
            law = laws[0] if slot < d else laws[slot - d + 1]
            if law == UNIFORM:
                _draw_uniform(row(drawn, at + slot), row(words, slot % 4))
