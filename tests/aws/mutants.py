"""Copies of a template, each with one promise broken, for `rules.py --mutate`."""

import copy

from wanted import GATEWAY

# What is taken away, and from resources of which type.
TAKEN = [
    ("AWS::DynamoDB::Table", "BillingMode"),
    ("AWS::DynamoDB::Table", "PointInTimeRecoverySpecification"),
    ("AWS::DynamoDB::Table", "DeletionProtectionEnabled"),
    ("AWS::DynamoDB::Table", "SSESpecification"),
    ("AWS::DynamoDB::Table", "TimeToLiveSpecification"),
    ("AWS::S3::Bucket", "PublicAccessBlockConfiguration"),
    ("AWS::S3::Bucket", "VersioningConfiguration"),
    ("AWS::S3::Bucket", "BucketEncryption"),
    ("AWS::S3::Bucket", "LifecycleConfiguration"),
    ("AWS::S3::Bucket", "OwnershipControls"),
    ("AWS::S3::BucketPolicy", None),
    ("AWS::SQS::Queue", "RedrivePolicy"),
    ("AWS::SQS::Queue", "MessageRetentionPeriod"),
    ("AWS::SQS::Queue", "VisibilityTimeout"),
    ("AWS::Logs::LogGroup", "RetentionInDays"),
    ("AWS::IAM::Role", "PermissionsBoundary"),
    ("AWS::CloudWatch::Alarm", None),
    ("AWS::CloudWatch::Alarm", "Dimensions"),
    ("AWS::CloudWatch::Alarm", "AlarmActions"),
    ("AWS::CloudWatch::Alarm", "AlarmDescription"),
    ("AWS::CloudWatch::Alarm", "TreatMissingData"),
    ("AWS::Serverless::Function", "EventInvokeConfig"),
    ("AWS::Serverless::Function", "ReservedConcurrentExecutions"),
    ("AWS::Serverless::Api", "MethodSettings"),
]
TAKEN_FROM_EVENTS = [
    "BisectBatchOnFunctionError",
    "FunctionResponseTypes",
    "DestinationConfig",
    "DeadLetterConfig",
    "PermissionsBoundary",
    "RetryPolicy",
]

def mutants(template: dict):
    """Copies of the template, each with one promise broken, and what was done to it."""
    resources = template["Resources"]

    def edited(what: str, edit):
        copied = copy.deepcopy(template)
        edit(copied["Resources"])
        return what, copied

    for kind, name in TAKEN:
        having = [
            id
            for id, it in resources.items()
            if it["Type"] == kind and (name is None or name in it.get("Properties", {}))
        ]
        for id in having:
            if name is None:
                yield edited(f"no {id}", lambda all: all.pop(id))
            else:
                yield edited(f"{id} without {name}", lambda all: all[id]["Properties"].pop(name))
    for name in TAKEN_FROM_EVENTS:
        having = [
            (id, event)
            for id, it in resources.items()
            for event, source in it.get("Properties", {}).get("Events", {}).items()
            if name in source["Properties"]
        ]
        for id, event in having:
            yield edited(
                f"{id}.{event} without {name}",
                lambda all: all[id]["Properties"]["Events"][event]["Properties"].pop(name),
            )
    unbounded = copy.deepcopy(template)
    unbounded["Globals"]["Function"].pop("PermissionsBoundary")
    yield "functions without PermissionsBoundary", unbounded
    # A role that may not send to the queue.
    another = {"RoleArn": {"Fn::GetAtt": ["GatewayLogRole", "Arn"]}}
    yield edited(
        "ExpireRequestsFunction.Sweep in another role",
        lambda all: all["ExpireRequestsFunction"]["Properties"]["Events"]["Sweep"]["Properties"].update(another),
    )
    yield from streams(resources, edited)
    yield from limits(resources, edited)
    for kind in GATEWAY:
        yield edited(
            f"the gateway without {kind}", lambda all: all["Api"]["Properties"]["GatewayResponses"].pop(kind)
        )
    for index in (3, 6, len(resources["Documents"]["Properties"]["LifecycleConfiguration"]["Rules"]) - 2):
        yield edited(
            f"Documents without rule {index}",
            lambda all: all["Documents"]["Properties"]["LifecycleConfiguration"]["Rules"].pop(index),
        )
    held = {"Id": "all", "Status": "Enabled", "Prefix": "closed/", "ExpirationInDays": 93}
    yield edited(
        "Documents that end what is held",
        lambda all: all["Documents"]["Properties"]["LifecycleConfiguration"]["Rules"].append(held),
    )
    yield from lifecycles(edited)
    changing = {"Effect": "Allow", "Action": ["dynamodb:UpdateItem"], "Resource": {"Fn::GetAtt": "Evidence.Arn"}}
    yield edited(
        "ArchiveEvidenceFunction that changes evidence",
        lambda all: all["ArchiveEvidenceFunction"]["Properties"]["Policies"][0]["Statement"].append(changing),
    )
    yield edited("EvidenceCopies that cannot be locked", lambda all: all["EvidenceCopies"]["Properties"].pop("ObjectLockEnabled"))

    def bounds(all):
        return all["EvidenceCopiesPolicy"]["Properties"]["PolicyDocument"]["Statement"]

    for index in (1, 2):
        yield edited(f"EvidenceCopiesPolicy without bound {index}", lambda all: bounds(all).pop(index))
    ten = {"NumericGreaterThan": {"s3:object-lock-remaining-retention-days": "4060"}}
    yield edited(
        "EvidenceCopiesPolicy that takes no copy for 30 years", lambda all: bounds(all)[2].update(Condition=ten)
    )
    everything = {"Effect": "Allow", "Action": ["dynamodb:*"], "Resource": "*"}
    bucket = "arn:${AWS::Partition}:s3:::paraphe-documents-${AWS::AccountId}-${AWS::Region}"
    for end in ("*", "/*"):
        all_of_it = {"Effect": "Allow", "Action": ["s3:DeleteObject"], "Resource": {"Fn::Sub": bucket + end}}
        yield edited(
            f"ManageRequestFunction that deletes {end}",
            lambda all: all["ManageRequestFunction"]["Properties"]["Policies"][0]["Statement"].append(all_of_it),
        )
    functions = {id: it["Properties"] for id, it in resources.items() if it["Type"] == "AWS::Serverless::Function"}
    for id in (id for id, it in functions.items() if "Policies" in it):
        yield edited(
            f"{id} with all of DynamoDB",
            lambda all: all[id]["Properties"]["Policies"][0]["Statement"].append(everything),
        )


