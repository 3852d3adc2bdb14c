// What a run of the fuzzer `http` starts from.

enum HTTPSamples {
    static let all = requests + responses + chunks

    private static let requests = [
        "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\nHost: example.org\r\n\r\n",
        "GET /callback/demo?msg_signature=ab&echostr=P9nAzCzyDtyTWESHep1vC5X9+%3D HTTP/1.1\r\nHost: a:8443\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: [::1]:80\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
        "POST /a HTTP/1.1\r\nhost:a\r\nTransfer-Encoding: \t chunked \t\r\nX-Empty:\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "PUT http://other.example/a?b HTTP/1.1\r\nHost: a\r\nConnection: , close ,Upgrade\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\nX-Opaque: \u{e4}\u{f6}\ttab\r\n\r\n",
        "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
        "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
    ]

    private static let responses = [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 503\r\nRetry-After: 120\r\nConnection: close\r\n\r\n",
        "HTTP/1.0 200 OK\r\nServer: a\r\n\r\nuntil the end",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ]

    private static let chunks = [
        "0\r\n\r\n",
        "5\r\nhello\r\n6\r\n world\r\n000\r\n\r\n",
        "1;a;b=c;d=\"e;\\\"f\"\r\nx\r\n0;last\r\n\r\n",
        "1\r\nx\r\n0\r\nX-Sum: 1\r\nX-Two:\r\n\r\n",
        "0\r\nContent-Length: 1\r\n\r\n",
    ]
}
