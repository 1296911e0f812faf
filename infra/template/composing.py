"""A language model of Amazon Bedrock that composes answers: who may call it, if one is named at all."""

from __future__ import annotations

from infra.template.cfn import Json, ref, resource, sub

CONDITION = "ComposesAnswers"

_MODELS = "arn:${AWS::Partition}:bedrock"
_PROFILE = f"{_MODELS}:${{AWS::Region}}:${{AWS::AccountId}}:inference-profile/${{ComposeModel}}"


def resources() -> Json:
    """The named model, be it of this region or one that an inference profile of that name leads to."""
    statements = [
        _allowed("ComposeAnswers", [f"{_MODELS}:${{AWS::Region}}::foundation-model/${{ComposeModel}}", _PROFILE]),
        {
            **_allowed("ComposeAnswersElsewhere", [f"{_MODELS}:*::foundation-model/*"]),
            "Condition": {"StringEquals": {"bedrock:InferenceProfileArn": sub(_PROFILE)}},
        },
    ]
    properties = {
        "PolicyName": "ComposeAnswers",
        "PolicyDocument": {"Version": "2012-10-17", "Statement": statements},
        "Roles": [ref("BotAnswerRole")],
    }
    return {"ComposePolicy": resource("AWS::IAM::Policy", properties, Condition=CONDITION)}


def _allowed(sid: str, arns: list[str]) -> Json:
    return {"Sid": sid, "Effect": "Allow", "Action": ["bedrock:InvokeModel"], "Resource": [sub(arn) for arn in arns]}
