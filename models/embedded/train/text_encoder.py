"""The text encoder: a two-layer transformer, token ids -> unit embedding at the end-of-text token."""

import torch
from torch import nn
from torch.nn import functional as F

EMBEDDING_SIZE = 256

CONTEXT_LENGTH = 32
WIDTH = 256
HEADS = 4
LAYERS = 2


class Layer(nn.Module):
    """Pre-norm attention and feed-forward; every token sees all tokens up to the end of the text."""

    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.query_key_value = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x, hidden):
        """x (N, L, WIDTH); hidden (N, 1, 1, L) is a large negative number behind the end of the text."""
        parts = self.query_key_value(self.norm1(x)).chunk(3, dim=-1)
        query, key, value = (part.unflatten(2, (HEADS, WIDTH // HEADS)).transpose(1, 2) for part in parts)
        weights = query @ key.transpose(2, 3) * (WIDTH // HEADS) ** -0.5 + hidden
        x = x + self.out((weights.softmax(3) @ value).transpose(1, 2).flatten(2))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class TextEncoder(nn.Module):
    """(N, L) token ids, L <= 32 -> (N, 256) unit embeddings."""

    def __init__(self, vocabulary):
        super().__init__()
        self.end_token = vocabulary - 1
        self.tokens = nn.Embedding(vocabulary, WIDTH)
        self.positions = nn.Parameter(0.01 * torch.randn(CONTEXT_LENGTH, WIDTH))
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        self.project = nn.Linear(WIDTH, EMBEDDING_SIZE)
        nn.init.normal_(self.tokens.weight, std=0.02)

    def forward(self, ids):
        end = (ids == self.end_token).to(torch.int64).argmax(1)
        place = torch.arange(ids.shape[1])
        hidden = (place[None, :] > end[:, None]).float()[:, None, None, :] * -1e4
        x = self.tokens(ids) + self.positions[: ids.shape[1]]
        for layer in self.layers:
            x = layer(x, hidden)
        x = x.gather(1, end[:, None, None].expand(-1, 1, WIDTH)).squeeze(1)
        return F.normalize(self.project(self.norm(x)).float(), dim=1)
