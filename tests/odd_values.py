"""Odd values wherever Python and a Tensor meet: as an index and what is assigned there, beside an operator, as data, in Python's own
functions, in a format, as an attribute; each line made of torch and of compat, which have to do the same.

    python tests/odd_values.py --seed 0 --count 3000               what differs (torch 2.13 has to be installed)
    python tests/odd_values.py --kind index,operator --each 3      of these kinds alone, three of each

Invariant: a program is text, a few lines of one kind; so one that differs can be run by hand, and stored in tests/lines/odd_values.txt.
"""

import argparse
import collections
import pathlib
import random
import re
import sys

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parent)]
from tests.autograd_lines import differences, statements  # noqa: E402
from tests.side_by_side import outcome  # noqa: E402


def several(text):
    """The texts of a list that is written with `; ` between them."""
    return [w.strip() for line in text.strip().split("\n") for w in line.split("; ") if w.strip()]


TENSORS = several("""
torch.arange(6).reshape(2, 3); torch.arange(6.).reshape(2, 3); torch.tensor(3); torch.tensor(2.5); torch.tensor(True); torch.tensor([True, False]); torch.tensor([1.5, -2.0, 0.25])
torch.tensor([1, 2, 3], dtype=torch.uint8); torch.tensor(1 + 2j); torch.tensor([1j, 2.0]); torch.empty(0); torch.empty(0, 3); torch.empty(2, 0); torch.tensor([7]); torch.tensor([[2.5]])
torch.ones(2, 3, 4, dtype=torch.float64); torch.tensor([1.0, 2.0], requires_grad=True); torch.tensor(1.5, requires_grad=True); torch.tensor([nan, inf, -inf]); torch.tensor(nan)
torch.tensor([0.5, 1.5], dtype=torch.float16); torch.tensor([0.5, 1.5], dtype=torch.bfloat16); torch.tensor(-128, dtype=torch.int8); torch.ones(3, 3).int(); torch.tensor(2**62); torch.tensor(inf)
torch.nn.Parameter(torch.ones(2)); torch.tensor([[True, False, True], [False, False, True]]); torch.ones(1, 1, 1); torch.tensor(0.0); torch.tensor(0); torch.tensor(5, dtype=torch.uint16)
torch.tensor([3, 1, 2]); torch.arange(4).short()
""")
NUMBERS = several("""
0; 1; -1; 2; 5; -4; 2**31; 2**63; 2**64; -2**63; -2**63 - 1; 10**30; True; False; 1.0; 0.5; -0.0; nan; inf; 1e39; 1e400; 1 + 1j; 2j; 300; -129; 1.5
np.float32(1.5); np.float64(0.5); np.float16(2); np.int64(1); np.int8(1); np.uint8(200); np.bool_(True); np.complex64(1j); np.uint64(2**63); np.int32(-1); np.longdouble(1.5); np.uint16(1)
""")
ARRAYS = several("""
np.ones(2); np.ones((2, 3)); np.array(1); np.array([0, 1]); np.array(True); np.array([True, False]); np.array('a'); np.array(['a', 'b']); np.array([1, None], dtype=object); np.array(1j); np.array([])
np.ones(3, 'float32'); np.ones(3, 'float16'); np.arange(3).astype('uint16'); np.array([1], 'int8'); np.zeros((0, 3)); np.array([1.5, 0.5, 2.5]); np.array(2.5); np.array('2020-01-01', 'datetime64[D]'); np.array([1, 0], 'uint8')
np.arange(6)[::-1]; np.ones(2, '>f8'); np.ones(2, dtype=np.longdouble); np.ma.array([1, 2]); np.matrix([[1, 2]])
""")
FOREIGN = several("""
None; 'a'; ''; b'x'; b''; []; (); {}; {'a': 1}; {1}; set(); frozenset(); range(2); range(0); slice(None); slice(1, None); Ellipsis; NotImplemented; object(); len; int; float; lambda x: x; torch; np
Decimal('1.5'); Decimal(2); Fraction(1, 2); Fraction(2); bytearray(b'ab'); memoryview(b'ab'); iter([1]); (i for i in range(2)); [1]; (1,); [0, 1]; (0, 1); [1.5]; [[0]]; [[0], [1]]; [None]; ['a']; [True]
[True, False]; [1, 2.5]; [1, 'a']; [1, None]; [1j]; [2**63]; [[1], [2, 3]]; [[], [1]]; [1, [2]]; [[1], 2]; [(1, 2), [3, 4]]; [np.int64(1)]; [np.ones(2)]; [np.ones(2), np.ones(2)]; [nan]; [[[[1]]]]
Index(); Float(); Array(); Sized(); Odd(); Two(2); Half(0.5); Name('ab'); Row((1, 2)); Whole.ONE; Pair(1, 2); deque([1, 2]); array('d', [1.0, 2.0]); {1: 2}.keys(); {1: 2}.values(); zip([1]); map(int, '12'); enumerate([1])
UserList([1, 2]); OrderedDict(a=1); datetime.date(2020, 1, 1); type; Exception(); property(); complex; Bad(); Frame(); Empty(); mappingproxy({}); Wrapped(); Interface(); itself(); torch.nn.Linear(1, 1)
torch.float32; torch.int64; torch.device('cpu'); torch.Size([1]); torch.Size([]); torch.strided; torch.Generator(); torch.preserve_format; torch.finfo(torch.float32); torch.float32.is_complex
""")
INDICES = several("""
torch.tensor(0); torch.tensor(-1); torch.tensor([0, 1]); torch.tensor([1, 1]); torch.tensor([5]); torch.tensor([True, False]); torch.tensor([True, False, True]); torch.tensor(True); torch.tensor(False); torch.tensor(0.5)
torch.tensor([0.5]); torch.tensor([0, 1], dtype=torch.uint8); torch.tensor([0, 1], dtype=torch.int16); torch.tensor([0, 1], dtype=torch.int8); torch.tensor(1, dtype=torch.uint8); torch.tensor([[0, 1], [1, 0]]); torch.empty(0)
torch.empty(0, dtype=torch.long); torch.ones(2, 3, dtype=torch.bool); torch.ones(3, 2, dtype=torch.bool); torch.zeros(2, 3, dtype=torch.bool); torch.tensor([1j]); torch.tensor(0, dtype=torch.int32); torch.tensor([0], dtype=torch.uint16)
slice(None, None, -1); slice(0, None, 2); slice(None, None, 0); slice(torch.tensor(0), torch.tensor(1)); slice(0.5, None); slice('a', None); slice(None, 2**63); slice(-2**63, None); slice(2**64, None); slice(torch.tensor([0, 1]), None)
slice(np.int64(0), np.int64(1)); slice(torch.tensor(0.5), None); slice(None, None, torch.tensor(1)); slice(True, None); slice(None, None, 2**63); slice(5, 2); slice(None, None, 1.0); slice(-1, None); slice(Index(), None)
(None, 0); (0, None); (Ellipsis, 0); (0, Ellipsis); (Ellipsis, Ellipsis); (None, None, None); (slice(None), 0); (slice(None), None); (0, 0, 0); (0, 0, 0, 0); (True, 0); (0, True); ([0, 1], 0); ([0, 1], [0, 1]); ([0, 1], [0, 1, 2])
([0, 1], None, [0, 1]); (slice(None), [0, 1]); (slice(None), torch.tensor([0, 1])); (torch.tensor([0, 1]), slice(None)); ([True, False], 0); (np.array([0, 1]), 0); (np.int64(0), 1); ((0, 1), (1, 2)); (1.0, 0); ('a', 0); (2**63, 0)
(0, 2**64); (Ellipsis, None, 0); (None, Ellipsis, None); ([], 0); ([[]],); (); (torch.tensor(0), torch.tensor([0, 1])); (torch.tensor([0, 1]), 0, torch.tensor([0])); (Ellipsis, torch.tensor([True, False, True])); [slice(None), 0]
[None, 0]; [[0, 1], [1, 0]]; [[0, 1], 1]; [Ellipsis, 0]; [torch.tensor(0), torch.tensor(1)]; [torch.tensor([0, 1]), torch.tensor([1, 0])]; [0, True]; [True, 0]; [[True, False]]; [0, 0.5]; [0, 1j]; [0, 2**63]; [range(2)]; [[0], [0, 1]]
(range(2), 0); (None,); (slice(0, 1), slice(0, 1)); (slice(1), Ellipsis, slice(1)); ((), 0); (0, ()); (False,); (False, 0); (np.bool_(True),); (np.array(True),); (np.array([True, False]),); (np.array([[0]]), 0)
""")
ASSIGNED = several("""
torch.ones(2); torch.ones(3); torch.ones(2, 3); torch.ones(1, 3); torch.ones(3, 2); torch.tensor(7.5); torch.tensor([7]); torch.tensor(1j); torch.ones(2, dtype=torch.float64); torch.tensor(True); torch.empty(0); torch.ones(1, 1, 1)
torch.tensor(1.5, requires_grad=True); torch.ones(3, requires_grad=True); torch.ones(2, dtype=torch.int64); torch.tensor(300); torch.ones(2, 1); torch.ones(4); torch.ones(1)
""")
DTYPES = several("""
torch.float32; torch.float64; torch.int64; torch.uint8; torch.bool; torch.complex64; torch.float16; torch.bfloat16; torch.int8; None; float; int; 'float32'; np.float32; torch.uint16; torch.int32; torch.uint64
""")
BINARY = "+ - * / // % ** @ & | ^ << >> == != < <= > >=".split()
MADE_BY = several("""
torch.tensor({}); torch.as_tensor({}); torch.asarray({}); torch.from_numpy({}); torch.Tensor({}); torch.FloatTensor({}); torch.LongTensor({}); torch.BoolTensor({}); torch.tensor({}, dtype={d}); torch.as_tensor({}, dtype={d})
torch.asarray({}, dtype={d}); torch.ones(2).new_tensor({}); torch.ones(1).long().new_tensor({}); torch.ones(2).new({}); torch.frombuffer({}, dtype={d}); torch.scalar_tensor({}); torch.full((2,), {}); torch.full((2,), {}, dtype={d}); torch.asarray({}, copy=True)
torch.asarray({}, copy=False); torch.ones(2).new_full((2,), {}); torch.full_like(torch.ones(2), {}); torch.Size({}); torch.Size([{}]); torch.tensor([{}]); torch.tensor([{}, {v}]); torch.tensor([[{}], [{v}]]); torch.tensor([1.5, {}])
torch.ones(2).new_ones({}); torch.zeros({}); torch.ones(2, {}); torch.empty({}).shape; torch.DoubleTensor({}); torch.ByteTensor({}); torch.HalfTensor({}); torch.tensor(data={}); torch.stack([torch.ones(2), {}]); torch.cat({}); torch.is_tensor({})
torch.tensor({}, requires_grad={v}); torch.tensor({}, device={v}); torch.arange({}); torch.arange(0, {}); torch.arange(0, 5, {}); torch.linspace(0, {}, 3); torch.eye({}); torch.Tensor({}, {v}); torch.nn.Parameter({}); torch.nn.Parameter({}, {v})
torch.result_type({}, {v}); torch.can_cast({}, {v}); torch.promote_types({}, {v}); torch.is_floating_point({}); torch.numel({}); torch.is_storage({}); torch.device({}); torch.device('cpu', {}); torch.dtype({}); torch.finfo({}); torch.iinfo({})
torch.Generator({}); torch.manual_seed({}); torch.Generator().manual_seed({}); torch.Generator().set_state({}); torch.set_default_dtype({}); torch.get_default_dtype(); torch.broadcast_shapes({}, {v}); torch.typename({}); torch.set_default_device({})
torch.where({}, {v}, {v}); torch.where(torch.tensor([True, False]), {}, {v}); torch.clamp(torch.ones(2), {}, {v}); torch.pow({}, {v}); torch.add({}, {v}); torch.mul(torch.ones(2), {}); torch.maximum(torch.ones(2), {}); torch.equal(torch.ones(2), {})
torch.sum({}); torch.max({}); torch.mean({}); torch.exp({}); torch.squeeze({}); torch.reshape(torch.ones(2), {}); torch.ones(2, 3).view({}); torch.ones(2, 3).permute({}); torch.ones(2, 3).sum({}); torch.ones(2, 3).expand({}); torch.ones(2, 3).repeat({})
torch.ones(2, 3).flip({}); torch.ones(2, 3).transpose({}, {v}); torch.ones(2, 3).fill_({}); torch.ones(2).copy_({}); torch.ones(2).to({}); torch.ones(2).type({}); torch.ones(2).item({}); torch.ones(2, 3).size({}); torch.ones(2, 3).stride({})
torch.ones(2, 3).unsqueeze({}); torch.ones(2, 3).softmax({}); torch.ones(2, 3).chunk({}); torch.ones(2, 3).split({}); torch.ones(2, 3).unbind({}); torch.ones(2, 3).select({}, 0); torch.ones(2, 3).narrow(0, {}, 1); torch.ones(2, 3).index_select(0, {})
torch.ones(2, 3).masked_fill({}, 1.0); torch.ones(2, 3).masked_fill(torch.tensor(True), {}); torch.ones(2, 3).gather(1, {}); torch.ones(2).add_({}); torch.ones(2).clamp_({}); torch.ones(2, 3).argmax({}); torch.ones(2, 3).std({}); torch.ones(2).eq({})
""")
UNARY = several("""
int({t}); float({t}); bool({t}); complex({t}); len({t}); str({t}); repr({t}); list({t}); tuple({t}); iter({t}); next(iter({t})); sorted({t}); max({t}); min({t}); sum({t}); abs({t}); round({t}); round({t}, 1); -{t}; +{t}; ~{t}
not {t}; range({t}); math.sqrt({t}); math.floor({t}); math.ceil({t}); math.trunc({t}); math.isnan({t}); math.exp({t}); math.log({t}); math.isclose({t}, 1); math.fsum({t}); math.prod({t}); math.gcd({t}, 2); math.pow({t}, 2); math.hypot({t}, 1); math.sin({t})
f'{{t}}'; f'{{t:.2f}}'; f'{{t:5d}}'; f'{{t!r}}'; f'{{t:e}}'; f'{{t:>10}}'; f'{{t:x}}'; f'{{t!s:>4}}'; f'{{t:,}}'; f'{{t:%}}'; f'{{t:a}}'; '%s' % {t}; '%d' % {t}; '%.2f' % {t}; '%r' % {t}; '%x' % {t}; '%s %s' % {t}; '{}'.format({t}); '{:.1f}'.format({t}); format({t}); format({t}, 'd'); format({t}, '.3')
operator.index({t}); divmod({t}, 2); divmod(7, {t}); pow({t}, 2); pow({t}, 2, 3); pow(2, {t}); [1, 2, 3, 4][{t}]; (1, 2, 3)[{t}:]; 'abc'[{t}]; 'ab' * {t}; [0] * {t}; {t} * 'ab'; {t} * [0]; {{{t}: 1}}; {{1: 2}}.get({t}); {{1, 2}} & {{{t}}}
1 in {t}; 2.5 in {t}; 'a' in {t}; None in {t}; {t} in {t}; {t} in [{t}]; {t} in [1, 2]; [1] in {t}; {t} in (3,); True in {t}; torch.ones(3) in {t}; np.float32(1) in {t}; {t} == {t} == {t}; 0 < {t} < 3; {t} < 2 < 3; {t} and 1; {t} or 1; 1 if {t} else 2
reversed({t}); list(reversed({t})); list(enumerate({t})); list(zip({t}, {t})); dict({t}); set({t}) and 1; frozenset({t}) and 1; list(map(float, {t})); any({t}); all({t}); bytes({t}); bytearray({t}); chr({t}); hex({t}); bin({t}); oct({t}); ord({t}); isinstance({t}, float); a, b = {t}; [*{t}]; max({t}, {t})
max(*{t}); min({t}, 2); max(1, {t}); sum({t}, 1); sorted([{t}, {t}]); max([{t}, {t}]); sum([{t}, {t}]); sum([[1], {t}], []); filter(None, {t}) and 1; list(filter(None, {t})); np.array({t}); np.asarray({t}, dtype='float32'); np.sin({t}); np.float32({t}); np.int64({t})
np.sum({t}); np.mean({t}); np.max({t}); np.ones(2) * {t}; {t} * np.ones(2); np.array([{t}, {t}]); np.stack([{t}, {t}]); np.dot({t}, {t}); np.add({t}, 1); np.add(1, {t}); np.ones(3)[{t}]; np.zeros({t}); np.ones(3) + {t}; np.ones(3) < {t}; np.array(1.0) * {t}; np.float64(2) * {t}; np.float64(2) < {t}
np.isnan({t}); np.allclose({t}, {t}); np.array_equal({t}, {t}); np.where({t}, 1, 2); np.exp({t}); np.sqrt({t}); np.concatenate([{t}, {t}]); np.arange({t}); np.reshape({t}, -1); np.shape({t}); np.size({t}); np.ndim({t}); np.unique({t}); np.argmax({t}); np.clip({t}, 0, 1); np.round({t}); np.transpose({t})
{t}.numpy(); {t}.numpy(force=True); {t}.tolist(); {t}.item(); {t}.__array__(); {t}.__array__('float64'); {t}.__dlpack__() and 1; {t}.__index__(); {t}.__int__(); {t}.__float__(); {t}.__bool__(); {t}.__complex__(); {t}.__len__(); {t}.__contains__(1); {t}.__format__(''); {t}.__dir__() and 1; {t}.__sizeof__() > 0
{t}.shape; {t}.size(); {t}.dtype; {t}.T; {t}.mT; {t}.H; {t}.mH; {t}.real; {t}.imag; {t}.grad; {t}.data; {t}.grad_fn; {t}.is_leaf; {t}.names; {t}.ndim; {t}.layout; {t}.device; {t}.itemsize; {t}.nbytes; {t}.output_nr; {t}._version; {t}.name; {t}.volatile; {t}.retains_grad; {t}.is_sparse; {t}.is_cuda; {t}.foo; {t}.requires_grad
{t}.shape[0]; {t}.shape[-1]; {t}.shape[5]; {t}.shape['a']; {t}.shape.numel(); {t}.shape + (1,); {t}.shape + [1]; {t}.shape * 2; (1,) + {t}.shape; {t}.shape == [2, 3]; {t}.shape == (2, 3); {t}.shape.count(2); {t}.shape.index(3); hash({t}.shape); {t}.shape[:1]; {t}.shape[::-1]; {t}.shape < (3,); list({t}.shape); {t}.shape.foo
str({t}.shape); repr({t}.dtype); str({t}.device); {t}.shape.numel; {t}.dtype.is_floating_point; {t}.dtype.itemsize; {t}.dtype.to_complex(); {t}.dtype.to_real(); {t}.dtype == 'torch.float32'; {t}.dtype == np.float32; {t}.dtype is torch.float; {t}.dtype < torch.int64; {t}.dtype + 1; {t}.dtype(); hash({t}.dtype) != 0; {t}.dtype.foo; {t}.dtype.bar
{t}.device.type; {t}.device.index; {t}.device == 'cpu'; {t}.device == torch.device('cpu'); {t}.device < {t}.device; {t}.device(); {t}.device.foo; {t}.element_size(); {t}.dim(); {t}.numel(); {t}.storage_offset(); {t}.stride(); {t}.is_contiguous(); {t}.type(); {t}.is_floating_point(); {t}.is_complex(); {t}.is_signed(); {t}.is_nonzero()
{t}.backward(); {t}.detach(); {t}.clone().detach_(); {t}.requires_grad_(); {t}.retain_grad(); {t}.register_hook(1); {t}.to('cpu'); {t}.cuda(); {t}.half(); {t}.float(); {t}.long(); {t}.bool(); {t}.cpu(); {t}.share_memory_() is None; {t}.is_shared(); {t}.is_pinned(); {t}.untyped_storage().nbytes(); {t}.__reduce_ex__(2) and 1; copy.copy({t}); copy.deepcopy({t})
pickle.loads(pickle.dumps({t})); saved({t}); {t}(); {t}(1); callable({t}); vars({t}); {t}.__dict__; {t}.__abs__(); {t}.__neg__(); {t}.__invert__(); {t}.__pos__(); {t}.__getitem__(0); {t}.__add__('a'); {t}.__eq__('a'); {t}.__matmul__(1); {t}.__rsub__(None)
""")
ATTRIBUTES = several("""
shape; dtype; device; data; grad; requires_grad; T; real; imag; grad_fn; is_leaf; ndim; names; layout; foo; _version; volatile; output_nr; mT; H; mH; itemsize; nbytes; name; retains_grad; is_sparse; __dict__; add; sum; size; _grad; grad_dtype; _base; is_cuda; is_meta
""")
METHODS = several("""
add(1); mul(2.5); sum(); sum(0); sum(-1, True); mean(); mean(1); view(-1); reshape(3, -1); t(); T; permute(1, 0); transpose(0, 1); squeeze(); squeeze(0); unsqueeze(1); expand(2, 3); float(); int(); bool(); long(); half(); double(); exp(); log(); sqrt(); neg(); abs(); softmax(0); softmax(-1); argmax(); argmax(1)
max(); max(0); max(0)[0]; max(1).values; min(0).indices; sort(); sort(0)[1]; topk(1); topk(2, 0)[0]; cumsum(0); cumsum(1); prod(); any(); all(0); norm(); std(); var(0); clamp(0, 1); clamp(min=0.5); round(); floor(); flatten(); flatten(1); unflatten(0, (2, -1)); chunk(2)[0]; split(1)[1]; unbind()[0]; select(0, 1); narrow(0, 0, 1)
item(); tolist(); numpy(); numpy().sum(); size(0); shape; dim(); numel(); detach(); clone(); contiguous(); requires_grad_(); backward(); grad; data; to(torch.float64); to('cpu'); type(torch.int32); type_as(torch.ones(1)); matmul(torch.ones(3)); mm(torch.ones(3, 2)); dot(torch.ones(3)); diag(); tril(); triu(1); trace(); inverse(); det(); repeat(2); repeat(2, 1)
roll(1); flip(0); rot90(); nonzero(); unique(); bincount(); histc(3); cross(torch.ones(3)); gather(0, torch.tensor([[0]])); index_select(0, torch.tensor([0])); masked_select(torch.tensor(True)); where(torch.tensor(True), torch.tensor(0)); scatter(0, torch.tensor([[0]]), 1.0); fill_(1); zero_(); add_(1); mul_(2.5); div_(2); sub_(True); pow(2); pow_(2); eq(1); lt(0)
logical_not(); bitwise_not(); real; imag; conj(); angle(); isnan(); sigmoid(); tanh(); relu(); relu_(); erf(); sign(); reciprocal(); rsqrt(); frac(); mode(); median(); median(0)[1]; kthvalue(1); quantile(0.5); logsumexp(0); movedim(0, 1); swapaxes(0, -1); diff(); count_nonzero(); fmod(2); remainder(2); floor_divide(2); true_divide(2); is_floating_point(); element_size()
""")
DEFINITIONS = {
    "Decimal": "from decimal import Decimal",
    "Fraction": "from fractions import Fraction",
    "deque": "from collections import deque",
    "UserList": "from collections import UserList",
    "OrderedDict": "from collections import OrderedDict",
    "Pair": "from collections import namedtuple\nPair = namedtuple('Pair', 'a b')",
    "array": "from array import array",
    "datetime": "import datetime",
    "operator": "import operator",
    "mappingproxy": "from types import MappingProxyType as mappingproxy",
    "Whole": "import enum\nclass Whole(enum.IntEnum):\n    ONE = 1",
    "Index": "class Index:\n    def __index__(self):\n        return 1",
    "Float": "class Float:\n    def __float__(self):\n        return 1.5",
    "Array": "class Array:\n    def __array__(self, dtype=None, copy=None):\n        return np.array([1.5, 2.5], dtype)",
    "Interface": "class Interface:\n    held = np.array([1.5, 2.5])\n    __array_interface__ = held.__array_interface__",
    "Sized": "class Sized:\n    def __len__(self):\n        return 2\n    def __getitem__(self, i):\n        return (3, 4)[i]",
    "Odd": "class Odd:\n    def __len__(self):\n        return 3\n    def __getitem__(self, i):\n        return (3, 4)[i]",
    "Bad": "class Bad:\n    def __len__(self):\n        raise KeyError('bad')\n    def __getitem__(self, i):\n        raise KeyError('bad')\n"
    "    def __index__(self):\n        raise KeyError('bad')\n    def __float__(self):\n        raise KeyError('bad')",
    "Empty": "class Empty:\n    def __len__(self):\n        return 0\n    def __getitem__(self, i):\n        raise IndexError(i)",
    "Frame": "class Frame:\n    shape = (2, 1)\n    columns = ['a']\n    def __len__(self):\n        return 2\n    def __getitem__(self, key):\n"
    "        return {'a': [1, 2]}[key]\n    def __array__(self, dtype=None, copy=None):\n        return np.array([[1], [2]], dtype)",
    "Wrapped": "class Wrapped:\n    def __init__(self):\n        self.t = torch.ones(2)\n    def __getattr__(self, name):\n        return getattr(self.t, name)",
    "Two": "class Two(int):\n    pass",
    "Half": "class Half(float):\n    pass",
    "Name": "class Name(str):\n    pass",
    "Row": "class Row(tuple):\n    pass",
    "itself": "def itself():\n    x = [1]\n    x[0] = x\n    return x",
}  # fmt: skip
INTERNAL = re.compile(
    r"INTERNAL ASSERT|report a bug|oneMKL| at 0x|<.*object|std::"
)  # torch's own checks of itself, and addresses
OF_NUMPY_1 = re.compile(  # what NumPy 2 says of torch's methods, which are those that NumPy 1 asked for
    r"__array_wrap__ must accept context|__array__ implementation doesn't accept a copy keyword"
)
FREE = re.compile(  # memory that nobody has written; settings that would stay
    r"\bempty\(|(Float|Double|Half|Byte|Long|Bool)Tensor\((\d|True|[a-zA-Z])|\bnew\(|torch\.Tensor\((\d|True|[a-zA-Z])|set_default_device|itself|del t\.(real|imag|data|grad_fn|grad_dtype)"
)


