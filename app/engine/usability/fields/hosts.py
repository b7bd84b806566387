"""Hosts and addresses as people type them into a configuration."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator

from app.engine.net.target import TargetError, parse_target


def read_host(text: str) -> str:
    """A name or an address, in the form that all downstream see. Raises ValueError with a sentence."""
    text = text.strip().removeprefix("[").removesuffix("]")
    try:
        return str(ip_address(text))
    except ValueError:
        pass
    if any(each in text for each in "/:?#@[]"):
        raise ValueError("Write a host name or an IP address alone, such as www.example.org.")
    try:
        return parse_target(f"http://{text}/").host
    except TargetError as error:
        raise ValueError(str(error)) from None


def read_url(text: str) -> str:
    """An address that can be asked for, without white space around. Raises ValueError with a sentence."""
    text = text.strip()
    try:
        parse_target(text)
    except TargetError as error:
        raise ValueError(str(error)) from None
    return text


Host = Annotated[str, AfterValidator(read_host)]
"""A field of a configuration that holds a host."""
Url = Annotated[str, AfterValidator(read_url)]
"""A field that holds an address, beginning with http:// or https://."""
