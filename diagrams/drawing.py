"""Pictures of diagrams.

What to use when: `picture` gives coordinates and curves as plain fields, `pictures` those of many diagrams on
all cores; `svg` and `tikz` one diagram as
text; `svg_sheet` and `tikz_document` a contact sheet; `sheet_figure` a matplotlib figure, to be saved as PDF
or PNG.
"""

from diagrams.pictures.cumulants import cumulant_picture as cumulant_picture
from diagrams.pictures.curves import Curve as Curve
from diagrams.pictures.curves import CurveStyle as CurveStyle
from diagrams.pictures.figures import sheet_figure as sheet_figure
from diagrams.pictures.frames import Layout as Layout
from diagrams.pictures.frames import planar_labelling as planar_labelling
from diagrams.pictures.frames import planar_order as planar_order
from diagrams.pictures.many import Effort as Effort
from diagrams.pictures.many import pictures as pictures
from diagrams.pictures.marks import Caption as Caption
from diagrams.pictures.marks import Mark as Mark
from diagrams.pictures.marks import Note as Note
from diagrams.pictures.marks import Sign as Sign
from diagrams.pictures.marks import vertex_signs as vertex_signs
from diagrams.pictures.picture import Picture as Picture
from diagrams.pictures.picture import picture as picture
from diagrams.pictures.saving import save_sheet as save_sheet
from diagrams.pictures.sheets import Meaning as Meaning
from diagrams.pictures.sheets import Section as Section
from diagrams.pictures.sheets import SheetContent as SheetContent
from diagrams.pictures.svg import svg as svg
from diagrams.pictures.svg import svg_sheet as svg_sheet
from diagrams.pictures.tex import escaped as escaped
from diagrams.pictures.tikz import IN_EQUATION as IN_EQUATION
from diagrams.pictures.tikz import TikzStyle as TikzStyle
from diagrams.pictures.tikz import tikz as tikz
from diagrams.pictures.tikz_sheets import tikz_document as tikz_document

__all__ = [
    "IN_EQUATION",
    "Caption",
    "Curve",
    "CurveStyle",
    "Effort",
    "Layout",
    "Mark",
    "Meaning",
    "Note",
    "Picture",
    "Section",
    "SheetContent",
    "Sign",
    "TikzStyle",
    "cumulant_picture",
    "escaped",
    "picture",
    "pictures",
    "planar_labelling",
    "planar_order",
    "save_sheet",
    "sheet_figure",
    "svg",
    "svg_sheet",
    "tikz",
    "tikz_document",
    "vertex_signs",
]
