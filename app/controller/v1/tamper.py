"""`/tamper/watches` and `/tamper/words`: which pages are watched, how, and what is looked for on them."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Flag, Id, Many, Mapping, Moment, Text, Texts, Value, Whole
from app.controller.common.output import Inside as Object
from app.controller.common.parser import (
    Parser,
    body,
    choice,
    identifier,
    integer,
    listing,
    query,
    text,
    texts,
)
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.engine.tamper.fetch import VIEWS
from app.models import Watch
from app.models.tamper import WATCH_MODES, WATCH_STATES
from app.service.actor import Actor
from app.service.paging import Page
from app.service.tamper import region, words
from app.service.tamper import watch as service
from app.service.tamper.say import watch_sentence
from app.service.tamper.watch_values import INTERVALS, SNAPSHOT_DAYS

STANDING: dict[str, Value] = {
    "state": Text(),
    "since": Moment(),
    "last_checked_at": Moment(nullable=True),
    "last_changed_at": Moment(nullable=True),
    "is_being_confirmed": Flag(attribute=lambda state: state.pending is not None),
    "alert_id": Id(nullable=True),
    "incident_id": Id(nullable=True),
    "error": Text(nullable=True, attribute="error_code"),
    "note": Text(nullable=True, attribute="note_code"),
}
VIEW: dict[str, Value] = {
    "view": Text(),
    "baselines": Whole(),
    "snapshot_id": Id(nullable=True),
    "learned_at": Moment(nullable=True),
}
WATCH: dict[str, Value] = {
    "id": Id(),
    "site_id": Id(),
    "site": Text(attribute="site.name"),
    "name": Text(),
    "url": Text(),
    "mode": Text(),
    "interval_seconds": Whole(),
    "views": Texts(),
    "watch_selectors": Texts(),
    "ignore_selectors": Texts(),
    "words": Texts(),
    "allowed_words": Texts(),
    "allowed_keys": Texts(),
    "snapshot_days": Whole(),
    "is_paused": Flag(),
    "state": Text(attribute="state.state"),
    "status": Object(STANDING, attribute="state"),
    "sentence": Text(attribute=lambda watch: watch_sentence(watch, "en")),
    "known_views": Many(VIEW, attribute="view_rows"),
    "created_at": Moment(),
    "updated_at": Moment(),
}
REGION: dict[str, Value] = {
    "view": Text(),
    "key": Text(),
    "label": Text(),
    "kind": Text(),
    "seen": Whole(),
    "stand": Text(),
}
VIEW_KIND: dict[str, Value] = {"name": Text(), "title": Mapping()}
WORDS: dict[str, Value] = {"words": Texts(), "allowed_words": Texts()}


def with_values(parser: Parser) -> Parser:
    """What may be said of a watch, its name and address apart."""
    return (
        parser.add("mode", choice(*WATCH_MODES), help="browser: in a real Chromium, with a picture.")
        .add("interval_seconds", integer(*INTERVALS))
        .add("views", texts(len(VIEWS), 32), help="As whom it is fetched; see `/tamper/views`.")
        .add("watch_selectors", texts(50, 500), help="CSS: only these parts count. Empty: the whole page.")
        .add("ignore_selectors", texts(50, 500), help="CSS: these parts do not count.")
        .add("words", texts(1000, 100), help="Further sensitive words on this page.")
        .add("allowed_words", texts(1000, 100), help="Words that are none on this page.")
        .add("allowed_keys", texts(1000, 500), help="Keys of findings that are always right on this page.")
        .add("snapshot_days", integer(*SNAPSHOT_DAYS), help="How long snapshots are kept.")
    )


@route(routes, "/tamper/views", "tamper_views")
class Views(Resource):
    @operation("List the views a page can be fetched through", parser=query(), output=VIEW_KIND, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return Page([{"name": view.name, "title": dict(view.title)} for view in VIEWS.values()])


@route(routes, "/tamper/watches", "watches")
class Watches(Resource):
    @operation(
        "List watched pages",
        parser=listing(searchable=True).add("site_id", identifier()).add("state", choice(*WATCH_STATES)),
        output=WATCH,
        paged=True,
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.list_watches(actor, **args)

    @operation(
        "Watch a page of a site",
        parser=with_values(
            body()
            .add("site_id", identifier(), required=True)
            .add("url", text(1, 2000), required=True)
            .add("name", text(1, 200), help="Left out: the address.")
        ),
        output=WATCH,
        status=201,
        about="The page is fetched several times at once and learned; until then its state is LEARNING.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.create_watch(actor, args)


@route(routes, "/tamper/watches/<id:watch_id>", "watch")
class OneWatch(Resource):
    @operation("Look at a watched page", output=WATCH)
    def get(self, actor: Actor, args: dict[str, Any], watch_id: int) -> Any:
        return service.get_watch(actor, watch_id)

    @operation(
        "Change how a page is watched",
        parser=with_values(body().add("name", text(1, 200)).add("url", text(1, 2000))),
        output=WATCH,
        about="It is judged by the new values at once; another address or mode is learned anew.",
    )
    def patch(self, actor: Actor, args: dict[str, Any], watch_id: int) -> Any:
        return service.change_watch(actor, watch_id, args)

    @operation("Stop watching a page and forget its snapshots and alerts")
    def delete(self, actor: Actor, args: dict[str, Any], watch_id: int) -> None:
        service.delete_watch(actor, watch_id)


def acting(summary: str, act: Any) -> Any:
    """A resource with one POST that does something to a watch and answers with it."""

    class Act(Resource):
        @operation(summary, output=WATCH)
        def post(self, actor: Actor, args: dict[str, Any], watch_id: int) -> Watch:
            done: Watch = act(actor, watch_id)
            return done

    return Act


route(routes, "/tamper/watches/<id:watch_id>/run", "watch_run")(
    acting("Check now; the outcome shows in the watch when it is there", service.run_watch)
)
route(routes, "/tamper/watches/<id:watch_id>/pause", "watch_pause")(
    acting("Pause a watch", service.pause_watch)
)
route(routes, "/tamper/watches/<id:watch_id>/resume", "watch_resume")(
    acting("Resume a watch", service.resume_watch)
)


@route(routes, "/tamper/watches/<id:watch_id>/regions", "watch_regions")
class WatchRegions(Resource):
    @operation(
        "List the regions that were learned to change by themselves",
        parser=query(),
        output=REGION,
        paged=True,
        about="`seen` says how many different contents were seen there.",
    )
    def get(self, actor: Actor, args: dict[str, Any], watch_id: int) -> Any:
        return Page(region.list_regions(actor, watch_id))

    @operation(
        "Say how a region stands",
        parser=body()
        .add("key", text(1, region.MAX_KEY), default="", help="As listed: the kind, a colon, the place.")
        .add("stand", choice(*region.STANDS), default="learned"),
        output=REGION,
        paged=True,
        about="learned: as learned; exempt: its links, pictures and text never count; strict: they do.",
    )
    def patch(self, actor: Actor, args: dict[str, Any], watch_id: int) -> Any:
        return Page(region.set_region(actor, watch_id, args["key"], args["stand"]))


@route(routes, "/tamper/words", "tamper_words")
class Words(Resource):
    @operation("Look at the organization's sensitive words", output=WORDS)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return words.get_words(actor)

    @operation(
        "Change the organization's sensitive words",
        parser=body()
        .add("words", texts(words.MAX_WORDS, words.MAX_LENGTH), help="Looked for besides the built-in lists.")
        .add("allowed_words", texts(words.MAX_WORDS, words.MAX_LENGTH), help="Never a finding."),
        output=WORDS,
    )
    def patch(self, actor: Actor, args: dict[str, Any]) -> Any:
        return words.change_words(actor, args)
