"""`terminal.toml`: the keys are a contract (DESIGN §11). One error names every bad key, its rule and the way out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from msgspec import Meta, Struct

from contract.settings_file import BadSettings, read_document
from contract.tables import Fault, FaultList, decode
from contract.uplink_table import UplinkTable
from drivers.panel.settings import HEADER_PINS, PanelSettings
from terminal.ports import Lamp

#: A file below this folder belongs to an installed terminal, where nothing of demo and tests is allowed.
INSTALLED_AT = Path("/etc/mynapo")

_Table = TypeVar("_Table", bound=Struct)

_Pin = Annotated[
    int,
    Meta(
        ge=HEADER_PINS.start,
        le=HEADER_PINS.stop - 1,
        description="a BCM pin number, 2-27; 0 and 1 are the HAT's memory",
        extra={"ja": "BCM のピン番号 2 から 27。0 と 1 は HAT の記憶素子のもの"},
    ),
]


class TerminalTable(Struct, frozen=True, kw_only=True):
    id: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9-]{1,40}\Z",
            description="1-40 of a-z, 0-9 and -",
            extra={"ja": "a-z、0-9、- で 1 から 40 文字"},
        ),
    ]
    data_dir: Annotated[
        str,
        Meta(
            min_length=1,
            description="the folder of outbox.db and uplink/mailbox.db",
            extra={"ja": "outbox.db と uplink/mailbox.db のフォルダー"},
        ),
    ]
    site: Annotated[
        str,
        Meta(
            min_length=1, description="the place as residents call it", extra={"ja": "住民が呼ぶ場所の名前"}
        ),
    ]
    site_address: str = ""
    now: (
        Annotated[
            datetime,
            Meta(
                tz=True,
                description="with offset, as 2022-07-15T10:00:00+09:00",
                extra={"ja": "時差つきで 2022-07-15T10:00:00+09:00 のように"},
            ),
        ]
        | None
    ) = None


class OperatorTable(Struct, frozen=True, kw_only=True):
    """Who runs the terminal (個人情報保護法): shown before anything is read, in the resident's language where given."""

    name: Annotated[
        str,
        Meta(
            min_length=1,
            description="the operator's name as residents know it",
            extra={"ja": "住民が知っている運営者の名前"},
        ),
    ]
    contact: Annotated[
        str, Meta(min_length=1, description="telephone and hours", extra={"ja": "電話番号と受付時間"})
    ]
    purpose: str = "ポイントの予約と申込みだけ"
    retention: str = "申込みの日から 1年"
    disclosure: str = ""
    name_en: str = ""
    contact_en: str = ""
    disclosure_en: str = ""
    purpose_en: str = "Reserving and applying for points"
    retention_en: str = "One year from the application"


class CardTable(Struct, frozen=True, kw_only=True):
    ca: Annotated[
        tuple[str, ...],
        Meta(
            min_length=1,
            description="PEM files of the 利用者証明用 CA",
            extra={"ja": "利用者証明用 CA の PEM ファイル"},
        ),
    ]
    accept_test_ca: bool = False


class TrustTable(Struct, frozen=True, kw_only=True):
    root: Annotated[
        str,
        Meta(
            min_length=1,
            description="the fleet root's public key, PEM",
            extra={"ja": "センターの根の公開鍵、PEM"},
        ),
    ]
    sealing_keys: Annotated[
        str,
        Meta(
            min_length=1, description="keys.json, signed by the root", extra={"ja": "根が署名した keys.json"}
        ),
    ]


class DeviceTable(Struct, frozen=True, kw_only=True):
    signing_key: Annotated[
        str,
        Meta(
            min_length=1,
            description="the terminal's Ed25519 key, PEM",
            extra={"ja": "端末の Ed25519 鍵、PEM"},
        ),
    ]


class PcscTable(Struct, frozen=True, kw_only=True):
    name: str = ""


