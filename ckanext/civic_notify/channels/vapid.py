"""The key pair that the portal signs its pushes with (RFC 8292)."""
from __future__ import annotations

import base64
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

__all__ = ["PrivateKey", "made", "private_key", "public_key"]

PrivateKey = ec.EllipticCurvePrivateKey
_SIZE = 32


def private_key(given: str) -> PrivateKey:
    """The key that a setting names: the path of a PEM file, or 32 octets in base64url.

    :raises OSError, ValueError: where it is none.
    """
    if "/" in given or given.endswith(".pem"):
        key = serialization.load_pem_private_key(Path(given).read_bytes(), password=None)
        if not isinstance(key, PrivateKey) or key.curve.name != ec.SECP256R1.name:
            raise ValueError("not a key of P-256")
        return key
    octets = base64.urlsafe_b64decode(given.encode("ascii") + b"=" * (-len(given) % 4))
    if len(octets) != _SIZE:
        raise ValueError("not 32 octets")
    return ec.derive_private_key(int.from_bytes(octets, "big"), ec.SECP256R1())


def public_key(key: PrivateKey) -> str:
    """What browsers subscribe with, in base64url."""
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return _encoded(point)


def made() -> tuple[str, str]:
    """A new pair: the private key and the public one, both in base64url."""
    key = ec.generate_private_key(ec.SECP256R1())
    return _encoded(key.private_numbers().private_value.to_bytes(_SIZE, "big")), public_key(key)


def _encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
