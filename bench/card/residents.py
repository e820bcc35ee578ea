"""Whom the bench can send to the terminal: named residents and other card holders, generated at run time.

Nothing here is anybody's data: names are drawn from a list, individual numbers carry a wrong check digit, keys and
certificates are made for each run and kept in the run's own folder, so that several bench processes show the same
cards. Drawing is seeded: the same seed and name give the same person and PIN.
"""

from __future__ import annotations

import fcntl
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from bench.card import authority
from bench.card.authority import CertificationAuthority, PublicKey
from bench.card.faults import BENDS, BentCard, wrong_signatures
from bench.card.iso7816 import Application, ElementaryFile, IsoCard, Manner, PinFile
from bench.card.jpki_card import Certificates, Person, der, jpki_application, my_number_card
from bench.card.model import CardModel

JST = timezone(timedelta(hours=9))

_FAMILY = [
    "佐藤",
    "鈴木",
    "高橋",
    "田中",
    "伊藤",
    "渡辺",
    "山本",
    "中村",
    "小林",
    "加藤",
    "吉田",
    "山田",
    "佐々木",
    "山口",
    "松本",
    "井上",
    "髙﨑",
    "邊見",
]
_GIVEN = [
    "太郎",
    "花子",
    "一郎",
    "幸子",
    "健",
    "美咲",
    "昭",
    "和子",
    "誠",
    "久美子",
    "翔太",
    "さくら",
    "大輔",
    "陽菜",
    "清",
    "文子",
]
_PASSWORD = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # noqa: S105


@dataclass(frozen=True)
class CardRole:
    """What a name stands for. `about` is shown in the dock. `my_number` False: not a My Number card, no PIN."""

    about: str
    my_number: bool = True


ROLES: dict[str, CardRole] = {
    "happy": CardRole("ふつうのカード"),
    "one-try-left": CardRole("暗証番号の残りが1回"),
    "locked": CardRole("暗証番号がロックされている"),
    "expired": CardRole("電子証明書の期限が切れている"),
    "not-yet-valid": CardRole("電子証明書がまだ有効でない（あすから）"),
    "renewed-an-hour-ago": CardRole("1時間前に電子証明書を更新した"),
    "child": CardRole("子どものカード（署名用なし）"),
    "short-length": CardRole("拡張長のAPDUを断るカード"),
    "first-command-fails": CardRole("通電後の最初のコマンドに6F00を返すカード"),
    "no-auth-certificate": CardRole("利用者証明用電子証明書のないカード"),
    "wrong-ca": CardRole("知らない認証局の電子証明書"),
    "false-signature": CardRole("署名が正しくないカード"),
    "juki": CardRole("住基カード", my_number=False),
    "licence": CardRole("運転免許証", my_number=False),
    "e-money": CardRole("電子マネーのカード", my_number=False),
    "android-token": CardRole("スマートフォン（Android）", my_number=False),
    "next-generation": CardRole("次期カード（RSAでない鍵）"),
    "unknown": CardRole("マイナンバーカードではないカード", my_number=False),
    "damaged": CardRole("答えがこわれているカード"),
    "not-der": CardRole("電子証明書がこわれているカード"),
    "oversize-certificate": CardRole("電子証明書が大きすぎるカード"),
    **{f"damaged-{bend}": CardRole(f"こわれているカード（{bend}）") for bend in BENDS},
}
"""Fixed names. `resident-1`, `resident-2` … are further ordinary ones, as many as wanted."""


@dataclass(frozen=True, repr=False)
class _Material:
    """Keys and certificates of one name."""

    auth_key: rsa.RSAPrivateKey
    sign_key: rsa.RSAPrivateKey
    certificates: Certificates


