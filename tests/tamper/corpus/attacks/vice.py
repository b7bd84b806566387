"""Words that spammers and defacers leave, by theme and language."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

from random import Random

SPAM: dict[str, str] = {
    "gambling zh": "博彩|澳门赌场|网上赌博|真人百家乐|时时彩平台|北京赛车pk10|六合彩开奖|葡京娱乐城|太阳城集团|现金棋牌|老虎机|威尼斯人娱乐场|体育博彩|彩票投注",
    "porn zh": "成人视频|色情小说|激情图片|裸聊|一夜情|援交|三级片在线观看|无码高清|AV在线|同城约炮",
    "fraud zh": "代开发票|办理假证|私服发布网|六合彩特码|迷药购买|代孕|枪支弹药|网络贷款无抵押",
    "casino en": "online casino|best casino bonus|free spins|poker online|sports betting|slot machines|roulette real money|blackjack|no deposit bonus|betting tips",
    "pharma en": "buy viagra online|cheap cialis|levitra generic|tramadol no prescription|xanax online|kamagra|buy ambien|online pharmacy|propecia|modafinil",
    "porn en": "free porn videos|xxx sex tube|nude girls|adult webcam|hardcore porn|escort girls|milf sex|sex chat",
    "money en": "payday loans online|essay writing service|buy essay cheap|replica rolex watches|cheap louis vuitton|cheap jordans|instant loan|buy followers",
    "casino ru": "казино вулкан|игровые автоматы|онлайн казино|ставки на спорт|букмекерская контора|азино777|бонус за регистрацию|порно видео|проститутки",
    "bets tr": "bahis siteleri|canlı bahis|kaçak iddaa|casino siteleri|slot oyunları|deneme bonusu|bedava bonus|escort bayan",
    "slots id": "slot gacor|judi online|situs slot|agen togel|poker online|slot88|bandar bola|sbobet|slot deposit pulsa",
    "bets ko": "카지노사이트|바카라|토토사이트|먹튀검증|온라인카지노|사설토토|슬롯사이트|비아그라 구매",
    "brands ja": "激安 ルイヴィトン 財布|シャネル コピー|ブランドコピー n級|ロレックス スーパーコピー|オンラインカジノ|バイアグラ 通販|出会い系|アダルト動画|パチンコ 攻略",
    "bets vi": "cá cược bóng đá|nhà cái uy tín|đánh bài online|casino trực tuyến|soi cầu lô đề|nổ hũ đổi thưởng|xổ số",
    "bets th": "บาคาร่าออนไลน์|สล็อตเว็บตรง|แทงบอล|คาสิโนออนไลน์|หวยออนไลน์",
    "casino es": "casino online|apuestas deportivas|tragamonedas gratis|viagra sin receta|bonos de casino",
    "casino de": "Online Casino echtgeld|Spielautomaten kostenlos|Viagra rezeptfrei kaufen|Sportwetten Bonus|Casino ohne Einzahlung",
    "casino fr": "casino en ligne|machines à sous|paris sportifs|acheter viagra sans ordonnance|bonus sans dépôt",
    "casino pt": "cassino online|apostas esportivas|jogo do tigrinho|caça-níqueis|viagra barato|bónus sem depósito",
    "casino it": "casinò online|scommesse sportive|slot machine gratis|viagra senza ricetta|bonus senza deposito",
    "casino pl": "kasyno online|zakłady bukmacherskie|automaty do gier|viagra bez recepty|bonus bez depozytu",
    "bets ar": "كازينو اون لاين|مراهنات رياضية|ألعاب قمار|شراء فياجرا|روليت",
    "bets hi": "ऑनलाइन कैसीनो|सट्टा मटका|तीन पत्ती कैश|क्रिकेट सट्टेबाजी",
}  # fmt: skip
THEMES_FOR = {
    "zh": ("gambling zh", "porn zh", "fraud zh"), "ja": ("brands ja",), "ko": ("bets ko",), "ru": ("casino ru",), "uk": ("casino ru",),
    "tr": ("bets tr",), "id": ("slots id",), "vi": ("bets vi",), "th": ("bets th",), "es": ("casino es",), "de": ("casino de",),
    "fr": ("casino fr",), "pt": ("casino pt",), "it": ("casino it",), "pl": ("casino pl",), "ar": ("bets ar",), "hi": ("bets hi",),
}  # fmt: skip
_COMMON = (
    "casino en",
    "pharma en",
    "porn en",
    "money en",
    "gambling zh",
    "slots id",
    "brands ja",
    "casino ru",
)
SLOGANS = (
    "Hacked by {who}", "HACKED BY {who} TEAM", "Owned by {who}", "Defaced by {who} | Greetz to all", "Pwned by {who}. Security is an illusion.",
    "[!] {who} was here [!]", "./{who} was here", "You have been hacked! Contact: {who}@protonmail.com", "Your site has been pwn3d by {who}",
    "此网站已被 {who} 入侵", "本站已被黑，黑客 {who} 到此一游", "Взломано {who}", "Сайт взломан командой {who}", "تم اختراق الموقع بواسطة {who}",
    "{who} tarafından hacklendi", "Hackeado por {who}", "Hacké par {who}", "Gehackt von {who}", "Diretas oleh {who}", "{who} によってハッキングされました",
    "Bị hack bởi {who}", "해킹당했습니다 - {who}",
)  # fmt: skip
POLITICS = (
    "Free our land! The occupation must end now. We will never forget, we will never forgive.", "Down with the corrupt regime! Justice for the people!",
    "Stop the war! Your government is lying to you. Blood on your hands.", "打倒腐败政府！还我人权！全世界都将知道真相。", "Слава героям! Нет войне! Долой режим!",
    "الحرية لشعبنا! الموت للطغاة، لن ننسى ولن نغفر", "Kahrolsun zalimler! Şehitler ölmez vatan bölünmez!", "¡Abajo el gobierno corrupto! ¡Viva la revolución!",
    "آزادی برای مردم ما! مرگ بر دیکتاتور", "Vive la résistance ! Mort aux tyrans !", "आज़ादी हमारा अधिकार है! भ्रष्ट सरकार मुर्दाबाद!",
)  # fmt: skip
_CREWS = (
    "Phantom{n}",
    "Cyb3r W0lf",
    "DarkGh0st",
    "AnonCr3w{n}",
    "RootKit{n}",
    "Mr.X{n}",
    "T1g3r-M@te",
    "Red Dragon",
    "Black Hat {n}",
    "N1ght Sh4dow",
    "暗影小组",
    "ZeroC00l",
)


def terms(rng: Random, language: str, count: int) -> list[str]:
    """Spam of one theme, half of the time in the page's language."""
    own = THEMES_FOR.get(language, ("casino en", "pharma en", "porn en", "money en"))
    theme = rng.choice(own if rng.random() < 0.5 else _COMMON)
    words = SPAM[theme].split("|")
    return rng.sample(words, min(count, len(words)))


def slogan(rng: Random) -> str:
    who = rng.choice(_CREWS).format(n=rng.randrange(1, 99))
    return rng.choice(SLOGANS).format(who=who)
