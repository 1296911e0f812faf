"""Who may enter as an agent: the user pool, its client and the groups."""

from __future__ import annotations

from infra.template.cfn import Json, kept, ref, resource, sub

GROUPS = {"agents": 30, "supervisors": 20, "admins": 10}  # the lowest number wins


def resources(stage: str) -> Json:
    made: Json = {"UserPool": _pool(stage), "UserPoolClient": _client()}
    for group, precedence in GROUPS.items():
        made[f"{group.title()}Group"] = resource(
            "AWS::Cognito::UserPoolGroup",
            {"GroupName": group, "Precedence": precedence, "UserPoolId": ref("UserPool")},
        )
    return made


def _pool(stage: str) -> Json:
    """Agents are invited by an admin; nobody signs up alone."""
    return resource(
        "AWS::Cognito::UserPool",
        {
            "UserPoolName": sub("${AWS::StackName}-agents"),
            "UsernameAttributes": ["email"],
            "UsernameConfiguration": {"CaseSensitive": False},
            "AutoVerifiedAttributes": ["email"],
            "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True},
            "AccountRecoverySetting": {"RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}]},
            "Policies": {
                "PasswordPolicy": {
                    "MinimumLength": 12,
                    "RequireLowercase": True,
                    "RequireUppercase": True,
                    "RequireNumbers": True,
                    "RequireSymbols": False,
                    "TemporaryPasswordValidityDays": 7,
                }
            },
            "DeletionProtection": "ACTIVE" if stage == "prod" else "INACTIVE",
        },
        **kept(stage),
    )


def _client() -> Json:
    return resource(
        "AWS::Cognito::UserPoolClient",
        {
            "UserPoolId": ref("UserPool"),
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            "PreventUserExistenceErrors": "ENABLED",
            "EnableTokenRevocation": True,
            "AccessTokenValidity": 1,
            "IdTokenValidity": 1,
            "RefreshTokenValidity": 30,
            "TokenValidityUnits": {"AccessToken": "hours", "IdToken": "hours", "RefreshToken": "days"},
        },
    )
