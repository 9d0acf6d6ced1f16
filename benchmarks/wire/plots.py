"""Draw line charts as SVG: no script, no font, nothing from elsewhere, so that a page is one file."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

WIDTH, HEIGHT = 760, 330
LEFT, RIGHT, TOP, BOTTOM = 76, 200, 34, 46
COLOURS: Final = ("#4e79a7", "#f28e2b", "#59a14f", "#e15759", "#76b7b2", "#b07aa1", "#9c755f", "#edc948", "#7f7f7f")

Series = Mapping[str, Sequence[tuple[float, float]]]
"""Points by the name of their line. A name without points keeps its colour for other charts, and is not shown."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One direction of a chart. ``ticks`` are marked with their texts; without any, round numbers are."""

    label: str
    is_log: bool = False
    ticks: Sequence[tuple[float, str]] = ()

    def span(self, values: Sequence[float]) -> tuple[float, float]:
        """Return what the axis reaches over, in its own scale."""
        marked = [self.scaled(value) for value in values] + [self.scaled(at) for at, _ in self.ticks]
        low, high = min(marked), max(marked)
        if self.is_log and not self.ticks:
            low, high = math.floor(low), math.ceil(high)  # whole decades: a line that is nearly level looks so
        elif not self.ticks:
            low = min(0.0, low)
        return (low, high) if high > low else (low - 0.5, high + 0.5)

    def scaled(self, value: float) -> float:
        """Return where a value is, in the axis's own scale."""
        return math.log10(max(value, 1e-9)) if self.is_log else value

    def marks(self, low: float, high: float) -> list[tuple[float, str]]:
        """Return the ticks with their texts."""
        if self.ticks:
            return [(self.scaled(at), text) for at, text in self.ticks]
        if self.is_log:
            decades = range(math.floor(low), math.ceil(high) + 1)
            found = [(math.log10(step * 10.0**decade), step * 10.0**decade) for decade in decades for step in (1, 2, 5)]
            return [(at, number(value)) for at, value in found if low <= at <= high]
        step = 10 ** math.floor(math.log10(high - low))
        step = step if (high - low) / step >= 4 else step / 2 if (high - low) / step >= 2 else step / 5
        first = math.ceil(low / step)
        return [(at * step, number(at * step)) for at in range(first, math.floor(high / step) + 1)]


def number(value: float) -> str:
    """Return a number as a tick shows it: 2500000 is 2.5M."""
    for unit, name in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= unit:
            return f"{value / unit:g}{name}"
    return f"{value:g}"


def line_chart(title: str, x: Axis, y: Axis, series: Series) -> str:
    """Return a chart as an ``<svg>`` element; "" where there is no point at all."""
    points = [point for line in series.values() for point in line]
    if not points:
        return ""
    plot = _Plot(x, y, x.span([point[0] for point in points]), y.span([point[1] for point in points]))
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">']
    parts.append(_text(LEFT, 18, f"{title}: {y.label}", "title", "start"))
    parts += plot.grid()
    colours = {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(series)}
    for place, name in enumerate(name for name, line in series.items() if line):
        parts += plot.line(name, place, colours[name], series[name])
    return "".join([*parts, "</svg>"])


def _text(across: float, down: float, text: str, kind: str = "tick", anchor: str = "middle") -> str:
    return f'<text class="{kind}" text-anchor="{anchor}" x="{across}" y="{down}">{escape(text)}</text>'


@dataclass(frozen=True, slots=True)
class _Plot:
    """The area inside the axes; spans are in the axes' own scales."""

    x: Axis
    y: Axis
    x_span: tuple[float, float]
    y_span: tuple[float, float]

    def across(self, scaled: float) -> float:
        low, high = self.x_span
        return round(LEFT + (scaled - low) / (high - low) * (WIDTH - LEFT - RIGHT), 1)

    def down(self, scaled: float) -> float:
        low, high = self.y_span
        return round(HEIGHT - BOTTOM - (scaled - low) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    def grid(self) -> list[str]:
        """Return lines and ticks of both axes, and the label of one: the other's stands in the title."""
        parts = []
        for scaled, text in self.y.marks(*self.y_span):
            at = self.down(scaled)
            parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at}" y2="{at}"/>')
            parts.append(_text(LEFT - 6, at + 4, text, anchor="end"))
        for scaled, text in self.x.marks(*self.x_span):
            at = self.across(scaled)
            parts.append(f'<line class="grid" x1="{at}" x2="{at}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
            parts.append(_text(at, HEIGHT - BOTTOM + 16, text))
        parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, self.x.label, "label"))
        return parts

    def line(self, name: str, place: int, colour: str, points: Sequence[tuple[float, float]]) -> list[str]:
        """Return one line, its points where they are few, and its entry in the legend, at a place from the top."""
        shown = [(self.across(self.x.scaled(one)), self.down(self.y.scaled(other))) for one, other in points]
        path = " ".join(f"{one},{other}" for one, other in shown)
        parts = [f'<polyline fill="none" stroke="{colour}" stroke-width="1.8" points="{path}"/>']
        if len(shown) <= 12:
            parts += [f'<circle cx="{one}" cy="{other}" r="2.8" fill="{colour}"/>' for one, other in shown]
        top = TOP + 12 + 17 * place
        parts.append(f'<rect x="{WIDTH - RIGHT + 14}" y="{top - 8}" width="12" height="4" fill="{colour}"/>')
        parts.append(_text(WIDTH - RIGHT + 32, top - 2, name, anchor="start"))
        return parts
