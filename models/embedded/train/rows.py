"""The rows of the model's head and the texts that mean them, in one space of 256 dimensions.

Targets (targets.py) crowd in few of their directions. Here they are whitened in part, and every thing that the head
knows gets a random direction of its own besides, so that a picture's embedding, a mixture of such things, tells also
the second and the third of them. Other words have no such part: they stay where their meaning puts them.
"""

from dataclasses import dataclass

import numpy as np

from photo_set import Kinds, head_labels, load_classes, load_labels

WHITENING = 0.75  # exponent of each principal component's deviation: 0 leaves all as it is, 1 makes all alike
OWN_SHARE = 1.0  # length of the direction of its own, beside a target of length 1
KIND_SHARE = 0.75  # of a general word's row comes from what it is true of, the rest from its name
SEED = 3
NOTHING_TEXTS = (
    "nothing", "nothing in particular", "a blank image", "an empty image", "a plain background", "a solid colour", "noise", "random noise",
    "a blank picture", "a pattern of noise", "an abstract gradient", "an empty background", "a plain colour", "a blank photo",
)  # fmt: skip


def unit(rows):
    """Rows scaled to length 1."""
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def same_things(labels, classes):
    """{class: label} by index, where a photo label is one of the class's own names."""
    index = {entry["label"].lower(): i for i, entry in enumerate(labels)}
    same = {}
    for i, entry in enumerate(classes):
        names = [name.lower() for name in (entry["label"], *entry["synonyms"])]
        found = [index[name] for name in names if name in index and index[name] not in same.values()]
        if found:
            same[i] = found[0]
    return same


@dataclass
class Rows:
    """Unit rows (things, 256): `labels`, `classes` and `nothing` are what the head knows; `texts` maps others to rows."""

    labels: np.ndarray
    classes: np.ndarray
    nothing: np.ndarray
    texts: dict  # synonyms and general words
    names: list
    names_rows: np.ndarray
    from_clip: np.ndarray
    styles: dict


def load_rows(data_dir, out_dir):
    """Rows from targets.npz."""
    data = np.load(out_dir / "targets.npz")
    labels, classes = load_labels(data_dir), load_classes()
    things = np.concatenate([data["label_targets"], data["class_targets"]])
    mean = things.mean(0)
    axes = np.linalg.svd(things - mean, full_matrices=False)
    deviation = axes[1] / np.sqrt(len(things))

    def whiten(targets):
        return unit((targets - mean) @ axes[2].T * (deviation + 1e-3) ** -WHITENING)

    own = unit(np.random.default_rng(SEED).standard_normal((len(things) + 1, things.shape[1])))
    label_rows = unit(whiten(data["label_targets"]) + OWN_SHARE * own[: len(labels)])
    class_rows = unit(whiten(data["class_targets"]) + OWN_SHARE * own[len(labels) : -1])
    same = same_things(labels, classes)
    for i, label in same.items():
        class_rows[i] = label_rows[label]
    for i in set(range(len(labels))) - set(head_labels(data_dir, labels)) - set(same.values()):
        alike = [row for entry, row in zip(classes, class_rows) if labels[i]["label"] in entry["ofPhoto"]]
        if alike:
            label_rows[i] = unit(np.mean(alike, 0))
    return Rows(
        labels=label_rows,
        classes=class_rows,
        nothing=own[-1],
        texts=other_texts(labels, classes, label_rows, class_rows, zip(data["kinds"], whiten(data["kind_targets"]))),
        names=[str(name) for name in data["names"]],
        names_rows=whiten(data["name_targets"]),
        from_clip=data["from_clip"],
        styles=dict(zip(map(str, data["styles"]), whiten(data["style_targets"]))),
    )


def other_texts(labels, classes, label_rows, class_rows, kinds):
    """{text: row} for class names that are no labels, synonyms, and general words; of two meanings the mean."""
    taken = {entry["label"].lower() for entry in labels}
    texts = {}
    for names in (lambda entry: [entry["name"], entry["label"]], lambda entry: entry["synonyms"]):
        found = {}
        for entry, row in zip(classes, class_rows):
            for name in {name.lower() for name in names(entry)} - taken:
                found.setdefault(name, []).append(row)
        texts |= {name: unit(np.mean(rows, 0)) for name, rows in found.items()}
        taken |= found.keys()
    members = kind_members(labels, classes, label_rows, class_rows)
    for word, row in kinds:
        if str(word).lower() not in taken:
            texts[str(word).lower()] = unit(KIND_SHARE * unit(np.mean(members[str(word)], 0)) + (1 - KIND_SHARE) * row)
    return texts


def kind_members(labels, classes, label_rows, class_rows):
    """The rows that each general word is true of."""
    index = {entry["label"]: i for i, entry in enumerate(labels)}
    members = {word: [label_rows[index[label]] for label in of] for word, of in Kinds(labels).members.items()}
    for entry, row in zip(classes, class_rows):
        for word in entry["kinds"]:
            members.setdefault(word, []).append(row)
    return members
