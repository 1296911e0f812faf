"""Does a message only give details for whoever will answer: a labelled value, an address, a word to pass on? Pure.

Such a message asks the bot for nothing, though it holds the words of an article: "company name: ...", "tell them it's the green one".
"""

from __future__ import annotations

import re

from chalicelib.bot.interpretation.orthography.dialect import mainland
from chalicelib.bot.interpretation.phrases import plain

_LONGEST = 240  # characters
# What a colleague needs, before its value.
_NAMED = (
    r"(?:address|company(?: name)?|vat(?: (?:id|no|number))?|tax (?:id|no|number)|recipient|name|phone|tel|quantity|amount|sum|budget|"
    r"(?:delivery )?date|deadline|size|colou?r|model|reference|(?:house|flat|room) (?:no|number)|postcode|zip(?: code)?|floor|invoice to)"
)
_EN = re.compile(
    rf"\b{_NAMED}\s*:\s*\S|\b(?:our|my|the|new|correct|right)\s(?:\w+\s){{0,2}}?{_NAMED}(?:'s| is| was| should be)?\s(?=\S*\d)|"
    rf"^{_NAMED}\s(?:is |was |should be )?(?=\S*\d)|"
    r"\b(?:goes|go|send it|ship it|sent) to \d+|\b(?:bill(?:ed)?|invoiced?) (?:it )?to [A-Z]|\bbilled to\b|"
    r"\bpass (?:this|that|it|the \w+) on\b|\btell (?:them|him|her|your (?:colleague|team|boss)s?|whoever|the agent)\b|"
    r"\blet (?:them|him|her|your (?:colleague|team)s?|whoever|the agent) know\b|\bso they know\b|"
    r"^(?:and )?(?:please |pls |plz )?(?:note that|note:|add that|add to (?:my|the|this)|mention that|write down|put (?:down|in))\b|"
    r"\b(?:please|pls|plz) (?:note|add|mention|write down|put down|put in|ask them|ask your)\b|"
    r"\b(?:ask|have|get) (?:them|your colleague|the agent) (?:to )?(?:check|look|confirm|ask)\b|"
    r"^for (?:the record|your colleague|the agent|the team|info)\b|^(?:addition|ps|p\.s\.|fyi)\b|\b\d+\w? not \d+",
    re.IGNORECASE,
)
_FIELD = (
    r"(?:地址|门牌号?|抬头|公司名称?|统编|公司税号|税号|收件人|姓名|电话|手机号?|数量|预算|交货时间|交期|型号|颜色|尺寸|日期|邮编|邮递区号|楼层|"
    r"金额|流水号|发票开给)"
)
_ZH = re.compile(
    rf"{_FIELD}\s*[:：]\s*\S|{_FIELD}(?:应该|要|改|写)?(?:是|为|成|改成)\s*\S|{_FIELD}\s*[A-Za-z]*[- ]?\d|{_FIELD}\s+[㐀-䶿一-鿿]{{2}}|"
    r"[㐀-䶿一-鿿](?:路|街|道|巷|弄|村)[^?？]{0,8}\d+[号栋室楼]|开给(?!我)|"
    r"(?:让|叫|请|跟|和|同|帮我(?:问|告诉)?|转告|转达|告诉|告知|话付|话给)(?:你们?的?|他们|一下)*(?:同事|客服|工作人员)(?:们)?(?!什么时候|在不在|几)|"
    r"转告|叫(?:他们|她们|它们|它哋|佢哋)|^[^?？]{0,4}备注(?:一下|[:：]|[㐀-䶿一-鿿\s])|(?:帮我|麻烦|请)(?:记|备注|记录|补充)(?:一?下|录)?|"
    r"^(?:再|顺便)?补充(?:一[下点]|[:：])|^要送到"
)
_FROM_US = re.compile(r"^(?:can|could|would|will|do|does|how|what|where|which|is|are|may)\b", re.IGNORECASE)
_ASKED = re.compile(r"[吗嘛]|怎[么样]|如何|哪|几[时点号天]|多少|什么|能不能|可不可以|可以(?!的)")


def gives_details(text: str) -> bool:
    """Never for a question, but for a request to pass something on."""
    said = text.strip()
    if not said or len(said) > _LONGEST:
        return False
    if re.search(r"[㐀-䶿一-鿿]", said):
        searched = mainland(said)
        return not _ASKED.search(searched) and "?" not in said and "？" not in said and _ZH.search(searched) is not None
    passes_on = re.match(r"(?:can|could|would|will) you (?:please )?pass (?:this|that|it) on", plain(said))
    if passes_on:
        return True
    asks = "?" in said or _FROM_US.match(said)
    return not asks and _EN.search(said) is not None
