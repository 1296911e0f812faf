"""Mails for the benchmark: plain, alternative, HTML, other charsets, with attachments and pictures. Each holds a token of its own."""

from __future__ import annotations

import random
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

SUPPORT = "support@helpdesk.test"
_ENGLISH = "My parcel is late. The link does not open. Where do I find the invoice? The left one broke after two weeks. Please cancel it."
_CHINESE = "您好，我上周下的订单还没有发货，请帮我查一下。发票抬头开错了。重置密码的链接已经过期。收到的商品有划痕。谢谢！"


def token(n: int) -> str:
    return f"token-{n:07d}"


def first(count: int, start: int = 0) -> list[bytes]:
    """First mails of as many cases, of 100 customers."""
    return [_letter(n).as_bytes() for n in range(start, start + count)]


def follow_ups(count: int) -> list[bytes]:
    """The writers of the first cases write again, in answer to themselves."""
    return [_answer(_letter(n), f"<case{n}@customer.test>", f"<case{n}@customer.test>", 1_000_000 + n).as_bytes() for n in range(count)]


def replies(ours: list[bytes]) -> list[bytes]:
    """The customers answer our mails, which they quote."""
    made = []
    for n, raw in enumerate(ours):
        mail = BytesParser(policy=policy.default).parsebytes(raw)
        answer = _answer(_letter(n), str(mail["message-id"]), f"{mail['references']} {mail['message-id']}", 2_000_000 + n)
        answer.replace_header("From", str(mail["to"]))
        answer.replace_header("To", str(mail["reply-to"]))
        made.append(answer.as_bytes())
    return made


def automatic(count: int) -> list[bytes]:
    mails = [_letter(3_000_000 + n) for n in range(count)]
    for mail in mails:
        mail["Auto-Submitted"] = "auto-replied"
    return [mail.as_bytes() for mail in mails]


def _letter(n: int) -> EmailMessage:
    dice = random.Random(n)
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"] = f"Customer {n % 100} <customer{n % 100}@customer.test>", SUPPORT
    mail["Message-ID"], mail["Date"] = f"<case{n}@customer.test>", "Mon, 02 Nov 2026 10:00:00 +0000"
    kind = n % 6
    said = " ".join(dice.choices(_ENGLISH.split(), k=60)) if kind != 1 else _CHINESE * 3
    text = f"Hello,\n\n{said}\nReference {token(n)}\n"
    mail["Subject"] = f"订单 {n}" if kind == 1 else f"Order {n}: {said[:30]}"
    mail.set_content(text, charset="gb18030" if kind == 1 else "utf-8")
    if kind in (2, 5):
        mail.add_alternative(f"<p>{text}</p><img src='cid:logo'>", subtype="html")
    if kind == 3:
        mail.clear_content()
        mail.set_content(f"<html><body><p>{said}</p><p>{token(n)}</p></body></html>", subtype="html")
    if kind == 4:
        mail.add_attachment(dice.randbytes(24_000), maintype="image", subtype="jpeg", filename="照片.jpg")
    if kind == 5:
        mail.get_payload()[1].add_related(dice.randbytes(2_000), maintype="image", subtype="png", cid="<logo>", filename="logo.png")
    return mail


def _answer(letter: EmailMessage, to: str, references: str, n: int) -> EmailMessage:
    mail = EmailMessage(policy=policy.SMTP.clone(max_line_length=900))
    mail["From"], mail["To"], mail["Subject"] = letter["from"], letter["to"], f"Re: {letter['subject']}"
    mail["Message-ID"], mail["Date"] = f"<case{n}@customer.test>", "Tue, 03 Nov 2026 10:00:00 +0000"
    mail["In-Reply-To"], mail["References"] = to, references
    mail.set_content(f"Any news? Reference {token(n)}\n\nOn Mon, 2 Nov 2026 at 10:00, The Shop <{SUPPORT}> wrote:\n> We have your mail.\n")
    return mail
