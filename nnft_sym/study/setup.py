"""What the nets of one study share: what is asked, how much is sampled, how it is judged."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nnft_sym.actions.action import Action
from nnft_sym.study.judgement import STANDARD, Judgement
from nnft_sym.study.recipe import PUBLISHED, Recipe
from nnft_sym.study.reporter import Reporter, Silent

if TYPE_CHECKING:
    from nnft_sym.study.config import StudyConfig
    from nnft_sym.study.study_files import StudyFiles


@dataclass(frozen=True)
class Setup:
    """Recipe, sizes, thresholds and who is told.

    Attributes
    ----------
    action : Action
    coupling : str or None
        The coupling of the action that the recipe is about; None if none stands alone.
    seed, experiments, networks : int
        Of the sample: networks are drawn in so many experiments of so many.
    recipe : Recipe
    limits : Judgement
    told : Reporter
    kept : StudyFiles or None
        Where what is done is kept.
    """

    action: Action
    coupling: str | None
    seed: int
    experiments: int
    networks: int
    recipe: Recipe = PUBLISHED
    limits: Judgement = STANDARD
    told: Reporter = field(default_factory=Silent)
    kept: "StudyFiles | None" = None

    @property
    def probe(self) -> str:
        """The coupling whose element by element is looked at: of the recipe's term, also where it is a probe.

        Where it stands in no term of the action, or not alone, its integrals still test the engine.
        """
        return self.recipe.key if self.coupling is None else self.coupling

    @staticmethod
    def of(
        config: "StudyConfig",
        coupling: str | None,
        recipe: Recipe = PUBLISHED,
        limits: Judgement = STANDARD,
        told: Reporter | None = None,
        kept: "StudyFiles | None" = None,
    ) -> "Setup":
        """Take the sizes from a study file."""
        return Setup(
            Action(config.action),
            coupling,
            config.seed,
            config.experiments,
            config.networks,
            recipe,
            limits,
            Silent() if told is None else told,
            kept,
        )
