"""The plain numbers of a run by name, and the goals they are held against."""


def ratio(one, other):
    return round(one / other, 3) if one is not None and other else None


def rounded(value, digits=2):
    return None if value is None else round(value, digits)


def flat(results):
    """Every headline figure under one name; None where nothing trustworthy was measured."""
    peers = results.get("peers", {})

    def peer(name, figure, connections="64"):
        return rounded(peers.get(name, {}).get(connections, {}).get(figure))

    figures = {}
    for name in ("nginx", "nginx_lua", "weir", "weir_routed"):
        for connections, suffix in (("64", ""), ("256", "_256")):
            figures[f"{name}_cpu_us{suffix}"] = peer(name, "server_cpu_us", connections)
            if name != "nginx":
                figures[f"{name}_redis_cpu_us{suffix}"] = peer(name, "redis_cpu_us", connections)
            figures[f"{name}_rps{suffix}"] = peer(name, "rps", connections)
            figures[f"{name}_p50_ms{suffix}"] = peer(name, "p50_ms", connections)
            figures[f"{name}_p99_ms{suffix}"] = peer(name, "p99_ms", connections)

    idle = results.get("idle_tls_bytes", {})
    figures["idle_tls_bytes"] = rounded(idle.get("weir"), 0)
    figures["nginx_idle_tls_bytes"] = rounded(idle.get("nginx"), 0)
    for kind, found in results.get("handshakes", {}).items():
        for name, values in found.items():
            figures[f"{name}_handshakes_{kind}_rps"] = rounded(values["rps"])
            figures[f"{name}_handshakes_{kind}_cpu_us"] = rounded(values["server_cpu_us"])
    start = results.get("start", {})
    figures["start_up_ms"] = rounded(start.get("start_up_ms"))
    figures["idle_rss_mb"] = rounded(start.get("idle_rss_mb"))
    for rate, found in results.get("webhooks", {}).items():
        for name in ("webhook_p50_ms", "webhook_p99_ms", "p50_ms", "p99_ms"):
            label = name if name.startswith("webhook") else f"answer_{name}"
            figures[f"{label}_at_{rate}"] = rounded(found[name])
        figures[f"event_cpu_us_at_{rate}"] = rounded(found["server_cpu_us"])
    delivery = results.get("delivery_cpu_us")
    figures["delivery_cpu_us"] = rounded(delivery)
    figures["deliveries_per_core_s"] = rounded(1e6 / delivery, 0) if delivery else None
    speed = results.get("deliveries", {})
    figures["delivery_full_cpu_us"] = rounded(speed.get("worker_cpu_us"))
    figures["delivery_full_redis_cpu_us"] = rounded(speed.get("redis_cpu_us"))
    figures["delivery_full_rps"] = rounded(speed.get("deliveries_per_s"), 0)
    figures["wrk_cpu_us"] = rounded(speed.get("wrk_cpu_us"))
    figures["wrk_rps"] = rounded(speed.get("wrk_rps"), 0)
    figures["delivery_p50_ms_at_5000"] = rounded(speed.get("p50_ms_at_5000"))
    figures["delivery_p99_ms_at_5000"] = rounded(speed.get("p99_ms_at_5000"))
    for name, found in results.get("isolation", {}).items():
        figures[f"isolation_p50_ms_{name}"] = rounded(found["p50_ms"])
        figures[f"isolation_p99_ms_{name}"] = rounded(found["p99_ms"])
    api = results.get("api", {})
    for situation, suffix in (("one_tenant", ""), ("many_tenants", "_10000_tenants")):
        found = api.get(situation, {})
        figures[f"api_cpu_us{suffix}"] = rounded(found.get("me"))
        figures[f"api_tenant_cpu_us{suffix}"] = rounded(found.get("tenant"))
        figures[f"api_nginx_cpu_us{suffix}"] = rounded(found.get("nginx"))
        figures[f"api_resident_mb{suffix}"] = rounded(found.get("resident_mb"))
    rules = results.get("rules", {})
    for routes, found in rules.get("routes", {}).items():
        figures[f"rules_us_{routes}_routes"] = found["us_per_event"]
        figures[f"rules_compile_ms_{routes}_routes"] = found["compile_ms"]
        figures[f"rules_bytes_per_route_{routes}_routes"] = found["bytes_per_route"]
        figures[f"rules_allocations_{routes}_routes"] = found["allocations_per_event"]
    for words, found in rules.get("words", {}).items():
        figures[f"rules_us_list_of_{words}_words"] = found["us_per_event"]
    curve = results.get("rules_curve")
    if curve:
        figures["rules_curve_dearest_us_per_kb"] = max(max(found.values()) for found in curve.values())
        figures["rules_curve_steepest"] = max(ratio(*ends(found)) for found in curve.values())
    return figures


