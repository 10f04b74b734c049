"""An authenticator app: the codes of a key, worked out as RFC 6238 says."""

import base64
import hmac
import struct
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

from agreements.models import User

KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(key: str = KEY, *, later: int = 0) -> str:
    """Return what the app shows now, or so many codes later; both this and the next one are good.

    Later than computed a code is good for half a minute at least: a test is never too late.
    """
    counter = struct.pack(">Q", int(time.time()) // 30 + later)
    digest = hmac.digest(base64.b32decode(key), counter, "sha1")
    (number,) = struct.unpack(">I", digest[digest[-1] & 15 :][:4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"


def wrong_code(key: str = KEY) -> str:
    """Return a code that the app shows neither now nor soon."""
    shown = {code_of(key, later=later) for later in range(-3, 4)}
    return next(code for code in map("{:06}".format, range(10)) if code not in shown)


def turn_on(person: User) -> list[str]:
    """Give a person an authenticator app that knows the key; return their recovery codes."""
    Authenticator.objects.create(user=person, type="totp", data={"secret": KEY})
    return [str(code) for code in RecoveryCodes.activate(person).get_unused_codes()]
