"""What people do to a module of their own, to attention with masks and to recurrent layers: programs for side_by_side.py.

Invariant: each line is a program of its own behind the head of its part; statements are set apart by "; ".
"""

MODULE = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 3)
        self.b = nn.Sequential(nn.Linear(3, 3), nn.ReLU())
        self.c = self.a
        self.w = nn.Parameter(X(2))
        self.register_buffer("buf", torch.ones(2))
        self.register_buffer("tmp", torch.ones(2), persistent=False)
        self.none = None
    def forward(self, x):
        return self.b(self.a(x))
m = Net()
"""
OF_MODULES = r"""
m
list(m.state_dict())
[n for n,_ in m.named_parameters()]
[n for n,_ in m.named_parameters(remove_duplicate=False)]
[n for n,_ in m.named_modules()]
[n for n,_ in m.named_modules(remove_duplicate=False)]
[n for n,_ in m.named_buffers()]
m.load_state_dict({})
m.load_state_dict({k: v for k, v in m.state_dict().items() if k[0]=="a"}, strict=False)
m.load_state_dict({"b.0.weight": torch.ones(4,4), "zzz": 1, "b.zz": 2})
m.load_state_dict({"b.0.weight": torch.ones(4,4)}, strict=False)
m.load_state_dict({**m.state_dict(), "tmp": torch.ones(2)})
m.load_state_dict({**m.state_dict(), "w": [1,2]})
m.load_state_dict({**m.state_dict(), "w": torch.ones(())})
m.load_state_dict(m.state_dict(), assign=True), m.a.weight is m.c.weight
m.load_state_dict([("a",1)])
m.load_state_dict(None)
m.state_dict(prefix="x.", keep_vars=True)["x.w"] is m.w
m.b.register_state_dict_post_hook(lambda mod, s, p, l: s.pop(p+"0.bias")); list(m.state_dict())
m.b.register_state_dict_post_hook(lambda mod, s, p, l: 3); list(m.state_dict())
m.register_load_state_dict_pre_hook(lambda mod, s, p, l, st, mk, uk, em: mk.append(p+"!")); m.load_state_dict(m.state_dict())
m.register_load_state_dict_post_hook(lambda mod, k: k.missing_keys.append("q")); m.load_state_dict(m.state_dict(), strict=False)
m.a = None; m, list(m.state_dict())
m.a = 3; m.a
del m.a; m
m.w = None; list(m.state_dict())
m.w = torch.ones(2)
m.buf = 3
m.buf = None; list(m.state_dict())
m.buf = nn.Parameter(torch.ones(2)); list(m.state_dict()), [n for n,_ in m.named_buffers()]
m.none = nn.Linear(2,2); m
m.none = X(2); m.none.shape, list(m.state_dict())
m.register_parameter("none", nn.Parameter(X(2)))
m.register_module("q", nn.ReLU()); m
m.add_module("w", nn.ReLU())
m.tmp = torch.zeros(2); list(m.state_dict()), m._non_persistent_buffers_set
m.get_submodule("b.0"), m.get_submodule("b.9")
m.get_submodule("w")
m.get_parameter("b.0.weight").shape, m.get_parameter("b.0")
m.get_buffer("buf"), m.get_buffer("w")
m.set_submodule("b.0", nn.Tanh()); m
m.set_submodule("b.9", nn.Tanh()); m
m.set_submodule("z.9", nn.Tanh())
m.set_submodule("b.9", nn.Tanh(), strict=True)
m.b[0] = nn.Tanh(); m
m.b.add_module("1", nn.Tanh()); m.b
m.b["0"]
m.b[0:1], m.b[-1], len(m.b)
m.eval().training, m.b.training, m.train().b.training
m.requires_grad_(False); [p.requires_grad for p in m.parameters()]
m.half().w.dtype, m.buf.dtype, m.tmp.dtype
m.to(torch.bfloat16)(X(1,2))
m.double()(X(1,2))
m(X(1,3))
m()
m(X(1,2), 3)
m.forward(X(1,2)).shape
m.apply(lambda k: k.weight.data.fill_(1) if isinstance(k, nn.Linear) else None)(torch.ones(1,2))
m.share_memory().w.is_shared()
copy.deepcopy(m).a is m.a, (lambda c: c.a is c.c)(copy.deepcopy(m))
(lambda c: (c.a is c.c, c.w))(copy.copy(m))
m.zero_grad(); m(X(1,2)).sum().backward(); m.zero_grad(set_to_none=False); m.a.weight.grad
m.__repr__() == str(m), hash(m) == id(m) or hash(m) == hash(m), m == m
dir(m)[-5:], "w" in dir(m), "_parameters" in m.__dict__
m._get_name(), m.extra_repr(), type(m).__mro__[1].__name__
m.foo
m.a.foo
m.b.foo
super(Net, m).forward
m.type(torch.float16).w.dtype
m.cuda()
m.to("cuda:0")
m.to(device="cpu", dtype=torch.float64).w.dtype
m.to(torch.int32)
m.to(torch.complex64).w.dtype
m.float().register_forward_pre_hook(lambda k, a: (a[0]*0,)); m(X(1,2)) - m.b(m.a.bias)
m.register_forward_hook(lambda k, a, kw, o: (o, kw), with_kwargs=True); m(x=X(1,2))[1].keys()
m.register_forward_hook(lambda k, a, o: 1/0, always_call=True); m(X(1,2))
m.register_full_backward_pre_hook(lambda k, g: (g[0]*2,)); m(torch.ones(1,2)).sum().backward(); m.b[0].bias.grad
m.a.register_full_backward_hook(lambda k, gi, go: (gi[0]*0,)); x = torch.ones(1,2,requires_grad=True); m(x).sum().backward(); x.grad
m.a.register_full_backward_hook(lambda k, gi, go: (gi[0], 1)); x = torch.ones(1,2,requires_grad=True); m(x).sum().backward()
m.register_backward_hook(lambda k, gi, go: None); m(X(1,2)).sum().backward()
nn.Module().forward(1)
nn.Module()(1)
nn.Module(3)
nn.Module(a=3)
nn.ModuleList([nn.ReLU(), None])
nn.ModuleList(nn.ReLU())
nn.ModuleDict({"a": 3})
nn.ModuleDict({1: nn.ReLU()})
nn.ModuleDict({"keys": nn.ReLU()})
nn.ModuleDict({"a.b": nn.ReLU()})
nn.ModuleDict([("a", nn.ReLU())])["b"]
nn.Sequential(nn.ReLU)
nn.Sequential("a")
nn.Sequential({"a": nn.ReLU()})
nn.Sequential([nn.ReLU()])
nn.Sequential(nn.ReLU())(X(2), 3)
nn.Sequential()(X(2).mul(0))
nn.ParameterList([nn.Parameter(X(2)), X(3)]), nn.ParameterList(X(2,2))
nn.ParameterDict({"a": nn.Parameter(X(2))}).a.shape
sum(p.numel() for p in m.parameters()), sum(p.numel() for p in m.parameters() if p.requires_grad)
torch.nn.utils.parametrize.register_parametrization(m.a, "weight", nn.Softplus()); m, list(m.state_dict())
torch.nn.utils.parametrize.register_parametrization(m.a, "weight", nn.Softplus()); m.a.weight = torch.ones(3,2)
torch.nn.utils.parametrize.register_parametrization(m.a, "weight", nn.Softplus()); copy.deepcopy(m).a.weight.shape, torch.nn.utils.parametrize.type_before_parametrizations(m.a)
torch.nn.utils.parametrizations.weight_norm(m.a); m.load_state_dict({})
torch.nn.utils.parametrizations.spectral_norm(m.a).weight.norm() , m.a.parametrizations.weight[0]
torch.save(m.state_dict(), io.BytesIO()), m.state_dict()._metadata
torch.func.functional_call(m, {"w": X(3)}, (X(1,2),)).shape
torch.func.functional_call(m, {"foo": X(3)}, (X(1,2),)).shape
torch.func.functional_call(m, {"a.weight": torch.zeros(3,2), "c.weight": torch.ones(3,2)}, (X(1,2),))
torch.func.functional_call(m, {"a.weight": torch.zeros(3,2)}, (X(1,2),)) - m.b(m.a.bias)
torch.func.functional_call(m, {"a.weight": torch.zeros(3,2)}, (X(1,2),), tie_weights=False).shape, torch.func.functional_call(m, {}, X(1,2), strict=True)
torch.nn.utils.stateless.functional_call(m, {}, X(1,2)).shape
nn.utils.skip_init(nn.Linear, 2, 3).weight.shape
nn.utils.skip_init(nn.ReLU)
nn.utils.skip_init(3)
nn.utils.convert_parameters.vector_to_parameters(X(100), m.parameters())
nn.utils.fusion.fuse_linear_bn_eval(nn.Linear(2,2).eval(), nn.BatchNorm1d(2).eval())(torch.ones(1,2)).shape
nn.DataParallel(m)(X(1,2)).shape
nn.parameter.UninitializedParameter() + 1
nn.LazyLinear(2).weight.shape
nn.LazyLinear(2).state_dict()
nn.LazyLinear(2).load_state_dict(nn.Linear(3,2).state_dict())
nn.LazyLinear(2).half()
(lambda l: (l(X(1,3)), l, type(l)))(nn.LazyLinear(2))[1:]
copy.deepcopy(nn.LazyConv2d(2,3)), pickle.loads(pickle.dumps(nn.LazyBatchNorm1d()))
torch.optim.SGD(nn.LazyLinear(2).parameters(), lr=0.1)
nn.Linear(2,2).load_state_dict(nn.LazyLinear(2).state_dict())
nn.LazyConv1d(2,3)(X(2))
nn.LazyConv1d(2,3)(X(1,2,3,4))
m.register_full_backward_hook(lambda k, gi, go: gi[0]); m(X(4,2)).sum().backward()
m.register_full_backward_pre_hook(lambda k, go: go[0]); m(X(1,2)).sum().backward()
m.register_full_backward_hook(lambda k, gi, go: (gi[0].double(),)); m(X(4,2)).sum().backward()
m.register_full_backward_hook(lambda k, gi, go: 3); m(X(4,2)).sum().backward()
U.spectral_norm(m.a); U.remove_spectral_norm(m.a); m.load_state_dict(m.state_dict())
U.spectral_norm(m.a); s = m.state_dict(); s = {**s, 'a.weight': s['a.weight_orig'] / 2}; del s['a.weight_v']; m.load_state_dict(s, False); m.a.weight_v
nn.ModuleList([nn.ReLU()]).insert(-1, nn.Tanh())
nn.ModuleDict({}).pop([1])
m = nn.Conv2d(3,2,2).to(memory_format=torch.channels_last); _ = torch.manual_seed(1); m.reset_parameters(); m.weight, m.bias, m.weight.stride()
m = nn.BatchNorm1d(4); y = m(X(0,4,3)); y.sum().backward(); m.weight.grad, m.bias.grad, m.running_mean, m.num_batches_tracked
nn.Linear(3,4)(X(5,2,3).transpose(0,1).double())
nn.LSTMCell(3,5).double()(X(2,3),(X(2,5).half(),X(2,5)))
F.pad(torch.ones(0,4,3),(1,1,1,1),mode='replicate')
nn.MultiheadAttention(4,2).merge_masks(torch.ones(3,3), torch.ones(2,3), X(2,3,4))
p = X(2); o = optim.SGD([p], lr=.1, differentiable=7); p.sum().backward(); o.step()
torch.tensor([1, None], dtype=torch.int64)
nn.init.normal_(torch.ones(2), torch.ones(2), 1.0)
nn.ConvTranspose2d(4, 4, (2, 3), padding=7)(X(1, 4, 6, 6))
nn.ConvTranspose1d(4, 4, 2, padding=7)(X(0, 4, 6))
nn.MaxUnpool2d(2, padding=7)(*F.max_pool2d(X(2, 4, 6, 6), 2, return_indices=True))
nn.AdaptiveAvgPool2d(torch.tensor(1))(X(2, 4, 6, 6))
m = nn.BatchNorm1d(2); A = optim.swa_utils.AveragedModel(m, multi_avg_fn=optim.swa_utils.get_swa_multi_avg_fn(), use_buffers=True); A.update_parameters(m); A.update_parameters(m)
x = torch.tensor([nan, 0., 1.], requires_grad=True); torch.autograd.grad(x.abs(), x, torch.full((3,), inf))
"""
ATTENTION = """
def att(**k):
    torch.manual_seed(5); return nn.MultiheadAttention(8,2,**k)
