"""A run as a Markdown table, and the files of Deploy/bench-results."""

import json

import chart

PEERS = {
    "nginx": "(a) nginx, `return 200`",
    "nginx_lua": "(b) nginx + Lua + Redis: SHA-1, XADD",
    "weir": "(c) Weir: verify, decrypt, parse, normalise, dedupe, durable append",
    "weir_routed": "(c) and the router in the same loop",
}
VERDICTS = {True: "met", False: "**missed**", None: "not measured in this run"}


def number(value):
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(document):
    machine = document["machine"]
    lines = [
        f"Measured {document['date']} ({document['kind']}, {document['seconds']} s) on {machine['cores']} cores of "
        f"{machine['cpu']}, {machine['system']}, kernel {machine['kernel']}, OpenSSL {machine['openssl']}, nginx "
        f"{machine['nginx']}, Redis {machine['redis']}, Swift {machine['swift']}; Weir at commit {machine['commit']}. "
        "Client, server and Redis share the cores. "
        f"Before and after: load average {document['results']['load_before'][0]}, {document['results']['load_after'][0]}; "
        f"fdatasync {document['results']['fsync_ms_before']} ms, {document['results']['fsync_ms_after']} ms; "
        f"priority (nice) {machine['nice']}.",
        "",
        "| TLS 1.3, keep-alive, one loop or worker | connections | CPU µs | Redis' CPU µs | requests/s | p50 ms | p99 ms |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, title in PEERS.items():
        for suffix, connections in (("", 64), ("_256", 256)):
            values = [document.get(f"{name}_{figure}{suffix}") for figure in
                      ("cpu_us", "redis_cpu_us", "rps", "p50_ms", "p99_ms")]  # fmt: skip
            lines.append(f"| {title} | {connections} | " + " | ".join(map(number, values)) + " |")
    lines += [
        "",
        "CPU µs is that of the server process alone, per request, user and kernel; the goals use it. Redis' own comes on top.",
        "",
        "| goal | limit | measured | |",
        "| --- | --- | --- | --- |",
    ]
    for row in document["goals"]:
        lines.append(f"| {row['goal']} | {row['limit']} | {number(row['measured'])} | {VERDICTS[row['met']]} |")
    lines += ["", "| also | Weir | nginx |", "| --- | --- | --- |"]
    for title, ours, theirs in (
        ("full handshakes/s (bound by the driver)", "weir_handshakes_full_rps", "nginx_handshakes_full_rps"),
        ("CPU µs of a full handshake", "weir_handshakes_full_cpu_us", "nginx_handshakes_full_cpu_us"),
        ("resumed handshakes/s (bound by the driver)", "weir_handshakes_resumed_rps", "nginx_handshakes_resumed_rps"),
        ("CPU µs of a resumed handshake", "weir_handshakes_resumed_cpu_us", "nginx_handshakes_resumed_cpu_us"),
        ("bytes of an idle TLS connection", "idle_tls_bytes", "nginx_idle_tls_bytes"),
        ("callback to webhook p50 at 2,000/s, ms", "webhook_p50_ms_at_2000", None),
        ("callback to webhook p50 at 5,000/s, ms", "webhook_p50_ms_at_5000", None),
        ("CPU µs of an event, from callback to delivered, at 2,000/s", "event_cpu_us_at_2000", None),
        ("the same at 5,000/s", "event_cpu_us_at_5000", None),
        ("CPU µs of a delivery alone, by a process with the role `worker`", "delivery_cpu_us", None),
        ("deliveries per core and second", "deliveries_per_core_s", None),
        ("the same with the worker fully at work", "delivery_full_cpu_us", None),
        ("deliveries/s that arrived then, Redis and the receiver on the same cores", "delivery_full_rps", None),
        ("wrk at that receiver: CPU µs of a request", "wrk_cpu_us", None),
        ("wrk at that receiver: requests/s", "wrk_rps", None),
        ("from Redis to the endpoint, p50 at 5,000/s, ms", "delivery_p50_ms_at_5000", None),
        ("1,000 endpoints, p99 of the living ones without dead and slow ones, ms", "isolation_p99_ms_without", None),
        ("the same with 100 dead and 100 slow ones", "isolation_p99_ms_with", None),
        ("rules: µs per event with 10 routes", "rules_us_10_routes", None),
        ("rules: µs per event with 1,000 routes", "rules_us_1000_routes", None),
        ("rules: µs per event with 10,000 routes", "rules_us_10000_routes", None),
        ("rules: bytes per route, of 10,000", "rules_bytes_per_route_10000_routes", None),
        ("hostile rule files: µs per KB of the dearest kind", "rules_curve_dearest_us_per_kb", None),
        ("API: CPU µs of `GET /api/v1/auth/me`", "api_cpu_us", "api_nginx_cpu_us"),
        ("API: the same with 10,000 tenants", "api_cpu_us_10000_tenants", "api_nginx_cpu_us_10000_tenants"),
        ("API: CPU µs of `GET /api/v1/tenants/{id}`", "api_tenant_cpu_us", None),
        ("API: the same with 10,000 tenants", "api_tenant_cpu_us_10000_tenants", None),
        ("API: MB resident after these, with one tenant", "api_resident_mb", None),
        ("API: the same with 10,000 tenants", "api_resident_mb_10000_tenants", None),
    ):
        lines.append(f"| {title} | {number(document.get(ours))} | {number(document.get(theirs)) if theirs else ''} |")
    lines += curve(document["results"].get("rules_curve"))
    if document["void"]:
        lines += ["", "Void, and in no figure above:", ""] + [f"- {reason}" for reason in document["void"]]
    return "\n".join(lines)


def curve(kinds):
    """What checking hostile rule files costs as they grow, the dearest kinds first."""
    if not kinds:
        return []
    sizes = sorted(next(iter(kinds.values())), key=int)
    lines = ["", "| µs per KB of hostile rule files of | " + " | ".join(f"{size} KB" for size in sizes) + " |"]
    lines.append("| --- |" + " --- |" * len(sizes))
    for kind, found in sorted(kinds.items(), key=lambda row: -row[1][sizes[-1]]):
        lines.append(f"| {kind} | " + " | ".join(number(found[size]) for size in sizes) + " |")
    return lines


def write(document, folder):
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / document["date"][:10]
    stem.with_suffix(".json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    stem.with_suffix(".md").write_text(f"# Weir's speed, {document['date'][:10]}\n\n{table(document)}\n")
    stem.with_suffix(".svg").write_text(chart.svg(document))
