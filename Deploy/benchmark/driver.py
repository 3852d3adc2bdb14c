"""Runs Tests/Load (weir-load): what it prints, or Void if its books are not in order."""

import subprocess

from servers import KEY, RECEIVE_ID, ROOT, TOKEN, Void, last_json

LOAD = ROOT / ".build/release/weir-load"
CREDENTIALS = {"token": TOKEN, "key": KEY, "receive-id": RECEIVE_ID}


def words(command, watch, options):
    result = [str(LOAD), command]
    for name, value in options.items():
        if value is not None:
            result += [f"--{name}", str(value)]
    for name, pid in watch.items():
        result += ["--watch", f"{name}={pid}"]
    return result


def load(command, watch=None, **options):
    options = {name.replace("_", "-"): value for name, value in options.items()}
    if command == "requests":
        options |= CREDENTIALS
    done = subprocess.run(words(command, watch or {}, options), capture_output=True, text=True, timeout=120)
    if not done.stdout.strip():
        raise Void(f"the driver ended with status {done.returncode}: {done.stderr[-400:]}")
    figures = last_json(done.stdout)
    if done.returncode != 0 or figures["problems"]:
        raise Void(f"{command} {options.get('connections', '')}: " + "; ".join(figures["problems"]))
    return figures


class Idle:
    """Connections that are held open inside a `with`."""

    def __init__(self, port, connections):
        self.command = words("idle", {}, {"port": port, "connections": connections})

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        figures = last_json(self.process.stdout.readline() or '{"problems": ["the driver said nothing"]}')
        if figures["problems"]:
            self.__exit__()
            raise Void("idle: " + "; ".join(figures["problems"]))
        return figures

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()