def ends(found):
    """What a kind of hostile file costs where it is largest, and where it is smallest."""
    sizes = sorted(found, key=int)
    return found[sizes[-1]], found[sizes[0]]


# (what, how the value is made of the figures, relation, limit)
GOALS = [
    ("CPU of an authenticated GET, Weir : nginx's constant answer",
     lambda f: ratio(f["api_cpu_us"], f["api_nginx_cpu_us"]), "<=", 1.3),
    ("CPU per request, (c) : (a)", lambda f: ratio(f["weir_cpu_us"], f["nginx_cpu_us"]), "<=", 1.6),
    ("CPU per request, (c) : (b)", lambda f: ratio(f["weir_cpu_us"], f["nginx_lua_cpu_us"]), "<=", 0.6),
    ("requests/s at 64 connections, (c) : (b)", lambda f: ratio(f["weir_rps"], f["nginx_lua_rps"]), ">=", 1.8),
    ("requests/s at 256 connections, (c) : (b)", lambda f: ratio(f["weir_rps_256"], f["nginx_lua_rps_256"]), ">=", 1.8),
    ("full TLS handshakes/s, Weir : nginx",
     lambda f: ratio(f.get("weir_handshakes_full_rps"), f.get("nginx_handshakes_full_rps")), ">=", 0.95),
    ("full TLS handshakes per CPU second, Weir : nginx",
     lambda f: ratio(f.get("nginx_handshakes_full_cpu_us"), f.get("weir_handshakes_full_cpu_us")), ">=", 0.95),
    ("memory of an idle TLS connection, Weir : nginx",
     lambda f: ratio(f["idle_tls_bytes"], f["nginx_idle_tls_bytes"]), "<=", 0.9),
    ("start-up, ms", lambda f: f["start_up_ms"], "<", 100),
    ("resident when idle, MB", lambda f: f["idle_rss_mb"], "<", 30),
    ("callback to webhook p99 at 2,000/s, ms", lambda f: f.get("webhook_p99_ms_at_2000"), "<=", 10),
    ("callback to webhook p99 at 5,000/s, ms", lambda f: f.get("webhook_p99_ms_at_5000"), "<=", 10),
    ("deliveries per second of one core's CPU, worker at work",
     lambda f: ratio(1e6, f["delivery_full_cpu_us"]), ">=", 20_000),
    ("the same, Weir : wrk at the same receiver", lambda f: ratio(f["wrk_cpu_us"], f["delivery_full_cpu_us"]), ">=", 0.7),
    ("from Redis to the endpoint, p99 at 5,000/s, ms", lambda f: f["delivery_p99_ms_at_5000"], "<=", 5),
    ("p99 of 800 living endpoints, with 100 dead and 100 slow ones : without",
     lambda f: ratio(f.get("isolation_p99_ms_with"), f.get("isolation_p99_ms_without")), "<=", 1.3),
    ("rules, µs per event with 10 routes", lambda f: f.get("rules_us_10_routes"), "<=", 1),
    ("rules, 10,000 routes : 10 routes",
     lambda f: ratio(f.get("rules_us_10000_routes"), f.get("rules_us_10_routes")), "<=", 2),
    ("rules, a list of 10,000 words : one of 10",
     lambda f: ratio(f.get("rules_us_list_of_10000_words"), f.get("rules_us_list_of_10_words")), "<=", 2),
    ("rules, allocations per event with 10,000 routes",
     lambda f: f.get("rules_allocations_10000_routes"), "<=", 0),
    ("rules, compiling 10,000 routes, ms", lambda f: f.get("rules_compile_ms_10000_routes"), "<", 200),
    ("hostile rule files, µs per KB, the largest : the smallest of a kind",
     lambda f: f.get("rules_curve_steepest"), "<=", 2),
]  # fmt: skip


def judged(figures):
    """Each goal with its measured value; `met` is None where the value was not measured in this run."""
    holds = {"<=": float.__le__, "<": float.__lt__, ">=": float.__ge__}
    rows = []
    for what, value, relation, limit in GOALS:
        measured = value(figures)
        met = None if measured is None else holds[relation](float(measured), float(limit))
        rows.append({"goal": what, "limit": f"{relation} {limit}", "measured": measured, "met": met})
    return rows
