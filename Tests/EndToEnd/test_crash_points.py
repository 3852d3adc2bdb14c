"""The crash-point tables of ARCHITECTURE.md, row by row: the process dies at exactly that instant, and nothing is lost or stuck.

Weir dies at fault points compiled in (Sources/Loop/FaultPoint.swift), Redis by a proxy that knows Weir's scripts. Each case has a
scene of its own; a few run at the same time, since most of their time is waiting for processes to start.
"""

import re
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from harness.gateway import ROOT, webhook
from harness.polling import eventually
from harness.proxy import Moment, Proxy, Trap
from harness.receiver import Answer
from harness.redis import RedisServer
from harness.scene import Scene

AT_ONCE = 4
EVENT = "the event"


@dataclass(frozen=True)
class Case:
    row: str  # its name in the table
    hit: int = 1
    answers: tuple = ()  # the receiver's first answers; afterwards 200
    saw: tuple = (None, 200)  # what the sender may have seen before it repeated
    attempts: tuple = (1,)  # how many deliveries the one event may take
    dead: int = 0
    kept: tuple = (1,)  # how many events are on disk at the instant
    variant: str = ""

    def __str__(self):
        return "/".join([self.row, *map(str, self.answers), *([str(self.hit)] if self.hit > 1 else []), *filter(None, [self.variant])])

    def script(self, scene):
        scene.receiver.script("/hooks", *map(Answer, self.answers))


def settled(row, more=0):
    """The four outcomes that a settlement records: sent, retry, dead, and a retry that was delivered. `more` attempts may
    follow."""
    for hit, answers, attempts, dead in ((1, (), 1, 0), (1, (500,), 2, 0), (1, (410, 410), 1, 1), (2, (500,), 2, 0)):
        yield Case(row, hit, answers, attempts=tuple(range(attempts, attempts + more + 1)), dead=dead)


CALLBACK = [
    Case("callback.received", saw=(None,), kept=(0,)),
    Case("callback.opened", saw=(None,), kept=(0,)),
    Case("callback.append-sent", saw=(None,), kept=(0, 1)),
    Case("callback.appended", saw=(None,)),
    Case("callback.answered", saw=(200,)),
    Case("routing.read"),
    # The worker, another task, may hear of the commit first and be at its delivery already.
    Case("routing.commit-sent", attempts=(1, 2)),
    Case("routing.committed", attempts=(1, 2)),
    Case("delivery.read"),
    Case("delivery.attempting"),
    Case("delivery.attempting", hit=2, answers=(500,), attempts=(2,)),
    Case("delivery.sent", attempts=(2,)),
    Case("delivery.answered", attempts=(2,)),
    Case("delivery.answered", answers=(500,), attempts=(2,)),
    Case("delivery.answered", answers=(410, 410), attempts=(2,), dead=1),
    Case("endpoint.disable-sent", answers=(410, 410), attempts=(1, 2), dead=1),
    Case("endpoint.disabled", answers=(410, 410), attempts=(1, 2), dead=1),
    Case("delivery.due", answers=(500,), attempts=(2,)),
    # What is on its way may be lost with the process: Redis drops a client whose earlier reply it cannot write.
    *settled("settlement.sent", more=1),
    *settled("settlement.committed"),
]
# Whatever else is under way at these instants falls under its own row: up to two attempts.
START = [
    Case(row, hit, attempts=(1, 2))
    for row, hits in {
        "start.redis-started": (1,),
        "lease.joined": (1, 2),
        "lease.acquire-sent": (1, 20),
        "lease.acquired": (1, 20),
        "lease.renew-sent": (1, 20),
        "lease.renewed": (1, 20),
    }.items()
    for hit in hits
]
STOP = [
    Case(row, hit, attempts=(1, 2))
    for row, hits in {
        "stop.draining": (1,),
        "lease.yielded": (1, 20),
        "lease.release-sent": (1, 20),
        "lease.given-back": (1, 20),
        "stop.drained": (1,),
    }.items()
    for hit in hits
]
RELOAD = [Case("reload.prepared"), Case("reload.half-committed"), Case("reload.committed")]
# Dies when its only loop has everything, and comes back with two.
REGROUPED = [Case("lease.acquired", hit=32, attempts=(1, 2), variant="more loops than before")]
TAKEOVER = [
    Case("lease.joined", variant="the newcomer"),
    Case("lease.acquired", variant="the newcomer"),
    Case("lease.yielded", variant="the older one"),
    Case("lease.release-sent", variant="the older one"),
    Case("lease.given-back", variant="the older one"),
    Case("lease.lost", variant="stalled"),
]
REDIS = [
    Case(f"redis.{script}-{moment.value}", hit, answers, attempts=attempts, dead=dead, variant=fate)
    for script, hit, answers, attempts, dead in [
        ("append", 1, (), (1,), 0),
        ("route", 1, (), (1,), 0),
        ("settle", 1, (), (1,), 0),
        ("settle", 1, (500,), (2,), 0),
        ("settle", 1, (410,), (1,), 1),
        ("settle", 2, (500,), (2,), 0),
        ("forget", 1, (), (1, 2), 0),
        ("join", 2, (), (1, 2), 0),
        ("acquire", 20, (), (1, 2), 0),
        ("renew", 3, (), (1, 2), 0),
        ("release", 20, (), (1, 2), 0),
    ]
    for moment in Moment
    for fate in ("killed", "cut")
    if not (fate == "cut" and moment is Moment.UNSYNCED) and not (fate == "cut" and answers)
]


