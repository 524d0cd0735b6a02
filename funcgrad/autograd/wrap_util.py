"""unary_to_nary: an operator on functions of one argument, as one on functions of any, by the number of the argument."""

import functools

from ..errors import ArgumentError

__all__ = ["unary_to_nary", "wraps"]


def checked(argnum):
    """TypeError for what cannot say which argument is meant."""
    if not isinstance(argnum, (int, tuple, list)) or isinstance(argnum, bool):
        raise ArgumentError(f"argnum must be an int, or a tuple or list of them; got {argnum!r}.")


def unary_to_nary(unary_operator):
    """The operator `op(f, argnum=0, ...)(*args, **kwargs)` of `unary_operator(f_of_x, x, ...)`.

    argnum: a number, or a tuple or list of numbers, for which x is the tuple of those arguments. TypeError for what is
    neither; IndexError where there is no such argument.

    >>> double = unary_to_nary(lambda f, x: 2 * f(x))
    >>> double(lambda a, b: a - b, 1)(5.0, 3.0)
    4.0
    """

    @functools.wraps(unary_operator)
    def operator(fun, argnum=0, *options, **named_options):
        checked(argnum)

        @functools.wraps(fun, updated=())
        def of_arguments(*args, **kwargs):
            numbers = (argnum,) if isinstance(argnum, int) else argnum
            for i in numbers:
                if not -len(args) <= i < len(args):
                    raise IndexError(
                        f"argnum is {i}, but the function was called with {len(args)} positional arguments"
                    )

            def of_x(x):
                given = list(args)
                for i, value in zip(numbers, (x,) if isinstance(argnum, int) else x, strict=True):
                    given[i] = value
                return fun(*given, **kwargs)

            x = args[argnum] if isinstance(argnum, int) else tuple([args[i] for i in numbers])
            return unary_operator(of_x, x, *options, **named_options)

        return of_arguments

    return operator


def wraps(fun, namestr="{fun}", docstr="{doc}", **kwargs):
    """A decorator that gives a function the name and text of `fun`, in these forms; `kwargs` may stand in them.

    >>> wraps(len, "grad_of_{fun}_by_{argnum}", argnum=0)(lambda x: x).__name__
    'grad_of_len_by_0'
    """

    def named(f):
        name = getattr(fun, "__name__", type(fun).__name__)
        f.__name__ = namestr.format(fun=name, **kwargs)
        f.__doc__ = docstr.format(fun=name, doc=getattr(fun, "__doc__", ""), **kwargs)
        return f

    return named
