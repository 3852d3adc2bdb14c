"""Requests that RFC 9112 forbids or that two parsers could read in two ways: one row each, with the status that is due.

The rows are sent as they are, straight to Weir and through a proxy (test_smuggling.py). What Weir must accept although it
looks odd stands in ODD_BUT_RIGHT.
"""

from dataclasses import dataclass

TARGET = b"/callback/app?msg_signature=0&timestamp=1&nonce=2"


@dataclass(frozen=True)
class Offence:
    name: str
    data: bytes
    status: int = 400

    def __str__(self):
        return self.name


def request(*fields, method=b"POST", target=TARGET, version=b"HTTP/1.1", body=b"", host=b"Host: localhost"):
    lines = [b" ".join((method, target, version)), *([host] if host is not None else []), *fields]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def fields(status, rows, body=b""):
    """Rows of {name: field lines} in a POST with `body`."""
    return [Offence(name, request(lines, body=body), status) for name, lines in rows.items()]


def targets(status, rows):
    return [Offence(name, request(method=b"GET", target=target), status) for name, target in rows.items()]


def hosts(status, rows):
    return [Offence(name, request(method=b"GET", host=line), status) for name, line in rows.items()]


def chunks(status, rows):
    """Rows of {name: chunked body}."""
    coded = b"Transfer-Encoding: chunked"
    return [Offence(name, request(coded, body=body), status) for name, body in rows.items()]


