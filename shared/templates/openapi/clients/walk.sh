#!/usr/bin/env bash
# A walk through the API: a request is created, and every link of its answer is followed. Needs curl and jq.
# Made from the contract (GET /openapi.json). Set URL and KEY before.
set -euo pipefail
: "${URL:=http://127.0.0.1:3000}" "${KEY:?the API key}"
cd "$(mktemp -d)"

# Create a request
echo '--- createRequest'
curl -sS "$URL/EU-SES" \
  -H "Authorization: Bearer $KEY" \
  -H 'Content-Type: application/json' \
  --data '{"title":"Services agreement","inputDocuments":[{"sourceType":"remote","url":"https://example.com/contract.pdf"}],"signers":[{"name":"Ada","surname":"Lovelace","email":"ada@example.com","authentication":["email"],"signatures":[{"page":2,"x":"64","y":"540","width":"212","height":"64"}]}],"options":{"signatureMode":["typed","drawn"],"timezone":"Europe/Rome"},"callback":{"url":"https://example.com/hook","method":"JSON","retry":3}}' -o answer.json
cat answer.json; echo

# Read a request
echo '--- readRequest'
ID=$(jq -r '.data.id' answer.json)
curl -sS "$URL/signatures/$ID" \
  -H "Authorization: Bearer $KEY"
echo

# Read the document as it was accepted
echo '--- readValidatedDocument'
ID=$(jq -r '.data.id' answer.json)
curl -sS "$URL/signatures/$ID/validatedDocument" \
  -H "Authorization: Bearer $KEY"
echo

# Move a request on
echo '--- actOnRequest'
ID=$(jq -r '.data.id' answer.json)
ACTION_TYPE=remind
curl -sS -X POST "$URL/signatures/$ID/$ACTION_TYPE" \
  -H "Authorization: Bearer $KEY"
echo

# Read the audit trail
echo '--- readAudit'
ID=$(jq -r '.data.id' answer.json)
curl -sS "$URL/signatures/$ID/audit" \
  -H "Authorization: Bearer $KEY"
echo

# Correct a signer who has not acted
echo '--- correctSigner'
ID=$(jq -r '.data.id' answer.json)
SIGNER=$(jq -r '.data.signers[0].id' answer.json)
curl -sS -X PATCH "$URL/signatures/$ID/signers/$SIGNER" \
  -H "Authorization: Bearer $KEY" \
  -H 'Content-Type: application/json' \
  --data '{"email":"ada.lovelace@example.com"}'
echo

# Remind, unlock or erase a signer
echo '--- actOnSigner'
ID=$(jq -r '.data.id' answer.json)
SIGNER=$(jq -r '.data.signers[0].id' answer.json)
ACTION_TYPE=remind
curl -sS -X POST "$URL/signatures/$ID/signers/$SIGNER/$ACTION_TYPE" \
  -H "Authorization: Bearer $KEY"
echo

# Withdraw a request and delete its documents
echo '--- deleteRequest'
ID=$(jq -r '.data.id' answer.json)
curl -sS -X DELETE "$URL/signatures/$ID" \
  -H "Authorization: Bearer $KEY"
echo

# Save a look
echo '--- saveTheme'
NAME=winter
curl -sS -X PUT "$URL/themes/$NAME" \
  -H "Authorization: Bearer $KEY" \
  -H 'Content-Type: application/json' \
  --data '{"ui":{"headerBackgroundColor":"#16336f","headerTitleColor":"#ffffff"}}' -o answer.json
cat answer.json; echo

# Read a saved look
echo '--- readTheme'
NAME=$(jq -r '.data.name' answer.json)
curl -sS "$URL/themes/$NAME" \
  -H "Authorization: Bearer $KEY"
echo

# Delete a saved look
echo '--- deleteTheme'
NAME=$(jq -r '.data.name' answer.json)
curl -sS -X DELETE "$URL/themes/$NAME" \
  -H "Authorization: Bearer $KEY"
echo

# Subscribe to events
echo '--- createWebhook'
curl -sS "$URL/webhooks" \
  -H "Authorization: Bearer $KEY" \
  -H 'Content-Type: application/json' \
  --data '{"url":"https://app.example.com/hook","events":["request.completed","request.declined"]}' -o answer.json
cat answer.json; echo

# Read a subscription
echo '--- readWebhook'
ID=$(jq -r '.data.id' answer.json)
curl -sS "$URL/webhooks/$ID" \
  -H "Authorization: Bearer $KEY"
echo

# Change a subscription
echo '--- changeWebhook'
ID=$(jq -r '.data.id' answer.json)
curl -sS -X PATCH "$URL/webhooks/$ID" \
  -H "Authorization: Bearer $KEY" \
  -H 'Content-Type: application/json' \
  --data '{"enabled":false}'
echo

# Send a test event
echo '--- testWebhook'
ID=$(jq -r '.data.id' answer.json)
curl -sS -X POST "$URL/webhooks/$ID/test" \
  -H "Authorization: Bearer $KEY"
echo

# List what was and is to be delivered
echo '--- listDeliveries'
ID=$(jq -r '.data.id' answer.json)
curl -sS "$URL/webhooks/$ID/deliveries" \
  -H "Authorization: Bearer $KEY"
echo

# End a subscription
echo '--- deleteWebhook'
ID=$(jq -r '.data.id' answer.json)
curl -sS -X DELETE "$URL/webhooks/$ID" \
  -H "Authorization: Bearer $KEY"
echo

# Make a client app
echo '--- createClientApp'
curl -sS "$URL/access/client-apps" \
  -H "Authorization: Bearer $KEY" \
  -H 'Content-Type: application/json' \
  --data '{"name":"Nightly export","scopes":["signatures:read","documents:read"],"sourceRanges":["203.0.113.0/24"]}' -o answer.json
cat answer.json; echo

# Read a client app
echo '--- readClientApp'
ID=$(jq -r '.data.id' answer.json)
curl -sS "$URL/access/client-apps/$ID" \
  -H "Authorization: Bearer $KEY"
echo

# Replace an app's secret
echo '--- rotateSecret'
ID=$(jq -r '.data.id' answer.json)
curl -sS -X POST "$URL/access/client-apps/$ID/rotate-secret" \
  -H "Authorization: Bearer $KEY"
echo

# Revoke a client app
echo '--- revokeClientApp'
ID=$(jq -r '.data.id' answer.json)
curl -sS -X DELETE "$URL/access/client-apps/$ID" \
  -H "Authorization: Bearer $KEY"
echo
