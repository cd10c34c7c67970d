"""The group ``fits`` of a study's file: couplings with errors, χ², p-values and shares, with labels."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.study.action_fit import ActionFit
from nnft_sym.study.recipe import Way
from nnft_sym.study.result_tables import chosen_fit
from nnft_sym.study.study_results import NetResult

if TYPE_CHECKING:
    import xarray

    from numerics.inference.comparison import Comparison
    from numerics.inference.fit_result import Fit

#: A variable of the file: where it lies, its numbers, and what it is.
Variable = tuple[str | tuple[str, ...], object, dict[str, str]]
_COMPARED = {
    "chi2": "χ² (Hotelling's T²) of sampled against {}",
    "dof": "directions behind that χ²",
    "p_value": "two-sided p-value of it",
}
_FITTED = {
    "": "one constant {} fitted to the {} correlator",
    "_error": "standard error of it",
    "_chi2": "χ² of the fit",
    "_dof": "degrees of freedom of the fit",
    "_p": "upper tail of that χ²",
}


def fits_dataset(net: NetResult) -> "xarray.Dataset":
    """Collect what was fitted and judged for a net.

    Returns
    -------
    xarray.Dataset
        Along ``correlator`` the comparison of sampled and exact, along ``prediction`` the shares explained,
        along ``coupling`` the couplings of the whole action; numbers of the coupling that stands alone.
        Every variable has a ``long_name``; shares are fractions of 1.
    """
    import xarray

    orders = list(net.correlators)
    variables = _comparisons("correlator", [one.comparison for one in net.correlators.values()], "exact")
    coordinates: dict[str, object] = {"correlator": ("correlator", orders, _named("number of points"))}
    if net.joint is not None:
        variables |= {
            f"joint_{name}": ((), value, _named(text.format("exact, all trusted orders together")))
            for (name, text), value in zip(_COMPARED.items(), _numbers(net.joint), strict=True)
        }
    if net.next_order is not None:
        coordinates["prediction"] = ("prediction", list(net.recipe.predictions.values()))
        variables |= _predictions(net)
    if net.coupling is not None:
        variables |= _alone(net)
    if net.action_fit.readings:
        names = [one.name for one in net.action_fit.readings]
        coordinates["coupling"] = ("coupling", names)
        variables |= _couplings(net.action_fit)
    return xarray.Dataset(variables, coordinates)


def _named(text: str) -> dict[str, str]:
    return {"long_name": text}


def _numbers(one: "Comparison | None") -> tuple[float, float, float]:
    return (np.nan, 0, np.nan) if one is None else (one.chi2, one.dof, one.p_value)


def _comparisons(along: str, found: "list[Comparison | None]", against: str) -> dict[str, Variable]:
    columns = np.array([_numbers(one) for one in found]).T
    return {
        f"{along}_{name}": (along, column, _named(text.format(against)))
        for (name, text), column in zip(_COMPARED.items(), columns, strict=True)
    }


def _predictions(net: NetResult) -> dict[str, Variable]:
    """Shares that every prediction explains, and the sample held against it."""
    six, names = net.following, list(net.recipe.predictions.values())
    delta = net.recipe.delta_predicted
    errors = {name: six.share_error(name) for name in names}
    shares = {
        "explained": (six.explained, f"share of {delta} explained, against the best correlator there is"),
        "explained_sampled": (six.explained_sampled, f"share of {delta} explained, from the sample alone"),
        "explained_sampled_error": (errors, "standard error of it"),
    }
    found: dict[str, Variable] = {
        key: (
            "prediction",
            np.array([share[name] for name in names], dtype=float),
            _named(text) | {"units": "1"},
        )
        for key, (share, text) in shares.items()
    }
    found |= _comparisons("prediction", [six.comparisons.get(name) for name in names], "the prediction")
    return found | {
        "remainder_share": ((), six.remainder_share, _named(f"share of {delta} that the tensor leaves")),
    }


def _alone(net: NetResult) -> dict[str, Variable]:
    """The coupling that stands alone: mean and spread of its tensor, and one constant by least squares."""
    tensor, recipe = net.tensor, net.recipe
    fit, source = chosen_fit(net)
    kinds = {
        "mean": (float(tensor.mean), "mean of the sampled tensor"),
        "mean_error": (float(tensor.mean.error), "standard error of it"),
        "spread": (tensor.spread, "spread of the sampled tensor"),
        "misfit": (tensor.misfit_best, f"share of {recipe.delta_fitted} that the best constant misses"),
        "misfit_least": (tensor.misfit_least, "the same of the closest constant"),
    }
    if tensor.mean_exact is not None:
        kinds["mean_exact"] = (float(tensor.mean_exact), "mean of the exact tensor")
        kinds["spread_exact"] = (float(tensor.spread_exact or 0.0), "spread of the exact tensor")
    found: dict[str, Variable] = {
        recipe.column(f"tensor_{kind}"): ((), value, _named(text)) for kind, (value, text) in kinds.items()
    }
    best = _fit(recipe.column("best"), tensor.fit_best, "sampled" if tensor.exact is None else "exact")
    return found | _fit(recipe.name(Way.FIT), fit, source) | best


def _fit(name: str, fit: "Fit | None", source: str) -> dict[str, Variable]:
    if fit is None:
        return {}
    chi2 = np.nan if fit.chi2 is None else fit.chi2
    values = (fit.parameters[0], fit.errors[0], chi2, fit.dof, fit.upper_tail)
    return {
        f"{name}{end}": ((), float(value), _named(text.format(name.split("_")[0], source)))
        for (end, text), value in zip(_FITTED.items(), values, strict=True)
    }


def _couplings(fit: ActionFit) -> dict[str, Variable]:
    """The couplings of the whole action, order by order in 1/N."""
    kinds: Mapping[str, tuple[list[float | None], str]] = {
        "value": ([one.value for one in fit.readings], "coupling at its leading order in 1/N"),
        "error": (
            [one.error for one in fit.readings],
            "bound of its error" if fit.exact else "standard error of it",
        ),
        "misfit": ([one.misfit for one in fit.readings], "share of its connected correlator that it misses"),
        "next_order": ([one.next_order for one in fit.readings], "what the next order in 1/N would add"),
        "corrected": ([one.corrected for one in fit.readings], "the coupling with it"),
    }
    return {
        f"coupling_{kind}": ("coupling", np.array(values, dtype=float), _named(text))
        for kind, (values, text) in kinds.items()
    }
