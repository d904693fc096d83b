"""What the rules ask of infra/template.yaml: numbers, names, and why something may be wider than others."""

COPIES = ":s3:::paraphe-evidence-${AWS::AccountId}-${AWS::Region}/*"
# Statements that name more than one resource, and why. The key is the function (or `*`), the action, and the end of
# the resource.
WIDE = {
    ("*", "ses:SendEmail", "identity/*"): (
        "SES checks every identity that a mail touches, in its sandbox the readers' too; the configuration set, which "
        "stands beside it, binds the sender"
    ),
    **{
        ("ArchiveEvidenceFunction", f"s3:{action}", COPIES): "it alone writes what lies in this bucket, and all of it"
        for action in ("GetObject", "PutObject", "PutObjectRetention")
    },
    ("IssueOtpFunction", "sns:Publish", "*"): "phone numbers have no ARN",
}
# Managed policies, most of them attached by SAM itself; none of them reads what is stored.
ATTACHED = {
    "AmazonAPIGatewayPushToCloudWatchLogs": "writes the access log",
    "AWSLambdaBasicExecutionRole": "writes logs",
    "AWSXrayWriteOnlyAccess": "writes traces",
    "AWSLambdaDynamoDBExecutionRole": "reads streams, and writes logs",
    "AWSLambdaSQSQueueExecutionRole": "takes messages from queues, and writes logs",
}
# Answers that API Gateway gives itself.
GATEWAY = """ACCESS_DENIED API_CONFIGURATION_ERROR AUTHORIZER_CONFIGURATION_ERROR AUTHORIZER_FAILURE BAD_REQUEST_BODY
BAD_REQUEST_PARAMETERS DEFAULT_4XX DEFAULT_5XX EXPIRED_TOKEN INTEGRATION_FAILURE INTEGRATION_TIMEOUT INVALID_API_KEY
INVALID_SIGNATURE MISSING_AUTHENTICATION_TOKEN QUOTA_EXCEEDED REQUEST_TOO_LARGE RESOURCE_NOT_FOUND THROTTLED
UNAUTHORIZED UNSUPPORTED_MEDIA_TYPE WAF_FILTERED""".split()
# CloudFormation takes 500. SAM makes one of each route, and three or more of each function.
MOST_RESOURCES = 480
# What always fails is tried so many times again, or for so many seconds: it holds up what comes after it.
MOST_RETRIES = 10
LONGEST_RETRIED = 6 * 3600
# Events that Lambda takes without telling the sender what became of them.
UNHEARD = ("S3", "SNS", "Schedule", "ScheduleV2", "EventBridgeRule", "CloudWatchEvent")
# What has limits of its own, by method and path, and why.
THROTTLED = {
    "* *": "it is the whole stage",
    "POST /sign/otp": "it costs a mail or a text message",
    "POST /sign/form/otp": "it costs a mail or a text message",
    "POST /oauth/token": "who calls has no token yet",
    "POST /apitoken/clientApp/accessToken": "who calls has no token yet",
    "POST /token": "who calls has no token yet",
    "POST /check": "strangers bring files",
}
# Functions of which so many may run at once, by the parameter that says how many.
RESERVED = {
    "IssueOtpFunction": ("ReservesOtp", "OtpConcurrency"),
    "SealDocumentFunction": ("ReservesSeal", "SealConcurrency"),
    "VerifyDocumentFunction": ("ReservesVerify", "VerifyConcurrency"),
}
# What wakes somebody: statistic, namespace, metric, its dimensions, and from where on (a number, or a parameter).
ALARMS = {
    "LoggedFaultsAlarm": "Sum Paraphe LoggedFaults >= 1",
    "FunctionErrorsAlarm": "Sum AWS/Lambda Errors >= 5",
    "FunctionThrottlesAlarm": "Sum AWS/Lambda Throttles >= 10",
    "SweepMissingAlarm": "Sum AWS/Lambda Invocations ExpireRequestsFunction < 1",
    "ApiFaultsAlarm": "Average AWS/ApiGateway 5XXError AWS::StackName v1 > 0.01",
    "ApiLatencyAlarm": "p99 AWS/ApiGateway Latency AWS::StackName v1 >= 10000",
    "FetchDocumentLagAlarm": "Maximum AWS/Lambda IteratorAge FetchDocumentFunction >= 300000",
    "SealDocumentLagAlarm": "Maximum AWS/Lambda IteratorAge SealDocumentFunction >= 300000",
    "DeliverWebhookLagAlarm": "Maximum AWS/Lambda IteratorAge DeliverWebhookFunction >= 300000",
    "VerifyDocumentLagAlarm": "Maximum AWS/Lambda IteratorAge VerifyDocumentFunction >= 300000",
    "DeadLettersAlarm": "Maximum AWS/SQS ApproximateNumberOfMessagesVisible DeadLetters >= 1",
    "SealDeadLettersAlarm": "Maximum AWS/SQS ApproximateNumberOfMessagesVisible SealDeadLetters >= 1",
    "WebhookDeadLettersAlarm": "Maximum AWS/SQS ApproximateNumberOfMessagesVisible WebhookDeadLetters >= 1",
    "SealQueueAgeAlarm": "Maximum AWS/SQS ApproximateAgeOfOldestMessage SealQueue >= 3600",
    "WebhookQueueAgeAlarm": "Maximum AWS/SQS ApproximateAgeOfOldestMessage WebhookQueue >= 3600",
    "SealLagAlarm": "Maximum Paraphe SealLag paraphe >= 600000",
    "SealsTakenUpAlarm": "Sum Paraphe SealsTakenUp paraphe >= 1",
    "EvidenceBrokenAlarm": "Sum Paraphe EvidenceBroken paraphe >= 1",
    "BouncesAlarm": "Maximum AWS/SES Reputation.BounceRate >= 0.04",
    "ComplaintsAlarm": "Maximum AWS/SES Reputation.ComplaintRate >= 0.0008",
    "SmsSpend50Alarm": "Maximum AWS/SNS SMSMonthToDateSpentUSD >= SmsFirstAlarmUsd",
    "SmsSpend80Alarm": "Maximum AWS/SNS SMSMonthToDateSpentUSD >= SmsSecondAlarmUsd",
    "SmsSpend100Alarm": "Maximum AWS/SNS SMSMonthToDateSpentUSD >= SmsMonthlyLimitUsd",
    "SmsDeliveryAlarm": "Average AWS/SNS SMSSuccessRate < 0.7",
    "TextsHaltedAlarm": "Sum Paraphe TextsHalted paraphe >= 1",
    "OtpFailuresAlarm": "p50 Paraphe OtpFailed paraphe >= 1",
    "WebhookFailuresAlarm": "p50 Paraphe WebhookFailed paraphe >= 1",
    "RequestsThrottlesAlarm": "Sum AWS/DynamoDB WriteThrottleEvents Requests >= 10",
    "DueThrottlesAlarm": "Sum AWS/DynamoDB WriteThrottleEvents Requests due >= 10",
    "EvidenceThrottlesAlarm": "Sum AWS/DynamoDB WriteThrottleEvents Evidence >= 10",
}
