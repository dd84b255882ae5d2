"""The chart of push versus polling: one panel per figure, bars on a logarithmic scale."""

from math import log10

PANELS = [
    ("requests", "requests a second", 1, 0.1),
    ("bytes", "kB a second, both ways", 1 / 1000, 0.1),
    ("cpu", "server: % of a core", 100, 0.1),
    ("median", "a post is known after, ms (median)", 1000, 1),
]  # (key, label, factor, start of the scale)
COLOURS = ["#c92a2a", "#e8590c", "#f08c00", "#1971c2", "#2f9e44"]
WIDTH, PANEL, BAR, LEFT = 900, 190, 11, 60


def draw(rows):
    """SVG of rows {"way", "pages", and the keys of PANELS}."""
    ways, sizes = (
        list(dict.fromkeys(row["way"] for row in rows)),
        list(dict.fromkeys(row["pages"] for row in rows)),
    )
    parts = [legend(ways)]
    for number, panel in enumerate(PANELS):
        parts.append(
            f'<g transform="translate({LEFT + number % 2 * WIDTH // 2}'
            f' {40 + number // 2 * PANEL})">'
        )
        parts += [panel_of(panel, rows, ways, sizes), "</g>"]
    height, drawn = 40 + PANEL * 2, "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        f' font-family="sans-serif" font-size="11" fill="#333"><rect width="{WIDTH}"'
        f' height="{height}" fill="#fff"/>\n{drawn}\n</svg>\n'
    )


def legend(ways):
    return "".join(
        f'<rect x="{20 + n * 170}" y="12" width="12" height="12" fill="{COLOURS[n]}"/>'
        f'<text x="{37 + n * 170}" y="22">{way}</text>'
        for n, way in enumerate(ways)
    )


def panel_of(panel, rows, ways, sizes):
    key, words, factor, least = panel
    top = max(row[key] for row in rows) * factor
    group = (len(ways) + 2) * (BAR + 3) + 18
    parts = [f'<text y="12" font-weight="bold">{words}</text>']
    for place, size in enumerate(sizes):
        parts.append(f'<text x="{place * group}" y="{PANEL - 22}">{size} pages</text>')
        for n, way in enumerate(ways):
            value = (
                next(row[key] for row in rows if (row["way"], row["pages"]) == (way, size)) * factor
            )
            parts.append(bar(place * group + n * (BAR + 9), value, least, top, COLOURS[n]))
    return "\n".join(parts)


def bar(x, value, least, top, colour):
    height = max(1, round(log10(max(value, least) / least) / log10(top / least) * (PANEL - 75)))
    base = PANEL - 36
    return (
        f'<rect x="{x}" y="{base - height}" width="{BAR}" height="{height}" fill="{colour}"/><text'
        f' x="{x + BAR / 2}" y="{base - height - 3}" font-size="8"'
        f' text-anchor="middle">{short(value)}</text>'
    )


def short(value):
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
