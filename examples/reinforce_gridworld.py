"""REINFORCE with a baseline: a walker learns to reach the corner of a 4 x 4 grid.

On compat the losses of its 9 batches of episodes are torch's to six digits, and what is printed is the same text.
"""

import showing
import torch
from torch import nn
from torch.distributions import Categorical

SIZE, GOAL = 4, (3, 3)
MOVES = [(0, 1), (0, -1), (1, 0), (-1, 0)]

torch.manual_seed(0)
policy = nn.Sequential(nn.Linear(2 * SIZE, 24), nn.ReLU(), nn.Linear(24, 4))
optimizer = torch.optim.Adam(policy.parameters(), lr=0.02)


def seen(place):
    """One-hot row and one-hot column."""
    return torch.eye(SIZE)[place].flatten()


@showing.compiled
def chosen(place):
    """A move, and its log-probability."""
    choice = Categorical(logits=policy(seen(place)))
    action = choice.sample()
    return action, choice.log_prob(action)


def episode():
    """Log-probabilities of the moves, and the reward: -1 a move."""
    place, log_probs = (0, 0), []
    while place != GOAL and len(log_probs) < 20:
        action, log_prob = chosen(torch.tensor(place))
        log_probs.append(log_prob)
        move = MOVES[action.item()]
        place = tuple(min(max(p + m, 0), SIZE - 1) for p, m in zip(place, move))
    return torch.stack(log_probs), -float(len(log_probs))


baseline = -20.0
losses, means = [], []
for batch in showing.steps(9):
    episodes = [episode() for _ in range(8)]
    loss = -sum(log_probs.sum() * (reward - baseline) for log_probs, reward in episodes) / len(episodes)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    mean = sum(reward for _, reward in episodes) / len(episodes)
    means.append(mean)
    baseline = 0.8 * baseline + 0.2 * mean
    if batch % 3 == 2:
        print(f"batch {batch + 1}: mean reward {mean:.3f}, loss {losses[-1]:.3f}")


def draw(axes):
    axes[0].plot(range(1, 10), means, "o-")
    axes[0].set(title="mean reward", xlabel="batch of 8 episodes")
    for row in range(SIZE):
        for column in range(SIZE):
            chances = policy(seen(torch.tensor([row, column]))).softmax(-1).tolist()
            for (down, right), chance in zip(MOVES, chances):
                if (row, column) != GOAL:
                    axes[1].arrow(column, row, 0.4 * chance * right, 0.4 * chance * down, head_width=0.1 * chance)
    axes[1].plot(GOAL[1], GOAL[0], "g*", markersize=18)
    axes[1].set(title="chances of the moves", xlim=(-0.5, 3.5), ylim=(3.5, -0.5), aspect="equal", xticks=[], yticks=[])


showing.save(__file__, draw, panels=2)
