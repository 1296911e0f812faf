"""Everything that is kept of a customer, as one ZIP that goes up while it is written: JSON by line, mails and files as they came."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict

from chalicelib.aws.objects import Upload
from chalicelib.customers.erasure.footprint import Footprint
from chalicelib.customers.erasure.holding import Holding

_READ_ME = """What is kept of one customer. / 所保存的某位客户的全部数据。
customer.json    who it is: names, addresses, threads / 身份、地址、会话线程
threads/         conversations, messages, events, notes (one JSON a line), mails and files / 对话、消息、事件、备注、邮件与文件
learned/         what the bot learned of it / 机器人从中学到的内容
reports.jsonl    its rows in reports / 报表中的行
"""


def export(who: Footprint, holdings: Iterable[Holding], bucket: str, name: str, tick: Callable[[], None]) -> dict[str, int]:
    """How much of each kind. Killed on the way nothing is there, and it is made anew. Raises Unavailable."""
    upload = Upload(bucket, name, "application/zip")
    try:
        counts = _write(upload, who, holdings, tick)
    except BaseException:
        upload.abort()
        raise
    upload.close()
    return counts


def _write(upload: io.RawIOBase, who: Footprint, holdings: Iterable[Holding], tick: Callable[[], None]) -> dict[str, int]:
    counts, taken = Counter[str](), set[str]()
    with zipfile.ZipFile(upload, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        archive.writestr("README.txt", _READ_ME)
        archive.writestr("customer.json", json.dumps(asdict(who), ensure_ascii=False, indent=1))
        for holding in holdings:
            for found in holding.find(who):
                with archive.open(_free(found.path, taken), "w", force_zip64=True) as file:
                    for block in found.content():
                        file.write(block)
                counts[found.kind] += found.count
                tick()
    return dict(counts)


def _free(path: str, taken: set[str]) -> str:
    """Two files of one name are both there."""
    stem, dot, ending = path.rpartition(".")
    name, number = path, 2
    while name in taken:
        name = f"{stem or path} ({number}){dot if stem else ''}{ending if stem else ''}"
        number += 1
    taken.add(name)
    return name
