"""Large logs, made of the public questions: about 77 words a question, words as frequent as people write them."""

import random
from collections.abc import Iterator, Sequence

WORDS = 77


def large_log(texts: Sequence[str], count: int, *, seed: int = 7) -> Iterator[tuple[str, str, str]]:
    """So many questions, each with an answer put together from pieces of others: id, question, answer.

    The first are the texts themselves, so that what people marked as duplicates can be looked for among
    all the others; later titles are halves of two texts.
    """
    rng = random.Random(seed)
    for number in range(count):
        if number < len(texts):
            title = texts[number]
        else:
            one, other = rng.choice(texts).split(), rng.choice(texts).split()
            title = " ".join([*one[: len(one) // 2], *other[len(other) // 2 :]])
        body: list[str] = []
        while len(body) < WORDS - 11:
            body += rng.choice(texts).split()
        yield f"{number}", title, " ".join(body)
