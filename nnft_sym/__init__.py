"""Top floor: actions, expansions, studies and reports; the one package users import."""
