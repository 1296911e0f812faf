"""Follow-ups: "and abroad?" means what was asked before, with something else in its place. Pure.

Whether a message goes on with the last question cannot be told by its words alone. What can: whether it may (it is short, or points
back), and what the two questions would be that it could mean. Which of them it is, the knowledge decides.
"""

from __future__ import annotations

import re

from chalicelib.bot.interpretation.language import small_words
from chalicelib.knowledge.index.words import normal

_LONGEST = 80  # characters of a message that may go on with something; a Chinese one counts as three
_FEW = 2  # words that say something
_WIDE = re.compile(r"[㐀-䶿一-鿿]")
_POINTS_BACK = re.compile(
    r"(?:and|but|or|also|so|ok|okay|then|what about|how about|what if|even|same|only|just|if|"
    r"in that case|which|for|to|with|without|on|at|by)\b|"
    r".*\b(?:it|its|that|this|they|them|those|these|there|then|one|ones|instead|as well|too(?=\W*$)|either|same|still|else)\b|"
    r"[那而但或还也如果要是假如].*|.*[呢它]$|.*(?:这个|那个|这样|那样|它|呢|这种|那种|同样|也是|也可以|的话).*"
)
# What only joins a message to what was said ...
# What makes a question or a request of a sentence that has no question mark: Chinese ones often have none.
_QUESTION = re.compile(
    r"\b(?:how|what|whats|when|where|which|who|whose|why|how's|what's)\b|"
    r"^(?:(?:and|but|so|ok|okay|then|also|or|oh|hi|hello|hey|yes|no|well|alright)[\s,.!]+)*"
    r"(?:(?:can|could|do|does|did|is|are|am|was|were|will|would|should|shall|may|might|must|have|has|any|anything)\s+\w|"
    r"(?:dont|don't|isnt|isn't|arent|aren't|cant|can't|wont|won't)\s+(?:i|you|u|we|they|it|he|she|that|this|there|your)\b)|"
    r"\b(?:do|does|did|can|could|will|would|are) (?:you|u|ya|i|we)\b|"
    r"(?:[,.;:!]\s*|\b(?:and|but|so|or|then)\s+)(?:can|could|do|does|did|will|would|should|is|are) "
    r"(?:i|you|u|we|they|it|he|she|that|this|there|your|my|the)\b|"
    r"\bi (?:want|need|wanna|would like)\b|\bi'd like\b|\b(?:give|send|help|tell|show) me\b|"
    r"\b(?:please|pls|plz) (?:tell|say|send|give|show|help|explain|cancel|change|check|look|find|refund|"
    r"return|replace|add|remove|stop|resend)\b|"
    r"(.)[不没唔]\1|几(?:个|天|日|克|度|号|点|时|次|杯|年|月|分|秒|块|元|件|包|份|钟|多|耐|钱|位|人|岁)|"
    r"有没有|有冇|是否|能否|可否|可不可以|多少|多久|多大|多长|多远|怎|咋|什么|啥|咩|乜|哪|谁|边个|边度|为何|干嘛|"
    r"[吗嘛][呀啊]?|点样|点解|使唔|系唔|得唔|系咪|可以|能(?:退|换|用|寄|送|开|改|取消|便宜|快|收|不|帮)|如何|"
    r"(?:我|俺|咱)?(?:想要?|需要|打算|要(?!了|是|死))(?:退|换|买|查|问|改|取消|订|知道|申请|投诉|开|找|看|一)|帮我|请(?!问$)|麻烦|"
    r"(?:呢|么|咧|㗎|未|唔|冇|边|点|几|谁|[是有得能行对会要]不|不)[呀啊]?[\s!.。！~～]*$"
)
_JOINS = re.compile(
    r"\b(?:and|but|or|so|ok|okay|then|also|what about|how about|what if|if|please|tell me|"
    r"let me know|it|that|this|they|them|those|these|there)\b|"
    r"那么|还有|如果是|如果|要是|的话|请问|那个|这个|这样|那样|[那呢吧啊它]"
)
# ... and what asks, and no more: it gives way to another message's asking words.
_ASKS = re.compile(
    r"\b(?:how|what|when|where|which|who|why|long|much|many|often|soon|need|possible)\b|"
    r"要多久|多久|多少钱|多长时间|什么时候|几天|几时|怎么办|怎么样|怎样|怎么|如何|为什么|可以|能不能|能否|可不可以|哪里|哪儿|哪些|哪个|哪种|什么|多少|谁|[吗要能会才到]"
)
_CORRECTS = re.compile(
    r"(?:(?:oh|ah|oops|sorry|no|wait|hang on|hold on|argh|ugh|my bad|my mistake|typo|i mistyped|wrong)[\s,.!:;-]*)*"
    r"(?:sorry|my mistake|my bad|typo|i mistyped|correction|(?:i )?(?:actually )?mean(?:t)?|i was (?:actually )?asking about|"
    r"make that|the one i.{0,14}is)"
    r"(?: to (?:say|ask|write|type)(?: about)?| about)?\b[\s,.!:;-]*|"
    r"(?:哦|啊|呃|不好意思|抱歉|不对|不是)?[，,。\s]*(?:打错字?了?|说错了?|写错了?|發錯|打錯字?了?|說錯了?|寫錯了?|问错了?|問錯了?|搞错了?|搞錯了?|口误)[，,。！!\s]*(?:我?(?:是)?(?:想|"
    r"要)?(?:说|問|问|說|指)?的?是?|是)?|"
    r"(?:不是|不对|不對)[，,。\s]*我?(?:是|想|要)(?:问|說|说|問|指)的?是?|我(?:是)?(?:说|說|指|意思)的?是",
    re.IGNORECASE,
)
_ELSE = re.compile(
    r"(?:(?:ok|okay|good|great|thanks|thank you|fine)[\s,.!]*)*(?:by the way|btw|(?:(?:ok(?:ay)?|and)[\s,.]*)?(?:another|other|"
    r"different|one more|new|second|next) (?:question|thing|topic)|"
    r"something else|on another note|unrelated|changing (?:the )?(?:topic|subject))\b[\s,.:;!-]*|"
    r"(?:好的?|嗯|哦|谢谢|謝謝)?[，,。！\s]*(?:对了|對了|顺便(?:问一?下?)?|順便(?:問一?下?)?|另外(?:想?[问問]一?下?)?|还有(?:个|一个)?问题|還有個問題|再[问問](?:个|個|一下|一个|一個)?|"
    r"换个问题|換個問題|別的問題|别的问题)[，,：:\s]*",
    re.IGNORECASE,
)
_SPACES = re.compile(r"[\s,.;:!?。，！？、；：…]+")


