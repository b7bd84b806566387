"""Names of form fields, by what they are for."""

from __future__ import annotations

import re

TOKEN = re.compile(
    r"csrf|xsrf|authenticity|verification_?token|nonce|form_?key|form_?token|form_?build|sess_?key|anti_?forgery|^_?token$|"
    r"security_?token|^__ncforminfo|^hash$|^yii_|middlewaretoken|captcha|turnstile|^state$|^_hash|formhash|^tk$",
    re.I,
)
SEARCH = re.compile(
    r"search|query|suche|recherche|buscar|filter|sort|搜索|lang(?:uage)?$|locale|currency|theme", re.I
)
CHANGING = re.compile(
    r"password|passwd|transfer|account|profile|settings?|delete|remove|update|edit|create|add|order|checkout|pay|buy|admin|"
    r"user|comment|post|message|email|upload|vote|invite|role|save|cart|address",
    re.I,
)
PRICE = re.compile(
    r"^(?:\w{1,20}[-_])?(?:price|amount|total|cost|discount|fee|unit_?price|subtotal|balance)$", re.I
)
ROLE = re.compile(
    r"^(?:user[-_]?)?(?:is[-_]?admin|admin|role|roles?_?id|privileges?|access[-_]?level|is[-_]?staff|user[-_]?type|"
    r"permissions?)$",
    re.I,
)
CARD = re.compile(
    r"^(?:cc|card)[-_]?(?:num|number|no)$|^credit[-_]?card(?:[-_]?(?:num|number|no))?$|^cardnumber$|^cvv2?$|^cvc$",
    re.I,
)
_LABELS = (
    "(?:(?:your|enter|the|new|old|user)? ?password",
    "passwort",
    "kennwort",
    "mot de passe",
    "pass ?phrase",
    "contrase[nñ]a",
    "senha",
    "parola",
    "wachtwoord",
    "has[lł]o",
    "heslo",
    "şifre",
    "sifre",
    "lozinka",
    "salasana",
    "jelsz[oó]",
    "kodeord",
    "l[oö]senord",
    "passord",
    "пароль",
    "密码",
    "密碼",
    "口令",
    "パスワード",
    "비밀번호",
    "kata sandi",
    "mật khẩu",
    "pass",
    "passwd)",
)
BLIND = re.compile(rf"^[*•●.\sx]+$|^{'|'.join(_LABELS)}[.:…]*$|^\W*$|[{{<%]", re.I)
"""Values of password fields that are no passwords: dots, the word for it, or a template's mark."""
GRAVE = re.compile(
    r"password|passwd|transfer|account|profile|settings?|delete|remove|update|edit|order|checkout|payment|admin|role|change",
    re.I,
)
"""What is worth forging even where no session was seen."""
JOINING = re.compile(r"regist|sign-?up|join|subscri|newsletter|contact|feedback", re.I)
CAPTCHA = re.compile(
    r"^(?:real|correct|expected)?[-_]?captcha[-_]?(?:answer|code|text|value|solution|result)?$", re.I
)
SECRET = re.compile(r"^(?:user[-_]?)?(?:password|passwd|pwd)$", re.I)
NO_POLICY = re.compile(r"\bpin|otp|code|token|cvv|cvc|captcha|one-time|2fa|tan\b", re.I)
