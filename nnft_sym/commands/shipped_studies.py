"""``nnft studies``: the studies that come with the package."""

from typing import TYPE_CHECKING

import click

from nnft_sym.commands.options import ParameterCommand, json_option, takes
from nnft_sym.parameters.study_choice import StudiesParameters

if TYPE_CHECKING:
    from nnft_sym.study.shipped import ShippedStudy

_EXAMPLES = """
\b
Examples
  nnft studies                                       the list
  nnft studies cos --networks 1000                   run one, smaller than it is written
  nnft studies published --out results               run one, with a report
  nnft studies published --show                      print its file
  nnft studies published --copy mine.toml            write its file, to be changed by hand
"""


@click.command(name="studies", cls=ParameterCommand, epilog=_EXAMPLES)
@takes(asked=StudiesParameters)
@json_option
def command(asked: StudiesParameters, as_json: bool) -> int:
    """List the studies that come with the package; with NAME, run one, as nnft validate does.

    Exit code 1: our numbers do not agree with the exact referee, as of nnft validate.
    """
    from nnft_sym.study.config import shipped_study

    if asked.name is None:
        _list(as_json)
        return 0
    study = shipped_study(asked.name)
    if asked.show:
        _show(study, as_json)
    elif asked.copy is not None:
        _copy(study, asked, as_json)
    else:
        from nnft_sym.commands.validate import validated

        return validated(asked.config(), asked.run(), as_json)
    return 0


def _list(as_json: bool) -> None:
    """Print names, nets and one line each."""
    from nnft_sym.jsonio import dumps
    from nnft_sym.printing.tables import headed, show
    from nnft_sym.study.config import built_in_study
    from nnft_sym.study.shipped import shipped_studies

    studies = {one.name: (built_in_study(one.name), one.line) for one in shipped_studies().values()}
    if as_json:
        rows = [
            {
                "name": name,
                "line": line,
                "nets": [{"kind": net.kind, "width": net.width} for net in config.net],
                "action": config.action,
                "experiments": config.experiments,
                "networks": config.networks,
            }
            for name, (config, line) in studies.items()
        ]
        click.echo(dumps({"studies": rows}))
        return
    for name, (config, line) in studies.items():
        nets = ", ".join(f"{net.kind} N = {net.width}" for net in config.net)
        size = f"{config.experiments} × {config.networks:,} networks"
        show(headed(name, f"  ({nets}; {size})"), f"    {line}")
    click.echo("\nRun one: nnft studies NAME. Its file: --show, or --copy FILE.toml to change it.")


def _show(study: "ShippedStudy", as_json: bool) -> None:
    from nnft_sym.jsonio import dumps

    if as_json:
        click.echo(dumps({"name": study.name, "line": study.line, "text": study.text}))
    else:
        click.echo(study.text, nl=False)


def _copy(study: "ShippedStudy", asked: StudiesParameters, as_json: bool) -> None:
    """Write the file; refuse to lose another one."""
    from nnft_sym.commands.study_file import write_new
    from nnft_sym.jsonio import dumps

    name = f"{study.name}.toml" if asked.copy == "." else str(asked.copy)
    write_new(name, study.text, force=asked.force)
    if as_json:
        click.echo(dumps({"file": name}))
    else:
        click.echo(f"Study: {name}. Change it, and run it with: nnft validate {name}")
