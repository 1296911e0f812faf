"""A customer of the host site, by a JWT that the site signed: who they are there, and which addresses are proven there.

JSON Web Token (RFC 7519) signed with HS256 by the secret that both sides know. `sub`, `exp` and `aud` "baton" are required;
`email` with `email_verified`, `phone_number` with `phone_number_verified` (OpenID Connect Core 5.1) and `name` are used if given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from chalicelib import settings, tokens
from chalicelib.errors import BadRequest, Forbidden, NotAuthenticated

AUDIENCE = "baton"
LONGEST_LIFE = 86_400  # seconds that a JWT may still be good for
LEEWAY = 60  # seconds that the two clocks may differ
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")

# A thread of an account; an anonymous visitor's is "w" and hexadecimal digits.
ACCOUNT = "ws"


@dataclass(frozen=True, slots=True)
class Account:
    """`email` and `phone` only if the site says that it verified them; empty otherwise."""

    sub: str
    name: str = ""
    email: str = ""
    phone: str = ""

    @property
    def visitor(self) -> str:
        """The same on every device, and nobody can make one up."""
        return ACCOUNT + tokens.sign("account", self.sub)

    def proven(self) -> list[tuple[str, str]]:
        """Channels and addresses that belong to this customer."""
        known = (("account", self.sub), ("email", self.email), ("sms", self.phone))
        return [(channel, address) for channel, address in known if address]


def account(signed: str, now: int) -> Account:
    """Raises NotAuthenticated (wrong, expired, too long-lived: get a new one), BadRequest (claims), Forbidden (no secret is set)."""
    claims = _claims(signed)
    _check_times(claims, now // 1000)
    sub = claims["sub"]
    if not sub or len(sub) > 255:
        raise BadRequest("the JWT's sub must be the customer's id at your site, 255 characters at most")
    email, phone = _proven(claims, "email").lower(), _proven(claims, "phone_number")
    return Account(sub, _text(claims, "name")[:80], email if "@" in email else "", phone if _E164.fullmatch(phone) else "")


def _claims(signed: str) -> dict[str, Any]:
    """Verified but for its times, which `_check_times` compares with the given clock."""
    import jwt

    keys = settings.site_jwts()
    if not keys:
        raise Forbidden("this chat knows no secret of your site: set it with `python -m infra secret set site_jwt`")
    options: Any = {"require": ["sub", "exp", "aud"], "verify_exp": False, "verify_iat": False, "verify_nbf": False}
    problem: Exception | None = None
    for key in keys:
        try:
            return jwt.decode(signed, key, algorithms=["HS256"], audience=AUDIENCE, options=options)
        except jwt.InvalidTokenError as error:
            problem = problem or error
    raise NotAuthenticated(f"the JWT is not valid: {problem}")


def _check_times(claims: dict[str, Any], now: int) -> None:
    expires, not_before = _moment(claims["exp"]), _moment(claims.get("nbf", 0))
    if expires + LEEWAY <= now:
        raise NotAuthenticated("the JWT has expired: sign a new one")
    if not_before - LEEWAY > now:
        raise NotAuthenticated("the JWT is not valid yet: compare the clocks")
    if expires - LEEWAY > now + LONGEST_LIFE:
        raise NotAuthenticated("the JWT lives too long: exp may be a day ahead at most")


def _moment(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotAuthenticated("exp and nbf must be numbers: seconds since 1970")
    return int(value)


def _proven(claims: dict[str, Any], name: str) -> str:
    return _text(claims, name) if claims.get(f"{name}_verified") is True else ""


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name, "")
    return value if isinstance(value, str) else ""
