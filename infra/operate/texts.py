"""What an operator enters where the number for text messages is kept. Pure."""

from __future__ import annotations

# Twilio then tries five times, whatever goes wrong (twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
RETRIES = "#rc=5&rp=all"


def to_enter(provider: str, site: str, topic: str) -> str:
    """For the screen: the fields of Twilio's console, or the command for a number at AWS."""
    if provider == "aws":
        return (
            "  SMS      let the number tell Baton what comes in, and leave STOP and HELP to Baton:\n"
            "           aws pinpoint-sms-voice-v2 update-phone-number --phone-number-id ID --two-way-enabled \\\n"
            f"             --two-way-channel-arn {topic} --self-managed-opt-outs-enabled"
        )
    return (
        "  Twilio   in the number's messaging configuration (both by HTTP POST):\n"
        f"           a message comes in      {site}/sms/twilio{RETRIES}\n"
        f"           primary handler fails   {site}/sms/twilio"
    )
