"""The lines of tests/expected/nn.json: expressions over the names of tests/compat/evaluation.py, run under both libraries.

The last expression of a line is its result; what is compared is its values, the names of its nodes, its gradients, and
whether a second backward is legal.
"""

FUNCTIONAL = """
F = torch.nn.functional; F.linear(a, m)
F = torch.nn.functional; F.linear(a, m, v)
F = torch.nn.functional; F.linear(v, m, w)
F = torch.nn.functional; F.linear(x, m, v)
F = torch.nn.functional; F.linear(a, n)
F = torch.nn.functional; F.relu(a)
F = torch.nn.functional; F.relu(z)
F = torch.nn.functional; F.leaky_relu(a)
F = torch.nn.functional; F.leaky_relu(a, 0.2)
F = torch.nn.functional; F.elu(a)
F = torch.nn.functional; F.elu(a, 0.5)
F = torch.nn.functional; F.selu(a)
F = torch.nn.functional; F.celu(a, 0.7)
F = torch.nn.functional; F.gelu(a)
F = torch.nn.functional; F.gelu(a, approximate='tanh')
F = torch.nn.functional; F.silu(a)
F = torch.nn.functional; F.mish(a)
F = torch.nn.functional; F.softplus(a)
F = torch.nn.functional; F.softplus(a * 20, 2.0, 10.0)
F = torch.nn.functional; F.logsigmoid(a)
F = torch.nn.functional; F.hardtanh(a)
F = torch.nn.functional; F.hardtanh(z, 0.0, 1.0)
F = torch.nn.functional; F.relu6(a * 4)
F = torch.nn.functional; F.hardsigmoid(a * 2)
F = torch.nn.functional; F.hardswish(a * 2)
F = torch.nn.functional; F.hardshrink(a)
F = torch.nn.functional; F.softshrink(a)
F = torch.nn.functional; F.threshold(a, 0.3, -1.0)
F = torch.nn.functional; F.softsign(a)
F = torch.nn.functional; F.tanhshrink(a)
F = torch.nn.functional; F.prelu(a, s.reshape(1))
F = torch.nn.functional; F.prelu(a, v)
F = torch.nn.functional; F.glu(t)
F = torch.nn.functional; F.glu(a)
F = torch.nn.functional; F.softmax(a, 1)
F = torch.nn.functional; F.softmax(a, 0)
F = torch.nn.functional; F.log_softmax(a, -1)
F = torch.nn.functional; F.softmin(a, 1)
F = torch.nn.functional; F.one_hot(j)
F = torch.nn.functional; F.one_hot(g, 4)
F = torch.nn.functional; F.one_hot(g, 2)
F = torch.nn.functional; F.embedding(g, m)
F = torch.nn.functional; F.embedding(g, m, padding_idx=1)
F = torch.nn.functional; F.embedding(i, m)
F = torch.nn.functional; F.dropout(a, 0.3)
F = torch.nn.functional; F.dropout(a, 0.3, training=False)
F = torch.nn.functional; F.dropout(a, 1.0)
F = torch.nn.functional; F.dropout(a, 1.5)
F = torch.nn.functional; F.dropout2d(t, 0.5)
F = torch.nn.functional; F.layer_norm(t, (4,))
F = torch.nn.functional; F.layer_norm(t, (3, 4))
F = torch.nn.functional; F.layer_norm(a, (3,), v, w)
F = torch.nn.functional; F.layer_norm(a, (2,))
F = torch.nn.functional; F.group_norm(t, 3)
F = torch.nn.functional; F.batch_norm(m, None, None, v, w, training=True) ** 2
F = torch.nn.functional; F.batch_norm(m, torch.zeros(3), torch.ones(3) * 2)
F = torch.nn.functional; r = torch.zeros(3); q = torch.ones(3); y = F.batch_norm(m, r, q, training=True) ** 2; [r, q, y]
F = torch.nn.functional; F.batch_norm(t, None, None, training=True)
F = torch.nn.functional; F.instance_norm(t).exp()
F = torch.nn.functional; F.normalize(a)
F = torch.nn.functional; F.cosine_similarity(a, b)
F = torch.nn.functional; F.pairwise_distance(a, b)
F = torch.nn.functional; F.pad(a, (1, 2))
F = torch.nn.functional; F.pad(a, (1, 0, 0, 2), value=3.0)
F = torch.nn.functional; F.pad(a, (-1, 1))
F = torch.nn.functional; F.pad(a.unsqueeze(0), (1, 2), mode='reflect')
F = torch.nn.functional; F.pad(a.unsqueeze(0), (1, 2), mode='replicate')
"""

