"""The page of the published study: every figure, and beside it what was stated, our number, a judgement."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nnft_sym.printing.number_text import number
from nnft_sym.progress.bars import duration
from nnft_sym.report.page import page
from nnft_sym.reproduction.claims import Claim
from nnft_sym.reproduction.claims_table import DIGITS, WORDS, number_text
from nnft_sym.reproduction.parts import Drawing, Part
from nnft_sym.reproduction.published import IDENTIFIER, Reproduction

if TYPE_CHECKING:
    from markupsafe import Markup

#: A letter with its index.
INDEX = re.compile(r"([KGCSσλαh])_(GP|NL|int|W|b|zz|yy|xx|xy|1y|y2|12|[ijklmn]{1,2})(?![a-z])")
#: A hyphen in front of a number.
MINUS = re.compile(r"(?<![\w-])-(?=\d)")


@dataclass(frozen=True)
class PageFigure:
    """A figure with its SVG, as the macro of the templates wants it."""

    name: str
    caption: "Markup"
    svg: str


def published_page(found: Reproduction, pictures: Mapping[str, str]) -> str:
    """Write the page.

    Parameters
    ----------
    found : Reproduction
    pictures : mapping of str to str
        SVG documents by the names of the figures.

    Returns
    -------
    str
        A complete HTML document that refers to nothing outside itself.
    """
    return page("published.html.j2", _context(found, pictures))


def _context(found: Reproduction, pictures: Mapping[str, str]) -> dict[str, Any]:
    size = found.size
    nets = ", ".join(dict.fromkeys(setup.title.split(",")[0] for setup in found.setups))
    return {
        "title": "The published study, figure by figure",
        "identifier": IDENTIFIER,
        "sizes": f"{len(found.setups) * len(size.widths)} ensembles of {size.per_case:,} networks: {nets}; "
        f"{len(size.widths)} widths, {size.experiments} experiments of {size.networks:,} networks, "
        f"{size.precision} precision, seed {found.seed}",
        "full": size.full,
        "time": f"{duration(found.seconds)}, {duration(found.processor_seconds)} of processor time",
        "counts": [(*WORDS[finding], count) for finding, count in found.counts.items()],
        "parts": [_part_view(place, part, pictures) for place, part in enumerate(found.parts)],
    }


def _part_view(place: int, part: Part, pictures: Mapping[str, str]) -> dict[str, Any]:
    beside = {drawing.name for drawing in part.drawings}
    return {
        "id": f"part-{place + 1}",
        "title": written(part.title),
        "text": written(part.text),
        "figures": [_figure_view(drawing, part.claims, pictures) for drawing in part.drawings],
        "claims": [_claim_view(claim) for claim in part.claims if claim.figure not in beside],
    }


def _figure_view(drawing: Drawing, claims: Sequence[Claim], pictures: Mapping[str, str]) -> dict[str, Any]:
    return {
        "title": drawing.title,
        "plot": PageFigure(drawing.name, written(drawing.caption), pictures[drawing.name]),
        "claims": [_claim_view(claim) for claim in claims if claim.figure == drawing.name],
    }


def _claim_view(claim: Claim) -> dict[str, Any]:
    word, colour = WORDS[claim.finding]
    return {
        "key": claim.key,
        "numbered": claim.numbered,
        "text": written(claim.text),
        "place": claim.place,
        "published": written(
            claim.published if isinstance(claim.published, str) else number(claim.published, DIGITS)
        ),
        "ours": "" if claim.ours is None else number_text(claim.ours),
        "quantity": written(claim.quantity),
        "word": word,
        "colour": colour,
        "reason": claim.reason.value,
        "explanation": written(claim.explanation),
    }


def written(text: str) -> "Markup":
    """Set indices such as those of K_W, K_ij and λ_NL in plain text; everything else stays text.

    Examples
    --------
    >>> str(written("K_iK_jK_kK_l·K_mn < λ_NL"))
    'K<sub>i</sub>K<sub>j</sub>K<sub>k</sub>K<sub>l</sub>·K<sub>mn</sub> &lt; λ<sub>NL</sub>'
    """
    from markupsafe import Markup, escape

    signed = MINUS.sub("−", str(escape(text)))
    return Markup(INDEX.sub(r"\1<sub>\2</sub>", signed).replace("^d", "<sup>d</sup>"))
