"""Random programs of torch.utils.data, run under torch and under compat: data sets, samplers, loaders with every option, right and wrong.

    python tests/random_loaders.py --count 2000 --seed 1

A program makes a data set and a loader (one in five with a wrong argument), goes through it, and draws from the default generator, so that
what loading takes from it is seen. Invariant: a seed and a number give one program, always the same.
"""

import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests.side_by_side import main  # noqa: E402

START = [
    "D = torch.utils.data",
    "class Squares(D.Dataset):\n    def __getitem__(self, i): return i, float(i * i), f's{i}', {'x': torch.full((2,), float(i)), 'r': torch.rand(())}\n"
    "    def __len__(self): return 7",
    "class Stream(D.IterableDataset):\n    def __iter__(self): return iter([torch.tensor([k, -k]) for k in range(5)])",
    "class Counted(Stream):\n    def __len__(self): return 5",
    "class Failing(Squares):\n    def __getitem__(self, i):\n        if i == 4: raise KeyError(f'no {i}')\n        return i",
    "g = torch.Generator().manual_seed(11)",
]  # fmt: skip
SETS = """
Squares()
Stream()
Counted()
Failing()
range(9)
[torch.ones(2), torch.zeros(2), torch.ones(2) * 3]
torch.arange(12.0).reshape(6, 2)
np.arange(8)
D.TensorDataset(torch.arange(6.0), torch.arange(6) % 2)
D.ConcatDataset([range(3), range(10, 14)])
D.StackDataset(a=range(5), b=torch.arange(5))
D.Subset(Squares(), [5, 1, 3])
D.random_split(range(10), [0.7, 0.3])[0]
D.random_split(range(10), [4, 6], generator=g)[1]
D.ChainDataset([Stream(), Stream()])
[]
[1, 'a', None]
[(torch.ones(2), 1), (torch.ones(3), 2)]
{0: 'zero', 1: 'one'}
""".strip().splitlines()
SAMPLERS = """
D.SequentialSampler(d)
D.RandomSampler(d)
D.RandomSampler(d, True, 5)
D.RandomSampler(d, num_samples=3)
D.RandomSampler(d, generator=g)
D.SubsetRandomSampler([2, 0, 1])
D.SubsetRandomSampler([2, 0, 1], generator=g)
D.WeightedRandomSampler([0.1, 0.9, 0.4], 4)
D.WeightedRandomSampler([0.1, 0.9, 0.4], 2, False, generator=g)
D.DistributedSampler(d, 2, 1)
D.DistributedSampler(d, 2, 0, shuffle=False, drop_last=True)
[0, 2, 1]
iter([1, 0])
""".strip().splitlines()
BATCHES = ["D.BatchSampler({}, 2, False)", "D.BatchSampler({}, 3, True)", "[[0], [1, 2]]"]
OPTIONS = {
    "batch_size": ["1", "2", "3", "4", "None"],
    "shuffle": ["True", "False"],
    "drop_last": ["True", "False"],
    "collate_fn": ["list", "lambda b: b", "D.default_collate", "D.default_convert", "len"],
    "generator": ["g", "None", "torch.Generator().manual_seed(5)"],
    "pin_memory": ["False", "True"],
    "in_order": ["True", "False"],
    "num_workers": ["0"],
    "timeout": ["0"],
}
WRONG = {
    "batch_size": ["0", "-1", "2.5", "'a'"],
    "shuffle": ["1", "None"],
    "num_workers": ["-1"],
    "timeout": ["-1", "2"],
    "prefetch_factor": ["2"],
    "persistent_workers": ["True"],
    "multiprocessing_context": ["'fork'"],
    "collate_fn": ["3"],
    "generator": ["3"],
    "foo": ["1"],
}
LOOKS = """
len(l)
list(l)
list(l)
[b for b, _ in zip(l, range(2))]
next(iter(l))
len(iter(l))
type(l.sampler).__name__, type(l.batch_sampler).__name__, l.batch_size, l.drop_last
l.dataset is d
torch.rand(2)
g.get_state().sum()
[i for _, i in zip(range(12), l.sampler)]
l.batch_size = 9
""".strip().splitlines()


def program(rng, number):
    """The lines of a program."""
    options = {k: rng.choice(v) for k, v in OPTIONS.items() if rng.random() < 0.3}
    if rng.random() < 0.3:
        options["sampler"] = rng.choice(SAMPLERS)
        options.pop("shuffle", None)
    elif rng.random() < 0.2:
        options = {k: v for k, v in options.items() if k not in ("batch_size", "shuffle", "drop_last")}
        options["batch_sampler"] = rng.choice(BATCHES).format(rng.choice(SAMPLERS))
    if rng.random() < 0.2:
        name = rng.choice([*WRONG])
        options[name] = rng.choice(WRONG[name])
    call = ", ".join(["d", *[f"{k}={v}" for k, v in options.items()]])
    return [*START, f"d = {rng.choice(SETS)}", f"l = D.DataLoader({call})", *rng.sample(LOOKS, 7)]


if __name__ == "__main__":
    main(program, __doc__)
