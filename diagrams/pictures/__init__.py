"""Pictures of diagrams; `diagrams.drawing` is the way in.

`layout`, `planar`, `frames` and `curves` find the places, `picture` holds them as plain fields, the renderers
`svg`, `tikz` and `figures` (matplotlib) draw these.
"""
