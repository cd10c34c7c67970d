"""Correlators of one architecture at several widths, as one result to show and save."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from diagrams.messages import counted
from numerics.results.faces import Content, Shown
from numerics.results.joint_correlators import Correlators


@dataclass(frozen=True, eq=False, repr=False)
class AtWidths(Shown):
    """Full and connected correlators by width.

    Attributes
    ----------
    correlators : mapping of int to Correlators
        Full ones, whose connected parts are known.

    Examples
    --------
    >>> from numerics.exact.correlators import exact_correlators
    >>> from numerics.networks.architectures import ReLUNet
    >>> exact = exact_correlators(ReLUNet(1), [[1.0]], (2, 4))
    >>> print(AtWidths({width: exact.at_width(width) for width in (5, 10)}))
    <Correlators at 2 widths, orders 2, 4
      width 5, order 2, indices 0 0, value 0.5, error ...
    """

    correlators: Mapping[int, Correlators]

    def __getitem__(self, width: int) -> Correlators:
        """Return those of one width."""
        return self.correlators[width]

    def plain_fields(self) -> Content:
        """Give the numbers as plain fields, one row for each width, order and element."""

        def rows() -> Iterator[tuple[object, ...]]:
            for width, found in self.correlators.items():
                for order, full in found.items():
                    part = found.connected()[order]
                    numbers = (full.value, full.error, part.value, part.error)
                    columns = [one.tolist() for one in numbers]
                    for element, *row in zip(full.indices.tolist(), *columns, strict=True):
                        yield width, order, " ".join(map(str, element)), *row

        orders = next(iter(self.correlators.values())).orders
        count = sum(one.size for found in self.correlators.values() for one in found.values())
        title = (
            f"Correlators at {counted(len(self.correlators), 'width')}, orders {', '.join(map(str, orders))}"
        )
        qualities = {
            f"quality at width {width}, order {order}": one.quality.value
            for width, found in self.correlators.items()
            for order, one in found.items()
            if not one.trusted
        }
        columns = ("width", "order", "indices", "value", "error", "connected", "connected_error")
        return Content(title, qualities, columns, rows, count)