class NfcTable(Struct, frozen=True, kw_only=True):
    device: Annotated[
        str,
        Meta(
            min_length=1,
            description="a serial device, as /dev/ttyAMA0",
            extra={"ja": "/dev/ttyAMA0 のようなシリアル機器"},
        ),
    ]
    chip: Literal["pn532"] = "pn532"


class ReaderTable(Struct, frozen=True, kw_only=True):
    pcsc: PcscTable | None = None
    nfc: NfcTable | None = None


class PrinterTable(Struct, frozen=True, kw_only=True):
    device: Annotated[
        str,
        Meta(
            min_length=1,
            description="a serial device, as /dev/serial0",
            extra={"ja": "/dev/serial0 のようなシリアル機器"},
        ),
    ]
    baud: Annotated[int, Meta(ge=1200, le=921_600)] = 115_200
    columns: Annotated[
        int,
        Meta(
            ge=32,
            le=64,
            description="half-width columns, 48 for 80 mm paper",
            extra={"ja": "半角の桁数、80 mm の紙は 48"},
        ),
    ] = 48


class PanelTable(Struct, frozen=True, kw_only=True):
    """One BCM pin per function; absent = not fitted."""

    factory: Literal["lgpio", "pigpio"] = "lgpio"
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8888
    lamp_wait: _Pin | None = None
    lamp_done: _Pin | None = None
    lamp_trouble: _Pin | None = None
    buzzer: _Pin | None = None
    door: _Pin | None = None
    presence: _Pin | None = None

    def wiring(self) -> PanelSettings:
        """As the driver takes it. The lamp beside the slot says both: put it, take it."""
        pins = {
            Lamp.WAIT: self.lamp_wait,
            Lamp.DONE: self.lamp_done,
            Lamp.TROUBLE: self.lamp_trouble,
            Lamp.TAKE: self.lamp_wait,
        }
        return PanelSettings(
            factory=self.factory,
            host=self.host,
            port=self.port,
            lamps={lamp: pin for lamp, pin in pins.items() if pin is not None},
            buzzer=self.buzzer,
            door=self.door,
            presence=self.presence,
        )


class ProgrammeTable(Struct, frozen=True, kw_only=True):
    packs: Annotated[
        tuple[str, ...],
        Meta(min_length=1, description='as ["national-2022"]', extra={"ja": '["national-2022"] のように'}),
    ]


class ScreenTable(Struct, frozen=True, kw_only=True):
    size: Annotated[
        str, Meta(pattern=r"^\d{3,4}x\d{3,4}$", description="as 720x1280", extra={"ja": "720x1280 のように"})
    ] = "720x1280"
    language: Literal["ja", "ja-easy", "en"] = "ja"
    fullscreen: bool = False
    mm_per_px: (
        Annotated[
            float,
            Meta(
                gt=0.05,
                lt=1.0,
                description="how wide a pixel is, as 0.18; leave it out for 720x1280, 1080x1920 and 1280x800",
                extra={"ja": "1 画素の幅。0.18 のように。720x1280、1080x1920、1280x800 なら書かない"},
            ),
        ]
        | None
    ) = None


class LimitsTable(Struct, frozen=True, kw_only=True):
    """Seconds, but for `outbox_records`."""

    idle_warning_s: Annotated[float, Meta(gt=0, le=600)] = 45
    idle_end_s: Annotated[float, Meta(gt=0, le=1200)] = 75
    card_gap_s: Annotated[float, Meta(gt=0, le=10)] = 2
    take_card_s: Annotated[float, Meta(gt=0, le=120)] = 20
    presence_cover_s: Annotated[float, Meta(gt=0, le=60)] = 5
    presence_end_s: Annotated[float, Meta(gt=0, le=300)] = 20
    outbox_records: Annotated[int, Meta(ge=1, le=1_000_000)] = 100_000


class RobotTable(Struct, frozen=True, kw_only=True):
    socket: Annotated[
        str,
        Meta(min_length=1, description="a path of at most 100 bytes", extra={"ja": "100 バイトまでの場所"}),
    ]


