"""What the bot answers when it cannot do what was asked."""


class Refused(Exception):
    """A person asked for something that cannot be done; `str()` is the one sentence they are told.

    The sentence is plain text: whoever shows it escapes it, so that words of theirs in it do no harm.
    block_id: the field of the modal that it belongs to, where it was asked in one.
    """

    def __init__(self, sentence: str, *, block_id: str | None = None) -> None:
        super().__init__(sentence)
        self.block_id = block_id
