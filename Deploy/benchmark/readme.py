"""The Speed sections of README.md and README.zh-CN.md, written from the results that they show."""

import re

from report import number
from servers import ROOT

ENGLISH = """## Speed

![Weir beside nginx on one machine](Deploy/bench-results/{day}.svg)

| TLS 1.3, keep-alive, one loop | CPU µs a request | requests/s, 64 connections | 256 connections | p99 ms, 64 |
| --- | --- | --- | --- | --- |
| nginx, `return 200` | {nginx} |
| nginx + Lua + Redis: SHA-1 and XADD only | {nginx_lua} |
| Weir: verify, decrypt, parse, normalise, dedupe, durable append | {weir} |
| Weir, and the router in the same loop | {weir_routed} |

Measured on {day} on {cores} cores of {cpu} that client, server and Redis shared; Redis with `appendfsync always`, encrypted
callbacks of 500 bytes to 2 KB, all different. CPU is the server process' alone, without Redis'. Of the goals set for Weir {met}
are met and {missed} missed: [all figures](Deploy/bench-results/{day}.md). `Deploy/bench` measures it on your machine,
`Deploy/bench --quick` within a minute.
"""

CHINESE = """## 速度

![同一台机器上的 Weir 与 nginx](Deploy/bench-results/{day}.svg)

| TLS 1.3,长连接,单个事件循环 | 每请求 CPU µs | 每秒请求数,64 连接 | 256 连接 | p99 毫秒,64 连接 |
| --- | --- | --- | --- | --- |
| nginx,`return 200` | {nginx} |
| nginx + Lua + Redis:只做 SHA-1 和 XADD | {nginx_lua} |
| Weir:验签、解密、解析、归一、去重、落盘 | {weir} |
| Weir,同一循环内还做路由 | {weir_routed} |

测于 {day},{cpu} {cores} 核,由客户端、服务端和 Redis 共用;Redis 为 `appendfsync always`;回调均为真实加密,500 字节至 2 KB,
互不相同。CPU 只算服务端进程,不含 Redis。既定目标达成 {met} 项,未达成 {missed} 项:[全部数据](Deploy/bench-results/{day}.md)。
`Deploy/bench` 可在你的机器上重测,`Deploy/bench --quick` 一分钟内完成。
"""

# Each file's text, its heading, and the section before which it stands.
SECTIONS = [("README.md", ENGLISH, "Where to look next"), ("README.zh-CN.md", CHINESE, "下一步")]


def update(document):
    values = {
        "day": document["date"][:10],
        "cores": document["machine"]["cores"],
        "cpu": document["machine"]["cpu"],
        "met": sum(row["met"] is True for row in document["goals"]),
        "missed": sum(row["met"] is False for row in document["goals"]),
    }
    for name in ("nginx", "nginx_lua", "weir", "weir_routed"):
        figures = [document[f"{name}_{figure}"] for figure in ("cpu_us", "rps", "rps_256", "p99_ms")]
        values[name] = " | ".join(map(number, figures))
    for name, text, following in SECTIONS:
        path = ROOT / name
        heading = text.partition("\n")[0]
        page = re.sub(rf"^{heading}\n.*?(?=^## )", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
        before, found, after = page.partition(f"## {following}\n")
        if not found:
            raise SystemExit(f"{name} has no section '{following}' any more; mend Deploy/benchmark/readme.py")
        path.write_text(f"{before}{text.format(**values)}\n{found}{after}")
