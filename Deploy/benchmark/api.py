"""What an authenticated GET of the API costs beside nginx's constant answer, over TLS connections that stay open."""

import concurrent.futures
import http.client
import json
import re
import ssl
import subprocess

from servers import ROOT, Nginx, Void, Weir, processor_microseconds, wait_for

CONNECTIONS = 64
PASSWORD = "correct horse battery"


class Client:
    """One connection to the API."""

    def __init__(self, port):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=60)

    def call(self, method, path, body, token=None):
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self.connection.request(method, path, json.dumps(body), headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise Void(f"the API answered {method} {path} with {answer.status}: {text.decode()}")
        return json.loads(text)


def sign_in(weir):
    def shown():
        return re.search(r"username  admin\n\s+password  (\S+)", weir.log.read_text())

    wait_for(shown, "Weir shows the first password")
    first = shown()[1]
    client = Client(weir.api)
    token = client.call("POST", "/api/v1/auth/login", {"username": "admin", "password": first})["access_token"]
    change = {"current_password": first, "new_password": PASSWORD}
    return client.call("PUT", "/api/v1/auth/password", change, token)["access_token"]


def make_tenants(weir, token, numbers):
    """Returns the id of one of them."""

    def make(some):
        client = Client(weir.api)
        made = None
        for number in some:
            code = f"tenant-{number}"
            made = client.call("POST", "/api/v1/tenants", {"tenant_name": code, "tenant_code": code}, token)
        return made["id"]

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        return list(pool.map(make, (numbers[first::16] for first in range(min(16, len(numbers))))))[0]


def cost(pid, url, seconds, token=None):
    """CPU of the process for one request, in µs."""
    field = ["-H", f"Authorization: Bearer {token}"] if token else []
    before = processor_microseconds(pid)
    run = subprocess.run(
        ["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s", *field, url],
        capture_output=True, text=True, timeout=seconds + 30, check=True,
    )  # fmt: skip
    spent = processor_microseconds(pid) - before
    if "Non-2xx" in run.stdout:
        raise Void(f"{url} was not always answered with success: {run.stdout}")
    return spent / int(re.search(r"(\d+) requests in", run.stdout)[1])


def api_cost(folder, certificate, effort, started):
    """In turns, so that what the machine does meanwhile meets all; the median of the turns."""
    weir = Weir(folder / "api-weir", certificate, ROOT / "Rules")
    started.append(weir)
    nginx = Nginx.plain(folder / "api-nginx", certificate)
    started.append(nginx)
    token = sign_in(weir)
    tenant = make_tenants(weir, token, range(1))
    base = f"https://127.0.0.1:{weir.api}/api/v1"

    def turns():
        found = {"nginx": [], "me": [], "tenant": []}
        for _ in range(3):
            found["nginx"].append(cost(nginx.worker, f"https://127.0.0.1:{nginx.port}/", effort.api_seconds))
            found["me"].append(cost(weir.process.pid, f"{base}/auth/me", effort.api_seconds, token))
            found["tenant"].append(cost(weir.process.pid, f"{base}/tenants/{tenant}", effort.api_seconds, token))
        median = {name: sorted(values)[1] for name, values in found.items()}
        return median | {"resident_mb": weir.memory()["rss"] / 1e6}

    found = {"one_tenant": turns()}
    if effort.api_tenants:
        make_tenants(weir, token, range(1, effort.api_tenants))
        found["many_tenants"] = turns()
    return found
