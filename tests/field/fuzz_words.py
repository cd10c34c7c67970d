"""The words that the fuzzer draws from: good ones, near misses, and what nobody should write."""

STRANGE_LETTERS = (
    "½²⁴₂λΛµσ∞−–×·⋅∂∫δ٣一\u0000\u001b\u202e\u200b\ufeff\n\r\t\\\"'"
    "`$%&{}[]()<>|#@!?;:,.=+-*_^0123456789eEfxyz "
)
#: Numbers that are no good, or only just.
STRANGE_NUMBERS = [
    "0", "-0", "-1", "-0.0", "1e400", "-1e400", "1e-400", "1e308", "1e-308", "5e-324", "1e99999999", "inf",
    "-inf",
    "nan", "NaN", "1_000", "1__0", "_1", "1.", ".5", ".", "+1", "++1", "0x10", "1e", "1e+", "١", "½", "²",
    "1,5",
    "1;2", "1/3", "1/0", "1j", "True", "None", "", " ", " 3 ", "\t3", "3.0", "2.5", "99999999999999999999",
    "9223372036854775807", "9223372036854775808", "18446744073709551616", "-9223372036854775809", "9" * 400,
    "9" * 5000, "-" + "9" * 5000, "1" + "0" * 20 + ".5", "1e-80", "1e80", "1e155", "-1e155", "2147483648",
]  # fmt: skip
STRANGE_TEXTS = [
    "", " ", "\n", "\x1b[31mred\x1b[0m", "a" * 300, "é" * 200, "λ" * 5000, "\udcff", "null", "[]", "{}",
    "--", "-", "-x",
    "--json", "-h", "None", "\u202egvs", "%s%n", "{0}", "{ge}", "x" * 20000, "\ufeff1", "nan", "$(id)",
    "../x"[3:],
    "'", '"', "\\", "a\x00b"[:1], ";", ",", ",,", "=", ":", "|",
]  # fmt: skip
NAMES = [
    "lambda", "kappa", "g", "g_1", "g_{12}", r"\lambda", "λ", "λ₁", "mu", "d", "Mu", "M", "e", "E", "i",
    "I", "phi", "x",
    "N", "K", "lambda1", "lambda_1", "alpha_0", "_g", "h'",
]  # fmt: skip
FIELDS = [
    "f^4", "f**3", "f^6", "f⁴", "f^{4}", "f^(4)", "f", "f^2", "f^0", "f^64", "f^65", "(f.f)^2", "(f.f)",
    "f.f", "f(x)^2*f(y)^2",
    "f(x)*f(y)", "x^2*f^4", "(f+v)^4", "f*f*f", "(f/3/7)^6", "f^-1", "f^0.5", "f^99999999999", "f(z)^2",
    "f(f)", "f**2**2", "f!",
    "((f^4))", "(f^2-v^2)^2", "phi^4", "f^2*phi^2", "sin(f)", "(f+g)^9", "f(x).f(y)",
    "(f(x).f(x))*(f(y).f(y))",
]  # fmt: skip
COEFFICIENTS = [
    "", "2*", "-", "1/24*", "0*", "0.5*", "1e60*", "1e61*", "1e-60*", "3!*", "65!*", "1/0*", "(1+2)*", "½*",
    "1e99999999*", "2/3/5*",
    "9" * 61 + "*", "(-1)*", "2^3*", "2^64*", "(lambda_0 + lambda_2*x^2)*",
]  # fmt: skip
DIAGRAMS = [
    "x1-y1,x2-y1", "x1-y1,x2-y1,y1-y1", "x1-y1,x2-y1,x3-y1,x4-y1", "x1-x2",
    "x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2", "x1-y1,x2-y1-y1-y1", "x1-x2-y1-y1",
    "x1-y1,x2-y2,y1-y2,y1-y2,y1-y2", "y1-y1,y1-y1", "", "x1-x1", "x2-y1", "x1-y2", "x0-y1", "x1-y1",
    "x1-x2,x1-x2", "x1-y1,,x2-y1",
    "x1-y1,x99999999999-y1", "y1-y2," * 400 + "x1-y1", "x1–y1", "x1-y1-x2", " x1 - y1 , x2 - y1 ", "x٣-y1",
    "x²-y1", "x-1-y1",
]  # fmt: skip
NICKEL = [
    "e111|e|", "ee0|", "ee11|ee|", "e12|e34|34|e|e|", "||", "|", "", "e", "0|", "00|", "01|", "e1|e|",
    "e2|e|", "e1||e", "11|0|",
    "eeee|", "e12|e3|33||", "1|2|3|4|5|6|7|8|9|A||", "Z|", "e111|e|:", "E111|E|", "e" * 500 + "|", "|" * 40,
    "٣|",
]  # fmt: skip
OUT = {
    "draw": ["a.svg", "a.pdf", "a.tex", "b.SVG", "no/such/a.svg", ".svg", "a", "a.svg.gz",
    "n" * 260 + ".svg", "λ.svg", "a b.tex", "-a.svg", "folder.svg",
             "'.svg", "a\nb.svg", "\x1b[1m.svg"],
    "sample": ["a.nc", "a", "a.csv", "n" * 250 + ".nc", "no/such/a.nc", "folder.svg", "λ.nc", "."],
    "widths": ["a.svg", "a.pdf", "a.png", "a.PNG", "n" * 260 + ".png", "no/such/a.png", "folder.svg"],
    "flow": ["a.svg", "a.csv", "a.json", "a.nc", "a", "n" * 260 + ".svg", "no/such/a.svg", "folder.svg"],
    "reproduce": ["published", "file.txt", "n" * 260, "no/such/published", "."],
    "neurons": ["a.nc", "a", "a.csv", "no/such/a.nc", "folder.svg"],
    "validate": ["results", "file.txt", "n" * 260, "no/such/results", ".", "λ"],
}  # fmt: skip
#: Option -> its values; options that stand in no table are filled by their type.
VALUES: dict[str, list[str]] = {
    "--correlation": ["0.3", "-0.1", "0", "1", "-1", "nan", "x"],
    "--deform": ["0.1*p2^2/N", "alpha*p2^2/N", "0.1*p4", "alpha*|a|^4/N", "equicorrelated", "alpha*p1",
    "0.3*(p1^2-p2)/2/N", "alpha*(p1^2-p2)/2", "alpha*p4", "alpha*p3", "-alpha*p2", "-0.1*p2^2", "p1",
    "alpha*p8^8", "(p1+p2+p3)^6", "1e99*p9", "|a|^3", "alpha*p0", "p2/p1", "a*p2", "alpha*beta*p2", "x", ""],
    "--net": ["erf", "relu", "gauss", "cos", "ReLU", "Erf", "tank"],
    "--sigma-w": ["1", "0.5", "1e-8", "1e60", "8", "0", "-1", "1e3"],
    "--sigma-b": ["1", "0", "0.5", "1e-8", "1e60", "-1"],
    "--sigma-a": ["1", "0.5", "0"],
    "--width": ["1", "5", "20", "50", "0", "-3"],
    "--widths": ["2,5", "1,2,50", "5,5", "2", "3,2,1", "2147483647,2"],
    "--networks": ["200", "1e3", "100", "1_000", "7", "2", "1", "0", "1e99", "1e400", "2.5"],
    "--neurons": ["200", "1e3", "10", "1", "0"],
    "--experiments": ["2", "3", "1", "0"],
    "--blocks": ["20", "100", "2", "1", "0", "-5", "1e18", "99999999999999999999"],
    "--threads": ["1", "2", "0", "-1"],
    "--order": ["1", "2", "0", "3", "4", "lambda=2", "lambda=1,kappa=1", "1/2", "1e99999999", "-1", "g=1/0"],
    "--orders": ["2", "2,4", "4,2", "2,4,6", "1,3", "8", "2,2", "9", "0", "100"],
    "--seed": ["0", "1", "42", "-1", "9223372036854775807"],
    "--outputs": ["1,1", "1,2", "1,1,2,2", "1", "0,1"],
    "--counting": ["1/N", "lambda=1", "lambda=1,kappa=2", "g=1e9999999999", "g=1/0", "g=9999999999",
    "lambda=1/2"],
    "--cutoff": ["1", "5", "10", "1e-3", "1e4", "0", "-1", "1e60"],
    "--cutoffs": ["10,100", "1,2", "5:50:3", "10", "2,1", "0,1", "-1,2", "1e-300:1e300:3", "5:5:2", ""],
    "--dimension": ["1", "0", "4"],
    "--data": ["file.txt", "a.npy", "nowhere.nc", "folder.svg"],
    "--copy": ["mine.toml", "study2.toml", "folder.svg", "no/such/study.toml", ""],
    "--init": ["study2.toml", "study.toml", "folder.svg", "no/such/study.toml", ""],
    "--action": ["lambda*f^4", "kappa*f^6", "g*f^3", "lambda*f^4+kappa*f^6", ""],
    "--rtol": ["1e-3", "1e-6", "1e-2", "1", "0", "1e-15"],
    "--vertices": ["4:1", "4:2", "3:2", "4:1,6:1", "", "8:3", "4:0", "1:2", "2:1", "4:1,4:1", "4:-1",
    "33:1", "4:٣", "4:²"],
    "--filter": ["connected", "no_vacuum", "connected,no_vacuum", "1pi", "onepi", "Connected", "", ","],
    "-n": ["4", "2", "0", "1", "6", "3", "-1"],
    "--incoming": ["1", "2", "0", "-1", "99"],
    "--folder": ["store", "nowhere", "n" * 260, "file.txt", "λ"],
    "--source": ["0.7", "0.5,0.5", "0", "1,2,3", "1e3", "-1", "1e300", "x", ",", ""],
    "--strength": ["0.01", "0.1", "0", "-0.1", "1e3", "-1e60", "1e-60"],
    "--cluster": ["", "local:0", "local:x", "nowhere", "foo://a:1", "local:-1", "tcp://", "http://a"],
}  # fmt: skip
STUDY = """seed = 1
experiments = 2
networks = 200
action = "lambda*f**4 + kappa*f**6"
[[net]]
kind = "erf"
width = 5
points = [[0.1], [0.2]]
cutoff = 5.0
"""
STUDY_LINES = {
    "seed = 1": ["seed = -1", "seed = 1e3", "seed = 99999999999999999999", 'seed = "1"', "seed = true",
    "seed = " + "9" * 5000, ""],
    "experiments = 2": ["experiments = 1", "experiments = 2.0", "experiments = 2.5", "experiments = nan",
    "experiments = inf", "experiments = 1001",
                        "experiments = " + "9" * 4301, ""],
    "networks = 200": ["networks = 99", "networks = 1e2", "networks = 1e300", "networks = -inf",
    "networks = 1e999", "networks = []"],
    'action = "lambda*f**4 + kappa*f**6"': ['action = "g*f^3"', 'action = "lambda*f^4"', "action = 4",
    'action = ""', 'action = "(f.f)^2"',
                                            'action = "lambda*f^4 + kappa*f^6 + mu*f^8"', "action = 'λ*f⁴'"],
    "[[net]]": ["[net]", "[[Net]]", "[[net]]\n[[net]]", "[[net.net]]", ""],
    'kind = "erf"': ['kind = "relu"', 'kind = "gauss"', 'kind = "cos"', 'kind = "ReLU"', "kind = 1",
    'kind = "tank"', 'kind = ""', "kind = {a = 1}"],
    "width = 5": ["width = 0", "width = 1", "width = 50", "width = 5.5", "width = 1e300", "width = -5",
    "width = 99999999999999999999", "width = nan"],
    "points = [[0.1], [0.2]]": ["points = [0.1, 0.2]", "points = []", "points = [[]]",
    "points = [[0.1], [0.1]]", "points = [[0.1], [0.1, 0.2]]",
                                "points = [[nan]]", "points = [[1e200], [1]]", "points = [[0.0]]",
                                "points = [[-0.01], [0.0], [0.01]]",
                                "points = [[0.1, 0.2]]", "points = [[1]]", "points = [[true]]",
                                "points = " + "[" * 2000 + "]" * 2000, "points = [[1e-80], [0.1]]",
                                "points = [[0.3], [0.30000000000000004]]", 'points = "0.1;0.2"',
                                "points = [[9223372036854775808]]"],
    "cutoff = 5.0": ["cutoff = 1e4", "cutoff = -1.0", "cutoff = nan", "cutoff = inf", "cutoff = 1e200",
    "cutoff = 1e-200", "cutoff = 2", "", "sigma_w = 1e-8",
                     "sigma_w = 1e60\ncutoff = 2.0", "sigma_b = 0.0\ncutoff = 2.0", "sigma_a = 1.0",
                     "sigma_w = 0.0", "cutoff = 2.0\n\"\\u001b[31m\" = 1",
                     "cutoff = 1979-05-27", "sigma_w = 1e-3\ncutoff = 10.0"],
}  # fmt: skip
JSON = [
    "null", "[]", "{}", "1", '"text"', "true", "[" * 5000, '{"schema": []}', '{"schema": {}}',
    '{"schema": null}', "{", "", "NaN", "1e999",
    '{"schema": "nnft.action/1"}', '{"schema": "nnft.action/1", "action": 4}',
    '{"schema": "nnft.action/1", "action": "f^4*"}',
    '{"schema": "nnft.polynomial/1", "polynomial": "1/0"}',
    '{"schema": "nnft.polynomial/1", "polynomial": "(f/3/7)^64"}',
    '{"schema": "nnft.polynomial/1", "polynomial": null}',
    '{"schema": "nnft.truncation/1", "order": "1/0", "counting": {}}',
    '{"schema": "nnft.truncation/1", "order": "2", "counting": {"kappa": "1e9999999999"}}',
    '{"schema": "nnft.truncation/1", "order": {"a": 1}, "counting": []}',
    '{"schema": "nnft.truncation/1", "order": null, "counting": null}',
    '{"schema": "nnft.notation/1", "plain_kernel": 1}',
    '{"schema": "nnft.diagram/1", "n_external": 1e400, "vertices": [4], "edges": []}',
    '{"schema": "nnft.diagram/1", "n_external": 2, "vertices": [2], "edges": [["x1", "y1"], ["x2", "y1"]]}',
    '{"schema": "nnft.diagram/1", "n_external": 2, "vertices": [[]], "edges": [[[], {}]]}', "9" * 5000,
    '{"schema": ' + "9" * 5000 + "}",
    '{"schema": "nnft.topology/1", "terms": []}', '{"schema": "nnft.topology/1", "terms": [1]}',
    '{"schema": "nnft.topology/1", "terms": {}}',
]  # fmt: skip
#: Values that take the place of one value of a JSON document.
JSON_VALUES = [
    "null", "true", "-1", "0", "1.5", "1e400", "NaN", "[]", "{}", '""', '"x"', '"1/0"', '"1e9999999999"',
    "9" * 4400, "[[]]", '"lambda*f^4"', "99999999999",
    '"f^65"', '{"a": 1}', '[["x1", "y1"]]', '"\\ud800"', "1",
]  # fmt: skip
ACTIONS = [
    "lambda*f^4", "g*f^3", "lambda*f^4 + kappa*f^6", "g*f^3+lambda*f^4",
    "lambda*(f.f)^2",
    "lambda*f(x)^2*f(y)^2", "-lambda*f^4", "kappa*f^6",
    "(lambda_0+lambda_2*x^2)*f^4"
]  # fmt: skip
#: Points that are close, parallel, at the origin, or of extreme size.
POINTS = [
    "0.1;0.1", "0;0", "1e-80;0.1", "1e80;1", "0.3;0.30000000000000004", "0,0;0,0", "1e-160;1e-160",
    "1,2,3;1.0000001,2,3", "-0.0;0.0", "1e74;1e-74", "0.1,0.2,0.3,0.4;0.1000000015,0.2,0.3,0.4",
]  # fmt: skip
