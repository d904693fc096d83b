//! A small template, and functions that note what they were given.

#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::types::AttributeValue;
use local::{Cloud, Load, Options};
use serde_json::{Value, json};
use shared::BoxError;
use shared::edge::aws::Aws;
use shared::edge::serve::Handler;

pub(crate) const TEMPLATE: &str = r#"
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      Auth:
        DefaultAuthorizer: Key
        Authorizers:
          Key:
            FunctionArn: !GetAtt AuthorizeFunction.Arn
            FunctionPayloadType: REQUEST
            Identity: { Headers: [Authorization], ReauthorizeEvery: 60 }
      GatewayResponses:
        DEFAULT_4XX:
          ResponseTemplates: { application/json: '{"title":$context.error.messageString,"id":"$context.requestId"}' }
  Jobs:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions:
        - { AttributeName: pk, AttributeType: S }
        - { AttributeName: sk, AttributeType: S }
      KeySchema:
        - { AttributeName: pk, KeyType: HASH }
        - { AttributeName: sk, KeyType: RANGE }
      StreamSpecification: { StreamViewType: NEW_IMAGE }
  Docs:
    Type: AWS::S3::Bucket
  Work:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 60
      RedrivePolicy: { deadLetterTargetArn: !GetAtt DeadLetters.Arn, maxReceiveCount: 3 }
  DeadLetters:
    Type: AWS::SQS::Queue
  AuthorizeFunction:
    Type: AWS::Serverless::Function
    Properties: { Timeout: 5 }
  EchoFunction:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 5
      Events:
        Open: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /open, Method: POST, Auth: { Authorizer: NONE } } }
        Closed: { Type: Api, Properties: { RestApiId: !Ref Api, Path: "/closed/{id}", Method: GET } }
        Crash: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /crash, Method: GET, Auth: { Authorizer: NONE } } }
  ObjectsFunction:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 5
      Events:
        Arrived:
          Type: S3
          Properties:
            Bucket: !Ref Docs
            Events: ["s3:ObjectCreated:*"]
            Filter: { S3Key: { Rules: [{ Name: prefix, Value: incoming/ }] } }
  RecordsFunction:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 5
      Policies: [{ Statement: [{ Effect: Allow, Action: [s3:PutObject], Resource: !Sub "${Docs.Arn}/seen/*" }] }]
      Events:
        Records:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Jobs.StreamArn
            StartingPosition: TRIM_HORIZON
            BatchSize: 10
            BisectBatchOnFunctionError: true
            MaximumRetryAttempts: 3
            FunctionResponseTypes: [ReportBatchItemFailures]
            DestinationConfig: { OnFailure: { Type: SQS, Destination: !GetAtt DeadLetters.Arn } }
            FilterCriteria:
              Filters: [{ Pattern: '{"eventName":["INSERT"],"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"JOB#"}]}}}}' }]
  WorkFunction:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 5
      Events:
        Work:
          Type: SQS
          Properties: { Queue: !GetAtt Work.Arn, BatchSize: 10, FunctionResponseTypes: [ReportBatchItemFailures] }
  SweepFunction:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 5
      Events:
        Sweep: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 minute) } }
"#;

