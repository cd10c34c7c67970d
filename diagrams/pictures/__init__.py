"""Pictures of diagrams; `diagrams.drawing` is the way in.

`layout`, `frames` and `curves` find the places, `picture` holds them as plain fields, and the renderers
`svg`, `tikz` and `figures` (matplotlib) draw these.
"""
