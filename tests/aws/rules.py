"""What infra/template.yaml promises that no general linter asks for, of every resource that stands in it or will.

`rules.py` fails with a line for each broken promise. `rules.py --mutate` breaks each promise in a copy and fails
unless that is noticed.
"""

import json
import logging
import re
import sys

from mutants import mutants
from resources import (
    allowed,
    branches,
    endings,
    expanded,
    is_queue,
    listed,
    longest_lock,
    name_of,
    prefix_of,
    refuses_plain_http,
    saying,
    target,
    without_routes,
)
from template import ROOT, TEMPLATE, read
from wanted import (
    ALARMS,
    ATTACHED,
    GATEWAY,
    LONGEST_RETRIED,
    MOST_RESOURCES,
    MOST_RETRIES,
    RESERVED,
    THROTTLED,
    UNHEARD,
    WIDE,
)

GUIDE = ROOT / "infra/README.md"


class Rules:
    """A template with what it breaks."""

    def __init__(self, template: dict, resources: dict):
        """`resources` is what SAM makes of it."""
        self.broken = []
        self.written = template
        self.resources = resources
        self.globals = template.get("Globals", {}).get("Function", {})
        for check in (
            self.the_stack_fits,
            self.parameters_are_described,
            self.tables_keep,
            self.buckets_keep,
            self.things_go_in_time,
            self.evidence_is_only_appended,
            self.evidence_is_locked,
            self.queues_end_somewhere,
            self.streams_do_not_block,
            self.queue_messages_are_given_time,
            self.events_end_somewhere,
            self.functions_have_their_own_roles,
            self.roles_are_bounded,
            self.functions_may_only_what_is_named,
            self.functions_are_watched,
            self.functions_leave_room,
            self.the_stage_is_throttled,
            self.alarms_are_there,
            self.alarms_wake_someone,
            self.logs_end,
            self.the_gateway_answers_with_problems,
        ):
            check()

    def of(self, kind: str) -> dict:
        """The properties of all resources of a type."""
        return {id: it.get("Properties", {}) for id, it in self.resources.items() if it["Type"] == kind}

    def hold(self, id: str, holds, promise: str) -> None:
        """Notes a promise that does not hold."""
        if not holds:
            self.broken.append(f"{id}: {promise}")

    def the_stack_fits(self):
        self.hold(
            "Resources",
            len(self.resources) <= MOST_RESOURCES,
            f"{len(self.resources)} resources, where CloudFormation takes 500: leave room, or nest stacks",
        )

    def parameters_are_described(self):
        for id, it in self.written["Parameters"].items():
            self.hold(id, len(it.get("Description", "")) > 20, "a parameter is described")
            self.hold(id, "Default" in it, "a parameter has a default")

    def tables_keep(self):
        for id, it in self.of("AWS::DynamoDB::Table").items():
            self.hold(id, it.get("BillingMode") == "PAY_PER_REQUEST", "a table is paid for by the request")
            recovery = it.get("PointInTimeRecoverySpecification", {})
            self.hold(id, recovery.get("PointInTimeRecoveryEnabled") is True, "a table can be recovered")
            self.hold(
                id,
                it.get("DeletionProtectionEnabled") == {"Ref": "DeletionProtection"},
                "a table is protected from deletion",
            )
            self.hold(id, it.get("SSESpecification"), "a table is encrypted")
            self.hold(id, self.resources[id].get("DeletionPolicy") == "Retain", "a table outlives the stack")
            ends = it.get("TimeToLiveSpecification", {})
            purges = ends.get("AttributeName") == "purge_at" and ends.get("Enabled") is True
            self.hold(id, purges, "a table forgets what is purged")

    def buckets_keep(self):
        policies = self.of("AWS::S3::BucketPolicy").values()
        for id, it in self.of("AWS::S3::Bucket").items():
            block = it.get("PublicAccessBlockConfiguration", {})
            closed = all(
                block.get(name) is True
                for name in (
                    "BlockPublicAcls",
                    "BlockPublicPolicy",
                    "IgnorePublicAcls",
                    "RestrictPublicBuckets",
                )
            )
            self.hold(id, closed, "a bucket is closed to the public")
            versioning = it.get("VersioningConfiguration", {}).get("Status")
            self.hold(id, versioning == "Enabled", "a bucket keeps versions")
            self.hold(id, it.get("BucketEncryption"), "a bucket is encrypted")
            self.hold(id, it.get("LifecycleConfiguration"), "a bucket has a lifecycle")
            self.hold(id, it.get("OwnershipControls"), "a bucket owns its objects")
            self.hold(id, self.resources[id].get("DeletionPolicy") == "Retain", "a bucket outlives the stack")
            tls = any(
                policy.get("Bucket") == {"Ref": id} and refuses_plain_http(policy["PolicyDocument"])
                for policy in policies
            )
            self.hold(id, tls, "a bucket takes TLS only")

    def things_go_in_time(self):
        rules = []
        for id, it in self.of("AWS::S3::Bucket").items():
            for rule in it.get("LifecycleConfiguration", {}).get("Rules", []):
                self.hold(f"{id}.{rule['Id']}", rule.get("Status") == "Enabled", "a rule of a lifecycle works")
                rules += [(id, rule)] if rule.get("Status") == "Enabled" else []
                days = rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays")
                soon = days == 1 or "Prefix" not in rule
                self.hold(f"{id}.{rule['Id']}", soon, "what was deleted goes within a day")
        # No month has more than 31 days, no two more than 62, no three more than 92; a day for the clock of S3.
        wanted = {f"closed/{months}m/": days for months, days in ((1, 32), (2, 63), (3, 93))}
        for prefix, days in wanted.items():
            ends = endings(rules, "Documents", prefix)
            self.hold(prefix, ends == [(prefix, days)], "one rule ends documents after their months, and no sooner")
        known = [rule for id, rule in rules if (id, prefix_of(rule)) == ("Documents", "closed/held/")]
        self.hold("closed/held/", len(known) == 1, "what is held has its rule")
        self.hold("closed/held/", endings(rules, "Documents", "closed/held/") == [], "a hold has no end")
        for bucket, folder in (("Documents", "keys"), ("EvidenceCopies", "requests")):
            for years in range(10, 31):
                prefix = f"{folder}/{years}y/"
                longest = 365 * (years + 1) + (years + 1) // 4 + 1 + 31
                ends = endings(rules, bucket, prefix)
                enough = len(ends) == 1 and ends[0][0] == prefix and longest <= (ends[0][1] or 0) <= longest + 31
                self.hold(prefix, enough, "one rule outlasts the years of evidence, and not by much")

    def evidence_is_only_appended(self):
        streams = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
        allowed = {f"dynamodb:{action}" for action in ("PutItem", "Query", *streams)}
        for id, role in self.of("AWS::IAM::Role").items():
            for policy in role.get("Policies", []):
                for statement in listed(policy["PolicyDocument"]["Statement"]):
                    for it in branches(statement):
                        tables = {name_of(resource) for resource in listed(it.get("Resource", []))}
                        actions = {action for action in listed(it.get("Action", [])) if action.startswith("dynamodb:")}
                        only = "Evidence" not in tables or actions <= allowed
                        self.hold(id, only, "evidence is appended and read, never changed or deleted")

    def evidence_is_locked(self):
        enabled = self.of("AWS::S3::Bucket")["EvidenceCopies"].get("ObjectLockEnabled")
        enabled = enabled["Fn::If"][:2] if isinstance(enabled, dict) else enabled
        self.hold("EvidenceCopies", enabled == ["LocksEvidence", True], "copies of evidence can be locked")
        policies = self.of("AWS::S3::BucketPolicy").values()
        statements = [
            it
            for policy in policies
            if policy.get("Bucket") == {"Ref": "EvidenceCopies"}
            for it in policy["PolicyDocument"]["Statement"]
        ]
        for folder, years in (("log", 11), *((f"requests/{years}y", years) for years in range(10, 31))):
            # A leap year in four at most, begun in any of them.
            longest, most = 365 * years + years // 4 + 1, longest_lock(statements, f"{folder}/x")
            self.hold(folder, longest <= most, "a lock until the end of its years is taken")
            bound = 30 * 366 + 10 if years > 10 and folder != "log" else 4060
            self.hold(folder, most <= bound, "no lock is taken that outlasts everything by far")

    def queues_end_somewhere(self):
        queues = self.of("AWS::SQS::Queue")
        letters = {target(it["RedrivePolicy"]) for it in queues.values() if "RedrivePolicy" in it}
        consumed = {name_of(it["EventSourceArn"]) for it in self.mappings() if is_queue(it, queues)}
        for id in consumed:
            policy = queues[id].get("RedrivePolicy", {})
            self.hold(id, policy.get("maxReceiveCount", 0) >= 5, "a message is tried at least five times")
            self.hold(id, target(policy) in queues, "a queue has dead letters")
        sinks = [id for id in queues if id not in consumed]
        for id in sinks:
            alarms = self.alarms("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"Fn::GetAtt": [id, "QueueName"]})
            self.hold(id, alarms, "dead letters wake someone")
            kept = queues[id].get("MessageRetentionPeriod")
            self.hold(id, kept == 1209600, "dead letters are kept for two weeks")
        for id in letters:
            shared = sum(target(it.get("RedrivePolicy", {})) == id for it in queues.values())
            self.hold(id, shared == 1, "dead letters of one queue only, so that they can be sent back")

    def streams_do_not_block(self):
        tables = self.of("AWS::DynamoDB::Table")
        readers = {}
        for id, it in self.of("AWS::Lambda::EventSourceMapping").items():
            table = name_of(it.get("EventSourceArn"))
            if table not in tables:
                continue
            readers.setdefault(table, []).append(id)
            self.hold(id, it.get("BisectBatchOnFunctionError") is True, "a failing batch is halved")
            few = 0 <= it.get("MaximumRetryAttempts", -1) <= MOST_RETRIES
            soon = 60 <= it.get("MaximumRecordAgeInSeconds", -1) <= LONGEST_RETRIED
            self.hold(id, few or soon, "a record that always fails holds up its shard for hours at most")
            self.hold(id, it.get("DestinationConfig", {}).get("OnFailure"), "what is given up is kept")
            self.partial(id, it)
        for table, ids in readers.items():
            self.hold(table, len(ids) <= 2, f"a stream has two readers at most, not {ids}")

    def queue_messages_are_given_time(self):
        queues = self.of("AWS::SQS::Queue")
        for id, it in self.of("AWS::Lambda::EventSourceMapping").items():
            if not is_queue(it, queues):
                continue
            self.partial(id, it)
            timeout = self.resources[name_of(it["FunctionName"])]["Properties"].get("Timeout", 3)
            visible = queues[name_of(it["EventSourceArn"])].get("VisibilityTimeout", 30)
            self.hold(id, visible >= 6 * timeout, "a message is hidden for six time-outs of its function")

    def partial(self, id, mapping):
        reports = mapping.get("FunctionResponseTypes") == ["ReportBatchItemFailures"]
        self.hold(id, reports, "one bad record fails alone")

    def events_end_somewhere(self):
        for id, it in self.functions().items():
            kinds = {event["Type"] for event in it.get("Events", {}).values()}
            if kinds & set(UNHEARD):
                config = it.get("EventInvokeConfig", {}).get("DestinationConfig", {}).get("OnFailure")
                self.hold(id, config, "events that are given up reach a queue")
        roles, queues = self.of("AWS::IAM::Role"), self.of("AWS::SQS::Queue")
        for id, it in self.of("AWS::Scheduler::Schedule").items():
            goal = it["Target"]
            retries = goal.get("RetryPolicy", {}).get("MaximumRetryAttempts", -1)
            self.hold(id, 0 <= retries <= MOST_RETRIES, "a schedule tries a few times")
            letters = goal.get("DeadLetterConfig", {}).get("Arn")
            self.hold(id, name_of(letters) in queues, "what a schedule gives up reaches a queue")
            may = allowed(roles.get(name_of(goal["RoleArn"]), {}), "sqs:SendMessage")
            self.hold(id, letters in may, "a schedule may send to the queue of what it gives up")

    def functions_have_their_own_roles(self):
        used = [str(it.get("Role")) for it in self.of("AWS::Lambda::Function").values()]
        for id, it in self.of("AWS::Lambda::Function").items():
            self.hold(id, used.count(str(it.get("Role"))) == 1, "a function has a role of its own")

    def roles_are_bounded(self):
        bounded = {"Fn::If": ["HasBoundary", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]}
        for id, role in self.of("AWS::IAM::Role").items():
            self.hold(id, role.get("PermissionsBoundary") == bounded, "a role has the boundary that is asked for")

    def functions_may_only_what_is_named(self):
        for id, role in self.of("AWS::IAM::Role").items():
            function = id.removesuffix("Role")
            for managed in role.get("ManagedPolicyArns", []):
                policy = str(managed).rsplit("/", 1)[-1].strip("'}\"")
                self.hold(id, policy in ATTACHED, f"{policy} is a managed policy with a reason")
            for policy in role.get("Policies", []):
                for statement in listed(policy["PolicyDocument"]["Statement"]):
                    self.statement(function, statement)

    def statement(self, function, statement):
        for branch in branches(statement):
            for action in listed(branch.get("Action", [])):
                self.hold(function, "*" not in action, f"{action} names one action")
                for resource in listed(branch.get("Resource", [])):
                    text = resource if isinstance(resource, str) else str(list(resource.values())[0])
                    # Keys below a prefix, the suffix that Secrets Manager gives, and what a parameter says.
                    narrow = "*" not in text or re.search(r":s3:::[^*/]+/[^*]+/\*$|:secret:[^*]+-\*$", text)
                    reasons = [
                        reason
                        for (who, what, end), reason in WIDE.items()
                        if who in ("*", function) and what == action and text.endswith(end)
                    ]
                    self.hold(function, narrow or reasons, f"{action} on {text} has a reason")

    def functions_are_watched(self):
        self.hold("Globals", self.globals.get("Tracing") == "Active", "functions are traced")
        group = self.globals.get("LoggingConfig", {}).get("LogGroup", {}).get("Ref")
        self.hold("Globals", group in self.of("AWS::Logs::LogGroup"), "functions log where retention is set")
        for id, it in self.functions().items():
            timeout = it.get("Timeout", self.globals.get("Timeout"))
            api = any(event["Type"] == "Api" for event in it.get("Events", {}).values())
            memory = it.get("MemorySize", self.globals.get("MemorySize"))
            self.hold(id, timeout is not None and timeout <= 900, "a function has a time-out")
            # The first call of AWS's clients takes its time from the processor, and that comes with memory.
            quick = not api or "Policies" not in it or memory >= 512
            self.hold(id, quick, "whom a person waits for has 512 MB")
            if any(event["Type"] == "DynamoDB" for event in it.get("Events", {}).values()):
                alarms = self.alarms("AWS/Lambda", "IteratorAge", {"Ref": id})
                self.hold(id, alarms, "a stream that falls behind wakes someone")

    def functions_leave_room(self):
        functions = self.functions()
        for id, (condition, parameter) in RESERVED.items():
            wanted = {"Fn::If": [condition, {"Ref": parameter}, {"Ref": "AWS::NoValue"}]}
            reserved = functions.get(id, {}).get("ReservedConcurrentExecutions")
            self.hold(id, reserved == wanted, f"{parameter} says how often a function runs at once")

    def the_stage_is_throttled(self):
        settings = self.written["Resources"]["Api"]["Properties"].get("MethodSettings", [])
        settings = {f"{it['HttpMethod']} {it['ResourcePath'][1:].replace('~1', '/')}": it for it in settings}
        for route, why in THROTTLED.items():
            limits = [settings.get(route, {}).get(f"Throttling{name}Limit", -1) for name in ("Burst", "Rate")]
            # A limit of -1 is none.
            least = [self.written["Parameters"][it["Ref"]]["MinValue"] if isinstance(it, dict) else it for it in limits]
            self.hold(route, min(least) > 0, f"calls of it have their limits, since {why}")
        events = [event for it in self.functions().values() for event in it.get("Events", {}).values()]
        routes = [it["Properties"] for it in events if it["Type"] == "Api"]
        known = {"* *", *(f"{it['Method']} {it['Path']}" for it in routes)}
        for route in sorted(settings.keys() - known):
            self.hold(route, False, "limits are those of a route")

    def alarms_are_there(self):
        there = {id: saying(it) for id, it in self.of("AWS::CloudWatch::Alarm").items()}
        for id in sorted(ALARMS.keys() | there.keys()):
            self.hold(id, there.get(id) == ALARMS.get(id), f"an alarm is {ALARMS.get(id)}, not {there.get(id)}")

    def alarms_wake_someone(self):
        guide = GUIDE.read_text() if GUIDE.exists() else ""
        lines = set(re.findall(r"^\| `([a-z-]+)` \|", guide, re.MULTILINE))
        named = set()
        for id, it in self.of("AWS::CloudWatch::Alarm").items():
            self.hold(id, it.get("AlarmActions") == [{"Ref": "Alarms"}], "an alarm wakes someone")
            self.hold(id, "TreatMissingData" in it, "an alarm says what silence means")
            line = re.search(r"Runbook - ([a-z-]+)\.$", it.get("AlarmDescription", ""))
            self.hold(id, line and line[1] in lines, "an alarm has its line in the runbook of infra/README.md")
            named.add(line and line[1])
        for line in lines - named:
            self.hold(f"infra/README.md: {line}", False, "a line of the runbook has its alarm")

    def logs_end(self):
        for id, it in self.of("AWS::Logs::LogGroup").items():
            self.hold(id, it.get("RetentionInDays") == {"Ref": "LogRetentionDays"}, "logs end")

    def the_gateway_answers_with_problems(self):
        answers = self.written["Resources"]["Api"]["Properties"].get("GatewayResponses", {})
        for kind in GATEWAY:
            answer = answers.get(kind, {})
            headers = answer.get("ResponseParameters", {}).get("Headers", {})
            template = answer.get("ResponseTemplates", {}).get("application/json", "{}")
            # Variables of the gateway that stand for a whole text.
            problem = json.loads(re.sub(r"\$context\.error\.messageString", '""', template))
            members = {"type", "title", "code", "detail", "instance", "success", "message", "error", "data"}
            # Of kinds that are not known yet nobody can say the status here.
            if not kind.startswith("DEFAULT"):
                members.add("status")
            self.hold(f"Api.{kind}", members <= problem.keys(), "a problem of the gateway has every member")
            self.hold(
                f"Api.{kind}",
                headers.get("Content-Type") == "'application/problem+json'"
                and "application/json" in answer.get("ResponseTemplates", {}),
                "the gateway answers with a problem",
            )

    def functions(self) -> dict:
        """The functions as they are written."""
        resources = self.written["Resources"].items()
        return {id: it["Properties"] for id, it in resources if it["Type"] == "AWS::Serverless::Function"}

    def mappings(self):
        return self.of("AWS::Lambda::EventSourceMapping").values()

    def alarms(self, namespace, metric, value) -> list:
        """The alarms of a metric that have this value among their dimensions."""
        return [
            id
            for id, it in self.of("AWS::CloudWatch::Alarm").items()
            if it.get("Namespace") == namespace
            and it.get("MetricName") == metric
            and value in [dimension["Value"] for dimension in it.get("Dimensions", [])]
        ]


def main() -> int:
    # SAM warns of features that are switched on elsewhere.
    logging.disable(logging.WARNING)
    template = read(TEMPLATE.read_text())
    broken = Rules(template, expanded(template)).broken
    for line in broken:
        print(line)
    if "--mutate" not in sys.argv:
        print(f"infra/template.yaml: {len(broken)} promises broken")
        return min(len(broken), 1)
    unnoticed = count = 0
    for what, mutant in mutants(template):
        count += 1
        # SAM takes a hundred times as long with the routes, and no rule asks what it makes of them but how much.
        if len(Rules(mutant, expanded(without_routes(mutant))).broken) <= len(broken):
            unnoticed += 1
            print(f"not noticed: {what}")
    print(f"{count} mutants of infra/template.yaml, {unnoticed} not noticed; {len(broken)} promises broken")
    print(f"{count - unnoticed} passed, {unnoticed + len(broken)} failed, 0 skipped")
    return 1 if broken or unnoticed or not count else 0


if __name__ == "__main__":
    sys.exit(main())
