"""The main job: 予約 and 申込 in Japanese and in English, a wrong PIN, a lifted card, and a network cut that heals."""

from __future__ import annotations

from bench.tours.steps import (
    Arrived,
    AtMostPresses,
    CutNetwork,
    InsertCard,
    NothingAccepted,
    Press,
    RemoveCard,
    RestoreNetwork,
    See,
    TakePaper,
    Tour,
    TourScene,
    TourStep,
    TriesLeft,
    TypePin,
    TypeText,
    Waiting,
)

_CARD_NUMBER = "1234567890123456"
_CODE = "789"
#: FLOW §2.
_MOST_PRESSES = 12


def _to_the_card(resident: str) -> tuple[TourStep, ...]:
    """From S2 to "is this your card?": service あおば電子マネー."""
    return (
        Press("apply"),
        See("Checklist", "必要なものがそろっているか たしかめる"),
        Press("ready"),
        See("ChooseService", "ポイントをもらうサービスを 1つえらぶ"),
        Press("service-aoba"),
        See("ServiceTerms", "えらんだサービスのきまり。あとから変えられない"),
        Press("take"),
        See("Consent", "情報を何に使うか。カードを読む前に聞く"),
        Press("agree"),
        See("PlaceCard", "ここで初めてカードを入れる"),
        InsertCard(resident),
        See("ConfirmCard", "カードの写真で 本人のカードか たしかめる"),
        Press("mine"),
    )


_NUMBERS: tuple[TourStep, ...] = (
    See("EnterText", "決済サービスIDを入れる"),
    TypeText("service-id", _CARD_NUMBER, "16けたの番号"),
    Press("ok"),
    See("RepeatText", "もう一度、カードを見ながら同じ番号を入れる"),
    TypeText("service-id-again", _CARD_NUMBER, "同じ番号をもう一度"),
    Press("ok"),
    See("EnterCode", "カードのうらのコードを入れる"),
    TypeText("code-1", _CODE, "3けたのコード"),
    Press("ok"),
    See("ConfirmApplication", "申し込む前の最後の確認。この形の画面はここだけ"),
    Press("apply"),
)


def _sign(resident: str) -> tuple[TourStep, ...]:
    return (
        See("EnterPin", "暗証番号4けた。ここで初めて聞く"),
        TypePin(resident),
        Press("ok"),
    )


def _hand_over(*, answered: bool = True, applied: bool = True) -> tuple[TourStep, ...]:
    where = "accepted.answered" if answered else "accepted.will_be_sent"
    other = "accepted.will_be_sent" if answered else "accepted.answered"
    mykey = "accepted.mykey" if answered else "accepted.mykey_later"
    told = "受付番号、マイキーID、結果がわかる日" if answered else "受付番号。通信できるようになったら送る"
    paper = "受付票。予約と申込みで1まい" if applied else "受付票（予約だけ）"
    return (
        See("Accepted", "受け付けた。まずカードを取る", says=("accepted.title", "accepted.take_card")),
        RemoveCard(),
        TakePaper(paper),
        See("Accepted", told, says=(where, mykey), never=(other,)),
        Press("finish"),
        See("Attract", "はじめの画面にもどる。前の人のものは何も残らない"),
    )


_JAPANESE = TourScene(
    "ja",
    "予約と申込み（日本語）",
    "ja",
    (
        See("Attract", "待っている画面。何が受付中か、いつまでか", gone=("missing.network",)),
        Press("start"),
        See("Home", "何をするかをえらぶ"),
        *_to_the_card("resident-1"),
        *_NUMBERS,
        *_sign("resident-1"),
        *_hand_over(),
        Arrived(records=2),
        AtMostPresses(_MOST_PRESSES),
    ),
)

_ENGLISH = TourScene(
    "en",
    "予約と申込み（英語）",
    "en",
    (
        See("Attract", "待っている画面"),
        Press("language"),
        See("LanguageChoice", "ことばをえらぶ"),
        Press("language-en"),
        See("Attract", "同じ画面が英語になる", says=("attract.title",)),
        Press("start"),
        See("Home", "何をするかをえらぶ"),
        *_to_the_card("resident-2"),
        *_NUMBERS,
        *_sign("resident-2"),
        *_hand_over(),
        Arrived(records=2),
        AtMostPresses(_MOST_PRESSES + 1),  # the language itself
    ),
)


def _reserve(resident: str) -> tuple[TourStep, ...]:
    """予約だけ, from the attract screen to the PIN."""
    return (
        See("Attract", "待っている画面"),
        Press("start"),
        See("Home", "予約だけをえらぶ"),
        Press("reserve"),
        See("Checklist", "予約だけなら カードと暗証番号"),
        Press("ready"),
        See("Consent", "情報を何に使うか"),
        Press("agree"),
        See("PlaceCard", "カードを入れる"),
        InsertCard(resident),
        See("ConfirmCard", "本人のカードか"),
        Press("mine"),
        See("ConfirmApplication", "予約の確認"),
        Press("apply"),
    )


_WRONG_PIN = TourScene(
    "wrong-pin",
    "暗証番号をまちがえる",
    "ja",
    (
        *_reserve("resident-3"),
        See("EnterPin", "暗証番号をたずねる"),
        TypePin("resident-3", wrong=True),
        Press("ok"),
        See("EnterPin", "ちがうと言われる。残りの回数が減っている", says=("pin.wrong",)),
        TriesLeft("resident-3", 2),
        TypePin("resident-3"),
        Press("ok"),
        *_hand_over(applied=False),
        TriesLeft("resident-3", 3),
        Arrived(records=1),
    ),
)

_LIFTED = TourScene(
    "lifted-card",
    "とちゅうでカードを取る",
    "ja",
    (
        See("Attract", "待っている画面"),
        Press("start"),
        See("Home", "何をするかをえらぶ"),
        *_to_the_card("resident-4"),
        See("EnterText", "番号を入れるところで"),
        RemoveCard(),
        See(
            "Trouble",
            "カードがはなれたので終わり。申込みは受け付けていない",
            says=("trouble.card_lifted.title", "trouble.card_lifted.not_done"),
        ),
        Press("leave"),
        See("Attract", "はじめの画面にもどる"),
        NothingAccepted(),
    ),
)

_OFFLINE = TourScene(
    "network",
    "ネットワークが切れていて、あとでなおる",
    "ja",
    (
        CutNetwork(),
        *_reserve("resident-5"),
        *_sign("resident-5"),
        *_hand_over(answered=False, applied=False),
        Waiting(records=1),
        RestoreNetwork(),
        Arrived(records=1),
        See("Attract", "なおると、ひとりでに送られている", gone=("missing.network",)),
    ),
)

TOUR = Tour("main", "主な仕事：予約と申込み", (_JAPANESE, _ENGLISH, _WRONG_PIN, _LIFTED, _OFFLINE))
