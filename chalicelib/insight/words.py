"""Numbers, times and names as people read them, in English and Chinese. Pure."""

from __future__ import annotations

from datetime import date

from chalicelib.conversations import registry

_NONE = "–"

_NAMES = {
    "all": ("All", "全部"),
    "bot": ("First reply by the bot", "首次回复：机器人"),
    "agent": ("First reply by an agent", "首次回复：客服"),
    "urgent": ("urgent", "紧急"),
    "normal": ("normal", "普通"),
    # The queues and the bot's reasons that come with Baton; a business's own are shown as they are.
    "general": ("general", "综合"),
    "billing": ("billing", "账单"),
    "orders": ("orders", "订单"),
    "technical": ("technical", "技术"),
    "suicide or self-harm": ("suicide or self-harm", "有轻生或自伤的迹象"),
    "safety or health": ("safety or health", "人身安全或健康"),
    "possible fraud": ("possible fraud", "疑似欺诈"),
    "account or data at risk": ("account or data at risk", "账户或数据有风险"),
    "asks about something that was sent back": ("asks about something that was sent back", "询问已退回的商品"),
    "goods have gone bad": ("goods have gone bad", "商品变质"),
    "the customer has no order number": ("the customer has no order number", "客户没有订单号"),
    "gave the data already": ("gave the data already", "之前已提供信息"),
    "gave the data that the answer asks for": ("gave the data that the answer asks for", "提供了回答中要求的信息"),
    "legal step announced": ("legal step announced", "声明采取法律行动"),
    "going public announced": ("going public announced", "声明曝光或联系媒体"),
    "VIP asked for a person": ("VIP asked for a person", "贵宾客户要求人工"),
    "asked for a person": ("asked for a person", "要求人工"),
    "asked for no more messages": ("asked for no more messages", "要求不再发送消息"),
    "customer is upset": ("customer is upset", "客户不满"),
    "bot unavailable": ("bot unavailable", "机器人不可用"),
    "VIP, and the bot is not sure": ("VIP, and the bot is not sure", "贵宾客户，机器人没有把握"),
    "much money is at stake": ("much money is at stake", "涉及金额较大"),
    "it cannot wait": ("it cannot wait", "不能等"),
    "third contact within a week": ("third contact within a week", "一周内第三次联系"),
    "sent files without a word": ("sent files without a word", "只发送了文件，没有文字"),
    "the answer did not help": ("the answer did not help", "回答没有帮助"),
    "second miss": ("second miss", "连续两次未能回答"),
    "enough automatic answers to this sender": ("enough automatic answers to this sender", "已向该发件人自动回复足够多次"),
    "the sender may be forged": ("the sender may be forged", "发件人可能是伪造的"),
    "not sure": ("not sure", "没有把握"),
}
_UNITS = ((86_400_000, "d", "天"), (3_600_000, "h", "小时"), (60_000, "min", "分"), (1_000, "s", "秒"))
_WEEKDAYS = "一二三四五六日"


def name(of: str) -> tuple[str, str]:
    """In both languages; what is not known stays as it is."""
    channel = registry.REGISTRY.get(of)
    if channel:
        return channel.en[:1].upper() + channel.en[1:], channel.zh
    return _NAMES.get(of, (of or _NONE, of or _NONE))


def duration(ms: int | None) -> tuple[str, str]:
    """In the two largest units: ("1 h 20 min", "1 小时 20 分"); a dash for None."""
    if ms is None:
        return _NONE, _NONE
    # Days and minutes together would say more than anybody wants to know.
    unit = 1_000 if ms < 120_000 else 60_000 if ms < 86_400_000 else 3_600_000
    left = ms // unit * unit
    parts: list[tuple[str, str]] = []
    for size, en, zh in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append((f"{count}\u00a0{en}", f"{count}\u00a0{zh}"))
    if not parts:
        return "0\u00a0s", "0\u00a0秒"
    return " ".join(en for en, _ in parts), " ".join(zh for _, zh in parts)


def share(part: int, whole: int) -> str:
    """In whole per cent; a dash for a share of nothing. 100 % and 0 % are said only of all and none."""
    if not whole:
        return _NONE
    percent = round(100 * part / whole)
    if part < whole and percent == 100:
        percent = 99
    if part > 0 and percent == 0:
        percent = 1
    return f"{percent}\u00a0%"


def number(n: int) -> str:
    return f"{n:,}".replace(",", "\u202f")


def dollars(amount: float | None) -> str:
    """In cents, and in hundredths of a cent below one; a dash for None."""
    if amount is None:
        return _NONE
    return f"${amount:,.2f}" if amount >= 0.01 or not amount else f"${amount:.4f}"


def long_day(day: str) -> tuple[str, str]:
    """("Saturday, 21 November 2026", "2026年11月21日 星期六")."""
    d = date.fromisoformat(day)
    return f"{d:%A}, {d.day} {d:%B} {d.year}", f"{d.year}年{d.month}月{d.day}日 星期{_WEEKDAYS[d.weekday()]}"