def streams(resources, edited):
    """Streams that try the same record again and again."""
    bounds = ("MaximumRetryAttempts", "MaximumRecordAgeInSeconds")

    def tried(all, id, event, **again):
        properties = all[id]["Properties"]["Events"][event]["Properties"]
        for name in bounds:
            properties.pop(name, None)
        properties.update(again)

    for id, it in resources.items():
        for event, source in it.get("Properties", {}).get("Events", {}).items():
            if source["Type"] == "DynamoDB":
                for again in ({}, {bounds[0]: -1}, {bounds[0]: 10000}, {bounds[1]: -1}, {bounds[1]: 86400}):
                    yield edited(f"{id}.{event} with {again} for an end", lambda all: tried(all, id, event, **again))


def limits(resources, edited):
    """Limits of the stage and of alarms that hold nothing back and wake nobody."""
    def settings(all):
        return all["Api"]["Properties"]["MethodSettings"]

    for index, it in enumerate(settings(resources)):
        route = f"{it['HttpMethod']} {it['ResourcePath']}"
        yield edited(f"no limits of {route}", lambda all: settings(all).pop(index))
        for name in ("ThrottlingBurstLimit", "ThrottlingRateLimit"):
            yield edited(f"{route} without {name}", lambda all: settings(all)[index].pop(name))
            yield edited(f"{route} with a {name} of -1", lambda all: settings(all)[index].update({name: -1}))
    nowhere = {"ResourcePath": "/~1nowhere", "HttpMethod": "POST", "ThrottlingBurstLimit": 1, "ThrottlingRateLimit": 1}
    yield edited("limits of no route", lambda all: settings(all).append(nowhere))
    for id in (id for id, it in resources.items() if it["Type"] == "AWS::CloudWatch::Alarm"):
        yield edited(f"{id} from 5000000 on", lambda all: all[id]["Properties"].update(Threshold=5000000))
    other = {"MetricName": "WebhookFailed"}
    yield edited("SealLagAlarm of another metric", lambda all: all["SealLagAlarm"]["Properties"].update(other))


def lifecycles(edited):
    """Rules that are there, and do not do what they say."""
    def rules(all, id="Documents"):
        return all[id]["Properties"]["LifecycleConfiguration"]["Rules"]

    def of(all, prefix):
        return next(it for it in rules(all) if it.get("Prefix") == prefix)

    deleted = {"NoncurrentVersionExpiration": {"NoncurrentDays": 1}}
    soon = {"Id": "soon", "Status": "Enabled", "ExpirationInDays": 1, **deleted}
    for prefix in ("closed/3m/", "closed/held/", "keys/10y/"):
        yield edited(f"Documents with {prefix} disabled", lambda all: of(all, prefix).update(Status="Disabled"))
        again = {**soon, "Prefix": prefix}
        yield edited(f"Documents that end {prefix} sooner as well", lambda all: rules(all).insert(0, again))
        above = {**soon, "Prefix": prefix.split("/")[0] + "/"}
        yield edited(f"Documents that end all above {prefix}", lambda all: rules(all).insert(0, above))
    one = {**soon, "Prefix": "closed/3m/demo/"}
    yield edited("Documents that end some below closed/3m/", lambda all: rules(all).append(one))

    def move(all):
        rule = of(all, "keys/10y/")
        rules(all).remove(rule)
        rules(all, "EvidenceCopies").append(rule)

    yield edited("the end of keys in another bucket", move)
