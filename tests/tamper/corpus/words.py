"""Text in a page's own language: taken from the pages themselves, with a few set phrases for widgets."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from tests.tamper.corpus.sources import Page

_SENTENCE = re.compile(r"[^.!?。！？؟]{25,220}[.!?。！？؟]")
# What no owner of an ordinary page would be happy to find in it can't be what an owner wrote.
_DIRTY = re.compile(
    r"casino|poker|gambl|\bbet|slot|porn|sex|viagra|cialis|hack|payday|博彩|赌|赌博|色情|彩票|казино|порно|"
    r"bitcoin|crypto|lotter|\bloan|nude|escort|adult|1xbet|toto",
    re.IGNORECASE,
)
_PHRASES: dict[str, dict[str, str]] = {
    "greeting": {
        "en": "Good morning|Good afternoon|Good evening", "de": "Guten Morgen|Guten Tag|Guten Abend",
        "fr": "Bonjour|Bon après-midi|Bonsoir", "es": "Buenos días|Buenas tardes|Buenas noches",
        "pt": "Bom dia|Boa tarde|Boa noite", "it": "Buongiorno|Buon pomeriggio|Buonasera",
        "ru": "Доброе утро|Добрый день|Добрый вечер", "zh": "早上好|下午好|晚上好", "ja": "おはようございます|こんにちは|こんばんは",
        "ko": "좋은 아침입니다|안녕하세요|좋은 저녁입니다", "ar": "صباح الخير|طاب يومك|مساء الخير", "tr": "Günaydın|İyi günler|İyi akşamlar",
        "pl": "Dzień dobry|Miłego dnia|Dobry wieczór", "vi": "Chào buổi sáng|Chào buổi chiều|Chào buổi tối",
        "he": "בוקר טוב|צהריים טובים|ערב טוב", "hi": "सुप्रभात|नमस्ते|शुभ संध्या", "nl": "Goedemorgen|Goedemiddag|Goedenavond",
    },
    "cookies": {
        "en": "We use cookies to improve your experience.|Accept|More information",
        "de": "Wir verwenden Cookies, um Ihnen den besten Service zu bieten.|Akzeptieren|Mehr erfahren",
        "fr": "Nous utilisons des cookies pour améliorer votre visite.|Accepter|En savoir plus",
        "es": "Utilizamos cookies para mejorar su experiencia.|Aceptar|Más información",
        "pt": "Utilizamos cookies para melhorar a sua experiência.|Aceitar|Saiba mais",
        "it": "Utilizziamo i cookie per migliorare la tua esperienza.|Accetto|Ulteriori informazioni",
        "ru": "Мы используем файлы cookie для улучшения работы сайта.|Принять|Подробнее",
        "zh": "本网站使用 Cookie 以改善您的浏览体验。|同意|了解更多", "ja": "当サイトではCookieを使用しています。|同意する|詳細",
        "ko": "이 사이트는 쿠키를 사용합니다.|동의|자세히", "ar": "نستخدم ملفات تعريف الارتباط لتحسين تجربتك.|موافق|المزيد",
        "tr": "Deneyiminizi iyileştirmek için çerezler kullanıyoruz.|Kabul et|Daha fazla",
        "pl": "Używamy plików cookie, aby poprawić działanie serwisu.|Akceptuję|Więcej", "vi": "Chúng tôi sử dụng cookie.|Đồng ý|Xem thêm",
        "he": "אנו משתמשים בקובצי Cookie.|אישור|מידע נוסף", "hi": "हम कुकीज़ का उपयोग करते हैं।|स्वीकार|अधिक जानकारी",
    },
    "maintenance": {
        "en": "We are down for scheduled maintenance|We will be back shortly. Thank you for your patience.",
        "de": "Wartungsarbeiten|Wir sind in Kürze wieder für Sie da. Vielen Dank für Ihr Verständnis.",
        "fr": "Site en maintenance|Nous serons de retour très bientôt. Merci de votre patience.",
        "es": "Sitio en mantenimiento|Volveremos en breve. Gracias por su paciencia.",
        "pt": "Site em manutenção|Voltaremos em breve. Obrigado pela paciência.",
        "it": "Sito in manutenzione|Torneremo presto online. Grazie per la pazienza.",
        "ru": "Ведутся технические работы|Сайт скоро снова заработает. Приносим извинения.",
        "zh": "网站维护中|系统正在升级维护，请稍后再访问，给您带来不便敬请谅解。", "ja": "メンテナンス中|ただいまメンテナンス中です。しばらくお待ちください。",
        "ko": "서비스 점검 중|더 나은 서비스를 위해 점검 중입니다. 잠시 후 다시 이용해 주세요.",
        "ar": "الموقع تحت الصيانة|سنعود قريبا. شكرا لصبركم.", "tr": "Bakım çalışması|Kısa süre içinde tekrar buradayız. Anlayışınız için teşekkürler.",
        "pl": "Przerwa techniczna|Wkrótce wracamy. Dziękujemy za cierpliwość.", "vi": "Đang bảo trì|Chúng tôi sẽ sớm trở lại.",
        "he": "האתר בתחזוקה|נחזור בקרוב. תודה על הסבלנות.", "hi": "साइट का रखरखाव जारी है|हम जल्द वापस आएंगे।",
    },
    "comments": {
        "en": "Comments|wrote|Reply", "de": "Kommentare|schrieb|Antworten", "fr": "Commentaires|a écrit|Répondre",
        "es": "Comentarios|escribió|Responder", "pt": "Comentários|escreveu|Responder", "it": "Commenti|ha scritto|Rispondi",
        "ru": "Комментарии|пишет|Ответить", "zh": "评论|发表于|回复", "ja": "コメント|さんの投稿|返信", "ko": "댓글|님|답글",
        "ar": "التعليقات|كتب|رد", "tr": "Yorumlar|yazdı|Yanıtla", "pl": "Komentarze|pisze|Odpowiedz",
    },
    "season": {
        "en": "Happy New Year! Our offices are closed until 3 January.", "de": "Frohe Weihnachten und ein gutes neues Jahr!",
        "fr": "Joyeuses fêtes à tous !", "es": "¡Felices fiestas!", "pt": "Boas festas!", "it": "Buone feste!",
        "ru": "С Новым годом!", "zh": "恭祝大家新春快乐，万事如意！", "ja": "年末年始休業のお知らせ", "ko": "새해 복 많이 받으세요",
        "ar": "كل عام وأنتم بخير", "tr": "Yeni yılınız kutlu olsun!", "pl": "Wesołych Świąt!", "vi": "Chúc mừng năm mới!",
        "he": "שנה טובה", "hi": "नव वर्ष की शुभकामनाएँ",
    },
    "weather": {
        "en": "Weather|sunny|rain|cloudy|wind", "de": "Wetter|sonnig|Regen|bewölkt|Wind", "fr": "Météo|soleil|pluie|nuageux|vent",
        "es": "El tiempo|sol|lluvia|nublado|viento", "pt": "Tempo|sol|chuva|nublado|vento", "it": "Meteo|sole|pioggia|nuvoloso|vento",
        "ru": "Погода|ясно|дождь|облачно|ветер", "zh": "天气|晴|小雨|多云|有风", "ja": "天気|晴れ|雨|曇り|風", "ko": "날씨|맑음|비|흐림|바람",
        "ar": "الطقس|مشمس|مطر|غائم|رياح", "tr": "Hava|güneşli|yağmur|bulutlu|rüzgar", "pl": "Pogoda|słońce|deszcz|chmury|wiatr",
    },
}  # fmt: skip
_NAMES = {
    "zh": "王伟 李娜 张敏 刘洋 陈静 赵磊", "ja": "佐藤 鈴木 高橋 田中 伊藤 渡辺", "ko": "김민준 이서연 박지훈 최수빈",
    "ru": "Иван Ольга Сергей Анна Дмитрий Елена", "ar": "محمد أحمد فاطمة علي سارة", "de": "Anna Lukas Sabine Jürgen Petra Max",
    "fr": "Camille Julien Élodie Pierre Manon", "es": "Lucía Javier Carmen Pablo María", "he": "יוסי נועה דוד", "hi": "राहुल प्रिया अमित",
}  # fmt: skip


def phrase(kind: str, language: str) -> list[str]:
    """Set words of a widget, in the language or else in English."""
    table = _PHRASES[kind]
    return table.get(language, table["en"]).split("|")


class Words:
    """Headlines, sentences and words of one language."""

    def __init__(self, page: Page, headlines: tuple[str, ...], sentences: tuple[str, ...]) -> None:
        own = _headlines(page)
        self.language = page.language
        self._headlines = (headlines if len(headlines) >= 12 else headlines + own) or (
            "News",
            "More",
            "Contact",
        )
        self._sentences = sentences or self._headlines

    def headline(self, rng: random.Random) -> str:
        return rng.choice(self._headlines)

    def sentence(self, rng: random.Random) -> str:
        return rng.choice(self._sentences)

    def paragraph(self, rng: random.Random) -> str:
        return " ".join(self.sentence(rng) for _ in range(rng.randint(2, 4)))

    def name(self, rng: random.Random) -> str:
        return rng.choice(_NAMES.get(self.language, "Alex Maria Tom Julia Kim Robin Chris Nina").split())


class Pool:
    """The text of all pages, by language."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages = pages
        self._texts: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def words_for(self, page: Page) -> Words:
        if page.language not in self._texts:
            self._texts[page.language] = self._gather(page.language)
        return Words(page, *self._texts[page.language])

    def _gather(self, language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        pages = [page for page in self._pages if page.language == language]
        headlines: dict[str, None] = {}
        sentences: dict[str, None] = {}
        for page in pages[:: max(1, len(pages) // 24)]:
            headlines.update(dict.fromkeys(_headlines(page)))
            sentences.update(dict.fromkeys(_sentences(page)))
        return tuple(headlines), tuple(sentences)


def _headlines(page: Page) -> tuple[str, ...]:
    document = page.document
    texts = [document.text(e) for e in document.find("a", "h2", "h3", "h4")]
    least = 6 if page.language in {"zh", "ja", "ko"} else 18
    fit = [text for text in texts if least <= len(text) <= 90 and not _DIRTY.search(text)]
    return tuple(text for text in fit if "://" not in text and "www." not in text)[:80]


def _sentences(page: Page) -> tuple[str, ...]:
    document = page.document
    found = []
    for paragraph in document.paragraphs[:40]:
        found += [text.strip() for text in _SENTENCE.findall(document.text(paragraph))]
    return tuple(text for text in found if not _DIRTY.search(text) and "://" not in text)[:60]