# ------------------------------------------------------------------------------------------------ programs
def anything(r):
    return r.choice(r.choice((NUMBERS, ARRAYS, FOREIGN, FOREIGN, TENSORS)))


def with_definitions(lines):
    """The lines, behind what they name that neither library has."""
    text = "\n".join(lines)
    first = [d for name, d in DEFINITIONS.items() if re.search(rf"\b{name}\b", text)]
    return [s for d in first for s in statements(d)] + lines


def index(r):
    t, at = r.choice(TENSORS), r.choice(INDICES) if r.random() < 0.6 else anything(r)
    value = r.choice(r.choice((ASSIGNED, NUMBERS))) if r.random() < 0.7 else anything(r)
    return [f"t = {t}", f"i = {at}", "t[i]", f"t[i] = {value}", "t"]


def literal_index(r):
    one = lambda: r.choice(
        "0 1 -1 : :1 1: ::2 ... None True False [0] [0,1] [True,False] 5 ::-1 1.0 'a' () torch.tensor(0) torch.tensor([0,1]) torch.tensor([True,False]) np.array([0,1]) :-1 [[0],[1]] range(2) torch.tensor([[True,False,True],[False,False,True]]) torch.arange(2)[:,None]".split()
    )  # noqa: E731, E501
    at = ", ".join([one() for _ in range(r.choice((1, 2, 2, 3)))])
    value = r.choice(ASSIGNED + NUMBERS)
    return [f"t = {r.choice(TENSORS)}", f"t[{at}]", f"t[{at}] = {value}", "t"]


