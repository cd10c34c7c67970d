"""Which study, and what is to be other than in its file: the parameters of ``validate``."""

from dataclasses import dataclass, fields, replace
from typing import Annotated

from nnft_sym.parameters.architecture import (
    ACTIVATION,
    BIAS_LAW,
    CORRELATION,
    HIDDEN_LAW,
    KIND,
    OUTPUT_JOINT,
    OUTPUT_LAW,
    SIGMA_A,
    SIGMA_B,
    SIGMA_W,
    WIDTH,
)
from nnft_sym.parameters.expansions import ACTION
from nnft_sym.parameters.field_points import CUTOFF, STUDY_POINTS, Coordinates
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag, Refused, Text
from nnft_sym.parameters.runs import EXPERIMENTS, NETWORKS_EACH, SEED

#: Name of a study file where none is given.
STUDY_FILE = "study.toml"

STUDY = Parameter(Text(), argument=True, metavar="[STUDY.toml]")
OUT = Parameter(
    Text(),
    "Write report, figures and numbers to this folder, new or empty, and keep checkpoints there.",
    metavar="DIRECTORY",
)
RESUME = Parameter(Flag(), "Continue the study whose checkpoints the folder of --out holds.")
FORCE = Parameter(
    Flag(),
    "Replace the study that the folder holds (report, summary, results.nc, our figures, pictures and "
    "checkpoints), or the file that --init writes. Other files in the folder stay.",
)
INIT = Parameter(
    Text(),
    "Write the study as a file with comments, to be changed by hand, and compute nothing.",
    metavar="[FILE.toml]",
    alone=STUDY_FILE,
    default=f"without a name: {STUDY_FILE}",
)
DRY_RUN = Parameter(
    Flag(), "Say what would be computed, and about how much memory and time it takes; compute nothing."
)


def _changed(parameter: Parameter) -> Parameter:
    return replace(parameter, default="that of the study")


@dataclass(frozen=True, kw_only=True)
class NetworkChanges:
    """Which nets of a study are wanted, and what is to be other than there; the rest is None.

    Attributes
    ----------
    kind : str or None
        Only nets of this kind.
    width, points, cutoff
        As in a table ``[[net]]``; they need a kind, because nets of several have not one of them in common.
    sigma_w, sigma_b, sigma_a, activation, hidden_law, bias_law, output_law, output_correlation, output_joint
        As in `nnft_sym.parameters.architecture.ArchitectureParameters`.

    Examples
    --------
    >>> NetworkChanges(width=7)
    Traceback (most recent call last):
    nnft_sym.parameters.readers.Refused: --width was given without --net; ...
    """

    kind: Annotated[str | None, replace(KIND, help="Only the nets of this kind.")] = None
    width: Annotated[int | None, _changed(WIDTH)] = None
    points: Annotated[Coordinates | None, _changed(STUDY_POINTS)] = None
    cutoff: Annotated[float | None, _changed(CUTOFF)] = None
    sigma_w: Annotated[float | None, _changed(SIGMA_W)] = None
    sigma_b: Annotated[float | None, _changed(SIGMA_B)] = None
    sigma_a: Annotated[float | None, _changed(SIGMA_A)] = None
    activation: Annotated[str | None, ACTIVATION] = None
    hidden_law: Annotated[str | None, _changed(HIDDEN_LAW)] = None
    bias_law: Annotated[str | None, _changed(BIAS_LAW)] = None
    output_law: Annotated[str | None, _changed(OUTPUT_LAW)] = None
    output_correlation: Annotated[float | None, _changed(CORRELATION)] = None
    output_joint: Annotated[str | None, _changed(OUTPUT_JOINT)] = None

    def __post_init__(self) -> None:
        alone = [name for name in ("width", "cutoff", "points") if getattr(self, name) is not None]
        if alone and self.kind is None:
            names = " and ".join(f"--{name}" for name in alone)
            raise Refused(
                f"{names} {'was' if len(alone) == 1 else 'were'} given without --net; the nets of a study "
                "differ in them: say which net is meant, as in --net erf"
            )

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
    """Which study, how much of it, and where its report goes.

    Attributes
    ----------
    study, out, init : str or None
    action : str or None
    seed, experiments, networks : int or None
    force, resume, dry_run : bool
    """

    study: Annotated[str | None, STUDY] = None
    action: Annotated[
        str | None,
        replace(
            ACTION, argument=False, help="Of the theory, as in 'lambda*f^4'.", default="that of the study"
        ),
    ] = None
    experiments: Annotated[int | None, _changed(EXPERIMENTS)] = None
    networks: Annotated[int | None, _changed(NETWORKS_EACH)] = None
    seed: Annotated[int | None, SEED] = None
    out: Annotated[str | None, OUT] = None
    resume: Annotated[bool, RESUME] = False
    init: Annotated[str | None, INIT] = None
    dry_run: Annotated[bool, DRY_RUN] = False
    force: Annotated[bool, FORCE] = False

    def __post_init__(self) -> None:
        if self.resume:
            self._refuse_resume()
        if self.init is not None:
            also = "--out" if self.out is not None else "--dry-run" if self.dry_run else None
            if also is not None:
                raise Refused(
                    f"--init and {also} were both given; --init writes a study file and computes nothing: "
                    f"leave {also} for the run of that file"
                )
            if not self.init.strip():
                raise Refused.about(
                    "init", "'' was given; the name of a file is needed, as in --init study.toml"
                )

    def _refuse_resume(self) -> None:
        others = {"--init": self.init is not None, "--dry-run": self.dry_run, "--force": self.force}
        other = next((name for name, given in others.items() if given), None)
        if other == "--force":
            raise Refused("--resume and --force were both given; a run is continued, or begun anew")
        if other is not None:
            raise Refused(
                f"--resume and {other} were both given; {other} computes nothing: leave one of them"
            )
        if self.out is None:
            raise Refused("--resume was given without --out; name the folder of the study to continue")

    def changes(self) -> dict[str, object]:
        """Give what is to be changed at the top of the study, by name."""
        given = {name: getattr(self, name) for name in ("action", "experiments", "networks", "seed")}
        return {name: value for name, value in given.items() if value is not None}
