"""Base64 read strictly: one text for one value, so that nobody can change a signed document without changing what it says.

RFC 4648, sections 4 (standard alphabet) and 5 (URL-safe alphabet), with padding; section 3.5: the bits that pad must be zero.
"""

from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode

from evidence_graph.errors import ProofFailed


def encode(data: bytes) -> str:
    """Base64 with the standard alphabet and padding."""
    return b64encode(data).decode()


def decode(text: str, what: str) -> bytes:
    """The bytes of canonical base64 in the standard alphabet. Raises ProofFailed naming `what`."""
    try:
        data = b64decode(text, validate=True)
    except ValueError:  # not ASCII, a character outside the alphabet, wrong padding
        raise ProofFailed(f"{what} is not base64.") from None
    if encode(data) != text:  # the library also reads texts with stray bits in the last character
        raise ProofFailed(f"{what} is not canonical base64.")
    return data


def decode_either(text: str, what: str) -> bytes:
    """As `decode`, with either alphabet, as DSSE allows; one text uses one of them. Raises ProofFailed naming `what`."""
    if "-" not in text and "_" not in text:
        return decode(text, what)
    try:
        data = urlsafe_b64decode(text)
    except ValueError:
        raise ProofFailed(f"{what} is not base64.") from None
    if urlsafe_b64encode(data).decode() != text:  # this also finds what the library skips silently
        raise ProofFailed(f"{what} is not canonical base64.")
    return data
