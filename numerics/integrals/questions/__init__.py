"""What is asked of an integral and what is answered, before it is said how.

`limits`: the accuracy asked for, the limits within which to reach it, and when refinement stops. `question`:
one connected integral (`Question`) and what became of it (`Answer`), both frozen.
"""
