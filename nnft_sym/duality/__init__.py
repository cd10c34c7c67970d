"""The same theory in the space of parameters: what follows from their laws without an action.

Cumulants and the generating functional of a network of any width, its density, the action that its
connected correlators imply, and laws of correlated parameters. Everything here takes a network or
correlators, and gives an expression and numbers with errors.
"""
