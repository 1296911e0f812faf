"""What is asked in a message, without the courtesies around it: "Good morning, could you please tell me where my order is? Thanks, Ann".

A search sees every word; the words of politeness lead it astray, and a greeting in front must not make a known question an unknown one.
Pure. Never cuts all of a message: what is nothing but courtesy stays as it is.
"""

from __future__ import annotations

import re

from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.courtesies import foreign, small_talk
from chalicelib.bot.interpretation.mood import urgency

_PARTS = re.compile(r"[^.!?。！？\n]+[.!?。！？\n]*")
_LONGEST = 1_500  # characters; a longer text is searched by its sentences anyway
_SALUTATION = re.compile(
    r"\s*(?:dear|hello|hi|hey|good (?:morning|afternoon|evening|day))\b"
    r"(?![^,.!?\n]*\b(?:where|when|what|why|how|who|which|need|want)\b)[^,.!?\n]{0,40}[,!:\n]\s*|"
    r"\s*(?:尊敬的|亲爱的|親愛的)[^,，。！!：:\n]{0,12}[,，。！!：:\n]\s*|"
    r"\s*(?:您好|你好|早上好|下午好|晚上好|早安|午安|晚安|哈[喽囉啰]|嗨|亲|店家|客服|老板|老闆)(?:[们們])?(?:啊|呀|呢)?[,，。！!：:\s~～]+",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"[\n,.!?。！？]\s*(?:(?:with )?(?:kind|best|warm|many|friendly)?\s*(?:regards|wishes|greetings)|yours(?: \w+)?|sincerely|cheers|"
    r"many thanks|thanks(?: (?:in advance|a lot|so much|again))?|thank you(?: (?:in advance|so much|very much|again))?|thx|"
    r"looking forward to (?:your|hearing)[^\n.]*)\b[^?？]{0,60}$|"
    r"[\n,，。！!？?\s](?:谢谢|謝謝|多谢|多謝|感谢|感謝|拜托了?|麻烦了|麻煩了|盼复|盼覆|盼回[复覆]|此致|敬祝|敬上|祝好|唔該|唔该)[^?？吗嗎呢]{0,30}$",
    re.IGNORECASE,
)
_SMALL = re.compile(
    r"\s*(?:(?:hi|hey|hello|and|so|"
    r"ok(?:ay)?|well|um+|uh|hm+|just|also|then|please|pls|sorry|excuse me|(?:one|a) (?:quick |short |little )?question|"
    r"quick question|while i wait|in the meantime|meanwhile|first of all|in english)[\s,:.!-]+)+|"
    r"\s*(?:那|那么|好的?|嗯|哦|呃|不好意思|打扰了?|打擾了?|冒昧[來来]信)[，,。！!\s]+",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:^|[,.!:;]\s*)(?:i (?:should|would) be (?:most |very |so )?(?:grateful|glad|happy|thankful|pleased) (?:if|"
    r"for) (?:you (?:could|would|can) )?(?:tell me |let me know |explain )?|"
    r"(?:could|can|would|will) (?:you|u|somebody|someone) (?:please |kindly |pls |maybe |perhaps )*(?:tell me|let me know|"
    r"explain(?: to me)?)|"
    r"\b(?:i )?(?:only |just |would |really |also |urgently )*(?:want(?:ed)?|like|need) to (?:know|ask(?: you)?|enquire|inquire|find out)|"
    r"i(?:'d| would) (?:like|love) to (?:know|ask)|i(?: a|'| wa)?[ms] (?:just )?wondering|do you (?:happen to )?know (?=if|whether|"
    r"how|when|where|what)|"
    r"(?:please |pls |just )*tell me|may i (?:please )?ask)\b(?: (?:if|whether|about))?[\s,:]*|"
    r"(?:^|[，,。！!：:\s])(?:那|我)*(?:先|就|只|也|再)*(?:想|要|来)?(?:请|請)?(?:教|问|問)(?:一?下|一声|下你们?|你们|妳們|你們)?[，,：:\s]+|"
    r"^(?:那|我)*(?:先|就|只|也|再)*(?:(?:想|要)(?:请|請)?|请|請)(?:教|问|問)(?:一?下|一声|下你们?)?|"
    r"(?:^|[，,。！!：:\s])(?:我)?(?:想|要)(?:咨询|諮詢|了解|知道|請教|请教)(?:一?下)?(?:[两兩]件事)?[，,：:\s]*|"
    r"^(?:麻烦|麻煩|劳驾|勞駕)(?:您|你)?|^(?:能不能|可以|可否|能否)(?:帮我|幫我)?(?:告诉|告訴)(?:我)?(?:一?下)?[，,：:\s]*",
    re.IGNORECASE,
)
_TAILS = re.compile(
    r"[\s,，]+(?:please|pls|plz|thanks|thank you|thx|in the meantime|meanwhile|while i wait|then|though|mate|dear|guys|"
    r"谢谢|謝謝|多谢|多謝|拜托|拜託|麻烦了|麻煩了|唔該|哈|呗|哦|喔)[\s.!?。！？~～]*$",
    re.IGNORECASE,
)
# How she feels about it: the mood is heard from the whole message (mood.py), and a search is led astray by it.
_FEELING = re.compile(
    r"(?:^|[,;.!?]+\s*|\s+(?:and|so)\s+)(?:and |so |now )?(?:i(?:'| a)?m|im|we(?:'| a)?re|this makes me)(?: \w+){0,2}? "
    r"(?:angry|furious|upset|annoyed|disappointed|unhappy|mad|livid|frustrated|cross)(?= *[,;.!?]| *$)|"
    r"(?:^|[，,。！!；;\s])(?:我|我们|我們)?(?:真的?|真是|很|太|好|非常|超|实在|實在|特别|特別|有点|有點|现在|現在)*"
    r"(?:生气|生氣|气死(?:我)?|氣死(?:我)?|失望|恼火|惱火|不爽|无语|無語|嬲)(?:了|啊|呀|死了)?(?=[，,。！!；;\s]|$)",
    re.IGNORECASE,
)


_INDIRECT = re.compile(r"^(where|when|what|how much) ((?:my|the|our|that|this) (?:\w+ )?\w+) (is|are|was|were)\b(?! \w+ing)", re.IGNORECASE)
_FEW, _SHORT = 3, 18  # words and letters of what is said beside a question and asks nothing
_PROTEST = re.compile(r"(?=.{2,40}$).*(?:\b(?:what|which|why)\b|什么|什麼|甚麼|咩|乜)", re.IGNORECASE | re.DOTALL)
_ASKED = re.compile(
    r"\s*(?:i (?:asked|was asking|am asking)|i'?m asking|my question (?:is|was)) "
    r"(?:about|for|if|whether|when|where|how|what|why|who|which|the)\b|"
    r"\s*我(?:[问問][的嘅][是系係]|[是系係][在想]?[问問])",
    re.IGNORECASE,
)
_COMMAS = re.compile(r"\s*[,，]\s*")


def core(text: str) -> str:
    """The message's question or statement; the message itself where nothing is around it."""
    if len(text) > _LONGEST:
        return text
    body = _FEELING.sub("", _CLOSING.sub("", _SALUTATION.sub("", text.strip(), count=1))).strip(" ,，") or text
    parts = _PARTS.findall(body)
    told = [part for part in _unprotested(parts) if not small_talk.kind(part)]
    cut = "".join(f"{bare}\n" if part.endswith("\n") else f"{bare} " for part in told if (bare := _bare(part))).strip()
    return cut if any(character.isalnum() for character in cut) else text


def _unprotested(parts: list[str]) -> list[str]:
    """ "Block what card?? I asked about my refund": what stands before the word of what she asked is no question of its own."""
    is_protest = len(parts) > 1 and _PROTEST.match(parts[0]) and _ASKED.match(parts[1])
    return parts[1:] if is_protest else parts


def _bare(part: str) -> str:
    """A sentence without the words that only lead to its question, and those that end it."""
    small = _SMALL.match(part)
    rest = part[small.end() :] if small else part.strip()
    led = _LEAD.search(rest)
    rest = rest[led.end() :] if led and _says_nothing(rest[: led.start()]) else rest
    rest = _unhurried(_TAILS.sub("", rest).strip(" ,，、:：\n"))
    rest = _INDIRECT.sub(r"\1 \3 \2", rest) if led else rest
    mark = part.strip()[-1:]
    return rest + mark if mark in "?？" and not rest.endswith(mark) else rest


def _unhurried(said: str) -> str:
    """Without the clauses that only tell how soon it is wanted, where another one asks something."""
    clauses = _COMMAS.split(said)
    if len(clauses) < 2 or not urgency(said):
        return said
    told = [one for one in clauses if asks_something(one) or not (urgency(one) or (len(one.split()) <= _FEW and len(one) <= _SHORT))]
    return ", ".join(told) if any(map(asks_something, told)) else said


def _says_nothing(before: str) -> bool:
    """Is what stands in front no question and no statement either: nothing, or a greeting in whatever language?"""
    return not before.strip() or bool(small_talk.kind(before) or foreign.courtesy(before) or foreign.language(before))
