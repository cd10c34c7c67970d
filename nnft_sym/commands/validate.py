"""``nnft validate``: the main job."""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from nnft_sym.commands.options import ParameterCommand, json_option, takes
from nnft_sym.parameters.architecture import (
    ACTIVATION,
    BIAS_LAW,
    HIDDEN_LAW,
    KIND,
    OUTPUT_LAW,
    SIGMA_A,
    SIGMA_B,
    SIGMA_W,
)
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag, Text
from nnft_sym.parameters.runs import SEED

if TYPE_CHECKING:
    from nnft_sym.study.config import StudyConfig
    from nnft_sym.study.results import StudyResult

STUDY = Parameter(Text(), argument=True, metavar="[STUDY.toml]")
OUT = Parameter(Text(), "Write report, figures and numbers to this folder.", metavar="DIRECTORY")
FORCE = Parameter(Flag(), "Replace the study that the folder holds.")


def _changed(parameter: Parameter) -> Parameter:
    return replace(parameter, default="that of the study")


@dataclass(frozen=True, kw_only=True)
class NetworkChanges:
    """Which nets of a study are wanted, and what is to be other than there; the rest is None.

    Attributes
    ----------
    kind : str or None
        Only nets of this kind.
    sigma_w, sigma_b, sigma_a, activation, hidden_law, bias_law, output_law
        As in `nnft_sym.parameters.architecture.ArchitectureParameters`.
    """

    kind: Annotated[str | None, replace(KIND, help="Only the nets of this kind.")] = None
    sigma_w: Annotated[float | None, _changed(SIGMA_W)] = None
    sigma_b: Annotated[float | None, _changed(SIGMA_B)] = None
    sigma_a: Annotated[float | None, _changed(SIGMA_A)] = None
    activation: Annotated[str | None, ACTIVATION] = None
    hidden_law: Annotated[str | None, _changed(HIDDEN_LAW)] = None
    bias_law: Annotated[str | None, _changed(BIAS_LAW)] = None
    output_law: Annotated[str | None, _changed(OUTPUT_LAW)] = None

    def changes(self) -> dict[str, object]:
        """Give what is to be changed, by name.

        Examples
        --------
        >>> NetworkChanges(kind="erf", sigma_w=2.0).changes()
        {'sigma_w': 2.0}
        """
        given = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "kind"}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class ValidateParameters:
    """Which study, and where its report goes."""

    study: Annotated[str | None, STUDY] = None
    seed: Annotated[int | None, SEED] = None
    out: Annotated[str | None, OUT] = None
    force: Annotated[bool, FORCE] = False


@click.command(name="validate", cls=ParameterCommand)
@takes(net=NetworkChanges, asked=ValidateParameters)
@json_option
def command(net: NetworkChanges, asked: ValidateParameters, as_json: bool) -> int:
    """Hold a field theory against sampled ensembles of networks, with an exact answer as referee.

    Without STUDY.toml the built-in study of Erf-, ReLU- and Gauss-net runs. Deviations and laws that are
    given replace those of its nets, a seed that of the study. Exit code 0: our numbers agree with the exact
    referee (a rejected theory is a result, not a failure); 1: they do not.
    """
    from nnft_sym.jsonio import dumps
    from nnft_sym.progress.bars import TerminalProgress
    from nnft_sym.report.output import write_output
    from nnft_sym.study.run import run_study
    from nnft_sym.study.summary import summarise

    config, folder = _study(net, asked), _folder(asked)
    with TerminalProgress() as progress:
        result = run_study(config, progress)
        if folder is not None:
            progress.stage("writing the report")
            write_output(result, folder)
    if as_json:
        click.echo(dumps(summarise(result)))
    else:
        _show(result, folder)
    return 0 if result.passed else 1


def _folder(asked: ValidateParameters) -> Path | None:
    """Check, before any work, that the report can be written; refuse to lose another one."""
    from nnft_sym.report.output import check_folder, refuse_other_study

    if asked.out is None:
        return None
    if not asked.out.strip():
        raise click.UsageError("--out: '' was given; the name of a folder is needed, as in --out results")
    folder = check_folder(Path(asked.out))
    if not asked.force:
        refuse_other_study(folder)
    return folder


def _show(result: "StudyResult", folder: Path | None) -> None:
    """Print the tables."""
    from nnft_sym.printing.tables import show
    from nnft_sym.study.summary import summary_tables

    show(*summary_tables(result))
    if folder is not None:
        click.echo(f"Report: {folder / 'report.html'}")


def _study(net: NetworkChanges, asked: ValidateParameters) -> "StudyConfig":
    """Choose the study and apply the options that narrow it."""
    from nnft_sym.study.config import built_in_study, load_study

    kind, changes = net.kind, net.changes()
    if asked.study is not None:
        config = load_study(Path(asked.study))
    else:
        # Cos-net was not part of the published study, so it has a built-in one of its own.
        config = built_in_study("cos") if kind == "cos" else built_in_study()
        if kind is not None and kind not in {one.kind for one in config.net}:
            # the net of the published study whose activation is most like others
            config = config.with_nets(config.only("erf").net, kind=kind, **changes)
            changes = {}
    if kind is not None:
        config = config.only(kind)
    if changes:
        config = config.with_nets(config.net, **changes)
    if asked.seed is not None:
        config = config.model_copy(update={"seed": asked.seed})
    return config
