"""GraphQL that describes itself."""

from __future__ import annotations

from tests.bug.serving import Answer, App, Asked
from tests.engine.bug.active.asking import HOME, NOT_FOUND, page, plain, probed, site

SCHEMA = plain('{"data":{"__schema":{"queryType":{"name":"Query"},"types":[]}}}', "application/json")
ASKS = plain('{"errors":[{"message":"Must provide query string."}]}', "application/json", 400)


def serving(path: str, *, by: str = "GET", refusal: Answer = ASKS) -> App:
    def answer(asked: Asked) -> Answer:
        if asked.path == "/":
            return HOME
        if asked.path != path:
            return NOT_FOUND
        is_question = "__schema" in asked.target + asked.body.decode()
        return SCHEMA if is_question and asked.method == by else refusal

    return answer


def test_introspection_by_get_is_found() -> None:
    found = probed(serving("/graphql"), "graphql")
    assert found.rules == {"graphql.introspection"}
    assert {asked.method for asked in found.asked} == {"GET"}


def test_introspection_by_post_is_found_where_get_is_refused() -> None:
    refusal = plain("GET query missing.", status=405)
    found = probed(serving("/api/graphql", by="POST", refusal=refusal), "graphql")
    assert [(hit.rule, hit.method) for hit in found.hits] == [("graphql.introspection", "POST")]


def test_introspection_that_is_off_is_none() -> None:
    off = plain('{"errors":[{"message":"GraphQL introspection is not allowed"}]}', "application/json", 400)
    assert probed(serving("/graphql", by="never", refusal=off), "graphql").hits == []


def test_nothing_is_posted_to_what_speaks_no_graphql() -> None:
    found = probed(site({"/graphql": Answer(page("GraphQL", "<p>On __schema.</p>"))}), "graphql")
    assert found.hits == []
    assert {asked.method for asked in found.asked} == {"GET"}


def test_an_answer_that_repeats_the_question_is_none() -> None:
    def echo(asked: Asked) -> Answer:
        return HOME if asked.path == "/" else plain(f'{{"asked": "{asked.query}"}}', "application/json")

    assert probed(echo, "graphql").hits == []


def test_a_page_to_write_queries_on_is_found() -> None:
    body = page("GraphiQL", '<script src="/graphiql.min.js"></script>')
    assert probed(site({"/graphiql": Answer(body)}), "graphql").rules == {"graphql.ide"}


def test_a_page_about_graphiql_is_none() -> None:
    body = page("GraphiQL", "<p>It is an editor for queries.</p>")
    assert probed(site({"/graphiql": Answer(body)}), "graphql").hits == []


def test_the_interface_behind_its_page_is_asked_too() -> None:
    editor = Answer(page("GraphiQL", '<script src="/graphiql.min.js"></script>'))

    def answer(asked: Asked) -> Answer:
        if asked.path != "/graphql":
            return HOME if asked.path == "/" else NOT_FOUND
        return SCHEMA if asked.method == "POST" else editor

    assert probed(answer, "graphql").rules == {"graphql.ide", "graphql.introspection"}
