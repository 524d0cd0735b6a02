"""jax.example_libraries.stax: layers as pairs (init, apply).

`init(key, input_shape)` gives (output_shape, params), `apply(params, inputs, **kwargs)` the outputs; `rng=` reaches layers that draw.
"""

import functools
import operator

from .. import lax, nn, random
from .. import numpy as jnp
from ..nn.initializers import glorot_normal, normal, ones, zeros


def Dense(out_dim, W_init=None, b_init=None):
    """A product with a matrix, and a bias."""
    W_init, b_init = W_init or glorot_normal(), b_init or normal()

    def init(key, input_shape):
        k1, k2 = random.split(key)
        return (*input_shape[:-1], out_dim), (W_init(k1, (input_shape[-1], out_dim)), b_init(k2, (out_dim,)))

    def apply(params, inputs, **kwargs):
        W, b = params
        return jnp.dot(inputs, W) + b

    return init, apply


def GeneralConv(dimension_numbers, out_chan, filter_shape, strides=None, padding="VALID", W_init=None, b_init=None):
    """A convolution, its layouts given as in lax.conv_general_dilated."""
    lhs, rhs, out = dimension_numbers
    strides = strides or (1,) * len(filter_shape)
    W_init, b_init = W_init or glorot_normal(rhs.index("I"), rhs.index("O")), b_init or normal(1e-6)

    def init(key, input_shape):
        sizes = iter(filter_shape)
        kernel = [{"O": out_chan, "I": input_shape[lhs.index("C")]}.get(c) or next(sizes) for c in rhs]
        k1, k2 = random.split(key)
        bias = tuple([out_chan if c == "C" else 1 for c in out])
        params = W_init(k1, kernel), b_init(k2, bias)
        from .. import ShapeDtypeStruct, eval_shape

        shape = eval_shape(apply, params, ShapeDtypeStruct(tuple([max(n, 1) for n in input_shape]), "float32")).shape
        return tuple(
            [-1 if input_shape[lhs.index("N")] == -1 and c == "N" else n for c, n in zip(out, shape, strict=True)]
        ), params

    def apply(params, inputs, **kwargs):
        W, b = params
        return lax.conv_general_dilated(inputs, W, strides, padding, dimension_numbers=dimension_numbers) + b

    return init, apply


Conv = functools.partial(GeneralConv, ("NHWC", "HWIO", "NHWC"))


def BatchNorm(axis=(0, 1, 2), epsilon=1e-5, center=True, scale=True, beta_init=zeros, gamma_init=ones):
    """Inputs normalised over axes, scaled and shifted."""
    axis = (axis,) if isinstance(axis, int) else axis

    def init(key, input_shape):
        shape = tuple([n for i, n in enumerate(input_shape) if i not in axis])
        k1, k2 = random.split(key)
        return input_shape, (beta_init(k1, shape) if center else (), gamma_init(k2, shape) if scale else ())

    def apply(params, x, **kwargs):
        beta, gamma = params
        whole = tuple([None if i in axis else slice(None) for i in range(jnp.ndim(x))])
        z = nn.standardize(x, axis, epsilon=epsilon)
        z = z * gamma[whole] if scale else z
        return z + beta[whole] if center else z

    return init, apply


def pointwise(fun, **options):
    """A layer without parameters, of a function of arrays."""
    return (lambda key, shape: (shape, ())), (lambda params, inputs, **kwargs: fun(inputs, **options))


Tanh, Relu, Exp, Sigmoid = map(pointwise, (jnp.tanh, nn.relu, jnp.exp, nn.sigmoid))
LogSoftmax, Softmax = pointwise(nn.log_softmax, axis=-1), pointwise(nn.softmax, axis=-1)
Softplus, Elu, LeakyRelu, Selu, Gelu = map(pointwise, (nn.softplus, nn.elu, nn.leaky_relu, nn.selu, nn.gelu))
Identity = pointwise(lambda x: x)