WINDOWS = """
F = torch.nn.functional; F.conv1d(x, x[:, :, :2])
F = torch.nn.functional; F.conv1d(x, x[:, :, :2], w[:2], stride=2, padding=1)
F = torch.nn.functional; F.conv1d(x, x[:, :, :2], padding='same')
F = torch.nn.functional; F.conv1d(x, x[:, :, :2], dilation=2)
F = torch.nn.functional; F.conv1d(x[0], x[:, :, :2])
F = torch.nn.functional; F.conv1d(x, t)
F = torch.nn.functional; F.conv2d(x.unsqueeze(0), x.unsqueeze(1)[:, :, :2, :2], groups=2)
F = torch.nn.functional; F.conv2d(x.unsqueeze(1), x.unsqueeze(1)[:, :, :2, :2], w[:2], stride=(1, 2), padding=(1, 0))
F = torch.nn.functional; F.conv3d(x[None, None], x[None, None][..., :2])
F = torch.nn.functional; F.conv_transpose1d(x, t)
F = torch.nn.functional; F.conv_transpose1d(x, t, stride=2, padding=1, output_padding=1)
F = torch.nn.functional; F.conv_transpose2d(x.unsqueeze(1), x.unsqueeze(1)[:1], w[:1], stride=2, dilation=2)
F = torch.nn.functional; F.max_pool1d(t, 2)
F = torch.nn.functional; F.max_pool2d(t, 2)
F = torch.nn.functional; F.max_pool2d(t.unsqueeze(0), (2, 3), stride=1, padding=1)
F = torch.nn.functional; F.max_pool2d(t.unsqueeze(0), 2, ceil_mode=True)
F = torch.nn.functional; F.max_pool2d(t.unsqueeze(0), 2, return_indices=True)
F = torch.nn.functional; F.avg_pool1d(t, 2)
F = torch.nn.functional; F.avg_pool2d(t.unsqueeze(0), 2, stride=1, padding=1)
F = torch.nn.functional; F.avg_pool2d(t.unsqueeze(0), 2, padding=1, count_include_pad=False)
F = torch.nn.functional; F.avg_pool2d(t.unsqueeze(0), 2, ceil_mode=True, padding=1)
F = torch.nn.functional; F.adaptive_avg_pool2d(t.unsqueeze(0), 1)
F = torch.nn.functional; F.adaptive_avg_pool2d(t.unsqueeze(0), (2, 3))
"""

LOSSES = """
F = torch.nn.functional; F.mse_loss(a, b)
F = torch.nn.functional; F.mse_loss(a, f, reduction='sum')
F = torch.nn.functional; F.mse_loss(a, b, reduction='none')
F = torch.nn.functional; F.mse_loss(a, b, reduction='average')
F = torch.nn.functional; F.mse_loss(a, n)
F = torch.nn.functional; F.l1_loss(a, b)
F = torch.nn.functional; F.l1_loss(a, b, reduction='none')
F = torch.nn.functional; F.smooth_l1_loss(a, b)
F = torch.nn.functional; F.smooth_l1_loss(a, b, beta=0.5, reduction='sum')
F = torch.nn.functional; F.huber_loss(a, b, delta=0.7)
F = torch.nn.functional; F.cross_entropy(m, g[0])
F = torch.nn.functional; F.cross_entropy(m, g[0], reduction='sum')
F = torch.nn.functional; F.cross_entropy(m, g[0], reduction='none')
F = torch.nn.functional; F.cross_entropy(m, g[0], weight=q[0].detach())
F = torch.nn.functional; F.cross_entropy(m, g[0], ignore_index=2)
F = torch.nn.functional; F.cross_entropy(m, g[0], label_smoothing=0.1)
F = torch.nn.functional; F.cross_entropy(m, p.detach()[[0, 1, 0]])
F = torch.nn.functional; F.cross_entropy(x, g).exp()
F = torch.nn.functional; F.cross_entropy(v, g[0, 1])
F = torch.nn.functional; F.cross_entropy(m, g[0] + 1)
F = torch.nn.functional; F.nll_loss(m, g[1])
F = torch.nn.functional; F.nll_loss(m, g[1], weight=q[0].detach(), reduction='none')
F = torch.nn.functional; F.binary_cross_entropy(p, k.float())
F = torch.nn.functional; F.binary_cross_entropy(p, k.float(), weight=q.detach(), reduction='sum')
F = torch.nn.functional; F.binary_cross_entropy(a, k.float())
F = torch.nn.functional; F.binary_cross_entropy(k.float(), k.float())
F = torch.nn.functional; F.binary_cross_entropy_with_logits(a, k.float())
F = torch.nn.functional; F.binary_cross_entropy_with_logits(a * 30, k.float(), pos_weight=q[0].detach(), reduction='none')
F = torch.nn.functional; F.kl_div(a, p.detach())
F = torch.nn.functional; F.kl_div(a, f, log_target=True, reduction='batchmean')
F = torch.nn.functional; F.margin_ranking_loss(v, w, torch.tensor([1.0, -1.0, 1.0]), 0.1)
F = torch.nn.functional; F.soft_margin_loss(v, torch.tensor([1.0, -1.0, 1.0]))
"""

