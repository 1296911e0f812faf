"""The key of KMS under which the topics lie, for who wants one: it costs a dollar a month, so there is none by default.

Only AWS's own services publish to our topics (SES, AWS End User Messaging, CloudWatch), and the key that SNS has for free,
alias/aws/sns, cannot let them: nobody can change its policy. Without a key SNS keeps messages on encrypted disks, as ever.

docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
"""

from __future__ import annotations

from infra.template.cfn import Json, ref, resource, sub

KEY = "TopicKey"
CONDITION = "EncryptsTopics"
PUBLISHERS = ("ses.amazonaws.com", "sms-voice.amazonaws.com", "cloudwatch.amazonaws.com")


def resources() -> Json:
    """The key, whose policy lets the services that publish use it, for this account alone."""
    account: Json = {
        "Sid": "TheAccountsPoliciesDecide",
        "Effect": "Allow",
        "Principal": {"AWS": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
        "Action": "kms:*",
        "Resource": "*",
    }
    publishers: Json = {
        "Sid": "ServicesPublish",
        "Effect": "Allow",
        "Principal": {"Service": list(PUBLISHERS)},
        "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}},
    }
    properties = {
        "Description": sub("Topics of ${AWS::StackName}"),
        "EnableKeyRotation": True,
        "KeyPolicy": {"Version": "2012-10-17", "Statement": [account, publishers]},
    }
    return {KEY: resource("AWS::KMS::Key", properties, Condition=CONDITION)}


def encrypted() -> Json:
    """What a topic has for it."""
    return {"KmsMasterKeyId": {"Fn::If": [CONDITION, ref(KEY), ref("AWS::NoValue")]}}
