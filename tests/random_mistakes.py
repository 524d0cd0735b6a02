"""Random programs with the mistakes that people make, run under torch and under compat: the same error, to the letter, or the same result.

    python tests/random_mistakes.py --count 5000 --seed 1
    python tests/random_mistakes.py --only DataLoader
    python tests/random_mistakes.py --of parts             of the rows in mistakes_of_parts.txt, by parts of the library
    python tests/random_mistakes.py --of objects           of those in mistakes_of_objects.txt: an object, a wrong call of it, and what it is after that

A program is one of ROWS: lines parted by `;`, the last of them the one that goes wrong, with one of the alternatives in braces where
they stand and something out of a pool for `$T`, `$S` and their kin. Invariant: a seed and a number give one program, always the same.
"""

import argparse
import collections
import pathlib
import random
import re
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests.side_by_side import differ, outcome  # noqa: E402

SIZES = ["2, 3", "3, 2", "3", "2", "", "2, 3, 4", "4, 3", "1, 3", "0, 3", "2, 2", "1, 2, 4, 4", "5"]
POOLS = {
    "S": SIZES,  # a shape
    "T": [  # a Tensor
        *[f"torch.{make}({s}{',' if '0' == s else ''})" if s else "torch.tensor(2.0)" for s in SIZES for make in ("ones", "zeros")],
        "X(2, 3)", "X(3)", "(X(2, 3) * 2)", "X(3, 3)", "torch.ones(2, 3).long()", "torch.ones(3).long()", "torch.tensor([0, 2, 1])",
        "torch.ones(2, 3).double()", "torch.ones(3, 2).int()", "torch.ones(2, 3).half()", "torch.ones(2, 3, dtype=torch.bool)",
        "torch.ones(3).double()", "torch.tensor([True, False, True])", "torch.ones(2, 3).to(torch.complex64)", "torch.tensor(1)",
        "torch.tensor([[0.5, -1.0], [2.0, 3.0]])", "torch.ones(2, 3).t()", "torch.ones(1, 3).expand(2, 3)", "torch.ones(3, 2).bfloat16()",
    ],
    "I": ["torch.tensor([0, 1])", "torch.tensor([0, 5])", "torch.tensor([[0, 1], [1, 0]])", "torch.tensor([0.0, 1.0])", "torch.tensor(1)",
          "torch.tensor([-1, 0])", "torch.tensor([-7])", "torch.tensor([0, 1]).int()", "[0, 1]", "1", "torch.tensor([[3]])", "torch.tensor([True, False])",
          "torch.tensor([], dtype=torch.long)", "None", "'a'", "torch.tensor([0, 1], dtype=torch.int16)", "torch.tensor([0, 1]).byte()"],
    "d": ["0", "1", "-1", "2", "3", "-3", "5", "None", "(0, 1)", "1.0", "'0'", "(0, 0)", "True", "torch.tensor(0)"],  # a dimension
    "n": ["0", "1", "2", "3", "-1", "-2", "7", "1.5", "None", "'2'", "True", "(2,)", "[2, 3]"],  # a number
    "D": ["torch.float32", "torch.float64", "torch.int64", "torch.bool", "torch.half", "'float32'", "float", "np.float32", "torch.float", "None",
          "torch.complex64", "int", "1", "torch.int32", "str"],
    "V": ["'cpu'", "'cuda'", "'gpu'", "'cuda:0'", "'cpu:0'", "'cpu:1'", "0", "1", "-1", "None", "'mps'", "'CPU'", "'cuda:x'", "torch.device('cpu')",
          "'xpu'", "'meta'", "1.0", "torch.float32", "''", "'cuda:-1'", "'cpu:00'", "'cuda:01'", "' cpu'"],
    "f": ["add mul sub div pow maximum minimum fmod remainder atan2 eq lt logical_and bitwise_and".split()],
    "u": ["exp log sqrt sin relu sigmoid tanh abs neg floor round isnan bitwise_not logical_not cumsum softmax".split()],
    "r": ["sum mean max min argmax argmin std var prod norm any all median logsumexp cumsum cumprod softmax sort mode amax unbind argsort topk".split()],
    "L": ["Linear(3, 4)", "Linear(2, 4, bias=False)", "Conv1d(3, 4, 3)", "Conv2d(2, 4, 3)", "Conv2d(2, 2, 1, groups=2)", "BatchNorm1d(3)", "BatchNorm2d(2)",
          "LayerNorm(3)", "LayerNorm((2, 3))", "Embedding(5, 3)", "Embedding(5, 3, padding_idx=1)", "LSTM(3, 4)", "GRU(3, 4, batch_first=True)", "RNN(3, 4, 2)", "MultiheadAttention(4, 2)",
          "MaxPool2d(2)", "AvgPool2d(2)", "MaxPool1d(2)", "AdaptiveAvgPool2d(1)", "Dropout(0.5)", "Flatten()", "ReLU()", "Softmax(dim=2)", "GroupNorm(2, 4)", "GroupNorm(1, 3)",
          "InstanceNorm2d(2)", "ConvTranspose2d(2, 3, 2)", "Bilinear(3, 3, 2)", "PReLU(3)", "Upsample(scale_factor=2)", "PixelShuffle(2)", "TransformerEncoderLayer(4, 2)",
          "LSTMCell(3, 4)", "Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(3, 1))", "Unflatten(1, (2, 2))", "Identity()", "Conv2d(2, 4, 3, padding='same')", "EmbeddingBag(5, 3)",
          "Softmax()", "ZeroPad2d(1)", "CosineSimilarity()", "PairwiseDistance()", "Transformer(4, 2, 1, 1, 8)", "RNNCell(3, 4)", "GLU()", "ReflectionPad2d(5)"],
    "C": ["MSELoss()", "L1Loss()", "CrossEntropyLoss()", "NLLLoss()", "BCELoss()", "BCEWithLogitsLoss()", "SmoothL1Loss()", "KLDivLoss()", "HuberLoss()", "CrossEntropyLoss(reduction='none')",
          "HingeEmbeddingLoss()", "MultiMarginLoss()", "MultiLabelMarginLoss()", "MultiLabelSoftMarginLoss()", "SoftMarginLoss()", "PoissonNLLLoss()", "CrossEntropyLoss(weight=torch.ones(2))",
          "CrossEntropyLoss(ignore_index=1, label_smoothing=0.1)", "BCELoss(weight=torch.ones(2))", "BCEWithLogitsLoss(pos_weight=torch.ones(2))", "NLLLoss(weight=torch.ones(3))",
          "CrossEntropyLoss(label_smoothing=2.0)", "MSELoss(reduction='avg')", "NLLLoss(reduction='mea')"],
    "O": ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam", "ASGD", "Rprop", "LBFGS", "Adafactor"],
    "x": ["0", "-1", "5", "-9", "1.0", "'a'", "None", "...", ":", "::-1", "1:3", "0, 0", "0, 5", "0, 0, 0", ":, 1", "..., 9", "[0, 1]", "[0, 9]", "True", "1.5:2", "::0", "[0.5]",
          "torch.tensor([0, 1])", "torch.tensor([9])", "torch.tensor([0.5])", "torch.tensor([True, False])", "torch.tensor([[True, False]])", "torch.tensor([True, False, True]), 0",
          "[True, False, True]", "torch.tensor([0, 1]), torch.tensor([0, 1, 2])", "[[0, 1], [0, 1]]", "np.array([0, 1])", "np.array([0.5])", "..., ...", "(0, 1), (0, 1)", "slice(0, 'a')",
          "0, :, 1", "torch.tensor(1)", "torch.tensor(1.0)", "torch.tensor([0, 1]).int()", "torch.tensor([0, 1]).byte()", "None, 0", "{0}", "()", "[]", "[[0, 1, 2]]", "2:-9", "0, 'a'"],
    "q": ["-1e9", "1e39", "300", "-1", "nan", "inf", "1j", "2**40", "torch.tensor(1j)", "torch.tensor(1e9)", "[1]", "None", "'a'", "torch.float32", "65504.0"],
    "b": ["True", "0, True", "True, 1", "1, True", "(0, True)", "(True, 0)", "2, True", "1.5", "torch.tensor(0.5)", "np.array(1)"],
    "w": ["1.0", "torch.ones(2)", "torch.ones(3)", "torch.ones(2, 3)", "torch.ones(7)", "'a'", "None", "[1.0, 2.0]", "np.ones(3)", "X(3)", "torch.ones(3).double()", "1j", "True", "torch.ones(1, 1, 1)"],
}  # fmt: skip
POOLS = {name: rows[0] if isinstance(rows[0], list) else rows for name, rows in POOLS.items()}

