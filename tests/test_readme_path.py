"""README's way from an installation to a coupling, a figure and an equation, gone as its reader goes it.

The coupling is compared with a least-squares fit whose correlators, kernel and integrals are sums over grids.
"""

import re
import subprocess
import sys
from itertools import combinations_with_replacement
from math import comb

import numpy as np
import pytest
from page_examples import blocks
from test_readme import README

WIDTH, POINTS, CUTOFF = 50, (0.5, 1.0, 1.5), 3.0
NUMBER = r"(-?\d[\d.e-]*)"


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """Run the script of the section in an empty folder; the folder, and what was printed."""
    folder = tmp_path_factory.mktemp("path")
    script = folder / "tanh_net.py"
    in_full = "print('in full', float(found['λ']), float(found['λ'].error), len(exact[4]))"
    script.write_text(f"{blocks(README, 'python')[0]}\n{in_full}\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script.name], cwd=folder, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def neurons():
    """Values tanh(w x + b) at inputs x and their weights, w and b normal: the trapezoidal rule."""
    grid = np.arange(-9.0, 9.0, 0.075)
    weight = np.exp(-(grid**2) / 2) * 0.075 / np.sqrt(2 * np.pi)
    w, b = np.meshgrid(grid, grid, indexing="ij")
    return np.outer(weight, weight).ravel(), lambda x: np.tanh(np.multiply.outer(x, w.ravel()) + b.ravel())


def independent_coupling():
    """λ = Σ T D / Σ T² over the 15 elements: D the connected 4-point function, T = −24 ∫K K K K."""
    weight, activation = neurons()
    at = activation(np.array(POINTS))
    nodes, lengths = np.polynomial.legendre.leggauss(40)
    kernel = (at * weight) @ activation(CUTOFF * nodes).T
    two = (at * weight) @ at.T
    data, theory = [], []
    for i, j, k, m in combinations_with_replacement(range(len(POINTS)), 4):
        # output weights a with ⟨a⁴⟩ = 3: the three pairings of ⟨ssss⟩, less those of ⟨ss⟩⟨ss⟩
        pairs = two[i, j] * two[k, m] + two[i, k] * two[j, m] + two[i, m] * two[j, k]
        data.append((3 * np.sum(weight * at[i] * at[j] * at[k] * at[m]) - pairs) / WIDTH)
        theory.append(-24 * CUTOFF * np.sum(lengths * kernel[i] * kernel[j] * kernel[k] * kernel[m]))
    assert len(data) == comb(len(POINTS) + 3, 4)
    return np.dot(theory, data) / np.dot(theory, theory)


def test_the_coupling_is_that_of_an_independent_fit(walked):
    found, spread = map(float, re.search(rf"in full {NUMBER} {NUMBER}", walked[1]).groups())
    assert found == pytest.approx(independent_coupling(), rel=1e-6)
    assert f"{found:.5f} ± {spread:.5f}" in walked[1]
    sampled, error = map(float, re.search(rf"by a sample {NUMBER} ± {NUMBER}", walked[1]).groups())
    # the sample weighs elements by their errors: another average over an action that is not local
    assert 0 < error < 0.05 * abs(sampled)
    assert 0.5 < sampled / found < 2.0
    assert "explain 73.99 % of the connected 4-point function" in walked[1]


def test_the_figure_shows_sample_and_theory(walked):
    figure = (walked[0] / "tanh_net.svg").read_text(encoding="utf-8")
    assert figure.rstrip().endswith("</svg>")
    assert figure.count("<use ") >= 2 * 15  # a mark for each element of both


def test_the_equation_is_that_of_the_contact_diagram(walked):
    text = (walked[0] / "tanh_net.tex").read_text(encoding="utf-8")
    assert r"G_{c}^{(4)}(x_{1},x_{2},x_{3},x_{4}) = -24\lambda" in text
    assert r"\int d^{d}y\,K^{W}_{1y}K^{W}_{2y}K^{W}_{3y}K^{W}_{4y}" in text
    (drawn,) = re.findall(r"\\begin\{tikzpicture\}.*?\\end\{tikzpicture\}", text, flags=re.DOTALL)
    assert drawn.count(r"\draw") == 4
    assert text.rstrip().endswith(r"\end{document}")
