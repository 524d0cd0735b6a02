"""Lines about what Tensors share with others: NumPy's operators and functions beside Tensors, pickles and deep copies, attributes, storages.

    python tests/memory_lines.py            (torch has to be installed)

A section is a text that is run first, and expressions; each is evaluated anew after it, under compat and under torch, and the texts of the
values, errors and warnings are compared. Invariant: no line looks at which of the two runs it.
"""

import copy
import io
import pathlib
import pickle
import re
import sys
import warnings

import numpy as np

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]

ARRAYS = (
    "np.array([[1., 2.], [3., 4.]])", "np.array([[1, 2], [3, 4]], np.float32)", "np.array([[1, 2], [3, 4]])", "np.array([[True, False], [True, True]])",
    "np.array([[1., 2.], [3., 4.]], dtype=object)", "np.float64(1.5)", "np.int64(3)", "np.float32(1.5)", "np.bool_(True)", "np.array(2.)", "np.ones(3)",
)  # fmt: skip
TENSORS = (
    "torch.tensor([[1., 2.], [3., 5.]])", "torch.tensor([[1, 2], [3, 5]])", "torch.tensor([[1., 2.], [3., 5.]]).requires_grad_()",
    "torch.tensor([[True, False], [False, True]])", "torch.tensor(2.)",
)  # fmt: skip
OPERATORS = "+ - * / // % ** @ == != < <= > >= & | ^ << >>".split()
IN_PLACE = "+= -= *= /= **= &= //=".split()
FUNCTIONS = """np.sin(t) np.exp(t) np.add(a,t) np.add(t,a) np.multiply(t,2) np.isnan(t) np.equal(t,a) np.maximum(a,t) np.matmul(t,a) np.any(t) np.all(t)
np.cumsum(t) np.argmax(t) np.sort(t) np.concatenate([t,t]) np.stack([t,t]) np.where(t>1,t,0) np.dot(a,t) np.array(t) np.asarray(t,dtype=np.float64) np.clip(t,0,1) np.round(t)
np.around(t,1) np.linalg.norm(t) np.allclose(t,a) np.transpose(t) np.reshape(t,(-1,)) np.squeeze(t) np.expand_dims(t,0) np.zeros_like(t) np.shape(t) np.unique(t)
np.median(t) np.tile(t,2) np.einsum('ij->j',t) np.trace(t) np.linalg.inv(t) np.flip(t) np.take(t,[0]) np.nonzero(t) np.append(t,a) np.add.reduce(t) np.add(t,a,out=a)
np.add(a,a,out=t) np.exp(t,out=t) sum([a,t]) sum([t,a]) a[t.long()[0]] t[a.astype(int)[0]] a.dot(t) np.float64(2)*t.sum() a*t.sum() t+a.astype(int)
np.ma.array(a)+t torch.add(t,a) torch.mul(t,a) torch.matmul(t,a) torch.maximum(t,a) torch.where(t>1,a,t) torch.cat([t,a]) torch.sin(a) t.add(a) t.copy_(a) t.eq(a) t.pow(a)
t.fill_(a[0,0]) torch.tensor([a[0],a[1]]) torch.clamp(t,0,np.float64(1)) torch.arange(np.int64(3)) np.float64(2)-t np.float32(2)<t np.uint8(3)&t.int() a[...].__iadd__(t)
t.__setitem__(0,a[0]) t.__setitem__(0,np.float32(1)) t.__setitem__(0,np.int64(1)) t.__setitem__(0,np.bool_(1)) a.__setitem__(0,t[0]) np.complex64(2+1j)+t np.bool_(True)*t""".split()

