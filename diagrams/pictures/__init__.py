"""Pictures of diagrams; `diagrams.drawing` is the way in.

`layout` and `frames` find the places: from least `stress`, or from a `planar` drawing; `curves` draws the
lines, `faults` measures what comes too close, `repair` mends it; `names` finds room for names. `picture`
holds all as plain fields, and the renderers `svg`, `tikz` and `figures` (matplotlib) draw these.
"""
