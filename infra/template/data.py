"""What must not be lost: the three tables and the five buckets; and for how long which of it is kept."""

from __future__ import annotations

from infra.template.cfn import Json, att, kept, ref, resource, sub

# What lists of waiting conversations show; everything else is read from the head itself.
WORK_ATTRIBUTES = "id type number channel subject name queue urgency owner agent language opened_at customer address"


def forgotten(name: str, days: str) -> Json:
    """A rule of a kind that a deployment may want to keep for so many days; with 0 it is not in force."""
    wanted: Json = {"Fn::If": [kept_for(days), ref(days), 1]}
    return {"Id": name, "Status": {"Fn::If": [kept_for(days), "Enabled", "Disabled"]}, "ExpirationInDays": wanted}


def kept_for(days: str) -> str:
    """The condition that this kind is kept for a limited time."""
    return f"Limits{days}"


# Bucket -> rules of its own; every bucket also forgets replaced versions and broken uploads.
BUCKETS: dict[str, list[Json]] = {
    "MailBucket": [
        forgotten("forget-mail", "MailRetentionDays"),
    ],
    "FilesBucket": [
        forgotten("forget-files", "FileRetentionDays"),
    ],
    "KnowledgeBucket": [
        # Comparisons quote customers; an index is small, and stays for as long as somebody may want to go back to it.
        {"Id": "forget-comparisons", "Status": "Enabled", "ExpirationInDays": 30, "Prefix": "comparisons/"},
        {"Id": "forget-drafts", "Status": "Enabled", "ExpirationInDays": 1, "Prefix": "drafts/"},
    ],
    "ReportsBucket": [
        forgotten("forget-reports", "ReportRetentionDays"),
    ],
    "ExportsBucket": [
        # Copies of customers' data: whoever asked for one fetches it within days.
        {
            "Id": "forget-copies",
            "Status": "Enabled",
            "ExpirationInDays": 7,
            "Prefix": "customers/",
            "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
        },
    ],
}


def resources(stage: str) -> Json:
    """Tables `Table`, `NotesTable` and `KnowledgeTable`; buckets with their policies."""
    made: Json = {"Table": _conversations(stage), "NotesTable": _notes(stage), "KnowledgeTable": _knowledge(stage)}
    for name, rules in BUCKETS.items():
        made[name] = _bucket(stage, rules, for_browsers=name == "FilesBucket")
        made[f"{name}Policy"] = _bucket_policy(name)
    return made


def _conversations(stage: str) -> Json:
    work = {"ProjectionType": "INCLUDE", "NonKeyAttributes": WORK_ATTRIBUTES.split()}
    keys_only = {"ProjectionType": "KEYS_ONLY"}
    return _table(
        stage,
        numbers={"waiting_since": "N", "opened_at": "N", "at": "N"},
        indexes=[
            {**_index("by_work", "work", "waiting_since", work), "WarmThroughput": _warm()},
            {**_index("by_day", "day", "opened_at", keys_only), "WarmThroughput": _warm()},
            {**_index("by_customer", "customer", "opened_at", keys_only), "WarmThroughput": _warm()},
            {**_index("by_time", "pk", "at", keys_only), "WarmThroughput": _warm()},
        ],
        WarmThroughput=_warm(),
        StreamSpecification={"StreamViewType": "NEW_AND_OLD_IMAGES"},
        TimeToLiveSpecification={"AttributeName": "expires", "Enabled": True},
    )


def _notes(stage: str) -> Json:
    """Notes lie apart, so that no function that speaks to customers can read them."""
    return _table(stage, numbers={}, indexes=[], TimeToLiveSpecification={"AttributeName": "expires", "Enabled": True})


def _knowledge(stage: str) -> Json:
    """What people write for the bot, and what it learned: little, read whole, and without a stream."""
    return _table(stage, numbers={}, indexes=[])


def _warm() -> Json:
    """How much the table and its indexes take at once; an index that takes less would hold the table up. Nothing unless it is asked for."""
    nothing = ref("AWS::NoValue")
    reads = {"ReadUnitsPerSecond": ref("WarmReads")}
    writes = {"WriteUnitsPerSecond": ref("WarmWrites")}
    both = {**reads, "WriteUnitsPerSecond": {"Fn::If": ["HasWarmWrites", writes["WriteUnitsPerSecond"], nothing]}}
    return {"Fn::If": ["HasWarmReads", both, {"Fn::If": ["HasWarmWrites", writes, nothing]}]}


def _table(stage: str, numbers: dict[str, str], indexes: list[Json], **more: object) -> Json:
    names = {"pk", "sk"} | {key["AttributeName"] for index in indexes for key in index["KeySchema"]}
    properties: Json = {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": numbers.get(name, "S")} for name in sorted(names)],
        "KeySchema": _keys("pk", "sk"),
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "SSESpecification": {"SSEEnabled": True},
        "DeletionProtectionEnabled": stage == "prod",
        **more,
    }
    if indexes:
        properties["GlobalSecondaryIndexes"] = indexes
    return resource("AWS::DynamoDB::Table", properties, **kept(stage))


def _index(name: str, partition: str, order: str, projection: Json) -> Json:
    return {"IndexName": name, "KeySchema": _keys(partition, order), "Projection": projection}


def _keys(partition: str, order: str) -> list[Json]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": order, "KeyType": "RANGE"}]


# Browsers upload and show files by signed addresses; the signature is the permission, whatever page it is used on.
_BROWSERS = {"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"], "MaxAge": 3600}


def _bucket(stage: str, rules: list[Json], for_browsers: bool) -> Json:
    tidy = {
        "Id": "tidy",
        "Status": "Enabled",
        **({} if any("NoncurrentVersionExpiration" in rule for rule in rules) else {"NoncurrentVersionExpiration": {"NoncurrentDays": 30}}),
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    encryption = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    return resource(
        "AWS::S3::Bucket",
        {
            "VersioningConfiguration": {"Status": "Enabled"},
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [encryption]},
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "LifecycleConfiguration": {"Rules": [tidy, *rules]},
            **({"CorsConfiguration": {"CorsRules": [_BROWSERS]}} if for_browsers else {}),
        },
        **kept(stage),
    )


def _bucket_policy(bucket: str) -> Json:
    statements: list[Json] = [
        {
            "Sid": "OnlyOverTls",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [att(bucket), sub(f"${{{bucket}.Arn}}/*")],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
    if bucket == "MailBucket":
        statements.append(_ses_may_put(bucket))
    document = {"Version": "2012-10-17", "Statement": statements}
    return resource("AWS::S3::BucketPolicy", {"Bucket": ref(bucket), "PolicyDocument": document})


def _ses_may_put(bucket: str) -> Json:
    return {
        "Sid": "MailArrives",
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": sub(f"${{{bucket}.Arn}}/raw/*"),
        "Condition": {"StringEquals": {"AWS:SourceAccount": ref("AWS::AccountId")}},
    }
