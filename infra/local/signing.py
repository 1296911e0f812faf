"""SNS's signatures on this machine: a key and its certificate, made once per folder, and messages signed as SNS signs them.

The certificate is served by the local ways in; the stack believes it because the parameter settings/sns_certificates names them.
"""

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Self, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

CERTIFICATE_PATH = "/sns/SimpleNotificationService-local.pem"
_SIGNED = ("Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_YEARS = timedelta(days=10 * 365)


@dataclass(frozen=True)
class Signer:
    """`key`: the private key's file; `url`: where the certificate is served."""

    key: Path
    url: str

    @classmethod
    def settled(cls, folder: Path, pages: str) -> Self:
        """The folder's own, made now if there is none. `pages`: the address of the ways in."""
        path = folder / "sns-key.pem"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            path.touch(0o600)
            path.write_bytes(_pem(rsa.generate_private_key(public_exponent=65537, key_size=2048)))
        return cls(path, pages + CERTIFICATE_PATH)

    @cached_property
    def _private(self) -> rsa.RSAPrivateKey:
        return cast("rsa.RSAPrivateKey", serialization.load_pem_private_key(self.key.read_bytes(), None))

    def certificate(self) -> bytes:
        """PEM; of this moment, but always of the same key."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.local")])
        now = datetime.now(UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self._private.public_key())
        made = made.serial_number(x509.random_serial_number()).not_valid_before(now - _YEARS).not_valid_after(now + _YEARS)
        return made.sign(self._private, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def signed(self, message: dict[str, Any]) -> dict[str, Any]:
        """The message with a signature of version 2, in the spelling of Lambda events."""
        fields = {re.sub("Url$", "URL", name): value for name, value in message.items()}
        text = "".join(f"{name}\n{fields[name]}\n" for name in _SIGNED if isinstance(fields.get(name), str))
        signature = self._private.sign(text.encode("utf-8", "surrogatepass"), padding.PKCS1v15(), hashes.SHA256())
        fields |= {"SignatureVersion": "2", "Signature": base64.b64encode(signature).decode(), "SigningCertURL": self.url}
        return {re.sub("URL$", "Url", name): value for name, value in fields.items()}


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
