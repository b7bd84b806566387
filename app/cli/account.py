"""`flask account`: accounts, for whoever runs the installation."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.core.errors import CloudEyeError, ConflictError, InvalidError
from app.service.access.ending import log_out_everywhere
from app.service.account import operator
from app.service.factor.reset import reset_factors_of
from app.service.scope.operator import narrow as narrow_member


@click.group("account", help="Accounts: a link to choose a new password; who may log in.")
def account() -> None:
    pass


@account.command("reset-link")
@click.argument("name", metavar="ACCOUNT")
@with_appcontext
def reset_link(name: str) -> None:
    """Print a link by which ACCOUNT can choose a new password, once and within half an hour."""
    try:
        click.echo(operator.reset_link(name))
    except CloudEyeError as error:
        raise click.ClickException(error.msg) from error


@account.command("deactivate")
@click.argument("name", metavar="ACCOUNT")
@click.option("--even-last-owner", is_flag=True, help="Even who alone owns an organization.")
@with_appcontext
def deactivate(name: str, even_last_owner: bool) -> None:
    """Lock ACCOUNT out of the whole installation; its sessions and tokens end."""
    try:
        operator.set_active(name, False, even_last_owner=even_last_owner)
    except ConflictError as error:
        raise click.ClickException(f"{error.msg}; with --even-last-owner it is done all the same") from error
    except CloudEyeError as error:
        raise click.ClickException(error.msg) from error
    click.echo(f"{name} is deactivated.")


@account.command("activate")
@click.argument("name", metavar="ACCOUNT")
@with_appcontext
def activate(name: str) -> None:
    """Let ACCOUNT log in again."""
    try:
        operator.set_active(name, True)
    except CloudEyeError as error:
        raise click.ClickException(error.msg) from error
    click.echo(f"{name} is active.")


@account.command("log-out")
@click.argument("name", metavar="ACCOUNT")
@click.option("--tokens", is_flag=True, help="Delete its API tokens too.")
@with_appcontext
def log_out(name: str, tokens: bool) -> None:
    """End every session and log-in of ACCOUNT: it may have fallen into other hands."""
    try:
        ended = log_out_everywhere(name, and_tokens=tokens)
    except CloudEyeError as error:
        raise click.ClickException(error.msg) from error
    click.echo(f"{name} is logged out everywhere.{f' API tokens deleted: {ended}.' if tokens else ''}")


@account.command("reset-factors")
@click.argument("name", metavar="ACCOUNT")
@with_appcontext
def reset_factors(name: str) -> None:
    """Take away ACCOUNT's second factors, which are lost: a password alone opens it then."""
    try:
        reset_factors_of(name)
    except CloudEyeError as error:
        raise click.ClickException(error.msg) from error
    click.echo(f"{name} has no second factor now. Its sessions have ended.")


@account.command("narrow")
@click.argument("name", metavar="ACCOUNT")
@click.option("--site", "sites", multiple=True, metavar="NAME", help="A site, by its name; may be repeated.")
@click.option("--tag", "tags", multiple=True, help="Every site that carries it; may be repeated.")
@click.option("--whole", is_flag=True, help="Instead: the whole organization again.")
@click.option("--organization", metavar="CODE", help="Which one, for an account that is in several.")
@with_appcontext
def narrow(
    name: str, sites: tuple[str, ...], tags: tuple[str, ...], whole: bool, organization: str | None
) -> None:
    """Let ACCOUNT answer for some sites only; it holds from their next request on."""
    if whole == bool(sites or tags):
        raise click.UsageError("give --site or --tag, or else --whole")
    try:
        member = narrow_member(name, sites, tags, organization)
    except InvalidError as error:
        raise click.ClickException("; ".join(error.fields.values())) from error
    except CloudEyeError as error:
        raise click.ClickException(error.msg) from error
    if whole:
        click.echo(f"{name} answers for the whole organization {member.organization.code}.")
    else:
        given = [f"site {each}" for each in sites] + [f"tag {each}" for each in tags]
        click.echo(f"{name} answers for these alone: {', '.join(given)}.")
