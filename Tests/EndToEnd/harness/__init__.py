"""What the end-to-end tests stand on: the real binary, a recording receiver, and a WeCom that is not ours."""