ROWS = r"""
$T {+|-|*|/|@|**|//|%|&|^|<|==|>>} $T
$T {+|-|*|/|@|**|//|%|&|<|==} {2|1.5|True|1j|'a'|None|[1, 2]|np.ones(3)|np.float32(2)}
{2|1.5|'a'|None|[1, 2]|np.ones(3)} {+|-|*|/|@|**|<} $T
{-|~|+|not |abs}($T)
torch.$f($T, $T)
torch.$f($T, {2|1.5|'a'|None|[1, 2]})
torch.$f($T, $T, out=$T)
torch.$u($T)
torch.$u($T, out=$T)
$T.$u_()
torch.{matmul|mm|bmm|mv|dot|inner|outer|linalg.multi_dot|vdot|cross|kron}($T, $T)
torch.{cat|stack|hstack|vstack|dstack|concat}([$T, $T])
torch.{cat|stack}([$T, $T], {$d|dim=$d})
torch.{cat|stack}({[]|$T|[$T, 1.0]|(x for x in [torch.ones(2)])|[[1.0], [2.0]]|[None]|torch.ones(2, 3), torch.ones(2, 3)|[np.ones(2)]})
torch.{addmm|addmv|baddbmm|addbmm|addr}($T, $T, $T)
torch.{addcmul|addcdiv|lerp|where}($T, $T, $T)
torch.where($T, {1.0|2|'a'|None}, $T)
torch.where($T > 0, $T, {1.0|$T|None|'a'})
$T.{view|reshape}($S)
$T.{view|reshape}({-1, -1|7|-2|2, -1|'a'|2.0|None|(2, 'a')|-1, 5|torch.Size([6])|torch.tensor(6)|*[3, 2]})
$T.transpose(0, 1).view({-1|6|3, 2|2, 3})
$T.{expand|repeat|tile}({$S|-1, 3|2, 2, 3|3, -1|'a'|0})
$T.{permute|movedim}({0, 1|1, 0, 2|0, 0|0|(1, 0)|2, 1, 0|'a'|0, -1})
$T.{transpose|swapaxes}({0, 1|0|1, 2|-1, -2|0, 'a'|(0, 1)|0, 3})
$T.{squeeze|unsqueeze|flatten|unflatten}({|$d|0, 1|1, 0|1, (3, 1)|0, (-1, 2)})
$T.{split|chunk|narrow|select|unbind|tensor_split}({$n|0, 1|2, 0|1, 0, 1|1, 0, 9|1, -1|[1, 1]|[1, 2]|0, 5, 1|[1, 2], 1|2, 5})
$T.{$r}($d)
torch.$r($T, $d)
torch.$r($T, dim=$d, {keepdim|keepdims}=True)
$T.{sum|mean|std|max|prod|var}({dtype=$D|axis=$d|1, 2, 3|dim=0, dim1=1|0, dtype=torch.int64|dim=[0, 9]})
torch.{topk|kthvalue}($T, {1|5|0|-1|'a'|2, 3|2, dim=5|1.5})
$T[$x]
x = $T; x[$x] = $w; x
x = torch.ones(2, 3); x[$x] = $w; x
x = X(2, 3); x[$x] = 1.0; x
x = torch.ones(2, 3); x[torch.tensor($I if isinstance($I, list) else [[True, False, True], [True, True, False]])] = $w; x
torch.ones(2, 3)[$I]
torch.ones(3, 2)[$I, $I]
$T.{item|tolist|numpy|__float__|__int__|__bool__|__index__|__len__}()
{float|int|bool|complex|len|list|range|round|iter|str.format}({$T})
if $T: pass
assert $T
[x for x in $T]
for a, b in $T: pass
a, b = $T
$T in $T
{1|'a'|None|np.ones(2)} in $T
np.{array|asarray|sum|exp|concatenate}({$T|[$T, $T]})
torch.tensor({'a'|[1, 'a']|[[1, 2], [3]]|None|[None]|{1: 2}|{1, 2}|[[1], 2]|[1, [2]]|object()|[torch.ones(2), torch.ones(2)]|[torch.ones(2), 1]|np.array(['a'])|np.array([None])|[np.ones(2), np.ones(3)]|10**30|[1, 2.5, 1j]|len|b'ab'|range(3)|(x for x in [1])|np.float64|[]|[[]]|[[], [1]]|np.ones(2, np.uint16)|[10**30]|-10**19|2**63|[2**63, 1]|np.datetime64('2020')})
torch.tensor({[1.0, 2.0]|[1, 2]|True|[[1, 2], [3, 4]]}, {dtype=$D|device=$V|requires_grad=True, dtype=torch.int64|requires_grad='a'|requires_grad=1|$D|pin_memory=True|dtype=torch.uint8, foo=1})
torch.tensor({300|-1|1.5|[1, 300]|float('nan')|inf|1j|2**40|'1'|True}, dtype={torch.uint8|torch.int8|torch.int32|torch.bool|torch.float16|torch.float32|torch.complex64})
torch.{as_tensor|from_numpy|asarray}({[1, 2]|np.ones(2)|np.array(['a'])|1|None|np.array(1.0)|np.ones(2)[::-1]|'a'|np.array([1, None])|torch.ones(2)|np.ones(2, np.uint32)|np.ones(2, 'f2')|np.ones(2, '>f4')|np.ones((2, 2)).T})
torch.{zeros|ones|rand|randn|full}({2, 3|-1|2.0|'a'|(2, 3)|[2, -3]|2, 3, dtype=$D|2, device=$V|(2, 3), 1.5|(2,), 'a'|None||(2, 'a')|2, 'a'|torch.tensor(2)|torch.tensor([2, 3])|2, requires_grad=True, dtype=torch.int64|2, generator=3|(2, 3), fill_value=1, dtype=torch.bool|np.int64(2)|np.float64(2)|torch.Size([2])|size=(2,)|shape=(2,)|2, dtype=torch.long})
torch.{arange|linspace|eye|randint|randperm|logspace}({3|-3|0, 1|1, 0|0, 5, 0|0, 5, -1|'a'|0, 1, 5|0, 1, -5|0, 1, 2.5|3, 3, (2,)|5, 2, (2,)|0, 5, (2, 3)|0, 5|3.5|None|5, (2,)|5, 3, dtype=torch.float|(2,)|0, 3, (2,), dtype=torch.bool|inf|0, nan|2, -1})
$T.{to|type|cuda|cpu|float|long}({|$D|$V|$V, $D|$T|'float'|'torch.LongTensor'|dtype=$D|device=$V|non_blocking=1|torch.strided})
torch.device({$V|'cpu', 0|'cuda', 'a'|0, 1||'cpu', -1|type='cpu', index=0|'cuda', 1, 2})
torch.{zeros_like|ones_like|rand_like|full_like|randint_like}({$T|$T, dtype=$D|[1, 2]|$T, 5|$T, 'a'|$T, 3, 1|2})
torch.{einsum}({'ij,jk->ik'|'ij,jk'|'ii->i'|'ij->'|'ij,kl->ijm'|'i j, j k -> i k'|'ij,jk->ii'|'ij;jk->ik'|'ij->ji->ij'|'...i,i->...'|'ij,j->i,'|'1,2->'|'i..j,jk'|'ij'|''|'bij,bjk->bik'|'...,...->...'|'ij,jk->iK'}, $T{, $T|, $T, $T||})
torch.einsum({$T, [0, 1]|'ij,jk->ik'|1, $T|'ij,jk->ik', [$T, $T]|'ij->ji', 'a'|$T, 'ij->ji'|'ij->ji', [[1.0]]|$T, [0, 99]|$T, [0, 1], [2]})
torch.fft.{fft|rfft|ifft|irfft|fft2|fftn|hfft|fftshift|rfft2}($T{|, 0|, -1|, 4|, dim=5|, norm='orth'|, norm='ortho'|, dim=(0, 0)|, 'a'|, 2.5|, norm=1})
torch.linalg.{inv|det|cholesky|eig|eigh|svd|qr|solve|slogdet|matrix_rank|pinv|lstsq|norm|cond|matrix_power|eigvals|lu|lu_factor|matrix_exp|vector_norm|matrix_norm}($T{||, $T|, 'a'|, 2|, -1})
torch.linalg.{inv|solve|cholesky|inv_ex|eigh|cholesky_ex|lu_factor|tensorinv|lu_solve|lstsq|svdvals|ldl_factor}({torch.zeros(3, 3)|torch.zeros(2, 3, 3)|-torch.eye(3)|torch.tensor([[1.0, 2.0], [2.0, 4.0]])|torch.full((2, 2), nan)|torch.full((2, 2), inf)|torch.ones(2, 3)|torch.ones(2, 2).long()|torch.stack([torch.eye(2), torch.zeros(2, 2)])}{|, torch.ones(3)|, torch.ones(2, 2)|, torch.ones(2, 1)})
torch.{inverse|det|cholesky|svd|qr|logdet|pinverse|matrix_power|cholesky_inverse|triangular_solve|trace|diag|tril|triu}({torch.zeros(3, 3)|$T|torch.tensor([[1.0, 2.0], [2.0, 4.0]])}{||, 2|, -1|, 'a'|, True})
$T.{gather|index_select|scatter|index_fill|index_add|index_copy|scatter_add|take_along_dim}({0, $I|1, $I, $T|0, $I, 1.0|0, $I, $T|$I, 0|$I|2, $I, $T|0, index=$I, src=$T|1, $I, value=2})
torch.{gather|index_select|take|masked_select|masked_fill|scatter}($T, {0, $I|$I|1, $I, $T|$T > 0|$T > 0, 1.0|$T, 0.0|0, $I, 1.0|$T > 0, 'a'})
$T.{masked_fill_|masked_scatter_|copy_|fill_|clamp_|clamp|add_|mul_|div_|sub_|zero_|pow_|lerp_|index_put_|put_|scatter_|uniform_|normal_|random_|bernoulli_}({$T|1.5|2|'a'|$T, 1.0|$T > 0, 2.0|1, 0||None|$T, $T|alpha=2|$T, alpha=1.5|-1, 1|(torch.tensor([0]),), torch.tensor(1.0)|0, $I, $T|inf|1j|0, -1|min=$T|$T, None})
x = X(2, 3); x{ += 1|.add_(1)|.zero_()|[0] = 1|.data = torch.ones(3)|.data = 1|.mul_($T)|[:, 0] += 1|.t_()|.grad = torch.ones(3)|.grad = 1|.grad = torch.ones(2, 3).double()|.requires_grad = 1|.requires_grad_(False)|.detach_()|.resize_(3)|.copy_(torch.ones(2, 3))|.view(-1)[0] = 1|.unsqueeze_(0)|.fill_(1)|.squeeze_()|.data.resize_(2)|.shape = (3, 2)|.grad_fn = 1|.is_leaf = True|.dtype = torch.float64|.T = 1|.requires_grad = 'a'|.grad = None|.set_(torch.ones(2))|.retain_grad(1)|.unsqueeze(0).add_(1)}
x = torch.ones(1, 3).expand(2, 3); x{ += 1|.add_(torch.ones(2, 3))|[0] = 1|.zero_()|.mul_(2)|.view(-1)|.fill_(1)|[0, 0] = 2|.copy_(torch.ones(2, 3))|.transpose_(0, 1)|.clamp_(0)|.exp_()|[:, 0] += 1}; x
x = torch.ones(2, 3){|.long()|.bool()|.half()|.to(torch.complex64)|.byte()}; x {+=|*=|-=|/=|//=|**=|@=|&=|%=|<<=} {1|1.5|$T|True|'a'|1j|None|[1, 2, 3]|np.ones(3)}; x
torch.{add|mul|matmul|exp|sum|cat|stack|mean|max|softmax|zeros|clamp|where|sort|bmm|norm}({$T|$T, $T|[$T, $T]|$T, 1|2}, out={$T|1|None|($T, $T)|np.ones(2)|[$T]})
x = $T; y = {x * 2|x.detach()|x + X(3)|x.long()|x.data * X(1)|(x > 0)|x.sum()|x.argmax()|torch.tensor(x.tolist())|x.mean() * X(1)}; y.backward({|$T|1|None|gradient=$T|retain_graph=1|torch.ones_like(y)|'a'|inputs=[]|inputs=[x]|inputs=x|torch.ones(())})
x = X(3); y = {(x * x).sum()|x.exp().sum()|x.sum()|x.mean()|x.max()|(x @ x)|F.relu(x).sum()|x.norm()|x.softmax(0)[0]|x.prod()|torch.cat([x, x]).sum()|(x ** 2).mean()|x.sigmoid().sum()}; y.backward(); y.backward()
x = X(3); y = {x * 2|x.exp()|x.sigmoid()|x.sqrt()|x + 1|x.tanh()|x * x|x.relu()|x.clone()|x.softmax(0)|x / 2|x ** 2|1 / x|x.view(3)|x[:2]|x.abs()}; z = {y.sum()|(y * y).sum()|y.exp().sum()|(y @ y)|y.norm()|y.prod()|y.var()}; y{.add_(1)|.zero_()|[0] = 1|.mul_(2)| += 1|.relu_()|.copy_(torch.ones(3))|.data.add_(1)|.detach().add_(1)}; z.backward(); x.grad
x = X(3); {torch.autograd.grad|torch.autograd.backward}({x.sum()|x * 2|$T|x.sum(), x|x.sum(), [x]|x.sum(), $T|x.sum(), []|x * 2, x|x * 2, x, torch.ones(2)|x.sum(), [x, X(2)]|(x * 2).sum(), x, create_graph='a'|x.sum(), 1|[], x|x.sum(), x, allow_unused=1|x * 2, x, [torch.ones(3), torch.ones(3)]|[x.sum(), x.mean()], x|x.sum(), X(2), allow_unused=True|x.detach().sum(), x|x * 2, grad_tensors=torch.ones(2)|x.sum(), None|x * 2, x, is_grads_batched=True|x * 2, x, torch.ones(2, 3), is_grads_batched=True})
m = nn.$L; m($T)
m = nn.$L; m({$T, $T|torch.randint(0, 5, (2, 3))|torch.randint(-1, 7, (2, 3))|torch.ones(2, 3, 4, 4)|torch.ones(1, 2, 8, 8)|torch.ones(1, 2, 2, 2)|[1.0, 2.0, 3.0]|np.ones((2, 3))||None|x=torch.ones(2, 3)|$T, $T, $T|torch.ones(4, 3).double()|'a'|torch.ones(2, 4, 3).half()|torch.ones(2, 3)})
m = nn.{Linear|Conv2d|LSTM|Embedding|BatchNorm1d|LayerNorm|Dropout|Conv1d|MultiheadAttention|GroupNorm|MaxPool2d|Bilinear|ConvTranspose2d|TransformerEncoderLayer|AvgPool2d|Flatten|Softmax|GRU|Upsample|CrossEntropyLoss}({$n|$n, $n|$n, $n, $n|3, 4, bias=$n|3, 2, device=$V|3, 2, dtype=$D|3, 4, foo=1||5, 2, 3, padding='a'|4, 6, 3, groups=$n|3, 4, num_layers=0|3, 4, dropout=2|3, 4, padding_idx=7|3, 4, 3, stride=$n|2, 2, 1, padding_mode='x'|7, 2}); m
m = nn.Sequential(nn.Flatten(), nn.Linear({16|32|3}, 2)); m(torch.ones(2, 2, 4, 4){|.double()|.half()|.long()|[0]|.view(-1)|.to(torch.complex64)|.bfloat16()})
nn.$C($T, $T)
nn.$C({X(2, 3)|torch.rand(2, 3)|torch.randn(2, 3, 4)|torch.randn(3)|torch.rand(2)|torch.rand(2, 1)}, {torch.tensor([0, 1])|torch.tensor([0, 3])|torch.tensor([0, -1])|torch.tensor([0.0, 1.0])|torch.tensor([0, 1]).int()|torch.tensor([0, 1, 2])|torch.tensor([[0], [1]])|torch.rand(2, 3)|torch.rand(3)|torch.tensor(1)|torch.tensor(1.0)|torch.tensor([2.0, -1.0])|[0, 1]|0|None|torch.tensor([-100, 0])|torch.tensor([0, 1]).byte()|torch.rand(2, 3).double()|torch.eye(3)[[0, 1]].long()|torch.ones(2, 1)|torch.zeros(2, 4).long()|np.array([0, 1])})
F.{mse_loss|l1_loss|cross_entropy|nll_loss|binary_cross_entropy|binary_cross_entropy_with_logits|kl_div|smooth_l1_loss|cosine_embedding_loss|margin_ranking_loss|triplet_margin_loss|ctc_loss|hinge_embedding_loss|gaussian_nll_loss|huber_loss}({$T, $T|$T, $T, $T|$T|$T, $T, reduction='x'|$T, $T, weight=$T|torch.rand(2, 3), torch.tensor([0, 1]), reduction={None|'none'|1|'batchmean'}|$T, $T, ignore_index=0})
F.{linear|conv2d|conv1d|embedding|layer_norm|batch_norm|bilinear|normalize|one_hot|pad|interpolate|softmax|dropout|max_pool2d|avg_pool2d|gumbel_softmax|scaled_dot_product_attention|cosine_similarity|relu|gelu|glu|leaky_relu|elu|grid_sample|unfold|fold|pixel_shuffle|multi_head_attention_forward|group_norm|log_softmax|adaptive_avg_pool2d|prelu|hardtanh|threshold|embedding_bag}({$T|$T, $T|$T, $T, $T|$T, $n|$T, $n, $n|$T, (3,)|$T, (1, 1)|$T, 2, 'a'|$T, p=$n|$T, dim=$d|$T, num_classes=$n|$T, foo=1|$T, inplace=True})
optim.$O({[X(2)]|[torch.ones(2)]|X(2)|[]|[1]|None|'a'|[X(2) * 2]|nn.Linear(2, 2)|nn.Linear(2, 2).parameters|nn.Linear(2, 2).parameters()|[{'params': [X(2)]}, {'lr': 1}]|{'params': [X(2)]}|[X(2), X(2)]|[X(2).long()]|[None]|nn.Linear(2, 2).state_dict()|nn.Linear(2, 2).named_parameters()|[np.ones(2)]|[[X(2)]]}, {lr=0.1|lr=-1|lr='a'|0.1|lr=None|lr=0.1, foo=1||lr=torch.tensor([0.1, 0.2])|lr=0.1, weight_decay=-1|lr=0.1, betas=(0.9, 1.5)|lr=0.1, momentum=-1|lr=0.1, eps=-1|momentum=0.9, nesterov=True, dampening=1|lr=1, alpha=2|betas=0.9|lr=1, fused=True, foreach=True|lr=0.1, params=[]|learning_rate=0.1})
p = [X(2)]; o = optim.$O(p, lr=0.1); {o.step(1)|o.zero_grad(1, 2)|o.add_param_group([X(2)])|o.add_param_group({'params': p})|o.add_param_group({'params': [torch.ones(2) * X(1)]})|o.load_state_dict({})|o.load_state_dict(optim.SGD([X(2), X(3)], 1).state_dict())|o.load_state_dict(optim.SGD([{'params': [X(2)]}, {'params': [X(3)]}], 1).state_dict())|o.step(lambda: 'a')|o.lr|o.param_groups[1]|o.param_groups['lr']|o.backward()|o.load_state_dict('a')|o.step(closure=None)|o.state_dict(1)|o.state_dict()['state'][0]|o.add_param_group({'lr': 1})|o.zero_grads()|o.step()}
o = optim.SGD([X(2)], lr=0.1); S.{StepLR|ExponentialLR|CosineAnnealingLR|LambdaLR|ReduceLROnPlateau|OneCycleLR|MultiStepLR|CyclicLR|LinearLR|ConstantLR}({o|o, 1|o, 0|o, 'a'|o, gamma=0.5|o, 0.1, 0.2|X(2)|None|o, lambda e: 'a'|o, [lambda e: 1, lambda e: 2]|o, [3, 1]|o, last_epoch=3|o, step=1|o, mode='avg'|o, factor=1.5|o, 0.1, total_steps=0|o, 0.1, epochs=2|o, start_factor=0|o, T_max=5, eta_min='a'|o, max_lr=0.1, steps_per_epoch=1, epochs=1|o, 2, verbose=True}).get_last_lr()
data = torch.utils.data; list(data.DataLoader({[1, 2, 3]|['a', 'b']|[{'a': 1}, {'b': 2}]|[torch.ones(2), torch.ones(3)]|[(1, 2), (1,)]|[None, 1]|[object()]|data.TensorDataset(torch.ones(3, 2))|5|iter([1])|[]|[np.ones(2), np.ones(3)]|[torch.ones(2), 1]|[np.array('a')]|{0: 1, 1: 2}|{'a': 1}|[[1, 2], [3]]|[1, 'a']|data.Dataset()|[np.ones(2, object)]|[{'a': torch.ones(2)}, {'a': torch.ones(3)}]|None|[torch.device('cpu')]}, {batch_size=2|batch_size=0|batch_size=-1|batch_size='a'|batch_size=1.5|shuffle=1|sampler=[0, 9], batch_size=1|shuffle=True, sampler=[0]|batch_sampler=[[0]], batch_size=2|num_workers=-1|timeout=-1|collate_fn=1|drop_last=True, batch_size=None|batch_size=None|prefetch_factor=2|persistent_workers=True|foo=1|shuffle='a'|batch_sampler=[[0, 1]], shuffle=True|num_workers=0, multiprocessing_context='fork'|worker_init_fn=3|generator=3, shuffle=True}))
data = torch.utils.data; data.{TensorDataset(torch.ones(2), torch.ones(3))|TensorDataset(1)|TensorDataset(torch.ones(2))[5]|TensorDataset()|random_split([1, 2, 3], [1, 1])|random_split([1, 2, 3], [0.5, 0.6])|random_split([1, 2, 3], [0.5, -0.5])|Subset([1, 2], [5])[0]|Subset([1], 0)[0]|ConcatDataset([])|ConcatDataset([[1], [2]])[5]|ConcatDataset([[1], [2]])[-5]|RandomSampler([])|RandomSampler([1], num_samples=0)|RandomSampler([1], replacement='a')|WeightedRandomSampler([1], 1.5)|WeightedRandomSampler([[1]], 1)|WeightedRandomSampler([1, 2], 5, replacement=False)|BatchSampler([1], 0, False)|BatchSampler([1], 2, 1)|Dataset()[0]|default_collate([])|default_collate([None])|default_collate([1, 'a'])|default_collate([torch.ones(2), torch.ones(3)])|StackDataset([1], [1, 2])|len(data.Dataset())|random_split([1, 2, 3], [1, 'a'])|TensorDataset([1, 2], [3, 4])|get_worker_info()|SubsetRandomSampler(3)}
m = nn.{Linear(3, 2)|Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))}; m.load_state_dict({{}|nn.Linear(2, 3).state_dict()|nn.Linear(3, 2, bias=False).state_dict()|{'weight': torch.ones(2, 3)}|{'weight': 1, 'bias': 2}|nn.Linear(3, 2)|'a'|None|{**m.state_dict(), 'x': torch.ones(1)}|{'module.' + k: v for k, v in m.state_dict().items()}|{k: v.numpy() for k, v in m.state_dict().items()}|{k: v[:1] for k, v in m.state_dict().items() if v.ndim}|[('weight', torch.ones(2, 3))]|{k: v.double() for k, v in m.state_dict().items()}|m.state_dict(), 1|m.parameters()|{'state_dict': m.state_dict()}|{1: torch.ones(2)}}{||, strict=False|, assign=True})
m = nn.Linear(3, 2); m.{foo|weights|weight = 1|weight = torch.ones(2, 3)|weight = None|weight = nn.Parameter(torch.ones(5))|register_buffer('weight', torch.ones(1))|register_buffer('a.b', None)|register_buffer('a', 1)|register_parameter('q', torch.ones(2))|register_parameter('', None)|register_parameter('weight', nn.Parameter(torch.ones(1)))|add_module('x', 1)|add_module('weight', nn.ReLU())|get_submodule('a.b')|get_parameter('weight.x')|get_parameter('q')|get_buffer('weight')|to(1, 2)|to('gpu')|to(torch.int64)|to($D)|to($V)|cuda()|train('a')|train(None)|apply(1)|forward()|forward(1, 2)|half()(torch.ones(1, 3))|requires_grad_(None)|parameters()[0]|parameters().zero_()|children().x|state_dict()['q']|__call__(3)|type('a')|double()(torch.ones(1, 3))|step()|zero_grad(1, 2)|eval(1)|named_parameters()['weight']|bias.data = torch.ones(5)|register_forward_hook(3)|weight.grad.zero_()|load('a')|size()|shape|to(torch.ones(1).long())|register_buffer(1, torch.ones(1))}
class M(nn.Module):{%def __init__(self): self.l = nn.Linear(2, 2)|%def __init__(self): self.w = nn.Parameter(torch.ones(1))|%def __init__(self):  super().__init__(); self.l = [nn.Linear(2, 2)]|%pass|%def forward(self, x): return self.l(x)|%def __init__(self, n): super().__init__()|%def __init__(self): self.register_buffer('a', torch.ones(2))|%def __init__(self): super().__init__(1)|%def __init__(self): super().__init__(a=1)|%def forward(self): return 1|%def __init__(self): self.x = torch.ones(1)}; m = M(); m({torch.ones(1, 2)||1, 2}); list(m.parameters()); m.l
nn.{Sequential(1)|Sequential([nn.ReLU()])|Sequential(nn.ReLU)|ModuleList(nn.ReLU())|ModuleList([1])|ModuleList([nn.ReLU()])(torch.ones(1))|ModuleDict({'a': 1})|ModuleDict([nn.ReLU()])|ModuleDict({'a': nn.ReLU()})['b']|Sequential(nn.ReLU())[3]|Sequential(nn.ReLU())['a']|ModuleList([nn.ReLU()])[2]|ModuleList().append(1)|ParameterList([1])|ParameterDict({'a': 1})|Parameter([1.0])|Parameter(1)|Parameter(torch.ones(2).long())|Parameter(None)|Parameter('a')|Module()(1)|Module(3)|Module(a=1)|Linear(2, 2)(torch.ones(2), 1)|Sequential(nn.ReLU(), nn.ReLU())(1, 2)|Parameter()|Parameter(torch.ones(2), requires_grad='a')|Parameter(X(2) * 2)|Parameter(np.ones(2))|ModuleDict({1: nn.ReLU()})|ModuleList([nn.ReLU()]).extend(nn.ReLU())|Sequential({'a': nn.ReLU()})|Buffer(1)|ModuleList([nn.ReLU()])['a']|ModuleDict({'a.b': nn.ReLU()})|ModuleDict({'': nn.ReLU()})|Foo(3)|linear(3, 2)|ModuleList(3)|Identity()()}
nn.init.{xavier_uniform_|kaiming_normal_|normal_|uniform_|constant_|orthogonal_|zeros_|eye_|dirac_|trunc_normal_|sparse_|calculate_gain|kaiming_uniform_}({$T|$T, 'a'|X(2, 3)|torch.ones(2)|torch.ones(2, 3).long()|nn.Linear(2, 2)|None|'relu'|'foo'|torch.ones(2, 3), nonlinearity='x'|torch.ones(2, 3), mode='x'|'leaky_relu', 'a'|torch.ones(2, 2, 3)|torch.ones(2, 3), 0.1|torch.ones(2, 3), gain='a'|torch.ones(0, 3)})
nn.utils.{clip_grad_norm_|clip_grad_value_|parameters_to_vector|vector_to_parameters}({[X(2)], 1.0|X(2), 'a'|[], 1.0|[torch.ones(2)], -1|None, 1|nn.Linear(2, 2), 1.0|nn.Linear(2, 2).parameters()|[X(2)]|[X(2)], 1.0, norm_type='a'|torch.ones(4), [X(2), X(3)]|torch.ones(2), [X(2)]|[1], 1.0|1.0, [X(2)]})
R = nn.utils.rnn; R.{pack_padded_sequence(torch.ones(3, 2, 4), [3, 2])|pack_padded_sequence(torch.ones(3, 2, 4), [2, 3])|pack_padded_sequence(torch.ones(3, 2, 4), torch.tensor([3, 0]))|pack_padded_sequence(torch.ones(3, 2), [4, 1])|pack_padded_sequence(torch.ones(3, 2, 4), [3])|pad_sequence([])|pad_sequence([torch.ones(2, 3), torch.ones(2, 4)])|pad_sequence([1, 2])|pad_sequence(torch.ones(2, 3))|pad_packed_sequence(torch.ones(2))|pack_sequence([torch.ones(2), torch.ones(3)])|pack_padded_sequence(torch.ones(3, 2, 4), 3)|pack_padded_sequence([1], [1])|pad_sequence([torch.ones(2)], padding_value='a')|pad_sequence([torch.ones(2)], batch_first='a')|unpad_sequence(torch.ones(2, 3), torch.tensor([5, 1]))|pad_sequence([torch.tensor(1.0)])|pad_sequence([torch.ones(2), torch.ones(2).long()])|pack_padded_sequence(torch.ones(3, 2, 4), torch.tensor([3.0, 2.0]))}
torch.load(io.BytesIO({b''|b'a'|b'abc' * 99|pickle.dumps({'a': 1})|pickle.dumps(len)|b'PK\x03\x04'|b'\x80\x02}.'|b'PK\x03\x04' + b'a' * 200}){|, weights_only=True|, weights_only=False|, map_location='gpu'|, 1})
torch.{load('no/such/file.pt')|load(None)|load(1)|load('.')|save()|save(1)|save(torch.ones(1), None)|save(torch.ones(1), 1)|save(torch.ones(1), 'no/such/folder/a.pt')|save(lambda x: x, io.BytesIO())|load(io.StringIO('a'))|load({})|load(io.BytesIO(b'abc'), weights_only=1)|save(iter([1]), io.BytesIO())|load('')|load('/')|load(b'x')}
f = io.BytesIO(); torch.save({nn.Linear(2, 2)|{'a': lambda: 1} and 1|{1, 2}|np.ones(2)|object()|optim.SGD([X(2)], 0.1)|nn.Linear(2, 2).state_dict()|torch.ones(2)|np.float64(1)|complex(1, 2)|torch.device('cpu')|{'a': np.int64(1)}|torch.Generator()|torch.Size([1])|range(3)|slice(1)|b'a'}, f); f.seek({0|0|0|1|3}); torch.load(f{|, weights_only=False|, map_location=$V|, weights_only='a'|, map_location=1|, map_location={}})
torch.{foo|add_|Tensor.foo|nn.foo|nn.functional.foo|optim.Foo|float8|randon(2)|array([1])|concatenat|linalg.foo|Tensor([1, 2]).foo|utils.foo|utils.data.Foo|cuda.foo|sigmoid_|arrange(3)|ones(2).tosum()|ones(2).foo()|ones(2).foo = 1|ones(2).len()|ones(2).size[0]|ones(2).shape()|ones(2).append(1)|ones(2).astype(int)|ones(2).dtype()|ones(2).grad.zero_()|ones(2)()|ones(2).T()|ones(2).device('cpu')|ones(2).is_cuda()|ones(2).ndim()|ones(2).__foo__|ones(2).requires_grad()|ones(2).grad()|ones(2).items()|ones(2).copy()|ones(2).data()|long(3)|float(3)|Tensor(1, 2, 'a')|Tensor('a')|LongTensor([1.5])|LongTensor(['a'])|FloatTensor(2, device='cuda')|Tensor([1], dtype=torch.int)|Tensor(2.5)|Tensor(None)|Tensor([[1], [2, 3]])|IntTensor(-1)|Tensor((2, 3), (1,))|BoolTensor([2])|FloatTensor(np.ones(2))|FloatTensor(torch.ones(2).long())|cuda.FloatTensor(2)|Tensor(np.ones(2, int))|HalfTensor(2, 'a')}
torch.{manual_seed('a')|manual_seed(1.5)|manual_seed(-1)|manual_seed(2**65)|manual_seed(None)|set_default_dtype('float')|set_default_dtype(torch.int64)|set_default_device('gpu')|set_num_threads(0)|set_num_threads('a')|set_grad_enabled('a')|set_printoptions(precision='a')|set_printoptions(profile='x')|Generator('cuda')|Generator(1)|Generator().manual_seed('a')|multinomial(torch.ones(3), 5)|multinomial(torch.zeros(3), 1)|multinomial(-torch.ones(3), 1)|multinomial(torch.ones(3).long(), 1)|multinomial(torch.ones(2, 2, 2), 1)|multinomial(torch.tensor([nan, 1.0]), 1)|bernoulli(torch.tensor([1.5]))|bernoulli(torch.tensor([-0.1]))|bernoulli(torch.ones(2).long())|normal(0, -1, (2,))|normal(torch.ones(2), -torch.ones(2))|poisson(-torch.ones(2))|normal(torch.ones(2), torch.ones(3))|normal(1.0)|rand(2, generator=torch.Generator(), device='cuda')|randint(0, 2)|randperm(-1)|randperm(2.5)|cuda.set_device(0)|cuda.get_device_name()|cuda.current_device()|cuda.synchronize()|cuda.memory_allocated()|cuda.empty_cache()|cuda.manual_seed(1)|cuda.mem_get_info()|cuda.Stream()|cuda.Event()|jit.script(1)|vmap(torch.sum)(1)|vmap(torch.sum)(torch.tensor(1.0))|vmap(torch.add)(torch.ones(2), torch.ones(3))|vmap(torch.add, in_dims=5)(torch.ones(2), torch.ones(2))|vmap(torch.add, in_dims=(0,))(torch.ones(2), torch.ones(2))|func.grad(torch.exp)(torch.ones(2))|func.grad(torch.sum)(torch.ones(2).long())|func.grad(len)(torch.ones(2))|func.grad(torch.sum, argnums=3)(torch.ones(2))|func.jacrev(torch.sum)(1)|func.jvp(torch.sum, torch.ones(2), torch.ones(2))|func.jvp(torch.sum, (torch.ones(2),), (torch.ones(3),))|func.vjp(torch.sum, 1)|func.functional_call(nn.Linear(2, 2), {'x': 1}, (torch.ones(2),))|func.functional_call(1, {}, ())|autograd.functional.jacobian(torch.sum, 1)|autograd.functional.hessian(torch.exp, torch.ones(2))|autograd.gradcheck(torch.sum, torch.ones(2))|autograd.gradcheck(torch.sum, X(2))|vmap(lambda x: x.item())(torch.ones(2))|vmap(lambda x: x if x > 0 else -x)(torch.ones(2))|vmap(lambda x: torch.rand(2))(torch.ones(2))|vmap(lambda x: 1)(torch.ones(2))|vmap(torch.sum, out_dims=3)(torch.ones(2, 2))}
class G(torch.autograd.Function):{%@staticmethod%def forward(ctx, x): return x * 2|%@staticmethod%def forward(ctx, x): return x * 2%@staticmethod%def backward(ctx, g): return g, g|%@staticmethod%def forward(ctx, x): return x * 2%@staticmethod%def backward(ctx, g): return torch.ones(9)|%@staticmethod%def forward(ctx, x): return 3%@staticmethod%def backward(ctx, g): return g|%def forward(self, x): return x|%@staticmethod%def forward(ctx, x): ctx.save_for_backward(3); return x * 1|%@staticmethod%def forward(ctx, x): return x * 2%@staticmethod%def backward(ctx, g): return 3|%@staticmethod%def forward(ctx, x): return x.numpy()|%pass|%@staticmethod%def forward(ctx, x): ctx.mark_dirty(x); return x * 2%@staticmethod%def backward(ctx, g): return g|%@staticmethod%def forward(ctx, x): return [x * 2]%@staticmethod%def backward(ctx, g): return g|%@staticmethod%def forward(ctx, x): return x * 2%@staticmethod%def backward(ctx, g): return None|%@staticmethod%def forward(ctx, x): ctx.saved_tensors; return x * 2|%@staticmethod%def forward(ctx, x): return x * 2%@staticmethod%def backward(ctx, g): return g.double()|%@staticmethod%def forward(ctx, x): return x * 2%@staticmethod%def backward(ctx): return 1}; x = X(3); y = G.apply({x|x, x|x * 1|1|x=x||torch.ones(3)}); y.sum().backward(); x.grad; G()(x)
x = X(3); {x.register_hook(3)|x.detach().register_hook(print)|x.retain_grad()|torch.ones(2).retain_grad()|(x * 2).grad|x.numpy()|(x * 2).numpy()|np.array(x)|copy.deepcopy(x * 2)|x.requires_grad_('a')|torch.ones(2).long().requires_grad_()|torch.ones(2, requires_grad=True, dtype=torch.int)|torch.tensor(x)|x.item()|float(x)|x.backward()|(x * 2).backward()|x.long().sum().backward()|x.sum().item().backward()|(x.detach() * 2).sum().backward()|x.register_post_accumulate_grad_hook(3)|(x * 2).register_post_accumulate_grad_hook(print)|x.grad.zero_()|x.grad.data|x.requires_grad_(False, 1)|torch.tensor([1]).requires_grad_(True)|(x * 2).requires_grad_(False)|(x * 2).detach_().backward()|torch.no_grad()(3)|x.sum().backward(retain_graph=True, foo=1)|list(x)[5]|x.to('cuda')|x.cuda()|x.sum().backward(torch.ones(3))|x.T.foo|x.bool().all().backward()|(x > 0).sum().backward()|x.argmax().backward()|torch.from_numpy(x.detach().numpy()).sum().backward()|x.new_tensor(x).sum().backward()|torch.as_tensor(x.tolist()).sum().backward()|x.set_(torch.ones(2))|x.swapaxes(0, 1)|x.apply_(len)|x.detach().apply_('a')|x.map_(x, len)|torch.equal(x, 1)|torch.allclose(x, x.double())|torch.allclose(x, 1)|torch.isclose(x, x.detach(), rtol=-1)|torch.testing.assert_close(x.detach(), torch.ones(2))|torch.testing.assert_close(torch.ones(2), torch.zeros(2))|torch.testing.assert_close(torch.ones(2), torch.ones(2).double())|torch.is_tensor()|torch.numel(3)|x.stride(5)|x.size(3)|x.size('a')|x.dim(1)|x.shape[4]|x.numel(1)}
torch.{histc|bincount|bucketize|searchsorted|cdist|cov|corrcoef|unique|trapz|diff|roll|flip|rot90|meshgrid|combinations|cartesian_prod|tril_indices|vander|quantile|nanmean|broadcast_to|broadcast_tensors|tensordot|logit|polygamma|renorm|clip|nan_to_num|repeat_interleave|allclose|block_diag|column_stack|atleast_2d|count_nonzero|diagonal|diag_embed|fliplr|flipud|heaviside|hypot|isin|lcm|ldexp|moveaxis|nonzero|numel|pairwise_distance|ravel|result_type|select|swapdims|take|tile|triu|unbind|unflatten|unravel_index|vsplit|zeros_like|can_cast|promote_types|is_complex|real|imag|angle|complex|polar|view_as_real|view_as_complex|gcd|cummax|index_add|hsplit|stft|istft}({$T|$T, $T|$T, $n|$T, $d, $n|$T, $T, $T|[$T, $T]|$n|$T, [0, 1]|$D, $D|$T, (1, 0)|$T, (2, 3)|})
F.scaled_dot_product_attention({torch.ones(2, 3, 4), torch.ones(2, 5, 4), torch.ones(2, 5, 4)|torch.ones(2, 3, 4), torch.ones(2, 5, 3), torch.ones(2, 5, 4)|torch.ones(2, 3, 4), torch.ones(2, 5, 4), torch.ones(2, 6, 4)|torch.ones(2, 3, 4), torch.ones(2, 3, 4).double(), torch.ones(2, 3, 4)|torch.ones(4), torch.ones(4), torch.ones(4)}, {|attn_mask=torch.ones(3, 5)|attn_mask=torch.ones(3, 3).bool()|is_causal=True, attn_mask=torch.ones(3, 5)|attn_mask=torch.ones(3, 5).long()|dropout_p=2.0|dropout_p='a'|scale='a'|is_causal=1|enable_gqa=True|attn_mask=torch.ones(9, 9)|attn_mask=1})
m = nn.MultiheadAttention({4, 2|4, 3|0, 1|4, 2, batch_first=True|4, 2, kdim=3}); q = torch.ones({2, 3, 4|3, 4|2, 3, 5|2, 2, 3, 4}); m(q, {q, q|q, q, torch.ones(3)|q[:, :2], q|q|q.double(), q|q, q[:1]}{||, attn_mask=torch.ones(9, 9)|, key_padding_mask=torch.ones(9)|, attn_mask=torch.ones(2, 2).long()|, is_causal=True|, need_weights=1|, key_padding_mask=torch.zeros(3, 2).bool()|, key_padding_mask=torch.zeros(2, 3).bool()})
m = nn.{LSTM|GRU|RNN}(3, 4{|, batch_first=True|, bidirectional=True|, num_layers=2}); m(torch.ones({5, 2, 3|5, 3|5, 2, 4|3|5, 2, 3, 1|0, 2, 3|2, 0, 3}){|.double()|.long()|.half()}{||, torch.zeros(1, 2, 4)|, torch.zeros(2, 2, 4)|, torch.zeros(1, 4)|, (torch.zeros(1, 2, 4), torch.zeros(1, 2, 4))|, (torch.zeros(1, 2, 4),)|, (torch.zeros(1, 2, 5), torch.zeros(1, 2, 4))|, [torch.zeros(1, 2, 4), torch.zeros(1, 2, 4)]|, (torch.zeros(1, 2, 4).double(), torch.zeros(1, 2, 4))|, 3})[0]
torch.distributions.{Normal(0, -1)|Normal(torch.zeros(2), torch.ones(3))|Normal(0, 'a')|Normal(0.0)|Categorical(torch.tensor([-1.0, 2.0]))|Categorical(torch.ones(3)).log_prob(torch.tensor(5))|Categorical()|Categorical(probs=torch.ones(2), logits=torch.ones(2))|Categorical(logits=torch.tensor([nan, 1.0]))|Bernoulli(1.5)|Bernoulli()|Bernoulli(0.5).log_prob(torch.tensor(2.0))|Beta(-1.0, 1.0)|Uniform(1.0, 0.0)|Uniform(0.0, 1.0).log_prob(torch.tensor(2.0))|Poisson(-1.0)|Exponential(0.0)|Gamma(1, 'a')|MultivariateNormal(torch.zeros(2), torch.ones(2, 2))|MultivariateNormal(torch.zeros(2), torch.eye(3))|MultivariateNormal(torch.zeros(2))|MultivariateNormal(0, 1)|Normal(0, 1).sample(3)|Normal(0, 1).rsample('a')|Normal(0, 1).log_prob('a')|Normal(0, 1).log_prob(torch.tensor(nan))|Normal(0, 1).foo|kl_divergence(torch.distributions.Normal(0, 1), torch.distributions.Gamma(1.0, 1.0))|Normal([0.0], 1)|Dirichlet(torch.tensor(1.0))|Multinomial(2, torch.ones(2)).log_prob(torch.tensor([1.0, 2.0]))|Bernoulli(0.5).rsample()|Normal(nan, 1)|Independent(torch.distributions.Normal(0, 1), 1)|Geometric(0.0)|OneHotCategorical(torch.ones(2)).log_prob(torch.tensor([1.0, 1.0]))}
class L(torch.utils.data.Dataset):{%def __len__(self): return 3%def __getitem__(self, i): raise ValueError('x')|%def __len__(self): return 3%def __getitem__(self, i): return torch.ones(i + 1)|%def __len__(self): return 3|%def __getitem__(self, i): return i|%def __len__(self): return -1|%def __len__(self): return 2.5|%def __len__(self): return 3%def __getitem__(self, i): return self.x|%def __len__(self): return 0%def __getitem__(self, i): return i|%def __len__(self): return 3%def __getitem__(self, i): return {'a': i} if i else {'b': i}|%def __len__(self): return 3%def __getitem__(self, i): return None}; list(torch.utils.data.DataLoader(L(), batch_size={1|2|3}{|, shuffle=True|, num_workers=0})); next(iter(torch.utils.data.DataLoader(L())))
with torch.no_grad(): x = X(3); y = x * 2; y.requires_grad; y.sum().backward()
with torch.inference_mode(): x = torch.ones(3); {x.requires_grad_()|x * X(3)|x.add_(1)|(x * X(3)).sum().backward()|x.view(3).add_(1)|X(3) * x|x[0]|x.grad|x._version|X(3).mul(x)}
torch.nn.utils.{parametrize.register_parametrization(nn.Linear(2, 2), 'x', nn.ReLU())|parametrize.register_parametrization(nn.Linear(2, 2), 'weight', 3)|weight_norm(nn.Linear(2, 2), 'x')|spectral_norm(nn.Linear(2, 2), 'x')|parametrizations.weight_norm(nn.ReLU())|parametrizations.orthogonal(nn.Linear(2, 2), 'bias')|prune.l1_unstructured(nn.Linear(2, 2), 'weight', 5)|prune.l1_unstructured(nn.Linear(2, 2), 'x', 0.5)|prune.random_unstructured(nn.Linear(2, 2), 'weight', -1)|remove_weight_norm(nn.Linear(2, 2))|skip_init(nn.ReLU)|skip_init(3)|parametrize.remove_parametrizations(nn.Linear(2, 2), 'weight')|fuse_conv_bn_eval(nn.Linear(2, 2), nn.BatchNorm1d(2))}
torch.utils.checkpoint.checkpoint({lambda x: x * 2|1|torch.exp}, {X(2)|X(2), foo=1|X(2), use_reentrant=False|X(2), use_reentrant=True|torch.ones(2), use_reentrant=True|X(2), 3|, use_reentrant=False|X(2), use_reentrant='a'|X(2), preserve_rng_state=1, use_reentrant=False})
torch.{amp.autocast()|amp.autocast('gpu')|amp.autocast('cpu', dtype=torch.int64)|autocast('cpu', 3)|cuda.amp.autocast()|amp.GradScaler('cpu').step(3)|amp.GradScaler('cpu').unscale_(optim.SGD([X(2)], 1))|autocast('cpu', enabled='a')|amp.GradScaler('cpu', init_scale='a').scale(torch.ones(1))|amp.GradScaler('cpu').scale(3)|amp.GradScaler('cpu').update('a')|amp.GradScaler('cpu').load_state_dict({})}
x = torch.ones(2){.half()|.bfloat16()||.byte()|.int()|.bool()}; x.{fill_($q)|masked_fill(x > 0, $q)|masked_fill_(x > 0, $q)|clamp(max=$q)|clamp_min_($q)|index_fill(0, torch.tensor([0]), $q)|new_full((2,), $q)|scatter(0, torch.tensor([0]), $q)|__setitem__(0, $q)|__setitem__(x > 0, $q)}
torch.{full((2,), $q, dtype=$D)|full_like($T, $q)|scalar_tensor($q)|linspace($q, 1, 3)|where($T > 0, $T, $q)|clamp($T, $q, $q)|lerp($T, $T, $q)}
$T.{split|narrow|select|chunk|unsqueeze|flatten|squeeze|softmax|cumsum|repeat|tile|view|reshape|permute|flip|roll|transpose|sum|amax|unbind|tensor_split|expand|sort|size}($b)
torch.{split|select|unsqueeze|flatten|reshape|permute|flip|tile|broadcast_to|sum|softmax|cat|stack|zeros|rand|full|randperm|eye}($T, {0|1|-1|2, 3|$b|(0, 1)})
torch.{any|all|logsumexp|quantile|softmax|mean|nansum|argmax|cumsum|renorm|median}($T, {0|5|0.5, 1|2.0, 0, 1}, out=$T)
torch.{cat([$T, $T]|matmul($T, $T|mm($T, $T|mv($T, $T|bmm($T, $T|addmm($T, $T, $T|fft.fft($T|fft.irfft($T, 0, 7|linalg.eigvalsh($T|linalg.matrix_rank($T|abs($T|logit($T|heaviside($T, $T|norm($T, 'nuc'|conj_physical($T}, out=$T)
torch.{histc($T, 3|histogram($T, 4|histogram($T, 4, weight=$T|histogramdd($T, [2, 2]|histogramdd($T, 2, weight=$T|bincount($T|bincount($T, $T|searchsorted($T, $T|bucketize($T, $T|gradient($T|trapezoid($T, $T|cov($T|isin($T, $T|vander($T, -1|repeat_interleave($T, $T|multinomial($T, 2|stft($T, 4, return_complex=True})
torch.broadcast_shapes({(2, 3), (4,)|-1, (2, 3)|None, (2, 3)|(2, 1), 'x'||(2, 3), 4.0|(2, 0), (1,)|[2, 1], (3,)})
x = $T; x[$x] {+=|*=|**=|&=} $w; x
"""


