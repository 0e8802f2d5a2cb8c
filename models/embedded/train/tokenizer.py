"""A byte-level BPE tokenizer in CLIP's manner, with a small vocabulary of its own.

Same pipeline as CLIP's tokenizer.json: NFC, white space, lower case; CLIP's splitting pattern;
byte-level BPE whose words end in `</w>`; start and end tokens, the end token having the highest id.
"""

import json

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

VOCABULARY = 8000
START, END = "<|startoftext|>", "<|endoftext|>"
SUFFIX = "</w>"
SPLIT = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"  # openai/CLIP, simple_tokenizer.py


def learn_merges(texts):
    """BPE merges, most frequent first, as many as make VOCABULARY tokens."""
    learner = Tokenizer(models.BPE(end_of_word_suffix=SUFFIX))
    learner.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    learner.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    characters = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - 2,
        special_tokens=[character + SUFFIX for character in characters],  # numbered first: ties always break alike
        initial_alphabet=characters,
        end_of_word_suffix=SUFFIX,
        show_progress=False,
    )
    learner.train_from_iterator(texts, trainer)
    return [tuple(merge) for merge in json.loads(learner.to_str())["model"]["merges"]]


def make_tokenizer(texts):
    """The tokenizer as the contents of a tokenizer.json, learned from the texts."""
    merges = learn_merges(texts)
    characters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = characters + [character + SUFFIX for character in characters]
    tokens += dict.fromkeys("".join(merge) for merge in merges)
    tokens = [*dict.fromkeys(tokens), START, END]
    ids = {token: i for i, token in enumerate(tokens)}

    def special(token, normalized):
        flags = dict.fromkeys(("single_word", "lstrip", "rstrip"), False)
        return {"id": ids[token], "content": token, **flags, "normalized": normalized, "special": True}

    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    split = {"type": "Split", "pattern": {"Regex": SPLIT}, "behavior": "Removed", "invert": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [special(START, True), special(END, False)],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "NFC"},
                {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "},
                {"type": "Lowercase"},
            ],
        },
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, byte_level]},
        "post_processor": {
            "type": "RobertaProcessing",
            "sep": [END, ids[END]],
            "cls": [START, ids[START]],
            "trim_offsets": False,
            "add_prefix_space": False,
        },
        "decoder": {**byte_level, "add_prefix_space": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": END,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": SUFFIX,
            "fuse_unk": False,
            "byte_fallback": False,
            "vocab": ids,
            "merges": [" ".join(merge) for merge in merges],
        },
    }
