"""torch.compiler.set_stance: what compiled functions do when they are called, in every thread."""

import functools

STANCES = (
    "default", "eager_then_compile", "aot_eager_then_compile", "force_eager", "eager_on_recompile", "fail_on_recompile",
)  # fmt: skip


class Stance:
    """The one in force. `given`: (name, force_backend, skip_guard_eval_unsafe); `instead`: None, or what a compiled function answers with,
    (f, args, kwargs), before it looks for a program."""

    name, given, instead = "default", ("default", None, False), None

    def take(self, given):
        self.name, self.given = given[0], given
        self.instead = {"force_eager": as_it_is}.get(self.name) if self.name in STANCES else self.refuse

    def refuse(self, f, args, kwargs):
        name, backend, skip = self.given
        given = f"DynamoStance(stance={name!r}, skip_guard_eval_unsafe={skip!r}, backend={backend!r})"
        raise RuntimeError(f"invalid torch.compile stance '{given}'")

    def missed(self, f, why):
        """True where there is no program, and none is to be made; RuntimeError where that is a mistake. `why`: what failed, or None."""
        if self.name != "fail_on_recompile":
            return self.name == "eager_on_recompile"
        code = getattr(getattr(f, "__func__", f), "__code__", None)
        where = (
            "" if code is None else f" filename: {code.co_filename!r}, function name: {code.co_name!r}, line number: "
        )
        where += "" if code is None else str(code.co_firstlineno)
        failed = "" if why is None else f"\n    triggered by the following guard failure(s):\n    - {why}"
        raise RuntimeError(f"Detected recompile when torch.compile stance is 'fail_on_recompile'.{where}{failed}")


def as_it_is(f, args, kwargs):
    return f(*args, **kwargs)


STANCE = Stance()


class set_stance:
    """What compiled functions do from now on; as a context manager or decorator, within it.

    "default" (and the two that compile later in torch): they compile. "force_eager": they run as they are. "eager_on_recompile": what has
    a program uses it, any other call runs as it is. "fail_on_recompile": such a call is a RuntimeError. Another name is a RuntimeError when a
    compiled function is called. `skip_guard_eval_unsafe` and `force_backend` are taken and change nothing: there is one engine.

    >>> import compat as torch
    >>> f = torch.compile(lambda x: x * 2)
    >>> with torch.compiler.set_stance("fail_on_recompile"):
    ...     f(torch.ones(2))
    Traceback (most recent call last):
    ...
    RuntimeError: Detected recompile when torch.compile stance is 'fail_on_recompile'. filename: ...
    """

    __module__ = "torch._dynamo.decorators"

    def __init__(self, stance="default", *, skip_guard_eval_unsafe=False, force_backend=None):
        if force_backend is not None and stance != "default":
            raise RuntimeError("non-default stance cannot have force_backend set")
        self.new = stance, force_backend, skip_guard_eval_unsafe
        self.old = STANCE.given
        STANCE.take(self.new)

    def __call__(self, f):
        STANCE.take(self.old)

        @functools.wraps(f)
        def called(*args, **kwargs):
            before = STANCE.given
            STANCE.take(self.new)
            try:
                return f(*args, **kwargs)
            finally:
                STANCE.take(before)

        return called

    def __enter__(self):
        STANCE.take(self.new)

    def __exit__(self, *exc):
        STANCE.take(self.old)
