"""Signs that a terminal cannot show, in letters it can: ∫ as ``int``, δ as ``delta``, ² as ``^2``."""

import codecs

#: The name of the error handler for ``reconfigure``.
PLAIN = "nnft_plain"
_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau "
    "upsilon phi chi psi omega"
)
_FORMS = {chr(ord("α") + place): name for place, name in enumerate(_GREEK.split())}
_FORMS |= {chr(ord("Α") + place): name.capitalize() for place, name in enumerate(_GREEK.split())}
_FORMS |= {raised: f"^{digit}" for digit, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
_FORMS |= {lowered: f"_{digit}" for digit, lowered in enumerate("₀₁₂₃₄₅₆₇₈₉")}
_FORMS |= {
    "∫": "int ", "∏": "prod ", "Σ": "sum ", "∑": "sum ", "√": "sqrt", "∞": "inf", "−": "-", "⁻": "^-",
    "–": "-", "—": "-", "×": "x", "·": "*", "⋅": "*", "±": "+-", "≤": "<=", "≥": ">=", "≠": "!=",
    "≈": "~", "∼": "~",
    "⟨": "<", "⟩": ">", "…": "...", "→": "->", "∈": "in", "∝": "~", "∂": "d", "’": "'", "“": '"', "”": '"',
}  # fmt: skip


def plain_form(text: str) -> str:
    """Write signs in letters; what has no plain form becomes a question mark.

    Examples
    --------
    >>> plain_form("∫dy δ(1,2) λ² + …")
    'int dy delta(1,2) lambda^2 + ...'
    """
    return "".join(letter if letter.isascii() else _FORMS.get(letter, "?") for letter in text)


def _handler(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return plain_form(error.object[error.start : error.end]), error.end


codecs.register_error(PLAIN, _handler)
