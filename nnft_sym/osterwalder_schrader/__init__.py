"""Whether a network defines a quantum field theory: the Osterwalder-Schrader axioms, one by one.

`axiom_check` is what every axiom answers, and the table of all of them.
"""
