"""``nnft quickstart``: from nothing to a report in one command."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nnft_sym.commands.options import ParameterCommand, json_option, takes
from nnft_sym.parameters.first_steps import QuickstartParameters

if TYPE_CHECKING:
    from nnft_sym.study.config import StudyConfig
    from nnft_sym.study.study_results import StudyResult

#: What is written into the working folder.
STUDY, REPORT = "quickstart.toml", "quickstart_report"
_ELSEWHERE = (
    "nothing is replaced: move it away, or work in another folder; run the study again, into a folder of "
    f"another name, with: nnft validate {STUDY} --out FOLDER"
)


@click.command(name="quickstart", cls=ParameterCommand)
@takes(asked=QuickstartParameters)
@json_option
def command(asked: QuickstartParameters, as_json: bool) -> int:
    """Write a small study with comments into this folder, run it, and write its report beside it.

    Written are quickstart.toml and the folder quickstart_report, both of which must not be there yet. The
    study takes a few seconds, after an installation half a minute more for the compiler. Exit code 1: our
    numbers do not agree with the exact referee, as of nnft validate.
    """
    from nnft_sym.study.config import built_in_study, shipped_study

    config = built_in_study("quickstart")
    _refuse_to_replace()
    if asked.dry_run:
        _forecast(config, as_json)
        return 0
    from nnft_sym.commands.study_file import write_new

    write_new(STUDY, shipped_study("quickstart").text, advice=_ELSEWHERE)
    result = _computed(config)
    _answer(result, as_json)
    return 0 if result.passed else 1


def _refuse_to_replace() -> None:
    """See, before any work, that both can be written and neither is there."""
    from os.path import lexists

    from nnft_sym.report.output import prepare_folder
    from nnft_sym.storage.writing import UnwritableOutput, check_writable

    for name in (STUDY, REPORT):
        if lexists(name):
            raise UnwritableOutput(f"{name!r} exists already; {_ELSEWHERE}")
    check_writable(STUDY)
    prepare_folder(REPORT)


def _forecast(config: "StudyConfig", as_json: bool) -> None:
    """Say what would be done."""
    from nnft_sym.commands.validate import forecast
    from nnft_sym.jsonio import dumps
    from nnft_sym.study.forecast import forecast as forecast_of

    if as_json:
        click.echo(dumps({"study": STUDY, "report": REPORT, "forecast": forecast_of(config).as_json()}))
        return
    click.echo(f"Would write {STUDY}, run it, and write the folder {REPORT}.\n")
    forecast(config, as_json=False)


def _computed(config: "StudyConfig") -> "StudyResult":
    """Run the study and write its report."""
    from nnft_sym.progress.bars import TerminalProgress
    from nnft_sym.report.output import prepare_folder, write_output
    from nnft_sym.study.run import run_study

    folder, kept = prepare_folder(REPORT)
    with TerminalProgress() as progress:
        result = run_study(config, progress, kept=kept)
        progress.stage("writing the report")
        write_output(result, folder)
    return result


def _answer(result: "StudyResult", as_json: bool) -> None:
    """Say what was found, what to open, and what to change."""
    from nnft_sym.jsonio import dumps
    from nnft_sym.printing.tables import headed, show, terminal_table
    from nnft_sym.study.action_tables import study_table
    from nnft_sym.study.summary import summarise

    page = str(Path(REPORT) / "report.html")
    if as_json:
        click.echo(dumps({"study": STUDY, "report": page, **summarise(result)}))
        return
    show(terminal_table(study_table(result)))
    for net in result.nets:
        show(headed(f"{net.name}-net, N = {net.case.width}", f": {net.verdict}\n"))
    word = "PASSED" if result.passed else "NOT PASSED"
    show(headed(word, f": {result.outcome} ({result.seconds:.1f} s)."), "")
    click.echo(
        f"Open    {page}     figures, couplings and the verdict, explained\n"
        f"Change  {STUDY}                   the study; what to try stands beside each line\n"
        f"Run     nnft validate {STUDY} --out second_report\n"
        "More    nnft studies, nnft --help, and nnft doctor if something does not work"
    )
