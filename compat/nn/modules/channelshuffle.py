"""ChannelShuffle."""

from .. import functional
from .module import Module


class ChannelShuffle(Module):
    """channel_shuffle: channels dealt out from groups."""

    def __init__(self, groups):
        super().__init__()
        self.groups = groups

    def forward(self, input):
        return functional.channel_shuffle(input, self.groups)

    def extra_repr(self):
        return f"groups={self.groups}"
