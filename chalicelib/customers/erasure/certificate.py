"""What an erasure leaves as its proof: what went, when, and at whose word; nothing that tells of whom. Pure.

`subject` is a keyed hash of the customer's id: whoever still has that id can show later that this certificate is about it. Each certificate
names the hash of the one before, so that none is taken out or changed unseen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

# What is not deleted by us, as it cannot be; docs/privacy.md says it at length.
REMAINS = ("table_backups_35_days", "stream_24_hours", "logs_without_content", "anonymous_counts", "opt_out_as_keyed_hash")

_WORDS = {
    "en": """Certificate of erasure
{id}
Subject (keyed hash): {subject}
Asked for by {by} at {asked_at}; ended at {ended_at} (UTC).
Erased:
{counts}
Found again afterwards: {left}.
What remains: counts without a person; an opt-out as a keyed hash; until they expire, backups of the tables
(35 days) and the stream (24 hours). After a restore, erasures are to be repeated.
Certificate before this one: {before}
Hash of this one: {hash}
""",
    "zh": """删除证明
{id}
主体（密钥哈希）：{subject}
申请人：{by}，时间：{asked_at}；完成时间：{ended_at}（UTC）。
已删除：
{counts}
事后复查仍存在：{left}。
保留内容：不含个人信息的计数；以密钥哈希保存的退订记录；到期前的数据表备份（35 天）
和数据流（24 小时）。恢复备份后须重新执行删除。
上一份证明：{before}
本证明哈希：{hash}
""",
}


@dataclass(frozen=True, slots=True)
class Certificate:
    """Times in Unix ms. `erased`: what was there, by kind. `left`: what a look afterwards found again (0 proves that nothing was)."""

    id: str
    subject: str
    by: str
    asked_at: int
    ended_at: int
    erased: Mapping[str, int]
    left: int
    before: str = ""
    remains: tuple[str, ...] = field(default=REMAINS)

    @property
    def hash(self) -> str:
        return sha256(json.dumps(asdict(self), sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    def view(self) -> dict[str, object]:
        """With its hash and in words."""
        told = asdict(self) | {"remains": list(self.remains), "hash": self.hash}
        return told | {"text": {language: self.in_words(language) for language in _WORDS}}

    def in_words(self, language: str) -> str:
        counts = "\n".join(f"  {kind}: {count}" for kind, count in sorted(self.erased.items())) or "  -"
        known = asdict(self) | {"counts": counts, "hash": self.hash, "before": self.before or "-"}
        return _WORDS[language].format(**known | {name: _moment(getattr(self, name)) for name in ("asked_at", "ended_at")})


def _moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M:%S}"
