"""Actions: from text (`tokens`, `parsing`) or SymPy to couplings, vertices and their shapes."""
