"""Results as tables of pandas."""

from typing import TYPE_CHECKING

from numerics.results.faces import Shown

if TYPE_CHECKING:
    import pandas


def dataframe(result: Shown) -> "pandas.DataFrame":
    """Give the rows of a result, with what holds for all of them in ``attrs``.

    Examples
    --------
    >>> from numerics.results.estimate import Estimate
    >>> dataframe(Estimate([1.0, 2.5], [0.1, 0.2], method="by hand")).to_dict("list")
    {'element': ['0', '1'], 'value': [1.0, 2.5], 'error': [0.1, 0.2]}
    """
    import pandas

    content = result.plain_fields()
    if not content.columns:
        return pandas.DataFrame([dict(content.facts)])
    table = pandas.DataFrame.from_records(list(content.rows()), columns=list(content.columns))
    table.attrs.update(content.facts)
    return table