START_LINES = [
    Offence("HTTP/0.9", b"GET /\r\n\r\n"),
    Offence("HTTP/0.9 without an empty line", b"GET /\r\n"),
    Offence("HTTP/0.9 by name", request(method=b"GET", version=b"HTTP/0.9"), 505),
    Offence("HTTP/1.2", request(method=b"GET", version=b"HTTP/1.2"), 505),
    Offence("HTTP/2.0", request(method=b"GET", version=b"HTTP/2.0"), 505),
    Offence("HTTP/3.0", request(method=b"GET", version=b"HTTP/3.0"), 505),
    Offence("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    Offence("HTTP/2 without a minor version", request(method=b"GET", version=b"HTTP/2")),
    Offence("HTTP/1.10", request(method=b"GET", version=b"HTTP/1.10")),
    Offence("HTTP/01.1", request(method=b"GET", version=b"HTTP/01.1")),
    Offence("HTTP/1,1", request(method=b"GET", version=b"HTTP/1,1")),
    Offence("HTTP/1.1 in lower case", request(method=b"GET", version=b"http/1.1")),
    Offence("HTTP /1.1", request(method=b"GET", version=b"HTTP /1.1")),
    Offence("HTTP/-1.1", request(method=b"GET", version=b"HTTP/-1.1")),
    Offence("another protocol", request(method=b"GET", version=b"RTSP/1.0")),
    Offence("a word behind the version", request(method=b"GET", version=b"HTTP/1.1 HTTP/1.0")),
    Offence("a space behind the version", request(method=b"GET", version=b"HTTP/1.1 ")),
    Offence("a tab behind the version", request(method=b"GET", version=b"HTTP/1.1\t")),
    Offence("no target", b"GET HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Offence("a method alone", b"GET\r\nHost: localhost\r\n\r\n"),
    Offence("two spaces before the target", b"GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Offence("two spaces before the version", b"GET /  HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Offence("a space before the method", b" GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Offence("tabs for spaces", b"GET\t/\tHTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Offence("a vertical tab for a space", b"GET\x0b/ HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Offence("a form feed for a space", b"GET /\x0cHTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Offence("two empty lines before the request", b"\r\n\r\n" + request(method=b"GET")),
    Offence("a parenthesis in the method", request(method=b"G(T")),
    Offence("a colon in the method", request(method=b"GET:")),
    Offence("a method above ASCII", request(method="GÉT".encode())),
    Offence("a method of 64 KB", request(method=b"A" * 65536), 414),
    Offence("a method longer than any there is", request(method=b"A" * 100), 501),
    Offence("CONNECT", request(method=b"CONNECT", target=b"localhost:443"), 501),
    Offence("TLS inside TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
    Offence("garbage", bytes(range(256)) * 4),
    Offence("zeros", b"\0" * 64),
    Offence("a line of noise", b"hello, are you there?\r\n\r\n"),
    Offence("the greeting of SSH", b"SSH-2.0-OpenSSH_9.2\r\n"),
    Offence("a Redis command", b"*1\r\n$4\r\nPING\r\n"),
    Offence("a PROXY header", b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n" + request(method=b"GET")),
]

TARGETS = targets(400, {
    "a target without a slash": b"callback/app",
    "an authority as target": b"localhost:443",
    "an asterisk with GET": b"*",
    "a fragment": b"/callback/app#x",
    "a fragment in the query": b"/callback/app?a=b#c",
    "a quotation mark in the target": b'/callback/app?a="b"',
    "angle brackets in the target": b"/callback/<app>",
    "a backslash in the target": b"/callback\\app",
    "a bracket in the path": b"/callback/[app]",
    "a caret in the target": b"/callback/app^",
    "UTF-8 in the target": "/callback/é".encode(),
    "Latin-1 in the target": b"/callback/\xe9",
    "NUL in the target": b"/callback/a\0pp",
    "DEL in the target": b"/callback/a\x7fpp",
    "an escape byte in the target": b"/callback/\x1b[31m",
    "a tab in the target": b"/callback/a\tpp",
    "a space in the target": b"/callback/a pp",
    "a bare CR in the target": b"/callback/a\rpp",
    "a bare LF in the target": b"/callback/a\npp",
    "a percent sign at the end": b"/callback/app%",
    "half an escape": b"/callback/app%4",
    "an escape that is not hexadecimal": b"/callback/app%zz",
    "an escape of Microsoft": b"/callback/app%u0041",
    "user information in an absolute target": b"http://user:secret@localhost/callback/app",
    "an absolute target without a host": b"http:///callback/app",
    "an absolute target with two ports": b"http://localhost:1:2/callback/app",
    "an absolute target with a port over 65535": b"http://localhost:65536/callback/app",
    "an absolute target of another scheme": b"ftp://localhost/callback/app",
    "an absolute target with an open bracket": b"http://[::1/callback/app",
    "a scheme alone": b"http://",
    "a scheme without slashes": b"http:callback/app",
})  # fmt: skip
TARGETS += targets(414, {
    "a target of 9 KB": b"/callback/app?" + b"a" * 9216,
    "a target of 1 MB": b"/callback/app?" + b"a" * (1 << 20),
})  # fmt: skip

# A bare CR, a bare LF or NUL at each place of a head where a careless parser could see the end of a line or of a text.
CONTROL_BYTES = []
for what, byte in {"a bare LF": b"\n", "a bare CR": b"\r", "NUL": b"\0"}.items():
    CONTROL_BYTES += [
        Offence(f"{what} before the request", byte + request(method=b"GET")),
        Offence(f"{what} in the method", request(method=b"GE" + byte + b"T")),
        Offence(f"{what} behind the method", request(method=b"GET" + byte)),
        Offence(f"{what} before the version", request(method=b"GET", version=byte + b"HTTP/1.1")),
        Offence(f"{what} in the version", request(method=b"GET", version=b"HTTP/1." + byte + b"1")),
        Offence(f"{what} for the end of the request line", b"GET / HTTP/1.1" + byte + b"Host: localhost\r\n\r\n"),
        Offence(f"{what} in a name", request(b"X-" + byte + b"A: b")),
        Offence(f"{what} before the colon", request(b"X-A" + byte + b": b")),
        Offence(f"{what} behind the colon", request(b"X-A:" + byte + b"b")),
        Offence(f"{what} in a value", request(b"X-A: b" + byte + b"c")),
        Offence(f"{what} that hides a length", request(b"X-A: b" + byte + b"Content-Length: 60")),
        Offence(f"{what} that hides an encoding", request(b"X-A: b" + byte + b"Transfer-Encoding: chunked")),
        Offence(f"{what} at the end of a value", request(b"X-A: b" + byte)),
        Offence(f"{what} for the end of a field", b"GET / HTTP/1.1\r\nHost: localhost" + byte + b"X-A: b\r\n\r\n"),
        Offence(f"{what} for the end of the head", b"GET / HTTP/1.1\r\nHost: localhost\r\n" + byte + b"X-A: b\r\n\r\n"),
        Offence(f"{what} in the host", request(method=b"GET", host=b"Host: local" + byte + b"host")),
        Offence(f"{what} in the length", request(b"Content-Length: 1" + byte + b"0")),
        Offence(f"{what} behind the encoding", request(b"Transfer-Encoding: chunked" + byte)),
    ]
CONTROL_BYTES += [
    Offence("bare LFs throughout", request(method=b"GET").replace(b"\r\n", b"\n")),
    Offence("LF CR for CR LF", request(method=b"GET").replace(b"\r\n", b"\n\r")),
    Offence("two CRs before an LF", request(method=b"GET").replace(b"\r\n", b"\r\r\n")),
    *fields(400, {f"the control byte {byte:#04x} in a value": b"X-A: a" + bytes([byte]) + b"b"
                  for byte in (*range(1, 9), *range(11, 13), *range(14, 32), 127)}),
]  # fmt: skip

NAMES = fields(400, {
    "a space before the colon": b"X-A : b",
    "a tab before the colon": b"X-A\t: b",
    "a space before the colon of a length": b"Content-Length : 5",
    "a space before the colon of an encoding": b"Transfer-Encoding : chunked",
    "a space in a name": b"X A: b",
    "an empty name": b": b",
    "an empty name and value": b":",
    "no colon": b"X-A",
    "a name in brackets": b"[X-A]: b",
    "a slash in a name": b"X/A: b",
    "a name in quotes": b'"X-A": b',
    "a comma in a name": b"X,A: b",
    "UTF-8 in a name": "X-É: b".encode(),
    "a non-breaking space in a name": b"Content-Length\xa0: 5",
    "a folded value": b"X-A: b\r\n c",
    "a value folded by a tab": b"X-A: b\r\n\tc",
    "a fold with nothing in it": b"X-A: b\r\n ",
    "a folded length": b"Content-Length:\r\n 5",
    "a folded encoding": b"Transfer-Encoding:\r\n chunked",
    "an encoding in a fold": b"X-A: b\r\n Transfer-Encoding: chunked",
    "a Connection that is no list": b"Connection: close; now",
})  # fmt: skip
NAMES += [
    Offence("a fold before the first field", b"GET / HTTP/1.1\r\n Host: localhost\r\n\r\n"),
    Offence("a fold behind the request line", b"GET / HTTP/1.1\r\n\tX-A: b\r\nHost: localhost\r\n\r\n"),
    *fields(417, {"an expectation nobody knows": b"Expect: 200-ok"}),
]

SIZES = fields(431, {
    "101 fields": b"\r\n".join(b"X-%d: y" % number for number in range(101)),
    "100,000 fields": b"\r\n".join([b"X: y"] * 100_000),
    "a field of 64 KB": b"X-A: " + b"a" * 65536,
    "a name of 64 KB": b"X" * 65536 + b": a",
    "a field of 1 MB": b"X-A: " + b"a" * (1 << 20),
})  # fmt: skip
SIZES += [Offence("a field without end", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"a" * 65536, 431)]

HOSTS = hosts(400, {
    "no Host": None,
    "an empty Host": b"Host:",
    "two Hosts": b"Host: localhost\r\nHost: elsewhere",
    "the same Host twice": b"Host: localhost\r\nhost: localhost",
    "user information in the Host": b"Host: user@localhost",
    "a path in the Host": b"Host: localhost/callback",
    "a list of Hosts": b"Host: localhost, elsewhere",
    "a space in the Host": b"Host: local host",
    "a port alone": b"Host: :443",
    "a colon without a port": b"Host: localhost:",
    "a port that is no number": b"Host: localhost:https",
    "a negative port": b"Host: localhost:-1",
    "a port over 65535": b"Host: localhost:65536",
    "two ports": b"Host: localhost:1:2",
    "an open bracket in the Host": b"Host: [::1",
    "text behind the bracket": b"Host: [::1]x",
    "an address of IPv6 without brackets": b"Host: ::1",
    "a Host in angle brackets": b"Host: <localhost>",
    "a Host above ASCII": "Host: löcalhost".encode(),
    "a question mark in the Host": b"Host: localhost?x",
    "a fragment in the Host": b"Host: localhost#x",
})  # fmt: skip
HOSTS += [
    Offence("no Host beside an absolute target", b"GET http://localhost/ HTTP/1.1\r\n\r\n"),
    Offence("two Hosts beside an absolute target", b"GET http://localhost/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    Offence("two Hosts in HTTP/1.0", b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
]

LENGTHS = fields(400, {
    "an empty length": b"Content-Length:",
    "a negative length": b"Content-Length: -1",
    "a negative length of zero": b"Content-Length: -0",
    "a length with a plus": b"Content-Length: +5",
    "a hexadecimal length": b"Content-Length: 0x5",
    "a length in letters": b"Content-Length: five",
    "a length with a fraction": b"Content-Length: 5.0",
    "a length with an exponent": b"Content-Length: 5e0",
    "a length with an underscore": b"Content-Length: 1_0",
    "a length with a space inside": b"Content-Length: 1 0",
    "a length with a tab inside": b"Content-Length: 1\t0",
    "a length in quotes": b'Content-Length: "5"',
    "a length with a semicolon": b"Content-Length: 5;",
    "a list of equal lengths": b"Content-Length: 5, 5",
    "a list of different lengths": b"Content-Length: 5, 0",
    "a length with a comma": b"Content-Length: 5,",
    "a length behind a comma": b"Content-Length: ,5",
    "a length in Arabic digits": "Content-Length: ٥".encode(),
    "a length in superscript": b"Content-Length: \xb2",
    "two equal lengths": b"Content-Length: 5\r\nContent-Length: 5",
    "two different lengths": b"Content-Length: 5\r\nContent-Length: 0",
    "two lengths in different case": b"Content-Length: 0\r\ncONTENT-lENGTH: 5",
    "two lengths with another field between": b"Content-Length: 0\r\nX-A: b\r\nContent-Length: 5",
    "two lengths, the second malformed": b"Content-Length: 5\r\nContent-Length: x",
}, b"hello")  # fmt: skip
LENGTHS += fields(413, {
    "a length over the limit": b"Content-Length: 1000000000",
    "a length of 2^31": b"Content-Length: 2147483648",
    "a length of 2^32 + 5": b"Content-Length: 4294967301",
    "a length of 2^63 - 1": b"Content-Length: 9223372036854775807",
    "a length of 2^64 + 5": b"Content-Length: 18446744073709551621",
    "a length of a thousand digits": b"Content-Length: " + b"9" * 1000,
}, b"hello")  # fmt: skip

ENCODINGS = fields(400, {
    "length and encoding": b"Content-Length: 5\r\nTransfer-Encoding: chunked",
    "encoding and length": b"Transfer-Encoding: chunked\r\nContent-Length: 5",
    "encoding and a length of zero": b"Transfer-Encoding: chunked\r\nContent-Length: 0",
    "encoding and a malformed length": b"Transfer-Encoding: chunked\r\nContent-Length: x",
    "chunked twice in a list": b"Transfer-Encoding: chunked, chunked",
    "chunked twice in two fields": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "chunked, then identity": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "chunked, then nonsense": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: cow",
    "chunked that is not last": b"Transfer-Encoding: chunked, gzip",
    "chunked behind a comma": b"Transfer-Encoding: , chunked",
    "chunked before a comma": b"Transfer-Encoding: chunked,",
    "chunked with a parameter": b"Transfer-Encoding: chunked;q=1",
    "chunked with a semicolon": b"Transfer-Encoding: chunked;",
    "chunked in double quotes": b'Transfer-Encoding: "chunked"',
    "chunked behind a vertical tab": b"Transfer-Encoding: \x0bchunked",
    "chunked behind a form feed": b"Transfer-Encoding: \x0cchunked",
    "chunked before a vertical tab": b"Transfer-Encoding: chunked\x0b",
    "chunked behind NUL": b"Transfer-Encoding: \0chunked",
    "chunked with NUL": b"Transfer-Encoding: chunked\0",
    "chunked behind a non-breaking space": b"Transfer-Encoding: \xa0chunked",
    "chunked with a space inside": b"Transfer-Encoding: chun ked",
    "chunked with a word behind it": b"Transfer-Encoding: chunked identity",
    "an empty encoding": b"Transfer-Encoding:",
    "an encoding behind a tab before the colon": b"Transfer-Encoding\t: chunked",
    "an encoding with a vertical tab before the colon": b"Transfer-Encoding\x0b: chunked",
}, b"0\r\n\r\n")  # fmt: skip
ENCODINGS += fields(501, {
    "identity": b"Transfer-Encoding: identity",
    "identity, then chunked": b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
    "a list of identity and chunked": b"Transfer-Encoding: identity, chunked",
    "xchunked": b"Transfer-Encoding: xchunked",
    "chunkedx": b"Transfer-Encoding: chunkedx",
    "chunk": b"Transfer-Encoding: chunk",
    "gzip": b"Transfer-Encoding: gzip",
    "gzip and chunked": b"Transfer-Encoding: gzip, chunked",
    "chunked in single quotes": b"Transfer-Encoding: 'chunked'",
    "identity and a length": b"Content-Length: 5\r\nTransfer-Encoding: identity",
}, b"0\r\n\r\n")  # fmt: skip
ENCODINGS += [
    Offence("an encoding in HTTP/1.0", request(b"Transfer-Encoding: chunked", version=b"HTTP/1.0", body=b"0\r\n\r\n")),
    Offence("an encoding and keep-alive in HTTP/1.0",
            request(b"Connection: keep-alive", b"Transfer-Encoding: chunked", version=b"HTTP/1.0", body=b"0\r\n\r\n")),
    Offence("an encoding in GET that is none", request(b"Transfer-Encoding: x", method=b"GET"), 501),
]  # fmt: skip

CHUNKS = chunks(400, {
    "a chunk size that is none": b"xyz\r\nhello\r\n0\r\n\r\n",
    "no chunk size": b"\r\nhello\r\n0\r\n\r\n",
    "a chunk size with 0x": b"0x5\r\nhello\r\n0\r\n\r\n",
    "a chunk size with an h": b"5h\r\nhello\r\n0\r\n\r\n",
    "a negative chunk size": b"-5\r\nhello\r\n0\r\n\r\n",
    "a chunk size with a plus": b"+5\r\nhello\r\n0\r\n\r\n",
    "a space before a chunk size": b" 5\r\nhello\r\n0\r\n\r\n",
    "a space behind a chunk size": b"5 \r\nhello\r\n0\r\n\r\n",
    "a tab behind a chunk size": b"5\t\r\nhello\r\n0\r\n\r\n",
    "a space in a chunk size": b"0 5\r\nhello\r\n0\r\n\r\n",
    "a chunk size with a comma": b"5,5\r\nhello\r\n0\r\n\r\n",
    "a chunk size with a dot": b"5.0\r\nhello\r\n0\r\n\r\n",
    "a chunk size with an underscore": b"0_5\r\nhello\r\n0\r\n\r\n",
    "a chunk size of 64 bits": b"ffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    "a chunk size of 2^64 + 5": b"10000000000000005\r\nhello\r\n0\r\n\r\n",
    "a chunk size of sixteen zeros and five": b"00000000000000005\r\nhello\r\n0\r\n\r\n",
    "a chunk size above ASCII": "５\r\nhello\r\n0\r\n\r\n".encode(),
    "a chunk shorter than its size": b"6\r\nhello\r\n0\r\n\r\n",
    "a chunk longer than its size": b"4\r\nhello\r\n0\r\n\r\n",
    "no line end behind a chunk": b"5\r\nhello0\r\n\r\n",
    "a bare LF behind a chunk": b"5\r\nhello\n0\r\n\r\n",
    "a bare CR behind a chunk": b"5\r\nhello\r0\r\n\r\n",
    "two bytes for the line end of a chunk": b"5\r\nhelloXX0\r\n\r\n",
    "a bare LF behind a chunk size": b"5\nhello\r\n0\r\n\r\n",
    "a bare CR behind a chunk size": b"5\rhello\r\n0\r\n\r\n",
    "two CRs behind a chunk size": b"5\r\r\nhello\r\n0\r\n\r\n",
    "NUL behind a chunk size": b"5\0\r\nhello\r\n0\r\n\r\n",
    "a bare LF behind the last chunk": b"5\r\nhello\r\n0\n\r\n",
    "a bare LF at the end of the body": b"5\r\nhello\r\n0\r\n\n",
    "a bare CR at the end of the body": b"5\r\nhello\r\n0\r\n\rX",
    "an extension without a name": b"5;\r\nhello\r\n0\r\n\r\n",
    "an extension behind a space": b"5 ;a=b\r\nhello\r\n0\r\n\r\n",
    "an extension with a space": b"5; a=b\r\nhello\r\n0\r\n\r\n",
    "an extension without a value": b"5;a=\r\nhello\r\n0\r\n\r\n",
    "an extension with an open quote": b'5;a="b\r\nhello\r\n0\r\n\r\n',
    "an extension with text behind a quote": b'5;a="b"c\r\nhello\r\n0\r\n\r\n',
    "an extension with a bare LF": b"5;a\nhello\r\n0\r\n\r\n",
    "an extension with a bare LF in quotes": b'5;a="\n"\r\nhello\r\n0\r\n\r\n',
    "an extension with a bare CR": b"5;a\rb\r\nhello\r\n0\r\n\r\n",
    "an extension with NUL": b"5;a\0\r\nhello\r\n0\r\n\r\n",
    "an extension that is a comma": b"5,a=b\r\nhello\r\n0\r\n\r\n",
    "an extension of 1 KB": b"5;" + b"a" * 1024 + b"\r\nhello\r\n0\r\n\r\n",
    "an extension of 1 MB": b"5;" + b"a" * (1 << 20) + b"\r\nhello\r\n0\r\n\r\n",
    "10,000 chunks of one byte": b"1;abcdef\r\na\r\n" * 10_000 + b"0\r\n\r\n",
})  # fmt: skip
CHUNKS += chunks(413, {
    "a chunk over the limit": b"3b9aca00\r\nhello\r\n0\r\n\r\n",
    "a chunk of 2^32 + 5": b"100000005\r\nhello\r\n0\r\n\r\n",
    "a chunk of 60 bits": b"fffffffffffffff\r\nhello\r\n0\r\n\r\n",
    "a chunk of 60 bits behind a small one": b"5\r\nhello\r\nfffffffffffffff\r\nhello\r\n0\r\n\r\n",
})  # fmt: skip

TRAILERS = chunks(400, {
    "a length in the trailer": b"0\r\nContent-Length: 5\r\n\r\n",
    "an encoding in the trailer": b"0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a Host in the trailer": b"0\r\nHost: elsewhere\r\n\r\n",
    "a Connection in the trailer": b"0\r\nConnection: close\r\n\r\n",
    "an Expect in the trailer": b"0\r\nExpect: 100-continue\r\n\r\n",
    "a Trailer in the trailer": b"0\r\nTrailer: X-A\r\n\r\n",
    "a folded trailer": b"0\r\nX-A: b\r\n c\r\n\r\n",
    "a trailer that starts with a fold": b"0\r\n X-A: b\r\n\r\n",
    "a trailer without a colon": b"0\r\nX-A\r\n\r\n",
    "a trailer without a name": b"0\r\n: b\r\n\r\n",
    "a space before the colon of a trailer": b"0\r\nX-A : b\r\n\r\n",
    "a bare LF behind a trailer": b"0\r\nX-A: b\nX-B: c\r\n\r\n",
    "a bare CR in a trailer": b"0\r\nX-A: b\rc\r\n\r\n",
    "NUL in a trailer": b"0\r\nX-A: \0\r\n\r\n",
    "a request for a trailer": b"0\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
})  # fmt: skip
TRAILERS += chunks(431, {
    "a trailer of 64 KB": b"0\r\nX-A: " + b"a" * 65536 + b"\r\n\r\n",
    "10,000 trailers": b"0\r\n" + b"X: y\r\n" * 10_000 + b"\r\n",
})  # fmt: skip

OFFENCES = [
    *START_LINES, *TARGETS, *CONTROL_BYTES, *NAMES, *SIZES, *HOSTS, *LENGTHS, *ENCODINGS, *CHUNKS, *TRAILERS,
]  # fmt: skip

# Requests that look like an offence and are none: RFC 9112 has a server accept them, each for the reason beside it.
ODD_BUT_RIGHT = {
    "one empty line before the request": b"\r\n" + request(),  # 2.2: SHOULD ignore one
    "an absolute target": request(target=b"http://localhost" + TARGET),  # 3.2.2: MUST accept
    "an absolute target that the Host contradicts": request(target=b"https://elsewhere:1" + TARGET),  # 3.2.2: Host is ignored
    "no Host in HTTP/1.0": request(b"Connection: keep-alive", version=b"HTTP/1.0", host=None),  # 3.2
    "a body with GET": request(b"Content-Length: 5", method=b"GET", body=b"hello"),  # 6: framing is independent of the method
    "a length with zeros before it": request(b"Content-Length: 0000000005", body=b"hello"),  # 6.3, 1*DIGIT
    "spaces around a length": request(b"Content-Length: \t 5 \t", body=b"hello"),  # 5.1, OWS
    "CHUNKED": request(b"Transfer-Encoding: CHUNKED", body=b"5\r\nhello\r\n0\r\n\r\n"),  # 7: case-insensitive
    "extensions": request(b"Transfer-Encoding: chunked", body=b'5;a;b=c;d="e\\"f"\r\nhello\r\n0;g\r\n\r\n'),  # 7.1.1: MUST ignore
    "a chunk size with zeros": request(b"Transfer-Encoding: chunked", body=b"0005\r\nhello\r\n000\r\n\r\n"),  # 7.1
    "a trailer": request(b"Transfer-Encoding: chunked", body=b"5\r\nhello\r\n0\r\nX-A: b\r\n\r\n"),  # 7.1.2
    "an upgrade nobody offers": request(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk"),
    "a value above ASCII": request(b"X-A: \xe4\xf6"),  # 5.5, obs-text
    "an empty value": request(b"X-A:"),
    "a Connection with empty elements": request(b"Connection: , keep-alive,,"),  # RFC 9110 5.6.1.2: MUST skip them
}  # fmt: skip