LAYOUTS = (
    "x", "x[1]", "x.T", "x[:, 1:]", "x[:, ::2]", "x.expand(2, 2, 3)", "torch.tensor(3)", "torch.zeros(0, 3)", "l", "p", "g", "x.bool()", "x.bfloat16()", "x.to(torch.complex64).imag",
    "torch.zeros(1, 2, 2, 2).contiguous(memory_format=torch.channels_last)", "x.as_strided((2, 2), (1, 1))", "n", "n.detach()",
)  # fmt: skip
TOGETHER = (
    "(lambda a, b: (a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr(), b.storage_offset()))(*F([x, y]))", "(lambda a, b: (a.mul_(2), b.tolist()))(*F([x, y]))[1]",
    "(lambda a, b: a is b)(*F([x, x]))", "(lambda a, b: (a.mul_(2), b.tolist()))(*F([x, x.T]))[1]", "(lambda a, b: (a.mul_(2), b.tolist()))(*F([x, x.detach()]))[1]",
    "(lambda a, b: (a.mul_(2), b.tolist()))(*F({'a': x, 'b': x.view(-1)[2:]}).values())[1]", "F(y)._base is None", "type(F(p)).__name__", "F(torch.nn.Linear(2, 2)).weight.shape",
)  # fmt: skip
DTYPES = "float64 float32 float16 int64 int32 int16 int8 uint8 uint16 uint32 uint64 bool complex64 complex128 longdouble object S3 U2 datetime64[s] >f4 V4".split()
SECTIONS = {
    "operators": (
        "",
        [f"(lambda a, t: {e})({a}, {t})" for a in ARRAYS for t in TENSORS for o in OPERATORS for e in (f"a {o} t", f"t {o} a")]
        + [f"changed({e!r}, {a}, {t})" for a in ARRAYS for t in TENSORS for o in IN_PLACE for e in (f"a {o} t", f"t {o} a")],
    ),
    "numpy": ("", [f"(lambda a, t: {e})({a}, {t})" for a in ARRAYS[:1] for t in TENSORS[:3] for e in FUNCTIONS]),
    "copies": (
        """x = torch.arange(6.).reshape(2, 3); y = x[1]; l = torch.ones(2, requires_grad=True); n = l * 2; p = torch.nn.Parameter(torch.ones(2))
g = torch.ones(2, requires_grad=True); (g * 3).sum().backward()
def look(t): return [type(t).__name__, str(t.dtype), tuple(t.shape), t.stride(), t.storage_offset(), t.untyped_storage().nbytes(), t.requires_grad, t.is_leaf, str(t.tolist()), None if t.grad is None else str(t.grad.tolist())]
def by_pickle(o): return pickle.loads(pickle.dumps(o))
def by_file(o):
    f = io.BytesIO(); torch.save(o, f); f.seek(0); return torch.load(f, weights_only=False)""",
        [f"look({f}({v}))" for f in ("by_pickle", "copy.deepcopy", "copy.copy", "by_file") for v in LAYOUTS]
        + [e.replace("F", f) if "F(" in e else e for f in ("by_pickle", "copy.deepcopy", "by_file") for e in TOGETHER]
        + ["(setattr(x, 'foo', 3), copy.deepcopy(x).foo)", "(setattr(x, 'foo', 3), by_pickle(x).foo)", "copy.deepcopy([l, l * 1])"],
    ),
    "storages": (
        """x=torch.arange(6.).reshape(2,3); y=x[1]; s=x.untyped_storage()
def look(t): return [str(t.dtype), tuple(t.shape), t.stride(), t.storage_offset(), str(t.tolist())]""",
        [
            's.nbytes()', 'len(s)', 's.size()', 's[0]', 's[-1]', 's[0:4]', 's[100]', 'list(s)[:8]', 's.tolist()[:4]', 'type(s).__name__',
            'str(s)[:60]', 'repr(s)[-80:]', 's.device', 's.is_cuda', 's.data_ptr()==x.data_ptr()', 'y.untyped_storage().data_ptr()==s.data_ptr()',
            'y.storage_offset()', 's.element_size()', 's.resizable()', 's.is_shared()', 's.is_pinned()', 's.type()', 's.cpu() is s',
            's.clone().nbytes()', 's.clone().data_ptr()==s.data_ptr()', 's.copy_(torch.ones(6).untyped_storage()).nbytes()',
            '(s.copy_(torch.ones(6).untyped_storage()), look(x))[1]', '(s.fill_(0), look(x))[1]', 's.new()', 's.new().nbytes()',
            'torch.UntypedStorage(8).nbytes()', 'torch.UntypedStorage([1,2]).tolist()', 'torch.UntypedStorage().nbytes()',
            "torch.UntypedStorage(8, device='cpu').nbytes()", 'torch.FloatStorage(3).size()', 'torch.FloatStorage([1,2,3]).tolist()',
            'torch.FloatStorage([1,2,3])', 'torch.TypedStorage(3,dtype=torch.int32).size()', 'torch.TypedStorage([1,2],dtype=torch.int32).tolist()',
            'x.storage().tolist()', 'x.storage().size()', 'len(x.storage())', 'x.storage().dtype', 'x.storage()[1]',
            '(x.storage().__setitem__(1, 9), look(x))[1]', '(x.storage().fill_(2), look(x))[1]', 'x.storage()[0:2]', 'type(x.storage()).__name__',
            'repr(x.storage())', 'x.storage().data_ptr()==x.data_ptr()', 'x.storage().nbytes()', 'x.storage().element_size()', 'x.storage().type()',
            'x.storage().untyped().nbytes()', 'x.storage().clone().tolist()', 'x.storage().double().tolist()', 'x.storage().int().tolist()',
            'x.storage().device', 'x.storage().is_shared()', 'x.storage().cpu().size()', 'x.storage().pickle_storage_type()', 'x.storage_type()',
            'x.storage().copy_(torch.zeros(6).storage()).tolist()', 'x.storage_type().__name__', 'torch.tensor([]).set_(s)',
            'look(torch.tensor([]).set_(s))', 'look(torch.tensor([]).set_(x.storage()))', 'look(torch.tensor([]).set_(x.storage(),1,(2,),(2,)))',
            'look(torch.tensor([]).set_(s,1,(2,),(2,)))', 'look(torch.tensor([]).set_(s,1,(2,2)))',
            'look(torch.tensor([]).set_(source=s,storage_offset=1,size=(2,),stride=(1,)))', 'look(torch.zeros(2).set_())',
            'look(torch.zeros(2).set_(x))', 'look(torch.zeros(2).set_(y))', 'look(torch.zeros(2,dtype=torch.int64).set_(x))',
            'look(torch.zeros(2,dtype=torch.int64).set_(s))', 'look(torch.zeros(2).set_(x,1,(2,),(1,)))', 'look(torch.zeros(2).set_(x.T))',
            'look(torch.zeros(2).set_(x,0,(2,),(-1,)))', 'look(torch.zeros(2).set_(x,-1,(2,),(1,)))', 'look(torch.zeros(2).set_(x,0,(2,3),(1,)))',
            'x.is_set_to(y)', 'x.is_set_to(x.view(2,3))', 'x.is_set_to(x.detach())', 'look(x.resize_(3))', 'look(x.resize_(3,3)[:2])',
            'look(x.resize_as_(torch.zeros(6)))', 'look(x.resize_(2,2,memory_format=torch.contiguous_format))', 'look(y.resize_(2))',
            'x.T.resize_(6)', 'x.as_strided_((2,2),(1,1)).tolist()', 'look(x.as_strided((3,),(1,),2))', 'x.untyped_storage()._cdata==s._cdata',
            'x.untyped_storage()==s', 's==s', 's.float().tolist()', 'x.share_memory_().is_shared()', 'x.is_shared()', 's.byteswap(torch.float32)',
            's.nbytes()==x.nbytes', 'x.nbytes', 's.untyped() is s', 'hash(s)==hash(s)', 'torch.is_storage(s)', 'torch.is_storage(x.storage())',
            'torch.is_storage(x)', 'isinstance(s, torch.UntypedStorage)', 'isinstance(x.storage(), torch.FloatStorage)',
            'isinstance(x.storage(), torch.TypedStorage)', 'isinstance(x.storage(), torch.DoubleStorage)', 's.filename', 's.get_device()',
            's.is_sparse', 's.__sizeof__() > 0', 'x.data_ptr()-s.data_ptr()', 'y.data_ptr()-s.data_ptr()', 'copy.deepcopy(s).tolist()==s.tolist()',
            'copy.copy(s).tolist()==s.tolist()', "s.to(device='cpu').nbytes()", 's.bfloat16().tolist()',
            "torch.FloatStorage.from_buffer(bytes(8),'little').tolist()",
            "torch.UntypedStorage.from_buffer(bytes(8),dtype=torch.float32,byte_order='native').nbytes()",
        ],
    ),
    "dlpack": (
        """def look(t): return [str(t.dtype), tuple(t.shape), t.stride(), str(t.tolist())]
x=torch.arange(6.).reshape(2,3)""",
        [
            'look(torch.from_dlpack(x))', 'torch.from_dlpack(x).data_ptr()==x.data_ptr()', '(torch.from_dlpack(x).add_(1), look(x))[1]',
            'look(torch.from_dlpack(x.T))', 'look(torch.from_dlpack(x[:,1:]))', 'look(torch.from_dlpack(np.arange(4)))', 'np.from_dlpack(x).strides',
            'np.from_dlpack(x.T).strides', 'np.from_dlpack(x).flags.writeable', 'x.__dlpack_device__()', 'type(x.__dlpack__()).__name__',
            'torch.from_dlpack(x.requires_grad_())', 'x.requires_grad_().__dlpack__()', 'look(torch.from_dlpack(x.__dlpack__()))',
            'look(torch.utils.dlpack.from_dlpack(torch.utils.dlpack.to_dlpack(x)))',
            '(lambda c: (torch.from_dlpack(c), torch.from_dlpack(c)))(x.__dlpack__())', 'look(torch.from_dlpack(torch.ones(2,dtype=torch.bool)))',
            'look(torch.from_dlpack(torch.ones(2,dtype=torch.complex64)))', 'look(torch.from_dlpack(torch.ones(2,dtype=torch.bfloat16)))',
            'look(torch.from_dlpack(torch.tensor(3)))', 'look(torch.from_dlpack(torch.zeros(0,3)))', 'torch.from_dlpack(3)', 'torch.from_dlpack([1])',
            'look(torch.from_dlpack(x, copy=True))', 'torch.from_dlpack(x, copy=True).data_ptr()==x.data_ptr()',
            "look(torch.from_dlpack(x, device='cpu'))", 'x.__dlpack__(stream=1)', "x.__dlpack__(stream='a')",
            'type(x.__dlpack__(max_version=(1,0))).__name__', 'x.__dlpack__(copy=True) is None',
            "look(torch.from_dlpack(np.arange(4).astype('uint16')))", "look(torch.from_dlpack(np.array(['a'])))",
            "(lambda a: (a.flags.__setattr__('writeable', False), look(torch.from_dlpack(a)))[1])(np.arange(3.))",
            'look(torch.from_dlpack(x.half()))', 'torch.utils.dlpack.DLDeviceType.kDLCPU',
        ],
    ),
    "arrays": (
        """def made(d, how='plain'):
    a = np.arange(6).reshape(2,3).astype(d)
    if how=='ro': a.flags.writeable=False
    if how=='T': a=a.T
    if how=='neg': a=a[::-1]
    if how=='step': a=a[:, ::2]
    if how=='zero': a=np.broadcast_to(a[0], (2,3))
    if how=='odd': a=np.frombuffer(bytes(bytearray(25)),np.uint8)[1:25].view(np.float32)
    return a
def look(t): return [str(t.dtype), tuple(t.shape), t.stride(), t.storage_offset(), t.is_contiguous(), t.untyped_storage().nbytes(), str(t.tolist())]""",
        [f"look(torch.{f}(made({d!r})))" for f in ("from_numpy", "tensor", "asarray") for d in DTYPES]
        + [
            "look(torch.from_numpy(made('float32')))", "look(torch.as_tensor(made('float32')))", "look(torch.tensor(made('float32')))",
            "look(torch.asarray(made('float32')))", "look(torch.from_numpy(made('float32','ro')))", "look(torch.from_numpy(made('float32','T')))",
            "look(torch.from_numpy(made('float32','neg')))", "look(torch.from_numpy(made('float32','step')))",
            "look(torch.from_numpy(made('float32','zero')))", "look(torch.from_numpy(made('float32','odd')))",
            "look(torch.as_tensor(made('float32','ro')))", "look(torch.as_tensor(made('float32','T')))",
            "look(torch.as_tensor(made('float32','neg')))", "look(torch.as_tensor(made('float32','step')))",
            "look(torch.as_tensor(made('float32','zero')))", "look(torch.as_tensor(made('float32','odd')))",
            "look(torch.tensor(made('float32','ro')))", "look(torch.tensor(made('float32','T')))", "look(torch.tensor(made('float32','neg')))",
            "look(torch.tensor(made('float32','step')))", "look(torch.tensor(made('float32','zero')))", "look(torch.tensor(made('float32','odd')))",
            "look(torch.asarray(made('float32','ro')))", "look(torch.asarray(made('float32','T')))", "look(torch.asarray(made('float32','neg')))",
            "look(torch.asarray(made('float32','step')))", "look(torch.asarray(made('float32','zero')))",
            "look(torch.asarray(made('float32','odd')))", "look(torch.from_dlpack(made('float32','ro')))",
            "look(torch.from_dlpack(made('float32','T')))", "look(torch.from_dlpack(made('float32','step')))",
            "look(torch.from_dlpack(made('float32','zero')))", "look(torch.from_dlpack(made('float32','odd')))", 'torch.from_numpy([1,2])',
            'torch.from_numpy(3)', 'torch.from_numpy(np.float32(3))', 'torch.from_numpy(torch.ones(2))', "torch.from_numpy(made('f4')).resize_(9)",
            "torch.from_numpy(made('f4')).resize_(3)", "torch.from_numpy(made('f4')).untyped_storage().resize_(100)",
            "torch.from_numpy(made('f4')).numpy().flags.owndata", "(lambda a: torch.from_numpy(a).numpy() is a)(made('f4'))",
            "(lambda a: np.shares_memory(torch.from_numpy(a).numpy(), a))(made('f4','T'))",
            '(lambda t: (t.numpy().__setitem__(0, 9), t)[1])(torch.zeros(3))',
            '(lambda t: (t.numpy().__setitem__(0, 9), t._version)[1])(torch.zeros(3))', 'torch.zeros(3,requires_grad=True).numpy()',
            'torch.zeros(3,requires_grad=True).numpy(force=True)', 'torch.zeros(3,dtype=torch.bfloat16).numpy()',
            'torch.zeros(2,3).T.numpy().strides', 'torch.zeros(2,3)[:,1].numpy().strides', 'torch.zeros(3).expand(2,3).numpy().strides',
            'torch.zeros(3).expand(2,3).numpy().flags.writeable', 'np.asarray(torch.zeros(3)).dtype', 'torch.zeros(3).__array__().dtype',
            'torch.zeros(3).__array__(np.float64).dtype', "torch.zeros(3).__array__(dtype='int32').dtype",
            "hasattr(torch.zeros(3),'__array_interface__')", "hasattr(torch.zeros(3),'__array_struct__')",
            "hasattr(torch.zeros(3),'__cuda_array_interface__')", "hasattr(torch.zeros(3),'__array_priority__')", 'torch.zeros(3).__array_priority__',
            'torch.zeros(()).numpy()', 'type(torch.zeros(()).numpy())', 'torch.ones(2).numpy().base is None',
            'memoryview(torch.zeros(3).numpy()).nbytes', 'torch.zeros(0).numpy()', 'torch.frombuffer(bytearray(12), dtype=torch.float32)',
            'torch.frombuffer(bytearray(12), dtype=torch.float32, offset=4)', 'torch.frombuffer(bytearray(12), dtype=torch.float32, count=2)',
            'torch.frombuffer(bytearray(12), dtype=torch.float32, count=9)', 'torch.frombuffer(bytearray(13), dtype=torch.float32)',
            'torch.frombuffer(bytearray(0), dtype=torch.float32)', "torch.frombuffer(b'1234', dtype=torch.uint8)",
            'torch.frombuffer(bytearray(12), dtype=torch.float32, offset=40)', 'torch.frombuffer([1,2], dtype=torch.float32)',
            'torch.asarray(np.ones(3),copy=True)', 'torch.asarray(np.ones(3), requires_grad=True)',
        ],
    ),
    "attributes": (
        """x=torch.arange(6.).reshape(2,3); c=torch.complex(torch.arange(4.),torch.arange(4.)+1).reshape(2,2)
def look(t): return [str(t.dtype), tuple(t.shape), t.stride(), t.storage_offset(), str(t.tolist()), t._version, t._base is None, t.is_contiguous(), t.is_conj(), t.is_neg()]""",
        [
            'look(c.real)', 'look(c.imag)', 'look(torch.view_as_real(c))', 'look(torch.view_as_complex(torch.arange(4.).reshape(2,2)))',
            'look(c.conj().resolve_conj())', 'look(c.conj().clone())', 'look(c.conj_physical())', 'look(c.conj()+1)', 'look(c.conj()*c)', 'c.conj()',
            'c.conj().imag', 'c.conj()._base is c', '(c.real.fill_(0), look(c))[1]', '(c.imag.add_(1), look(c))[1]',
            '(torch.view_as_real(c).zero_(), look(c))[1]', 'x.real is x', 'x.imag', 'x.conj() is x', 'torch.conj(x) is x', 'torch.real(x) is x',
            'torch.imag(x)', 'x.resolve_conj() is x', 'x.resolve_neg() is x', 'torch.is_conj(c)', 'torch.view_as_real(c.conj().resolve_conj()).shape',
            'torch.view_as_complex(x)', 'torch.view_as_complex(torch.zeros(2,2).T)', 'torch.view_as_complex(torch.zeros(2,3)[:,:2])',
            'torch.view_as_complex(torch.zeros(2,2,dtype=torch.int64))', 'c.view(torch.float32).shape', 'look(c.view(torch.float32))',
            'x.view(torch.int32).dtype', 'look(x.view(torch.int32))', 'x.view(torch.float64)', 'x.view(torch.int16).shape',
            'c.conj().numpy() if 0 else 0', 'c.conj().resolve_conj().numpy()', 'c.real.numpy().strides', "setattr(x,'T',3)", "setattr(x,'shape',3)",
            "setattr(x,'dtype',3)", "setattr(x,'mT',3)", "setattr(x,'H',3)", "setattr(x,'real',torch.zeros(2,3))",
            "(setattr(c,'real',torch.zeros(2,2)),look(c))[1]", "(setattr(c,'imag',torch.zeros(2,2)),look(c))[1]", "(setattr(c,'real',5.),look(c))[1]",
            "setattr(x,'imag',torch.zeros(2,3))", "setattr(x,'ndim',3)", "setattr(x,'device',3)", "setattr(x,'layout',3)",
            "setattr(x,'is_leaf',True)", "setattr(x,'grad_fn',None)", "setattr(x,'_version',3)", "setattr(x,'_base',3)", "setattr(x,'is_cuda',3)",
            "setattr(x,'itemsize',3)", "setattr(x,'nbytes',3)", "setattr(x,'output_nr',3)", "setattr(x,'name','a')", 'x.name',
            "setattr(x,'names',('a','b'))", 'x.names', "setattr(x,'grad',3)", "setattr(x,'requires_grad',1)", "setattr(x,'retains_grad',True)",
            "setattr(x,'is_sparse',3)", "setattr(x,'data',3)", "setattr(x,'_grad',None)", "setattr(x,'mH',3)", "setattr(x,'foo',3)",
            "setattr(x,'sum',3)", "delattr(x,'T')", "delattr(x,'shape')", "delattr(x,'grad')", "delattr(x,'data')", "delattr(x,'requires_grad')",
            "delattr(x,'foo')", 'x.foo', "setattr(x,'_backward_hooks',None)", "setattr(x,'is_quantized',1)", 'x.grad_dtype',
        ],
    ),
}  # fmt: skip

