"""The course of the question log as a picture, and the same in words for those who do not see it."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from bot.domain.question_numbers import Numbers, Step
from bot.views import words

WIDTH, HEIGHT = 1200, 560
"""Pixels."""

_PAPER, _INK, _FAINT, _LINE = "#ffffff", "#1d1c1d", "#616061", "#e3e3e3"
# A pair that people with any kind of colour blindness tell apart, and that differs in brightness too.
_ASKED, _ANSWERED = "#0072b2", "#e69f00"

_MARGIN, _TOP, _BOTTOM = 60, 130, 60
_GAP = 70
_WEEK_SHARE = 0.4
_TICKS = 4

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def png(numbers: Numbers, *, academy_name: str) -> bytes:
    """A chart of what was asked and answered: the last seven days, and the last twelve months, as a PNG."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    of_whom = f" in {academy_name}" if academy_name.isascii() and academy_name else ""
    draw.text((_MARGIN, 28), words.short(f"Questions{of_whom}", 70), font=_font(30), fill=_INK)
    _legend(draw)
    split = _MARGIN + int((WIDTH - 2 * _MARGIN - _GAP) * _WEEK_SHARE)
    days = [f"{words.day(step.begins_on).split()[0]} {step.begins_on.day}" for step in numbers.days]
    _panel(draw, "The last 7 days", _MARGIN, split, steps=numbers.days, names=days)
    months = [words.month(step.begins_on)[:3] for step in numbers.months]
    _panel(draw, "The last 12 months", split + _GAP, WIDTH - _MARGIN, steps=numbers.months, names=months)
    held = BytesIO()
    image.save(held, format="PNG", optimize=True)
    return held.getvalue()


def in_words(numbers: Numbers) -> str:
    """What the chart shows, as text."""
    days = [f"{words.day(step.begins_on)}: {_counts(step)}" for step in numbers.days]
    months = [f"{words.month(step.begins_on)}: {_counts(step)}" for step in numbers.months]
    return f"Questions asked and answered. {'; '.join(days)}. By month: {'; '.join(months)}."


def _counts(step: Step) -> str:
    return f"{step.asked} asked, {step.answered} answered"


def _legend(draw: ImageDraw.ImageDraw) -> None:
    left = _MARGIN
    for name, colour in (("asked", _ASKED), ("answer accepted", _ANSWERED)):
        draw.rectangle((left, 80, left + 16, 96), fill=colour)
        draw.text((left + 24, 77), name, font=_font(18), fill=_INK)
        left += 24 + int(draw.textlength(name, font=_font(18))) + 32


def _panel(
    draw: ImageDraw.ImageDraw,
    title: str,
    left: int,
    right: int,
    *,
    steps: Sequence[Step],
    names: Sequence[str],
) -> None:
    floor, ceiling = HEIGHT - _BOTTOM, _TOP + 50
    draw.text((left, _TOP), title, font=_font(20), fill=_INK)
    top = _scale(max((max(step.asked, step.answered) for step in steps), default=0))
    for tick in range(0, top + 1, top // _TICKS):
        y = _height(tick, top, floor, ceiling)
        draw.line((left, y, right, y), fill=_FAINT if tick == 0 else _LINE)
        draw.text((left - 8, y), str(tick), font=_font(15), fill=_FAINT, anchor="rm")
    width = (right - left) / len(steps)
    bar = int(width * 0.34)
    for place, (step, name) in enumerate(zip(steps, names, strict=True)):
        middle = int(left + width * (place + 0.5))
        for count, colour, begins in ((step.asked, _ASKED, middle - bar), (step.answered, _ANSWERED, middle)):
            y = _height(count, top, floor, ceiling)
            if count:
                draw.rectangle((begins, y, begins + bar - 2, floor), fill=colour)
                draw.text((begins + bar // 2, y - 3), str(count), font=_font(14), fill=_INK, anchor="mb")
        draw.text((middle, floor + 8), name, font=_font(15), fill=_FAINT, anchor="mt")


def _scale(most: int) -> int:
    """A round number that the highest bar does not exceed, which the ticks divide."""
    power = 1
    while True:
        for factor in (1, 2, 3, 4, 5, 6, 8):
            if most <= factor * power * _TICKS:
                return factor * power * _TICKS
        power *= 10


def _height(count: int, top: int, floor: int, ceiling: int) -> int:
    return round(floor - (floor - ceiling) * count / top)


def _font(size: int) -> _Font:
    # Pillow carries this one: a host need not have any.
    return ImageFont.load_default(size=size)