class SettingsFile(Struct, frozen=True, kw_only=True):
    """The whole file. `keypad` and `audio` are reserved for hardware that comes later."""

    terminal: TerminalTable
    operator: OperatorTable
    card: CardTable
    trust: TrustTable
    device: DeviceTable
    programme: ProgrammeTable
    reader: ReaderTable = ReaderTable()
    printer: PrinterTable | None = None
    panel: PanelTable | None = None
    uplink: UplinkTable | None = None
    screen: ScreenTable = ScreenTable()
    limits: LimitsTable = LimitsTable()
    robot: RobotTable | None = None
    keypad: dict[str, Any] | None = None
    audio: dict[str, Any] | None = None


@dataclass(frozen=True)
class Settings:
    """A sound file, and where it lies. Relative paths are relative to its folder."""

    file: SettingsFile
    source: Path

    def path(self, name: str) -> Path:
        return self.source.parent / name

    @property
    def demo(self) -> bool:
        """Records made under these settings must never count as real."""
        return self.file.terminal.now is not None or self.file.card.accept_test_ca


def load(path: Path, *, installed: bool) -> Settings | BadSettings:
    """Reads `terminal.toml`. `installed` (or a file below /etc/mynapo) refuses what is for demo and tests only."""
    raw = read_document(path)
    if isinstance(raw, Fault):
        return BadSettings((raw,))
    faults = FaultList(str(path))
    file = decode(raw, SettingsFile, faults)
    installed = installed or _is_installed(path)
    for key, present in _demo_keys(raw).items():
        if installed and present:
            faults.add(
                key,
                "is for demo and tests only",
                "remove it from an installed terminal's settings",
                rule_ja="練習と試験のための項目です",
                way_out_ja="置いてある端末の設定からは消す",
            )
    _judge_panel(_alone(raw, "panel", PanelTable), faults)
    _judge_limits(_alone(raw, "limits", LimitsTable), faults)
    if file is None or faults.found:
        return BadSettings(tuple(faults.found))
    return Settings(file, path.resolve())


def _alone(raw: dict[str, Any], name: str, table: type[_Table]) -> _Table | None:
    """One table by itself, where it is sound: what its keys mean together is told although another table is bad."""
    value = raw.get(name)
    return decode(value, table, FaultList("")) if isinstance(value, dict) else None


def _judge_panel(panel: PanelTable | None, faults: FaultList) -> None:
    for key, other in panel.wiring().claimed_twice() if panel is not None else ():
        faults.add(
            f"panel.{key}",
            f"has the pin of {other}",
            "give each function a pin of its own; only lamps may share one",
            rule_ja=f"{other} と同じピンです",
            way_out_ja="ピンを別にする（ランプどうしだけは同じでよい）",
        )


def _judge_limits(limits: LimitsTable | None, faults: FaultList) -> None:
    if limits is not None and limits.idle_end_s <= limits.idle_warning_s:
        faults.add(
            "limits.idle_end_s",
            "must be longer than idle_warning_s",
            "for example 45 and 75",
            rule_ja="idle_warning_s より長くありません",
            way_out_ja="たとえば 45 と 75 にする",
        )


def _is_installed(path: Path) -> bool:
    """Below /etc/mynapo by its name or in truth: a link in either direction makes no test rig of a terminal."""
    named, true = path.parent.resolve() / path.name, path.resolve()
    return any(INSTALLED_AT.resolve() in file.parents for file in (named, true))


def _demo_keys(raw: dict[str, Any]) -> dict[str, bool]:
    def table(name: str) -> dict[str, Any]:
        value = raw.get(name)
        return value if isinstance(value, dict) else {}

    return {
        "robot": "robot" in raw,
        "terminal.now": "now" in table("terminal"),
        "card.accept_test_ca": bool(table("card").get("accept_test_ca")),
    }