q=X(2,4,8); 
def masks():
    return {"b": torch.rand(4,4)>.7, "f": X(4,4), "c": nn.Transformer.generate_square_subsequent_mask(4), "3": X(4,4,4), "kb": torch.tensor([[0,0,1,1],[0,0,0,1]],dtype=torch.bool), "kf": X(2,4)}
M=masks()
enc=lambda **k: nn.TransformerEncoderLayer(8,2,16,**{"batch_first":True,"dropout":0.0,**k})
"""
OF_ATTENTION = r"""
att(batch_first=True)(q,q,q,attn_mask=M["b"])
att(batch_first=True)(q,q,q,attn_mask=M["f"])
att(batch_first=True)(q,q,q,attn_mask=M["3"])
att(batch_first=True)(q,q,q,attn_mask=M["c"],is_causal=True)
att(batch_first=True)(q,q,q,attn_mask=M["c"],is_causal=True,need_weights=False)
att(batch_first=True)(q,q,q,key_padding_mask=M["kb"])
att(batch_first=True)(q,q,q,key_padding_mask=M["kf"])
att(batch_first=True)(q,q,q,key_padding_mask=M["kb"],attn_mask=M["f"])
att(batch_first=True)(q,q,q,key_padding_mask=M["kf"],attn_mask=M["b"])
att(batch_first=True)(q,q,q,key_padding_mask=M["kb"],attn_mask=M["b"],average_attn_weights=False)
att(batch_first=True)(q,q,q,is_causal=True)
att(batch_first=True).eval()(q,q,q,attn_mask=M["b"])
torch.set_grad_enabled(False); att(batch_first=True).eval()(q,q,q,attn_mask=M["b"])
torch.set_grad_enabled(False); att(batch_first=True).eval()(q,q,q,key_padding_mask=M["kb"])
torch.set_grad_enabled(False); att(batch_first=True).eval()(q,q,q,need_weights=False)
torch.set_grad_enabled(False); att().eval()(q,q,q)
torch.set_grad_enabled(False); enc().eval()(q,src_key_padding_mask=M["kb"])
torch.set_grad_enabled(False); enc().eval()(q,src_mask=M["b"])
torch.set_grad_enabled(False); enc().eval()(q,src_mask=M["c"],is_causal=True)
torch.set_grad_enabled(False); enc(norm_first=True,activation="gelu").eval()(q)
torch.set_grad_enabled(False); nn.TransformerEncoder(enc(),2).eval()(q,src_key_padding_mask=~M["kb"])
torch.set_grad_enabled(False); nn.TransformerEncoder(enc(),2,enable_nested_tensor=False).eval()(q,src_key_padding_mask=M["kb"])
torch.set_grad_enabled(False); nn.TransformerEncoder(enc(),2).eval()(q,mask=M["c"],src_key_padding_mask=M["kb"])
nn.TransformerEncoder(enc(),2)(q,src_key_padding_mask=M["kb"])
nn.TransformerEncoder(enc(batch_first=False),2)
nn.TransformerEncoder(enc(norm_first=True),2)
nn.TransformerEncoder(enc(),2,mask_check=False)(q,M["f"])
nn.TransformerEncoder(enc(),2)(q,M["f"],src_key_padding_mask=M["kb"])
nn.TransformerEncoder(enc(),2)(q,M["b"],src_key_padding_mask=M["kf"])
att(batch_first=True)(q,q,q,attn_mask=M["f"].double())
att(batch_first=True)(q,q,q,attn_mask=M["b"].int())
att(batch_first=True)(q,q,q,key_padding_mask=M["kb"].long())
att(batch_first=True)(q,q,q,attn_mask=X(3,4))
att(batch_first=True)(q,q,q,attn_mask=X(3,4,4))
att(batch_first=True)(q,q,q,attn_mask=X(4))
att(batch_first=True)(q,q,q,key_padding_mask=M["kb"][:1])
att(batch_first=True)(q[0],q[0],q[0],key_padding_mask=M["kb"])
att(batch_first=True)(q[0],q,q)
att(batch_first=True,kdim=6,vdim=5)(q,X(2,3,6),X(2,3,5))
att(batch_first=True,add_bias_kv=True,add_zero_attn=True)(q,q,q,key_padding_mask=M["kb"],attn_mask=M["f"])
att(batch_first=True,bias=False)(q,q,q)
F.scaled_dot_product_attention(q,q,q,is_causal=True)
F.scaled_dot_product_attention(q,q,q,M["b"])
F.scaled_dot_product_attention(q,q,q,M["f"],is_causal=True)
F.scaled_dot_product_attention(q,q,q,M["f"],dropout_p=0.5)
F.scaled_dot_product_attention(q,q,q,scale=0.1)
F.scaled_dot_product_attention(q,q[:, :3],q[:, :3],is_causal=True)
F.scaled_dot_product_attention(X(2,4,3,8),X(2,2,3,8),X(2,2,3,8),enable_gqa=True).shape
F.scaled_dot_product_attention(X(2,4,3,8),X(2,2,3,8),X(2,2,3,8))
F.scaled_dot_product_attention(q,q,X(2,3,8))
F.scaled_dot_product_attention(q,X(2,4,7),q)
F.scaled_dot_product_attention(q,q,q.double())
F.scaled_dot_product_attention(q,q,q,M["f"].double())
F.scaled_dot_product_attention(q,q,q,torch.zeros(4,4,dtype=torch.bool))
F.scaled_dot_product_attention(X(4),X(4),X(4))
nn.Transformer(8,2,1,1,16,dropout=0.0,batch_first=True)(q,q,src_mask=M["c"],tgt_mask=M["c"],memory_mask=M["f"],src_key_padding_mask=M["kb"],tgt_key_padding_mask=M["kb"],memory_key_padding_mask=M["kb"])
nn.Transformer(8,2,1,1,16,dropout=0.0,batch_first=True)(q,q,tgt_is_causal=True)
nn.Transformer(8,2,1,1,16,dropout=0.0)(q,X(2,3,8))
nn.Transformer(8,2,1,1,16,dropout=0.0)(q,X(2,4,7))
nn.Transformer(8,2,1,1,16,custom_encoder=nn.Identity()).encoder
nn.Transformer.generate_square_subsequent_mask(3,dtype=torch.float64)
nn.TransformerDecoder(nn.TransformerDecoderLayer(8,2,16,dropout=0.0,batch_first=True),2,nn.LayerNorm(8))(q,q,tgt_mask=M["b"],memory_key_padding_mask=M["kb"])
nn.TransformerDecoderLayer(8,2,16,dropout=0.0,batch_first=True,activation=nn.SiLU())
nn.TransformerEncoderLayer(8,2,activation="foo")
nn.LSTM(3,4,2,bidirectional=True)(R.pack_padded_sequence(X(4,2,3),[4,2]))
nn.LSTM(3,4,2,bidirectional=True,batch_first=True,proj_size=2)(R.pack_padded_sequence(X(2,4,3),[2,4],batch_first=True,enforce_sorted=False))
nn.GRU(3,4)(R.pack_padded_sequence(X(4,2,3),[4,2]),X(1,2,4))
nn.RNN(3,4,nonlinearity="relu",bias=False)(R.pack_sequence([X(3,3),X(2,3)]))
nn.LSTM(3,4,num_layers=2,dropout=0.5)(X(5,2,3))[0].sum()
nn.LSTM(3,4)._flat_weights_names, nn.LSTM(3,4).all_weights[0][0].shape, nn.LSTM(3,4).flatten_parameters()
nn.LSTM(3,4,proj_size=5)
nn.LSTM(3,4,proj_size=-1)
nn.GRU(3,4,proj_size=2)
nn.RNN(3,4,nonlinearity="foo")
nn.RNNBase("FOO",3,4)
nn.LSTM(3,4,0)
nn.LSTM(0,4)
nn.LSTM(3,4,batch_first=1)
nn.LSTM(3,"a")
nn.LSTM(3,4).weight_ih_l0.shape, [n for n,_ in nn.GRU(3,4,2,bidirectional=True).named_parameters()]
nn.GRU(3,4,2,bidirectional=True,batch_first=True)
nn.LSTMCell(3,4), nn.RNNCell(3,4,nonlinearity="relu"), nn.GRUCell(3,4,bias=False)
nn.LSTMCell(3,4)(X(2,3),X(2,4))
nn.LSTMCell(3,4)(X(2,3),(X(2,4),X(3,4)))
nn.LSTMCell(3,4)(X(2,2))
nn.GRUCell(3,4)(X(1,2,3))
nn.GRUCell(3,4)(X(2,3),X(3,4))
seen = []; m = nn.RNN(3,5); x = X(2,1,3); _ = [p.register_hook(lambda g, n=n: seen.append(n)) for n, p in [('x', x), *m.named_parameters()]]; m(x)[0].sum().backward(); seen
seen = []; m = nn.RNN(3,5,nonlinearity='relu',bidirectional=True); x = X(2,1,3); _ = [p.register_hook(lambda g, n=n: seen.append(n)) for n, p in [('x', x), *m.named_parameters()]]; m(x)[0].sum().backward(); seen
seen = []; m = nn.LSTM(3,5).double(); x = X(2,1,3); _ = [p.register_hook(lambda g, n=n: seen.append(n)) for n, p in [('x', x), *m.named_parameters()]]; m(x.double())[0].sum().backward(); seen
seen = []; m = nn.RNNCell(3,5); x = X(2,1,3); _ = [p.register_hook(lambda g, n=n: seen.append(n)) for n, p in [('x', x), *m.named_parameters()]]; m(x[0]).sum().backward(); seen
seen = []; m = nn.LSTMCell(3,5); x = X(2,1,3); _ = [p.register_hook(lambda g, n=n: seen.append(n)) for n, p in [('x', x), *m.named_parameters()]]; m(x[0])[0].sum().backward(); seen
seen = []; m = nn.GRUCell(3,5); x = X(2,1,3); _ = [p.register_hook(lambda g, n=n: seen.append(n)) for n, p in [('x', x), *m.named_parameters()]]; m(x[0]).sum().backward(); seen
R.pack_padded_sequence(torch.ones(3,2,1),[3,0])
R.pack_padded_sequence(torch.ones(3,2,1),torch.tensor([3.5,2]))
R.pack_padded_sequence(torch.ones(3,2,0),[3,2])
R.pack_padded_sequence(torch.ones(3,2,1),[[3,2]])
R.pack_padded_sequence(torch.ones(3),[3])
"""


def fixed_programs():
    """All of them, as lists of lines."""
    parts = ((MODULE, OF_MODULES), (ATTENTION, OF_ATTENTION))
    return [[head.strip(), *line.split("; ")] for head, lines in parts for line in lines.strip().splitlines()]
