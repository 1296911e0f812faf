"""Customers of the host site: only what the site signed, for us and for now, opens an account's thread."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from chalicelib import settings
from chalicelib.channels.webchat import adapter
from chalicelib.channels.webchat import host as webchat_host
from chalicelib.conversations import keys
from chalicelib.errors import BadRequest, BatonError, Forbidden, NotAuthenticated
from infra.cloud import stack_of
from infra.shared_parameters import share
from tests import resets
from tests.unit.conftest import T0, Store, cloud

KEY, OLD, NOW = "k" * 64, "o" * 64, T0 // 1000


@pytest.fixture
def site(store: Store) -> Store:
    for name, key in (("site_jwt", KEY), ("site_jwt_previous", OLD)):
        cloud().client("ssm").put_parameter(Name=f"/baton/test/secrets/{name}", Value=key, Type="SecureString")
    share(cloud(), stack_of("test"))
    resets.forget_parameters()
    return store


def signed(key: str = KEY, algorithm: str = "HS256", without: str = "", **changes: Any) -> str:
    claims = {"sub": "customer-7", "exp": NOW + 3_600, "aud": "baton", **changes}
    claims.pop(without, None)
    return jwt.encode(claims, key, algorithm=algorithm)


def test_one_customer_has_one_thread_on_every_device(site: Store) -> None:
    first, second = adapter.session("", T0, signed(name="Mia")), adapter.session("", T0 + 5_000, signed(exp=NOW + 60))
    assert first["visitor"] == second["visitor"]
    assert first["visitor"] != adapter.session("", T0, signed(sub="customer-8"))["visitor"]
    assert first["name"] == "Mia"
    assert first["expires_at"] == T0 + settings.DAY
    adapter.connect({"token": first["token"]}, "tab-1", T0)


def test_nobody_can_take_an_accounts_name_without_its_jwt(site: Store) -> None:
    account, anonymous = adapter.session("", T0, signed()), adapter.session("", T0)
    assert account["visitor"].startswith(webchat_host.ACCOUNT)
    assert not anonymous["visitor"].startswith(webchat_host.ACCOUNT)
    with pytest.raises(NotAuthenticated, match="new JWT"):
        adapter.session(account["token"], T0 + 1_000)


def test_what_the_site_verified_is_recorded_once(site: Store) -> None:
    claims = {"email": "Mia@X.example", "email_verified": True, "phone_number": "030 123", "phone_number_verified": True}
    session = adapter.session("", T0, signed(**claims))
    adapter.session("", T0 + 1_000, signed(**claims))
    found = {(i["pk"]["S"], i["sk"]["S"], i["how"]["S"], keys.time_of(i)) for i in site.items()}
    thread = f"T#{session['visitor']}"
    assert found == {(thread, "P#account#customer-7", "jwt", T0), (thread, "P#email#mia@x.example", "jwt", T0)}


def test_during_a_rotation_both_keys_hold(site: Store) -> None:
    assert adapter.session("", T0, signed(OLD))["visitor"] == adapter.session("", T0, signed())["visitor"]


@pytest.mark.parametrize(
    ("claims", "email", "phone"),
    [
        ({"email": "mia@x.example", "email_verified": True}, "mia@x.example", ""),
        ({"email": "mia@x.example", "email_verified": "true"}, "", ""),
        ({"email": "mia@x.example"}, "", ""),
        ({"phone_number": "+4930123456", "phone_number_verified": True}, "", "+4930123456"),
        ({"phone_number": ["+49"], "phone_number_verified": True}, "", ""),
    ],
)
def test_only_what_the_site_verified_is_proven(site: Store, claims: dict[str, Any], email: str, phone: str) -> None:
    found = webchat_host.account(signed(**claims), T0)
    assert (found.email, found.phone) == (email, phone)


@pytest.mark.parametrize(
    "bad",
    [
        {"key": "x" * 64},
        {"algorithm": "none", "key": ""},
        {"algorithm": "HS384"},
        {"algorithm": "HS512"},
        {"without": "sub"},
        {"without": "exp"},
        {"without": "aud"},
        {"aud": "another"},
        {"aud": ["another"]},
        {"exp": NOW - 60},
        {"exp": NOW + 86_400 + 61},
        {"exp": "soon"},
        {"nbf": NOW + 61},
        {"nbf": True},
        {"sub": 7},
        {"sub": ""},
        {"sub": "x" * 256},
    ],
)
def test_anything_else_is_refused(site: Store, bad: dict[str, Any]) -> None:
    with pytest.raises((NotAuthenticated, BadRequest)):
        adapter.session("", T0, signed(**bad))


@pytest.mark.parametrize("text", ["x", "a.b.c", "é" * 50, signed()[:-2] + "AA", "." * 5_000, "e30.e30.e30"])
def test_what_is_no_jwt_is_refused_in_words(site: Store, text: str) -> None:
    with pytest.raises(BatonError) as refused:
        adapter.session("", T0, text)
    assert refused.value.status in (400, 401)


def test_at_the_edges_the_clocks_may_differ_by_a_minute(site: Store) -> None:
    for edge in ({"exp": NOW - 59}, {"exp": NOW + 86_400 + 60}, {"nbf": NOW + 60}):
        assert webchat_host.account(signed(**edge), T0).sub == "customer-7"


def test_without_a_secret_the_operator_is_told_what_to_do(store: Store) -> None:
    with pytest.raises(Forbidden, match="secret set site_jwt"):
        adapter.session("", T0, signed())
