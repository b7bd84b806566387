"""What detectors look at: the page now, beside what is ordinary there. Everything common is worked out
once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from app.engine.net.urls import host_of, is_address, path_of, site_of
from app.engine.tamper.inventory.model import Anchor, Inline, Inventory, Line
from app.engine.tamper.known import is_known_file, kind_of
from app.engine.tamper.names import line_key, path_stem, stem, words_of
from app.engine.tamper.profile import Profile
from app.engine.tamper.types import Level, Options, Reason, Severity

Standing = Literal["own", "seen", "known", "foreign", "none"]

_MAINTENANCE = re.compile(
    r"maintenance|be (?:right )?back (?:soon|shortly)|temporarily (?:unavailable|closed|down|out of)"
    r"|under construction"
    r"|down for|coming soon|scheduled (?:work|upgrade|update)|upgrad(?:e|ing) (?:our|the) (?:site|system)"
    r"|we.{1,3}ll be back"
    r"|维护|升级中|系统升级|暂停服务|稍后(?:再|访问)|即将(?:回来|恢复)|停机|正在建设|メンテナンス|工事中"
    r"|しばらくお待ち|準備中"
    r"|점검|준비 ?중|잠시 후|technische arbeiten|obsługi technicznej|przerwa techniczna|konserwac|prac(?:e"
    r"|ami) techniczn"
    r"|wartung|in kürze wieder|vorübergehend nicht|mantenimiento|volvemos pronto|volveremos|en construcción"
    r"|manutenção|voltamos|voltaremos|em breve|manutenzione|torniamo|torneremo|in costruzione|onderhoud"
    r"|binnenkort terug"
    r"|технически[ехм]|обслуживани|профилактическ|ведутся работы|скоро вернёмся|скоро вернемся"
    r"|временно недоступ|обслуговуван"
    r"|bakım|yakında|bảo trì|nâng cấp hệ thống|pemeliharaan|perbaikan|segera kembali|ปรับปรุง|บำรุงรักษา"
    r"|صيانة|سنعود|תחזוקה|נשוב|रखरखाव"
    r"|underhåll|vedligehold|huolto|údržb|karbantart|mentenanță|întreținere|συντήρηση|تعمیر",
    re.I,
)


_INTERPOSED = re.compile(
    r"cookie|kakor|sušenk|piškot|galletas|çerez|куки|куків|クッキー|쿠키|كوكي|تعريف الارتباط|עוגיות|คุกกี้"
    r"|कुकी|evästei"
    r"|\bconsent\b|\bgdpr\b|privacy (?:choices|settings)|your privacy|隐私(?:政策|设置)|同意.{0,12}(?:继续"
    r"|使用)"
    r"|verify (?:that )?you are|are you (?:a )?(?:human|robot|over|of legal)|not a robot"
    r"|checking your browser|just a moment"
    r"|enable javascript|captcha|人机验证|安全验证|请完成验证|年满|18\+|years of age|age verification"
    r"|请稍候.{0,10}跳转",
    re.I,
)


@dataclass
class Seen:
    """A page beside its profile. `relatives` are the profiles of its other views."""

    profile: Profile
    page: Inventory
    options: Options = field(default_factory=Options)
    relatives: tuple[Profile, ...] = ()

    # Whose is it?

    def standing(self, host: str, role: str = "", url: str = "") -> Standing:
        """What we know of a host: the owner's own, one whose code always ran here, a well-known third
        party."""
        if not host:
            return "none"
        site = site_of(host)
        if site == self.profile.own:
            return "own"
        if site in self.code_sites or (role and any(site in p.sites.get(role, ()) for p in self.family)):
            # On a CDN that serves what anybody publishes, to have been seen means the same package.
            if (
                kind_of(host) == "cdn"
                and url
                and not self._is_seen_file(url)
                and not is_known_file(host, path_of(url))
            ):
                return "foreign"
            return "seen"
        if site in self.moved_to:
            return "known"
        if not is_address(host) and is_known_file(host, path_of(url) if url else "/npm/jquery"):
            return "known"
        return "foreign"

    @cached_property
    def moved_to(self) -> frozenset[str]:
        """Sites to which most of the page's own files moved at once, names and all: another host for all of
        them, which is what owners do and attackers don't."""
        had = self.profile.file_stems
        counts: Counter[str] = Counter()
        kinds: dict[str, set[str]] = {}
        files = [
            (ref.role, ref.host, ref.url)
            for ref in self.page.refs
            if ref.role in ("script", "stylesheet", "icon")
        ]
        files += [("picture", each.host, each.url) for each in self.page.pictures]
        for role, host, url in files:
            if host and host not in self.profile.file_hosts and path_stem(url) in had:
                counts[site_of(host)] += 1
                kinds.setdefault(site_of(host), set()).add(role)
        enough = max(4, 0.5 * len(had))
        return frozenset(site for site, count in counts.items() if count >= enough and len(kinds[site]) >= 2)

    def _is_seen_file(self, url: str) -> bool:
        wanted = stem(url)
        return any(wanted in urls for p in self.family for urls in p.urls.values())

    @cached_property
    def family(self) -> tuple[Profile, ...]:
        return (self.profile, *self.relatives)

    @cached_property
    def code_sites(self) -> frozenset[str]:
        return frozenset().union(*(profile.code_sites for profile in self.family))

    @cached_property
    def all_sites(self) -> frozenset[str]:
        return frozenset().union(*(profile.all_sites for profile in self.family))

    def is_own(self, host: str) -> bool:
        return bool(host) and site_of(host) == self.profile.own

    def is_stranger(self, host: str) -> bool:
        """A host that is neither the owner's, nor was ever on the page, nor is well known."""
        return (
            bool(host) and not self.is_own(host) and site_of(host) not in self.all_sites and not kind_of(host)
        )

    def is_volatile(self, kind: str, region: str) -> bool:
        """Whether a region is known to change by itself. `kind` is links, pictures or text."""
        key = f"{kind}:{region}"
        return key not in self.options.strict and (key in self.profile.volatile or key in self.options.exempt)

    @property
    def sure(self) -> Level:
        """How loud to be about what never changed: one copy alone does not show what moves by itself."""
        return "alert" if self.profile.baselines >= 2 else "notice"

    # What is new?

    @cached_property
    def new_lines(self) -> list[Line]:
        return [line for line in self.page.lines if line_key(line.text) not in self.profile.lines]

    @cached_property
    def new_inlines(self) -> list[Inline]:
        """Code never seen on this page, in any view."""
        known = set().union(*(profile.skeletons for profile in self.family))
        exact = set().union(*(profile.inline_digests for profile in self.family))
        return [
            each
            for each in self.page.inlines
            if each.digest not in exact
            and (each.is_data or each.skeleton not in known or self._new_hosts(each))
        ]

    def _new_hosts(self, inline: Inline) -> bool:
        return any(host not in profile.named_hosts for profile in (self.profile,) for host in inline.hosts)

    @cached_property
    def gained(self) -> Mapping[str, int]:
        """Abilities that the page's scripts have more often than any baseline had."""
        counts: Counter[str] = Counter()
        for inline in self.page.inlines:
            counts.update(dict(inline.abilities))
        most = {name: max(p.abilities.get(name, 0) for p in self.family) for name in counts}
        return {name: count - most[name] for name, count in counts.items() if count > most[name]}

    @cached_property
    def new_hidden_links(self) -> list[Anchor]:
        return [
            anchor
            for anchor in self.page.anchors
            if anchor.hidden
            and anchor.host
            and self._is_new_root(anchor.root)
            and not any(stem(anchor.url) in p.hidden_urls for p in self.family)
        ]

    def _is_new_root(self, root: str) -> bool:
        """Whether what hides was not there, or fewer times: menus and folded parts were always hidden."""
        most = max(profile.hidden_roots.get(root, 0) for profile in self.family)
        return self.page.hidden_roots.get(root, 0) > most

    # How much is left?

    @cached_property
    def words(self) -> set[str]:
        return words_of(self.page.text)

    @cached_property
    def kept_words(self) -> float:
        """The part of the words all baselines had that is still there, 0 to 1."""
        stable = self.profile.stable_words
        return len(stable & self.words) / len(stable) if stable else 1.0

    @cached_property
    def kept_paths(self) -> float:
        """The part of the links all baselines had that is still there, 0 to 1."""
        stable = self.profile.paths
        if not stable:
            return 1.0
        return len(stable & {stem(anchor.url) for anchor in self.page.anchors if anchor.host}) / len(stable)

    @cached_property
    def new_words(self) -> set[str]:
        return self.words - self.profile.words

    @cached_property
    def is_maintenance(self) -> bool:
        """A short page that says it is being worked on."""
        return self._is_short_instead and bool(_MAINTENANCE.search(f"{self.page.title}\n{self.page.text}"))

    @cached_property
    def is_interposed(self) -> bool:
        """A short page before the page: consent to cookies, proof of age or of being human."""
        is_small = len(self.page.text) < 1_000 and len(self.page.anchors) <= 8
        text = f"{self.page.title}\n{self.page.text}"
        return is_small and self._is_short_instead and bool(_INTERPOSED.search(text))

    @property
    def _is_short_instead(self) -> bool:
        """Not so when the page's own frame still stands around the gap."""
        keeps_frame = len(self.profile.paths) >= 6 and self.kept_paths >= 0.3
        return len(self.page.text) < 3_000 and self.kept_words < 0.9 and not keeps_frame

    @cached_property
    def is_interrupted(self) -> bool:
        """Whether something honest stands before the page for a while, or the server says that it failed."""
        return self.is_maintenance or self.is_interposed or self.is_failing

    @property
    def is_failing(self) -> bool:
        return self.page.status >= 400 and self.page.status not in self.profile.statuses

    @cached_property
    def is_replaced(self) -> bool:
        """Whether most of what was always there has gone."""
        return len(self.profile.stable_words) >= 8 and self.kept_words < 0.4

    @cached_property
    def is_emptied(self) -> bool:
        """Whether most of it has gone and little else has come."""
        profile, page = self.profile, self.page
        if len(profile.stable_words) < 8:
            few = page.elements < 0.5 * profile.least_elements
            return few and len(page.anchors) <= 0.8 * profile.least_anchors
        gone = (1 - self.kept_words) * len(profile.stable_words)
        is_short = len(page.text) < 0.55 * profile.least_text
        return self.kept_words < 0.55 and is_short and len(self.new_words) < 0.4 * gone

    @cached_property
    def is_redesign(self) -> bool:
        """Another look of the same site: it still leads where it led, and says what it is."""
        if not self.is_replaced or self.is_emptied:
            return False
        own_links = sum(1 for anchor in self.page.anchors if self.is_own(anchor.host) and not anchor.hidden)
        keeps_name = bool(self.profile.titles) and any(
            words_of(title) & words_of(self.page.title) for title in self.profile.titles
        )
        return own_links >= 4 and (self.kept_paths >= 0.3 or (keeps_name and self.kept_paths >= 0.1))


def where_of(region: str, hidden: str = "") -> str:
    return f"{region} ({hidden})" if hidden else region


def cut(text: str, length: int = 200) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def make(
    name: str,
    cls: str,
    severity: Severity,
    level: Level,
    code: str,
    key: str,
    *,
    where: str = "",
    before: str = "",
    after: str = "",
    **detail: Any,
) -> Reason:
    """A reason with its excerpts cut to size."""
    shown = {each: cut(value, 120) if isinstance(value, str) else value for each, value in detail.items()}
    return Reason(
        name,
        cls,
        severity,
        level,
        code,
        f"{code}:{key}"[:180],
        shown,
        cut(where),
        cut(before, 400),
        cut(after, 400),
    )


def host_or_self(url: str) -> str:
    return host_of(url) or url[:60]
