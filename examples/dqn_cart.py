"""Deep Q-learning on a cart that has to be pushed back to the middle of a track: replay memory, target network.

On compat the losses of its 209 steps are torch's to five digits, and what is printed is the same text.
"""

import random
from collections import deque

import showing
import torch
from torch import nn

random.seed(0)
torch.manual_seed(0)
PUSHES = (-1.0, 0.0, 1.0)


def network():
    return nn.Sequential(nn.Linear(2, 24), nn.ReLU(), nn.Linear(24, len(PUSHES)))


def moved(state, push):
    place, speed = state
    speed = 0.9 * speed + 0.2 * push
    return max(-2.0, min(2.0, place + 0.5 * speed)), speed


online, target = network(), network()
target.load_state_dict(online.state_dict())
optimizer = torch.optim.Adam(online.parameters(), lr=5e-3)
memory = deque(maxlen=1000)


@showing.compiled
def best(state):
    return online(state).argmax()


@showing.compiled
def train(states, actions, rewards, afters):
    values = online(states).gather(1, actions.unsqueeze(1)).squeeze(1)
    with torch.no_grad():
        wanted = rewards + 0.9 * target(afters).max(dim=1).values
    loss = nn.functional.smooth_l1_loss(values, wanted)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


losses, returns = [], []
for episode in showing.steps(12):
    state, total = (random.choice([-1.5, 1.5]), 0.0), 0.0
    for _ in range(20):
        if random.random() < max(0.1, 0.8 - 0.1 * episode):
            action = random.randrange(len(PUSHES))
        else:
            with torch.no_grad():
                action = best(torch.tensor(state)).item()
        after = moved(state, PUSHES[action])
        reward = -abs(after[0])
        memory.append((state, action, reward, after))
        state, total = after, total + reward
        if len(memory) >= 32:
            batch = [torch.tensor(column) for column in zip(*random.sample(memory, 32))]
            losses.append(train(*batch).item())
    returns.append(total)
    if episode % 3 == 2:
        target.load_state_dict(online.state_dict())
        print(f"episode {episode + 1}: return {total:.3f}, loss {losses[-1]:.4f}")


def draw(axes):
    axes[0].plot(range(1, 13), returns, "o-")
    axes[0].set(title="return of an episode", xlabel="episode")
    for start in (-1.5, -0.7, 0.7, 1.5):
        state, places = (start, 0.0), [start]
        for _ in range(20):
            with torch.no_grad():
                state = moved(state, PUSHES[online(torch.tensor(state)).argmax().item()])
            places.append(state[0])
        axes[1].plot(places)
    axes[1].axhline(0, color="black", linewidth=0.7)
    axes[1].set(title="the cart, driven by what was learned", xlabel="move", ylabel="place", ylim=(-2, 2))


showing.save(__file__, draw, panels=2)
