"""The records of networks: the one text form, which reads back; functions are told apart by their code."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from numerics.errors import InvalidNetwork
from numerics.networks.activations import fingerprint
from numerics.networks.architectures import ActivationNet, CosNet, ErfNet, network, network_kinds
from numerics.networks.record import from_record, record_text, to_record

SCALE = 1.0


def cube(scale):
    return lambda z: scale * z**3


def test_numbers_are_plain():
    found = to_record(ErfNet(np.int64(5), sigma_w=np.float64(2)))
    assert found == {"record": 1, "kind": "erf", "width": 5, "sigma_w": 2.0, "sigma_b": 1.0, "d_in": 1}
    assert [type(value) for value in found.values()] == [int, str, int, float, float, int]
    assert to_record(CosNet(3, sigma_w=2.0))["sigma_a"] == 2.0


numbers = some.floats(0.01, 100.0)
texts = some.sampled_from(["gaussian", "uniform", "laplace", "rademacher", "student-t:df=9.5"])
hidden = some.builds(lambda law, mean: f"{law}{',' if ':' in law else ':'}mean={mean!r}", texts, numbers)


@settings(deadline=None)
@given(
    kind=some.sampled_from(["erf", "cos", "tanh", "sin", "sigmoid"]),
    width=some.integers(1, 10**6),
    d_in=some.integers(1, 9),
    sigma_w=numbers,
    output=texts,
    hidden=some.none() | hidden | some.just("cauchy"),
)
def test_a_record_reads_back(kind, width, d_in, sigma_w, output, hidden):
    net = network(kind, width, sigma_w=sigma_w, d_in=d_in, output_law=output, hidden_law=hidden)
    assert from_record(to_record(net)) == net == from_record(record_text(net))
    assert record_text(from_record(record_text(net))) == record_text(net)
    assert all(isinstance(value, int | float | str) for value in to_record(net).values())


def test_every_kind_reads_back():
    for kind in network_kinds():
        if kind != "own":
            net = network(kind, 3)
            assert from_record(json.loads(record_text(net))) == net
            assert to_record(net)["kind"] == kind


def test_output_bias_and_kinks_read_back():
    for net in (
        ErfNet(3, output_bias=False),
        ErfNet(3, output_bias=0.25),
        network("leaky_relu", 4, kinks=(0.0,)),
        ErfNet(6).with_laws(output_correlation=0.3),
        ErfNet(6).with_laws(hidden="scipy.gumbel_r:scale=0.7"),
    ):
        assert from_record(record_text(net)) == net


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({"record": 2, "kind": "erf", "width": 3}, "version 2"),
        ({"kind": "erf"}, "no width"),
        ({}, "record"),
        ("no json", "record"),
        ({"kind": "erf", "width": 3, "sigma_a": 1.0}, "only the cos-net"),
        ({"kind": "erf", "width": 3, "activation": "tanh(z)"}, "the erf-net has no activation"),
        ({"kind": "erf", "width": 3, "hidden_law": "lapace"}, "laplace"),
        (to_record(ActivationNet(3, cube(1.0))), "Python function"),
    ],
)
def test_what_is_no_record_is_refused(record, told):
    with pytest.raises(InvalidNetwork, match=told):
        from_record(record)


def test_a_function_has_no_text_and_its_record_says_so():
    net = ActivationNet(3, cube(1.0))
    assert "activation" not in to_record(net)
    assert "cube" in to_record(net)["function"]


def test_constants_of_a_module_count(monkeypatch):
    def scaled(z):
        return SCALE * z

    one = fingerprint(scaled)
    monkeypatch.setitem(globals(), "SCALE", 2.0)
    assert fingerprint(scaled) != one


def test_functions_are_told_apart_by_their_code():
    one = fingerprint(cube(1.0))
    assert one == fingerprint(cube(1.0))
    assert one != fingerprint(cube(2.0))
    assert one != fingerprint(lambda z: z**2)
    assert "cube" in one
    assert fingerprint(np.tanh).endswith("tanh")


def test_functions_have_the_same_name_in_another_process():
    code = (
        "from tests_names import cube; from numerics.networks.activations import fingerprint;"
        "print(fingerprint(cube(1.0)))"
    )
    folder = Path(__file__).parent
    prelude = f"import sys; sys.path[:0] = [{str(folder)!r}, {str(folder.parent)!r}];"
    code = prelude + code.replace("tests_names", Path(__file__).stem)
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == fingerprint(cube(1.0))
