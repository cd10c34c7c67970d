"""Numbers in messages: whole numbers of any size, of which nobody reads more than forty digits.

Python refuses to write whole numbers of more than 4300 digits, so a message must not try.
"""

#: From this number on its power of ten is written instead.
_LARGEST_WRITTEN = 10**40


def number_text(number: int) -> str:
    """Write a whole number, or its power of ten if nobody would read the digits.

    Examples
    --------
    >>> number_text(1234567), number_text(-(2**200)), number_text(10**5000)
    ('1,234,567', 'about -10^60', 'about 10^5000')
    """
    if abs(number) < _LARGEST_WRITTEN:
        return f"{number:,}"
    return f"about {'-' if number < 0 else ''}10^{_power_of_ten(abs(number))}"


def _power_of_ten(number: int) -> int:
    """Give the largest power of ten that is not above a number, from its length in bits.

    Past a million bits the number itself is not looked at, and the power may be one too high.
    """
    power = number.bit_length() * 30103 // 100000 + 1  # log10(2) = 0.30103, and one to spare
    while number.bit_length() < 10**6 and 10**power > number:
        power -= 1
    return power
