"""Small programs that train a network for a few steps, under torch or compat: each returns its losses."""


def train(torch, network, optimizer, loss_of, steps=6):
    losses = []
    for step in range(steps):
        optimizer.zero_grad()
        loss = loss_of(step)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    return losses


def language_model(torch):
    """Embedding, two dropped-out LSTM layers, a tied decoder; its state goes from step to step."""
    nn = torch.nn
    torch.manual_seed(0)
    words, lstm, decoder = nn.Embedding(11, 6), nn.LSTM(6, 6, 2, dropout=0.2), nn.Linear(6, 11)
    decoder.weight = words.weight
    network = nn.ModuleList([words, lstm, decoder])
    text = torch.randint(0, 11, (4, 3))
    state = (torch.zeros(2, 3, 6), torch.zeros(2, 3, 6))

    def loss_of(step):
        nonlocal state
        out, state = lstm(words(text[:-1]), tuple([s.detach() for s in state]))
        return nn.functional.cross_entropy(decoder(out).view(-1, 11), text[1:].reshape(-1))

    return train(torch, network, torch.optim.SGD(network.parameters(), lr=0.5, momentum=0.9), loss_of)


def transformer(torch):
    """A classifier over a masked transformer encoder, with dropout and a schedule."""
    nn = torch.nn
    torch.manual_seed(1)
    layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, batch_first=True, norm_first=True)
    encoder, head = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False), nn.Linear(8, 3)
    network = nn.ModuleDict({"encoder": encoder, "head": head})
    x, y = torch.randn(4, 5, 8), torch.tensor([0, 1, 2, 1])
    padded = torch.arange(5)[None] >= torch.tensor([5, 3, 4, 2])[:, None]
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-2, total_steps=6)

    def loss_of(step):
        loss = nn.functional.cross_entropy(
            head(encoder(x, src_key_padding_mask=padded).mean(1)), y, label_smoothing=0.1
        )
        if step:
            schedule.step()
        return loss

    return train(torch, network, optimizer, loss_of)


def convnet(torch):
    """Strided and depthwise convolutions, batch norm, dropout of channels, pooling; then evaluation."""
    nn = torch.nn
    torch.manual_seed(2)
    network = nn.Sequential(
        nn.Conv2d(2, 4, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(4), nn.GELU(),
        nn.Conv2d(4, 4, 3, padding="same", groups=4), nn.GroupNorm(2, 4), nn.SiLU(), nn.Dropout2d(0.25),
        nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.LazyLinear(3),
    )  # fmt: skip
    x, y = torch.randn(4, 2, 9, 9), torch.tensor([2, 1, 0, 1])
    network(x)
    losses = train(
        torch,
        network,
        torch.optim.Adam(network.parameters(), lr=1e-2),
        lambda _: nn.functional.cross_entropy(network(x), y),
    )
    network.eval()
    return [*losses, nn.functional.cross_entropy(network(x), y).item()]


def autoencoder(torch):
    """Transposed convolutions, upsampling, weight norm, packed sequences of a bidirectional GRU, two losses."""
    nn, rnn = torch.nn, torch.nn.utils.rnn
    torch.manual_seed(3)
    encoder = nn.GRU(4, 3, bidirectional=True)
    decoder = nn.Sequential(
        nn.utils.parametrizations.weight_norm(nn.Linear(6, 8)), nn.LayerNorm(8), nn.PReLU(), nn.Unflatten(1, (2, 2, 2)),
        nn.ConvTranspose2d(2, 2, 3, stride=2, output_padding=1), nn.Softplus(), nn.Upsample(scale_factor=1.5, mode="bilinear"),
        nn.InstanceNorm2d(2, affine=True), nn.PixelUnshuffle(1), nn.Conv2d(2, 1, 2),
    )  # fmt: skip
    network = nn.ModuleList([encoder, decoder])
    x, lengths = torch.randn(5, 3, 4), torch.tensor([5, 2, 3])

    def loss_of(step):
        packed = rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
        out, _ = rnn.pad_packed_sequence(encoder(packed)[0])
        image = decoder(out.mean(0))
        return nn.functional.huber_loss(image, torch.zeros_like(image)) + nn.functional.l1_loss(
            out, torch.ones_like(out)
        )

    return train(torch, network, torch.optim.RMSprop(network.parameters(), lr=1e-2), loss_of)


PROGRAMS = {f.__name__: f for f in (language_model, transformer, convnet, autoencoder)}
