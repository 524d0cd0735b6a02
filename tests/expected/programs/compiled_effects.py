"""Compiled functions that do what each call has to do anew: draws of Python's and NumPy's generators, the clock, files, containers of all kinds, slots,
attributes of classes and Tensors, defaults. What they draw is printed as far as torch says it (are the calls different?)."""

import collections
import heapq
import io
import itertools
import os
import queue
import random
import tempfile
import time
import types

import numpy as np
import torch

random.seed(0)
np.random.seed(0)
CASES = []


def case(f):
    CASES.append(f)
    return f


def drawn(f):
    f.drawn = True
    return case(f)


text, last = io.StringIO(), collections.deque()
counts, lists, seen, heap, waiting = collections.Counter(), collections.defaultdict(list), set(), [], queue.Queue()
numbers, figures, octets, ordered = itertools.count(), np.zeros(3), bytearray(b"ab"), collections.OrderedDict()
nested = {"a": [{"b": [0]}]}
generator = np.random.default_rng(0)
file = os.path.join(tempfile.mkdtemp(), "lines.txt")


class Slots:
    __slots__ = ("v",)

    def __init__(self):
        self.v = 0


class Meter:
    def __init__(self):
        self.sum, self.count, self.parts = 0.0, 0, types.SimpleNamespace(k=0)

    def update(self, v):
        self.sum += v
        self.count += 1
        self.parts.k += 2


class Totals:
    total, items = 0, []

    @classmethod
    def add(cls):
        cls.total += 1
        cls.items.append(cls.total)
        return cls.total


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.n, self.history, self.stats, self.meter = 0, [], {}, Meter()
        self.last, self.cache = collections.deque(), {}
        self.register_buffer("mean", torch.zeros(2))

    def forward(self, x):
        self.n += 1
        self.history.append(self.n)
        self.stats["k"] = self.stats.get("k", 0) + 1
        self.meter.update(1.0)
        self.mean = self.mean + x
        self.last.append(self.n)
        self.cache[len(self.cache)] = 1
        return (
            x
            + self.n
            + len(self.history)
            + self.stats["k"]
            + self.meter.count
            + self.mean
            + len(self.last)
            + len(self.cache)
        )


slots, meter, model = Slots(), Meter(), Model()


@drawn
def python_draws(x):
    return x + random.random()


@drawn
def whole_numbers(x):
    return x + random.randint(0, 1000)


@drawn
def numpy_draws(x):
    return x + float(np.random.uniform())


@drawn
def numpy_generator(x):
    return x + float(generator.normal())


@drawn
def without_seed(x):
    return x + float(np.random.default_rng().normal())


@case
def with_seed(x):
    return x + random.Random(3).randint(1, 1)


@drawn
def clock(x):
    return x.double() + time.perf_counter_ns() % 10**9


@case
def lines_of_a_file(x):
    with open(file, "a") as f:
        f.write("l")
    return x + os.path.getsize(file)


@case
def written_text(x):
    text.write("z")
    return x + len(text.getvalue())


@case
def of_a_deque(x):
    last.append(len(last) + 1)
    return x + len(last) + sum(last)


@case
def of_a_counter(x):
    counts["a"] += 1
    return x + counts["a"]


@case
def of_a_defaultdict(x):
    lists["k"].append(1)
    return x + len(lists["k"])


@case
def of_a_set(x):
    seen.add(len(seen))
    return x + len(seen)


@case
def of_a_heap(x):
    heapq.heappush(heap, len(heap))
    return x + len(heap)


@case
def of_a_queue(x):
    waiting.put(1)
    return x + waiting.qsize()


@case
def of_an_iterator(x):
    return x + next(numbers)


@case
def of_an_array(x):
    figures[0] += 1
    return x + float(figures[0])


@case
def of_octets(x):
    octets.append(1)
    return x + len(octets)


@case
def of_an_ordered_dict(x):
    ordered[len(ordered)] = 1
    return x + len(ordered)


@case
def of_containers_in_containers(x):
    nested["a"][0]["b"][0] += 1
    return x + nested["a"][0]["b"][0]


@case
def of_slots(x):
    slots.v += 1
    return x + slots.v


@case
def of_a_meter(x):
    meter.update(2.0)
    return x + meter.sum + meter.count + meter.parts.k


@case
def of_a_class(x):
    return x + Totals.add()


@case
def of_a_default(x, kept=[]):  # noqa: B006
    kept.append(1)
    return x + len(kept)


@case
def of_a_tensor(x):
    x.tag = getattr(x, "tag", 0) + 1
    return x + x.tag


@case
def of_a_model(x):
    return model(x)


@case
def of_its_own(x):
    some, table, few = [], {}, set()
    for i in range(3):
        some.append(x * i)
        table[i] = x
        few.add(i)
    table.update(a=x)
    some.extend([x])
    some.pop()
    return sum(some) + sum(table.values()) + len(few)


@case
def of_a_closure(x):
    out = []

    def walk(n):
        out.append(x * n)
        if n:
            walk(n - 1)

    walk(3)
    return sum(out)


for f in CASES:
    g, x = torch.compile(f, backend="aot_eager"), torch.ones(2)
    found = [g(x).tolist() for _ in range(4)]
    print(f.__name__, len({v for v, _ in found}) == 4 if hasattr(f, "drawn") else found)
