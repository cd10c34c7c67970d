"""A study as a file that ``nnft validate`` reads, bare or with what each key means."""

import json
from collections.abc import Iterator, Mapping
from typing import get_type_hints

from nnft_sym.parameters.parameter import Parameter
from nnft_sym.study.config import NetConfig, StudyConfig

_HEAD = """\
# A study of nnft validate: networks are drawn, and a field theory is held against them.
# Whole numbers may be written 100_000. A key that is left out, or stands behind a #, has its default.

"""
_NETS = """\
# One table [[net]] for each network that is studied. Add, change or remove tables.

"""
#: Columns of keys that have a value, of keys that have none, and of a whole line.
BESIDE, LONGEST_KEY, WIDEST = 24, 11, 120
#: What the help of an option does not say, because there it is no option.
_KEYS: Mapping[str, str] = {
    "experiments": "Experiments, whose scatter says what one of them would find.",
    "networks": "Networks in each of them.",
    "kind": "The architecture: erf, relu, gauss, cos, tanh, gelu, …, or own with an activation.",
    "activation": "With kind = 'own': an expression such as 'tanh(z)'.",
    "points": "Inputs, a list of coordinates for each: at most 10, no two alike; or the name of a file, "
    "'x.csv' or 'x.npy'.",
    "cutoff": "Vertices are integrated over the box [-L, L]^d; left out: over all of R^d.",
    "action": "Of the theory: powers of f, each with a coupling.",
}


def written_study(config: StudyConfig, *, commented: bool = False) -> str:
    """Write a study as TOML that reads back into the same study.

    Parameters
    ----------
    config : StudyConfig
    commented : bool, optional
        Say what each key means, those that were left out too.

    Returns
    -------
    str

    Examples
    --------
    >>> from nnft_sym.study.config import built_in_study, parse_study
    >>> study = built_in_study("cos")
    >>> print(written_study(study))
    seed = 20080862
    experiments = 10
    networks = 100000
    action = "lambda*f**4 + kappa*f**6"
    <BLANKLINE>
    [[net]]
    kind = "cos"
    width = 20
    points = [[-1.0], [-0.6], [-0.2], [0.2], [0.6], [1.0]]
    <BLANKLINE>
    >>> parse_study(written_study(study, commented=True)) == study
    True
    """
    top = config.model_dump(mode="json")
    nets = top.pop("net")
    if not commented:
        blocks = ["\n".join(_plain(top)), *("\n".join(["[[net]]", *_plain(net)]) for net in nets)]
        return "\n\n".join(blocks) + "\n"
    first, *others = nets
    blocks = [
        _HEAD + "\n".join(_explained(top, StudyConfig)),
        _NETS + "\n".join(["[[net]]", *_explained(first, NetConfig)]),
    ]
    blocks += ["\n".join(["[[net]]", *_plain(net)]) for net in others]
    return "\n\n".join(blocks) + "\n"


def _plain(table: Mapping[str, object]) -> Iterator[str]:
    return (_line(key, value) for key, value in table.items() if value is not None)


def _line(key: str, value: object) -> str:
    # numbers, texts and nested lists are written alike in JSON and TOML
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"


def _explained(table: Mapping[str, object], model: type) -> Iterator[str]:
    """Write keys with what they mean beside them, and below which others there are."""
    said = _parameters(model)
    for key, value in table.items():
        if value is not None:
            line, words = _line(key, value), _words(key, said)
            beside = f"{line:{BESIDE}}  # {words}"
            yield from (beside,) if len(beside) <= WIDEST else (f"# {words}", line)
    absent = [key for key, value in table.items() if value is None]
    if absent:
        yield "# Other keys, which are left out here:"
    for key in absent:
        yield f"# {key:{LONGEST_KEY}}  {_words(key, said)}"


def _words(key: str, said: Mapping[str, Parameter]) -> str:
    about = said[key]
    default = f" Default: {about.default}." if about.default and key not in _KEYS else ""
    return meaning(key, about) + default


def meaning(key: str, about: Parameter) -> str:
    """Say what a key means, in words for a file.

    Parameters
    ----------
    key : str
    about : Parameter
        What is known about it.

    Examples
    --------
    >>> from nnft_sym.parameters.architecture import ACTIVATION
    >>> meaning("activation", ACTIVATION)
    "With kind = 'own': an expression such as 'tanh(z)'."
    """
    return _KEYS.get(key, about.help)


def _parameters(model: type) -> dict[str, Parameter]:
    hints = get_type_hints(model, include_extras=True)
    return {
        name: note
        for name, hint in hints.items()
        for note in getattr(hint, "__metadata__", ())
        if isinstance(note, Parameter)
    }
