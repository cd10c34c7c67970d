"""``nnft validate``: the main job."""

from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diagrams.messages import did_you_mean, shown
from nnft_sym.commands.options import NET_NAMES, WHOLE_NUMBER, json_option, known_name, law_options

if TYPE_CHECKING:
    from nnft_sym.study.config import StudyConfig


def described_net(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options for activation and laws, given to the command as one mapping."""

    @wraps(command)
    def gathered(**given: Any) -> Any:
        names = ("activation", "hidden_law", "bias_law", "output_law")
        options = {name: given.pop(name) for name in names}
        return command(described={name: one for name, one in options.items() if one is not None}, **given)

    found: Callable[..., Any] = gathered
    for option in reversed(law_options()):
        found = option(found)
    return found


@click.command(name="validate")
@click.argument("study", required=False, type=click.Path(), metavar="[STUDY.toml]")
@click.option("--net", callback=known_name, metavar=NET_NAMES, help="Only the nets of this kind.")
@described_net
@click.option(
    "--out", type=click.Path(file_okay=False), help="Write report, figures and numbers to this folder."
)
@click.option("--force", is_flag=True, help="Replace the study that the folder holds.")
@click.option("--seed", type=WHOLE_NUMBER, help="Replace the seed of the study.")
@json_option
def command(
    study: str | None,
    net: str | None,
    described: Mapping[str, str],
    out: str | None,
    force: bool,
    seed: int | None,
    as_json: bool,
) -> int:
    """Hold a field theory against sampled ensembles of networks, with an exact answer as referee.

    Without STUDY.toml the built-in study of Erf-, ReLU- and Gauss-net runs. Exit code 0: our numbers agree
    with the exact referee (a rejected theory is a result, not a failure); 1: they do not.
    """
    from nnft_sym.jsonio import dumps
    from nnft_sym.printing.tables import show
    from nnft_sym.progress.bars import TerminalProgress
    from nnft_sym.report.output import check_folder, refuse_other_study, write_output
    from nnft_sym.study.run import run_study
    from nnft_sym.study.summary import summarise, summary_tables

    config = _study(study, net, described, seed)
    if out is not None and not out.strip():
        raise click.UsageError("--out '' was given; the name of a folder is needed, as in --out results")
    folder = None if out is None else check_folder(Path(out))
    if folder is not None and not force:
        refuse_other_study(folder)
    with TerminalProgress() as progress:
        result = run_study(config, progress)
        if folder is not None:
            progress.stage("writing the report")
            write_output(result, folder)
    if as_json:
        click.echo(dumps(summarise(result)))
    else:
        show(*summary_tables(result))
        if folder is not None:
            click.echo(f"Report: {folder / 'report.html'}")
    return 0 if result.passed else 1


def _study(
    path: str | None, net: str | None, described: Mapping[str, str], seed: int | None
) -> "StudyConfig":
    """Choose the study and apply the options that narrow it."""
    from nnft_sym.study.config import built_in_study, known_kinds, load_study

    kinds = known_kinds()
    if net is not None and net not in kinds:
        near = did_you_mean(net, kinds)
        raise click.UsageError(f"--net {shown(net)} is unknown; give one of {', '.join(kinds)}{near}")
    if path is not None:
        config = load_study(Path(path))
    else:
        # Cos-net was not part of the published study, so it has a built-in one of its own.
        config = built_in_study("cos") if net == "cos" else built_in_study()
        if net is not None and net not in {one.kind for one in config.net}:
            # the net of the published study whose activation is most like others
            config = config.with_nets(config.only("erf").net, kind=net, **described)
            described = {}
    if net is not None:
        config = config.only(net)
    if described:
        config = config.with_nets(config.net, **described)
    if seed is not None:
        if not 0 <= seed < 2**63:
            raise click.UsageError(f"--seed {seed} was given; a seed from 0 to 2^63 - 1 is needed")
        config = config.model_copy(update={"seed": seed})
    return config
