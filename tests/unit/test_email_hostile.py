"""Mails that mean harm, or that programs broke: read within the time and memory of the function, and never lost."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from chalicelib.channels.email import parse
from tests.unit.mails import CUSTOMER, known, raw, read  # noqa: F401 - a fixture among them

MEMORY = 1024  # MB of EmailWebhook
CHINESE = "您好，我的订单还没有到，请帮我查一下。谢谢！"
TRADITIONAL = "您好，我的訂單還沒有到，請幫我查一下。謝謝！"
JAPANESE = "注文した商品がまだ届きません。確認してください。"

LARGEST = """
import base64, os, re
from pathlib import Path
from chalicelib.channels.email import adapter
from chalicelib.conversations import files
stored = []
files.store = lambda thread, content: stored.append(len(content))
one = b"--b\\r\\nContent-Type: application/pdf; name=%d.pdf\\r\\nContent-Transfer-Encoding: base64\\r\\n\\r\\n"
parts = b"".join(one % n + base64.encodebytes(os.urandom(960_000)) for n in range(30))
head = b"From: a@example.com\\r\\nDate: x\\r\\nContent-Type: multipart/mixed; boundary=b\\r\\n\\r\\n"
raw = head + b"--b\\r\\n\\r\\nsee\\r\\n" + parts + b"--b--"
assert len(raw) > 38_000_000
adapter._raw = lambda told: raw
told = {"notificationType": "Received", "mail": {"messageId": "1"}, "receipt": {"timestamp": "2026-11-20T10:00:00.000Z"}}
message = adapter.receive(told)
fates = [part["fate"] for part in message.meta["attachments"]]
assert fates == ["shown"] + ["stored"] * 30 and stored == [960_000] * 30, fates
# Not getrusage: a process begins with the peak of the one that started it, which may be a large pytest.
print(int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


def test_the_largest_mail_with_thirty_files_fits_into_the_function() -> None:
    env = {"SUPPORT_ADDRESS": "support@shop.example", "PYTHONPATH": "."}
    start = "from chalicelib import settings\nsettings._read = lambda name: {'key': '00'}\n"
    done = subprocess.run([sys.executable, "-c", start + LARGEST], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 0.7 * MEMORY


@pytest.mark.parametrize(
    ("text", "actual", "declared"),
    [
        (CHINESE, "gb18030", "gb18030"),
        (CHINESE, "gb18030", "gb2312"),
        (CHINESE, "gb18030", None),
        (CHINESE, "gb18030", "us-ascii"),
        (CHINESE, "gb18030", "utf-8"),
        (CHINESE, "gb18030", "x-unknown"),
        (CHINESE, "utf-8", "gb2312"),
        (CHINESE, "utf-8", "x-unknown"),
        (CHINESE, "utf-8", None),
        (CHINESE, "utf-8", "iso-8859-1"),
        ("㐀𠮷 生僻字", "gb18030", "gb18030"),
        (TRADITIONAL, "big5", "big5"),
        (TRADITIONAL, "big5hkscs", "big5"),
        (JAPANESE, "iso2022_jp", "iso-2022-jp"),
        (JAPANESE, "iso2022_jp", None),
        (JAPANESE, "iso2022_jp", "us-ascii"),
        (JAPANESE, "iso2022_jp", "utf-8"),
        (JAPANESE, "iso2022_jp", "x-unknown"),
        (JAPANESE, "shift_jis", "shift_jis"),
        (JAPANESE, "utf-8", "iso-2022-jp"),
        ("Grüße aus Köln", "cp1252", None),
        ("Grüße aus Köln", "utf-8", "iso-8859-1"),
    ],
)
def test_texts_are_read_whatever_is_declared(text: str, actual: str, declared: str | None) -> None:
    kind = f"Content-Type: text/plain; charset={declared}" if declared else "Content-Type: text/plain"
    content = f"From: {CUSTOMER}\r\n{kind}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode() + text.encode(actual)
    assert parse.parse(content).text == text


@pytest.mark.parametrize(
    "header",
    [
        "Subject: " + "x" * 1_000_000,
        "Subject: " + "=?utf-8?b?5L2g?= " * 60_000,
        "References: " + "<a@b> " * 100_000,
        "To: " + "a@example.com, " * 50_000,
        "From: " + "(" * 200_000,
        "From: " + '"' * 200_000,
        "Content-Type: multipart/mixed; " + "a=b; " * 100_000,
        "Content-Type: text/plain; " + "charset*0*=utf-8''x; " * 20_000,
        "Content-Disposition: attachment; " + "".join(f"filename*{n}=x; " for n in range(5_000)),
        "Received: x\r\n" * 20_000 + "X: y",
    ],
    ids=lambda header: header[:24],
)
def test_no_header_keeps_the_function_busy(header: str) -> None:
    start = time.process_time()
    message = read(raw(header, body="still here"))
    assert time.process_time() - start < 5
    assert "still here" in message.text or message.meta["attachments"]


@pytest.mark.parametrize(
    "piece",
    [
        "--b\r\n",
        "--b\r\n\r\n\r\n",
        "--b\r\nContent-Type: message/rfc822\r\n\r\n",
        "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
    ],
)
def test_no_number_of_parts_keeps_the_function_busy(piece: str) -> None:
    start = time.process_time()
    message = read(raw("Content-Type: multipart/mixed; boundary=b", body=piece * 20_000))
    assert time.process_time() - start < 5
    assert message.meta.get("attachments") or piece == "--b\r\n"  # nothing but boundaries: no part at all
