"""A Redis that somebody else runs, as far as Weir knows: started, killed and robbed of its last bytes by the test."""

import os
import random
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from harness.polling import eventually

# What is left over when every event has come through: sums over all partitions, and the partitions whose inbox has a rest.
LEFTOVERS = """
local stuck = {webhooks = 0, retry = 0, deliveries = 0, unrouted = 0, inbox = 0, dead = 0}
for number = 0, 15 do
  local key = 'weir:{' .. number .. '}:'
  stuck.webhooks = stuck.webhooks + redis.call('XLEN', key .. 'webhooks')
  stuck.retry = stuck.retry + redis.call('ZCARD', key .. 'retry')
  stuck.deliveries = stuck.deliveries + #redis.call('KEYS', 'weir:{' .. number .. '}:delivery:*')
  stuck.inbox = stuck.inbox + redis.call('XLEN', key .. 'in')
  for _, letters in ipairs(redis.call('KEYS', key .. 'dead:*')) do stuck.dead = stuck.dead + redis.call('XLEN', letters) end
  local last = redis.call('XREVRANGE', key .. 'in', '+', '-', 'COUNT', 1)[1]
  if last and last[1] ~= redis.call('GET', key .. 'cursor') then stuck.unrouted = stuck.unrouted + 1 end
end
return cjson.encode(stuck)
"""


class RedisServer:
    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="redis-"))
        self.socket = self.folder / "redis.sock"
        self.process = None

    def start(self):
        self._mend()
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                ["redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", self.folder, "--save", "",
                 "--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        eventually(self._answers, what="redis-server answers")
        return self

    def _mend(self):
        """What ARCHITECTURE.md (Crash points) asks of whoever runs a Redis: Redis 7 itself cuts a torn transaction wrongly."""
        for manifest in self.folder.glob("appendonlydir/*.manifest"):
            subprocess.run(["redis-check-aof", "--fix", manifest], input="y\n", text=True, capture_output=True, check=True)

    def _answers(self):
        assert self.process.poll() is None, f"redis-server ended: {(self.folder / 'log').read_text()[-2000:]}"
        return subprocess.run(["redis-cli", "-s", self.socket, "PING"], capture_output=True, text=True).stdout == "PONG\n"

    def kill(self):
        self.process.kill()
        self.process.wait()

    def signal(self, number):
        self.process.send_signal(number)

    def clean(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _log_of_commands(self):
        return max(self.folder.glob("appendonlydir/*.incr.aof"))

    def synced(self):
        """How much of the append-only file is on disk, when no command is under way."""
        return self._log_of_commands().stat().st_size

    def lose_tail(self, synced, rng=random):
        """What a power cut before the fsync leaves: what was on disk already and any part, or nothing, of the rest."""
        size = self._log_of_commands().stat().st_size
        assert size > synced, "the command wrote nothing, so nothing of it can be lost"
        os.truncate(self._log_of_commands(), rng.randrange(synced, size))
