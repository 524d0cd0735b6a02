"""Random calls of jax's public functions: each made with jax and with the swap, and compared.

    python tests/random_jax_calls.py --count 450 --seed 21

A call is an expression over `jax`, `jnp` and `np`, made from the table below: operands of every dtype, weak or not, 0-d, empty and
broadcast; axes of every kind; keyword arguments; wrong arguments now and then. It is evaluated eagerly, and with its first operand
traced under jit, vmap and grad. What is compared is what a program sees: dtype, weakness, shape, values, or the exception's built-in
kinds. Invariant: a seed and a number give one call, always the same.
"""

import argparse
import collections
import pathlib
import random
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parent / "expected"), str(pathlib.Path(__file__).parents[1])]
import jax_swap_cases as cases  # noqa: E402
import numpy as np  # noqa: E402
from random_jax_compared import alike, difference, known  # noqa: E402

# `names: positional operands | keyword arguments`. Operands: a any array, b one that broadcasts with it, f floats, i integers, t truth
# values, v a vector, w one as long, m a matrix, n one to multiply it with, s a square one, p a positive definite one, u floats in
# (0, 1), q positive floats, k and l small integers, A an axis, S a shape, L a list of arrays, D a dtype, or Python text in quotes.
# A keyword is given in a third of the calls.
TABLE = """
jnp: abs absolute acos acosh arccos arccosh arcsin arcsinh arctan arctanh angle cbrt ceil conj conjugate cos cosh deg2rad degrees exp
exp2 expm1 fabs floor i0 imag invert iscomplex isfinite isinf isnan isneginf isposinf isreal log log10 log1p log2 logical_not
negative positive rad2deg radians real reciprocal rint sign signbit sin sinc sinh spacing sqrt square tan tanh trunc bitwise_count
bitwise_invert bitwise_not modf frexp ravel transpose matrix_transpose squeeze atleast_1d atleast_2d atleast_3d copy size ndim shape
iscomplexobj isrealobj zeros_like ones_like asarray array diagflat nonzero argwhere flatnonzero sort_complex: a
jnp: add subtract multiply divide true_divide floor_divide mod remainder fmod power float_power pow maximum minimum fmax fmin hypot
copysign nextafter arctan2 atan2 logaddexp logaddexp2 heaviside equal not_equal less less_equal greater greater_equal logical_and
logical_or logical_xor bitwise_and bitwise_or bitwise_xor gcd lcm divmod array_equal array_equiv: a b
jnp: left_shift right_shift bitwise_left_shift bitwise_right_shift: i 3
jnp: ldexp: a i
jnp: sum prod: a | axis=A keepdims=T dtype=D where=W initial=k
jnp: max min amax amin: a | axis=A keepdims=T where=W initial=k
jnp: mean nanmean: a | axis=A keepdims=T dtype=D where=W
jnp: var std nanvar nanstd: a | axis=A keepdims=T ddof=k where=W
jnp: nansum nanprod: a | axis=A keepdims=T dtype=D where=W initial=k
jnp: nanmax nanmin: a | axis=A keepdims=T where=W initial=k
jnp: all any: a | axis=A keepdims=T where=W
jnp: ptp count_nonzero median nanmedian: a | axis=A keepdims=T
jnp: argmax argmin nanargmax nanargmin: a | axis=X keepdims=T
jnp: cumsum cumprod nancumsum nancumprod: a | axis=X dtype=D
jnp: cumulative_sum cumulative_prod: a | axis=X dtype=D include_initial=T
jnp: average: a | axis=X keepdims=T weights=W returned=T
jnp: quantile nanquantile: a '0.3' | axis=A keepdims=T method='"lower"'
jnp: percentile nanpercentile: a '40' | axis=A keepdims=T method='"midpoint"'
jnp: sort argsort: a | axis=X descending=T stable=T
jnp: partition argpartition: a k | axis=X
jnp: flip: a | axis=A
jnp: roll: a k | axis=X
jnp: rot90: a | k=k
jnp: fliplr flipud: a
jnp: diff: a | n='2' axis=X prepend=k append=k
jnp: ediff1d: a | to_end=k to_begin=k
jnp: trapezoid: a | dx='0.5' axis=X
jnp: gradient: a | axis=X
jnp: unwrap: f | axis=X
jnp: clip: a | min=k max='2.5'
jnp: round around: a | decimals=k
jnp: nan_to_num: a | nan='1.5' posinf=k
jnp: where: t a b
jnp: where: a
jnp: select: '[t]' 'L' | default=k
jnp: isclose allclose: a b | rtol='0.1' equal_nan=T
jnp: reshape: a 'S' | order='"F"'
jnp: broadcast_to: a 'S'
jnp: expand_dims: a A
jnp: swapaxes moveaxis: a X X
jnp: rollaxis: a X
jnp: squeeze: a | axis=A
jnp: tile: a '(2, 1)'
jnp: repeat: a k | axis=X
jnp: resize: a '(2, 3)'
jnp: pad: a '1' | mode='"edge"'
jnp: pad: a '(1, 2)' | constant_values=k
jnp: pad: a '1' | mode='"reflect"'
jnp: concatenate concat stack hstack vstack dstack column_stack: L
jnp: concatenate stack: L | axis=X dtype=D
jnp: block: L
jnp: append: a b | axis=X
jnp: insert: a k '7' | axis=X
jnp: delete: a k | axis=X
jnp: split array_split: a '2' | axis=X
jnp: hsplit vsplit dsplit: a '2'
jnp: unstack: a | axis=X
jnp: take: a i | axis=X mode=P
jnp: take_along_axis: a i | axis=X mode=P
jnp: compress: '[True, False, True]' a | axis=X
jnp: extract: t a
jnp: choose: i L | mode='"clip"'
jnp: diag: a | k=k
jnp: diagonal trace: a | offset=k axis1=X axis2=X
jnp: tril triu: a | k=k
jnp: vander: v | N=k increasing=T
jnp: dot matmul inner outer vdot vecdot matvec vecmat kron: m n
jnp: dot matmul inner outer vdot vecdot kron convolve correlate cross: v w
jnp: tensordot: m n | axes='1'
jnp: tensordot: v w | axes='0'
jnp: einsum: '"ij,jk->ik"' m n
jnp: einsum: '"ij->j"' m
jnp: einsum: '"i,i"' v w
jnp: interp: f v w | left=k right=k
jnp: polyval polyadd polymul polysub: v w
jnp: polyder polyint: v | m='2'
jnp: cov corrcoef: m | rowvar=T
jnp: cov: m | ddof=k bias=T
jnp: histogram: v | bins='4' range='(-1, 2)' density=T
jnp: histogram_bin_edges: v | bins='4'
jnp: bincount: i | length='5' minlength=k
jnp: digitize: a '[-1, 0, 2]' | right=T
jnp: searchsorted: 'jnp.array([-1, 0, 2])' a | side='"right"' method='"sort"'
jnp: isin: a b | invert=T
jnp: unique: a | return_index=T return_inverse=T return_counts=T size='3' axis=X
jnp: union1d intersect1d setdiff1d setxor1d: a b
jnp: unique_values unique_counts unique_inverse unique_all: a
jnp: lexsort: L
jnp: meshgrid: v w | indexing='"ij"' sparse=T
jnp: broadcast_arrays: a b
jnp: ix_: v w
jnp: full: 'S' a | dtype=D
jnp: full_like: a k | dtype=D shape='S'
jnp: zeros_like ones_like: a | dtype=D shape='S'
jnp: zeros ones: 'S' | dtype=D
jnp: eye tri: k | M=k k=k dtype=D
jnp: identity: k | dtype=D
jnp: arange: k | dtype=D
jnp: arange: k '5' '0.5' | dtype=D
jnp: linspace logspace: a b | num='3' endpoint=T retstep=T axis=X dtype=D
jnp: geomspace: q q | num='3' dtype=D
jnp: asarray array: a | dtype=D
jnp: astype: a D
jnp: packbits unpackbits: 'jnp.array([1, 0, 3], "uint8")' | axis=X
jnp: apply_along_axis: 'jnp.sum' '0' a
jnp: piecewise: a '[True]' '[1, 2]'
jnp: fill_diagonal: m k | inplace='False'
jnp: put_along_axis: a i k | axis=X inplace='False'
jnp: place: a t 'jnp.array([7, 8])' | inplace='False'
jnp: put: a i k | inplace='False' mode=P
jnp: result_type promote_types: D D
jnp: result_type: a b
jnp: can_cast issubdtype: D D
jnp.linalg: det inv slogdet eigvalsh eigh cholesky matrix_rank cond pinv svdvals qr svd eigvals: s
jnp.linalg: cholesky inv det eigh eigvalsh slogdet matrix_rank: p
jnp.linalg: solve lstsq: s w
jnp.linalg: norm: a | ord=O axis=A keepdims=T
jnp.linalg: vector_norm: a | ord=O axis=A keepdims=T
jnp.linalg: matrix_norm: m | ord='"fro"' keepdims=T
jnp.linalg: matrix_power: s k
jnp.linalg: multi_dot: L
jnp.linalg: trace diagonal: m | offset=k
jnp.linalg: outer vecdot: v w
jnp.fft: fft ifft rfft irfft hfft ihfft: a | n='3' axis=X norm='"ortho"'
jnp.fft: fft2 ifft2 rfft2 fftn ifftn rfftn irfftn: m | norm='"forward"'
jnp.fft: fftshift ifftshift: a
jnp.fft: fftfreq rfftfreq: '5' | d='0.5'
jax.lax: abs acos acosh asin asinh atan atanh bessel_i0e cbrt ceil conj cos cosh digamma erf erf_inv erfc exp exp2 expm1 floor imag
is_finite lgamma log log1p logistic neg population_count clz real reciprocal round rsqrt sign sin sinh sqrt square tan tanh
bitwise_not stop_gradient shape_as_value: a
jax.lax: add sub mul div rem max min pow atan2 eq ne lt le gt ge nextafter bitwise_and bitwise_or bitwise_xor complex: a a
jax.lax: add sub mul div rem max min pow atan2 eq lt igamma igammac shift_left shift_right_logical shift_right_arithmetic
polygamma zeta: a b
jax.lax: clamp: k a k
jax.lax: integer_pow: a k
jax.lax: cumsum cumprod cummax cummin cumlogsumexp: a | axis=X reverse=T
jax.lax: argmax argmin: a X 'jnp.int32'
jax.lax: top_k: a k
jax.lax: sort: a | dimension=X
jax.lax: broadcast: a 'S'
jax.lax: broadcast_in_dim: v 'S' '(0,)'
jax.lax: reshape: a 'S'
jax.lax: squeeze expand_dims rev transpose: a '(0,)'
jax.lax: convert_element_type bitcast_convert_type: a D
jax.lax: full: 'S' k | dtype=D
jax.lax: full_like: a k
jax.lax: iota: D k
jax.lax: select: t a a
jax.lax: select_n: t a a
jax.lax: concatenate: L X
jax.lax: dot: m n
jax.lax: dot_general: m n '(((1,), (0,)), ((), ()))' | preferred_element_type=D
jax.lax: slice_in_dim: a k l | axis=X stride='2'
jax.lax: dynamic_slice_in_dim: a k '2' | axis=X
jax.lax: dynamic_slice: m '(1, 0)' '(1, 2)'
jax.lax: index_in_dim dynamic_index_in_dim: a k | axis=X keepdims=T
jax.lax: dynamic_update_slice: m 'jnp.ones((1, 1))' '(0, 1)'
jax.lax: dynamic_update_slice_in_dim: a b k X
jax.lax: pad: v '0.0' '[(1, 0, 1)]'
jax.lax: reduce_sum reduce_max reduce_min reduce_prod reduce_and reduce_or: a '(0,)'
jax.lax: reduce: a k 'jax.lax.add' '(0,)'
jax.lax: reduce_precision: f '5' '3'
jax.lax: split: v '(1, 2)'
jax.lax: linalg.cholesky linalg.eigh linalg.qr linalg.lu linalg.svd: s
jax.nn: celu elu gelu hard_sigmoid hard_silu hard_swish hard_tanh identity leaky_relu log_sigmoid mish relu relu6 selu sigmoid silu
soft_sign softplus sparse_plus sparse_sigmoid squareplus swish tanh: a
jax.nn: softmax log_softmax: a | axis=A where=W
jax.nn: logsumexp logmeanexp: a | axis=A keepdims=T b=b
jax.nn: standardize: a | axis=A
jax.nn: one_hot: i '4' | dtype=D axis=X
jax.nn: gelu: a | approximate=T
jax.nn: glu: 'jnp.ones((2, 4))' | axis=X
jax.nn: celu elu leaky_relu: a 0.3
jax.scipy.special: digamma entr erf erfc erfinv exp1 expi expit gamma gammaln i0 i0e i1 i1e log_ndtr logit ndtr ndtri spence
factorial loggamma gammasgn dawsn erfcx: a
jax.scipy.special: beta betaln gammainc gammaincc kl_div rel_entr xlog1py xlogy poch boxcox zeta: a b
jax.scipy.special: logsumexp: a | axis=A keepdims=T b=b return_sign=T
jax.scipy.special: softmax log_softmax: a | axis=A
jax.scipy.special: betainc: q q u
jax.scipy.special: polygamma: k q
jax.scipy.special: multigammaln: q '2'
jax.scipy.special: hyp1f1: q q u
jax.scipy.stats: norm.logpdf norm.pdf norm.cdf norm.logcdf norm.sf logistic.pdf laplace.logpdf cauchy.pdf gumbel_r.logpdf: a
jax.scipy.stats: norm.logpdf norm.ppf laplace.cdf uniform.pdf expon.logpdf: a b | scale='2.0'
jax.scipy.stats: gamma.logpdf t.logpdf chi2.logpdf pareto.logpdf: a q
jax.scipy.stats: beta.logpdf beta.cdf: u q q
jax.scipy.stats: bernoulli.logpmf poisson.logpmf geom.logpmf: i u
jax.scipy.stats: binom.logpmf: i '5' u
jax.scipy.stats: rankdata sem mode: a | axis=X
jax.scipy.linalg: det inv expm sqrtm lu qr svd cholesky eigh polar: s
jax.scipy.linalg: solve: p w | assume_a='"pos"'
jax.scipy.linalg: solve_triangular: p w | lower=T trans='1' unit_diagonal=T
jax.scipy.linalg: cho_solve: '(P, True)' w
jax.scipy.linalg: toeplitz: v w
jax.scipy.linalg: block_diag: m s
jax.scipy.signal: convolve correlate fftconvolve: v w | mode='"same"'
jax.scipy.signal: detrend: a | axis=X
jax.scipy.fft: dct idct: f | type='2' axis=X norm='"ortho"'
jax.ops: segment_sum segment_max segment_min segment_prod: f i | num_segments='4'
jax.random: 'normal' 'uniform': 'jax.random.key(k)' 'S'
jax.tree_util: tree_map: 'jnp.sin' L
jax.tree_util: tree_leaves tree_structure: L
"""
DTYPES = "float32 float32 float16 int32 int32 int8 uint8 uint32 bool complex64".split()
SHAPES = ((), (3,), (3,), (2, 3), (2, 3), (1, 3), (2, 1, 3), (0,), (0, 3), (1,), (3, 3))
WRONG = ("None", "'a'", "[1.0, 2.0]", "jnp.ones((5, 7))", "object()", "(1, 2)", "9", "-8", "1.5", "jnp.float64", "{}")
PYTHON = ("2", "-1", "2.5", "0.0", "True", "1.5 - 2j", "3", "0.5")


