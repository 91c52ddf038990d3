"""Why a socket was closed: a browser sees no HTTP status, so refused sockets are accepted and closed with a code."""

from enum import IntEnum


class CloseCode(IntEnum):
    """The codes of the live sockets (RFC 6455 clause 7.4.2: 4000 to 4999 are ours)."""

    OUR_FAULT = 1011
    TRY_AGAIN_LATER = 1013
    NOT_SIGNED_IN = 4401
    NOT_YOURS = 4403
    TOO_SLOW = 4408


REASONS = {
    CloseCode.OUR_FAULT: "The socket failed on our side; connect again.",
    CloseCode.TRY_AGAIN_LATER: "The database does not answer; try again in a few seconds.",
    CloseCode.NOT_SIGNED_IN: "Not signed in: send a key, or a session of the same origin.",
    CloseCode.NOT_YOURS: "Not yours, or not there.",
    CloseCode.TOO_SLOW: "Too slow for events; reconnect with epoch and position.",
}
