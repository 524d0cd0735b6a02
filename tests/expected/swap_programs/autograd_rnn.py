"""A recurrent net that learns bits of characters, by adam, as autograd's examples do it: lists of arrays, einsum, concatenate."""
import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import grad
from autograd.misc.optimizers import adam
from autograd.scipy.special import logsumexp


def sigmoid(x):
    return 0.5 * (np.tanh(x) + 1.0)


def concat_and_multiply(weights, *args):
    cat = np.hstack(args + (np.ones((args[0].shape[0], 1)),))
    return np.dot(cat, weights)


def create(n_in, n_hidden, n_out, scale=0.1, rs=npr.RandomState(0)):
    return {
        "init hiddens": rs.randn(1, n_hidden) * scale,
        "change": rs.randn(n_in + n_hidden + 1, n_hidden) * scale,
        "predict": rs.randn(n_hidden + 1, n_out) * scale,
    }


def predict(params, inputs):
    hiddens = np.repeat(params["init hiddens"], inputs.shape[1], axis=0)
    outputs = []
    for x in inputs:
        hiddens = sigmoid(concat_and_multiply(params["change"], x, hiddens))
        logits = concat_and_multiply(params["predict"], hiddens)
        outputs.append(logits - logsumexp(logits, axis=1, keepdims=True))
    return outputs


def log_likelihood(params, inputs, targets):
    total = 0.0
    for p, t in zip(predict(params, inputs), targets):
        total += np.sum(p * t)
    return total / (inputs.shape[0] * inputs.shape[1])


def one_hot(text, n):
    return np.array([[1.0 * (ord(c) % n == i) for i in range(n)] for c in text])


sequences = np.array([one_hot(t, 5) for t in ("abcdeabc", "bcdeabcd", "eabcdeab")]).transpose(1, 0, 2)
inputs, targets = sequences[:-1], sequences[1:]
params = create(5, 7, 5)
loss = lambda params, i: -log_likelihood(params, inputs, targets)
shown = []


def callback(params, i, g):
    if i % 10 == 0:
        shown.append(round(float(loss(params, 0)), 6))


trained = adam(grad(loss), params, step_size=0.1, num_iters=40, callback=callback)
print(shown, {k: v.shape for k, v in trained.items()})
print(np.round(np.exp(predict(trained, inputs)[-1]), 4))
