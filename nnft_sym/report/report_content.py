"""What a report says, collected once: the page and the document show the same tables and sentences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nnft_sym.printing.table_content import Table
from nnft_sym.report import report_tables
from nnft_sym.report.implied_action import implied_action
from nnft_sym.report.plot_style import net_title
from nnft_sym.report.plots import net_label
from nnft_sym.report.questions import Answer, answers
from nnft_sym.study import action_tables, result_tables
from nnft_sym.study.study_results import NetResult, StudyResult


@dataclass(frozen=True)
class NetContent:
    """The tables and answers of one net.

    Attributes
    ----------
    label : str
        As of `nnft_sym.report.plots.net_label`.
    title : str
    answers : tuple of Answer
        To the questions of every study, in their order.
    tables : mapping of str to Table
        By kind; a kind without table is absent.
    implied_words : tuple of str
        Sentences on the action that the exact correlators imply.
    """

    label: str
    title: str
    answers: tuple[Answer, ...]
    tables: Mapping[str, Table]
    implied_words: tuple[str, ...]

    @property
    def action_tables(self) -> dict[str, Table]:
        """Those of the couplings of the whole action, order by order in 1/N."""
        return {kind: self.tables[kind] for kind in action_tables.ACTION_TABLES if kind in self.tables}

    @property
    def symmetry_tables(self) -> dict[str, Table]:
        """Those of symmetries and axioms."""
        return {kind: self.tables[kind] for kind in ("symmetries", "axioms") if kind in self.tables}


@dataclass(frozen=True)
class StudyContent:
    """Everything that page and document have in common.

    Attributes
    ----------
    tables : mapping of str to Table
        Of the whole study: ``study``, ``overview`` where a coupling stands alone, ``times`` where known.
    nets : tuple of NetContent
    """

    tables: Mapping[str, Table]
    nets: tuple[NetContent, ...]

    @staticmethod
    def of(result: StudyResult) -> "StudyContent":
        """Collect the content of a report."""
        shared = {
            "study": action_tables.study_table(result),
            "overview": report_tables.overview_table(result),
            "times": report_tables.parts_table(result) if result.run.parts else None,
        }
        return StudyContent(
            _present(shared), tuple(_net_content(place, net) for place, net in enumerate(result.nets))
        )

    def files(self) -> Iterator[tuple[str, Table]]:
        """List all tables with the names of their files, without suffix."""
        yield from self.tables.items()
        for net in self.nets:
            yield from ((f"{net.label}_{kind}", table) for kind, table in net.tables.items())


def _net_content(place: int, net: NetResult) -> NetContent:
    implied, words = implied_action(net)
    found = net.symmetries_and_axioms
    tables: dict[str, Table | None] = {
        "correlators": result_tables.correlators_table(net),
        "coupling": result_tables.coupling_table(net) if net.coupling else None,
        "elements": report_tables.element_table(net),
        "next_order": result_tables.next_order_table(net) if net.next_order else None,
        **{kind: make(net) for kind, make in action_tables.ACTION_TABLES.items()},
        "implied": implied,
        **({} if found is None else found.named_tables()),
        "checks": report_tables.checks_table(net),
    }
    return NetContent(net_label(place, net), net_title(net), answers(net), _present(tables), tuple(words))


def _present(tables: Mapping[str, Table | None]) -> dict[str, Table]:
    return {kind: table for kind, table in tables.items() if table is not None}
