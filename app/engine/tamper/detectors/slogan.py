"""What defacers write, in whatever words: that the site was taken, and what they want to be heard."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.tamper.registry import detector
from app.engine.tamper.seen import Seen, make, where_of
from app.engine.tamper.types import Reason

_LEET = str.maketrans("4@31!05$7", "aaeiiosst")
_TAKEN = re.compile(
    r"\b(?:hacked|defaced|pwned|0wned|h4cked|hacked-by)\W{1,4}(?:by|from)\b"
    r"|\b(?:been|got|was|were|is|are)\s+(?:hacked|defaced|pwned|hijacked|compromi[sz]ed)\b"
    r"|\b(?:site|website|page|server|system|security)\b.{0,24}\b(?:hacked|defaced|pwned|hijacked"
    r"|compromi[sz]ed)\b"
    r"|\bhack[\wéá]{0,8}\W{1,3}(?:by|par|por|von|durch|da|od|przez|oleh|door|av|af|από|bởi|tarafından)\b"
    r"|^.{0,40}\b(?:owned|rooted|hijacked|cracked|stamped|touched) by\b.{0,40}$|^.{0,60}\bwas here\W*$"
    r"|^\W*(?:hacked|defaced|pwned|h4x|hax+ed)\W*$|\bhack(?:ed|er)?\W+(?:team|crew"
    r"|army|group)\b"
    r"|已被.{0,24}(?:入侵|攻陷|黑掉|攻破|黑了|拿下|渗透)|被.{0,12}黑客.{0,8}(?:攻|入)|(?:网站|本站|系统"
    r"|页面|服务器).{0,10}(?:被黑|沦陷|已被接管)"
    r"|взлом(?:ан|али|ал\b|ано)|захвачен.{0,16}хакер|\bhackead[oa]s?\b|\bpirat(?:é|ée|eado|eada)\b"
    r"|\bgehackt\b|\bhackerat[oa]\b"
    r"|\bzhakowan|\bhack(?:lendi|lenmi)|ele geçiril|\bdiretas\b|bị (?:hack|tấn công|chiếm)|ถูก(?:แฮก|แฮ็ก)"
    r"|โดน(?:แฮก|แฮ็ก)"
    r"|해킹(?:당|되|했)|(?:ハッキング|ハック|改ざん|クラック|乗っ取)(?:され|ら)|تم (?:الاختراق|اختراق)"
    r"|اختراق.{0,16}(?:الموقع|بواسطة)"
    r"|הותקף|נפרץ|هک شد|हैक (?:कर|कि|हो)|\bhacknut|\bhackat\b|\bhackad\b|\bhakkeroitu|\bfeltört|χακαρ",
    re.I,
)
_WAS_HERE = re.compile(r"^.{0,60}\bwas here\W*$|\b(?:hacked|h4cked|pwned|defaced)\b", re.I)
_SLOGAN = re.compile(
    r"\b(?:down with|death to|stop the|end the|free(?:dom)? (?:for|to)?|long live|no war|no peace"
    r"|no justice|justice for"
    r"|blood on|wake up|resist|revolution|revenge|regime|corrupt(?:ion)?|oppress\w+|genocide|occup(?:ation"
    r"|ied)|martyrs?|liberat\w+"
    r"|your (?:government|president|leaders?|army)|lying to you|we are (?:watching|everywhere|anonymous"
    r"|legion)|expect us|never forget"
    r"|jihad|infidels?|allah(?:u)? akbar|crusaders?|zionis\w+|terroris\w+ state|fascis\w+|invaders?"
    r"|traitors?|dictator\w*)\b"
    r"|打倒|独裁|政权|血债|自由民主|还我|抗议|反对.{0,6}政府|долой|свобод[ау]|нет войне|слава|смерть|режим"
    r"|оккупант|преступн"
    r"|मुर्दाबाद|ज़िंदाबाद|आज़ादी|भ्रष्ट|इंकलाब|şehitler|zalim|vatan bölün|diktatör|adalet|merdeka"
    r"|hidup rakyat|lawan|tự do|đả đảo|cộng sản"
    r"|เผด็จการ|ประชาธิปไตย|自由|人权|人民|政府|광주|독재|정권|민주|政権|独裁|戦争反対|انتفاض|شهيد|فلسطين"
    r"|القدس|חופש|צדק|abajo|fuera|muerte a|viva la|libertad para|dictadura|à bas|mort (?:à|aux?)"
    r"|liberté pour|vive la|nieder mit|freiheit für|tod den|regime"
    r"|abbasso|libertà per|morte a|precz z|wolność|śmierć|chwała|kahrolsun|özgürlük|الموت|الحرية|يسقط"
    r"|الله أكبر|תחי|מוות ל|独立万歳|打倒せよ|해방|타도",
    re.I,
)


@detector(
    "slogan",
    {
        "page_taken": ("The page says that it was taken over: “{text}”.", "页面声称已被攻占：“{text}”。"),
        "slogans": (
            "The page carries slogans it never did: “{text}”.",
            "页面出现了从未有过的口号：“{text}”。",
        ),
        "line_repeated": (
            "The same new sentence stands in {count} places: “{text}”.",
            "同一句新内容出现在 {count} 处：“{text}”。",
        ),
    },
)
def look(seen: Seen) -> Iterator[Reason]:
    lines = [(line.text, line.region, line.hidden) for line in seen.new_lines if line.hidden != "meta"]
    if seen.page.title and seen.page.title not in seen.profile.titles:
        lines.insert(0, (seen.page.title, "title", ""))
    lines += [
        (anchor.label, anchor.region, anchor.hidden)
        for anchor in seen.page.anchors
        if _WAS_HERE.search(anchor.label)
    ]
    lines += [(text, each.region, "script") for each in seen.new_inlines for text in each.says.splitlines()]
    slogans: list[tuple[str, str]] = []
    counts: dict[str, int] = {}
    for text, region, hidden in lines:
        place = where_of(region, hidden)
        taken = _TAKEN.search(text) or _TAKEN.search(text.translate(_LEET))
        if taken and len(text) < 600 and not _is_news(seen, region, text):
            yield make(
                "slogan",
                "defacement",
                "critical",
                "alert",
                "page_taken",
                "",
                where=place,
                after=text,
                text=text[:120],
            )
        if not seen.is_volatile("text", region) and len(text) < 300:
            slogans += [(match.group().lower(), text) for match in _SLOGAN.finditer(text)]
        if len(text) >= 20 and not hidden:
            counts[text] = counts.get(text, 0) + 1
    words = {word for word, _ in slogans}
    if len(words) >= 2:
        yield make(
            "slogan",
            "defacement",
            "high",
            "alert",
            "slogans",
            "",
            after=slogans[0][1],
            text=slogans[0][1][:120],
        )
    most = max(counts, key=lambda each: counts[each], default="")
    if counts.get(most, 0) >= 3 and most.count(" ") + sum(not char.isascii() for char in most) // 2 >= 4:
        yield make(
            "slogan",
            "defacement",
            "medium",
            "notice",
            "line_repeated",
            "",
            after=most,
            count=counts[most],
            text=most[:120],
        )


def _is_news(seen: Seen, region: str, text: str) -> bool:
    """A headline in a list that changes by itself, about somebody else."""
    return seen.is_volatile("text", region) and not re.search(
        r"\bby\b|this|your|our|本站|此|we\b", text, re.I
    )
