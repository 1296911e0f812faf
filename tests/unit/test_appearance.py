"""What a business wears can be read by everybody, whatever colour it likes; and nothing of it opens the page to others."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.business import appearance, colours, current
from chalicelib.business.appearance import Looks
from chalicelib.errors import BadRequest
from chalicelib.web import pages
from infra.operate import settings as commands
from tests.unit.conftest import asked_of_the_table
from tests.unit.test_api import Api, api, code  # noqa: F401 - a fixture among them
from tests.unit.test_business_settings import boss  # noqa: F401 - a fixture

PNG = b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode()
COLOURS = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: "#{:02x}{:02x}{:02x}".format(*rgb))
GROUNDS = st.sampled_from([colours.LIGHT, colours.DARK])
TOKENS = (pages.ASSETS / "shared" / "base.css").read_text("utf-8").split("@media", 2)
PALE = {
    "primary": "#FFF6C2",
    "name": {"en": "Lantern & Co", "zh": "灯笼茶"},
    "greeting": {"en": "Tea?"},
    "launcher": {"label": {"en": "Ask us"}},
}


def token(scheme: int, name: str) -> str:
    found = re.search(rf"--{name}: (#[0-9a-f]+);", TOKENS[scheme])
    assert found
    return found[1]


def policy(name: str, looks: Looks) -> str:
    return pages.serve(name, looks=looks).headers["Content-Security-Policy"]


class TestColours:
    @given(COLOURS)
    def test_text_on_a_fill_can_be_read_also_under_a_pointer(self, primary: str) -> None:
        for ground in (colours.LIGHT, colours.DARK):
            made = colours.scheme(primary, ground)
            assert made.fill == primary
            assert colours.contrast(made.on_fill, made.fill) >= 4.5
            assert colours.contrast(made.on_fill, made.fill_hover) >= 4.5

    @given(COLOURS, GROUNDS)
    def test_a_colour_as_text_can_be_read_on_every_ground_of_the_page(self, primary: str, ground: colours.Ground) -> None:
        made = colours.scheme(primary, ground)
        for under in (ground.sheet, *ground.others, made.tint):
            assert colours.contrast(made.text, under) >= 4.5
            assert colours.contrast(made.text_hover, under) >= 4.5

    @given(COLOURS)
    def test_what_else_stands_on_a_tint_can_be_read_too(self, primary: str) -> None:
        for number, ground in enumerate((colours.LIGHT, colours.DARK)):
            tint = colours.scheme(primary, ground).tint
            assert all(colours.contrast(token(number, name), tint) >= 4.5 for name in ("ink", "soft"))

    @given(COLOURS, GROUNDS)
    def test_what_can_be_read_already_stays_and_correcting_twice_is_correcting_once(self, primary: str, ground: colours.Ground) -> None:
        once = colours.scheme(primary, ground).text
        assert colours.scheme(once, ground).text == once

    @given(COLOURS, COLOURS)
    def test_contrast_is_the_same_both_ways_from_1_to_21(self, one: str, other: str) -> None:
        assert colours.contrast(one, other) == colours.contrast(other, one)
        assert 1 <= colours.contrast(one, other) <= 21

    def test_known_contrasts(self) -> None:
        assert colours.contrast("#ffffff", "#000000") == pytest.approx(21)
        assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)

    def test_the_grounds_are_those_of_the_pages(self) -> None:
        for number, ground in enumerate((colours.LIGHT, colours.DARK)):
            assert (ground.sheet, *ground.others) == tuple(token(number, name) for name in ("sheet", "paper", "sunken"))


class TestWhatIsWritten:
    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ({"primary": "yellow"}, 'primary: "yellow" is no colour; write it like #0f6b5c'),
            ({"primary": "#12345"}, "is no colour"),
            ({"primary": "#fff}:root{--ink:#fff"}, "is no colour"),
            ({"logo": "http://shop.example/logo.png"}, "logo: must be a plain address that begins with https://"),
            ({"logo": "https://shop.example/l.png; script-src *"}, "must be a plain address"),
            ({"logo": "https://shop.example/a,b"}, "must be a plain address"),
            ({"logo": "https://user:word@shop.example/l.png"}, "must be a plain address"),
            ({"logo": "javascript:alert(1)"}, "must be a plain address"),
            ({"logo": "data:image/svg+xml;base64,PHN2Zz4="}, "data must be like data:image/png"),
            ({"logo": "data:text/html;base64,PHN2Zz4="}, "data must be like data:image/png"),
            ({"logo": "data:image/png;base64,PHN2Zz4="}, "the data is no png"),
            ({"logo": "data:image/png;base64,PHN2Z"}, "the data is not base64"),
            ({"logo": "data:image/png;base64," + b64encode(b"\x89PNG\r\n" + bytes(8_000)).decode()}, "8006 bytes are more than 8000"),
            ({"name": {"en": "a\nb"}}, "name: must be one line"),
            ({"greeting": {"zh": "好" * 201}}, "greeting: is longer than 200 characters"),
            ({"launcher": {"label": {"en": "x" * 31}}}, "label: is longer than 30 characters"),
            ({"launcher": {"side": "top"}}, "Invalid enum value 'top'"),
            ({"launcher": {"icon": "skull"}}, "Invalid enum value 'skull'"),
            ({"colour": "#fff"}, "there is no field `colour`"),
        ],
    )
    def test_every_mistake_is_told(self, boss: Api, content: Any, message: str) -> None:  # noqa: F811
        refused = boss("PUT", "/settings/appearance", {"version": 0, "why": "x", "content": content})
        assert code(refused) == (400, "bad_request")
        assert message in refused[1]["error"]["message"]
        assert boss("GET", "/settings/appearance")[1]["version"] == 0

    def test_several_at_once(self) -> None:
        with pytest.raises(BadRequest, match=r"primary: .*; logo: .*; launcher: .* none of right, left"):
            appearance.parse({"primary": "red", "logo": "x", "launcher": {"side": "up"}})

    def test_it_has_versions_like_the_others_and_is_worn_at_once(self, boss: Api) -> None:  # noqa: F811
        assert boss("PUT", "/settings/appearance", {"version": 0, "why": "ours", "content": PALE})[1]["version"] == 1
        assert json.loads(current.looks().page)["colours"]["light"]["fill"] == "#fff6c2"
        assert boss("POST", "/settings/appearance/rollback", {"to": 0, "version": 1, "why": "as it ships"})[0] == 200
        assert json.loads(current.looks().page)["colours"] is None
        assert [one["why"] for one in boss("GET", "/settings/appearance/versions")[1]["versions"]] == ["as it ships", "ours", ""]

    def test_a_hundred_pages_cost_one_read(self, boss: Api) -> None:  # noqa: F811
        current.forget()
        asked = asked_of_the_table()
        for _ in range(100):
            current.looks()
        assert len(asked) == 1

    @pytest.mark.parametrize(
        ("own", "shown"),
        [
            ({}, {"en": "Facts", "zh": "事实"}),
            ({"en": "Tea", "zh": "茶"}, {"en": "Tea", "zh": "茶"}),
            ({"en": "Tea", "zh": ""}, {"en": "Tea", "zh": "Tea"}),
        ],
    )
    def test_the_name_is_that_of_the_facts_unless_it_has_its_own(self, own: dict[str, str], shown: dict[str, str]) -> None:
        looks = appearance.looks(appearance.parse({"name": own}), {"en": "Facts", "zh": "事实"})
        assert json.loads(looks.page)["name"] == shown
        assert looks.name == shown["en"]


class TestPreview:
    def test_a_draft_is_answered_with_its_colours_and_stored_nowhere(self, boss: Api) -> None:  # noqa: F811
        status, told = boss("POST", "/settings/appearance/preview", PALE)
        assert (status, told["light"]["fill"], told["light"]["on_fill"]) == (200, "#fff6c2", "#1d2321")
        assert "text on #fff6c2 is #1d2321: white has 1.1:1, 4.5:1 is needed" in told["remarks"]
        assert f"as text and focus on light ground it becomes {told['light']['text']}: #fff6c2 has 1.1:1" in told["remarks"]
        assert boss("GET", "/settings/appearance")[1]["version"] == 0
        assert boss("POST", "/settings/appearance/preview", {}) == (200, {"light": None, "dark": None, "remarks": []})
        assert code(boss("POST", "/settings/appearance/preview", {"primary": "x"})) == (400, "bad_request")

    def test_it_is_for_supervisors(self, api: Api) -> None:  # noqa: F811
        assert code(api("POST", "/settings/appearance/preview", PALE)) == (403, "forbidden")

    def test_the_command_needs_no_stage(self, tmp_path: Path) -> None:
        file = tmp_path / "appearance.json"
        file.write_text(json.dumps({"version": 3, **PALE}), "utf-8")
        told = CliRunner().invoke(commands.command, ["preview", str(file)])
        assert told.exit_code == 0
        assert "white has 1.1:1" in told.output
        file.write_text('{"primary": "yellow"}', "utf-8")
        told = CliRunner().invoke(commands.command, ["preview", str(file)])
        assert told.exit_code == 1
        assert "is no colour" in told.output


class TestPages:
    @pytest.mark.parametrize(
        ("logo", "source"),
        [
            ("https://img.shop.example/a/logo.png?v=3", "https://img.shop.example/a/logo.png"),
            (f"data:image/png;base64,{PNG}", "data:"),
        ],
    )
    def test_the_chat_lets_in_its_logo_and_nothing_else(self, logo: str, source: str) -> None:
        looks = appearance.looks(appearance.parse({"logo": logo}), {})
        assert policy("chat", looks) == policy("chat", pages.PLAIN).replace("blob:", f"blob: {source}")
        assert policy("console", looks) == policy("console", pages.PLAIN)

    def test_what_it_wears_is_escaped_in_the_page_and_json_in_the_widget(self) -> None:
        nasty = '"><script>alert(1)</script>\u2028'
        looks = appearance.looks(appearance.parse({"greeting": {"en": nasty[:-1]}, "launcher": {"label": {"zh": '"</script>'}}}), {})
        body = pages.serve("chat", looks=looks).body
        [told] = re.findall(r'name="looks" content="(.*?)"', body)
        assert json.loads(unescape(told))["greeting"]["en"] == nasty[:-1]
        assert "<script>alert" not in body
        widget = pages.serve("widget.js", looks=looks).body
        assert json.dumps('"</script>') in widget
        assert "{{looks}}" not in widget

    def test_another_appearance_is_another_page_and_the_same_one_is_kept(self) -> None:
        one, other = (appearance.looks(appearance.parse({"primary": colour}), {}) for colour in ("#123", "#456"))
        for name in ("chat", "widget.js"):
            tag = pages.serve(name, looks=one).headers["ETag"]
            assert pages.serve(name, tag, looks=one).status == 304
            assert pages.serve(name, tag, looks=other).status == 200
        assert pages.serve("chat/chat.js", looks=one).headers["ETag"] == pages.serve("chat/chat.js", looks=other).headers["ETag"]
