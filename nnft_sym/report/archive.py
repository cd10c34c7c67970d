"""A study on disk: every number of it in one netCDF file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.jsonio import jsonable
from nnft_sym.report.archive_fits import fits_dataset
from nnft_sym.storage.sample_files import SCHEMA, network_attributes, write_tree
from nnft_sym.study.recipe import Recipe
from nnft_sym.study.study_results import NetResult, StudyResult
from nnft_sym.study.summary import net_summary

if TYPE_CHECKING:
    import xarray
    from numpy.typing import NDArray

    from nnft_sym.study.correlator_terms import TakenApart
    from nnft_sym.study.symmetries_and_axioms import SymmetriesAndAxioms
    from numerics.results.correlator import Correlator

#: What the deviations in a study's file are.
DEVIATIONS = (
    "deviations F of the block means: the covariance of the sampled correlators is F'F; with B blocks of "
    "block_size of all n networks, block mean - mean = F sqrt((B - 1) n / block_size)"
)


_INDICES = {"long_name": "numbers of the inputs, from 0"}
#: Covariances of more elements are left to be made from the deviations.
LARGEST = 200
#: What the variables of a correlator are.
NAMES = {
    "free": "correlator of the Gaussian process, the sum over pairings of kernels",
    "sampled": "mean over the sampled networks",
    "error": "standard error of it",
    "exact": "exact correlator at finite width",
    "exact_connected": "exact connected correlator at finite width",
    "exact_excess": "exact correlator less the free one, without cancellation",
    "vertex_coefficient": "what multiplies the coupling in this correlator",
    "vertex_error": "bound of the error of it",
    "remainder": "best correlator less its prediction with the coupling tensor",
}


def study_tree(result: StudyResult) -> "xarray.DataTree":
    """Collect every number of a study as labelled arrays.

    Returns
    -------
    xarray.DataTree
        One group per net (``/1_erf_N5``) with points, kernels and the net's summary; below it ``fits`` with
        couplings, χ², p-values and shares (`fits_dataset`); ``order_2``, ``order_4``, ``order_6`` with all
        correlators, their errors and the deviations F of the blocks, and ``order_8`` where it was predicted.
        The covariance of sampled correlators is FᵀF, of several orders too if their F stand side by side; up
        to `LARGEST` elements it is written out. Elements are labelled by their inputs, counted from 1.
    """
    import xarray

    known = {"schema": SCHEMA, "holds": "study", "passed": int(result.passed)}
    provenance = {
        "provenance": json.dumps(jsonable(result.provenance)),
        "run": json.dumps(jsonable(result.run.as_json())),
    }
    groups = {"/": xarray.Dataset(attrs=known | provenance)}
    for position, net in enumerate(result.nets):
        name = f"{position + 1}_{net.name}_N{net.case.width}"
        groups[f"/{name}"] = _net_dataset(net)
        groups[f"/{name}/fits"] = fits_dataset(net)
        for order in net.correlators:
            groups[f"/{name}/order_{order}"] = _order_dataset(net, order)
        beyond = net.action_fit.beyond
        if beyond is not None and beyond.order not in net.correlators:
            groups[f"/{name}/order_{beyond.order}"] = _beyond_dataset(beyond, net.recipe)
    return xarray.DataTree.from_dict(groups)


def write_study(result: StudyResult, path: Path) -> None:
    """Write every number of a study as one netCDF file, sealed by a checksum."""
    write_tree(study_tree(result), path)


def _net_dataset(net: NetResult) -> "xarray.Dataset":
    import xarray

    return xarray.Dataset(
        {
            "points": (("point", "coordinate"), np.array(net.case.points), {"long_name": "inputs"}),
            "K": (("point", "point_2"), net.kernel, {"long_name": "kernel at the inputs"}),
            "K_weight": (
                ("point", "point_2"),
                net.kernel_weight,
                {"long_name": "kernel without the variance of the output bias"},
            ),
        },
        attrs={
            "net": net.name,
            "config": net.case.written,
            **network_attributes(net.case.network),
            "verdict": net.verdict,
            "arithmetic": net.arithmetic.value,
            "description": net.description.value,
            "passed": int(net.passed),
            "summary": json.dumps(jsonable(net_summary(net))),
            **({} if net.symmetries_and_axioms is None else _symmetry_attributes(net.symmetries_and_axioms)),
            "integral_method": net.integral_method,
            "exact_method": net.exact_method or "none",
        },
    )


def _symmetry_attributes(given: "SymmetriesAndAxioms") -> dict[str, str]:
    """Rows of symmetries and of axioms as JSON, those that are there."""
    rows = {name: given.as_json()[name] for name in ("symmetries", "axioms")}
    return {name: json.dumps(jsonable(found)) for name, found in rows.items() if found is not None}


def _order_dataset(net: NetResult, order: int) -> "xarray.Dataset":
    import xarray

    one, recipe = net.correlators[order], net.recipe
    columns = {"free": one.free.value, "free_error": one.free.error}
    columns |= {"sampled": one.sampled.value, "error": one.sampled.error}
    known = {"exact": one.exact, "exact_connected": one.connected, "exact_excess": one.excess}
    for name, exact in known.items():
        if exact is not None:
            columns |= {name: exact.value, f"{name}_error": exact.error}
    if order == recipe.fitted and net.coupling is not None:
        coupling = net.tensor
        sampled = coupling.sampled
        columns |= {recipe.column("sampled"): sampled.value, recipe.column("error"): sampled.error}
        vertex = coupling.coefficient
        columns |= {"vertex_coefficient": vertex.value, "vertex_error": vertex.error}
        if coupling.exact is not None:
            columns[recipe.column("exact")] = coupling.exact.value
            columns[recipe.column("exact_error")] = coupling.exact.error
    if order == recipe.predicted and net.next_order is not None:
        columns |= {
            f"prediction_{name}": net.following.predictions[name] for name in recipe.predictions.values()
        }
        columns["remainder"] = net.following.remainder
    if order == recipe.predicted:
        columns |= _terms(net.action_fit.tensors)
    data = _explained(columns, recipe)
    made = xarray.Dataset(
        data, {"element": _labels(one.indices)}, {"order": order, "quality": one.quality.value}
    )
    if len(one.indices) <= LARGEST:
        text = {"long_name": "covariance of the sampled correlator, of the mean over all networks"}
        made["covariance"] = (("element", "element_2"), one.sampled.covariance, text)
    (scatter,) = one.sampled.uncertainty.blocks
    return made.assign(
        indices=(("element", "slot"), one.indices, _INDICES),
        deviation=(("block", "element"), scatter.deviations, {"long_name": DEVIATIONS}),
        block_size=("block", net.data.block_sizes, {"long_name": "networks per block"}),
    )


def _beyond_dataset(beyond: "TakenApart", recipe: Recipe) -> "xarray.Dataset":
    """The correlator that was only predicted: its exact deviation from the free theory, term by term."""
    import xarray

    assert beyond.data is not None, "it is predicted where there is an exact one"
    columns = {"exact_excess": beyond.data.value, "exact_excess_error": beyond.data.error}
    columns |= _terms(beyond.terms)
    data = _explained(columns, recipe)
    made = xarray.Dataset(data, {"element": _labels(beyond.data.indices)}, {"order": beyond.order})
    return made.assign(indices=(("element", "slot"), beyond.data.indices, _INDICES))


def _labels(indices: "NDArray[np.int64]") -> tuple[str, list[str], dict[str, str]]:
    """Name the elements by their inputs."""
    return (
        "element",
        [" ".join(map(str, row)) for row in (indices + 1).tolist()],
        {"long_name": "inputs, from 1"},
    )


def _explained(
    columns: "Mapping[str, NDArray[np.float64]]", recipe: Recipe
) -> "dict[str, tuple[str, NDArray[np.float64], dict[str, str]]]":
    """Say of every column what it is."""
    return {
        name: ("element", values, {"long_name": _long_name(name, recipe)}) for name, values in columns.items()
    }


def _long_name(variable: str, recipe: Recipe) -> str:
    """Say what a variable of a correlator is."""
    own = {
        recipe.column("sampled"): "coupling element by element, from the sample",
        recipe.column("error"): "standard error of it",
        recipe.column("exact"): "coupling element by element, from the exact correlator",
    }
    if variable in own or variable in NAMES:
        return own.get(variable) or NAMES[variable]
    if variable.endswith("_error"):
        return f"bound of the error of {variable.removesuffix('_error')}"
    for front, words in (("prediction_", "predicted by"), ("term_", "what is added by")):
        if variable.startswith(front):
            return f"{words} {variable.removeprefix(front).replace('_', ' ')}"
    return variable.replace("_", " ")


def _terms(terms: "Mapping[str, Correlator]") -> "dict[str, NDArray[np.float64]]":
    """What each product of couplings adds, and its error."""
    found: dict[str, NDArray[np.float64]] = {}
    for name, one in terms.items():
        found |= {f"term_{name}": one.value, f"term_{name}_error": one.error}
    return found
