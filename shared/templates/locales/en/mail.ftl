# Mails in English. $document is a title in quotation marks or "the document": subject or object only.

hello = Hello { $name },
hello-requester = Hello,
document-titled = “{ $title }”
document-untitled = the document
date = { $day } { $month } { $year }, { $time } ({ $zone })
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
footer = Request { $request }, at { $host }
footer-service = Sent by { $host }
button-help = If the button does nothing, copy this address into your browser:
link-private = The link is yours alone: please do not forward this mail.
unexpected = If you do not know { $requester }, or did not expect this, simply ignore it.
requester-writes = { $requester } writes:
fingerprint = Its fingerprint (SHA-256):
read-first = You read first; nothing is signed before you confirm it with a one-time code. You can also decline there.
read-first-approve = You read first; nothing is approved before you confirm it with a one-time code. You can also decline there.
read-first-read = Nothing is signed by reading, and no code is needed. You can also decline there.
read-and-sign = Read and sign
read-and-sign-approve = Read and approve
read-and-sign-read = Read the document
kept-1 = It is kept there for one month, so please save a copy.
kept-2 = It is kept there for two months, so please save a copy.
kept-3 = It is kept there for three months, so please save a copy.
download = Download the signed document
no-more = Nobody can sign it any more, and there is nothing for you to do.

invitation-subject = { $requester } asks you to sign { $document }
invitation-title = A document to sign
invitation-words = { $requester } asks you to read and sign { $document }.
invitation-until = You can do so until { $until }.
invitation-approve-subject = { $requester } asks you to approve { $document }
invitation-approve-title = A document to approve
invitation-approve-words = { $requester } asks you to read and approve { $document }.
invitation-approve-until = You can do so until { $until }.
invitation-read-subject = { $requester } asks you to read { $document }
invitation-read-title = A document to read
invitation-read-words = { $requester } asks you to read { $document }, and to confirm that you have.
invitation-read-until = You can do so until { $until }.

otp-subject = Your code to sign { $document }
otp-title = Your code
otp-words = Here is your code to sign { $document } for { $requester }:
otp-approve-subject = Your code to approve { $document }
otp-approve-title = Your code
otp-approve-words = Here is your code to approve { $document } for { $requester }:
otp-once = It works once, until { $until }, and only for the document whose fingerprint (SHA-256) begins with { $fingerprint }. The signing page shows that fingerprint too.
otp-never = Never share this code.
otp-nobody = Nobody will ever ask you for it, neither { $requester } nor we. If you did not ask for it, ignore this mail: nothing has been signed.

completion-subject = Signed by everyone: { $document }
completion-title = Signed by everyone
completion-words = Everyone has signed { $document } for { $requester }. Thank you.

reminder-subject = Reminder: { $requester } is waiting for your signature on { $document }
reminder-title = Your signature is still missing
reminder-words = { $requester } asked you to read and sign { $document }. Your signature is still missing.
reminder-until = You can still sign until { $until }.
reminder-approve-subject = Reminder: { $requester } is waiting for your approval of { $document }
reminder-approve-title = Your approval is still missing
reminder-approve-words = { $requester } asked you to read and approve { $document }. Your approval is still missing.
reminder-approve-until = You can still approve until { $until }.
reminder-read-subject = Reminder: { $requester } asked you to read { $document }
reminder-read-title = A document is still waiting to be read
reminder-read-words = { $requester } asked you to read { $document }. You have not confirmed yet that you have.
reminder-read-until = You can still do so until { $until }.

declined-subject = { $who } declined to sign { $document }
declined-title = A signatory declined
declined-words = { $who } declined to sign { $document }, which { $requester } had sent.
declined-approve-subject = { $who } declined to approve { $document }
declined-approve-title = An approver declined
declined-approve-words = { $who } declined to approve { $document }, which { $requester } had sent.
declined-read-subject = { $who } declined { $document }
declined-read-title = A reader declined
declined-read-words = { $who } declined { $document }, which { $requester } had sent.
declined-reason = The reason given:

expired-subject = The deadline has passed: { $document }
expired-title = The deadline has passed
expired-words = Not everyone did in time what { $requester } had asked. It was about { $document }, and the deadline was { $until }.

cancelled-subject = Withdrawn by { $requester }: { $document }
cancelled-title = The request was withdrawn
cancelled-words = { $requester } has withdrawn { $document }.

delegation-subject = { $who } asks you to sign { $document } instead
delegation-title = A document to sign for someone
delegation-words = { $requester } had asked { $who } to sign { $document }. { $who } passes this task on to you.
delegation-approve-subject = { $who } asks you to approve { $document } instead
delegation-approve-title = A document to approve for someone
delegation-approve-words = { $requester } had asked { $who } to approve { $document }. { $who } passes this task on to you.

delegated-subject = { $who } signs { $document } instead of you
delegated-title = You passed the signature on
delegated-words = As you wished, { $who } has been asked to sign { $document } for { $requester }. There is nothing left for you to do.
delegated-approve-subject = { $who } approves { $document } instead of you
delegated-approve-title = You passed the approval on
delegated-approve-words = As you wished, { $who } has been asked to approve { $document } for { $requester }. There is nothing left for you to do.
delegated-unasked = If this was not you, please tell { $requester } at once.

corrected-subject = Your new link to { $document }
corrected-title = Your address was corrected
corrected-words = { $requester } corrected your contact details. Use this new link to open { $document }; the earlier one no longer works.

attachment-subject = { $requester } asks you for a file for { $document }
attachment-title = A file is needed
attachment-words = Before you sign { $document }, { $requester } asks you for this:
attachment-button = Add the file

rejected-subject = Please send another file for { $document }
rejected-title = A file was not accepted
rejected-words = { $requester } cannot use the file that you added for { $document }. What is asked for:
rejected-reason = The reason given:

copy-subject = Your copy: { $document }
copy-title = Your copy
copy-words = Everyone has signed { $document }. { $requester } wants you to have a copy.

unlocked-subject = You can go on: { $document }
unlocked-title = You can go on
unlocked-words = After too many wrong codes your access was locked. { $requester } has opened it again: you can go on with { $document }.
unlocked-unasked = If the wrong codes were not yours, please tell { $requester }.

bounced-subject = A mail did not arrive: { $document }
bounced-title = A mail did not arrive
bounced-words = The mail to { $who } ({ $address }) about { $document } came back. The mailbox does not exist, is full, or refuses mails.
bounced-next = Please check the address. You can correct it as long as { $who } has not signed.
bounced-sender = This mail is for the sender of the request, { $requester }.

endpoint-subject = Webhooks to { $endpoint } have stopped
endpoint-title = Webhooks have stopped
endpoint-gone = { $endpoint } answered that it is gone (410). Since { $at } it is not called any more.
endpoint-failing = { $endpoint } has taken nothing for five days. Since { $at } it is not called any more.
endpoint-kept = Nothing is lost: GET /events gives every event of the last 90 days in order.
endpoint-next = When the endpoint works again, enable the subscription { $webhook } (PATCH /webhooks/{ $webhook } with "enabled": true) and deliver again what failed (GET /webhooks/{ $webhook }/deliveries?failed=true).
undelivered-subject = A webhook to { $endpoint } was not delivered
undelivered-title = A webhook was not delivered
undelivered-why = { $endpoint } did not take an event in ten attempts over three days. On { $at } it was given up; other events are still sent.
undelivered-next = When the endpoint works again, deliver again what failed (GET /webhooks/{ $webhook }/deliveries?failed=true). There is at most one mail of this kind a day.