def pooling(reducer, start, rescale=False):
    def layer(window_shape, strides=None, padding="VALID", spec="NHWC"):
        window, step = iter(window_shape), iter(strides or (1,) * len(window_shape))
        dims = tuple([1 if c in "NC" else next(window) for c in spec])
        steps = tuple([1 if c in "NC" else next(step) for c in spec])

        def apply(params, inputs, **kwargs):
            out = lax.reduce_window(inputs, start, reducer, dims, steps, padding)
            if rescale:
                out = out / lax.reduce_window(jnp.ones_like(inputs), start, reducer, dims, steps, padding)
            return out

        def init(key, input_shape):
            from .. import ShapeDtypeStruct, eval_shape

            shape = eval_shape(apply, (), ShapeDtypeStruct(tuple([max(n, 1) for n in input_shape]), "float32")).shape
            return tuple([-1 if n == -1 else m for n, m in zip(input_shape, shape, strict=True)]), ()

        return init, apply

    return layer


MaxPool, SumPool, AvgPool = pooling(lax.max, -jnp.inf), pooling(lax.add, 0.0), pooling(lax.add, 0.0, True)
Flatten = (
    lambda key, shape: ((shape[0], functools.reduce(operator.mul, shape[1:], 1)), ()),
    lambda params, inputs, **kwargs: jnp.reshape(inputs, (inputs.shape[0], -1)),
)
FanInSum = (lambda key, shape: (shape[0], ())), (lambda params, inputs, **kwargs: sum(inputs))


def FanOut(num):
    """The input, several times."""
    return (lambda key, shape: ([shape] * num, ())), (lambda params, inputs, **kwargs: [inputs] * num)


def FanInConcat(axis=-1):
    """Inputs put together along an axis."""

    def init(key, input_shape):
        k = axis % len(input_shape[0])
        total = sum([s[k] for s in input_shape])
        return (*input_shape[0][:k], total, *input_shape[0][k + 1 :]), ()

    return init, lambda params, inputs, **kwargs: jnp.concatenate(inputs, axis)


def Dropout(rate, mode="train"):
    """Entries kept with probability `rate`, and scaled up; nothing is dropped unless mode is "train". Needs rng=."""

    def apply(params, inputs, rng=None, **kwargs):
        if rng is None:
            raise ValueError("Dropout: apply it with a key, apply(params, inputs, rng=key)")
        if mode != "train":
            return inputs
        return jnp.where(random.bernoulli(rng, rate, inputs.shape), inputs / rate, 0)

    return (lambda key, shape: (shape, ())), apply


def keys_for(rng, n):
    return random.split(rng, n) if rng is not None else (None,) * n


def serial(*layers):
    """Layers one after the other."""
    inits, applies = zip(*layers, strict=True)

    def init(key, input_shape):
        params = []
        for f in inits:
            key, own = random.split(key)
            input_shape, p = f(own, input_shape)
            params.append(p)
        return input_shape, params

    def apply(params, inputs, rng=None, **kwargs):
        for f, p, k in zip(applies, params, keys_for(rng, len(layers)), strict=True):
            inputs = f(p, inputs, rng=k, **kwargs)
        return inputs

    return init, apply


def parallel(*layers):
    """Layers beside each other, on a list of inputs."""
    inits, applies = zip(*layers, strict=True)

    def init(key, input_shape):
        pairs = [f(k, s) for f, k, s in zip(inits, random.split(key, len(layers)), input_shape, strict=True)]
        return tuple([s for s, _ in pairs]), tuple([p for _, p in pairs])

    def apply(params, inputs, rng=None, **kwargs):
        keys = keys_for(rng, len(layers))
        return [f(p, x, rng=k, **kwargs) for f, p, x, k in zip(applies, params, inputs, keys, strict=True)]

    return init, apply


def shape_dependent(make_layer):
    """A layer that is made of the shape of its input: make_layer(shape) -> (init, apply)."""
    return (lambda key, shape: make_layer(shape)[0](key, shape)), (
        lambda params, inputs, **kwargs: make_layer(inputs.shape)[1](params, inputs, **kwargs)
    )