# What is not as in torch: which of two faults of one line is named, and what is warned of once only.
KNOWN = re.compile(
    r"dtype=object.*requires_grad|t &= a.*requires_grad|torch.tensor.\[a|NumPy array is not writable|buffer is not writable"
)
NOT_DIFFERENTIATED = "grad_fn=<NotImplemented>"  # (of torch, which has no derivative of // and of a number % a Tensor; here there is one)


def changed(line, a, t):
    """Both operands after an assignment."""
    space = {"a": a, "t": t}
    exec(line, space)
    return space["a"], space["t"]


def text(v, torch):
    """A value as text, Tensors and arrays told apart."""
    if isinstance(v, torch.Tensor):
        return "T " + repr(v)
    if isinstance(v, (list, tuple)) and not hasattr(v, "_fields"):
        return f"{type(v).__name__}({', '.join([text(x, torch) for x in v])})"
    return repr(v)


def outcome(torch, setup, line):
    """The text of a line's value, or its error, and the beginnings of warnings."""
    space = {"np": np, "torch": torch, "pickle": pickle, "copy": copy, "io": io, "changed": changed}
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            exec(setup, space)
            got = text(eval(line, space), torch)
        except Exception as error:
            got = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
    said = sorted(
        {str(w.message)[:60] for w in seen if w.category is UserWarning and "TypedStorage" not in str(w.message)}
    )
    return re.sub(r"0x[0-9a-f]+", "0x", got + "".join([f" [{s}]" for s in said]))


def main():
    import torch

    import compat

    count = different = 0
    for name, (setup, lines) in SECTIONS.items():
        for line in lines:
            want, got = outcome(torch, setup, line), outcome(compat, setup, line)
            count += 1
            if want != got and not KNOWN.search(line + want + got) and NOT_DIFFERENTIATED not in want:
                different += 1
                print(f"{name}: {line}\n  compat: {got[:300]}\n  torch:  {want[:300]}")
    print(f"{count} lines, {different} differ")


if __name__ == "__main__":
    main()
