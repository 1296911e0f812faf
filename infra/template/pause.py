"""The pause between a piece of a turn and the bot's next look at it: a workflow that waits, calls the bot's function, and tries again."""

from __future__ import annotations

import json

from chalicelib.aws import pauses
from infra.template import queues
from infra.template.cfn import Json, att, ref, resource, sub

# Names of our own: the bot's function begins the workflow, which calls the bot's function; by reference that would be a circle.
NAME = "${AWS::StackName}-pause"
ARN = f"arn:${{AWS::Partition}}:states:${{AWS::Region}}:${{AWS::AccountId}}:stateMachine:{NAME}"

_ALL = ["States.ALL"]
_AGAIN = {"ErrorEquals": _ALL, "IntervalSeconds": 1, "BackoffRate": 2, "MaxAttempts": 6, "MaxDelaySeconds": 30, "JitterStrategy": "FULL"}


def definition() -> Json:
    """In the Amazon States Language, with names for DefinitionSubstitutions. An Express workflow ends within five minutes."""
    bot = {"FunctionName": "${Bot}", "Payload.$": "$"}
    order = {"function": "bot_answer", "keys.$": "$.keys", "error": "the pause could not go on"}
    put_aside = {"QueueUrl": "${Failed}", "MessageBody": order}
    return {
        "StartAt": "Wait",
        "TimeoutSeconds": 290,
        "States": {
            "Wait": {"Type": "Wait", "Seconds": pauses.SECONDS, "Next": "GoOn"},
            "GoOn": {
                "Type": "Task",
                "Resource": "arn:${Partition}:states:::lambda:invoke",
                "Parameters": bot,
                "TimeoutSeconds": 60,
                "Retry": [_AGAIN],
                "Catch": [{"ErrorEquals": _ALL, "ResultPath": "$.error", "Next": "PutAside"}],
                "End": True,
            },
            "PutAside": {"Type": "Task", "Resource": "arn:${Partition}:states:::sqs:sendMessage", "Parameters": put_aside, "End": True},
        },
    }


def resources() -> Json:
    """`Pause` and the role that it acts in."""
    return {"Pause": _workflow(), "PauseRole": _role()}


def _workflow() -> Json:
    values = {"Bot": att("BotAnswer", "Arn"), "Failed": ref(queues.FAILED), "Partition": ref("AWS::Partition")}
    properties: Json = {
        "StateMachineName": sub(NAME),
        "StateMachineType": "EXPRESS",
        "RoleArn": att("PauseRole", "Arn"),
        "DefinitionString": json.dumps(definition()),
        "DefinitionSubstitutions": values,
    }
    return resource("AWS::StepFunctions::StateMachine", properties)


def _role() -> Json:
    trusted = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trusted["Condition"] = {"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}}
    allowed = [
        {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": att("BotAnswer", "Arn")},
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": att(queues.FAILED, "Arn")},
    ]
    properties: Json = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trusted]},
        "Policies": [{"PolicyName": "pause", "PolicyDocument": {"Version": "2012-10-17", "Statement": allowed}}],
    }
    return resource("AWS::IAM::Role", properties)
