"""Writes a tiny language model for llama.cpp: `python tiny_model.py FILE [PHRASE]`.

Run by the Python that has `gguf`. The model is whole, with random weights: 259 tokens, one layer,
115 kB. Held to a grammar it answers in any form, with nonsense; its embeddings depend on the text.
With a phrase it says that in every string: a model that does what someone wants of it.
"""

import sys

import gguf
import numpy as np
from numpy.typing import NDArray

WIDTH, INNER, HEADS, CONTEXT = 32, 64, 2, 16_384

_SPECIAL = ("<unk>", "<s>", "</s>")
_END = 2
_PHRASE = len(_SPECIAL) + 256


def write(path: str, phrase: str) -> None:
    """Write the model."""
    # Every byte is a token, so it can read and write any language.
    tokens = [*_SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256))]
    types = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL]
    types += [gguf.TokenType.BYTE] * 256
    if phrase:
        tokens.append(phrase.replace(" ", "\u2581"))
        types.append(gguf.TokenType.NORMAL)
    model = gguf.GGUFWriter(path, "llama")
    model.add_context_length(CONTEXT)
    model.add_embedding_length(WIDTH)
    model.add_block_count(1)
    model.add_feed_forward_length(INNER)
    model.add_head_count(HEADS)
    model.add_rope_dimension_count(WIDTH // HEADS)
    model.add_layer_norm_rms_eps(1e-5)
    model.add_pooling_type(gguf.PoolingType.MEAN)
    model.add_tokenizer_model("llama")
    model.add_token_list(tokens)
    model.add_token_scores([0.0] * len(tokens))
    model.add_token_types(types)
    model.add_unk_token_id(0)
    model.add_bos_token_id(1)
    model.add_eos_token_id(_END)
    model.add_add_space_prefix(False)
    random = np.random.default_rng(7)
    shapes = {
        "token_embd": (len(tokens), WIDTH),
        "output": (len(tokens), WIDTH),
        "blk.0.attn_q": (WIDTH, WIDTH),
        "blk.0.attn_k": (WIDTH, WIDTH),
        "blk.0.attn_v": (WIDTH, WIDTH),
        "blk.0.attn_output": (WIDTH, WIDTH),
        "blk.0.ffn_gate": (INNER, WIDTH),
        "blk.0.ffn_up": (INNER, WIDTH),
        "blk.0.ffn_down": (WIDTH, INNER),
    }
    weights = {
        name: random.normal(0, WIDTH**-0.5, shape).astype(np.float32)
        for name, shape in shapes.items()
    }
    _write_plainly(weights)
    if phrase:
        _say_only(weights, tokens.index("<0x22>"))
    for name, tensor in weights.items():
        model.add_tensor(f"{name}.weight", tensor)
    for name in ("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"):
        model.add_tensor(f"{name}.weight", np.ones(WIDTH, np.float32))
    model.write_header_to_file()
    model.write_kv_data_to_file()
    model.write_tensors_to_file()
    model.close()


def _write_plainly(weights: dict[str, NDArray[np.float32]]) -> None:
    """Of the bytes, printable ASCII alone: the server's grammar would let others into strings."""
    # The first number of the state is the same for all: what is taken off it is never said.
    weights["token_embd"][:, 0] = 1
    weights["blk.0.attn_output"][0] = weights["blk.0.ffn_down"][0] = 0
    weights["output"][:, 0] = [
        0 if 0x20 <= token - len(_SPECIAL) < 0x7F or token in (_END, _PHRASE) else -20
        for token in range(len(weights["output"]))
    ]


def _say_only(weights: dict[str, NDArray[np.float32]], quote: int) -> None:
    """After a quotation mark comes the last token, and after that a quotation mark."""
    # Nothing but the token before counts.
    weights["blk.0.attn_output"][:] = 0
    weights["blk.0.ffn_down"][:] = 0
    for token, follower in ((quote, _PHRASE), (_PHRASE, quote)):
        weights["output"][follower, 1:] = 20 * weights["token_embd"][token, 1:]


if __name__ == "__main__":
    write(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