class Residents:
    """Cards for `now` (aware), which certificates' dates are counted from. `folder` keeps the run's keys."""

    def __init__(self, folder: Path, now: datetime, seed: int = 0, manner: Manner | None = None) -> None:
        self._folder = folder
        self._dated = folder / f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        self._now = now.astimezone(UTC).replace(microsecond=0)
        self._seed = seed
        self._manner = manner or Manner()
        self._materials: dict[str, _Material] = {}
        self._dated.mkdir(parents=True, exist_ok=True)

    # ------------------------------------------------------------------ people and authorities

    def person(self, name: str) -> Person:
        """Raises KeyError for a name that is neither in ROLES nor `resident-N`."""
        _check(name)
        draw = random.Random(f"{self._seed}/{name}")
        birth = _birth(draw, self._now.date(), child=name == "child")
        serial = "".join(draw.choices("0123456789", k=15))
        return Person(
            name=f"{draw.choice(_FAMILY)}\u3000{draw.choice(_GIVEN)}",
            address=f"東京都見本市例町{draw.randint(1, 9)}丁目{draw.randint(1, 30)}番{draw.randint(1, 20)}号",
            birth=birth,
            sex=draw.choice("12"),
            individual_number=impossible_number(draw),
            auth_pin="".join(draw.choices("0123456789", k=4)),
            sign_password="A2" + "".join(draw.choices(_PASSWORD, k=6)),
            text_pin="".join(draw.choices("0123456789", k=4)),
            card_serial=serial,
            municipality=f"{draw.randint(1, 47):02}999",
            card_expiry=_same_day(birth, self._now.year + 6),
        )

    def auth_ca(self) -> CertificationAuthority:
        """The 利用者証明用 test CA that the terminal is to trust."""
        return self._authority("user authentication", "auth-ca")

    def auth_ca_pem(self) -> Path:
        """PEM of that CA as a file: the value for `[card] ca`."""
        path = self._dated / "ca-auth.pem"
        pem = self.auth_ca().pem()
        with self._locked():
            if not path.exists() or path.read_bytes() != pem:
                path.write_bytes(pem)
        return path

    # ------------------------------------------------------------------ cards

    def card(self, name: str) -> CardModel:
        """A new card as it leaves the office: counters full (or as the name says). Same keys at every call."""
        _check(name)
        if name.startswith("damaged"):
            bend = BENDS[name.removeprefix("damaged-")] if name != "damaged" else BENDS["half-answers"]
            return BentCard(self._honest("happy", name), bend)
        if name == "false-signature":
            return BentCard(self._honest("happy", name), wrong_signatures)
        other: dict[str, Callable[[], CardModel]] = {
            "juki": self._juki,
            "licence": self._licence,
            "e-money": self._e_money,
            "unknown": lambda: IsoCard([], self._manner_with("3B8880010000000000000009")),
            "android-token": self._android_token,
        }
        return other[name]() if name in other else self._honest(name, name)

    def _honest(self, role: str, name: str) -> IsoCard:
        material = self._material(name)
        manner = Manner(**vars(self._manner))
        manner.extended_length = role != "short-length"
        manner.first_command_fails = role == "first-command-fails"
        left = {"one-try-left": 1, "locked": 0}.get(role, 3)
        return my_number_card(
            self.person(name),
            material.certificates,
            material.auth_key,
            None if role == "child" else material.sign_key,
            auth_tries_left=left,
            manner=manner,
        )

    def _juki(self) -> IsoCard:
        """住基カード: the older token with a 署名用 certificate only."""
        material = self._material("juki")
        jpki = jpki_application(
            self.person("juki"), material.certificates, None, material.sign_key, "JPKIAPICCTOKEN"
        )
        for fid in (0x0008, 0x000A, 0x000B, 0x0018):
            del jpki.files[fid]
        return IsoCard([jpki], self._manner_with("3B88800100000014E0B38191005E"))

    def _android_token(self) -> IsoCard:
        """スマートフォンのJPKI: the certificate opens with the PIN only."""
        material = self._material("android-token")
        person = self.person("android-token")
        jpki = jpki_application(person, material.certificates, material.auth_key, None, "JPKIAPGPSETOKEN")
        auth = material.certificates.auth or b""
        jpki.files[0x000A] = ElementaryFile(auth, frozenset({0x0018}))
        return IsoCard([jpki], Manner(**vars(self._manner)))

    def _licence(self) -> IsoCard:
        df1 = Application(
            "運転免許証DF1",
            bytes.fromhex("A0000002310100000000"),
            {0x0001: ElementaryFile(bytes(64), frozenset({0x0011})), 0x0011: PinFile(b"0000", 3, 3)},
        )
        return IsoCard([df1], self._manner_with("3B888001000000009181C100D8"))

    def _e_money(self) -> IsoCard:
        """On a PC/SC reader a FeliCa card shows through its reader-made ATR only (PC/SC part 3); it has no AID."""
        return IsoCard([], self._manner_with("3B8F8001804F0CA0000003061100 3B0000000042"))

    def _manner_with(self, atr: str) -> Manner:
        return Manner(**{**vars(self._manner), "atr": bytes.fromhex(atr)})

    # ------------------------------------------------------------------ keys and certificates

    def _material(self, name: str) -> _Material:
        if name not in self._materials:
            self._materials[name] = self._made(name)
        return self._materials[name]

    def _made(self, name: str) -> _Material:
        auth_key = self._key(f"{name}.auth")
        sign_key = self._key(f"{name}.sign")
        auth_ca = self._authority("user authentication", "other-ca" if name == "wrong-ca" else "auth-ca")
        sign_ca = self._authority("digital signature", "sign-ca")
        auth: bytes | None
        if name == "no-auth-certificate":
            auth = None
        elif name == "not-der":
            auth = bytes.fromhex("30820510") + bytes(range(256)) * 5 + bytes(16)
        elif name == "oversize-certificate":
            auth = bytes.fromhex("3082FFF0") + bytes(32_000)
        elif name == "next-generation":
            p384 = ec.derive_private_key(auth_key.private_numbers().d % (1 << 380), ec.SECP384R1())
            auth = self._auth_certificate(name, auth_ca, p384.public_key())
        else:
            auth = self._auth_certificate(name, auth_ca, auth_key.public_key())
        sign = None if name == "child" else self._sign_certificate(name, sign_ca, sign_key.public_key())
        return _Material(
            auth_key, sign_key, Certificates(auth, der(auth_ca.certificate), sign, der(sign_ca.certificate))
        )

    def _auth_certificate(self, name: str, ca: CertificationAuthority, key: PublicKey) -> bytes:
        person = self.person(name)
        begin, end = _validity(name, person.birth, self._now)
        subject = [(NameOID.COMMON_NAME, _opaque_name(f"{self._seed}/{name}/auth", person.municipality))]
        serial = random.Random(f"{self._seed}/{name}/serial").randrange(1 << 24, 1 << 27)
        return self._kept(f"{name}.auth.der", lambda: der(ca.issue(key, subject, begin, end, serial)))

    def _sign_certificate(self, name: str, ca: CertificationAuthority, key: PublicKey) -> bytes:
        person = self.person(name)
        begin, end = _validity(name, person.birth, self._now)
        subject = [
            (NameOID.LOCALITY_NAME, "Tokyo-to"),
            (NameOID.LOCALITY_NAME, "Mihon-shi"),
            (NameOID.COMMON_NAME, _opaque_name(f"{self._seed}/{name}/sign", person.municipality)),
        ]
        serial = random.Random(f"{self._seed}/{name}/sign-serial").randrange(1 << 24, 1 << 27)
        return self._kept(f"{name}.sign.der", lambda: der(ca.issue(key, subject, begin, end, serial)))

    def _authority(self, use: str, name: str) -> CertificationAuthority:
        # Same distinguished name for the unknown authority: generations of the real one share theirs as well.
        pem = self._kept(f"{name}.pem", lambda: authority.make_authority(use, self._now).private_pem())
        return CertificationAuthority.from_private_pem(pem, use)

    def _key(self, name: str) -> rsa.RSAPrivateKey:
        return authority.load_key(
            self._kept(f"{name}.pem", lambda: authority.private_pem(authority.new_key()))
        )

    def _kept(self, name: str, make: Callable[[], bytes]) -> bytes:
        path = self._dated / name
        with self._locked():
            if not path.exists():
                path.touch(mode=0o600)
                path.write_bytes(make())
            return path.read_bytes()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def impossible_number(draw: random.Random) -> str:
    """12 digits in the shape of an individual number whose check digit is wrong (総務省令第85号5条 gives the right one)."""
    digits = draw.choices(range(10), k=11)
    weights = [n + 1 if n <= 6 else n - 5 for n in range(1, 12)]
    remainder = sum(d * w for d, w in zip(reversed(digits), weights, strict=True)) % 11
    right = 0 if remainder <= 1 else 11 - remainder
    return "".join(map(str, [*digits, (right + 1) % 10]))


