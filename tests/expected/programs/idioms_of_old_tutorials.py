"""What tutorials of the first years wrote, as far as it still runs."""

from __future__ import print_function
import torch, torch.nn as nn, torch.nn.functional as F, torch.optim as optim, math, warnings, sys, io
from torch.autograd import Variable
import torch.utils.data as Data, torch.backends.cudnn as cudnn

warnings.filterwarnings("ignore")
torch.manual_seed(1)
if torch.cuda.is_available():
    torch.cuda.manual_seed(1)
cudnn.benchmark = True
x = torch.unsqueeze(torch.linspace(-1, 1, 100), dim=1)
y = x.pow(2) + 0.2 * torch.rand(x.size())
x, y = Variable(x), Variable(y, requires_grad=False)


class Net(torch.nn.Module):
    def __init__(self, n_feature, n_hidden, n_output):
        super(Net, self).__init__()
        self.hidden = torch.nn.Linear(n_feature, n_hidden)
        self.predict = torch.nn.Linear(n_hidden, n_output)

    def forward(self, x):
        x = F.tanh(self.hidden(x))
        return self.predict(x)


net = Net(1, 10, 1)
net = nn.DataParallel(net, device_ids=[0]) if torch.cuda.device_count() > 1 else net
print(net)
optimizer = torch.optim.SGD(net.parameters(), lr=0.2)
loss_func = torch.nn.MSELoss(size_average=True)
for t in range(20):
    prediction = net(x)
    loss = loss_func(prediction, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if t % 5 == 0:
        print("Loss=%.4f" % loss.data.numpy())
v = Variable(torch.FloatTensor([[1, 2], [3, 4]]), requires_grad=True)
v_out = torch.mean(v * v)
v_out.backward()
print(
    v.grad,
    v.data,
    v.data.numpy(),
    v.grad.data.norm(),
    type(v),
    isinstance(v, Variable),
    Variable is torch.Tensor,
    v.creator if hasattr(v, "creator") else v_out.grad_fn,
)
w1, w2 = (
    Variable(torch.randn(4, 5).type(torch.FloatTensor), requires_grad=True),
    Variable(torch.randn(5, 1), requires_grad=True),
)
X, Y = torch.randn(8, 4), torch.randn(8, 1)
for t in range(3):
    p = X.mm(w1).clamp(min=0).mm(w2)
    l = (p - Y).pow(2).sum()
    l.backward()
    w1.data -= 1e-3 * w1.grad.data
    w2.data -= 1e-3 * w2.grad.data
    w1.grad.data.zero_()
    w2.grad.data.zero_()
    print(t, l.data)


class MyReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return input.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_variables if hasattr(ctx, "saved_variables") and False else ctx.saved_tensors
        grad_input = grad_output.clone()
        grad_input[input < 0] = 0
        return grad_input


relu = MyReLU.apply
print(torch.autograd.gradcheck(relu, (torch.randn(5, dtype=torch.double, requires_grad=True),)))
try:

    class OldFn(torch.autograd.Function):
        def forward(self, x):
            return x

    OldFn()(torch.ones(1))
except RuntimeError as e:
    print(e)
a = torch.rand(3, 3)
print(
    torch.max(a, 1)[1].squeeze(),
    a.max(),
    a.mean(0),
    a[0].unsqueeze(0).expand(3, 3).sum(),
    a.sub(1).abs_().sum(),
    torch.add(a, 2).mul(3)[0],
    torch.ge(a, 0.5),
    a.ge(0.5).sum(),
    a.index_select(0, torch.LongTensor([0, 2])),
    a.masked_select(a > 0.5).shape,
    torch.cat([a, a], 1).size(1),
    a.t().is_contiguous(),
    torch.from_numpy(a.numpy()).eq(a).all(),
    a.view(-1)[4],
    a.size(),
    a.dim(),
    a.nelement(),
    a.type(),
    a.type("torch.DoubleTensor").type(),
    torch.is_tensor(a),
    a.tolist()[0][0] > 0,
    a.clone().zero_(),
    a.new(2, 2).fill_(7),
    a.new([1, 2]),
    torch.LongTensor(3).fill_(1),
    torch.ByteTensor([1, 0]),
    torch.FloatTensor([[1]]).squeeze(),
    torch.zeros(2).long().type(),
    torch.IntTensor(2, 3).zero_().shape,
    torch.Tensor([1, 2]).dot(torch.Tensor([3, 4])),
    torch.range(1, 3),
    torch.addcmul(torch.ones(2), 0.5, torch.ones(2), torch.ones(2)) if False else "",
)
loader = Data.DataLoader(dataset=Data.TensorDataset(x.data, y.data), batch_size=40, shuffle=True, num_workers=0)
for epoch in range(2):
    for step, (bx, by) in enumerate(loader):
        b_x = Variable(bx)
        print("Epoch: ", epoch, "| Step: ", step, "| batch x: ", b_x.data.numpy().shape, round(float(by.sum()), 4))
for crit in (
    nn.CrossEntropyLoss(size_average=False),
    nn.NLLLoss2d() if hasattr(nn, "NLLLoss2d") else nn.NLLLoss(),
    nn.BCELoss(reduce=False),
    nn.L1Loss(size_average=False, reduce=True),
    nn.KLDivLoss(size_average=False),
    nn.SmoothL1Loss(reduce=True),
):
    print(crit, crit.reduction)
conv = nn.Conv2d(1, 6, 5)
lr = nn.Linear(3, 2)
nn.init.xavier_uniform(lr.weight)
nn.init.kaiming_normal(lr.weight)
nn.init.constant(lr.bias, 0.1)
nn.init.normal(lr.bias)
nn.init.orthogonal(lr.weight)
print(lr.bias.data, conv.weight.data.normal_(0, 0.02).mean())
print(
    nn.utils.clip_grad_norm(net.parameters(), 0.1),
    nn.functional.sigmoid(torch.zeros(1)),
    F.softmax(torch.ones(2, 2)),
    F.log_softmax(torch.ones(3)),
    F.upsample(torch.ones(1, 1, 1, 2), scale_factor=2),
    F.dropout(torch.ones(4), training=False),
    nn.Softmax()(torch.ones(1, 2)),
    F.mse_loss(torch.ones(2), torch.zeros(2), size_average=False),
)
sch = optim.lr_scheduler.StepLR(optimizer, 2, 0.1)
for e in range(4):
    sch.step()
    print(e, sch.get_lr(), optimizer.param_groups[0]["lr"])


def adjust_learning_rate(opt, epoch):
    lr = 0.1 * (0.1 ** (epoch // 30))
    [g.__setitem__("lr", lr) for g in opt.param_groups]


adjust_learning_rate(optimizer, 35)
print(optimizer.param_groups[0]["lr"], optimizer.state_dict()["param_groups"][0]["momentum"])
whole, weights = io.BytesIO(), io.BytesIO()
torch.save(net, whole)
torch.save(net.state_dict(), weights)
whole.seek(0), weights.seek(0)
n2 = torch.load(whole, weights_only=False)
n3 = Net(1, 10, 1)
n3.load_state_dict(torch.load(weights, map_location=lambda storage, loc: storage))
print(n2(x).sum().eq(n3(x).sum()))
rnn = nn.LSTM(3, 4, 1, batch_first=True)
h = (Variable(torch.zeros(1, 2, 4)), Variable(torch.zeros(1, 2, 4)))
out, h = rnn(Variable(torch.randn(2, 5, 3)), h)
h = tuple(Variable(e.data) for e in h)
print(out[:, -1, :], h[0].requires_grad, h[0].is_leaf, getattr(out, "volatile", "no volatile"))
with torch.no_grad():
    z = net(x)
print(
    z.requires_grad,
    torch.set_grad_enabled(False),
    (v * 2).requires_grad,
    torch.set_grad_enabled(True),
    torch.is_grad_enabled(),
)
model = nn.Sequential()
model.add_module("fc1", nn.Linear(2, 3))
model.add_module("act", nn.Tanh())
print(
    model,
    len(model),
    model[0].weight.shape,
    list(model._modules),
    model.fc1.in_features,
    [type(c).__name__ for c in model.children()],
    next(model.parameters()).is_cuda,
    model.cpu() is model,
    model.double().fc1.weight.dtype,
    model.float().train(False).training,
)
for p in model.fc1.parameters():
    p.requires_grad = False
print(
    sum(1 for p in filter(lambda p: p.requires_grad, model.parameters())),
    torch.nn.Parameter(torch.zeros(2)),
    torch.autograd.variable.Variable(torch.ones(1)),
    torch.tensor([1.0, 2.0]).data[0],
    torch.ones(1).cpu().numpy()[0],
    torch.Tensor(2, 3).size(),
    torch.manual_seed(3).initial_seed(),
    torch.get_default_dtype(),
    torch.set_default_tensor_type("torch.DoubleTensor"),
    torch.ones(1).dtype,
    torch.set_default_tensor_type(torch.FloatTensor),
    torch.tensor(1.0).dtype,
    sys.byteorder,
)