def points_back(text: str) -> bool:
    """Does it say so itself that it goes on with something: "and …", "what about …", "that", "那…呢"?"""
    said = normal(text).strip()
    return _is_short(said) and bool(_POINTS_BACK.match(_SPACES.sub(" ", said).strip()))


def may_follow(text: str) -> bool:
    """Could this go on with the question before? It is short enough."""
    return _is_short(normal(text))


def says_little(text: str) -> bool:
    """Has it few words of its own?"""
    return _own_words(normal(text)) <= _FEW


def leans(text: str) -> bool:
    """Does it say nothing without the question before: "how long does that take?", "要多久"?"""
    said = _JOINS.sub(" ", normal(text))
    own = _own_words(_ASKS.sub(" ", said))
    return _is_short(text) and bool(_ASKS.search(said)) and (own == 0 or (own == 1 and points_back(text)))


def corrected(text: str) -> tuple[bool, str]:
    """Does it correct what she said before: "sorry, I meant black tea", "打错了，是红茶"? And what it says instead."""
    found = _CORRECTS.match(text.strip())
    rest = text.strip()[found.end() :].strip(" ,.;:，。；：!！") if found else ""
    return (True, rest) if rest else (False, text)


def own_words(text: str) -> str:
    """The words that are the message's own: without those that join it to what was said, and those that ask."""
    return _flat(_ASKS.sub(" ", _JOINS.sub(" ", normal(text))))


def completed(before: str, text: str) -> str:
    """The whole question: what was asked before, with this message behind it. `before` may be completed already: of its lines the first
    is the question that began it, the last the message before this one."""
    first, *later = before.strip().split("\n")
    parts = [_topic(_flat(normal(first))), *(_topic(_flat(normal(one))) for one in later[-1:]), _flat(normal(text))]
    return _joined(" ".join(filter(None, parts)))


def in_context(title: str, before: str, text: str) -> str:
    """A message behind what it goes on with, as the passage encoder was taught to read it: the title of the article that was told last,
    and the question before."""
    said = " ".join(filter(None, [before.replace("\n", " ").strip(), text]))
    return f"{title}. {said}" if title and before else said


def carried(before: str, text: str) -> str:
    """The question as it is kept for the next message: where it began, and what was said last."""
    return f"{before.strip().split(chr(10))[0]}\n{text.strip()}"


def changes_topic(text: str) -> tuple[bool, str]:
    """Does it say that it asks about something else: "by the way, …", "另外想问…"? And what it asks."""
    found = _ELSE.match(text.strip())
    rest = text.strip()[found.end() :].strip(" ,.;:，。；：") if found else ""
    return (True, rest) if rest else (False, text)


def adds(text: str) -> bool:
    """Is it a short statement that asks nothing: "too expensive", "急用"?"""
    return _is_short(normal(text)) and not asks_something(text) and not points_back(text)


def asks_something(text: str) -> bool:
    """Is it a question or a request, by its mark or its words?"""
    said = normal(text).strip()
    return "?" in said or bool(_QUESTION.search(said))


def _topic(question: str) -> str:
    """What it is about: without the words that ask."""
    words = _ASKS.sub(" ", _JOINS.sub(" ", question)).split()
    return " ".join(word for word in words if word not in small_words("english"))


def _is_short(said: str) -> bool:
    return len(said) + 2 * len(_WIDE.findall(said[:_LONGEST])) <= _LONGEST


def _own_words(said: str) -> int:
    words = [word for word in re.findall(r"[a-z0-9']+", said) if word not in small_words("english")]
    return len(words) + len(_WIDE.findall(said)) // 2


def _flat(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _joined(text: str) -> str:
    """Chinese words stand together."""
    return re.sub(r"(?<=[㐀-䶿一-鿿]) (?=[㐀-䶿一-鿿])", "", _flat(text))
