"""What torch warns of, by what brings it about: the first line of each text, without the place in torch's own source."""

import warnings

import torch
import torch.nn.functional as F  # noqa: F401  (the lines name it)

one, x = torch.ones(1), torch.ones(2, 3)
LINES = """
torch.range(0, 2) | torch.meshgrid(one, one) | torch.meshgrid(one, one, indexing="ij") | one.std() | x.var(1) | x.var(1, correction=3)
torch.var_mean(one) | one.std(unbiased=False) | torch.ones(2, 2, 2).T | x.T | torch.add(one, 1, out=torch.ones(3))
torch.add(one, 1, out=torch.empty(0)) | torch.cross(x, x) | torch.cross(x, x, dim=1) | torch.where(one.byte(), 1, 2)
F.mse_loss(x, one) | F.softmax(x) | F.dropout2d(x, 0.0) | torch.tensor(x) | torch.nn.LSTM(2, 2, dropout=0.5)
torch.nn.utils.clip_grad_norm([one.clone().requires_grad_()], 1.0) | torch.set_default_tensor_type(torch.FloatTensor)
F.kl_div(x, x) | F.binary_cross_entropy(one, one, size_average=False) | float((one * 2).requires_grad_()) | torch.amp.GradScaler()
torch.autocast("cuda", torch.float16) | torch.cuda.amp.autocast(enabled=False)
"""
for line in LINES.strip().replace("\n", " | ").split(" | "):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        eval(line)
    for given in caught or [None]:
        text = (
            "" if given is None else str(given.message).splitlines()[0].partition(" (Triggered")[0].partition(" [")[0]
        )
        print(line, "->", "nothing" if given is None else given.category.__name__, text)
