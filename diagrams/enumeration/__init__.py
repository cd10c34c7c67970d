"""How diagrams are found; `diagrams.generation` is the way in.

In the order in which the steps run: `requests` checks what is asked for, `leg_classes` lists connected
diagrams with exchangeable legs, `legs` hands the external points to the legs, `counting` composes counts of
connected diagrams into counts of all; `machine` and `machine_legs` do the same compiled, and `bulk` gives
arrays of millions of diagrams.
"""
