"""Tags by conditional random fields, hidden Markov chains, and letters by CTC."""

import torch
import torch.autograd as autograd
import torch.nn as nn
import torch.optim as optim

torch.manual_seed(1)


def argmax(vec):
    _, idx = torch.max(vec, 1)
    return idx.item()


def prepare_sequence(seq, to_ix):
    return torch.tensor([to_ix[w] for w in seq], dtype=torch.long)


def log_sum_exp(vec):
    max_score = vec[0, argmax(vec)]
    max_score_broadcast = max_score.view(1, -1).expand(1, vec.size()[1])
    return max_score + torch.log(torch.sum(torch.exp(vec - max_score_broadcast)))


START_TAG, STOP_TAG = "<START>", "<STOP>"


class BiLSTM_CRF(nn.Module):
    def __init__(self, vocab_size, tag_to_ix, embedding_dim, hidden_dim):
        super(BiLSTM_CRF, self).__init__()
        self.hidden_dim, self.tag_to_ix, self.tagset_size = hidden_dim, tag_to_ix, len(tag_to_ix)
        self.word_embeds = nn.Embedding(vocab_size, embedding_dim)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim // 2, num_layers=1, bidirectional=True)
        self.hidden2tag = nn.Linear(hidden_dim, self.tagset_size)
        self.transitions = nn.Parameter(torch.randn(self.tagset_size, self.tagset_size))
        self.transitions.data[tag_to_ix[START_TAG], :] = -10000
        self.transitions.data[:, tag_to_ix[STOP_TAG]] = -10000
        self.hidden = self.init_hidden()

    def init_hidden(self):
        return (torch.randn(2, 1, self.hidden_dim // 2), torch.randn(2, 1, self.hidden_dim // 2))

    def _forward_alg(self, feats):
        init_alphas = torch.full((1, self.tagset_size), -10000.0)
        init_alphas[0][self.tag_to_ix[START_TAG]] = 0.0
        forward_var = init_alphas
        for feat in feats:
            alphas_t = []
            for next_tag in range(self.tagset_size):
                emit_score = feat[next_tag].view(1, -1).expand(1, self.tagset_size)
                trans_score = self.transitions[next_tag].view(1, -1)
                next_tag_var = forward_var + trans_score + emit_score
                alphas_t.append(log_sum_exp(next_tag_var).view(1))
            forward_var = torch.cat(alphas_t).view(1, -1)
        return log_sum_exp(forward_var + self.transitions[self.tag_to_ix[STOP_TAG]])

    def _get_lstm_features(self, sentence):
        self.hidden = self.init_hidden()
        embeds = self.word_embeds(sentence).view(len(sentence), 1, -1)
        lstm_out, self.hidden = self.lstm(embeds, self.hidden)
        return self.hidden2tag(lstm_out.view(len(sentence), self.hidden_dim))

    def _score_sentence(self, feats, tags):
        score = torch.zeros(1)
        tags = torch.cat([torch.tensor([self.tag_to_ix[START_TAG]], dtype=torch.long), tags])
        for i, feat in enumerate(feats):
            score = score + self.transitions[tags[i + 1], tags[i]] + feat[tags[i + 1]]
        return score + self.transitions[self.tag_to_ix[STOP_TAG], tags[-1]]

    def _viterbi_decode(self, feats):
        backpointers = []
        init_vvars = torch.full((1, self.tagset_size), -10000.0)
        init_vvars[0][self.tag_to_ix[START_TAG]] = 0
        forward_var = init_vvars
        for feat in feats:
            bptrs_t, viterbivars_t = [], []
            for next_tag in range(self.tagset_size):
                ntv = forward_var + self.transitions[next_tag]
                b = argmax(ntv)
                bptrs_t.append(b)
                viterbivars_t.append(ntv[0][b].view(1))
            forward_var = (torch.cat(viterbivars_t) + feat).view(1, -1)
            backpointers.append(bptrs_t)
        terminal_var = forward_var + self.transitions[self.tag_to_ix[STOP_TAG]]
        best = argmax(terminal_var)
        path_score = terminal_var[0][best]
        best_path = [best]
        for bptrs_t in reversed(backpointers):
            best = bptrs_t[best]
            best_path.append(best)
        start = best_path.pop()
        assert start == self.tag_to_ix[START_TAG]
        best_path.reverse()
        return path_score, best_path

    def neg_log_likelihood(self, sentence, tags):
        feats = self._get_lstm_features(sentence)
        return self._forward_alg(feats) - self._score_sentence(feats, tags)

    def forward(self, sentence):
        return self._viterbi_decode(self._get_lstm_features(sentence))


data = [
    ("the big corporation made headlines today".split(), "B I I O O O".split()),
    ("small town is in a valley".split(), "B I O O B I".split()),
]
w2i = {}
for s, t in data:
    for w in s:
        if w not in w2i:
            w2i[w] = len(w2i)
t2i = {"B": 0, "I": 1, "O": 2, START_TAG: 3, STOP_TAG: 4}
model = BiLSTM_CRF(len(w2i), t2i, 5, 4)
opt = optim.SGD(model.parameters(), lr=0.01, weight_decay=1e-4)
with torch.no_grad():
    print(model(prepare_sequence(data[0][0], w2i)))
for epoch in range(4):
    for s, t in data:
        model.zero_grad()
        loss = model.neg_log_likelihood(prepare_sequence(s, w2i), torch.tensor([t2i[k] for k in t], dtype=torch.long))
        loss.backward()
        opt.step()
    if epoch % 4 == 3:
        print(epoch, loss, model.transitions.grad.norm())
with torch.no_grad():
    print(model(prepare_sequence(data[0][0], w2i)))


# HMM by forward algorithm, batched, baum-welch by gradient
class HMM(nn.Module):
    def __init__(self, N, M):
        super().__init__()
        self.pi, self.A, self.B = (nn.Parameter(torch.randn(*s)) for s in ((N,), (N, N), (N, M)))

    def forward(self, x, T):
        la, lb, lp = self.A.log_softmax(0), self.B.log_softmax(1), torch.nn.functional.log_softmax(self.pi, dim=0)
        B, Tm = x.shape
        al = torch.zeros(B, Tm, len(lp))
        al[:, 0] = lb[:, x[:, 0]].T + lp
        for t in range(1, Tm):
            al[:, t] = lb[:, x[:, t]].transpose(0, 1) + torch.logsumexp(la[None] + al[:, t - 1].unsqueeze(1), dim=2)
        return al.logsumexp(2).gather(1, T.view(-1, 1) - 1)

    def viterbi(self, x):
        la, lb, lp = self.A.log_softmax(0), self.B.log_softmax(1), self.pi.log_softmax(0)
        d = lp + lb[:, x[0]]
        psi = []
        for t in range(1, len(x)):
            m, a = (la + d).max(1)
            d = m + lb[:, x[t]]
            psi.append(a)
        path = [d.argmax().item()]
        for a in psi[::-1]:
            path.append(a[path[-1]].item())
        return path[::-1], d.max().item()


x = torch.randint(0, 6, (8, 12))
x[:, ::2] //= 3
T = torch.tensor([12, 10, 8, 12, 12, 6, 9, 11])
h = HMM(3, 6)
o = optim.Adam(h.parameters(), 0.1)
for i in range(12):
    l = -h(x, T).mean()
    o.zero_grad()
    l.backward()
    o.step()
print(l.item(), h.viterbi(x[0]), torch.distributions.Categorical(logits=h.pi).probs)
print(h.B.softmax(1).data)


# CTC toy OCR
class CRNN(nn.Module):
    def __init__(self, c=5):
        super().__init__()
        self.cnn = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(True), nn.MaxPool2d((2, 1), (2, 1))
        )
        self.rnn = nn.GRU(32, 16, bidirectional=True, batch_first=False)
        self.fc = nn.Linear(32, c)

    def forward(self, x):
        f = self.cnn(x)
        b, c, h, w = f.size()
        f = f.view(b, c * h, w).permute(2, 0, 1)
        return self.fc(self.rnn(f)[0]).log_softmax(2)


g = torch.Generator().manual_seed(0)
glyph = (torch.rand(5, 8, 3, generator=g) > 0.5).float()
n = 24
lens = torch.randint(2, 5, (n,), generator=g)
lab = [torch.randint(1, 5, (int(k),), generator=g) for k in lens]
im = torch.zeros(n, 1, 8, 20)
for i, l in enumerate(lab):
    for j, c in enumerate(l):
        im[i, 0, :, 1 + 4 * j : 4 + 4 * j] = glyph[c]
net = CRNN()
crit = nn.CTCLoss(blank=0, reduction="mean", zero_infinity=True)
o = optim.Adam(net.parameters(), 1e-2)
for ep in range(13):
    lp = net(im)
    loss = crit(lp, torch.cat(lab), torch.full((n,), lp.size(0), dtype=torch.int32), lens.int())
    o.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 5)
    o.step()
    (ep % 6 == 0) and print("ctc", ep, round(loss.item(), 5))
net.eval()
pred = net(im).argmax(2).T
dec = [[k.item() for k in torch.unique_consecutive(p) if k != 0] for p in pred]
print(dec[:4], sum(d == l.tolist() for d, l in zip(dec, lab)), "of", n)
print(
    nn.CTCLoss(reduction="none")(
        lp.detach(), nn.utils.rnn.pad_sequence(lab, batch_first=True), torch.full((n,), 20), lens
    )[:4]
)
