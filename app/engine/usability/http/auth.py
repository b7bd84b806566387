"""Who a request says it is: basic, digest, bearer, OAuth 2 client credentials."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from app.engine.usability.fields.hosts import read_url
from app.engine.usability.wording import shown

_WITH_NAME = ("basic", "digest")


class Auth(BaseModel):
    """The log-in of a request; it stays at the origin it was written for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["none", "basic", "digest", "bearer", "oauth2"] = Field(
        "none",
        title="Log-in",
        description="How the request proves who it is.",
        json_schema_extra=shown(
            "登录方式", "请求如何证明身份。", "select", "login",
            choices={
                "none": {"en": "None", "zh": "无"},
                "basic": {"en": "Basic (user name and password)", "zh": "Basic（用户名和密码）"},
                "digest": {"en": "Digest (user name and password)", "zh": "Digest（用户名和密码）"},
                "bearer": {"en": "Bearer token", "zh": "Bearer 令牌"},
                "oauth2": {"en": "OAuth 2 client credentials", "zh": "OAuth 2 客户端凭证"},
            },
        ),
    )  # fmt: skip
    username: str = Field(
        "",
        title="User name",
        max_length=200,
        validate_default=True,
        json_schema_extra=shown("用户名", "", "text", "login", only={"type": list(_WITH_NAME)}),
    )
    password: str = Field(
        "",
        title="Password",
        max_length=1000,
        json_schema_extra=shown(
            "密码", "", "password", "login", secret=True, only={"type": list(_WITH_NAME)}
        ),
    )
    token: str = Field(
        "",
        title="Token",
        description="What follows the word Bearer.",
        max_length=8192,
        validate_default=True,
        json_schema_extra=shown(
            "令牌", "Bearer 之后的内容。", "password", "login", secret=True, only={"type": ["bearer"]}
        ),
    )
    token_url: str = Field(
        "",
        title="Token URL",
        description="Where the token is fetched; it is kept until it expires, or until it is refused.",
        max_length=2048,
        validate_default=True,
        json_schema_extra=shown(
            "令牌网址",
            "从这里获取令牌；令牌在过期或被拒绝之前会一直使用。",
            "url",
            "login",
            only={"type": ["oauth2"]},
        ),
    )
    client_id: str = Field(
        "",
        title="Client id",
        max_length=500,
        validate_default=True,
        json_schema_extra=shown("客户端 ID", "", "text", "login", only={"type": ["oauth2"]}),
    )
    client_secret: str = Field(
        "",
        title="Client secret",
        max_length=1000,
        json_schema_extra=shown(
            "客户端密钥", "", "password", "login", secret=True, only={"type": ["oauth2"]}
        ),
    )
    scope: str = Field(
        "",
        title="Scope",
        max_length=1000,
        json_schema_extra=shown("范围（scope）", "", "text", "login", only={"type": ["oauth2"]}),
    )
    audience: str = Field(
        "",
        title="Audience",
        max_length=1000,
        json_schema_extra=shown("受众（audience）", "", "text", "login", only={"type": ["oauth2"]}),
    )
    send_as: Literal["header", "body"] = Field(
        "header",
        title="Client id and secret are sent",
        json_schema_extra=shown(
            "客户端 ID 和密钥的发送方式", "", "select", "login",
            only={"type": ["oauth2"]},
            choices={
                "header": {"en": "in the header (Basic)", "zh": "放在请求头中（Basic）"},
                "body": {"en": "in the body", "zh": "放在请求内容中"},
            },
        ),
    )  # fmt: skip

    @field_validator("username", "token", "client_id")
    @classmethod
    def _is_needed(cls, text: str, info: ValidationInfo) -> str:
        needed = {"username": _WITH_NAME, "token": ("bearer",), "client_id": ("oauth2",)}
        if not text and info.data.get("type") in needed[info.field_name or ""]:
            raise ValueError("must be filled in")
        if any(ord(char) < 32 or ord(char) == 127 for char in text):
            raise ValueError("contains a control character")
        return text

    @field_validator("token_url")
    @classmethod
    def _is_url(cls, url: str, info: ValidationInfo) -> str:
        return read_url(url) if info.data.get("type") == "oauth2" else url
