"""The names that networks have in files."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from numerics.networks.architectures import CosNet, ErfNet
from numerics.networks.parameters import describe
from numerics.networks.weight_laws import ReweightedNet

SCALE = 1.0


@dataclass(frozen=True)
class UserNet:
    width: int
    activation: Any


def cube(scale):
    return lambda z: scale * z**3


def test_numbers_are_plain():
    found = describe(ErfNet(np.int64(5), sigma_w=np.float64(2)))
    assert found == {"network": "ErfNet", "width": 5, "sigma_w": 2.0, "sigma_b": 1.0, "d_in": 1}
    assert [type(value) for value in found.values()] == [str, int, float, float, int]
    assert describe(CosNet(3, sigma_w=2.0))["sigma_a"] == 2.0


def test_networks_within_networks():
    found = describe(ReweightedNet(ErfNet(5), output="uniform"))
    assert (found["network"], found["base"], found["width"], found["output"]) == (
        "ReweightedNet", "ErfNet", 5, "uniform",
    )  # fmt: skip
    assert all(isinstance(value, int | float | str) for value in found.values())


def test_constants_of_a_module_count(monkeypatch):
    def scaled(z):
        return SCALE * z

    one = describe(UserNet(3, scaled))
    monkeypatch.setitem(globals(), "SCALE", 2.0)
    assert describe(UserNet(3, scaled)) != one


def test_functions_are_told_apart_by_their_code():
    one = describe(UserNet(3, cube(1.0)))
    assert one == describe(UserNet(3, cube(1.0)))
    assert one != describe(UserNet(3, cube(2.0)))
    assert one != describe(UserNet(3, lambda z: z**2))
    assert "cube" in one["activation"]
    assert describe(UserNet(3, np.tanh))["activation"].endswith("tanh")


def test_functions_have_the_same_name_in_another_process():
    code = (
        "from tests_names import UserNet, cube; from numerics.networks.parameters import describe;"
        "print(describe(UserNet(3, cube(1.0)))['activation'])"
    )
    folder = Path(__file__).parent
    prelude = f"import sys; sys.path[:0] = [{str(folder)!r}, {str(folder.parent)!r}];"
    code = prelude + code.replace("tests_names", Path(__file__).stem)
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == describe(UserNet(3, cube(1.0)))["activation"]