def operator(r):
    t, op, v = r.choice(TENSORS), r.choice(BINARY), anything(r)
    lines = [f"t = {t}", f"v = {v}", f"t {op} v", f"v {op} t"]
    if op not in ("==", "!=", "<", "<=", ">", ">="):
        lines += [f"t {op}= v", "t"] if r.random() < 0.7 else [f"v {op}= t", "v"]
    return lines


def data(r):
    made = r.choice(MADE_BY) if r.random() < 0.6 else r.choice(MADE_BY[:30])
    return [made.replace("{d}", r.choice(DTYPES)).replace("{v}", anything(r)).replace("{}", anything(r))]


def protocol(r):
    t = r.choice(TENSORS)
    lines = [u.replace("{t}", "t").replace("{{", "{").replace("}}", "}") for u in r.sample(UNARY, 6)]
    lines = [line.replace("f'{t}", "f'{t") if line.startswith("f'") else line for line in lines]
    return [f"t = {t}", *lines]


def attribute(r):
    name, t = r.choice(ATTRIBUTES), r.choice(TENSORS)
    after = r.choice(
        (
            ["t.{} = V", "t.{}"],
            ["del t.{}"],
            ["t.{} = V", "del t.{}", "t.{}"],
            ["setattr(t, '{}', V)", "t"],
            ["hasattr(t, '{}')"],
        )
    )
    return [f"t = {t}", f"t.{name}", *[a.replace("{}", name).replace("V", anything(r)) for a in after], "t"]


