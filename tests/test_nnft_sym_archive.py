"""What a study writes into ``results.nc`` is enough to redo its fit, and its covariances."""

import json

import numpy as np
import pytest
import xarray
from made_up_tensor import tensor

from nnft_sym.report.archive import write_study
from nnft_sym.study.config import parse_study
from nnft_sym.study.coupling_tensors import extract_coupling
from nnft_sym.study.run import run_study

#: 1003 networks per experiment: the blocks are not of one size.
STUDY = """
experiments = 4
networks = 1003
seed = 5
[[net]]
kind = "cos"
width = 5
points = [[-1.0], [0.2], [0.7]]
"""


@pytest.fixture(scope="module")
def result():
    return run_study(parse_study(STUDY))


@pytest.fixture(scope="module")
def tree(result, tmp_path_factory):
    path = tmp_path_factory.mktemp("study") / "results.nc"
    write_study(result, path)
    with xarray.open_datatree(path, engine="h5netcdf") as found:
        yield found["1_cos_N5"].load()


def test_the_coupling_is_fitted_again_from_the_file(result, tree):
    four, points = tree["order_4"], tree["points"].to_numpy()

    def read(name, bound=None, **options):
        error = None if bound is None else four[bound].to_numpy()
        return tensor(four[name].to_numpy(), error, points=points, order=4, **options)

    rows, sizes = four["deviation"].to_numpy(), four["block_size"].to_numpy()
    assert len(set(sizes.tolist())) == 2
    blocks = rows * np.sqrt((len(sizes) - 1) * sizes.sum() / sizes)[:, np.newaxis]
    found = extract_coupling(
        read("vertex_coefficient", "vertex_error"),
        read("sampled", rows=rows, n_blocks=len(sizes)) - four["free"].to_numpy(),
        read("exact_excess", "exact_excess_error"),
        blocks,
    )
    ours = result.nets[0].coupling
    for again, before in ((found.fit, ours.fit), (found.fit_best, ours.fit_best)):
        assert again.dof == before.dof > 0
        assert again.parameters == pytest.approx(before.parameters, rel=1e-9)
        assert again.errors == pytest.approx(before.errors, rel=1e-9)
        assert again.chi2 == pytest.approx(before.chi2, rel=1e-6)
    assert float(found.mean.error) == pytest.approx(float(ours.mean.error), rel=1e-12)


def test_the_file_has_the_covariance_of_several_orders(result, tree):
    # another way: block means of the whole sample, weighted by the networks in each block
    net = result.nets[0]
    rows = np.hstack([tree[f"order_{n}"]["deviation"].to_numpy() for n in (2, 4, 6)])
    sizes = tree["order_2"]["block_size"].to_numpy()
    together = np.concatenate([net.correlators[n].sampled.error for n in (2, 4, 6)])
    assert np.sqrt(np.diag(rows.T @ rows)) == pytest.approx(together, rel=1e-12)
    # deviations are from the mean over all networks
    assert np.abs(np.sqrt(sizes) @ rows).max() < 1e-10 * np.abs(rows).max() * len(sizes)
    assert sizes.sum() == 4 * 1003


def test_the_file_has_every_number_of_the_summary(result, tree):
    summary = json.loads(tree.attrs["summary"])
    assert summary["lambda_fit"] == pytest.approx(float(result.nets[0].coupling.fit.parameters[0]), rel=1e-15)
    six = tree["order_6"]
    assert {"free_error", "exact_error", "exact_connected_error"} <= set(six.data_vars)


def test_every_number_of_the_fits_has_a_name_and_its_value(result, tree):
    net, fits = result.nets[0], tree["fits"]
    fit = net.coupling.fit
    for name, value in (
        ("lambda_fit", fit.parameters[0]), ("lambda_fit_error", fit.errors[0]), ("lambda_fit_chi2", fit.chi2),
        ("lambda_fit_dof", fit.dof), ("lambda_fit_p", fit.upper_tail),
        ("lambda_tensor_mean", float(net.coupling.mean)), ("joint_chi2", net.joint.chi2),
    ):  # fmt: skip
        assert float(fits[name]) == value
    shares = dict(zip(fits["prediction"].values.tolist(), fits["explained"].values.tolist(), strict=True))
    assert shares == net.next_order.explained
    errors = dict(
        zip(fits["prediction"].values.tolist(), fits["explained_sampled_error"].values, strict=True)
    )
    assert errors == {name: float(one.error) for name, one in net.next_order.shares.items()}
    assert errors["free"] == 0 < min(errors[name] for name in set(errors) - {"free"})
    compared = [one.comparison for one in net.correlators.values()]
    assert fits["correlator"].values.tolist() == [2, 4, 6]
    assert fits["correlator_p_value"].values.tolist() == [one.p_value for one in compared]
    assert fits["coupling_value"].sel(coupling="lambda") == net.action_fit.find("lambda").value


def test_every_variable_says_what_it_is(tree):
    for group in tree.subtree:
        for name, variable in group.data_vars.items():
            assert variable.attrs.get("long_name"), f"{group.path}/{name}"


def test_elements_are_labelled_and_their_covariance_is_there(tree):
    four = tree["order_4"].to_dataset()
    assert four["element"].values.tolist()[:3] == ["1 1 1 1", "1 1 1 2", "1 1 1 3"]
    assert float(four["sampled"].sel(element="1 1 2 3")) in four["sampled"].values
    rows = four["deviation"].to_numpy()
    assert np.allclose(four["covariance"].to_numpy(), rows.T @ rows, rtol=1e-9, atol=0)
