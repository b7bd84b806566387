"""Why an SNMP check failed."""

from __future__ import annotations

REASONS: dict[str, dict[str, str]] = {
    "snmp_timeout": {
        "en": "{host} did not answer over SNMP; it also stays silent when the community is wrong.",
        "zh": "{host} 没有通过 SNMP 应答；团体名错误时它同样不会应答。",
    },
    "snmp_no_answer_to_user": {
        "en": "{host} answers over SNMP, but not to “{user}”: the password of the encryption or the context "
        "may be wrong.",
        "zh": "{host} 有 SNMP 应答，但不应答用户“{user}”：可能是加密密码或上下文有误。",
    },
    "snmp_bad_answer": {
        "en": "What {host} sent is no answer to the question: {error}.",
        "zh": "{host} 发来的内容不是有效应答：{error}。",
    },
    "snmp_no_object": {
        "en": "{host} knows no object {oid} ({error}).",
        "zh": "{host} 没有对象 {oid}（{error}）。",
    },
    "snmp_error": {
        "en": "{host} answered the question for {oid} with the error {error}.",
        "zh": "{host} 对 {oid} 的查询返回错误 {error}。",
    },
    "snmp_value": {
        "en": "The value of {oid} is {value}; expected is {wanted}.",
        "zh": "{oid} 的值是 {value}，期望为 {wanted}。",
    },
    "snmp_unknown_user": {
        "en": "{host} knows no user “{user}”.",
        "zh": "{host} 上没有用户“{user}”。",
    },
    "snmp_wrong_password": {
        "en": "{host} does not accept the passwords or protocols of “{user}” ({error}).",
        "zh": "{host} 不接受用户“{user}”的密码或协议（{error}）。",
    },
    "snmp_security_level": {
        "en": "{host} does not let “{user}” ask with this kind of protection.",
        "zh": "{host} 不允许用户“{user}”使用这种安全级别。",
    },
    "snmp_refused": {
        "en": "{host} refuses the question: {error}.",
        "zh": "{host} 拒绝了查询：{error}。",
    },
    "snmp_not_authentic": {
        "en": "The answer of {host} cannot be trusted: {error}.",
        "zh": "{host} 的应答不可信：{error}。",
    },
}
