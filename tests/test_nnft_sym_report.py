"""The HTML report: whole, self-contained, and with every verdict and number of the summary."""

import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from made_up_cases import CASES, figures, net, study
from made_up_study import made_up_net, made_up_study
from read_back import read_number

from nnft_sym.report.html import diagram_pictures, report_html
from nnft_sym.report.notes import wick_check
from nnft_sym.report.page import inline_svg
from nnft_sym.study.checks import Check, CheckName, Checks
from nnft_sym.study.config import parse_study
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
    assert not page.tags & {"script", "link", "iframe", "object", "embed", "img", "base"}
    assert "@import" not in text
    for name, value in page.attributes:
        assert name not in ("src", "srcset", "action")
        assert not name.startswith("on")
        if name in ("href", "xlink:href"):
            assert value.removeprefix("#") in page.ids
    assert set(re.findall(r"url\(([^)]*)\)", text)) <= {f"#{name}" for name in page.ids}


def test_the_verdicts_come_first_word_for_word(page):
    said = page.words["verdicts"]
    places = [said.index(net(case).verdict) for case in CASES]
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
            error = read_number(shown.split("±")[1], power_of=shown)
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
    assert "sampled ΔG6 explained" in said
    assert "It equals κ₆/N²" not in said


def test_heavy_tails_are_said_in_words(page):
    assert "G6: heavy-tailed" in page.words[section("heavy")]
    assert "heavy-tailed" not in page.words[section("plain")]
    assert "Fits marked *" in page.words["notes"]


def test_a_missed_identity_is_not_called_one():
    one = made_up_net(points=((0.5,),))
    one = replace(one, next_order=replace(one.next_order, identity_miss=0.01))
    said = Page(report_html(made_up_study(one), ())).words["1_erf_N5"]
    assert "It should equal κ₆/N²" in said
    assert "It equals" not in said


def test_failed_checks_stand_out():
    failed = Checks((Check(CheckName.REMAINDER, False, 1.0, 1e-6),))
    one = replace(made_up_net(points=((0.5,),)), checks=failed)
    said = " ".join(Page(report_html(made_up_study(one), ())).words["1_erf_N5"].split())
    assert "✗ not passed: the coupling tensor leaves exactly the connected 6-point cumulant" in said


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