def rows():
    """(function, operands, keyword arguments) of the table."""
    found, text = [], []
    for line in [*TABLE.strip().splitlines(), "jnp:"]:
        module, _, rest = line.partition(": ")
        if module in ("jnp", "jnp:") or module.startswith(("jnp.", "jax.")) and " " not in module:
            if text:
                head, _, spec = " ".join(text).rpartition(": ") if "|" not in " ".join(text) else split(" ".join(text))
                package, _, names = head.partition(": ")
                operands, _, keywords = spec.partition(" | ")
                found += [(f"{package}.{n.strip(chr(39))}", words(operands), [w.split("=", 1) for w in words(keywords)])
                          for n in names.split()]  # fmt: skip
            text = [line]
        else:
            text.append(line)
    return found


def split(text):
    before, _, after = text.partition(" | ")
    head, _, spec = before.rpartition(": ")
    return head, ": ", f"{spec} | {after}"


def words(text):
    """Words of a text; what stands in single quotes is part of one."""
    found, quoted = [""], False
    for c in text:
        if c == "'":
            quoted = not quoted
        if c == " " and not quoted:
            found.append("")
        else:
            found[-1] += c
    return [w for w in found if w]


class Call:
    """A random call: `text` over x, its first operand, which is `first`."""

    def __init__(self, seed, number, table):
        self.r = random.Random(f"{seed} {number}")
        self.name, operands, keywords = self.r.choice(table)
        self.shape = self.r.choice(SHAPES)
        self.vector = self.r.choice((1, 2, 3, 3))
        self.dtype = self.r.choice(DTYPES)
        self.first = None
        args = [self.operand(o) for o in operands]
        args += [f"{k}={self.operand(o)}" for k, o in keywords if self.r.random() < 0.33]
        if self.r.random() < 0.06:
            at = self.r.randrange(len(args))
            key = (
                args[at].partition("=")[0] + "="
                if "=" in args[at] and args[at].partition("=")[0].isidentifier()
                else ""
            )
            args[at] = key + self.r.choice(WRONG)
        self.text = f"{self.name}({', '.join(args)})"

    def number(self, dtype):
        r = self.r
        if dtype == "bool":
            return str(r.random() < 0.5)
        if dtype.startswith("uint"):
            return str(r.choice((0, 1, 2, 3, 7)))
        if dtype.startswith("int"):
            return str(r.choice((-3, -2, -1, 0, 1, 2, 3)))
        x = r.choice(
            (0.5, 1.0, 1.5, -1.25, 2.25, -0.75, 0.25, 3.0, -2.5, 0.0) if r.random() < 0.97 else ("np.nan", "np.inf")
        )
        return f"({x}+{r.choice((0.5, -1.0, 2.0))}j)" if dtype == "complex64" and not isinstance(x, str) else str(x)

    def nested(self, shape, one):
        return one() if not shape else "[" + ", ".join([self.nested(shape[1:], one) for _ in range(shape[0])]) + "]"

    def array(self, shape, dtype=None, one=None):
        dtype = dtype or (self.dtype if self.r.random() < 0.7 else self.r.choice(DTYPES))
        maker = "np" if self.r.random() < 0.08 else "jnp"
        body = self.nested(shape, one or (lambda: self.number(dtype)))
        size = 1
        for n in shape:
            size *= n
        text = f"{maker}.array({body}, '{dtype}')" if size else f"{maker}.zeros({shape}, '{dtype}')"
        if self.first is None:
            self.first = text
            return "x"
        return text

    def operand(self, kind):
        r, floats = self.r, self.r.choice(("float32", "float32", "float32", "float16", "int32"))
        if kind[0] == "'":
            kind = kind[1:-1]
            if kind == "S":
                return r.choice(
                    ("(2, 3)", "(3,)", "()", "(0,)", "3", "(-1,)", "(3, -1)", "(1, 3)", "[2, 3]", "(2, 2, 3)")
                )
            if kind == "L":
                return self.operand("L")
            if kind == "[t]":
                return f"[{self.operand('t')}, {self.operand('t')}]"
            if kind == "(P, True)":
                return f"({self.operand('p')}, True)"
            return kind.replace("(k)", f"({r.randrange(9)})")
        if kind == "a":
            if r.random() < 0.12:
                return r.choice(PYTHON)
            return self.array(self.shape)
        if kind == "b":
            if r.random() < 0.2:
                return r.choice(PYTHON)
            shape = self.shape[r.randrange(len(self.shape) + 1) :] if r.random() < 0.4 else self.shape
            return self.array(tuple([1 if r.random() < 0.15 else n for n in shape]))
        if kind == "f":
            return self.array(self.shape, r.choice(("float32", "float32", "float16")))
        if kind == "i":
            return self.array(
                self.shape, r.choice(("int32", "int32", "int8", "uint8")), lambda: str(r.choice((0, 1, 2, 0, 1, -1, 4)))
            )
        if kind == "t":
            return self.array(self.shape, "bool")
        if kind in "vw":
            return self.array((self.vector,))
        if kind == "m":
            return self.array((2, self.vector))
        if kind == "n":
            return self.array((self.vector, 2) if r.random() < 0.6 else (self.vector,))
        if kind in "sp":
            n = self.vector
            one = [[f"{(2.0 + i if i == j else 0.25 * (i + j)) + (r.choice((0.0, 0.5, -0.5)) if kind == 's' else 0)}"
                    for j in range(n)] for i in range(n)]  # fmt: skip
            numbers = iter([v for row in one for v in row])
            dtype = self.r.choice(("float32", "float32", "complex64", "int32")) if kind == "s" else "float32"
            return self.array(
                (n, n), dtype, lambda: next(numbers) if dtype != "int32" else str(int(float(next(numbers))))
            )
        if kind in "uq":
            return self.array(
                self.shape,
                floats if floats[0] == "f" else "float32",
                lambda: str(r.choice((0.25, 0.5, 0.75) if kind == "u" else (0.5, 1.5, 2.0))),
            )
        if kind == "L":
            return "[" + ", ".join([self.array(self.shape) for _ in range(r.choice((1, 2, 2, 3)))]) + "]"
        if kind in "kl":
            return str(r.choice((0, 1, 2, 1, 3, -1)))
        if kind == "T":
            return r.choice(("True", "False"))
        if kind == "D":
            return r.choice(
                (
                    "'float32'",
                    "'float16'",
                    "int",
                    "float",
                    "jnp.int8",
                    "jnp.complex64",
                    "bool",
                    "jnp.float64",
                    "np.float32",
                    "None",
                )
            )
        if kind == "X":
            n = len(self.shape)
            return str(r.choice((0, -1, n - 1, n, -n, None) if r.random() < 0.3 else (0, -1)))
        if kind == "A":
            return r.choice(("0", "-1", "None", "(0,)", "(0, 1)", "()", "1", "-2", "(0, -1)", "[0]", "(0, 0)", "5"))
        if kind == "W":
            return r.choice(("True", "False", self.array(self.shape, "bool"), self.array(self.shape[-1:], "bool")))
        if kind == "P":
            return r.choice(("'clip'", "'wrap'", "'fill'", "None", "'nothing'"))
        if kind == "O":
            return r.choice(("None", "1", "2", "np.inf", "-np.inf", "'fro'", "'nuc'", "0", "3", "'x'"))
        return kind

    def modes(self):
        """{mode: expression}; x is the first operand in all of them."""
        if self.first is None:
            return {"eager": self.text}
        found = {
            "eager": f"(lambda x: {self.text})({self.first})",
            "jit": f"jax.jit(lambda x: {self.text})({self.first})",
        }
        if "np.array" in self.first[:8] or "object()" in self.text:
            return found
        found["vmap"] = (
            f"jax.vmap(lambda x: {self.text})(jnp.stack([{self.first}, {self.first}[::-1]]))"
            if "([" in self.first
            else ""
        )
        found["grad"] = (
            f"jax.grad(lambda x: sum([jnp.sum(jnp.real(v)) for v in jax.tree.leaves({self.text}) if jnp.issubdtype(v.dtype, "
            f"jnp.inexact)]))({self.first})"
        )
        if "float" not in self.first:
            del found["grad"]
        return {k: v for k, v in found.items() if v}