/// What the functions noted and how they are to behave; survives restarts of the stage.
#[derive(Clone, Default)]
pub(crate) struct World(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    events: BTreeMap<String, Vec<Value>>,
    accepted: BTreeMap<String, Vec<String>>,
    failures: BTreeMap<String, usize>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) async fn boot(&self, options: Options) -> Cloud {
        Cloud::boot_with(options, TEMPLATE, self.load()).await.unwrap()
    }

    /// Lets an item of this name fail so often.
    pub(crate) fn fail(&self, name: &str, times: usize) {
        self.0.lock().unwrap().failures.insert(name.to_owned(), times);
    }

    pub(crate) fn events(&self, function: &str) -> Vec<Value> {
        self.0.lock().unwrap().events.get(function).cloned().unwrap_or_default()
    }

    /// `partition/sort` of the records that were accepted.
    pub(crate) fn records(&self, function: &str) -> Vec<String> {
        self.0.lock().unwrap().accepted.get(function).cloned().unwrap_or_default()
    }

    /// The bodies of the messages that were accepted.
    pub(crate) fn bodies(&self, function: &str) -> Vec<String> {
        self.records(function)
    }

    pub(crate) async fn put(&self, cloud: &Cloud, partition: &str, sort: &str) {
        let put = cloud.aws().dynamodb().put_item().table_name("Jobs");
        let put = put.item("pk", AttributeValue::S(partition.to_owned()));
        put.item("sk", AttributeValue::S(sort.to_owned())).send().await.unwrap();
    }

    pub(crate) fn load(&self) -> Arc<Load> {
        let world = self.clone();
        Arc::new(move |function, _, aws| {
            let world = world.clone();
            Box::pin(async move {
                let deps = (world, function, aws);
                Ok(Handler::of_events(
                    deps,
                    |(world, function, aws): &(World, String, Aws), event: Value, _| {
                        Box::pin(world.handle(function, aws, event))
                    },
                ))
            })
        })
    }

    async fn handle(&self, function: &str, aws: &Aws, event: Value) -> Result<Value, BoxError> {
        self.0.lock().unwrap().events.entry(function.to_owned()).or_default().push(event.clone());
        match function {
            "AuthorizeFunction" => authorize(&event),
            "EchoFunction" if event["resource"] == "/crash" => panic!("on purpose"),
            "EchoFunction" => Ok(json!({
                "statusCode": 200,
                "headers": { "content-type": "application/json" },
                "body": json!({ "authorizer": event["requestContext"]["authorizer"], "body": event["body"] }).to_string(),
            })),
            "RecordsFunction" => {
                let s3 = aws.s3();
                s3.put_object().bucket("docs").key("seen/last").body(b"x".to_vec().into()).send().await?;
                Ok(self.accept(function, &event))
            }
            "WorkFunction" => Ok(self.accept(function, &event)),
            _ => Ok(Value::Null),
        }
    }

    /// Accepts records up to the first that is to fail, or messages except those that are to fail.
    fn accept(&self, function: &str, event: &Value) -> Value {
        let mut state = self.0.lock().unwrap();
        let mut failed = Vec::new();
        for record in event["Records"].as_array().unwrap() {
            let stream = record.get("dynamodb");
            let (name, shown, id) = if let Some(stream) = stream {
                let text = |name: &str| stream["Keys"][name]["S"].as_str().unwrap().to_owned();
                (text("sk"), format!("{}/{}", text("pk"), text("sk")), &stream["SequenceNumber"])
            } else {
                let body = record["body"].as_str().unwrap().to_owned();
                (body.clone(), body, &record["messageId"])
            };
            match state.failures.get_mut(&name) {
                Some(left) if *left > 0 => {
                    *left -= 1;
                    failed.push(json!({ "itemIdentifier": id }));
                    if stream.is_some() {
                        break;
                    }
                }
                _ => state.accepted.entry(function.to_owned()).or_default().push(shown),
            }
        }
        json!({ "batchItemFailures": failed })
    }
}

fn authorize(event: &Value) -> Result<Value, BoxError> {
    let effect = match event["headers"]["authorization"].as_str() {
        Some("Bearer good") => "Allow",
        Some("Bearer bad") => "Deny",
        Some("Bearer odd") => return Ok(json!({ "principalId": "x" })),
        _ => return Err("Unauthorized".into()),
    };
    let arn = event["methodArn"].as_str().unwrap();
    let everything = format!("{}/*", arn.split('/').take(2).collect::<Vec<_>>().join("/"));
    Ok(json!({
        "principalId": "key-1",
        "policyDocument": { "Version": "2012-10-17", "Statement": [
            { "Effect": effect, "Action": "execute-api:Invoke", "Resource": everything },
        ] },
        "context": { "tenant": "demo" },
    }))
}
