"""Words and phrases that a user might tag with, beyond the labels: WordNet's nouns and made-up phrases."""

import random

from wordfreq import top_n_list, zipf_frequency

# WordNet's lexicographer files of things that can be seen in a picture (lexnames(5WN)).
VISIBLE_FILES = {"05", "06", "08", "11", "13", "15", "17", "18", "19", "20", "25", "27"}
EVENT_FILES = {"04", "14", "26", "28"}  # acts, groups, states, times: common words only
MIN_ZIPF, MIN_EVENT_ZIPF = 2.2, 3.8
MAX_NOUNS = 22000
PHRASES = 8000

QUALITIES = (
    "red orange yellow green blue purple pink brown black white grey golden silver colourful old new modern "
    "ancient small large tiny huge broken wooden metal plastic glass stone leather woollen ceramic wet dry snowy "
    "dirty clean empty full round square striped happy sad young baby wild fresh cooked frozen sliced folded rusty "
    "shiny furry fluffy sleeping running flying sitting standing burning parked abandoned crowded dark bright"
).split()
PLACES = (
    "in a field;on a table;in the snow;on the beach;in the city;at night;in a forest;on a white background;in water;"
    "on the street;in a kitchen;in a garden;in the sky;under a tree;on a plate;in a box;on a road;in a room"
).split(";")
STYLES = "a painting of a;a cartoon of a;a pencil sketch of a;an aerial view of a;a drawing of a;a toy".split(";")


def wordnet_nouns(dictionary):
    """Lower-case nouns of WordNet's data.noun that name something visible, most frequent first."""
    frequency = {}
    with open(dictionary / "data.noun", encoding="latin-1") as lines:
        for line in lines:
            if line.startswith("  "):
                continue  # the licence at the top
            _, file, _, count, *rest = line.split(" ")
            floor = MIN_ZIPF if file in VISIBLE_FILES else MIN_EVENT_ZIPF
            if file not in VISIBLE_FILES | EVENT_FILES:
                continue
            for lemma in rest[: 2 * int(count, 16) : 2]:
                word = lemma.replace("_", " ").lower()
                zipf = zipf_frequency(word, "en")
                if zipf >= floor and word.replace(" ", "").replace("-", "").isalpha() and len(word) > 2:
                    frequency[word] = zipf
    return sorted(frequency, key=lambda word: (-frequency[word], word))[:MAX_NOUNS]


def made_up_phrases(nouns, seed):
    """Random phrases of a quality, a place or a style and one of the nouns."""
    draw = random.Random(seed)
    phrases = set()
    while len(phrases) < PHRASES:
        noun = draw.choice(nouns)
        phrases.add(
            draw.choice(
                [
                    f"{draw.choice(QUALITIES)} {noun}",
                    f"{draw.choice(QUALITIES)} {noun}",
                    f"{noun} {draw.choice(PLACES)}",
                    f"{draw.choice(STYLES)} {noun}",
                    f"{noun} and {draw.choice(nouns)}",
                ]
            )
        )
    return sorted(phrases)


def common_words(count=12000):
    """The most frequent English words of any kind, repeated the more the more frequent they are."""
    words = [word for word in top_n_list("en", count) if word.isalpha()]
    return [word for word in words for _ in range(max(1, round(2 ** (zipf_frequency(word, "en") - 3))))]
