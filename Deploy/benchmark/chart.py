"""The chart of a run, as SVG that is readable on a light and on a dark page."""


def svg(document):
    panels = [
        ("CPU µs per request, 64 connections", "cpu_us", "less is better"),
        ("requests/s, 64 connections", "rps", "more is better"),
        ("requests/s, 256 connections", "rps_256", "more is better"),
    ]
    peers = [
        ("nginx", "nginx, return 200", "#9aa5b1"),
        ("nginx_lua", "nginx + Lua + Redis", "#d97706"),
        ("weir", "Weir", "#2563eb"),
        ("weir_routed", "Weir, routing too", "#60a5fa"),
    ]
    width, left, bar, gap, head = 760, 190, 20, 6, 40
    panel = head + len(peers) * (bar + gap) + 14
    height = panel * len(panels) + 34
    machine = document["machine"]
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'font-family="system-ui, sans-serif" font-size="13">',
        "<style>text{fill:#24292f}.faint{fill:#6e7781}"
        "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.faint{fill:#8b949e}}</style>",
        f"<title>Weir and nginx, {document['date'][:10]}</title>",
    ]
    for number, (title, figure, note) in enumerate(panels):
        top = number * panel
        out.append(
            f'<text x="12" y="{top + 26}" font-weight="600">{title} <tspan class="faint" font-weight="400">'
            f"({note})</tspan></text>"
        )
        values = [document.get(f"{name}_{figure}") for name, _, _ in peers]
        largest = max([value for value in values if value] or [1])
        for place, ((_, label, colour), value) in enumerate(zip(peers, values)):
            y = top + head + place * (bar + gap)
            length = 0 if not value else max(1, value / largest * (width - left - 90))
            text = "not measured" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
            out.append(f'<text x="{left - 10}" y="{y + 15}" text-anchor="end">{label}</text>')
            out.append(f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{bar}" rx="2" fill="{colour}"/>')
            out.append(f'<text x="{left + length + 8:.1f}" y="{y + 15}">{text}</text>')
    out.append(
        f'<text x="12" y="{height - 12}" class="faint" font-size="11">{document["date"][:10]}, {machine["cores"]} cores of '
        f'{machine["cpu"]} shared by client, server and Redis; nginx {machine["nginx"]}, Redis {machine["redis"]}, '
        "appendfsync always</text>"
    )
    return "\n".join(out + ["</svg>"]) + "\n"
