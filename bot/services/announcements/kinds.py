"""The kinds of rows in the outbox that announcements are made of."""

MESSAGE = "announce.message"
EDIT = "announce.edit"
RECALL = "announce.recall"
REMIND = "announce.remind"
TEST = "announce.test"
PROGRESS = "announce.progress"
APPROVAL = "announce.approval"
NOBODY = "announce.nobody"
TABLE = "announce.table"

OF_TASK = {"send": MESSAGE, "edit": EDIT, "recall": RECALL, "remind": REMIND}
"""By the first word of a task."""


def kind_of(task: str) -> str:
    """The kind of a task's rows."""
    return OF_TASK[task.partition(":")[0]]
