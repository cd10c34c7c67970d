"""Ground floor: Wick contractions and Feynman diagrams as exact graphs."""

from diagrams._marker import DISTRIBUTION as __distribution__
from diagrams._marker import VERSION as __version__

__all__ = ["__distribution__", "__version__"]
