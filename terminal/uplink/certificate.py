"""The terminal's TLS files: do they serve, and until when?"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from cryptography import x509

from contract.tables import Fault


def certificate_ends(file: Path) -> datetime | None:
    """The last moment of the file's first PEM certificate; None if there is none to be read."""
    try:
        return x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        return None


def tls_faults(ca: Path, cert: Path, key: Path) -> Iterator[Fault]:
    """What OpenSSL would refuse of three files that can be read: said before the first connection, not at each."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(ca)
    except ssl.SSLError:
        yield Fault(
            str(ca),
            "uplink.ca",
            "no PEM certificate",
            "get the broker's CA from the fleet",
            "PEM の証明書ではありません",
            "中継の CA を運営センターからもらって置く",
        )
    if certificate_ends(cert) is None:
        yield Fault(
            str(cert),
            "uplink.cert",
            "no PEM certificate",
            "the fleet issues it from uplink.csr.pem",
            "PEM の証明書ではありません",
            "uplink.csr.pem を運営センターへ渡して、証明書をもらう",
        )
        return
    try:
        context.load_cert_chain(cert, key, password=b"")  # with a password OpenSSL would ask for it, and wait
    except (ssl.SSLError, ValueError):
        yield Fault(
            str(key),
            "uplink.key",
            "no PEM key, or not the one of uplink.cert",
            "put the key there from which uplink.csr.pem was made",
            "PEM の鍵ではないか、uplink.cert と組になっていません",
            "uplink.csr.pem を作ったときの鍵を置く",
        )
