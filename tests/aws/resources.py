"""Reads what SAM makes of a template: its resources, their policies and what they refer to."""

import copy
import os

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from wanted import ATTACHED


def expanded(template: dict) -> dict:
    """The resources that SAM makes of a template, with the parameters that it is given when nobody says anything."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")
    policies = {name: f"arn:aws:iam::aws:policy/{name}" for name in ATTACHED}
    parameters = {id: str(it.get("Default", "")) for id, it in template["Parameters"].items()}
    source = copy.deepcopy(template)
    # Code stands in S3 once it is packaged; SAM reads no folders.
    for resource in source["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://artifacts/code.zip"
    return Translator(policies, Parser()).translate(source, parameters)["Resources"]


def without_routes(template: dict) -> dict:
    """A copy whose functions answer to no route."""
    copied = copy.deepcopy(template)
    for resource in copied["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function" and "Events" in resource["Properties"]:
            events = resource["Properties"]["Events"]
            resource["Properties"]["Events"] = {id: it for id, it in events.items() if it["Type"] != "Api"}
    return copied


def listed(value) -> list:
    """One or several, as a list."""
    return value if isinstance(value, list) else [value]


def prefix_of(rule: dict) -> str:
    """What a rule of a lifecycle is about; everything where it names nothing."""
    return rule.get("Prefix", rule.get("Filter", {}).get("Prefix", ""))


def endings(rules: list, bucket: str, prefix: str) -> list:
    """Where and after how many days rules of a bucket end something below a prefix; no days are some date."""
    return [
        (prefix_of(rule), rule.get("ExpirationInDays"))
        for id, rule in rules
        if id == bucket
        and (prefix.startswith(prefix_of(rule)) or prefix_of(rule).startswith(prefix))
        and {"ExpirationInDays", "ExpirationDate"} & rule.keys()
    ]


def longest_lock(statements: list, key: str) -> float:
    """For how many days an object of this key can be locked at most."""
    most = float("inf")
    for it in statements:
        days = it.get("Condition", {}).get("NumericGreaterThan", {}).get("s3:object-lock-remaining-retention-days")
        actions = {"s3:PutObject", "s3:PutObjectRetention"} <= set(listed(it["Action"]))
        ends = [resource["Fn::Sub"].partition("}/")[2] for resource in listed(it["Resource"]) if "Fn::Sub" in resource]
        if days and actions and it["Effect"] == "Deny" and any(key.startswith(end.rstrip("*")) for end in ends):
            most = min(most, int(days))
    return most


def branches(statement: dict) -> list:
    """A statement, or those between which a condition chooses."""
    if "Fn::If" in statement:
        return [it for it in statement["Fn::If"][1:] if "Ref" not in it]
    return [statement]


def allowed(role: dict, action: str) -> list:
    """The resources on which a role may do this, as they are written."""
    documents = (policy["PolicyDocument"] for policy in role.get("Policies", []))
    statements = [it for document in documents for one in listed(document["Statement"]) for it in branches(one)]
    having = [it for it in statements if it["Effect"] == "Allow" and action in listed(it["Action"])]
    return [resource for it in having for resource in listed(it["Resource"])]


def name_of(value) -> str | None:
    """The resource that an attribute or a reference names."""
    if not isinstance(value, dict):
        return None
    named = value.get("Ref") or value.get("Fn::GetAtt", [None])
    return (named.split(".") if isinstance(named, str) else named)[0]


def target(policy: dict) -> str | None:
    """The queue that a redrive policy names."""
    return name_of(policy.get("deadLetterTargetArn"))


def is_queue(mapping: dict, queues: dict) -> bool:
    """Whether a mapping reads a queue."""
    return name_of(mapping.get("EventSourceArn")) in queues


def refuses_plain_http(document: dict) -> bool:
    """Whether a policy denies everything that comes without TLS."""
    return any(
        it["Effect"] == "Deny"
        and it.get("Principal") == "*"
        and it.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        for it in document["Statement"]
    )


SIGNS = {"GreaterThanOrEqualToThreshold": ">=", "GreaterThanThreshold": ">", "LessThanThreshold": "<"}


def saying(alarm: dict) -> str:
    """What an alarm looks at, and from where on it wakes somebody, in a line."""
    values = [dimension["Value"] for dimension in alarm.get("Dimensions", [])]
    statistic = alarm.get("Statistic", alarm.get("ExtendedStatistic"))
    sign, threshold = SIGNS.get(alarm.get("ComparisonOperator")), alarm.get("Threshold")
    parts = [statistic, alarm.get("Namespace"), alarm.get("MetricName"), *values, sign, threshold]
    return " ".join(str(name_of(it) or it) for it in parts)
