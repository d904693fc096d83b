# E-mails in het Nederlands. $document is een titel tussen aanhalingstekens of ‘het document’.

hello = Geachte { $name },
hello-requester = Goedendag,
document-titled = ‘{ $title }’
document-untitled = het document
date = { $day } { $month } { $year }, { $time } uur ({ $zone })
month-1 = januari
month-2 = februari
month-3 = maart
month-4 = april
month-5 = mei
month-6 = juni
month-7 = juli
month-8 = augustus
month-9 = september
month-10 = oktober
month-11 = november
month-12 = december
footer = Verzoek { $request }, op { $host }
footer-service = Verzonden door { $host }
button-help = Werkt de knop niet? Kopieer dan dit adres naar uw browser:
link-private = De link is alleen voor u bestemd: stuur deze e-mail alstublieft niet door.
unexpected = Kent u { $requester } niet, of had u deze e-mail niet verwacht? Dan kunt u hem gewoon negeren.
requester-writes = { $requester } schrijft:
fingerprint = De vingerafdruk ervan (SHA-256):
read-first = U leest eerst; er is niets ondertekend voordat u dat met een eenmalige code bevestigt. U kunt daar ook weigeren.
read-first-approve = U leest eerst; er is niets goedgekeurd voordat u dat met een eenmalige code bevestigt. U kunt daar ook weigeren.
read-first-read = Door te lezen wordt niets ondertekend, en er is geen code nodig. U kunt daar ook weigeren.
read-and-sign = Lezen en ondertekenen
read-and-sign-approve = Lezen en goedkeuren
read-and-sign-read = Document lezen
kept-1 = Het wordt daar een maand bewaard; sla alstublieft een kopie op.
kept-2 = Het wordt daar twee maanden bewaard; sla alstublieft een kopie op.
kept-3 = Het wordt daar drie maanden bewaard; sla alstublieft een kopie op.
download = Ondertekend document downloaden
no-more = Niemand kan het nog ondertekenen, en u hoeft niets te doen.

invitation-subject = { $requester } vraagt u { $document } te ondertekenen
invitation-title = Een document om te ondertekenen
invitation-words = { $requester } vraagt u { $document } te lezen en te ondertekenen.
invitation-until = Dat kan tot { $until }.
invitation-approve-subject = { $requester } vraagt u { $document } goed te keuren
invitation-approve-title = Een document om goed te keuren
invitation-approve-words = { $requester } vraagt u { $document } te lezen en goed te keuren.
invitation-approve-until = Dat kan tot { $until }.
invitation-read-subject = { $requester } vraagt u { $document } te lezen
invitation-read-title = Een document om te lezen
invitation-read-words = { $requester } vraagt u { $document } te lezen en dat te bevestigen.
invitation-read-until = Dat kan tot { $until }.

otp-subject = Uw code om { $document } te ondertekenen
otp-title = Uw code
otp-words = Hier is uw code om { $document } te ondertekenen op verzoek van { $requester }:
otp-approve-subject = Uw code om { $document } goed te keuren
otp-approve-title = Uw code
otp-approve-words = Hier is uw code om { $document } goed te keuren op verzoek van { $requester }:
otp-once = De code werkt één keer, tot { $until }, en alleen voor het document waarvan de vingerafdruk (SHA-256) begint met { $fingerprint }. De ondertekenpagina toont die vingerafdruk ook.
otp-never = Deel deze code nooit.
otp-nobody = Niemand zal u er ooit om vragen, { $requester } niet en wij niet. Hebt u er niet om gevraagd? Negeer dan deze e-mail: er is niets ondertekend.

completion-subject = Door iedereen ondertekend: { $document }
completion-title = Door iedereen ondertekend
completion-words = Iedereen heeft { $document } ondertekend op verzoek van { $requester }. Hartelijk dank.

reminder-subject = Herinnering: { $requester } wacht op uw handtekening: { $document }
reminder-title = Uw handtekening ontbreekt nog
reminder-words = { $requester } heeft u gevraagd { $document } te lezen en te ondertekenen. Uw handtekening ontbreekt nog.
reminder-until = U kunt nog ondertekenen tot { $until }.
reminder-approve-subject = Herinnering: { $requester } wacht op uw goedkeuring: { $document }
reminder-approve-title = Uw goedkeuring ontbreekt nog
reminder-approve-words = { $requester } heeft u gevraagd { $document } te lezen en goed te keuren. Uw goedkeuring ontbreekt nog.
reminder-approve-until = U kunt nog goedkeuren tot { $until }.
reminder-read-subject = Herinnering: { $requester } heeft u gevraagd { $document } te lezen
reminder-read-title = Een document wacht er nog op gelezen te worden
reminder-read-words = { $requester } heeft u gevraagd { $document } te lezen. U hebt dat nog niet bevestigd.
reminder-read-until = Dat kan nog tot { $until }.

declined-subject = { $who } heeft geweigerd { $document } te ondertekenen
declined-title = Een handtekening is geweigerd
declined-words = { $who } heeft geweigerd { $document } te ondertekenen. Het verzoek kwam van { $requester }.
declined-approve-subject = { $who } weigert goed te keuren: { $document }
declined-approve-title = Een goedkeuring is geweigerd
declined-approve-words = { $who } heeft geweigerd { $document } goed te keuren. Het verzoek kwam van { $requester }.
declined-read-subject = { $who } heeft geweigerd: { $document }
declined-read-title = Het verzoek is geweigerd
declined-read-words = { $who } heeft { $document } geweigerd. Het verzoek kwam van { $requester }.
declined-reason = De opgegeven reden:

expired-subject = De termijn is verstreken: { $document }
expired-title = De termijn is verstreken
expired-words = Niet iedereen heeft op tijd gedaan wat { $requester } had gevraagd. Het gaat om { $document }; de termijn liep tot { $until }.

cancelled-subject = Ingetrokken door { $requester }: { $document }
cancelled-title = Het verzoek is ingetrokken
cancelled-words = { $requester } heeft { $document } ingetrokken.

delegation-subject = { $who } vraagt u te ondertekenen als vervanger: { $document }
delegation-title = Een document om voor iemand te ondertekenen
delegation-words = { $requester } had { $who } gevraagd { $document } te ondertekenen. { $who } draagt deze taak aan u over.
delegation-approve-subject = { $who } vraagt u in diens plaats goed te keuren: { $document }
delegation-approve-title = Een document om voor iemand goed te keuren
delegation-approve-words = { $requester } had { $who } gevraagd { $document } goed te keuren. { $who } draagt deze taak aan u over.

delegated-subject = { $who } ondertekent in uw plaats: { $document }
delegated-title = U hebt de ondertekening overgedragen
delegated-words = Zoals u wenste, is { $who } gevraagd { $document } te ondertekenen voor { $requester }. U hoeft niets meer te doen.
delegated-approve-subject = { $who } keurt in uw plaats goed: { $document }
delegated-approve-title = U hebt de goedkeuring overgedragen
delegated-approve-words = Zoals u wenste, is { $who } gevraagd { $document } goed te keuren voor { $requester }. U hoeft niets meer te doen.
delegated-unasked = Was u dit niet zelf? Laat het { $requester } dan meteen weten.

corrected-subject = Uw nieuwe link: { $document }
corrected-title = Uw adres is gecorrigeerd
corrected-words = { $requester } heeft uw contactgegevens gecorrigeerd. Met deze nieuwe link kunt u { $document } openen; de vorige werkt niet meer.

attachment-subject = { $requester } vraagt u om een bestand: { $document }
attachment-title = Er is een bestand nodig
attachment-words = Voordat u { $document } ondertekent, vraagt { $requester } u om het volgende:
attachment-button = Bestand toevoegen

rejected-subject = Stuur alstublieft een ander bestand: { $document }
rejected-title = Een bestand is niet geaccepteerd
rejected-words = { $requester } kan het bestand dat u hebt toegevoegd niet gebruiken. Het gaat om { $document }. Gevraagd wordt:
rejected-reason = De opgegeven reden:

copy-subject = Uw kopie: { $document }
copy-title = Uw kopie
copy-words = Iedereen heeft { $document } ondertekend. { $requester } wil dat u een kopie hebt.

unlocked-subject = U kunt verdergaan: { $document }
unlocked-title = U kunt verdergaan
unlocked-words = Na te veel onjuiste codes is uw toegang geblokkeerd. { $requester } heeft die weer vrijgegeven: u kunt verdergaan. Het gaat om { $document }.
unlocked-unasked = Waren de onjuiste codes niet van u? Laat het { $requester } dan weten.

bounced-subject = Een e-mail is niet aangekomen: { $document }
bounced-title = Een e-mail is niet aangekomen
bounced-words = De e-mail aan { $who } ({ $address }) is teruggekomen. Het gaat om { $document }. De mailbox bestaat niet, is vol of weigert e-mails.
bounced-next = Controleer alstublieft het adres. U kunt het corrigeren zolang { $who } niet heeft ondertekend.
bounced-sender = Deze e-mail is bestemd voor de afzender van het verzoek: { $requester }.

endpoint-subject = Webhooks naar { $endpoint } zijn gestopt
endpoint-title = Webhooks zijn gestopt
endpoint-gone = { $endpoint } antwoordde dat het niet meer bestaat (410). Sinds { $at } wordt het niet meer aangeroepen.
endpoint-failing = { $endpoint } heeft vijf dagen lang niets aangenomen. Sinds { $at } wordt het niet meer aangeroepen.
endpoint-kept = Er is niets verloren: GET /events geeft alle gebeurtenissen van de laatste 90 dagen op volgorde.
endpoint-next = Werkt het doel weer, zet dan het abonnement { $webhook } aan (PATCH /webhooks/{ $webhook } met "enabled": true) en lever opnieuw af wat mislukte (GET /webhooks/{ $webhook }/deliveries?failed=true).
undelivered-subject = Een webhook naar { $endpoint } is niet afgeleverd
undelivered-title = Een webhook is niet afgeleverd
undelivered-why = { $endpoint } heeft een gebeurtenis in tien pogingen over drie dagen niet aangenomen. Op { $at } is ze opgegeven; andere gebeurtenissen worden nog verzonden.
undelivered-next = Werkt het doel weer, lever dan opnieuw af wat mislukte (GET /webhooks/{ $webhook }/deliveries?failed=true). Er komt hoogstens één zo’n bericht per dag.