def chain(r):
    calls = [r.choice(METHODS) for _ in range(r.choice((1, 2, 3)))]
    return [f"t = {r.choice(TENSORS)}", ".".join(["t", *calls]), "t"]


def unbound(r):
    call = r.choice([m for m in METHODS if "(" in m])
    name, _, rest = call.partition("(")
    given = [anything(r)] * (r.random() < 0.9) + [rest.removesuffix(")")] * bool(rest != ")")
    return [f"torch.Tensor.{name}({', '.join(given)})"] if call.count("(") == 1 else chain(r)


KINDS = {f.__name__: f for f in (index, literal_index, operator, data, protocol, attribute, chain, unbound)}


# ------------------------------------------------------------------------------------------------ by hand
def bare(rows):
    """A record without what NumPy says of torch's methods."""
    for row in rows:
        kept = [w for w in row.pop("warns", []) if not OF_NUMPY_1.search(w[1])]
        row |= {"warns": kept} if kept else {}
    return rows


def found_in(lines):
    """What the two disagree about in a program."""
    import torch

    import compat

    want = bare(outcome(torch, lines))
    if INTERNAL.search(str(want)):
        return []
    return differences(outcome(compat, lines), want, lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--kind", default=",".join(KINDS))
    parser.add_argument("--each", type=int, default=1, help="how many to show of what differs in like words")
    parser.add_argument(
        "--trace",
        type=argparse.FileType("w"),
        help="write each program there before it runs (torch may end the process)",
    )
    a = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    shown, wrong = collections.Counter(), collections.Counter()
    for number in range(a.count):
        r = random.Random(f"{a.seed} {number}")
        kind = r.choice(a.kind.split(","))
        lines = with_definitions(KINDS[kind](r))
        if a.trace:
            a.trace.write(f"{number} {lines}\n")
            a.trace.flush()
        if FREE.search("\n".join(lines)):
            continue
        found = found_in(lines)
        wrong[kind] += bool(found)
        for text in found[:1]:
            alike = kind, re.sub(r"\d+|'[^']*'", "#", text.partition("\n")[2])[:200]
            shown[alike] += 1
            if shown[alike] <= a.each:
                print(f"--- {kind} {a.seed} {number}:", *lines, sep="\n", flush=True)
                print("=>", text, flush=True)
    print(f"{a.count} programs, {sum(wrong.values())} disagree: {dict(wrong.most_common())}")


if __name__ == "__main__":
    main()
