"""What schemathesis cannot know, or gets wrong."""

import uuid

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    sent = case.headers or {}
    # It belongs to one request, so two requests must never share one by chance.
    key = sent.get("Idempotency-Key")
    if isinstance(key, str) and 1 <= len(key) <= 255 and all("!" <= letter <= "~" for letter in key):
        sent["Idempotency-Key"] = str(uuid.uuid4())
    # The pattern asks for quotes, and it sends `0` for the shortest text that fits.
    tag = sent.get("If-Match")
    if isinstance(tag, str) and tag.isascii() and tag.isdigit():
        sent["If-Match"] = f'"{tag}"'
