"""Integrals of Erf diagrams without the code under test: cones over the faces of the box, cut by need.

The box is made of 2d cones from the origin over its faces. Along a ray the kernels vary on a length
proportional to the distance, so panels that grow geometrically hold every digit; across the rays cells are
halved until two rules agree, and in any case around the rays through the inputs, where the ridges are.
"""

import numpy as np
from scipy.special import roots_legendre

GROWTH, ON_RAY = 1.5, roots_legendre(12)
BLOCK = 400_000


def erf_kernel(x, y, sw, sb):
    """K_W(x, y) of Williams (1998) with the arc tangent; shapes (d,), (m, d) -> (m,)."""
    slope = sw**2 / len(x)
    c, xx, yy = sb**2 + slope * y @ x, sb**2 + slope * x @ x, sb**2 + slope * np.sum(y * y, axis=1)
    areas = sum((x[k] * y[:, l] - x[l] * y[:, k]) ** 2 for k in range(len(x)) for l in range(k + 1, len(x)))
    det = sb**2 * slope * np.sum((x - y) ** 2, axis=1) + slope**2 * areas
    return 2 * sw**2 / np.pi * np.arctan2(2 * c, np.sqrt(1 + 2 * xx + 2 * yy + 4 * det))


def erf_loop(y, sw, sb):
    """K_W(y, y)."""
    c = sb**2 + sw**2 / y.shape[1] * np.sum(y * y, axis=1)
    return 2 * sw**2 / np.pi * np.arctan2(2 * c, np.sqrt(1 + 4 * c))


def along_rays(cutoff, scale):
    """Nodes and weights on [0, Λ], with panels that grow in proportion to the distance."""
    ends = [0.0, *(e for e in 0.3 * scale * GROWTH ** np.arange(120) if e < cutoff), cutoff]
    t, w = ON_RAY
    low, half = np.array(ends[:-1])[:, None], 0.5 * np.diff(ends)[:, None]
    return (low + half * (1 + t)).ravel(), (half * w).ravel()


class Star:
    """One vertex in [−Λ, Λ]^d with legs to the inputs x and self-loops."""

    def __init__(self, sw, sb, x, loops, cutoff, accuracy=1e-12):
        self.sw, self.sb, self.x, self.loops, self.cutoff = sw, sb, np.asarray(x, float), loops, cutoff
        self.d = self.x.shape[1]
        self.accuracy, self.order = accuracy, (1, 12, 8)[self.d - 1]
        narrow = 0.6 * np.sqrt(self.d) / sw
        self.rays, self.ray_weights = along_rays(cutoff, narrow)

    def integrand(self, y):
        total = erf_loop(y, self.sw, self.sb) ** self.loops
        for x in self.x:
            total = total * erf_kernel(x, y, self.sw, self.sb)
        return total

    def on_face(self, axis, sign, t):
        """∫ r^(d−1) f(r e) dr for the rays e through points t of a face, (m, d − 1) -> (2, m): f and |f|."""
        e = np.insert(t, axis, sign, axis=1)
        step, found = max(1, BLOCK // len(self.rays)), []
        for k in range(0, len(e), step):
            part = e[k : k + step]
            y = (part[:, None, :] * self.rays[None, :, None]).reshape(-1, self.d)
            f = self.integrand(y).reshape(len(part), -1) * self.rays ** (self.d - 1)
            found.append(np.stack([f @ self.ray_weights, np.abs(f) @ self.ray_weights]))
        return np.concatenate(found, axis=1)

    def cells(self, axis, sign, middle, half):
        """The integrals over cells of a face with one rule each, (n, d − 1) -> (2, n)."""
        t, w = roots_legendre(self.order)
        if self.d == 2:
            nodes, weights = t[:, None], w
        else:
            nodes = np.stack(np.meshgrid(t, t, indexing="ij"), axis=-1).reshape(-1, 2)
            weights = np.outer(w, w).ravel()
        at = middle[:, None, :] + half[:, None, None] * nodes[None]
        values = self.on_face(axis, sign, at.reshape(-1, self.d - 1)).reshape(2, len(middle), -1)
        return values @ weights * half ** (self.d - 1)

    def near_ridge(self, axis, middle, half):
        """Whether a cell lies at the ray through an input and is longer than the ridge is wide."""
        out = np.zeros(len(middle), dtype=bool)
        slope = 2 * self.sw**2 / self.d
        for x in self.x:
            size = np.sqrt(slope * x @ x)
            if x[axis] == 0.0:
                continue
            hit = np.delete(x, axis) / x[axis]
            distance = np.max(np.abs(middle - hit), axis=1)
            opposite = np.max(np.abs(middle + hit), axis=1)
            near = np.minimum(distance, opposite) < 1.5 * half
            out |= near & (half > 1.5 / np.sqrt(1 + size**2))
        return out

    def face(self, axis, sign):
        ends = np.linspace(-1.0, 1.0, 5)
        line = 0.5 * (ends[1:] + ends[:-1])
        if self.d == 2:
            middle = line[:, None]
        else:
            middle = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)
        half = np.full(len(middle), 0.25)
        coarse, total = self.cells(axis, sign, middle, half), np.zeros(2)
        corners = np.stack(np.meshgrid(*[[-0.5, 0.5]] * (self.d - 1)), axis=-1).reshape(-1, self.d - 1)
        for _ in range(40):
            children = (middle[:, None, :] + half[:, None, None] * corners[None]).reshape(-1, self.d - 1)
            smaller = np.repeat(0.5 * half, len(corners))
            fine = self.cells(axis, sign, children, smaller)
            summed = fine.reshape(2, len(middle), -1).sum(axis=2)
            size = total[1] + summed[1].sum()
            done = np.abs(summed[0] - coarse[0]) <= 0.02 * self.accuracy * size
            done &= ~self.near_ridge(axis, middle, half)
            total += summed[:, done].sum(axis=1)
            keep = np.repeat(~done, len(corners))
            middle, half, coarse = children[keep], smaller[keep], fine[:, keep]
            if not len(middle):
                return total
        raise AssertionError("the cells do not settle")

    def solve(self):
        """The integral, and that of the magnitudes."""
        if self.d == 1:
            y = np.concatenate([self.rays, -self.rays])[:, None]
            f = self.integrand(y) * np.tile(self.ray_weights, 2)
            return float(f.sum()), float(np.abs(f).sum())
        total = np.zeros(2)
        even = self.sb == 0.0 and len(self.x) % 2 == 0
        for axis in range(self.d):
            for sign in (1.0,) if even else (1.0, -1.0):
                total += self.face(axis, sign)
        return tuple((2.0 if even else 1.0) * total)


def chain(sw, sb, ends, lines, loops, cutoff):
    """∫∫ ∏K(x, y) K(y, z)^lines ∏K(x', z) on a line, by matrices; `ends` are the inputs at both vertices."""
    r, w = along_rays(cutoff, 0.6 / sw)
    y, w = np.concatenate([-r[::-1], r]), np.concatenate([w[::-1], w])
    at = y[:, None]
    vectors = []
    for x, own in zip(ends, loops, strict=True):
        f = w * erf_loop(at, sw, sb) ** own
        for one in x:
            f = f * erf_kernel(np.array([one]), at, sw, sb)
        vectors.append(f)
    table = np.stack([erf_kernel(one, at, sw, sb) for one in at]) ** lines
    return float(vectors[0] @ table @ vectors[1]), float(
        np.abs(vectors[0]) @ np.abs(table) @ np.abs(vectors[1])
    )
