"""What schemathesis cannot know: an Idempotency-Key belongs to one request, so two requests never share one by chance."""

import uuid

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    sent = (case.headers or {}).get("Idempotency-Key")
    if isinstance(sent, str) and sent and all("!" <= letter <= "~" for letter in sent) and len(sent) <= 255:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
