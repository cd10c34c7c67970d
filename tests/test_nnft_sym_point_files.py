"""Points from files and standard input; matrices as files."""

import json
from io import BytesIO, TextIOWrapper

import numpy as np
import pytest

from nnft_sym.cli import run
from nnft_sym.errors import UnreadablePoints
from nnft_sym.storage.point_files import MOST_BYTES, read_points
from nnft_sym.study.config import InvalidStudy, load_study

POINTS = np.array([[0.37, -0.91], [1.43, 0.08], [-1e-3, 2.0]])
STUDY = """
[[net]]
kind = "erf"
width = 5
points = "{}"
"""


def written(folder, suffix):
    target = folder / f"x{suffix}"
    if suffix == ".csv":
        np.savetxt(target, POINTS, delimiter=",", fmt="%.17g")
    else:
        np.save(target, POINTS)
    return target


@pytest.mark.parametrize("suffix", [".csv", ".npy"])
def test_files_give_the_same_points(suffix, tmp_path):
    assert read_points(written(tmp_path, suffix)) == POINTS.tolist()


@pytest.mark.parametrize("array", [np.asfortranarray(POINTS), POINTS.astype(">f4"), np.arange(3), [0.5]])
def test_every_array_of_numbers_is_read(array, tmp_path):
    np.save(tmp_path / "x.npy", array)
    expected = np.asarray(array, dtype=float).reshape(len(array), -1)
    assert read_points(tmp_path / "x.npy") == expected.tolist()


def test_names_comments_and_empty_lines_are_left_out(tmp_path):
    (tmp_path / "x.csv").write_text("\ufeffx, y\n# two points\n\n0.5, 1 # first\n2,3\n", encoding="utf-8")
    assert read_points(tmp_path / "x.csv") == [[0.5, 1.0], [2.0, 3.0]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no points"),
        (b"x,y\n", "holds no points"),
        (b"0.5,1\nx,y\n", "line 2 of .* is 'x,y'"),
        (b"0.5;1\n0.7;2\n", "line 2"),
        (b"x,1\n", "line 1"),
        (b"0.5,1\n2\n", "mixes points of dimension 1 and 2"),
        (b"0.5\nnan\n", "point 2 of .* is not finite"),
        (b"\xff\xfe", "is no text"),
        (b"1\n" * MOST_BYTES, "longer than"),
    ],
)
def test_bad_text_is_one_message(content, message, tmp_path):
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(UnreadablePoints, match=message):
        read_points(tmp_path / "x.csv")


def test_bad_arrays_are_one_message(tmp_path):
    target = tmp_path / "x.npy"
    for array in (np.zeros((2, 2, 2)), np.array(1.0), np.array([1j]), np.array(["a"]), np.zeros((0, 2))):
        np.save(target, array)
        with pytest.raises(UnreadablePoints, match=r"real numbers of shape|holds no points"):
            read_points(target)
    np.save(target, np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(UnreadablePoints, match="array of object"):
        read_points(target)
    np.save(target, POINTS)
    whole = target.read_bytes()
    for damaged in (whole[:-1], whole + b"0", whole.replace(b"(3, 2)", b"(9, 2)"), whole[:20], b"", b"0.5"):
        target.write_bytes(damaged)
        with pytest.raises(UnreadablePoints, match=r"cut short|no file of NumPy"):
            read_points(target)


def test_other_places_are_refused(tmp_path):
    for name in ("x.txt", "x"):
        with pytest.raises(UnreadablePoints, match=r"ends in \.csv or \.npy"):
            read_points(tmp_path / name)
    with pytest.raises(UnreadablePoints, match="No such file"):
        read_points(tmp_path / "none.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UnreadablePoints, match="cannot read"):
        read_points(tmp_path / "folder.csv")


# -- commands ----------------------------------------------------------------------------------------------


@pytest.fixture
def kernel(capsys):
    """Run ``nnft kernel``; give exit code, standard output and standard error."""

    def call(*words):
        code = run(["kernel", "--net", "erf", "--json", *map(str, words)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.mark.parametrize("form", ["@", "-", "@-"])
@pytest.mark.parametrize("suffix", [".csv", ".npy"])
def test_a_command_reads_points(form, suffix, kernel, tmp_path, monkeypatch):
    _, typed, _ = kernel("--points", ";".join(",".join(map(repr, row)) for row in POINTS.tolist()))
    file = written(tmp_path, suffix)
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(file.read_bytes())))
    code, found, error = kernel("--points", f"@{file}" if form == "@" else form)
    assert code == 0, error
    assert json.loads(found) == json.loads(typed)


@pytest.mark.parametrize("given", ["@", "@none.csv", "@x.txt"])
def test_a_command_says_what_is_wrong(given, kernel):
    code, out, error = kernel("--points", given)
    assert (code, out) == (2, "")
    assert error.count("points") >= 1
    assert "Traceback" not in error


@pytest.mark.parametrize("suffix", [".csv", ".npy"])
def test_the_kernel_is_written(suffix, kernel, tmp_path):
    target = tmp_path / f"K{suffix}"
    _, found, _ = kernel("--points", "0.1;0.5;-2", "--out", target)
    matrix = np.load(target) if suffix == ".npy" else np.loadtxt(target, delimiter=",")
    assert matrix.tolist() == json.loads(found)["K"]


def test_other_forms_of_a_matrix_are_refused(kernel, tmp_path):
    code, out, error = kernel("--points", "0.1", "--out", tmp_path / "K.nc")
    assert (code, out) == (2, "")
    assert "ending in .csv or .npy is needed" in error


# -- study files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".csv", ".npy"])
def test_a_study_reads_points_beside_it(suffix, tmp_path):
    (tmp_path / "study.toml").write_text(STUDY.format(written(tmp_path, suffix).name))
    assert np.array_equal(load_study(tmp_path / "study.toml").net[0].points, POINTS)


@pytest.mark.parametrize(
    ("name", "message"),
    [("none.csv", "No such file"), ("{x}.txt", r"ends in \.csv or \.npy"), ("-", "standard input")],
)
def test_a_study_says_which_file_is_wrong(name, message, tmp_path):
    (tmp_path / "study.toml").write_text(STUDY.replace("{}", name))
    with pytest.raises(InvalidStudy, match=message) as caught:
        load_study(tmp_path / "study.toml")
    assert "net number 1 points" in str(caught.value)
