"""``nnft validate``: the main job."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nnft_sym.commands.action_argument import ActionCommand
from nnft_sym.commands.checkpoint_beside import INTERRUPTED
from nnft_sym.commands.options import json_option, takes
from nnft_sym.parameters.studies import NetworkChanges, ValidateParameters

if TYPE_CHECKING:
    from nnft_sym.study.config import StudyConfig
    from nnft_sym.study.study_files import StudyFiles
    from nnft_sym.study.study_results import StudyResult


@click.command(name="validate", cls=ActionCommand)
@takes(net=NetworkChanges, asked=ValidateParameters)
@json_option
def command(net: NetworkChanges, asked: ValidateParameters, as_json: bool) -> int:
    """Hold a field theory against sampled ensembles of networks, with an exact answer as referee.

    Without STUDY.toml the built-in study of Erf-, ReLU- and Gauss-net runs. What is given replaces that of
    the study; widths, points and cutoffs need --net. Two judgements are kept apart: is our arithmetic right,
    and does the action describe the ensemble? Exit code 0: our numbers agree with the exact referee (a
    rejected theory is a result, not a failure); 1: they do not.

    A run with --out keeps samples and integrals in DIRECTORY/checkpoints. After Ctrl-C, a crash or a full
    disk the same command with --resume continues it and gives the same numbers to the last bit.
    """
    return validated(_study(net, asked), asked, as_json)


def validated(config: "StudyConfig", asked: ValidateParameters, as_json: bool) -> int:
    """Run a study, or do what is asked of it in place of that; give the exit code.

    Parameters
    ----------
    config : StudyConfig
    asked : ValidateParameters
        Where the report goes, and whether the study is only written or forecast.
    as_json : bool
    """
    if asked.init is not None:
        _write_study_file(config, asked.init, asked.force, as_json)
        return 0
    folder, kept = _folder(asked)
    if asked.dry_run:
        forecast(config, as_json)
        return 0
    try:
        return _run(config, folder, kept, as_json)
    except KeyboardInterrupt:
        place = " in place of --force" if asked.force else ""
        rest = (
            "with --out DIRECTORY it could be continued"
            if folder is None
            else f"the same command with --resume{place} continues"
        )
        click.echo(f"nnft: interrupted; {rest}", err=True)
        return INTERRUPTED


def _run(config: "StudyConfig", folder: Path | None, kept: "StudyFiles | None", as_json: bool) -> int:
    from nnft_sym.jsonio import dumps
    from nnft_sym.progress.bars import TerminalProgress
    from nnft_sym.report.output import write_output
    from nnft_sym.study.run import run_study
    from nnft_sym.study.summary import summarise

    begun = time.perf_counter()
    with TerminalProgress() as progress:
        result = run_study(config, progress, kept=kept)
        if folder is not None:
            progress.stage("writing the report")
            write_output(result, folder)
    if as_json:
        click.echo(dumps(summarise(result)))
    else:
        _show(result, folder, None if folder is None else time.perf_counter() - begun)
    return 0 if result.passed else 1


def _write_study_file(config: "StudyConfig", name: str, force: bool, as_json: bool) -> None:
    """Write the study that would run, with comments; refuse to lose another file."""
    from nnft_sym.commands.study_file import write_new
    from nnft_sym.jsonio import dumps
    from nnft_sym.study.study_text import written_study

    write_new(name, written_study(config, commented=True), force=force)
    if as_json:
        click.echo(dumps({"file": name}))
    else:
        click.echo(f"Study: {name}. Change it, and run it with: nnft validate {name}")


def forecast(config: "StudyConfig", as_json: bool) -> None:
    """Say what would be computed."""
    from nnft_sym.jsonio import dumps
    from nnft_sym.printing.tables import show
    from nnft_sym.study.forecast import forecast as forecast_of

    found = forecast_of(config)
    if as_json:
        click.echo(dumps(found.as_json()))
    else:
        show(*found.tables())


def _folder(asked: ValidateParameters) -> "tuple[Path | None, StudyFiles | None]":
    """Check, before any work, that the report can be written; refuse to lose another one."""
    from nnft_sym.progress.patience import policy_of
    from nnft_sym.report.output import prepare_folder
    from numerics.sampling.runs.checkpoints import Pace

    if asked.out is None:
        return None, None
    if not asked.out.strip():
        raise click.UsageError("--out: '' was given; the name of a folder is needed, as in --out results")
    folder, kept = prepare_folder(asked.out, force=asked.force, resume=asked.resume, pace=policy_of(Pace))
    if asked.resume and not kept.begun:
        click.echo(f"nothing to continue in {str(folder)!r}; starting a new study", err=True)
    return folder, kept


def _show(result: "StudyResult", folder: Path | None, seconds: float | None) -> None:
    """Print the tables."""
    from nnft_sym.printing.tables import show
    from nnft_sym.study.summary import summary_tables

    show(*summary_tables(result, seconds))
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
    top = asked.changes()
    return config.with_top(**top) if top else config