INITIAL = """
list(torch.nn.Linear(3, 2).parameters())
list(torch.nn.Linear(40, 30).parameters())
list(torch.nn.Bilinear(2, 3, 4).parameters())
list(torch.nn.Conv2d(2, 4, 3, groups=2).parameters())
list(torch.nn.ConvTranspose2d(2, 4, 3).parameters())
list(torch.nn.Embedding(5, 3, padding_idx=1).parameters())
list(torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.ReLU(), torch.nn.Linear(5, 1)).parameters())
list(torch.nn.BatchNorm1d(3).parameters())
torch.nn.init.xavier_uniform_(torch.empty(3, 20))
torch.nn.init.xavier_normal_(torch.empty(3, 20), gain=2.0)
torch.nn.init.kaiming_uniform_(torch.empty(3, 2, 2), nonlinearity='relu')
torch.nn.init.kaiming_normal_(torch.empty(3, 20), mode='fan_out')
torch.nn.init.trunc_normal_(torch.empty(50), std=2.0)
torch.nn.init.orthogonal_(torch.empty(4, 3))
torch.nn.init.orthogonal_(torch.empty(2, 5), gain=2)
torch.nn.init.uniform_(torch.empty(7), -1.0, 2.0)
torch.nn.init.normal_(torch.empty(20), 1.0, 2.0)
torch.nn.init.constant_(torch.empty(2), 3.0)
torch.nn.init.eye_(torch.empty(2, 3))
torch.nn.init.dirac_(torch.empty(2, 2, 3))
torch.nn.init.xavier_uniform_(torch.empty(3))
[torch.nn.init.calculate_gain(n) for n in ('linear', 'tanh', 'relu', 'leaky_relu', 'selu', 'sigmoid')]
"""

TEXTS = """
repr(torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3, padding=1), torch.nn.ReLU(True), torch.nn.Flatten(), torch.nn.Linear(8, 2, bias=False)))
repr(torch.nn.ModuleList([torch.nn.Linear(2, 2), torch.nn.Linear(2, 2), torch.nn.Tanh()]))
repr(torch.nn.ModuleDict({'one': torch.nn.Linear(2, 2), 'two': torch.nn.Sequential()}))
repr(torch.nn.ParameterList([torch.zeros(2, 3), torch.ones(1)]))
repr(torch.nn.ParameterDict({'u': torch.zeros(2)}))
repr(torch.nn.Parameter(torch.ones(2, 2)))
[repr(o) for o in (torch.nn.MSELoss(), torch.nn.CrossEntropyLoss(), torch.nn.Dropout(0.1), torch.nn.Embedding(3, 4, padding_idx=0))]
[repr(o) for o in (torch.nn.LayerNorm(3), torch.nn.BatchNorm1d(3), torch.nn.BatchNorm2d(2, affine=False), torch.nn.GroupNorm(2, 4))]
[repr(o) for o in (torch.nn.MaxPool2d(2), torch.nn.AvgPool2d(2), torch.nn.AvgPool1d(2), torch.nn.AdaptiveAvgPool2d((1, None)))]
[repr(o) for o in (torch.nn.Softmax(dim=1), torch.nn.Softmax(), torch.nn.LeakyReLU(0.2), torch.nn.ELU(), torch.nn.GELU())]
[repr(o) for o in (torch.nn.Softplus(), torch.nn.Hardtanh(), torch.nn.ReLU6(), torch.nn.Threshold(0.1, 2), torch.nn.PReLU())]
[repr(o) for o in (torch.nn.ConvTranspose2d(1, 2, 3, stride=2), torch.nn.Conv2d(1, 1, 2, padding='same'), torch.nn.Bilinear(1, 2, 3))]
repr(torch.nn.Conv2d(4, 4, 3, groups=2, bias=False, dilation=2, stride=2, padding_mode='circular'))
[repr(o) for o in (torch.nn.Softshrink(), torch.nn.GLU(), torch.nn.RMSNorm(3), torch.nn.InstanceNorm2d(2), torch.nn.Unflatten(1, (2, 2)))]
repr(torch.optim.SGD([v], lr=0.1, momentum=0.9))
repr(torch.optim.Adam([v]))
"""

