"""Keys: what a stream of random numbers is a function of, and how new ones are made of old ones.

A key is two uint32 words. `key` gives them as a KeyArray, whose shape counts keys; `PRNGKey` gives the words themselves,
uint32[2]. Invariant: what is made of one kind is of that kind, and every function takes both.
"""

import operator

import numpy as np

from .. import tree
from ..core.aval import dtype_of, shape_of
from ..core.handle import Handle
from ..core.primitive import PRIMITIVES
from ..core.site import here
from ..errors import ArgumentValueError, ConversionError

IMPL = "threefry2x32"


class KeyDType:
    """The dtype of a KeyArray: prints as jax's does."""

    name = "key<fry>"
    itemsize = 8
    kind = "V"

    def __repr__(self):
        return self.name

    def __eq__(self, other):
        return isinstance(other, KeyDType)

    def __hash__(self):
        return hash(KeyDType)


KEY = KeyDType()


@tree.register_pytree_node_class
class KeyArray:
    """An array of keys: uint32 words of shape [*shape, 2]. A pytree of one leaf, the words, so every transform takes it.

    >>> from funcgrad.random import key, split
    >>> keys = split(key(0), 3)
    >>> keys.shape, keys[0].shape, keys.dtype
    ((3,), (), key<fry>)
    """

    __slots__ = ("words",)
    dtype = KEY

    def __init__(self, words):
        self.words = words

    shape = property(lambda self: tuple(shape_of(self.words)[:-1]))
    ndim = property(lambda self: len(self.shape))
    size = property(lambda self: int(np.prod(self.shape)))

    def __len__(self):
        if not self.shape:
            raise ArgumentValueError("len: this is one key; split(key, n) gives n.")
        return self.shape[0]

    def __iter__(self):
        return iter([self[i] for i in range(len(self))])

    def __getitem__(self, index):
        index = index if isinstance(index, tuple) else (index,)
        if not any(i is Ellipsis for i in index):
            index = (*index, Ellipsis)
        return type(self)(self.words[(*index, slice(None))])

    def reshape(self, *shape):
        shape = shape[0] if len(shape) == 1 and not hasattr(shape[0], "__index__") else shape
        return type(self)(np.reshape(self.words, (*shape, 2)))

    def ravel(self):
        return self.reshape(-1)

    flatten = ravel

    def __eq__(self, other):
        return np.all(np.equal(self.words, other.words), axis=-1) if isinstance(other, KeyArray) else NotImplemented

    __hash__ = None

    def __array__(self, dtype=None, copy=None):
        raise ConversionError("a key is no array of numbers. Take its words: funcgrad.random.key_data(key).")

    def __repr__(self):
        return f"KeyArray({self.shape}, dtype={KEY}) overlaying:\n{self.words}"

    def tree_flatten(self):
        return (self.words,), None

    @classmethod
    def tree_unflatten(cls, aux, children):
        (words,) = children  # (an array that a function of a tree's keys has made of one is no key)
        other = isinstance(words, (np.ndarray, np.generic, Handle)) and dtype_of(words) != np.uint32
        return words if other else cls(words)


# ------------------------------------------------------------------------------------------------ what functions take
def is_words(x):
    return isinstance(x, (np.ndarray, Handle)) and dtype_of(x) == np.uint32 and shape_of(x)[-1:] == (2,)


def words_of(name, key, batched=False):
    """The words of a key argument; raises TypeError for what is no key, ValueError for several where one is due."""
    words = key.words if isinstance(key, KeyArray) else key
    if not is_words(words):
        got = f"{dtype_of(key)}{list(shape_of(key))}" if hasattr(key, "shape") else repr(key)
        raise TypeError(
            f"{name}: expected a key, from funcgrad.random.key(seed), or its words, uint32[2]; got {got} [at {here()}]"
        )
    if not batched and len(shape_of(words)) > 1:
        raise ArgumentValueError(
            f"{name}: takes one key; got an array of keys of shape {tuple(shape_of(words)[:-1])}. Map over them with vmap. [at {here()}]"
        )
    return words


def like(key, words):
    return KeyArray(words) if isinstance(key, KeyArray) else words


def check_impl(impl):
    if isinstance(impl, KeyDType) or impl in (None, IMPL):
        return
    raise ArgumentValueError(
        f"random: there is one implementation of keys here, {IMPL!r}; got {impl!r}. Figures of 'rbg' and 'unsafe_rbg' depend on the "
        f"compiler of jax, so they are not offered. [at {here()}]"
    )


