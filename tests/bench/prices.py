"""AWS's list prices, and what of each is free every month and for good (not only in an account's first year)."""

from __future__ import annotations

GB = 1_000_000_000

# Name: (USD, for what, as of). us-east-1, first tier, nothing free, no discount.
PRICES = {
    "request": (0.20e-6, "Lambda request", "aws.amazon.com/lambda/pricing, 2025"),
    "compute": (0.0000133334, "Lambda GB-second, arm64", "aws.amazon.com/lambda/pricing, 2025"),
    "rest": (3.50e-6, "API Gateway REST request", "aws.amazon.com/api-gateway/pricing, 2026-09-20"),
    "socket": (1.00e-6, "API Gateway WebSocket message of 32 KB, in or out", "aws.amazon.com/api-gateway/pricing, 2026"),
    "minute": (0.25e-6, "API Gateway WebSocket connection minute", "aws.amazon.com/api-gateway/pricing, 2026"),
    "written": (0.625e-6, "DynamoDB write unit, on demand", "halved on 2024-11-01; read 2025-07-21"),
    "read": (0.125e-6, "DynamoDB read unit, on demand", "halved on 2024-11-01; read 2025-07-21"),
    "put": (5.0e-6, "S3 PUT or LIST", "aws.amazon.com/s3/pricing, long-standing, not read again"),
    "get": (0.4e-6, "S3 GET", "aws.amazon.com/s3/pricing, long-standing, not read again"),
    "stored": (0.023 / GB, "byte in S3 for a month", "aws.amazon.com/s3/pricing, long-standing, not read again"),
    "notice": (0.50e-6, "SNS notice", "aws.amazon.com/sns/pricing, long-standing, not read again"),
    "queue": (0.40e-6, "SQS request", "aws.amazon.com/sqs/pricing, long-standing, not read again"),
    "key": (3.0e-6, "KMS request", "aws.amazon.com/kms/pricing, 2026-03"),
    "logged": (0.50 / GB, "byte of logs taken in", "aws.amazon.com/cloudwatch/pricing, long-standing, not read again"),
    "kept": (0.03 / GB, "byte of logs kept for a month", "aws.amazon.com/cloudwatch/pricing, long-standing, not read again"),
    "alarm": (0.10, "CloudWatch alarm on one metric, a month", "aws.amazon.com/cloudwatch/pricing, 2026-02"),
    "metric": (0.30, "CloudWatch metric of our own, a month", "aws.amazon.com/cloudwatch/pricing, 2026-02"),
    "dashboard": (3.00, "CloudWatch dashboard, a month", "aws.amazon.com/cloudwatch/pricing, 2026-02"),
    "large_dashboard": (3.00, "CloudWatch dashboard of over 50 metrics, a month", "aws.amazon.com/cloudwatch/pricing, 2026-02"),
    "mail": (0.10e-3, "SES mail, in or out, below 256 KB", "aws.amazon.com/ses/pricing, long-standing, not read again"),
}

# Of the whole account, every month, without end. Nothing of this kind: DynamoDB's requests on demand (free are 25 provisioned units), S3,
# API Gateway, SES. The schedules themselves and the reads of the table's stream by Lambda cost nothing.
FREE = {
    "request": 1_000_000,
    "compute": 400_000,
    "queue": 1_000_000,
    "notice": 1_000_000,
    "key": 20_000,
    "logged": 5 * GB,
    "kept": 5 * GB,
    "alarm": 10,
    "metric": 10,
    "dashboard": 3,
}
METRICS_OF_A_FREE_DASHBOARD = 50


def beyond(counts: dict[str, float]) -> dict[str, float]:
    """What is left of each when all that is free is used up."""
    left = {name: count - FREE.get(name, 0) for name, count in counts.items()}
    return {name: count for name, count in left.items() if count > 0}


def usd(counts: dict[str, float]) -> float:
    """The price of so much of each."""
    return sum(count * PRICES[name][0] for name, count in counts.items())
