"""What developers note in comments."""

# ruff: noqa: E501 — patterns read best unbroken

from __future__ import annotations

import re

CREDENTIAL = re.compile(
    r"(?<![\w-])(password|passwd|passwort|pwd|pass|passphrase|密码|口令)[\"']?\s{0,2}(?:[:=：]|\bis\b|为|是)\s{0,2}[\"']?"
    r"([^\s\"'<>,;&]{3,60})",
    re.I,
)
PAIR = re.compile(
    r"(?<![\w-])(?:log-?in|credentials?|creds|account|user(?:name)?|test user|admin|账号|用户名?)\s{0,2}(?:[:=：]|\bis\b|with|为)"
    r"\s{0,2}[\"']?([\w.@-]{2,40})[\"']?\s{0,2}(?:[/|,;:]|and|&)\s{0,2}[\"']?([^\s\"'<>,;]{3,60})",
    re.I,
)
NOTE = re.compile(r"(?<![\w-])(?:TODO|FIXME|XXX|HACK|BUG)\b(?=[\s:(!-])|待办|临时")
TELLING = re.compile(
    r"(?<![\w-])(?:(?:default|admin|root|test|real|db|old) passwords?|passwords? (?:is|are) |(?:default|test|admin|db|database) credentials|"
    r"backdoor|vulnerab\w{1,10}|exploitable|insecure|sql injection|not (?:yet )?(?:sanitized|escaped|validated|secured|protected)|"
    r"bypass(?:es|ed)? (?:the )?(?:auth\w*|log-?in|check|security|password)|hard-?coded|debug(?:ging)? (?:only|login|backdoor)|"
    r"internal use|do not (?:deploy|publish)|before (?:going live|production|release|launch|deploy\w*)|"
    r"remove (?:this |it |me )?(?:before|in prod|when live|for prod|on prod)|admin(?:istration)? (?:panel|area|page|interface|login)(?: is)?(?: at|:| in| under)|"
    r"secret (?:page|area|key|admin)|temporary (?:login|access|account)|staging (?:server|site|host)|后门|漏洞|后台地址|测试账号|上线前)",
    re.I,
)
QUERY = re.compile(
    r"\bSELECT\b[^\n]{1,200}\bFROM\b[^\n]{1,100}\b(?:WHERE|LIMIT|ORDER)\b|\bINSERT INTO \w{1,60}\s?\(|"
    r"\bUPDATE \w{1,60} SET \w",
)
CODE = re.compile(r"<\?php\b|<%@? ?(?:page|=)|\b(?:mysql_connect|mysqli_connect|include_once)\(")
LINK = re.compile(
    r"<a\s[^<>]{0,200}?href=[\"'](?:https?://[^\"'/]{1,100})?/?[^\"']{0,80}?(?<![a-z])"
    r"(admin\w{0,12}|backup|debug|private|internal|secret|manage|phpmyadmin|staging|test)(?![a-z])[^\"']{0,60}[\"']",
    re.I,
)
IGNORED = re.compile(
    r"^\[if |^\s*/?(?:google|ko |ng|wp:|more|esi|mfunc|\$)|<!\[endif|^#|license|copyright|googleoff", re.I
)