# ------------------------------------------------------------------------------------------------ making keys
def seeded(name, seed, impl):
    check_impl(impl)
    if isinstance(seed, (KeyArray, float)) or shape_of(seed) != () or dtype_of(seed).kind not in "iub":
        raise TypeError(
            f"{name}: the seed must be one whole number; got {seed!r}. Map over seeds with vmap. [at {here()}]"
        )
    if isinstance(seed, Handle):
        low = PRIMITIVES["cast"](np.bitwise_and(seed, np.asarray(0xFFFFFFFF, np.int64)), dtype=np.dtype(np.uint32))
        return np.stack([np.zeros_like(low), low])
    return np.array([0, operator.index(seed) & 0xFFFFFFFF], np.uint32)


def key(seed, *, impl=None, dtype=None):
    """A key made of a whole number, of which the lower 32 bits count (as in jax, whose numbers have 32 bits by default).

    Raises TypeError for anything but one whole number, ValueError for an implementation other than 'threefry2x32'.

    >>> from funcgrad.random import key, key_data
    >>> key_data(key(7))
    array([0, 7], dtype=uint32)
    """
    return KeyArray(seeded("key", seed, impl if dtype is None else dtype))


def PRNGKey(seed, *, impl=None):
    """A key as its two words, uint32[2].

    >>> from funcgrad.random import PRNGKey
    >>> PRNGKey(7)
    array([0, 7], dtype=uint32)
    """
    return seeded("PRNGKey", seed, impl)


def split(key, num=2):
    """New keys made of one: `num` of them, or an array of that shape. The old one should not be used again.

    >>> from funcgrad.random import key, split
    >>> split(key(0), (2, 3)).shape
    (2, 3)
    """
    shape = tuple(num) if isinstance(num, (tuple, list)) else (operator.index(num),)
    return like(key, PRIMITIVES["random_split"](words_of("split", key), shape=shape))


def fold_in(key, data):
    """A new key made of a key and a whole number of 32 bits (the step of a loop, say). Raises OverflowError beyond.

    >>> from funcgrad.random import fold_in, key, key_data
    >>> bool((key_data(fold_in(key(0), 1)) == key_data(fold_in(key(0), 2))).any())
    False
    """
    words = words_of("fold_in", key)
    if shape_of(data) != ():
        raise TypeError(
            f"fold_in: takes one number; got shape {shape_of(data)}. Map over numbers with vmap. [at {here()}]"
        )
    if isinstance(data, Handle):
        data = PRIMITIVES["cast"](data, dtype=np.dtype(np.uint32))
    else:
        data = np.uint32(data) if isinstance(data, int) else np.asarray(data).astype(np.uint32)
    return like(key, PRIMITIVES["random_fold_in"](words, data))


def clone(key):
    """The same key. (jax marks it as one that may be used again; here nothing counts uses.)"""
    words_of("clone", key, batched=True)
    return key


def key_data(keys):
    """The words of keys: uint32 of shape [*keys.shape, 2]."""
    return words_of("key_data", keys, batched=True)


def wrap_key_data(key_bits_array, *, impl=None, dtype=None):
    """Keys with these words, uint32[..., 2]. Raises TypeError for another dtype or shape."""
    check_impl(impl if dtype is None else dtype)
    return KeyArray(words_of("wrap_key_data", key_bits_array, batched=True))


def key_impl(keys):
    """The name of the implementation of keys: 'threefry2x32'."""
    words_of("key_impl", keys, batched=True)
    return IMPL


def key_dtype(impl_spec=None):
    """The dtype of key arrays."""
    check_impl(impl_spec)
    return KEY


# ------------------------------------------------------------------------------------------------ what every draw does
def float_dtype(name, dtype, complex_too=False):
    """The dtype of a draw: float32 unless another is asked for (Python's `float` asks for none). ValueError if not float."""
    dtype = np.dtype(np.float32 if dtype is None or dtype is float else dtype)
    if dtype.kind != "f" and not (complex_too and dtype.kind == "c"):
        raise ArgumentValueError(f"{name}: dtype must be a float dtype; got {dtype}. [at {here()}]")
    return dtype


def int_dtype(name, dtype):
    """The dtype of whole numbers: int32 unless another is asked for. ValueError if not an integer dtype."""
    dtype = np.dtype(np.int32 if dtype is None or dtype is int else dtype)
    if dtype.kind not in "iu":
        raise ArgumentValueError(f"{name}: dtype must be an integer dtype; got {dtype}. [at {here()}]")
    return dtype


def shape_for(name, shape, *parameters):
    """The shape of a draw: as given, or that of the parameters, which must broadcast to it."""
    shapes = [s for s in map(shape_of, parameters) if s != ()]
    if shape is None:
        return np.broadcast_shapes(*shapes)
    shape = tuple([operator.index(k) for k in shape]) if isinstance(shape, (tuple, list)) else (operator.index(shape),)
    if not shapes:
        return shape
    try:
        fits = np.broadcast_shapes(shape, *shapes) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ArgumentValueError(
            f"{name}: parameters of shapes {', '.join(map(str, shapes))} do not broadcast to shape={shape}. [at {here()}]"
        )
    return shape
