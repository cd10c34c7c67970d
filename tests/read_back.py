"""Read numbers as a person would, from the text that reports show; shares no code with what wrote it."""

import unicodedata


def read_number(text, power_of=None):
    """Read "−6.25 × 10⁻¹¹", "(1.2 ± 0.3) × 10⁴" (its value) or "12 *"; `power_of` lends a power of ten."""
    plain = "".join("-" if c in "−⁻" else unicodedata.normalize("NFKC", c) for c in text)
    mantissa, _, power = plain.partition("×10") if "×10" in plain else plain.partition("× 10")
    if power_of is not None and not power:
        whole = "".join("-" if c in "−⁻" else unicodedata.normalize("NFKC", c) for c in power_of)
        power = whole.partition("× 10")[2]
    mantissa = mantissa.split("±")[0].strip(" ()*<%")
    mantissa = mantissa.split("(")[0].replace(",", "").strip(" %")
    return float(mantissa) * 10.0 ** int(power.split("(")[0].strip(" *%") or 0)
