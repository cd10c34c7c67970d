"""docs/reproduction.md: its tables and sentences hold what the code gives."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from nnft_sym.inference.infer import infer
from nnft_sym.inference.model import Model
from nnft_sym.printing.number_text import number
from nnft_sym.reproduction.claims_table import WORDS, number_text
from nnft_sym.reproduction.cutoff_flow import FEW
from nnft_sym.reproduction.extended_fits import ACTIONS
from nnft_sym.reproduction.fitted_couplings import Couplings
from nnft_sym.reproduction.scaling import relative_excess
from nnft_sym.reproduction.setups import CUTOFFS, PublishedSetup
from nnft_sym.reproduction.sixth_order import sixth_order_of
from nnft_sym.reproduction.statements import OF_THE_SCRIPTS, OF_THE_TALK
from nnft_sym.reproduction.tensors import exact_tensor
from numerics.exact.correlators import exact_correlators

DOCS = Path(__file__).parent.parent / "docs" / "reproduction.md"


def test_the_docs_hold_these_numbers():
    couplings = Couplings()
    claims = {claim.key: claim for claim in (make(couplings) for make in (*OF_THE_TALK, *OF_THE_SCRIPTS))}
    text = DOCS.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if re.match(r"\| [TR]\d+ \|", line)]
    found = {row[1]: row for row in (re.split(r"(?<!\\)\s*(?<!\\)\|\s*", line) for line in lines)}
    assert list(found) == list(claims)
    for key in claims:
        claim, row = claims[key], found[key]
        assert row[4] == ("" if claim.ours is None else number_text(claim.ours)), key
        assert row[6] == WORDS[claim.finding][0]
        assert row[2].replace("\\|", "|") == claim.text


def rows_of(text, heading):
    """The rows of the first table below a heading, cell by cell."""
    below = text[text.index(heading) :].splitlines()
    start = next(number for number, line in enumerate(below) if line.startswith("|---"))
    rows = itertools.takewhile(lambda line: line.startswith("|"), below[start + 1 :])
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_first_table_of_the_docs_is_what_comes_out():
    """Every number of it, by exact correlators and integrals alone."""
    text = DOCS.read_text(encoding="utf-8")
    rows = {row[0]: row[1:] for row in rows_of(text, "## What stands")}
    couplings = Couplings()
    setups = [PublishedSetup(kind, 1) for kind in ("erf", "relu", "gauss")]
    sixth = [sixth_order_of(couplings, setup) for setup in setups]
    excess = [relative_excess(couplings.exact(setup), setup, 2) for setup in setups]
    ratio = next(row for name, row in rows.items() if "over its limit" in name)
    assert ratio == [f"{float(one):.4f}"[: len(said)] for one, said in zip(excess, ratio, strict=True)]
    tensors = [exact_tensor(couplings, setup) for setup in setups]
    spread = [float(np.std(one.value) / abs(one.value.mean())) for one in tensors]
    said = next(row for name, row in rows.items() if "standard deviation over mean" in name)
    assert said[:2] == [f"{spread[0]:.0f}", "0"]
    assert spread[1] < 1e-12
    assert said[2] == number(spread[2], 2)
    mean = next(row for name, row in rows.items() if "mean of the tensor" in name and "explains" in name)
    assert mean == [number(float(one.by_mean), 4 if abs(float(one.by_mean)) > 0.1 else 3) for one in sixth]
    fitted = next(row for name, row in rows.items() if "fits best" in name)
    assert fitted == [f"{one.explained[0]:.4f}" for one in sixth]
    everything = next(row for name, row in rows.items() if "exchange of order" in name)
    assert everything == [f"{one.explained[-1]:.4f}" for one in sixth]
    flows = [couplings.flow(PublishedSetup("relu", d), (7.0, 100.0), (20,), True) for d in (1, 2, 3)]
    for name, words in (("lambda", "slope of log λ"), ("kappa", "slope of log κ")):
        slopes = [-float(flow.law(name).exponent) for flow in flows]
        assert slopes == pytest.approx([round(one) for one in slopes], abs=1e-4)
        row = next(row for said, row in rows.items() if said.startswith(words))
        assert row[1] == ", ".join(f"−{-round(one)}" for one in slopes)
    # what is said of the best λ of Erf-net
    fit, erf = couplings.fit(setups[0]), sixth[0]
    assert f"λ = {number(float(fit['lambda']), 3)}" in text
    assert f"{100 * erf.explained[0]:.2f} % of ΔG⁽⁶⁾ (here)" in text
    assert f"({100 * erf.explained[-1]:.2f} % with both)" in text
    assert f"{100 * erf.remainder:.2f} % of ΔG⁽⁶⁾" in text
    assert erf.explained[0] < best_share(couplings, setups[0]) < 0.04
    assert best_share(couplings, setups[0], 2.31e-4) == pytest.approx(-0.0158, abs=2e-4)


def test_the_three_couplings_of_the_docs():
    text = DOCS.read_text(encoding="utf-8")
    setup = PublishedSetup("gauss", 1)
    exact = exact_correlators(setup.network(1000), setup.points, (2, 4))
    fit = infer(exact, Model.leading(ACTIONS[2], beyond=False), setup.network(1000), setup.domain)
    values = ", ".join(number(float(one), 6) for one in fit.couplings.values())
    assert f"exact data give {values} with" in " ".join(text.split())
    singular = [one.singular_value for one in fit.combinations]
    said = [number(singular[0], 3), *(number(one, 2) for one in singular[1:])]
    assert f"singular values {', '.join(said)} say" in " ".join(text.split())
    assert (len(CUTOFFS), CUTOFFS[0], CUTOFFS[-1], CUTOFFS[FEW - 1], FEW) == (10, 7.0, 1e5, 100.0, 5)


def best_share(couplings, setup, coupling=None):
    """What a constant λ explains of ΔG⁽⁶⁾, the best of a grid if none is given; written down anew."""
    there = couplings.exact(setup).at_width(setup.coupling_width)
    excess = there.excess()[6]
    per_unit = couplings.fit(setup).theory.prediction(4)["lambda"]
    lines = setup.network(5).kernel.full(setup.points, setup.points)
    slope = np.array([
        sum(float(per_unit[tuple(row[k] for k in rest)]) * lines[row[i], row[j]] for i, j in
            itertools.combinations(range(6), 2) for rest in [[k for k in range(6) if k not in (i, j)]])
        for row in excess.indices.tolist()
    ])  # fmt: skip
    grid = np.linspace(-2e-3, 1e-3, 301) if coupling is None else [coupling]
    return max(1 - np.abs(excess.value - one * slope).sum() / np.abs(excess.value).sum() for one in grid)
