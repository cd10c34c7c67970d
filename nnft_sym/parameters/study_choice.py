"""Which shipped study, and what is done with it: the parameters of ``studies``."""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from diagrams.errors import NNFTError
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag, Refused, Text
from nnft_sym.parameters.runs import EXPERIMENTS, NETWORKS_EACH, SEED
from nnft_sym.parameters.studies import DRY_RUN, FORCE, OUT, RESUME, ValidateParameters

if TYPE_CHECKING:
    from nnft_sym.study.config import StudyConfig


class ShippedName(Text):
    """The name of a study that comes with the package.

    Examples
    --------
    >>> ShippedName().check("publishd")
    Traceback (most recent call last):
    nnft_sym.parameters.readers.Refused: there is no study 'publishd'; ...; did you mean 'published'?
    """

    def known(self) -> tuple[str, ...]:
        """Give the names."""
        from nnft_sym.study.shipped import shipped_studies

        return tuple(shipped_studies())

    def check(self, value: object, folder: Path | None = None) -> str:
        """Return a known name."""
        from nnft_sym.study.config import shipped_study

        try:
            return shipped_study(super().check(value).removesuffix(".toml")).name
        except NNFTError as error:
            raise Refused(error.said) from None


NAME = Parameter(ShippedName(), argument=True, metavar="[NAME]")
SHOW = Parameter(Flag(), "Print the study as a file; compute nothing.")
COPY = Parameter(
    Text(),
    "Write the study to a file, to be changed by hand; compute nothing.",
    metavar="[FILE.toml]",
    alone=".",
    default="without a name: NAME.toml",
)


@dataclass(frozen=True, kw_only=True)
class StudiesParameters:
    """Which study, and what is done with it.

    Attributes
    ----------
    name, copy, out : str or None
    show, dry_run, resume, force : bool
    experiments, networks, seed : int or None
        In place of those of the study.

    Raises
    ------
    Refused
        If something is asked of no study, or two things that exclude each other.

    Examples
    --------
    >>> StudiesParameters(show=True)
    Traceback (most recent call last):
    nnft_sym.parameters.readers.Refused: --show was given without the name of a study: ...
    """

    name: Annotated[str | None, NAME] = None
    show: Annotated[bool, SHOW] = False
    copy: Annotated[str | None, COPY] = None
    experiments: Annotated[int | None, replace(EXPERIMENTS, default="that of the study")] = None
    networks: Annotated[int | None, replace(NETWORKS_EACH, default="that of the study")] = None
    seed: Annotated[int | None, replace(SEED, default="that of the study")] = None
    out: Annotated[str | None, OUT] = None
    resume: Annotated[bool, RESUME] = False
    dry_run: Annotated[bool, DRY_RUN] = False
    force: Annotated[bool, FORCE] = False

    def __post_init__(self) -> None:
        given = [one.name for one in fields(self) if getattr(self, one.name) not in (None, False)]
        rest = [f"--{name.replace('_', '-')}" for name in given if name != "name"]
        if self.name is None and rest:
            raise Refused(
                f"{rest[0]} was given without the name of a study: nnft studies lists them, and "
                f"nnft studies published {rest[0]} … is one"
            )
        for alone, allowed in (("show", set()), ("copy", {"force"})):
            others = set(given) - {"name", alone} - allowed
            if alone in given and others:
                other = min(others).replace("_", "-")
                raise Refused(
                    f"--{alone} and --{other} were both given; --{alone} computes nothing: leave one of them"
                )

    def run(self) -> ValidateParameters:
        """What is asked of ``nnft validate``."""
        return ValidateParameters(
            experiments=self.experiments, networks=self.networks, seed=self.seed, out=self.out,
            resume=self.resume, dry_run=self.dry_run, force=self.force,
        )  # fmt: skip

    def config(self) -> "StudyConfig":
        """The study, with what was changed."""
        from nnft_sym.study.config import built_in_study

        changes = self.run().changes()
        config = built_in_study(str(self.name))
        return config.with_top(**changes) if changes else config
