"""Pictures of diagrams whose vertices are connected correlators, and whose legs carry no propagator."""

from dataclasses import replace

from diagrams.diagram import Diagram
from diagrams.pictures.frames import Layout
from diagrams.pictures.picture import Picture, boxed, picture


def cumulant_picture(diagram: Diagram, *, layout: Layout | str = Layout.FREE) -> Picture:
    """Draw a diagram with a shaded disc at every vertex and a bar at the end of every leg.

    The number of lines at a disc is the number of points of the connected correlator.

    Parameters
    ----------
    diagram : Diagram
    layout : Layout or str
        As for `diagrams.pictures.picture.picture`.

    Examples
    --------
    >>> drawn = cumulant_picture(Diagram.from_edge_string("x1-y1,x2-y1,y1-y1"))
    >>> [(mark.label, mark.blob, mark.amputated) for mark in drawn.marks]
    [('', False, True), ('', False, True), ('b1', True, False)]
    """
    drawn = picture(diagram, layout=layout)
    marks = [
        replace(mark, label="", amputated=True)
        if mark.external
        else replace(mark, label=f"b{mark.label.removeprefix('y')}" if mark.named else mark.label, blob=True)
        for mark in drawn.marks
    ]
    return boxed(marks, drawn.curves)
