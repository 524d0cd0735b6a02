"""The written-out road of the functional face: one function for each elementwise primitive of a ufunc, over Record.

Whatever is not over plain arrays, or over a Record of them, takes the general road.
"""

from .aval import aval_of
from .handle import Handle, snap
from .written import SITE, compile_text, environment, expression, node_text, reindent

FIELD = ("+", "-", "*", "/")  # the operators that take a number as such an array (powers look at the number itself)


def written_out(prim):
    """The functional face's function of a primitive: written out if it is elementwise, of a ufunc, and has a derivative."""
    if not prim.elementwise or prim.ufunc is None or prim.nondiff is not None:
        return prim
    if prim.params not in ((), ("kink",)) or prim.arity > 2:
        return prim
    return unary(prim) if prim.arity == 1 else binary(prim)


NESTED = """
            if type(out) is Array and out.alias is None: out.alias = FROZEN
            elif isinstance(out, Handle): out = snap(out)"""  # (nobody else has a result: it need not be copied to be frozen)


def unary(prim):
    env = environment(prim, "jax") | {"Handle": Handle, "snap": snap}
    text, env["plan1"] = node_text(prim, 1, ["v"], "x.mark", "None", "jax")
    check = (
        ""
        if prim.dtype_kept
        else "\n            if getattr(v, 'dtype', None) is not getattr(out, 'dtype', None): n.avals = (aval_of(v),)"
    )
    env["aval_of"] = aval_of
    deep_check = "" if prim.dtype_kept else "\n            n.avals = (aval_of(v),)"
    return compile_text(
        f"""def call(x):
    if type(x) is Array:
        if x.alias is not None: fresh(x)
        t = x.owner
        if t.flat:
            v = x.val
            out = {expression(prim, "v")}{text}{check}{SITE}
            return Array(out, n, t)
        if type(t) is Record and not t.done and not shared.staging:
            v = x.val
            out = call(v){NESTED}{text}{deep_check}{SITE}
            return Array(out, n, t)
    return general(x)
""",
        env,
    )


def binary(prim):
    """f(x, y); also sets f.reflected = the same with x on the right of the operator."""

    def constant(v, number):
        if prim.symbol not in FIELD:
            return ""
        return f"""
            if type({v}) is ndarray:
                d = {v}.dtype
                if d is F64: {number} = C64[{number}]
                elif d is F32: {number} = C32[{number}]"""

    env = environment(prim, "jax") | {"Handle": Handle, "snap": snap}
    both, env["plan3"] = node_text(prim, 3, ["vx", "vy"], "x.mark, y.mark", "avals", "jax")
    left, env["plan1"] = node_text(prim, 1, ["vx", "y"], "x.mark", "avals", "jax")
    right, env["plan2"] = node_text(prim, 2, ["x", "vy"], "y.mark", "avals", "jax")
    left_kept, _ = node_text(prim, 1, ["vx", "kept(y, t)"], "x.mark", "avals", "jax")
    right_kept, _ = node_text(prim, 2, ["kept(x, t)", "vy"], "y.mark", "avals", "jax")
    one = both + SITE + "\n            return Array(out, n, t)"
    made = SITE + "\n            return Array(out, n, t)"
    left, right, left_kept, right_kept = left + made, right + made, left_kept + made, right_kept + made
    on_left = f"""
        if t.flat:
          if type(y) is float or type(y) is int:{constant("vx", "y")}
            out = {expression(prim, "vx", "y")}
            avals = None{left}
          elif type(y) is ndarray:
            out = {expression(prim, "vx", "y")}
            avals = mismatch(out, (vx, True), (y, False)){left_kept}
        elif (type(y) is float or type(y) is int) and type(t) is Record and not t.done and not shared.staging:
            out = call(vx, y){NESTED}
            avals = None{left}"""
    on_right = f"""
        if t.flat:
          vy = y.val
          if type(x) is float or type(x) is int:{constant("vy", "x")}
            out = {expression(prim, "x", "vy")}
            avals = None{right}
          elif type(x) is ndarray:
            out = {expression(prim, "x", "vy")}
            avals = mismatch(out, (x, False), (vy, True)){right_kept}
        elif (type(x) is float or type(x) is int) and type(t) is Record and not t.done and not shared.staging:
            vy = y.val
            out = {"reflected(vy, x)"}{NESTED}
            avals = None{right}"""
    call = compile_text(
        f"""def call(x, y):
    if type(x) is Array:
        if x.alias is not None: fresh(x)
        t = x.owner
        vx = x.val
        if type(y) is Array:
            if y.alias is not None: fresh(y)
            if y.owner is t:
                vy = y.val
                if t.flat:
                    out = {expression(prim, "vx", "vy")}
                    if type(vx) is type(vy) is ndarray and vx.dtype is vy.dtype: avals = None if vx.shape == vy.shape else (Aval(vx.shape, vx.dtype), Aval(vy.shape, vy.dtype))
                    else: avals = mismatch(out, (vx, True), (vy, True)) if hasattr(out, "shape") else None
                else:
                    if type(t) is not Record or t.done or shared.staging: return general(x, y)
                    out = call(vx, vy){reindent(NESTED, 8)}
                    avals = mismatch(out, (vx, True), (vy, True)){reindent(one, 4)}
            return general(x, y){on_left}
    elif type(y) is Array:
        if y.alias is not None: fresh(y)
        t = y.owner{on_right}
    return general(x, y)
""",
        env,
    )
    swapped = dict(env)
    call.reflected = env["reflected"] = compile_text(
        f"""def reflected(y, x):
    if type(y) is Array:
        if y.alias is not None: fresh(y)
        t = y.owner{on_right}
    return general(x, y)
""",
        swapped,
    )
    return call
