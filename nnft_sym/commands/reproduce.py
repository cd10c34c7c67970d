"""``nnft reproduce``: the published study, figure by figure."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import click

from nnft_sym.commands.options import ParameterCommand, json_option, takes
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag, Refused, Text, Whole, Word
from nnft_sym.parameters.runs import CLUSTER, EXPERIMENTS, NETWORKS_EACH, SEED

if TYPE_CHECKING:
    from nnft_sym.reproduction.cases import Case
    from nnft_sym.reproduction.published import Reproduction
    from nnft_sym.reproduction.setups import PublishedSetup
    from nnft_sym.reproduction.size import StudySize

#: Exit code of a run that Ctrl-C ended.
INTERRUPTED = 130
STUDY = Parameter(Word(("2008.08601",)), argument=True, metavar="2008.08601")
NET = Parameter(Word(("erf", "relu", "gauss")), "Only this net.", default="all three")
DIMENSION = Parameter(Whole(1, 3), "Only inputs of this dimension.", default="1, 2 and 3")
FULL = Parameter(
    Flag(), "Sample as much as was published: 100 experiments of 100,000 networks at every width."
)
OUT = Parameter(
    Text(), "Write page, figures, table and numbers to this folder, and keep every ensemble there.",
    metavar="DIRECTORY",
)  # fmt: skip
DRY_RUN = Parameter(
    Flag(), "Say how long it takes, from a short sample of every net, and how much is left; do nothing else."
)
RESUME = Parameter(Flag(), "Continue the run whose ensembles the folder holds.")
FORCE = Parameter(Flag(), "Replace the reproduction that the folder holds.")


@dataclass(frozen=True, kw_only=True)
class ReproduceParameters:
    """How much of the published study is done, and where it goes."""

    study: Annotated[str, STUDY]
    net: Annotated[str | None, NET] = None
    dimension: Annotated[int | None, DIMENSION] = None
    full: Annotated[bool, FULL] = False
    experiments: Annotated[int | None, replace(EXPERIMENTS, default="20, with --full 100")] = None
    networks: Annotated[int | None, replace(NETWORKS_EACH, default="10,000, with --full 100,000")] = None
    seed: Annotated[int, SEED] = 20080860
    cluster: Annotated[str | None, CLUSTER] = None
    out: Annotated[str | None, OUT] = None
    resume: Annotated[bool, RESUME] = False
    force: Annotated[bool, FORCE] = False
    dry_run: Annotated[bool, DRY_RUN] = False

    def __post_init__(self) -> None:
        if self.out is not None and not self.out.strip():
            raise Refused("--out: '' was given; the name of a folder is needed, as in --out published")
        if self.out is None and (self.resume or self.force):
            given = "--resume" if self.resume else "--force"
            raise Refused(f"{given} was given without --out; name the folder of the reproduction")
        if self.resume and self.force:
            raise Refused("--resume and --force were both given; a run is continued, or begun anew")
        if self.full and (self.experiments is not None or self.networks is not None):
            raise Refused("--full was given with a size; it means the published one: leave one of them out")

    @property
    def setups(self) -> "tuple[PublishedSetup, ...]":
        """Which networks, in which dimensions."""
        from nnft_sym.reproduction.setups import DIMENSIONS, NETS, published_setups

        return published_setups(
            NETS if self.net is None else (self.net,),
            DIMENSIONS if self.dimension is None else (self.dimension,),
        )

    @property
    def cases(self) -> "tuple[Case, ...]":
        """Which ensembles."""
        from nnft_sym.reproduction.cases import study_cases

        return study_cases(self.setups, self.size, self.seed)

    @property
    def size(self) -> "StudySize":
        """How much is sampled."""
        from nnft_sym.reproduction.size import FULL, QUICK

        if self.full:
            return FULL
        return replace(
            QUICK,
            experiments=self.experiments or QUICK.experiments,
            networks=self.networks or QUICK.networks,
        )


@click.command(name="reproduce", cls=ParameterCommand)
@takes(asked=ReproduceParameters)
@json_option
def command(asked: ReproduceParameters, as_json: bool) -> int:
    """Reproduce the study of arXiv:2008.08601: every published statement beside our number.

    Each is judged: agrees, refined, contradicted or not testable, with the reason. With --out every ensemble
    is kept as it is finished; after Ctrl-C or a crash the same command with --resume continues.
    """
    if asked.dry_run:
        _say_how_long(asked, as_json)
        return 0
    return _run(asked, as_json)


def _say_how_long(asked: ReproduceParameters, as_json: bool) -> None:
    from pathlib import Path

    from nnft_sym.jsonio import dumps
    from nnft_sym.reproduction.cases import FOLDER, CaseFiles
    from nnft_sym.reproduction.run_forecast import forecast

    files = CaseFiles(Path(asked.out) / FOLDER) if asked.out is not None and asked.resume else None
    found = forecast(asked.cases, files)
    click.echo(dumps(found.as_json()) if as_json else str(found))


def _run(asked: ReproduceParameters, as_json: bool) -> int:
    from nnft_sym.jsonio import dumps
    from nnft_sym.progress.bars import TerminalProgress
    from nnft_sym.reproduction.published import reproduce
    from nnft_sym.reproduction.published_folder import prepare_folder, write_published
    from nnft_sym.reproduction.run_forecast import forecast
    from numerics.sampling.runs.run import SamplingInterrupted

    folder, files = (
        (None, None)
        if asked.out is None
        else prepare_folder(asked.out, force=asked.force, resume=asked.resume)
    )
    try:
        with TerminalProgress() as progress:
            if asked.full:
                progress.stage(str(forecast(asked.cases, files)))
            found = reproduce(
                asked.setups, asked.size, asked.seed, told=progress, files=files, cluster=asked.cluster
            )
            if folder is not None:
                progress.stage("drawing the figures, writing the page")
                write_published(found, folder)
    except SamplingInterrupted:
        kept = "" if folder is None else "; the same command with --resume continues"
        click.echo(f"nnft: interrupted{kept}", err=True)
        return INTERRUPTED
    if as_json:
        click.echo(dumps(found.answer()))
    else:
        _show(found, asked.out)
    return 0


def _show(found: "Reproduction", folder: str | None) -> None:
    """Print the table."""
    from nnft_sym.printing.tables import show, terminal_table
    from nnft_sym.progress.bars import duration
    from nnft_sym.reproduction.claims_table import WORDS

    for part in found.parts:
        if part.claims:
            show(terminal_table(part.table))
    counts = ", ".join(f"{WORDS[finding][0]} {count}" for finding, count in found.counts.items())
    show(
        f"{len(found.claims)} statements: {counts}.",
        f"Took {duration(found.seconds)}, {duration(found.processor_seconds)} of processor time.",
    )
    if folder is not None:
        click.echo(f"Page: {folder}/report.html")
