"""What Discord says when it refuses: status, its own code and a sentence."""

#: code -> (status, sentence), as far as a bot like ours can meet them
ERRORS = {
    0: (401, "401: Unauthorized"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50013: (403, "Missing Permissions"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
}


class ApiError(Exception):
    """The fake's handlers raise it; the bot receives it as Discord's JSON error."""

    def __init__(self, code: int, detail: str = "") -> None:
        self.status, sentence = ERRORS[code]
        self.code = code
        super().__init__(f"{sentence}: {detail}" if detail else sentence)