MODULES = """
l = torch.nn.Linear(3, 2); l(a)
l = torch.nn.Linear(3, 2); [k for k, _ in l.named_parameters()]
l = torch.nn.Linear(3, 2); l(n)
net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1)); y = net(a).sum(); y.backward(); [p.grad for p in net.parameters()]
net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Dropout(0.5)); net.eval(); net(a)
net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 1)); [list(net.state_dict()), [n for n, _ in net.named_modules()]]
l = torch.nn.Linear(3, 2); repr(l.load_state_dict({'weight': torch.zeros(2, 3), 'bias': torch.ones(2)})); list(l.parameters())
l = torch.nn.Linear(3, 2); repr(l.load_state_dict({'weight': torch.zeros(2, 3), 'bias': torch.ones(2)}))
l = torch.nn.Linear(3, 2); l.load_state_dict({'weight': torch.zeros(2, 3)})
l = torch.nn.Linear(3, 2); l.load_state_dict({'weight': torch.zeros(2, 2), 'bias': torch.zeros(2), 'more': torch.ones(1)})
l = torch.nn.Linear(3, 2); l.nothing
l = torch.nn.Linear(3, 2); setattr(l, 'weight', torch.ones(2, 3))
l = torch.nn.Linear(3, 2); l.double(); list(l.parameters())
l = torch.nn.Linear(3, 2); l.to(torch.int64)
l = torch.nn.Module(); l(a)
b_ = torch.nn.BatchNorm1d(3); y = b_(m) ** 2; [y, b_.running_mean, b_.running_var, b_.num_batches_tracked]
b_ = torch.nn.BatchNorm1d(3); b_(v)
net = torch.nn.Linear(3, 2); y = net(a).sum(); y.backward(); torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0); [p.grad for p in net.parameters()]
net = torch.nn.Linear(3, 2); y = net(a).sum(); y.backward(); torch.nn.utils.clip_grad_value_(net.parameters(), 0.5); [p.grad for p in net.parameters()]
net = torch.nn.Linear(3, 2); torch.nn.utils.parameters_to_vector(net.parameters())
net = torch.nn.Linear(3, 2); torch.nn.utils.vector_to_parameters(torch.arange(8.0), net.parameters()); list(net.parameters())
net = torch.nn.Linear(3, 2); seen = []; h1 = net.register_forward_pre_hook(lambda m, i: seen.append('pre')); h2 = net.register_forward_hook(lambda m, i, o: seen.append('post') or o * 2); [net(a), seen]
net = torch.nn.Linear(3, 2); seen = []; h_ = net.register_full_backward_hook(lambda m, gi, go: seen.extend([gi[0], go[0]])); net(a).sum().backward(); [s_.clone() if s_ is not None else s_ for s_ in seen]
net = torch.nn.Linear(3, 2); seen = []; h_ = net.register_full_backward_hook(lambda m, gi, go: seen.extend([gi[0], go[0]])); net(f).sum().backward(); [s_.clone() if s_ is not None else s_ for s_ in seen]
net = torch.nn.Linear(3, 2); h_ = net.register_full_backward_hook(lambda m, gi, go: (gi[0] * 2,)); net(a).sum().backward(); a.grad
net = torch.nn.Linear(3, 2); h_ = net.register_full_backward_pre_hook(lambda m, go: (go[0] * 3,)); net(a).sum().backward(); [a.grad, net.bias.grad]
"""

FAMILIES = {
    "functional": FUNCTIONAL, "windows": WINDOWS, "losses": LOSSES, "initial": INITIAL, "texts": TEXTS, "modules": MODULES,
}  # fmt: skip
