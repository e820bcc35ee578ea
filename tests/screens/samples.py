"""Sample views: one for each design picture and for what the pictures leave out. All names are invented."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from screens.catalogue import Catalogue, load_catalogue
from terminal.views import (
    BACK,
    Accepted,
    Attract,
    Badge,
    Bars,
    Checklist,
    Choice,
    ChooseService,
    ConfirmApplication,
    ConfirmCard,
    Consent,
    Countdown,
    Drawing,
    EnterCode,
    EnterPin,
    EnterText,
    Entry,
    Fact,
    Field,
    FieldKind,
    Group,
    GroupState,
    Home,
    IdleWarning,
    Language,
    LanguageChoice,
    Layout,
    Line,
    Localised,
    Look,
    Message,
    Note,
    Number,
    Options,
    OutOfService,
    Pager,
    Panel,
    Paragraph,
    PlaceCard,
    Progress,
    RepeatText,
    Role,
    ServiceTerms,
    Sheet,
    Small,
    Status,
    StepState,
    Stone,
    Stones,
    StopQuestion,
    TakeCard,
    Tone,
    Tries,
    Trouble,
    View,
    Working,
    verbatim,
)

JST = timezone(timedelta(hours=9))

CORE_WORDS = {
    Language.JA: {
        "tool.stop": "やめる",
        "button.back": "もどる",
        "stone.choose": "えらぶ",
        "stone.consent": "同意",
        "stone.card": "カード",
        "stone.number": "番号",
        "stone.confirm": "確認",
        "stone.accepted": "受付",
    },
    Language.EN: {
        "tool.stop": "Stop",
        "button.back": "Back",
        "stone.choose": "Choose",
        "stone.consent": "Consent",
        "stone.card": "Card",
        "stone.number": "Number",
        "stone.confirm": "Confirm",
        "stone.accepted": "Receipt",
    },
}


def catalogue() -> Catalogue:
    """The real furniture, and the few words of the core that views name themselves."""
    loaded = load_catalogue()
    return Catalogue(
        {
            language: CORE_WORDS[language]
            | {name: loaded.source(name, language) for name in loaded.ids(language)}
            for language in Language
        }
    )


def t(ja: str, en: str = "") -> Message:
    return verbatim(Localised(ja, en))


def at(now: Stone) -> Stones:
    return Stones(tuple(Stone), now)


def go(
    name: str, ja: str, en: str = "", icon: str = "", look: Look = Look.PLAIN, focused: bool = False
) -> Choice:
    return Choice(name, t(ja, en), Role.PRIMARY, icon=icon, look=look, focused=focused)


def other(
    name: str, ja: str, en: str = "", icon: str = "", detail: Message | None = None, look: Look = Look.PLAIN
) -> Choice:
    return Choice(name, t(ja, en), Role.SECONDARY, icon=icon, detail=detail, look=look)


def row(name: str, ja: str, en: str, badge: Badge) -> Choice:
    return Choice(name, t(ja, en), Role.ROW, badge=badge)


def groups(*contents: str, length: int = 4, current: int = -1, wrong: int = -1) -> tuple[Group, ...]:
    made = []
    for index, content in enumerate(contents):
        state = GroupState.COMPLETE if len(content) == length else GroupState.EMPTY
        state = GroupState.CURRENT if index == current else GroupState.WRONG if index == wrong else state
        made.append(Group(length, content, state))
    return tuple(made)


def pin_field(typed: int) -> Field:
    boxes = tuple(
        Group(1, "●" if index < typed else "", GroupState.CURRENT if index == typed else GroupState.EMPTY)
        for index in range(4)
    )
    return Field("pin", FieldKind.PIN, boxes)


SMALL = Small(
    (
        t("みほん運営センター　0000-00-0000", "Sample Centre  0000-00-0000"),
        t("端末 tk-0042　記号 C-03", "Terminal tk-0042  Code C-03"),
    )
)


def samples() -> dict[str, View]:
    """The sample views by the name of their design picture."""
    return {**before_the_card(), **with_the_card(), **afterwards()}


def before_the_card() -> dict[str, View]:
    return {
        "S01_attract": Attract(
            title=t("マイナポイントの手続き", "My Number points"),
            sentence=t("カードと暗証番号で、自分でできます", "With your card and PIN, by yourself"),
            clock=datetime(2022, 7, 15, 10, 0, tzinfo=JST),
            parts=(
                Drawing("attract"),
                Panel(
                    t("いま受け付けています", "Open now"),
                    (
                        t("予約・申込み　しめきりは", "Applications close on"),
                        t("2023年(令和5年)2月28日", "28 February 2023"),
                        t("申込状況　いつでも見られます", "Status: at any time"),
                        t("使える時間　6時30分から23時", "Hours: 6:30 to 23:00"),
                    ),
                    Badge.OK,
                ),
                Note(
                    t("カードは、まだ置かないでください", "Do not place your card yet"),
                    icon="card",
                    tone=Tone.ATTENTION,
                ),
            ),
            main=go("start", "ここにふれて はじめる", "Touch here to start", icon="forward"),
        ),
        "S02_home": Home(
            title=t("何をしますか", "What would you like to do?"),
            sentence=t("1つ えらんで ふれてください", "Touch one of these"),
            parts=(
                Options(
                    (
                        other(
                            "apply",
                            "はじめて申し込む",
                            "Apply for the first time",
                            "pen",
                            t("予約も いっしょに できます", "Includes the reservation"),
                            Look.FILLED,
                        ),
                        other(
                            "reserve",
                            "予約だけする",
                            "Reserve only",
                            "calendar",
                            t("サービスは あとで えらびます", "Choose a service later"),
                        ),
                        other(
                            "status",
                            "申込状況を見る",
                            "See your status",
                            "search",
                            t("結果が出たか たしかめます", "Check for a result"),
                        ),
                        other(
                            "guide",
                            "ご案内",
                            "Guidance",
                            "info",
                            t("ポイントのしくみ・相談先", "How it works, whom to ask"),
                        ),
                    ),
                    Layout.CHOICES,
                ),
            ),
            back=BACK,
        ),
        "S03_before": Checklist(
            title=t("はじめる前に", "Before you start"),
            sentence=t("この3つが そろっていますか", "Do you have these three?"),
            parts=(
                Fact(
                    t("マイナンバーカード", "My Number Card"),
                    t("本人が 持ってきてください", "Your own card"),
                    drawing="card-small",
                ),
                Fact(
                    t("4けたの暗証番号", "4-digit PIN"),
                    t("受け取ったとき決めた数字", "Set when you received it"),
                    drawing="pin-small",
                ),
                Fact(
                    t("IDとコード", "ID and code"),
                    t("ポイントをもらう先の番号", "Of your payment service"),
                    drawing="id-small",
                ),
                Fact(
                    t(
                        "カードを2022年9月30日までに申し込んだ人が もらえます",
                        "For cards applied for by 30 September 2022",
                    ),
                    icon="calendar",
                ),
                Options(
                    (
                        other("no-pin", "暗証番号が わからない", "I don't know my PIN"),
                        other("no-id", "IDが わからない", "I don't know my ID"),
                    ),
                    Layout.PAIR,
                ),
            ),
            main=go("ready", "そろっています", "I have them"),
            back=BACK,
        ),
        "S04_service_list": service_list(),
        "S04_service_kana": service_kana(),
        "S05_terms": ServiceTerms(
            title=t("あおば電子マネーのきまり", "Terms of Aoba e-money"),
            stones=at(Stone.CHOOSE),
            parts=(
                Note(
                    t("申し込むと 変えられません", "You cannot change it later"),
                    t("別のサービスにも できません", "Nor to another service"),
                    icon="lock",
                    tone=Tone.ATTENTION,
                ),
                Fact(
                    t("チャージした額の25%", "25% of what you charge"),
                    t("いちばん多くて 5,000円分", "Up to 5,000 yen"),
                    icon="coin",
                ),
                Fact(
                    t("翌月の20日ごろ 受け取れます", "From the 20th of next month"),
                    t("お店のチャージ機で 受け取ります", "At a charging machine"),
                    icon="calendar",
                ),
                Fact(
                    t("しめきり 2023年2月28日(火)", "Closes 28 February 2023"),
                    t("チャージも この日まで", "Charge by then, too"),
                    icon="clock",
                ),
                Drawing(
                    "e-money-number",
                    caption=t(
                        "IDは カードの うらにあります\n16けたの番号", "The ID is on the back\n16 digits"
                    ),
                ),
            ),
            main=go("take", "これにする", "Take this one", icon="forward"),
            back=BACK,
        ),
        "S06_consent": Consent(
            title=t("情報の使い方", "How data is used"),
            sentence=t("同意しないときは「やめる」へ", "If you do not agree: Stop"),
            stones=at(Stone.CONSENT),
            parts=(
                Fact(
                    t("何に使いますか", "What for?"),
                    t("ポイントの予約と申込みだけ", "Only for your application"),
                    icon="pen",
                ),
                Fact(
                    t("だれに わたしますか", "Who receives it?"),
                    t("みほん運営センター", "The Sample Centre"),
                    icon="house",
                ),
                Fact(
                    t("いつまで 残しますか", "Kept how long?"),
                    t("申込みの日から 1年", "One year"),
                    icon="calendar",
                ),
                Fact(
                    t("たずねる先", "Questions"),
                    t("0000-00-0000(9時から17時)", "0000-00-0000 (9:00-17:00)"),
                    icon="phone",
                ),
                Fact(
                    t("マイナンバー(12けた)は 読みません", "Your 12-digit number is not read"), icon="check"
                ),
                Options(
                    (other("whole-text", "全文を読む", "Read the whole text", icon="paper"),), Layout.STACK
                ),
            ),
            main=go("agree", "同意する", "I agree", icon="check"),
            back=BACK,
        ),
        "P15_language": LanguageChoice(
            title=t("ことば Language", "Language"),
            parts=(
                Options(
                    (
                        Choice("ja", verbatim("日本語"), Role.ROW, look=Look.CHOSEN),
                        Choice("en", verbatim("English"), Role.ROW),
                    ),
                    Layout.LIST,
                ),
            ),
            back=BACK,
        ),
    }


def service_list() -> View:
    return ChooseService(
        title=t("どこでポイントをもらいますか", "Where do you want your points?"),
        sentence=t("1つだけ えらべます", "You can choose only one"),
        stones=at(Stone.CHOOSE),
        parts=(
            Options(
                (
                    other("all", "全部", "All"),
                    other("e-money", "電子 マネー", "E-money", look=Look.CHOSEN),
                    other("smartphone", "スマホ 決済", "Phone"),
                    other("credit", "クレ ジット", "Credit"),
                    other("rest", "その他", "Other"),
                ),
                Layout.CHIPS,
            ),
            Options(
                (
                    row("aoba", "あおば電子マネー", "Aoba e-money", Badge.OK),
                    row("kohaku", "こはくマネー", "Kohaku Money", Badge.ATTENTION),
                    row("shiosai", "しおさいカード", "Shiosai Card", Badge.BARRED),
                ),
                Layout.LIST,
            ),
            Pager(
                2,
                9,
                (
                    other("page-back", "前へ", "Back", icon="back"),
                    other("page-on", "次へ", "Next", icon="forward"),
                ),
            ),
        ),
        main=other("search", "名前でさがす", "Search by name", icon="search"),
        back=BACK,
    )


def service_kana() -> View:
    return ChooseService(
        title=t("名前の はじめの音は", "How does the name begin?"),
        sentence=t("さがす行に ふれてください", "Touch its row"),
        stones=at(Stone.CHOOSE),
        parts=(
            Entry(Field("kana", FieldKind.KANA, (Group(1, "あ", GroupState.COMPLETE),))),
            Note(
                t("「あ」の行　3つ あります", "Row あ: 3 services"),
                t("あおば・いちょう・うみねこ", "Aoba, Ichou, Umineko"),
                icon="search",
            ),
        ),
        main=go("show", "3つを見る", "Show 3", icon="forward"),
        back=Choice("back", t("一覧へ", "List"), Role.BACK, icon="back"),
    )


def with_the_card() -> dict[str, View]:
    digits = groups("5019", "0042", "37", "", current=2)
    letters = (Group(2, "J", GroupState.CURRENT), *(Group(5) for _ in range(3)))
    return {
        "S07_place_card": PlaceCard(
            title=t("カードを入れてください", "Insert your card"),
            sentence=t("写真が見える向きで、奥まで入れます", "Photo side up, all the way in"),
            stones=at(Stone.CARD),
            parts=(
                Drawing(
                    "reader-insert",
                    labels=(
                        ("chip", t("チップが 先", "Chip first")),
                        ("photo", t("写真が 見える", "Photo side up")),
                    ),
                ),
                Note(
                    t("終わるまで 動かさないでください", "Leave it in until this screen asks you to take it"),
                    icon="card",
                ),
            ),
            main=Status(t("カードを 待っています", "Waiting for your card")),
            back=BACK,
        ),
        "S07_place_card_nfc": PlaceCard(
            title=t("カードを置いてください", "Place your card"),
            sentence=t("写真が見える向きで、台にのせます", "Photo side up, on the pad"),
            stones=at(Stone.CARD),
            parts=(
                Drawing("nfc-lay"),
                Note(t("終わるまで 動かさないでください", "Leave it there until asked"), icon="card"),
            ),
            main=Status(t("カードを 待っています", "Waiting for your card")),
            back=BACK,
        ),
        "S08_confirm_card": ConfirmCard(
            title=t("あなたのカードですか", "Is this your card?"),
            sentence=t("カードの写真を 見てください", "Look at the photo on it"),
            stones=at(Stone.CARD),
            parts=(
                Drawing("card-photo"),
                Fact(t("カードの有効期限を 確かめました", "The card has not expired"), icon="check"),
                Options(
                    (
                        other("child", "子どもの カードです", "My child's card"),
                        other("other", "ちがう人の カードです", "Somebody else's card"),
                    ),
                    Layout.PAIR,
                ),
            ),
            main=go("mine", "はい、わたしです", "Yes, it is mine"),
            back=BACK,
        ),
        "S09_id_numeric": EnterText(
            title=t("IDを入れる", "Enter the ID"),
            sentence=t("カードのうらの 16けたの番号です", "16 digits on the back of the card"),
            stones=at(Stone.NUMBER),
            parts=(Entry(Field("id", FieldKind.DIGITS, digits, find_help=True)),),
            main=Status(t("あと 6 けた", "6 more digits")),
            back=BACK,
        ),
        "S09_id_alphanumeric": EnterText(
            title=t("IDを入れる", "Enter the ID"),
            sentence=t("カードのうらの 17文字です", "17 characters on the back"),
            stones=at(Stone.NUMBER),
            parts=(Entry(Field("id", FieldKind.LETTERS, letters, letters_first=True)),),
            main=Status(t("あと 15 文字", "15 more")),
            back=BACK,
        ),
        "S10_id_again_mismatch": RepeatText(
            title=t("もう一度 IDを入れる", "Enter the ID again"),
            stones=at(Stone.NUMBER),
            parts=(
                Note(t("2番目が 1回目とちがいます", "Group 2 differs"), icon="error", tone=Tone.ERROR),
                Entry(
                    Field("id", FieldKind.DIGITS, groups("5019", "", "3721", "1234", wrong=1), find_help=True)
                ),
            ),
            main=Status(t("あと 4 けた", "4 more digits")),
            back=BACK,
        ),
        "S11_code": EnterCode(
            title=t("コードを入れる", "Enter the code"),
            sentence=t("カードのうらの 3けたの数字です", "3 digits on the back of the card"),
            stones=at(Stone.NUMBER),
            parts=(
                Entry(
                    Field(
                        "code",
                        FieldKind.DIGITS,
                        (Group(3, "82", GroupState.CURRENT),),
                        label=t("コード\n1つめ／1つ", "Code\n1 of 1"),
                        find_help=True,
                    )
                ),
            ),
            main=Status(t("あと 1 けた", "1 more digit")),
            back=BACK,
        ),
        "S12_confirm": ConfirmApplication(
            title=t("これで申し込みますか", "Apply with this?"),
            sentence=t("まだ 申し込んでいません", "You have not applied yet"),
            stones=at(Stone.CONFIRM),
            parts=(
                Sheet(
                    t("申し込むと、変えられません", "You cannot change it later"),
                    (
                        Line(
                            t("サービス", "Service"),
                            t("あおば電子マネー", "Aoba e-money"),
                            (other("edit-service", "直す", "Edit"),),
                        ),
                        Line(
                            t("ID", "ID"),
                            t("●●●● 1234"),
                            (other("show-id", "全部 見る", "Show"), other("edit-id", "直す", "Edit")),
                        ),
                        Line(
                            t("コード", "Code"),
                            t("3けた 入れました", "3 digits entered"),
                            (other("edit-code", "直す", "Edit"),),
                        ),
                        Line(t("もらえるポイント", "Points"), t("最大 5,000円分", "up to 5,000 yen")),
                    ),
                ),
                Paragraph(
                    t("次に暗証番号を入れると、申込みになります", "Your PIN, next, makes the application")
                ),
            ),
            main=go("apply", "申し込む", "Apply", look=Look.SEAL),
            back=BACK,
        ),
        "S13_pin_3_tries": EnterPin(
            title=t("暗証番号 4けた", "4-digit PIN"),
            sentence=t("カードを受け取ったとき 決めた数字", "Set when you received the card"),
            stones=at(Stone.CONFIRM),
            parts=(Entry(pin_field(2)), Tries(3)),
            main=Status(t("あと 2 けた", "2 more digits")),
            back=BACK,
        ),
        "S13_pin_wrong": EnterPin(
            title=t("暗証番号 4けた", "4-digit PIN"),
            sentence=t("カードを受け取ったとき 決めた数字", "Set when you received the card"),
            stones=at(Stone.CONFIRM),
            parts=(
                Note(
                    t("暗証番号が ちがいます", "Wrong PIN"),
                    t("まだ 受け付けていません", "Nothing has been accepted"),
                    icon="error",
                    tone=Tone.ERROR,
                ),
                Entry(pin_field(0)),
                Tries(2),
            ),
            main=Status(t("あと 4 けた", "4 more digits")),
            back=BACK,
        ),
        "S13_pin_1_try_keypad_ready": EnterPin(
            title=t("暗証番号 4けた", "4-digit PIN"),
            sentence=t("カードを受け取ったとき 決めた数字", "Set when you received the card"),
            stones=at(Stone.CONFIRM),
            parts=(Entry(pin_field(4)), Tries(1)),
            main=go("ok", "決定", "OK", icon="check"),
            back=BACK,
        ),
        "S13_pin_1_try_left": EnterPin(
            title=t("あと1回しか 入れられません", "Only one try is left"),
            stones=at(Stone.CONFIRM),
            parts=(
                Note(
                    t("次にまちがえると、暗証番号が 使えなくなります", "Another mistake locks the PIN"),
                    icon="warning",
                    tone=Tone.ATTENTION,
                ),
                Tries(1),
                Fact(
                    t("直すには、窓口へ行きます", "To unlock it, visit an office"),
                    t("住んでいる市区町村の窓口です", "Of the town you live in"),
                    icon="house",
                ),
                Fact(
                    t("いま やめても だいじょうぶです", "You may stop now"),
                    t(
                        "申込みは まだ受け付けていません。\n調べてから、また来てください",
                        "Nothing has been accepted yet. Come again when you know it.",
                    ),
                    icon="info",
                ),
                Options(
                    (other("enter-anyway", "わかるので、あと1回入れる", "I know it: enter it", icon="pin"),),
                    Layout.STACK,
                ),
            ),
            main=go("stop-and-check", "やめて 確かめる", "Stop and check", focused=True),
            back=BACK,
        ),
    }


def afterwards() -> dict[str, View]:
    return {
        "Working": Working(
            title=t("手続きをしています", "Working"),
            sentence=t("カードは 動かさないでください", "Leave the card where it is"),
            stones=at(Stone.CONFIRM),
            parts=(
                Drawing("working"),
                Progress(
                    (
                        (t("暗証番号を 確かめました", "PIN checked"), StepState.DONE),
                        (t("申込みを この端末に しまっています", "Storing your application"), StepState.NOW),
                    )
                ),
            ),
            main=Status(t("10秒ほど お待ちください", "About 10 seconds")),
        ),
        "S14_accepted_take_card": Accepted(
            title=t("受け付けました", "Accepted here"),
            sentence=t("センターに届きました", "It has reached the centre"),
            take_card=True,
            stones=at(Stone.ACCEPTED),
            parts=(
                Number(t("受付番号", "Number"), "K7M-29Q"),
                Drawing(
                    "reader-take",
                    caption=t(
                        "カードをお取りください\n取ると、紙が出ます", "Take your card\nThen your paper comes"
                    ),
                    tone=Tone.ATTENTION,
                ),
            ),
            main=Status(t("カードを 待っています", "Waiting")),
        ),
        "S14_accepted_paper": Accepted(
            title=t("受け付けました", "Accepted here"),
            sentence=t("申込みは まだ 終わっていません", "The application is not over yet"),
            take_card=False,
            stones=at(Stone.ACCEPTED),
            parts=(
                Number(t("受付番号", "Number"), "K7M-29Q"),
                Drawing("paper-out", caption=t("紙をお取りください", "Take your paper")),
                Paragraph(t("結果は 7月22日ごろから見られます", "Look for the result from 22 July")),
                Options(
                    (
                        other(
                            "large-print", "大きな文字で もう1枚 出す", "Another in large print", icon="paper"
                        ),
                    ),
                    Layout.STACK,
                ),
            ),
            main=go("end", "おわる", "Finish", icon="check"),
        ),
        "TakeCard": TakeCard(
            title=t("カードをお取りください", "Take your card"),
            parts=(
                Drawing(
                    "reader-take",
                    caption=t("申込みは 受け付けていません", "Nothing was accepted"),
                    tone=Tone.ATTENTION,
                ),
            ),
            main=Status(t("カードを 待っています", "Waiting")),
        ),
        "StopQuestion": StopQuestion(
            title=t("手続きを やめますか", "Stop here?"),
            sentence=t("入れた番号は 消えます", "What you entered will be erased"),
            stones=at(Stone.NUMBER),
            parts=(
                Drawing("hidden-fields", tone=Tone.ERROR),
                Note(
                    t("申込みは 受け付けていません", "Nothing has been accepted"),
                    t("「つづける」で 前の画面にもどります", "Continue takes you back"),
                ),
                Options(
                    (other("stop-now", "手続きを やめる", "Stop", icon="stop", look=Look.DESTRUCTIVE),),
                    Layout.STACK,
                ),
            ),
            main=go("continue", "つづける", "Continue", focused=True),
        ),
        "IdleWarning": IdleWarning(
            title=t("まだ お使いですか", "Still there?"),
            sentence=t("あと30秒で はじめの画面にもどります", "Back to the start in 30 seconds"),
            parts=(
                Countdown(30, 40),
                Note(t("入れた番号は、かくしてあります", "What you entered is hidden"), icon="lock"),
                Paragraph(
                    t("時間がすぎても 申込みにはなりません", "Nothing is applied for if time runs out")
                ),
            ),
            main=go("more-time", "もっと時間がほしい", "I need more time", icon="clock", focused=True),
        ),
        **troubles(),
    }


def troubles() -> dict[str, View]:
    again = go("again", "もう一度 はじめる", "Start again")
    end = Choice("end", t("おわる", "Finish"), Role.BACK)
    return {
        "Trouble_card_lifted": Trouble(
            title=t("カードがはなれました", "The card was removed"),
            code="C-03",
            stop=None,
            parts=(
                Drawing("card-lifted", tone=Tone.ERROR),
                Bars(
                    (t("カードがはなれたので、やめました", "The card was removed, so we stopped"),),
                    (
                        t("申込みは 受け付けていません。", "Nothing was accepted."),
                        t("入れた番号は 消しました", "What you entered is erased"),
                    ),
                    (
                        t("はじめから やり直してください。", "Please start again."),
                        t("カードは 終わるまで 動かしません", "Leave the card until the end"),
                    ),
                ),
                SMALL,
            ),
            main=again,
            back=end,
        ),
        "Trouble_no_paper": Trouble(
            title=t("いま、紙が出せません", "There is no paper"),
            code="R-02",
            parts=(
                Drawing("no-paper", tone=Tone.ATTENTION),
                Bars(
                    (t("紙が なくなりました", "The paper has run out"),),
                    (
                        t("申込みは できます。", "You can still apply."),
                        t("受付番号は 画面で 書きとめてください", "Write the number down"),
                    ),
                    (
                        t("近くの端末：みほん中央郵便局", "Nearby: Sample Post Office"),
                        t("（歩いて5分、19時まで）", "(5 minutes, until 19:00)"),
                    ),
                ),
                SMALL,
            ),
            main=go("without-paper", "紙なしで進む", "Go on without", icon="forward"),
            back=BACK,
        ),
        "Trouble_pin_locked": Trouble(
            title=t("暗証番号が 使えません", "The PIN is locked"),
            code="P-01",
            stop=None,
            parts=(
                Drawing("pin-locked", tone=Tone.ERROR),
                Bars(
                    (t("3回つづけて ちがいました", "Three wrong tries in a row"),),
                    (t("申込みは 受け付けていません", "Nothing was accepted"),),
                    (
                        t("市区町村の窓口で 決め直せます。", "Set it anew at your town office."),
                        t("カードを 持って行ってください", "Bring the card"),
                    ),
                ),
                Note(t("カードをお取りください", "Take your card"), icon="card", tone=Tone.ATTENTION),
                SMALL,
            ),
            main=go("print-help", "案内を紙に出す", "Print guidance", icon="paper"),
            back=end,
        ),
        "OutOfService": OutOfService(
            title=t("お休みしています", "Out of service"),
            parts=(
                Drawing("out-of-service"),
                Bars(
                    (t("カードの読み取り機が 動いていません", "The card reader does not work"),),
                    (
                        t("この端末では、手続きができません。", "Nothing can be done here."),
                        t("カードは 置かないでください", "Do not place your card"),
                    ),
                    (
                        t("近くの端末：みほん中央郵便局", "Nearby: Sample Post Office"),
                        t("（歩いて5分、19時まで）", "(5 minutes, until 19:00)"),
                    ),
                ),
                SMALL,
            ),
            main=Status(t("係の者に 知らせてあります", "Staff have been informed")),
        ),
    }