# ------------------------------------------------------------------------------------------------ a program
BRACES = re.compile(r"\{([^{}]*)\}")


def parts(text):
    """The alternatives of a text between braces, parted by | outside of inner braces."""
    found, depth, at = [], 0, 0
    for k, c in enumerate(text):
        depth += (c == "{") - (c == "}")
        if c == "|" and depth == 0:
            found.append(text[at:k])
            at = k + 1
    return [*found, text[at:]]


def chosen(r, text):
    """The text with one alternative in the place of each pair of braces that has several."""
    out, k = "", 0
    while k < len(text):
        if text[k] != "{":
            out += text[k]
            k += 1
            continue
        depth, end = 0, k
        while True:
            depth += (text[end] == "{") - (text[end] == "}")
            if depth == 0:
                break
            end += 1
        some = parts(text[k + 1 : end])
        out += (
            chosen(r, r.choice(some))
            if len(some) > 1 or text[k + 1] == "$"
            else "{" + chosen(r, text[k + 1 : end]) + "}"
        )
        k = end + 1
    return out


def made(r, row):
    """The lines of a program of this row."""
    text = re.sub(r"\$([A-Za-z])", lambda m: r.choice(POOLS[m[1]]), chosen(r, row))
    if text.startswith("class "):
        body, *rest = (
            text.split("; x = ", 1) if "Function)" in text else re.split(r"; (?=m = |list\()", text, maxsplit=1)
        )
        head, *lines = body.split("%")
        return [
            head + "".join([f"\n    {line}" for line in lines]),
            *("; x = " * ("Function)" in text) + rest[0]).removeprefix("; ").split("; "),
        ]
    return [text.replace(": ", ":\n    ", 1).replace("; ", "\n    ")] if text.startswith("with ") else text.split("; ")


