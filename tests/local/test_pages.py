"""The phone's and the mailbox's page in a real browser: both languages and widths, live, and nothing of a mail gets out of its frame."""

from collections.abc import Callable, Iterator

import pytest

from infra.local import mails
from tests.browser.driver import Browser
from tests.local.entrance import OURS, THEIRS, House, send

HOSTILE = """<h1>Hello</h1><p style="color: red">Your order</p><img src="https://tracker.example/x.png">
<script>parent.document.title = "taken"</script><img src="x" onerror="parent.document.title = 'taken'">
<a href="https://lantern-tea.example/">shop</a>"""


@pytest.fixture
def browser() -> Iterator[Callable[..., Browser]]:
    opened: list[Browser] = []

    def new(language: str = "en", size: str = "desktop", dark: bool = False) -> Browser:
        opened.append(Browser(language, size, dark))
        return opened[-1]

    yield new
    for one in opened:
        one.quit()


@pytest.mark.browser
def test_an_sms_goes_out_and_the_answer_appears_by_itself(house: House, browser: Callable[..., Browser]) -> None:
    page = browser()
    page.open(house.pages + "/phone")
    page.click("#phones button")
    number = page.texts("#phones button[aria-current=true]")[0][:12]
    page.type("#text", "Where is my <b>order</b>?\n")
    page.sees("Where is my <b>order</b>?", ".bubble.mine")
    page.sees("delivered", ".bubble.mine")
    assert house.posts.get(timeout=5)[2]["From"] == number
    send(house, {"To": number, "From": OURS, "Body": "On its way"})
    page.sees("On its way", ".bubble:not(.mine)")
    assert page.axe() == []
    assert page.complaints() == []


@pytest.mark.browser
def test_a_refused_webhook_is_seen(house: House, browser: Callable[..., Browser]) -> None:
    page = browser("zh", "phone", dark=True)
    page.open(house.pages + "/phone")
    page.type("#text", "refuse this\n")
    page.sees("403", ".bubble.mine .bad")
    assert page.texts("h1") == ["手机"]
    assert page.axe() == []


@pytest.mark.browser
def test_a_mail_is_read_and_replied_to(house: House, browser: Callable[..., Browser]) -> None:
    person = "zoe@customer.example"
    mail = mails.compose("support@shop.example", person, "Order 7", "Your order left.")
    mail.add_alternative(HOSTILE, subtype="html")
    house.cloud.client("sesv2").send_email(
        FromEmailAddress="support@shop.example", Destination={"ToAddresses": [person]}, Content={"Raw": {"Data": mail.as_bytes()}}
    )
    page = browser()
    page.open(house.pages + "/mailbox")
    page.sees(person, "#people")
    page.click("#people button")
    page.sees("Order 7", ".letter h2")
    page.find(".letter iframe")
    assert page.axe() == []
    page.click(".letter .link")
    page.type("#text", "Thank you!")
    page.click("#write .row button")
    page.sees("Re: Order 7", ".letter.mine h2")
    assert page.driver.title == "Mailbox", "a mail's script ran"


@pytest.mark.browser
def test_the_mailbox_speaks_chinese_on_a_phone(house: House, browser: Callable[..., Browser]) -> None:
    page = browser("zh", "phone")
    page.open(house.pages + "/mailbox")
    page.sees("邮箱", "h1")
    wide = page.driver.execute_script("return document.documentElement.scrollWidth > innerWidth")
    assert not wide, "the page is wider than the phone"
    assert page.axe() == []
    page.click("#language")
    page.sees("Mailbox", "h1")
    assert THEIRS not in page.texts("#people")
