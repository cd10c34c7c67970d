"""How exact an integral is: `refinement` of rules until they agree, `box_truncation` for all of R^d.

`contact_referee` is a second way to one integral that shares nothing with the first.
"""