def at_a_callback(case, scene):
    case.script(scene)
    weir, warm = scene.weir, []
    if case.row == "delivery.sent":
        # The first request of a connection may drown in the TLS handshake's end; this one goes out on a kept connection.
        case, warm = Case(case.row, hit=2, attempts=case.attempts), ["a first event"]
    scene.arm(f"{case.row}:{case.hit}" if case.hit > 1 else case.row)
    # Only the callback on the public listener counts, so what the probes for readiness do is no matter.
    weir.start()
    for text in warm:
        scene.send(text)
        eventually(lambda: not scene.missing() and scene.is_idle(), what="the first event is through")
    sending = scene.sending([EVENT])
    scene.wait_killed()
    eventually(lambda: scene.leftovers()["inbox"] - len(warm) in case.kept, what=f"{case.kept} events are on disk")
    restart(scene, sending)
    first = scene.acknowledged[EVENT][0]
    assert first in case.saw, f"the sender saw {first} and not one of {case.saw}"
    check(case, scene, [EVENT], len(warm))


def at_the_start(case, scene):
    scene.arm(f"{case.row}:{case.hit}")
    scene.weir.start(ready=False)
    sending = scene.sending([EVENT])
    scene.wait_killed()
    restart(scene, sending)
    check(case, scene, [EVENT])


def at_the_stop(case, scene):
    scene.arm(f"{case.row}:{case.hit}")
    scene.weir.start()
    eventually(lambda: scene.shares() == [32], what="it has all leases to give back")
    gate = threading.Event()
    scene.receiver.script("/hooks", Answer(200, held=gate))
    scene.send(EVENT)
    scene.receiver.wait_text(EVENT)
    scene.weir.signal(signal.SIGTERM)
    gate.set()
    scene.wait_killed()
    restart(scene, scene.sending(["another"]))
    check(case, scene, [EVENT, "another"])


def at_a_reload(case, scene):
    weir = scene.weir
    scene.arm(case.row)
    weir.start()
    scene.send("before")
    scene.receiver.wait_text("before")
    eventually(scene.is_idle, what="the first event is through")
    weir.tenants = scene.tenants(webhook("second", scene.receiver.url("/second"), scene.receiver.secret))
    weir.write()
    weir.signal(signal.SIGHUP)
    scene.wait_killed()
    restart(scene, scene.sending([EVENT]))
    scene.balance()
    assert sorted(d.path for d in scene.receiver.wait_text(EVENT, count=2)) == ["/hooks", "/second"], "the new files hold"
    assert [d.path for d in scene.receiver.wait_text("before")] == ["/hooks"]


def with_more_loops(case, scene):
    scene.arm(f"{case.row}:{case.hit}")
    scene.weir.start(ready=False)
    scene.wait_killed()
    scene.make_leases_last()  # a restart takes all of them back, and does not wait for any to expire
    scene.weir.environment["WEIR_LOOPS"] = "2"
    restart(scene, scene.sending([f"event {n}" for n in range(16)], accounts=8))
    scene.balance()


def of_two(case, scene):
    """The one that dies does not come back: the other takes its partitions when its lease, or its membership, has expired."""
    older, newcomer = scene.weirs
    dying, staying = (newcomer, older) if case.variant == "the newcomer" else (older, newcomer)
    scene.arm(case.row, dying)
    older.start()
    newcomer.start(ready=False)
    scene.up = [staying]
    if case.variant == "stalled":
        newcomer.wait_ready()
        eventually(lambda: scene.shares() == [16, 16], what="each has its half of both roles")
        dying.signal(signal.SIGSTOP)
        scene.died("weir")
        eventually(lambda: scene.shares() == [32], within=30.0, what="the other has taken over")
        sending = scene.sending(texts := [f"event {n}" for n in range(16)], accounts=8)
        sending.join()
        scene.died("weir")
        dying.signal(signal.SIGCONT)
        scene.wait_killed(dying)
    else:
        sending = scene.sending(texts := [f"event {n}" for n in range(16)], accounts=8)
        scene.wait_killed(dying)
        staying.wait_ready()
        sending.join()
    scene.balance(within=60.0)
    assert len(scene.acknowledged) == len(texts) == scene.leftovers()["inbox"]
    assert scene.duplicates() <= sum(case.attempts) * len(texts)


