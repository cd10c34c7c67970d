"""Feynman diagrams for neural-network field theory.

The one package that users import: it re-exports the public surface of all three floors. Names are imported
on first use, so ``import nnft_sym`` is instant.
"""

from numerics._guard import require_our_diagrams

require_our_diagrams()

from diagrams import __version__ as __version__  # noqa: E402
