"""Puts the template of the service, as it is, into the emulator."""

import io
import json
import re
import secrets
import string
import time
import zipfile
from pathlib import Path

from emulator import Emulator
from template import read

STACK = "paraphe"
ARTIFACTS = "artifacts"
SEND = "ses:SendEmail"


class Stack:
    """A deployed template."""

    def __init__(self, emulator: Emulator, template: Path, bootstrap, parameters: dict):
        """`bootstrap` gives the executable of a function by its logical id."""
        self.emulator, self._parameters = emulator, parameters
        self._formation = emulator.client("cloudformation")
        text = template.read_text()
        self.declared = read(text)["Resources"]
        packaged = self._package(text, bootstrap)
        self._deploy(packaged, parameters)
        listed = self._formation.get_paginator("list_stack_resources").paginate(StackName=STACK)
        summaries = [it for page in listed for it in page["StackResourceSummaries"]]
        self.physical = {it["LogicalResourceId"]: it["PhysicalResourceId"] for it in summaries}
        self.types = {it["LogicalResourceId"]: it["ResourceType"] for it in summaries}
        described = self._formation.describe_stacks(StackName=STACK)["Stacks"][0]
        self.outputs = {it["OutputKey"]: it["OutputValue"] for it in described.get("Outputs", [])}

    def functions(self) -> list[str]:
        """The logical ids of the functions."""
        return [id for id, it in self.declared.items() if it["Type"] == "AWS::Serverless::Function"]

    def apply_ignored(self) -> list[str]:
        """Sets what the emulator's CloudFormation ignores, from the same template; tells what it set."""
        applied = []
        tables, buckets = self.emulator.client("dynamodb"), self.emulator.client("s3")
        for id, resource in self.declared.items():
            properties, name = resource.get("Properties", {}), self.physical.get(id)
            if name is None:
                continue
            if resource["Type"] == "AWS::DynamoDB::Table" and "TimeToLiveSpecification" in properties:
                state = tables.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
                if state["TimeToLiveStatus"] != "ENABLED":
                    wanted = properties["TimeToLiveSpecification"]
                    tables.update_time_to_live(TableName=name, TimeToLiveSpecification=wanted)
                    applied.append(f"{id}: time to live")
            if resource["Type"] == "AWS::S3::Bucket" and "LifecycleConfiguration" in properties:
                rules = [lifecycle(it) for it in properties["LifecycleConfiguration"]["Rules"]]
                buckets.put_bucket_lifecycle_configuration(
                    Bucket=name, LifecycleConfiguration={"Rules": rules}
                )
                applied.append(f"{id}: lifecycle")
            if resource["Type"] == "AWS::S3::Bucket" and self._is_locked(properties.get("ObjectLockEnabled")):
                enabled = {"ObjectLockEnabled": "Enabled"}
                buckets.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=enabled)
                applied.append(f"{id}: object lock")
        return applied + self._apply_to_secrets() + self._apply_to_api() + self._apply_to_roles()

    def _is_locked(self, enabled) -> bool:
        """Whether a bucket is made with locks: always, or under the condition of the parameter of that name."""
        if isinstance(enabled, dict):
            condition, enabled, _ = enabled["Fn::If"]
            if condition != "LocksEvidence":
                raise RuntimeError(f"the condition {condition} is not known here")
            return bool(enabled) and self._parameters.get("EvidenceLock", "OFF") != "OFF"
        return bool(enabled)

    def _apply_to_secrets(self) -> list[str]:
        """Generated values without punctuation, where the template wants none."""
        vault, applied = self.emulator.client("secretsmanager"), 0
        for id, resource in self.declared.items():
            wanted = resource.get("Properties", {}).get("GenerateSecretString")
            # A secret under a condition that does not hold is not there.
            if resource["Type"] == "AWS::SecretsManager::Secret" and wanted and id in self.physical:
                letters = string.ascii_letters + string.digits
                letters += "" if wanted.get("ExcludePunctuation") else string.punctuation
                value = "".join(secrets.choice(letters) for _ in range(wanted["PasswordLength"]))
                vault.put_secret_value(SecretId=self.physical[id], SecretString=value)
                applied += 1
        return [f"secrets: {applied} values of the alphabet that is asked for"]

    def _apply_to_roles(self) -> list[str]:
        """Who may send mail by some identities may send it by `*`: the emulator asks for no other resource."""
        roles, applied = self.emulator.client("iam"), []
        for role in (name for id, name in self.physical.items() if self.types[id] == "AWS::IAM::Role"):
            for policy in roles.list_role_policies(RoleName=role)["PolicyNames"]:
                document = roles.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
                if any(SEND in listed(it["Action"]) for it in document["Statement"]):
                    anywhere = {"Effect": "Allow", "Action": SEND, "Resource": "*"}
                    roles.put_role_policy(
                        RoleName=role,
                        PolicyName="send-anywhere",
                        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [anywhere]}),
                    )
                    applied.append(role)
                    break
        return [f"roles: {len(applied)} may send mail by every identity"]

    def _apply_to_api(self) -> list[str]:
        """The answers of the gateway itself, and an authorizer that the emulator can ask."""
        gateway, api = self.emulator.client("apigateway"), self.physical["Api"]
        applied = []
        answers = self.declared["Api"]["Properties"]["GatewayResponses"]
        for kind, answer in answers.items():
            headers = answer.get("ResponseParameters", {}).get("Headers", {})
            status = {"statusCode": str(answer["StatusCode"])} if "StatusCode" in answer else {}
            gateway.put_gateway_response(
                restApiId=api,
                responseType=kind,
                responseParameters={f"gatewayresponse.header.{name}": it for name, it in headers.items()},
                responseTemplates=answer["ResponseTemplates"],
                **status,
            )
        applied.append(f"Api: {len(answers)} gateway responses")
        # CloudFormation reads ~1 as a slash. The emulator has no other way to set more than a text.
        binary = [it.replace("~1", "/") for it in self.declared["Api"]["Properties"]["BinaryMediaTypes"]]
        change = {"op": "replace", "path": "/binaryMediaTypes", "value": binary}
        unchecked = self.emulator.client("apigateway", parameter_validation=False)
        unchecked.update_rest_api(restApiId=api, patchOperations=[change])
        applied.append(f"Api: {binary} are bytes")
        for authorizer in gateway.get_authorizers(restApiId=api)["items"]:
            # It takes what the context tells, such as the caller's address, for missing.
            sources = [it.strip() for it in authorizer.get("identitySource", "").split(",")]
            known = [it for it in sources if not it.startswith("context.")]
            if known != sources:
                change = {"op": "replace", "path": "/identitySource", "value": ",".join(known)}
                gateway.update_authorizer(
                    restApiId=api, authorizerId=authorizer["id"], patchOperations=[change]
                )
                applied.append(f"Api: {authorizer['name']} by {known}")
        gateway.create_deployment(restApiId=api, stageName="v1")
        return applied

    def _package(self, text: str, bootstrap) -> str:
        """The template with each function's code in the artifacts' bucket, as `sam package` does it."""
        store = self.emulator.client("s3")
        store.create_bucket(
            Bucket=ARTIFACTS, CreateBucketConfiguration={"LocationConstraint": store.meta.region_name}
        )
        for id in self.functions():
            archive = io.BytesIO()
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
                entry = zipfile.ZipInfo("bootstrap")
                entry.external_attr = 0o100755 << 16
                file.writestr(entry, bootstrap(id))
            store.put_object(Bucket=ARTIFACTS, Key=f"{id}.zip", Body=archive.getvalue())
            text, count = re.subn(
                rf"(\n  {id}:\n(?:    .*\n|\n)*?      CodeUri: )\S+", rf"\g<1>s3://{ARTIFACTS}/{id}.zip", text
            )
            if count != 1:
                raise RuntimeError(f"{id} has no CodeUri")
        store.put_object(Bucket=ARTIFACTS, Key="template.yaml", Body=text.encode())
        return f"{self.emulator.url}/{ARTIFACTS}/template.yaml"

    def _deploy(self, url: str, parameters: dict) -> None:
        """Deploys by a change set, as `sam deploy` does."""
        self._formation.create_change_set(
            StackName=STACK,
            ChangeSetName="first",
            ChangeSetType="CREATE",
            TemplateURL=url,
            Parameters=[{"ParameterKey": key, "ParameterValue": it} for key, it in parameters.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        self._until("change set", lambda: self._change_set_status(), ("CREATE_COMPLETE",))
        self._formation.execute_change_set(StackName=STACK, ChangeSetName="first")
        self._until("stack", lambda: self._stack_status(), ("CREATE_COMPLETE",))

    def _change_set_status(self) -> tuple[str, str]:
        answer = self._formation.describe_change_set(StackName=STACK, ChangeSetName="first")
        return answer["Status"], answer.get("StatusReason", "")

    def _stack_status(self) -> tuple[str, str]:
        answer = self._formation.describe_stacks(StackName=STACK)["Stacks"][0]
        return answer["StackStatus"], answer.get("StackStatusReason", "")

    def _until(self, what: str, look, wanted: tuple[str, ...]) -> None:
        end = time.monotonic() + 300
        status, reason = look()
        while time.monotonic() < end and status not in wanted:
            if "FAILED" in status or "ROLLBACK" in status:
                break
            time.sleep(0.2)
            status, reason = look()
        if status not in wanted:
            raise RuntimeError(f"the {what} is {status}: {reason}\n{self._failures()}")

    def _failures(self) -> str:
        events = self._formation.describe_stack_events(StackName=STACK)["StackEvents"]
        failed = [it for it in events if "FAILED" in it["ResourceStatus"]]
        return "\n".join(f"{it['LogicalResourceId']}: {it.get('ResourceStatusReason')}" for it in failed)


def listed(value) -> list:
    """One or several, as policies write them."""
    return value if isinstance(value, list) else [value]


def lifecycle(rule: dict) -> dict:
    """A rule of CloudFormation as the API of S3 wants it."""
    wanted = {"ID": rule["Id"], "Status": rule["Status"], "Filter": {"Prefix": rule.get("Prefix", "")}}
    if "ExpirationInDays" in rule:
        wanted["Expiration"] = {"Days": rule["ExpirationInDays"]}
    for name in ("AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration"):
        if name in rule:
            wanted[name] = rule[name]
    return wanted
