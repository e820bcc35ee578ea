"""The page's words for the slugs that fleet and terminals write: Japanese, English. What is not here is shown as it is."""

from __future__ import annotations

from collections.abc import Mapping

#: Why something lies in quarantine, was rejected by the opener or alarmed.
REASONS: Mapping[str, tuple[str, str]] = {
    # the ingest's (`fleet.intake.Reason`)
    "unknown-topic": ("知らないトピック", "Unknown topic"),
    "too-large": ("大きすぎる", "Too large"),
    "not-json": ("JSONでない", "Not JSON"),
    "other-version": ("版がちがう", "Other version"),
    "malformed": ("形がちがう", "Malformed"),
    "unknown-terminal": ("登録のない端末", "Terminal is not registered"),
    "retired-terminal": ("登録を終えた端末", "Terminal is retired"),
    "other-terminal": ("ほかの端末の名前", "Names another terminal"),
    "wrong-signature": ("署名が合わない", "Signature does not match"),
    "unknown-key": ("知らない鍵で封をした", "Sealed to an unknown key"),
    "retained": ("保持メッセージ", "Retained message"),
    "stale": ("古い知らせ", "Older than what is known"),
    "id-conflict": ("同じIDで中身がちがう", "Same ID, other content"),
    "sequence-conflict": ("同じ番号でIDがちがう", "Same number, other ID"),
    "overflow": ("多すぎて数だけ", "Too many, only counted"),
    # the opener's (`fleet.opening.Fault`)
    "envelope": ("封筒の形がちがう", "Envelope is malformed"),
    "device-signature": ("端末の署名が合わない", "Terminal's signature does not match"),
    "cannot-open": ("封を開けられない", "Seal cannot be opened"),
    "other-id": ("封筒とIDがちがう", "Other ID than its envelope"),
    "answer-key": ("返事の鍵が使えない", "Answer key cannot be used"),
    "time": ("時刻が読めない", "Time cannot be read"),
    "future": ("時刻が先の日付", "Dated in the future"),
    "too-old": ("署名から届くまでが長すぎる", "Signed too long before it came"),
    "demo": ("デモの申込み", "Demo record"),
    "card-signature": ("カードの署名が合わない", "Card's signature does not match"),
    "stopped-opener": ("開けると処理が止まる", "Stops the opener"),
    "certificate-expired": ("証明書の期限が切れていた", "Certificate has expired"),
    "certificate-not-yet": ("証明書がまだ使えなかった", "Certificate is not valid yet"),
    "certificate-issuer": ("証明書の発行者がちがう", "Certificate of another issuer"),
    "certificate-test-ca": ("テスト用の証明書", "Certificate of a test CA"),
    "certificate-damaged": ("証明書がこわれている", "Certificate is damaged"),
    "certificate-key-type": ("証明書の鍵の種類がちがう", "Certificate with another kind of key"),
    # what does not fit its programme (`fleet.programme_rules.Misfit`)
    "clock": ("時計が信用できない", "Clock cannot be trusted"),
    "unknown-programme": ("知らない事業", "Unknown programme"),
    "unknown-measure": ("知らない施策", "Unknown measure"),
    "measure-not-offered": ("端末で受け付けない施策", "Measure is not offered at terminals"),
    "measure-not-open": ("施策の受付期間の外", "Measure was not open"),
    "no-service": ("決済サービスがない", "No service chosen"),
    "unknown-service": ("知らない決済サービス", "Unknown service"),
    "service-elsewhere": ("端末で申し込めないサービス", "Service cannot be applied for at terminals"),
    "service-not-for-measure": ("施策の対象でないサービス", "Service takes no part in the measure"),
    "service-not-yet": ("サービスの受付がまだだった", "Service had not begun"),
    "service-closed": ("サービスの受付が終わっていた", "Service was closed"),
    "service-id": ("決済サービスIDの形がちがう", "Service ID does not fit"),
    "service-codes": ("セキュリティコードの形がちがう", "Security code does not fit"),
    "service-phone": ("電話番号4けたの形がちがう", "Telephone digits do not fit"),
    # the opener's alarms about order
    "signed-earlier": ("先に署名したものが後から届いた", "Signed earlier, arrived later"),
    "taken-back": ("先に署名したものがあり取り消した", "Taken back for an earlier signature"),
}

#: Parts of a terminal; a card reader that has a name of its own keeps it.
PARTS: Mapping[str, tuple[str, str]] = {
    "printer": ("プリンター", "Printer"),
    "nfc": ("NFCリーダー", "NFC reader"),
    "pcsc": ("カードリーダー", "Card reader"),
    "panel": ("ランプとセンサー", "Lamps and sensors"),
}

#: What is wrong with a part, or what a terminal cannot do without (its alarms).
TROUBLES: Mapping[str, tuple[str, str]] = {
    "cover-open": ("ふたが開いている", "cover open"),
    "paper-out": ("紙がない", "out of paper"),
    "cutter": ("カッターの故障", "cutter fault"),
    "overheated": ("熱くなりすぎ", "overheated"),
    "error": ("故障", "fault"),
    "offline": ("つながっていない", "offline"),
    "no-answer": ("答えない", "no answer"),
    "no-device": ("見つからない", "not found"),
    "noDevice": ("見つからない", "not found"),
    "no-reader": ("リーダーがない", "no reader"),
    "starting": ("起動中", "starting"),
    "hardwareError": ("故障", "fault"),
    "unknown": ("わかりません", "unknown"),
    "reader": ("カードを読めない", "cannot read cards"),
    "store": ("記録できない", "cannot store"),
    "clock": ("時計が合わない", "clock is wrong"),
    "paper": ("印刷できない", "cannot print"),
    # the alarms of a terminal's last 24 hours (`docs/audit-events.md`)
    "journal-damaged": ("保存ファイルがこわれた", "journal was damaged"),
    "commit-failed": ("申込みを保存できなかった", "could not store an enrolment"),
    "foreign-files": ("ほかの利用者のファイルがあった", "files of another user lay beside the journal"),
    "ack-mismatch": ("受領通知が合わない", "acknowledgement does not fit"),
    "keys-expired": ("封印の鍵が期限切れ", "sealing key has expired"),
    "outbox-full": ("送信待ちがいっぱい", "outbox was full"),
}


def in_language(words: Mapping[str, tuple[str, str]], language: str) -> dict[str, str]:
    """One language's half; everything but `en` is Japanese."""
    return {slug: pair[language == "en"] for slug, pair in words.items()}