def _check(name: str) -> None:
    number = name.removeprefix("resident-")
    if name not in ROLES and not (name.startswith("resident-") and number.isdecimal()):
        raise KeyError(name)


def _birth(draw: random.Random, today: date, *, child: bool) -> date:
    years = draw.randint(4, 12) if child else draw.randint(25, 92)
    return date(today.year - years, draw.randint(1, 12), draw.randint(1, 28))


def _same_day(birth: date, year: int) -> date:
    return date(year, birth.month, birth.day)  # births are drawn from day 1..28


def _validity(name: str, birth: date, now: datetime) -> tuple[datetime, datetime]:
    """Ends at 23:59:59 JST of the fifth birthday after its begin; names may say otherwise."""
    begin = now - timedelta(days=400)
    if name == "not-yet-valid":
        begin = now + timedelta(days=1)
    elif name == "renewed-an-hour-ago":
        begin = now - timedelta(hours=1)
    elif name == "expired":
        begin = now - timedelta(days=4 * 366)
    last = _same_day(birth, begin.year + 5)
    if last > begin.date() + timedelta(days=5 * 365):
        last = _same_day(birth, begin.year + 4)
    end = datetime(last.year, last.month, last.day, 23, 59, 59, tzinfo=JST)
    if name == "expired":
        yesterday = now.astimezone(JST) - timedelta(days=1)
        end = yesterday.replace(hour=23, minute=59, second=59)
    return begin.astimezone(UTC), end.astimezone(UTC)


def _opaque_name(seed: str, municipality: str) -> str:
    """23 characters like `997794E9AGCIEG13221003A`: opaque part, municipality, issue number, letter."""
    draw = random.Random(seed)
    return "".join(draw.choices("0123456789ABCDEFGHI", k=14)) + municipality + "003A"