# ------------------------------------------------------------------------------------------------ comparing
def texts(seed, count):
    """The expressions of the first calls, in every mode."""
    table = rows()
    return [text for number in range(count) for text in Call(seed, number, table).modes().values()]


def outcome(text, space):
    """What an expression gives under the names of a library, or raises."""
    names, jax, is_key = space
    return cases.outcome(lambda: eval(text, dict(names)), jax, is_key)


def ours():
    """(names, jax, what tells keys from arrays) of the swap."""
    import funcgrad.jax as jax
    from funcgrad.random import KeyArray

    return {"jax": jax, "jnp": jax.numpy, "np": np}, jax, lambda r: isinstance(r, KeyArray)


def spaces():
    """Those of jax, and those of the swap."""
    import jax
    import jax.numpy
    import jax.ops
    import jax.scipy.fft
    import jax.scipy.signal
    import jax.scipy.special
    import jax.scipy.stats

    def is_key(r):
        return isinstance(r, jax.Array) and jax.dtypes.issubdtype(r.dtype, jax.dtypes.prng_key)

    return ({"jax": jax, "jnp": jax.numpy, "np": np}, jax, is_key), ours()


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="functions whose names contain this")
    parser.add_argument("--all", action="store_true", help="print those too that differ for a reason given")
    parser.add_argument("--modes", default="eager jit vmap grad")
    options = parser.parse_args(arguments)
    both = spaces()
    table = [row for row in rows() if options.only in row[0]]
    tally = collections.Counter()
    for number in range(options.count):
        call = Call(options.seed, number, table)
        for mode, text in call.modes().items():
            if mode not in options.modes:
                continue
            want, got = [outcome(text, space) for space in both]
            agree = "agree" if alike(got, want) else "known" if known(text, got, want) else "differ"
            tally[mode, agree] += 1
            if agree == "differ" or (agree == "known" and options.all):
                print(
                    f"#{number} {mode} {difference(got, want)}: {call.text}   x = {call.first}\n    jax  {str(want)[:300]}\n    ours {str(got)[:300]}"
                )
                break
    for mode in options.modes.split():
        print(
            f"{mode}: {tally[mode, 'agree']} agree, {tally[mode, 'known']} differ for a reason given, {tally[mode, 'differ']} differ"
        )


if __name__ == "__main__":
    main()
