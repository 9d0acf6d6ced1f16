"""Draw numbers over time as a small SVG that needs nothing else."""

from collections.abc import Sequence

WIDTH, HEIGHT, MARGIN = 720, 150, 24


def draw(title: str, values: Sequence[tuple[int, float]], marks: Sequence[tuple[int, str]] = ()) -> str:
    """Return a bar chart of (UTC ns, value), rising in time, with vertical marks; "" where there is nothing to draw."""
    if not values:
        return ""
    first, last = values[0][0], max(values[-1][0], values[0][0] + 1)
    top = max((value for _, value in values), default=0) or 1

    def across(utc_ns: int) -> float:
        return MARGIN + (WIDTH - 2 * MARGIN) * (min(max(utc_ns, first), last) - first) / (last - first)

    width = max(1.0, (WIDTH - 2 * MARGIN) / (len(values) + 1))
    inner = HEIGHT - 2 * MARGIN
    bars = "".join(
        f'<rect x="{across(at):.1f}" y="{HEIGHT - MARGIN - inner * value / top:.1f}" width="{width:.1f}"'
        f' height="{inner * value / top:.1f}"/>'
        for at, value in values
    )
    lines = "".join(
        f'<line x1="{across(at):.1f}" x2="{across(at):.1f}" y1="{MARGIN}" y2="{HEIGHT - MARGIN}"/>'
        f'<text x="{across(at) + 3:.1f}" y="{MARGIN + 10 + 12 * row}">{name}</text>'
        # one below the other: a start and its detection are close
        for row, (at, name) in enumerate(marks)
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">'
        f'<text x="{MARGIN}" y="14">{title}; highest {top:g}</text><g class="bars">{bars}</g>'
        f'<g class="marks">{lines}</g></svg>'
    )
