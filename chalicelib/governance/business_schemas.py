"""Schemas of what the business sets: queues, hours, facts, appearance; the same in the API and in the operators' files."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from chalicelib.schemas import Milliseconds, Request, View

Short = Annotated[str, Meta(max_length=40)]
Name = Annotated[str, Meta(max_length=60)]
Text = Annotated[str, Meta(max_length=300)]
Spans = Annotated[list[Short], Meta(max_length=8, description='Like "09:00-18:00", until "24:00"; none: closed.')]
Base = Annotated[int, Meta(ge=0, description="The version that this was made from.")]
Why = Annotated[str, Meta(min_length=1, max_length=200, description="For whoever looks at the versions later.")]


class BusinessQueue(Request):
    """The id stays for good, the names are what people read."""

    id: Short
    en: Name
    zh: Name


class BusinessQueues(Request):
    """`default`: where a conversation goes that nothing sends anywhere."""

    default: Short
    queues: Annotated[list[BusinessQueue], Meta(min_length=1, max_length=100)]


class SpecialDay(Request):
    """A date with hours of its own, or closed: "2026-12-24", or each year "12-25". `en`, `zh`: what the bot calls it."""

    date: Short
    open: Spans = field(default_factory=list)
    en: Name = ""
    zh: Name = ""


class QueueHours(Request):
    """Of one queue: its week, and its special days, which go before the business's."""

    weekdays: dict[Short, Spans] = field(default_factory=dict)
    days: list[SpecialDay] = field(default_factory=list)


class OpeningHours(Request):
    """Hours by weekday ("monday"), none on any: open day and night. `zone`: "" is the stage's. `holidays`: dates on which all is closed,
    without a name."""

    zone: Name = ""
    weekdays: dict[Short, Spans] = field(default_factory=dict)
    holidays: list[Short] = field(default_factory=list)
    days: list[SpecialDay] = field(default_factory=list)
    queues: dict[Short, QueueHours] = field(default_factory=dict)


class BothLanguages(Request):
    """In English and Chinese."""

    en: Text = ""
    zh: Text = ""


class BusinessFacts(Request):
    """What the business tells of itself; the bot's sentences may name it. `name`: "" is the stage's."""

    name: BothLanguages = field(default_factory=BothLanguages)
    phone: Text = ""
    email: Text = ""
    website: Text = ""
    address: BothLanguages = field(default_factory=BothLanguages)


class BusinessLauncher(Request):
    """The button on other sites. `label`: words beside its icon, else it is round."""

    side: Literal["right", "left"] = "right"
    icon: Literal["speech", "question", "heart", "headset"] = "speech"
    label: BothLanguages = field(default_factory=BothLanguages)


class BusinessAppearance(Request):
    """How chat and widget look; "" is as it ships. `primary`: like #0f6b5c. `logo`: an https address, or data:image/png;base64,… (png, jpeg
    or webp of 8,000 bytes at most). `name`: "" is that of the facts."""

    primary: Short = ""
    logo: Annotated[str, Meta(max_length=12_000)] = ""
    name: BothLanguages = field(default_factory=BothLanguages)
    greeting: BothLanguages = field(default_factory=BothLanguages)
    launcher: BusinessLauncher = field(default_factory=BusinessLauncher)


CONTENTS: dict[str, type[Any]] = {
    "queues": BusinessQueues,
    "hours": OpeningHours,
    "facts": BusinessFacts,
    "appearance": BusinessAppearance,
}


class SettingQuery(Request):
    """Without a version: the one in force. 0 is what ships with the code."""

    version: Annotated[int, Meta(ge=0, le=999_999)] | None = None


class SettingVersion(View):
    """`changed_by`: an agent's id, "operator", or "" for what ships with the code."""

    version: int
    changed_at: Milliseconds
    changed_by: str
    why: str


class SettingVersions(View):
    """The newest first; `current`: the number of the one in force."""

    current: int
    versions: list[SettingVersion]


class QueuesVersion(SettingVersion):
    """The queues, as one version has them."""

    content: BusinessQueues


class HoursVersion(SettingVersion):
    """The hours, as one version has them."""

    content: OpeningHours


class FactsVersion(SettingVersion):
    """The facts, as one version has them."""

    content: BusinessFacts


class AppearanceVersion(SettingVersion):
    """The appearance, as one version has it."""

    content: BusinessAppearance


class ColourScheme(View):
    """Colours as #rrggbb: of buttons (`fill`) and text on them, of text and focus, of a tinted ground; the hovers under a pointer."""

    fill: str
    on_fill: str
    fill_hover: str
    text: str
    text_hover: str
    tint: str


class AppearancePreview(View):
    """The colours that would be worn, null without a primary colour; `remarks`: what was corrected, and why."""

    light: ColourScheme | None
    dark: ColourScheme | None
    remarks: list[str]


class QueuesChange(Request):
    """All queues there shall be."""

    version: Base
    why: Why
    content: BusinessQueues


class HoursChange(Request):
    """All hours there shall be."""

    version: Base
    why: Why
    content: OpeningHours


class FactsChange(Request):
    """All facts there shall be."""

    version: Base
    why: Why
    content: BusinessFacts


class AppearanceChange(Request):
    """All that shall be worn."""

    version: Base
    why: Why
    content: BusinessAppearance


class SettingRollback(Request):
    """`to`: the version that shall count again; `version`: the one in force."""

    to: Annotated[int, Meta(ge=0, le=999_999)]
    version: Base
    why: Why
