"""The file of the log's private key: made once, readable by its owner alone, there whole or not at all.

Changing keys takes steps that may be interrupted anywhere: the new key is written beside the old one (`<file>.next`); when the log has
said so, the old key is kept as `<file>.<its key id>` and the new one takes its place. There is always a key under the file's own name.
"""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from evidence_graph.errors import KeyMissing
from evidence_graph.proof.signing_key import new_private_key, to_pem

OWNER_ONLY = 0o600


def key_at(path: Path) -> Ed25519PrivateKey:
    """The private key in the file, made there first when there is none. Raises KeyMissing when it is no such key."""
    try:
        _make_key(path)
    except OSError as error:
        raise _unusable() from error
    key = key_in(path)
    if key is None:
        raise _unusable()
    return key


def key_in(path: Path) -> Ed25519PrivateKey | None:
    """The private key in the file; None when there is no file. Raises KeyMissing when it holds no such key."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise _unusable() from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyMissing("The signing key is no Ed25519 key.", "Check EVIDENCE_SIGNING_KEY.")
    return key


def next_key_path(path: Path) -> Path:
    """Where the next key waits until the log has said that it signs from now on."""
    return path.with_name(f"{path.name}.next")


def old_key_path(path: Path, key_id: bytes) -> Path:
    """Where a key that no longer signs is kept."""
    return path.with_name(f"{path.name}.{key_id.hex()}")


def put_in_place(path: Path, key_id: bytes) -> Path:
    """The next key takes the place of the one in the file, whose key id is given; where that one is kept. May be repeated."""
    kept = old_key_path(path, key_id)
    try:
        if not kept.exists():
            os.link(path, kept)
        os.replace(next_key_path(path), path)
        sync_folder(path)
    except OSError as error:
        raise _unusable() from error
    return kept


def sync_folder(path: Path) -> None:
    """Make the names in the file's folder last, as fsync does for what is in a file."""
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_key(path: Path) -> None:
    """Two processes may start at once: the first key to get its name is the log's."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
        file.write(to_pem(new_private_key()))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    sync_folder(path)


def _unusable() -> KeyMissing:
    return KeyMissing(
        "The signing key cannot be read or made.", "Check EVIDENCE_SIGNING_KEY and the rights of its folder."
    )
