"""Codes that show that an address reaches somebody: eight digits (26 bits), ten minutes, five tries.

Redis keeps a keyed hash of the code, never the code. How often codes are sent is counted by account and by
address of the asker, and counted alike whether there is such an account.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from app.core.asker import asker
from app.core.errors import InvalidError, RateLimitedError
from app.core.redis import get_redis, increment_within, run_script
from app.core.settings import get_settings
from app.service.account.address import Address
from app.service.account.letter import post

DIGITS = 8
SECONDS = 600
TRIES = 5
SENT_TO_ACCOUNT = ((3, 600), (10, 86_400))
SENT_BY_ADDRESS = (30, 3600)
WRONG = "is wrong or no longer good"
# Compare, and count down what is left; a code that was right, or tried too often, is gone.
_CHECK = """
local kept = redis.call('HGET', KEYS[1], 'digest')
if not kept then return 0 end
if kept == ARGV[1] then
  redis.call('DEL', KEYS[1])
  return 1
end
if redis.call('HINCRBY', KEYS[1], 'left', -1) <= 0 then redis.call('DEL', KEYS[1]) end
return 0
"""


def throttle(purpose: str, address: str, ip: str) -> None:
    """Count one more letter to an address, asked for from `ip`; `RateLimitedError` when one too many."""
    limits = [(f"{purpose}:ip:{asker(ip)}", SENT_BY_ADDRESS)]
    limits += [(f"{purpose}:to:{address}:{most[1]}", most) for most in SENT_TO_ACCOUNT]
    for key, (limit, seconds) in limits:
        state = increment_within(key, limit, seconds)
        if not state.allowed:
            raise RateLimitedError(state.resets_in)


def new_code() -> str:
    """Eight digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def send_code(purpose: str, address: Address, *, locale: str) -> None:
    """Make a code for this purpose, which takes the place of the one before, and send it."""
    post(address, "code", locale=locale, code=keep_code(purpose, address))


def keep_code(purpose: str, address: Address) -> str:
    """Make a code and keep its hash. One that is sent to nobody takes as long to make as any other."""
    code = new_code()
    key = _key(purpose, address)
    with get_redis().pipeline() as pipe:
        pipe.delete(key)
        pipe.hset(key, mapping={"digest": _digest(purpose, address, code), "left": TRIES})
        pipe.expire(key, SECONDS)
        pipe.execute()
    return code


def check_code(purpose: str, address: Address, code: str, field: str = "code") -> None:
    """Take a code; `InvalidError` when it is wrong, over, used or was tried too often: all the same words."""
    given = _digest(purpose, address, "".join(code.split()))
    if not run_script(_CHECK, [_key(purpose, address)], [given]):
        raise InvalidError({field: WRONG})


def _key(purpose: str, address: Address) -> str:
    return f"code:{purpose}:{hashlib.sha256(address.value.encode()).hexdigest()}"


def _digest(purpose: str, address: Address, code: str) -> str:
    key = get_settings().SECRET_KEY.encode()
    return hmac.new(key, f"{purpose}\0{address.value}\0{code}".encode(), hashlib.sha256).hexdigest()