def when_redis_dies(case, scene, redis, proxy):
    script, _, moment = case.row.removeprefix("redis.").rpartition("-")
    case.script(scene)
    synced = []

    def spring():
        if case.variant == "killed":
            redis.kill()

    if script == "forget":
        # It has something to forget only where an earlier life ended with leases.
        scene.weir.start()
        eventually(lambda: scene.shares() == [32], what="it has leases")
        scene.weir.kill()
    trap = proxy.set(
        Trap(script, Moment(moment), spring, before=lambda: synced.append(redis.synced()), calls=case.hit)
    )
    scene.weir.start(ready=False)
    if script == "release":
        scene.send(EVENT)
        scene.receiver.wait_text(EVENT)
        eventually(lambda: scene.shares() == [32], what="it has all leases to give back")
        scene.weir.signal(signal.SIGTERM)
        sending = None
    else:
        sending = scene.sending([EVENT])
    assert trap.sprung.wait(30), f"no call {case.hit} of {script}"
    if case.variant == "killed":
        if trap.moment is Moment.UNSYNCED:
            redis.lose_tail(synced[0])
        redis.start()
    if script == "release":
        assert scene.weir.process.wait(30) == 0, "it stops in order without Redis as well"
        sending = scene.sending(["another"])
        scene.weir.start(ready=False)
    sending.join()
    if script == "append":
        assert set(scene.acknowledged[EVENT][:-1]) & {503, None}, "without a confirmed append there is no 200"
    check(case, scene, [EVENT, *(["another"] if script == "release" else [])])


def restart(scene, sending):
    scene.disarm()
    scene.weir.start(ready=False)
    sending.join()


def check(case, scene, texts, warm=0):
    scene.balance(given_up={EVENT} if case.dead else set())
    assert scene.acknowledged.keys() >= set(texts)
    made = len(scene.attempts()[EVENT])
    assert made in case.attempts, f"{made} deliveries, and not one of {case.attempts}"
    # A 410 disables the endpoint, of which the tenant is told, once.
    expected = len(texts) + warm + case.dead
    eventually(lambda: scene.leftovers()["inbox"] >= expected, what="the tenant is told")
    left = scene.leftovers()
    assert left["inbox"] == expected, f"each event is kept once: {left}"
    assert left["dead"] == case.dead, f"dead letters: {left}"


CASES = {
    str(case): (play, case)
    for play, cases in [
        (of_two, TAKEOVER),  # first, as these wait for leases to expire
        (at_a_callback, CALLBACK),
        (at_the_start, START),
        (at_the_stop, STOP),
        (at_a_reload, RELOAD),
        (with_more_loops, REGROUPED),
        (when_redis_dies, REDIS),
    ]
    for case in cases
}


def perform(name, certificates):
    play, case = CASES[name]
    redis = proxy = scene = None
    try:
        if play in (of_two, when_redis_dies):
            redis = RedisServer().start()
        if play is when_redis_dies:
            proxy = Proxy(redis.folder, redis.socket)
        scene = Scene(
            certificates,
            instances=2 if play is of_two else 1,
            accounts=8 if play in (of_two, with_more_loops) else 1,
            redis=proxy.socket if proxy else redis and redis.socket,
            loops=2 if play is at_a_reload else 1,
        )
        if redis:
            scene.redis = redis.socket
        play(case, scene, redis, proxy) if proxy else play(case, scene)
    except Exception as error:
        logs = "\n".join(weir.log_tail() for weir in scene.weirs) if scene else ""
        raise AssertionError(f"{type(error).__name__}: {error}\n{logs}") from error
    finally:
        for used in (scene, proxy, redis):
            if used:
                (used.close if hasattr(used, "close") else used.clean)()


@pytest.fixture(scope="module")
def outcomes(request, certificates):
    wanted = [item.callspec.params["name"] for item in request.session.items if item.name.startswith("test_nothing_is_lost")]
    pool = ThreadPoolExecutor(AT_ONCE)
    yield {name: pool.submit(perform, name, certificates) for name in sorted(wanted, key=list(CASES).index)}
    pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_lost_or_stuck_when_a_process_dies_at(name, outcomes):
    outcomes[name].result()


def test_every_row_of_the_crash_point_tables_has_a_case_and_every_case_a_row():
    section = (ROOT / "ARCHITECTURE.md").read_text().split("## Crash points")[1].split("\n## ")[0]
    assert {case.row for _, case in CASES.values()} == set(re.findall(r"^\| `([a-z.-]+)` \|", section, re.MULTILINE))
