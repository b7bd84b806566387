"""Pages that only crawlers, phones or visitors from a search engine get to see."""

from __future__ import annotations

from random import Random

from tests.tamper.corpus.attacks import defacement, links, redirects, scripts, spam
from tests.tamper.corpus.attacks.kit import Strike, attack
from tests.tamper.corpus.markup import Document
from tests.tamper.corpus.site import Site


def _one_of(*strikes: Strike) -> Strike:
    def strike(site: Site, document: Document, rng: Random) -> str | None:
        return rng.choice(strikes)(site, document, rng)

    return strike


attack("cloaked_spam", "cloaking", views=True)(
    _one_of(spam.keyword_hack, spam.title_spam, links.links_visible, links.links_hidden, spam.spam_article)
)
attack("cloaked_redirect", "cloaking", views=True)(_one_of(redirects.meta_refresh, redirects.script_redirect))
attack("cloaked_page", "cloaking", views=True)(
    _one_of(defacement.full_page, defacement.parked, defacement.political_text)
)
attack("cloaked_script", "cloaking", views=True)(_one_of(scripts.external_script, scripts.inline_script))
