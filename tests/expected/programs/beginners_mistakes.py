"""What beginners get wrong with layers, losses, optimizers, indices and shapes, and what is said of it."""

import numpy as np  # noqa: F401
import torch
import torch.nn as nn  # noqa: F401
import torch.nn.functional as F  # noqa: F401

# statements, then expressions, one beside the other
MISTAKES = r"""
! x = torch.randn(4, 3)
! w = torch.randn(3, 2, requires_grad=True)
! lin = nn.Linear(3, 2)
! opt = torch.optim.SGD(lin.parameters(), lr=0.1)
lin(np.ones((4, 3))) ;; lin([1.0, 2.0, 3.0]) ;; lin(x.double()) ;; lin(x.T) ;; lin() ;; lin(x, x)
nn.Linear(3, 2, 1, 2, 3, 4) ;; nn.Linear('a', 2) ;; nn.Linear(3.0, 2) ;; nn.Linear(-1, 2) ;; nn.Conv2d(1, 2)
nn.Conv2d(1, 2, 3)(torch.ones(3, 3)) ;; nn.Conv2d(3, 4, 3, groups=2) ;; nn.Conv2d(1, 1, 5)(torch.ones(1, 1, 3, 3))
nn.MaxPool2d(2)(torch.ones(2, 2)) ;; nn.MaxPool2d(5)(torch.ones(1, 1, 2, 2)) ;; nn.BatchNorm1d(3)(torch.ones(1, 3))
nn.BatchNorm2d(3)(torch.ones(2, 3)) ;; nn.BatchNorm1d(3)(torch.ones(2, 4)) ;; nn.LayerNorm(3)(torch.ones(2, 4))
nn.GroupNorm(2, 3) ;; nn.Dropout(1.5) ;; nn.LSTM(3, 4)(torch.ones(2, 5))
nn.LSTM(3, 4)(torch.ones(2, 1, 3), torch.ones(1, 1, 4)) ;; nn.GRU(3, 4)(torch.ones(2, 2, 3), torch.ones(1, 1, 4))
nn.LSTM(3, 4, dropout=0.5) ;; nn.MultiheadAttention(5, 2)
nn.MultiheadAttention(4, 2)(torch.ones(2, 1, 3), torch.ones(2, 1, 4), torch.ones(2, 1, 4))
nn.TransformerEncoderLayer(5, 2) ;; nn.Embedding(3, 2)(torch.tensor([-1])) ;; nn.Flatten()(3) ;; nn.Sequential([lin])
nn.ModuleList(lin) ;; nn.Sequential(lin, nn.ReLU)(x) ;; nn.Sequential(lin)[1] ;; nn.ModuleDict({'a': lin})['b']
nn.ModuleList([lin])(x) ;; F.cross_entropy(x, torch.zeros(4)) ;; F.cross_entropy(x, torch.zeros(3).long())
F.cross_entropy(x, torch.zeros(4, 1).long()) ;; F.cross_entropy(x, F.one_hot(torch.zeros(4).long(), 3))
F.nll_loss(x, torch.full((4,), 7)) ;; F.mse_loss(x, torch.ones(4)) ;; F.binary_cross_entropy(x, torch.ones(4, 3))
F.binary_cross_entropy(torch.rand(4), torch.ones(4).long()) ;; F.binary_cross_entropy_with_logits(x, torch.ones(4))
nn.BCELoss()(torch.rand(4, 1), torch.ones(4)) ;; nn.MSELoss(lin, x) ;; nn.CrossEntropyLoss(x, x) ;; F.softmax(x, 2)
F.softmax(x.long(), 1) ;; F.one_hot(torch.tensor([-1])) ;; F.one_hot(torch.tensor([1.0]))
F.one_hot(torch.tensor([5]), 3) ;; F.kl_div(x, x, reduction='batch') ;; F.interpolate(torch.ones(1, 1, 2, 2), 2, 2)
F.pad(torch.ones(2), (1,)) ;; F.grid_sample(torch.ones(1, 1, 2, 2), torch.ones(1, 2)) ;; opt.step(3)
torch.optim.SGD(lin.parameters()) ;; torch.optim.SGD(lin) ;; torch.optim.SGD(lin.parameters(), lr='a')
torch.optim.SGD(lin.weight, lr=0.1) ;; torch.optim.SGD([x * 1 @ w], lr=0.1)
torch.optim.Adam(lin.parameters(), betas=(1.5, 0.9))
torch.optim.SGD([{'params': lin.parameters()}, {'params': lin.parameters()}], lr=0.1)
torch.optim.Adam(lin.parameters(), learning_rate=0.1) ;; torch.optim.lr_scheduler.StepLR(lin, 1)
torch.optim.lr_scheduler.StepLR(opt) ;; opt.load_state_dict({}) ;; torch.optim.LBFGS(lin.parameters()).step()
opt.param_groups[1]
! l = (x @ w).sum()
l.backward() ;; (x @ w).backward() ;; w.detach().sum().backward() ;; w.add_(1) ;; w.fill_(0) ;; w.numpy() ;; float(w)
int(w.sum()) ;; w.item() ;; w.tolist()[0][0] is not None ;; w.grad.backward() ;; setattr(w, 'grad', 3)
setattr(w, 'grad', torch.ones(2)) ;; setattr(w, 'data', 3) ;; setattr(w, 'requires_grad', 3)
(w * 2).requires_grad_(False) ;; setattr(w * 2, 'requires_grad', False) ;; torch.autograd.grad((w * 2).sum(), x)
torch.autograd.grad((w * 2).sum(), [w, w.clone()]) ;; torch.autograd.grad(w * 2, w) ;; torch.tensor(w)
torch.tensor([w, w]) ;; torch.Tensor([w.sum(), 1.0]) ;; torch.tensor([x[0], x[1]])
! y = torch.exp(w)
! y += 1
! v = torch.ones(3, requires_grad=True)
v.__setitem__(0, 2.0)
! z = v * 1
! z[0] = 5
z.sum().backward()
! u = torch.ones(4, requires_grad=True)
! a, b = (u * 2).chunk(2)
torch.relu_(u) ;; u[1:].zero_() ;; x[4] ;; x[0, 3] ;; x[0, 0, 0] ;; x[1.5] ;; x[torch.tensor([1.5])]
x[torch.tensor([9])] ;; x[torch.tensor([True, False])] ;; x[[0, 9]] ;; x[:, ::-1] ;; x[None, 5]
x.__setitem__(0, torch.ones(5)) ;; x.__setitem__(0, 'a') ;; x.__setitem__((0, 0), [1.0, 2.0]) ;; x.view(5)
x.t().view(12) ;; x.reshape(5, -1) ;; x.reshape(-1, -1) ;; x.squeeze(5) ;; x.transpose(0, 2) ;; x.permute(0)
x.permute(0, 0) ;; x.unsqueeze(4) ;; x.expand(4) ;; x.repeat(2) ;; x.split(0) ;; x.chunk(0) ;; x.split([1, 1])
x.gather(1, torch.tensor([[5]])) ;; x.gather(1, torch.tensor([5])) ;; x.scatter(1, torch.tensor([[0.0]]), 1.0)
x.index_select(0, torch.tensor([9])) ;; x.masked_fill(torch.ones(4, 3), 0) ;; x.masked_fill(torch.ones(2, 3).bool(), 0)
torch.where(x, x, x) ;; torch.cat(x, x) ;; torch.cat(x) ;; torch.cat([]) ;; torch.cat([x, x.T]) ;; torch.cat([x, 1])
torch.stack(x, x) ;; torch.stack([x, x.T]) ;; x @ x ;; torch.mm(x, torch.ones(3)) ;; torch.bmm(x, x) ;; torch.dot(x, x)
x.mm(w.double()) ;; x + [1, 2, 3] ;; x + None ;; 'a' * x ;; x > 'a' ;; x == 'a' ;; x and x ;; not x
1 if x.sum() > 0 else 0 ;; x.sum(3) ;; x.sum('a') ;; x.mean(dim=5) ;; x.max(dim=(0, 1)) ;; x.std(dim='a')
torch.ones(2).long().mean() ;; torch.tensor([]).max() ;; x.argmax(3) ;; x.topk(9) ;; x.sort(5)
torch.einsum('ij,jk->ik', x, x) ;; torch.einsum('ij->k', x) ;; torch.einsum('ijk', x) ;; torch.linalg.inv(x)
torch.linalg.inv(torch.zeros(2, 2)) ;; torch.linalg.cholesky(-torch.eye(2))
torch.linalg.solve(torch.zeros(2, 2), torch.ones(2)) ;; x.det() ;; torch.linalg.norm(x, 'abc') ;; torch.clamp(x)
torch.clip(x, 'a') ;; torch.arange('a') ;; torch.arange(0, 5, -1) ;; torch.linspace(0, 1) ;; torch.zeros(-1)
torch.zeros(2.5) ;; torch.zeros('a') ;; torch.ones(2, dtype='float') ;; torch.ones(2, dtype=float)
torch.ones(2).to('float32') ;; torch.ones(2).to(np.float32) ;; torch.ones(2).to('gpu') ;; torch.device('gpu')
torch.ones(2).type('a') ;; torch.ones(2).astype(torch.float64) ;; torch.from_numpy([1, 2])
torch.from_numpy(np.array(['a'])) ;; torch.from_numpy(np.ones(2, np.uint16)).dtype ;; torch.tensor('a')
torch.tensor({'a': 1}) ;; torch.tensor([None]) ;; torch.tensor(object()) ;; torch.tensor([[1], [2, 3]])
torch.tensor(np.array([object()])) ;; torch.randint(5) ;; torch.randint(0, 0, (2,)) ;; torch.randn((2, 'a'))
torch.randn(2, 3, dtype=torch.long) ;; torch.randperm(-1) ;; torch.multinomial(torch.tensor([-1.0, 2.0]), 1)
torch.multinomial(torch.ones(2), 5) ;; torch.bernoulli(torch.tensor([2.0])) ;; torch.normal(0.0, -1.0, (2,))
len(torch.tensor(3)) ;; list(torch.tensor(3)) ;; x.nothing ;; x.sumd() ;; {x: 1}[x].__class__ ;; torch.save(x)
torch.load(3) ;; x.apply_(3) ;; x.map_(x, 3) ;; torch.utils.data.DataLoader(3) ;; nn.Parameter(torch.ones(2).long())
nn.Parameter([1.0]) ;; nn.Module().register_buffer('a.b', x) ;; lin.register_forward_hook(3) ;; lin.to(torch.int)
lin.weight2 ;; lin.get_submodule('a.b') ;; setattr(lin, 'weight', x) ;; delattr(lin, 'nope') ;; lin.apply(3)
lin.load_state_dict(lin) ;; lin.state_dict()['nope'] ;; nn.init.xavier_uniform_(torch.ones(2))
nn.init.kaiming_normal_(torch.ones(2, 2), nonlinearity='foo') ;; nn.utils.clip_grad_norm_(lin.parameters(), 'a')
nn.utils.rnn.pad_sequence([]) ;; nn.utils.rnn.pack_padded_sequence(x, [0, 1, 2])
nn.utils.rnn.pad_sequence([torch.ones(2, 3), torch.ones(2, 4)])
"""

torch.manual_seed(0)
for line in MISTAKES.strip().splitlines():
    if line.startswith("! "):
        exec(line[2:])
        continue
    for expression in line.split(" ;; "):
        try:
            got = eval(expression)
            print("taken", tuple(got.shape) if isinstance(got, torch.Tensor) else type(got).__name__)
        except Exception as error:
            text = str(error).partition("\n[")[0]  # (compat adds a line)
            print(type(error).__name__, "|", text)
