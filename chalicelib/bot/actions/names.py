"""Which lists of phrases and which sentences all actions share: each must stand in actions.yaml."""

from __future__ import annotations

_PHRASES = (
    "yes no leave drop not_leave polite correct wait do_it wish asks_about it also lost where number part resend what_code elsewhere more "
    "filler gone gone_route by_mail by_phone wants_phone every_route send_code weak but no_then did undone money misread "
    "arrival general exchange"
)
_SENTENCES = (
    "yes no more_tap stop_hint person_offer confirm confirm_retry not_done several fix take_time code code_other code_again code_hint "
    "code_retry code_unread code_last code_later code_tries code_nowhere code_kept code_mismatch mismatch unreachable left sorry "
    "not_proven misses numberless partly left_done did did_money deed exchange"
)
PHRASES, SENTENCES = tuple(_PHRASES.split()), tuple(_SENTENCES.split())