def rows(of="pools"):
    if of != "pools":
        return pathlib.Path(__file__).with_name(f"mistakes_of_{of}.txt").read_text(encoding="utf-8").splitlines()
    return ROWS.strip("\n").split("\n")


def of_seed(seed, number, of="pools"):
    """The lines of the program with a number."""
    return made(random.Random(f"{seed} {number}"), rows(of)[number % len(rows(of))])


# ------------------------------------------------------------------------------------------------ the command
MORE = re.compile(
    r"\n\[.*|( \[at |\. Clone it before| \[compat ).*|\. Did you mean [\w.]+\?$", re.S
)  # what compat says beyond torch: the user's line


NAMED = (  # differences that stay, with their reasons: (in a line, in what torch makes of it)
    (
        "np.concatenate",
        "needs to be a sequence",
    ),  # NumPy's C takes any class written in Python that has items for a sequence
    ("", "<built-in method|'builtin_function_or_method'"),  # what torch has in C is written in Python
    ("", "INTERNAL ASSERT"),  # torch asks its users to report these
    (r"set_printoptions\(", "'is': None"),  # compat refuses what no print can use at once, torch when it prints
    (
        r"pinv|linalg\.(cond|matrix_rank|eig)\(",
        "figures",
    ),  # of singular matrices, by rounding; an eigenvector has any sign
)
HOMES = (  # what `python -m compat` calls by torch's names (compat/names_of_classes.py), which this program does not ask it to do
    (re.compile(r"\btorch\.(tensor|devices|dtypes|formats|size)\.(?=\w)"), "torch."),
    (re.compile(r"\b(torch\.nn\.functional\.)\w+\.(?=\w)"), r"\1"),
    (re.compile(r"^module 'compat(?=['.])"), "module 'torch"),
)


