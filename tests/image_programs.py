"""Random programs of networks on images that lie in memory in any order, for memory_kinds.py."""

import numpy as np

from tests.random_views import Maker

IMAGES = ((2, 3, 4, 4), (1, 2, 4, 6), (2, 4, 3, 5), (1, 1, 4, 4), (2, 4, 1, 1), (3, 2, 4, 4))


class Images(Maker):
    """Makes the lines of one network: layers on an image, and the gradients."""

    def image(self, shape=None):
        n, c, h, w = shape = shape or self.one(IMAGES)

        def numbers(*s):
            return f"torch.linspace(-2, 3, {int(np.prod(s))}, dtype=torch.float64).reshape({s})"

        text = self.texts(
            numbers(*shape), numbers(*shape), f"{numbers(*shape)}.contiguous(memory_format=torch.channels_last)", f"{numbers(n, h, w, c)}.permute(0, 3, 1, 2)",
            f"{numbers(w, h, c, n)}.permute(3, 2, 1, 0)", f"{numbers(n, c, h, 2 * w)}[..., ::2]", f"{numbers(n, h, w, 2 * c)}.permute(0, 3, 1, 2)[:, :{c}]",
            f"{numbers(1, c, h, w)}.expand({shape})", f"{numbers(n, 1, h, w)}.expand({shape})", f"{numbers(c, n, h, w)}.transpose(0, 1)",
        )  # fmt: skip
        leaf = self.define(f"{text}.detach()", shape, "float64")
        if self.chance(0.8):
            self.add(f"{leaf}.requires_grad_()")
        if self.chance(0.5):
            return self.define(f"{leaf} * {self.one((1, 2))}", shape, "float64")
        return leaf

    def images(self):
        x = self.image()
        n, c, h, w = shape = self.known[x][0]
        if self.chance(0.4):
            self.image(shape)
        for _ in range(int(self.rng.integers(1, 5))):
            self.layer()
        self.finish()

    def weight(self, *shape):
        text = f"torch.linspace(-1, 1, {int(np.prod(shape))}, dtype=torch.float64).reshape({shape})"
        if len(shape) == 4 and self.chance(0.4):
            text += ".contiguous(memory_format=torch.channels_last)"
        return self.define(f"{text}.requires_grad_()", shape, "float64", "w")

    def layer(self):
        x = self.some(lambda s, d: len(s) == 4)
        n, c, h, w = shape = self.known[x][0]
        F, k = "torch.nn.functional", self.one((1, 2, 3))
        how = self.one(
            "conv conv conv depthwise transposed pool adaptive batch batch group instance layer resize resize pad point bias two cat reduce format shuffle view".split()
        )
        if how in ("conv", "depthwise", "transposed"):
            k = min(k, h, w)
            stride, pad, o = self.one((1, 1, 2)), self.one((0, 0, 1)), self.one((1, 2, 4))
            g, o = (c, c) if how == "depthwise" else (1, o)
            if how == "transposed":
                y = self.weight(c, o, k, k)
                hh, ww = [(s - 1) * stride + k - 2 * pad for s in (h, w)]
                name = "conv_transpose2d"
            else:
                y = self.weight(o, c // g, k, k)
                hh, ww = [(s + 2 * pad - k) // stride + 1 for s in (h, w)]
                name = "conv2d"
            if min(hh, ww) < 1:
                return
            b = self.weight(o) if self.chance(0.5) else "None"
            rest = ", 0" * (how == "transposed")
            self.define(f"{F}.{name}({x}, {y}, {b}, {stride}, {pad}{rest}, {g})", (n, o, hh, ww), "float64")
        elif how == "pool":
            k = min(self.one((2, 2, 3)), h, w)
            name = self.one(("max_pool2d", "avg_pool2d", "lp_pool2d"))
            self.define(
                f"{F}.{name}({x}, {'2, ' * (name[0] == 'l')}{k})", (n, c, (h - k) // k + 1, (w - k) // k + 1), "float64"
            )
        elif how == "adaptive":
            s = self.one(((1, 1), (2, 2), (2, 1)))
            self.define(f"{F}.adaptive_{self.one(('avg', 'max'))}_pool2d({x}, {s})", (n, c, *s), "float64")
        elif how == "batch" and n * h * w > 1:
            train = self.chance(0.6)
            stats = (
                "None, None"
                if train
                else f"torch.zeros({c}, dtype=torch.float64), torch.full(({c},), 4., dtype=torch.float64)"
            )
            a = self.chance(0.6) and f"{self.weight(c)}, {self.weight(c)}" or "None, None"
            self.define(f"{F}.batch_norm({x}, {stats}, {a}, {train})", shape, "float64")
        elif how == "group" and h * w > 1:
            self.define(
                f"{F}.group_norm({x}, {self.one((1, c))}{f', {self.weight(c)}' * self.chance(0.5)})", shape, "float64"
            )
        elif how == "instance" and h * w > 1:
            self.define(f"{F}.instance_norm({x})", shape, "float64")
        elif how == "layer" and w > 1:
            self.define(f"{F}.layer_norm({x}, ({w},){f', {self.weight(w)}' * self.chance(0.5)})", shape, "float64")
        elif how == "resize":
            mode = self.one(("nearest", "bilinear", "bicubic", "area", "nearest-exact"))
            to = self.one(((h * 2, w * 2), (h, w), (max(h // 2, 1), w)))
            self.define(f"{F}.interpolate({x}, {to}, mode={mode!r})", (n, c, *to), "float64")
        elif how == "pad":
            mode = self.one(
                ("constant", "reflect", "replicate", "circular") if min(h, w) > 1 else ("constant", "replicate")
            )
            self.define(f"{F}.pad({x}, (1, 0, 1, 1), mode={mode!r})", (n, c, h + 2, w + 1), "float64")
        elif how == "point":
            f = self.one(("torch.exp({})", "{}.relu()", "torch.sigmoid({})", F + ".gelu({})", "{}.clamp(min=0)", F + ".softmax({}, 1)", F + ".silu({})", "{}.cumsum(1)", "{}.clone()", F + ".leaky_relu({})",
                          "{}.float()", "-{}", "{} / 2", "{} ** 2", "torch.where({0} > 0, {0}, 0.)", F + ".normalize({})", "{}.flip(2)", "{}.roll(1, 3)", "{}.log_softmax(1)", "torch.zeros_like({})", "{}.tril()"))  # fmt: skip
            self.define(f.format(x), shape, "float64")
        elif how == "bias":
            s = self.one(((1, c, 1, 1), (c, 1, 1), (w,), (n, 1, h, 1), ()))
            f = f"{self.one('+-*')} {self.weight(*s)}"
            self.define(f"{x} {f}" if self.chance(0.7) else f"{f[2:]} {f[0]} {x}", shape, "float64")
        elif how == "two":
            y = self.some(lambda s, d: s == shape)
            f = self.one(
                (
                    "{} + {}",
                    "{} * {}",
                    "torch.maximum({}, {})",
                    "torch.addcmul({0}, {1}, {0})",
                    "torch.lerp({}, {}, 0.5)",
                    "torch.where({0} > 0, {0}, {1})",
                    "{} - {}",
                )
            )
            self.define(f.format(x, y), shape, "float64")
        elif how == "cat":
            y = self.some(lambda s, d: s == shape)
            d = self.one((0, 1, 1, 2, 3))
            f = self.one(("cat", "cat", "cat", "stack"))
            if f == "cat":
                self.define(f"torch.cat([{x}, {y}], {d})", [k * (1 + (i == d)) for i, k in enumerate(shape)], "float64")
            else:
                self.define(f"torch.stack([{x}, {y}], {d})[{':, ' * d}0]", shape, "float64")
        elif how == "reduce":
            d, keep = self.one(((2, 3), (0, 2, 3), (1,), (3,), (0,))), self.chance(0.7)
            f = self.one(("sum", "mean", "amax", "var", "std"))
            rest = [1 if i in d else k for i, k in enumerate(shape) if keep or i not in d]
            self.define(f"{x}.{f}({d}, keepdim={keep})", rest, "float64")
        elif how == "format":
            f = self.one(
                (
                    "{}.contiguous()",
                    "{}.contiguous(memory_format=torch.channels_last)",
                    "{}.to(memory_format=torch.channels_last)",
                    "{}.clone(memory_format=torch.contiguous_format)",
                    "{}.clone(memory_format=torch.preserve_format)",
                )
            )
            self.define(f.format(x), shape, "float64")
        elif how == "shuffle":
            if c % 4 == 0:
                self.define(f"{F}.pixel_shuffle({x}, 2)", (n, c // 4, h * 2, w * 2), "float64")
            elif h % 2 == w % 2 == 0:
                self.define(f"{F}.pixel_unshuffle({x}, 2)", (n, c * 4, h // 2, w // 2), "float64")
        elif how == "view":
            d = int(self.rng.integers(1, 4))
            f, s = self.one(
                (
                    (f"{x}[:, :1]", (n, 1, h, w)),
                    (f"{x}[..., :1]", (n, c, h, 1)),
                    (f"{x}.transpose(2, 3)", (n, c, w, h)),
                    (f"{x}.flatten({d})", None),
                    (f"{x}[:, ::2]", (n, -(-c // 2), h, w)),
                    (f"{x}.reshape({n}, -1)", None),
                )
            )
            self.define(f, s or (int(np.prod(shape)),), "float64")

    def finish(self):
        names = [n for n in self.known if n[0] == "x" and self.known[n][1] == "float64"]
        leaves = [line.partition(" ")[0].partition(".")[0] for line in self.lines if "requires_grad_" in line]
        f = self.one(
            (
                "({} * {}).sum()",
                "{}.sum()",
                "{}.mean() + {}.sum()",
                "({} * torch.arange({}.numel()).reshape({}.shape)).sum()",
            )
        )
        y = names[-1]
        loss = f.replace("{}", y)
        if leaves and self.chance(0.4):
            among = [*leaves, *[n for n in names[:-1] if n not in leaves and self.chance(0.5)]]
            self.add(
                f"r = torch.autograd.grad({loss}, [t for t in ({', '.join(among)},) if t.requires_grad], allow_unused=True)"
            )
            self.add("gs = {'g' + str(i): t for i, t in enumerate(r) if t is not None}; globals().update(gs)")
        else:
            self.add(f"({loss}).backward()")
