"""The HTML report: whole, self-contained, and with every verdict and number of the summary."""

import base64
import csv
import html
import math
import platform
import re
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser
from importlib.metadata import version
from io import BytesIO, StringIO
from types import SimpleNamespace

import pytest
from fontTools.ttLib import TTFont
from made_up_cases import CASES, figures, net, study
from made_up_study import SHARE_ERROR, made_up_net, made_up_study
from read_back import read_number

from nnft_sym.report.csv_tables import csv_text
from nnft_sym.report.html import diagram_pictures, report_html
from nnft_sym.report.notes import wick_check
from nnft_sym.report.page import inline_svg
from nnft_sym.report.questions import ARITHMETIC, CONSTANT, DESCRIPTION
from nnft_sym.report.report_content import StudyContent
from nnft_sym.report.report_tables import overview_table
from nnft_sym.study.checks import Check, CheckName, Checks
from nnft_sym.study.config import parse_study
from nnft_sym.study.result_tables import fit_is_bad, next_order_table
from nnft_sym.study.run_record import RunRecord, Stopwatch
from nnft_sym.study.study_text import written_study
from nnft_sym.study.summary import net_summary

VOID = {"meta", "br", "img", "hr", "link", "input", "col"}


class Page(HTMLParser):
    """Checks nesting; collects ids, references, text and numbers."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.attributes, self.numbers = [], [], [], []
        self.words = {}  # section -> text
        self.section = None
        self.value = None
        self.tags = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes += attributes
        found = dict(attributes)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "section":
            self.section = found["id"]
        if tag == "data":
            self.value = [float(found["value"]), ""]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        if tag in ("th", "td", "dt"):
            self.handle_data(" ")
        if tag == "data":
            self.numbers.append((self.section, *self.value))
            self.value = None

    def handle_data(self, data):
        self.words[self.section] = self.words.get(self.section, "") + data
        if self.value is not None:
            self.value[1] += data


def typeset(text):
    """How a text reads on the page: raised numbers of points on the line, powers of ten kept whole."""
    text = re.sub("⁽([⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾", lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return text.replace(" × 10", "\u00a0×\u00a010")


@pytest.fixture(scope="module")
def text():
    return report_html(study(), figures())


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def section(case):
    place = list(CASES).index(case)
    one = net(case)
    return f"{place + 1}_{one.name}_N{one.case.width}"


def test_the_page_is_well_formed(page):
    assert page.open == []
    assert len(set(page.ids)) == len(page.ids)


def test_the_page_needs_nothing_from_outside(text, page):
    assert "http" not in text
    assert not page.tags & {"link", "iframe", "object", "embed", "img", "base"}
    assert "@import" not in text
    assert text.count("<script>") == text.count("<script") == 1  # it sorts tables, and is written out
    for name, value in page.attributes:
        assert name not in ("src", "srcset", "action")
        assert not name.startswith("on")
        if name in ("href", "xlink:href"):
            assert value.removeprefix("#") in page.ids or re.fullmatch(r"[a-z]+(/\w+)?\.[a-z]+", value)
    addresses = set(re.findall(r"url\(([^)]*)\)", text))
    (font,) = {one for one in addresses if one.startswith("data:font/woff;base64,")}
    assert addresses - {font} <= {f"#{name}" for name in page.ids}


def test_every_sign_of_the_formulas_is_in_the_font_of_the_page(text):
    """Nobody needs a font for mathematics: what a formula shows is embedded, with the table that sets it."""
    (written,) = re.findall(r"url\(data:font/woff;base64,([^)]*)\)", text)
    font = TTFont(BytesIO(base64.b64decode(written)))
    assert "MATH" in font
    shown = "".join(re.findall(r">([^<>]+)</m[ion]", text))
    assert len(set(html.unescape(shown))) > 20
    assert {sign for sign in html.unescape(shown) if not sign.isspace()} <= {*map(chr, font.getBestCmap())}


def test_the_verdicts_come_first_word_for_word(page):
    said = page.words["verdicts"]
    places = []
    for case in CASES:
        grounds, _, conclusion = typeset(net(case).verdict).rpartition(". ")
        places.append(said.index(f"{conclusion} {grounds}."))
    assert places == sorted(places)


def test_the_page_says_whether_our_numbers_passed(page):
    assert not study().passed  # the nets without referee are made so
    assert "NOT PASSED" in page.words[None]
    good = Page(report_html(made_up_study(made_up_net(points=((0.5,),))), ()))
    assert "Passed" in good.words[None]
    assert "NOT PASSED" not in good.words[None]


@pytest.mark.parametrize("case", CASES)
def test_every_number_of_the_summary_is_there(page, case):
    summary = net_summary(net(case))
    wanted = [
        summary["lambda_mean"],
        summary["lambda_fit"],
        summary["lambda_spread"],
        summary["lambda_misfit"],
    ]
    wanted += [
        summary["lambda_chi2_dof"] if summary["lambda_dof"] else math.nan,
        summary["lambda_mean_exact"],
    ]
    wanted += [summary["chi2_dof_g4"], *summary["lambda_elements"].values()]
    wanted += [*summary["g6_explained"].values(), *summary["g6_explained_sampled"].values()]
    wanted += [value for m in summary["m"].values() for value in m.values()]
    for comparison in summary["comparisons"].values():
        wanted += [] if comparison is None else [comparison[key] for key in ("chi2", "dof", "p_value")]
    there = {value for where, value, _ in page.numbers if where == section(case)}
    missing = [value for value in wanted if value is not None and math.isfinite(value) and value not in there]
    assert missing == []


def test_numbers_are_shown_as_they_are(page):
    assert len(page.numbers) > 500
    for _, value, shown in page.numbers:
        if shown.startswith("<"):  # a probability below the smallest number
            assert value < 1e-300
            continue
        read = read_number(shown) / (100 if "%" in shown else 1)
        if "±" in shown:
            error = read_number(shown.split("±")[1], power_of=shown) / (100 if "%" in shown else 1)
            assert abs(read - value) <= 0.51 * error
        elif "%" in shown:
            assert read == pytest.approx(value, rel=0.06, abs=0.0006 if abs(value) > 0.01 else 0)
        else:
            assert read == pytest.approx(value, rel=0.051 if value < 1 else 0.006)


def test_excluded_elements_are_counted_separately(page):
    said = " ".join(page.words[section("excluded")].split())
    assert "left out 36" in said
    assert "0/0, left out 60" in said
    assert "elements need an infinite λ" in said


def test_without_a_referee_nothing_is_called_exact(page):
    said = page.words[section("no_referee")]
    assert "none exists for this architecture" in said
    assert "noise of the sample" in said
    assert "sampled ΔG(6) explained" in said
    assert "It equals the exact connected" not in said


def test_heavy_tails_are_said_in_words(page):
    assert "G(6): heavy-tailed" in page.words[section("heavy")]
    assert "heavy-tailed" not in page.words[section("plain")]
    assert "Fits marked *" in page.words["notes"]


def test_a_missed_identity_is_not_called_one():
    one = made_up_net(points=((0.5,),))
    one = replace(one, next_order=replace(one.next_order, identity_miss=0.01))
    said = Page(report_html(made_up_study(one), ())).words["1_erf_N5"]
    assert "It should equal the exact connected" in said
    assert "It equals" not in said


def test_failed_checks_stand_out():
    failed = Checks((Check(CheckName.REMAINDER, False, 1.0, 1e-6),))
    one = replace(made_up_net(points=((0.5,),)), checks=failed)
    said = " ".join(Page(report_html(made_up_study(one), ())).words["1_erf_N5"].split())
    assert "the coupling tensor leaves exactly the connected 6-point function ✗ not passed 1" in said


def test_text_from_outside_is_escaped():
    one = replace(made_up_net(points=((0.5,),)), verdict="a <b> & 'c'")
    text = report_html(made_up_study(one), ())
    assert "a &lt;b&gt; &amp; &#39;c&#39;" in text
    assert Page(text).words["verdicts"].count("a <b> & 'c'") == 1


def test_every_diagram_is_shown_with_its_multiplicity(page):
    said = page.words["theory"]
    # SPEC-independent hand counts: 6-point, first order, exact propagator.
    for counting in (
        "15 labellings × 1 contraction = 15",
        "15 labellings × 24 contractions = 360",
        "15 labellings × 360 contractions = 5,400",
        "1 labelling × 720 contractions = 720",
        "945 with f⁴ = 9!!",
        "10,395 with f⁶ = 11!!",
    ):
        assert counting in said
    pictures = diagram_pictures(study())
    assert sorted(pictures) == ["G2_1", "G4_1", "G4_2", "G4_3", "G6_1", "G6_2", "G6_3", "G6_4"]
    assert all(picture.startswith("<svg") for picture in pictures.values())


def test_a_wrong_wick_total_would_be_told():
    wrong = SimpleNamespace(n=4, wick_total={"": 3, "4:1": 104})
    assert wick_check(wrong) == "3 without vertex = 3!!; 104 with f⁴ ≠ 7!! = 105"


def test_the_study_can_be_repeated_from_the_report():
    assert parse_study(written_study(study().config)) == study().config


def test_inline_svg_keeps_references_inside():
    document = (
        '<?xml version="1.0"?><!DOCTYPE svg><svg xmlns="http://a" xmlns:xlink="http://b"><metadata><a/></metadata>'
        '<defs><path id="p"/></defs><use xlink:href="#p" style="clip-path: url(#p); fill: #222221"/></svg>'
    )
    made = inline_svg(document, "one-")
    assert made == (
        '<svg><defs><path id="one-p"/></defs>'
        '<use href="#one-p" style="clip-path: url(#one-p); fill: currentColor"/></svg>'
    )


def test_every_question_has_a_word_and_every_colour_one_meaning(page):
    said = " ".join(page.words["verdicts"].split())
    assert said.count("Are our numbers right?") == said.count("Does the action describe the networks?") == 11
    assert said.count("Is λ constant?") == 11
    ours = {colour for _, colour, _ in ARITHMETIC.values()}
    theory = {colour for _, colour, _ in (*CONSTANT.values(), *DESCRIPTION.values())}
    assert ours & theory == {"open"}


def test_every_check_says_what_is_needed_to_pass(page):
    said = page.words[section("plain")].replace("\u00a0", " ")
    assert "vertex integrals converged ✓ 3.0 × 10⁻¹⁵ relative error at most 1 × 10⁻⁶" in said
    assert "agrees with the exact one ✓ 0.3 p ≥ 1 × 10⁻⁴, and exact relations kept to 1.0 %" in said
    assert "rejected below 0.001" in page.words["verdicts"]
    assert "rejected above 2.0 %" in page.words["verdicts"]


def test_a_fit_that_the_sample_rejects_is_marked(page):
    assert fit_is_bad(net("plain"))
    assert not fit_is_bad(net("constant"))
    rows = overview_table(study()).rows
    assert rows[0][2].text.endswith(" (bad fit)")
    assert "bad" not in rows[1][2].text
    assert "(a bad fit: the error means nothing)" in page.words[section("plain")]
    assert "bad fit" not in page.words[section("constant")]


def test_no_raw_names_in_prose(page):
    for where, said in page.words.items():
        if where in (None, "files", "provenance"):
            continue
        assert not re.search(r"[A-Za-zα-ω]_\w|\bΔ?G\d|κ₆|\^|-\d+!", said), where


def test_tables_have_files_with_the_same_numbers(page):
    named = dict(StudyContent.of(study()).files())
    links = {value for name, value in page.attributes if name == "href" and value.startswith("tables/")}
    assert links == {f"tables/{name}.csv" for name in named}
    in_files = 0
    for table in named.values():
        heads, *rows = csv.reader(StringIO(csv_text(table)))
        assert len(rows) == len(table.body)
        for line, cells in zip(rows, table.body, strict=True):
            found = dict(zip(heads, line, strict=True))
            for heading, cell in zip(table.headings, cells, strict=True):
                if cell.value is not None:
                    assert float(found[heading]) == cell.value
                    in_files += 1
    assert in_files == len(page.numbers)


def error_of(cell):
    return None if cell.measured is None else float(cell.measured.error)


@pytest.mark.parametrize(("case", "errors_of_best"), [("plain", 0), ("no_referee", 3)])
def test_every_share_from_the_sample_has_its_error(case, errors_of_best):
    """What is judged on the exact answer has none; of the free theory nothing is explained, exactly."""
    table = next_order_table(net(case))
    best, sampled = ([row[column] for row in table.body] for column in (1, 2))
    assert [error_of(cell) for cell in sampled] == [None, *[SHARE_ERROR] * 3]
    assert [error_of(cell) for cell in best] == [None] * (4 - errors_of_best) + [SHARE_ERROR] * errors_of_best
    assert all(cell.text.endswith("± 2.1 %") for cell in sampled[1:])
    assert all(text.endswith("± 2.1 %") for text in [row[2] for row in table.in_brief()[2]][1:])
    heads, *rows = csv.reader(StringIO(csv_text(table)))
    assert [row[heads.index("from the sample alone error")] for row in rows] == ["", *[repr(SHARE_ERROR)] * 3]
    found = net_summary(net(case))
    assert list(found["g6_explained_sampled_err"]) == list(found["g6_explained_sampled"])
    assert [*found["g6_explained_sampled_err"].values()] == [0.0, *[SHARE_ERROR] * 3]
    (row,) = overview_table(made_up_study(net(case))).rows
    assert [error_of(cell) for cell in row[-3:]] == [SHARE_ERROR if errors_of_best else None] * 3


def test_the_page_says_when_where_and_how_long_it_ran():
    watch = Stopwatch(None)
    watch.stage("erf-net: sampling")
    record = replace(RunRecord.now(), parts=(*watch.parts(), ("judging", 2.5)))
    said = Page(report_html(replace(made_up_study(made_up_net(points=((0.5,),))), run=record), ()))
    words = said.words["provenance"]
    assert f"started {record.started[:19]} UTC" in words
    for name in ("numpy", "scipy", "numba", "sympy", "networkx", "xarray", "matplotlib"):
        assert f"{name} {version(name)}" in words
    assert f"{record.threads} of them used" in words
    assert "erf-net: sampling" in words
    assert ("provenance", 2.5, "2.5 s") in said.numbers
    assert platform.node() not in words