ONCE = "this trains nothing", "TypedStorage is deprecated"  # (the second torch says once in a process)


def in_torchs_words(text):
    """A text without what compat says beyond torch."""
    for home, name in HOMES:
        text = home.sub(name, text)
    return MORE.sub("", text)


def said(row):
    """What is seen of a line, in torch's words alone."""
    row = dict(row)
    if "error" in row:
        kind, text, *at = row["error"]
        row["error"] = [kind, in_torchs_words(text), *at]
    if "warns" in row:  # (of NumPy's own some are about torch's ways; the other is one of compat's)
        row["warns"] = [
            [kind, in_torchs_words(text), *at]
            for kind, text, *at in row["warns"]
            if kind != "DeprecationWarning" and not text.startswith(ONCE)
        ]
        if not row["warns"]:
            del row["warns"]
    return row


def disagreement(got, want, lines):
    """None, or the first line that two records disagree about."""
    for line, g, w in zip(lines, got, want):
        if (
            str(g.get("error", ("", ""))[1]).startswith("compat has no ")
            and w.get("error", ("",))[0] == "AttributeError"
        ):
            return None
        if any(re.search(at, line) and re.search(seen, str(w)) for at, seen in NAMED):
            return None
        if found := differ(said(g), said(w)):
            return f"{line}\n    {found}"
    return None


def main():
    import torch
    import torch.nn.utils.prune

    import compat

    torch.set_num_threads(1)
    torch.backends.opt_einsum.enabled = False  # (a package that may be beside torch or not, with words of its own)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--of", choices=["pools", "parts", "objects"], default="pools", help="which rows")
    parser.add_argument("--only", default="", help="programs with this text in them")
    args = parser.parse_args()
    counted = collections.Counter()
    for number in range(args.count):
        lines = of_seed(args.seed, number, args.of)
        if args.only not in "; ".join(lines):
            continue
        want = outcome(torch, lines)
        refused = any("error" in row for row in want)
        counted["refused" if refused else "taken"] += 1
        if found := disagreement(outcome(compat, lines), want, lines):
            counted["refused, and differ" if refused else "taken, and differ"] += 1
            print(f"--- {number}: {'; '.join(lines)}\n=> {found}", flush=True)
    print(dict(counted))


if __name__ == "__main__":
    main()
