"""Everything that needs SymPy, imported only when asked for."""
