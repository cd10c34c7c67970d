"""The output folder: complete or as it was before."""

import json
import os
import re
from pathlib import Path

import pytest
from made_up_study import made_up_net, made_up_study

from nnft_sym.jsonio import dumps
from nnft_sym.report import output
from nnft_sym.report.output import check_folder, write_output
from nnft_sym.report.plots import StudyFigure
from nnft_sym.report.report_content import StudyContent
from nnft_sym.storage.writing import UnwritableOutput
from nnft_sym.study.run_record import RunRecord
from nnft_sym.study.summary import summarise

FIGURES = tuple(
    StudyFigure(f"1_erf_N5_{kind}", kind, 0, "A caption.", "<svg></svg>", b"%PDF")
    for kind in ("correlators", "coupling", "six_point")
)


@pytest.fixture(scope="module")
def result():
    return made_up_study(made_up_net(points=((0.5,),)))


@pytest.fixture(autouse=True)
def _quick_figures(monkeypatch):
    monkeypatch.setattr("nnft_sym.report.plots.study_figures", lambda result: FIGURES)


def listing(folder):
    """Every file below a folder, with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_everything_is_written(tmp_path, result):
    write_output(result, tmp_path / "new")
    found = set(listing(tmp_path / "new"))
    diagrams = {f"pictures/G{n}_{k}.svg" for n, most in ((2, 1), (4, 3), (6, 4)) for k in range(1, most + 1)}
    figures = {f"figures/{figure.name}.{suffix}" for figure in FIGURES for suffix in ("svg", "pdf", "png")}
    tables = {f"tables/{name}.csv" for name, _ in StudyContent.of(result).files()}
    assert {"tables/study.csv", "tables/1_erf_N5_checks.csv"} <= tables
    assert found == {"report.html", "report.tex", "results.nc", "summary.json"} | diagrams | figures | tables
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_the_summary_is_that_of_the_command_line(tmp_path, result):
    write_output(result, tmp_path / "new")
    written = json.loads((tmp_path / "new" / "summary.json").read_text())
    assert set(written.pop("run")) == set(RunRecord().as_json())
    assert written == json.loads(dumps(summarise(result)))


def test_every_link_of_the_page_is_a_file(tmp_path, result):
    write_output(result, tmp_path / "new")
    links = re.findall(r'href="([^"#]+)"', (tmp_path / "new" / "report.html").read_text())
    assert len(set(links)) > 20
    assert [link for link in links if not (tmp_path / "new" / link).is_file()] == []


def test_the_numbers_are_readable_netcdf(tmp_path, result):
    import xarray

    write_output(result, tmp_path / "new")
    with xarray.open_datatree(tmp_path / "new" / "results.nc", engine="h5netcdf") as tree:
        # the values used, defaults filled in
        assert {group.attrs["sigma_w"] for group in tree.children.values()} == {1.0}
        assert all("sigma_b" in group.attrs for group in tree.children.values())
        sampled = tree["1_erf_N5/order_4/sampled"].to_numpy()
    assert sampled.tolist() == result.nets[0].correlators[4].sampled.value.tolist()


def test_others_may_read_the_folder_as_the_umask_allows(tmp_path, result):
    write_output(result, tmp_path / "new")
    (tmp_path / "plain").mkdir()
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode
    (tmp_path / "file").write_text("")
    assert (tmp_path / "new" / "report.html").stat().st_mode == (tmp_path / "file").stat().st_mode


def test_an_existing_folder_keeps_what_is_not_ours(tmp_path, result):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "mine.pdf").write_text("mine")
    (tmp_path / "thesis.tex").write_text("mine, too")
    (tmp_path / "report.html").write_text("old")
    write_output(result, tmp_path)
    found = listing(tmp_path)
    assert found["figures/mine.pdf"] == b"mine"
    assert found["thesis.tex"] == b"mine, too"
    assert found["report.html"].startswith(b"<!DOCTYPE html>")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    "step",
    [
        "nnft_sym.report.html.report_html",
        "nnft_sym.report.tex.report_tex",
        "nnft_sym.report.output.write_study",
    ],
)
@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt(), ZeroDivisionError()])
def test_a_failure_on_the_way_leaves_no_trace(tmp_path, result, monkeypatch, step, error):
    def fail(*arguments):
        raise error

    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "report.html").write_text("old")
    before = listing(tmp_path)
    monkeypatch.setattr(step, fail)
    expected = UnwritableOutput if isinstance(error, OSError) else type(error)
    for folder in ("old", "new"):
        with pytest.raises(expected):
            write_output(result, tmp_path / folder)
    assert listing(tmp_path) == before
    assert [path.name for path in tmp_path.rglob("*")] == ["old", "report.html"]


@pytest.mark.parametrize("moves", range(0, 24, 3))
def test_a_failure_while_moving_into_place_is_undone(tmp_path, result, monkeypatch, moves):
    write_output(result, tmp_path)
    (tmp_path / "report.tex").unlink()
    (tmp_path / "summary.json").write_text("old")
    before = listing(tmp_path)
    done = []
    original = Path.rename

    def rename(self, target):
        done.append(target)
        if len(done) == moves + 1:
            raise OSError("the disk is gone")
        return original(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(UnwritableOutput, match="the disk is gone"):
        write_output(result, tmp_path)
    assert len(done) > moves
    assert listing(tmp_path) == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_second_run_replaces_the_first(tmp_path, result):
    write_output(result, tmp_path / "new")
    first = listing(tmp_path / "new")
    write_output(result, tmp_path / "new")
    second = listing(tmp_path / "new")
    assert set(first) == set(second)
    assert {name for name in first if first[name] != second[name]} <= {"results.nc"}


def test_a_link_to_a_folder_is_followed(tmp_path, result):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    write_output(result, tmp_path / "link")
    assert (tmp_path / "real" / "report.html").is_file()
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("file", "not a folder"),
        ("file/below", "does not exist"),
        ("no/where", "does not exist"),
        ("loop", "not a folder"),
    ],
)
def test_impossible_places_are_refused_before_any_work(tmp_path, name, reason):
    (tmp_path / "file").write_text("precious")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(UnwritableOutput, match=reason):
        check_folder(tmp_path / name)
    assert (tmp_path / "file").read_text() == "precious"


@pytest.mark.parametrize("name", ["", "new"])
def test_read_only_places_are_refused(tmp_path, monkeypatch, name):
    # A superuser may write anywhere, so the answer of the system is replaced.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(UnwritableOutput, match="read-only"):
        check_folder(tmp_path / name)


def test_possible_places_are_accepted_and_left_alone(tmp_path):
    assert check_folder(tmp_path) == tmp_path
    assert check_folder(str(tmp_path / "new")) == tmp_path / "new"
    assert list(tmp_path.iterdir()) == []


def test_the_module_writes_no_pickle():
    assert "pickle" not in Path(output.__file__).read_text(encoding="utf-8")
