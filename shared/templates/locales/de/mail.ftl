# Mails auf Deutsch. $document ist ein Titel in Anführungszeichen oder „das Dokument“: nur Nominativ oder Akkusativ.

hello = Guten Tag { $name },
hello-requester = Guten Tag,
document-titled = „{ $title }“
document-untitled = das Dokument
date = { $day }. { $month } { $year }, { $time } Uhr ({ $zone })
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember
footer = Vorgang { $request }, bei { $host }
footer-service = Gesendet von { $host }
button-help = Falls die Schaltfläche nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:
link-private = Der Link ist nur für Sie bestimmt: Bitte leiten Sie diese E-Mail nicht weiter.
unexpected = Wenn Sie { $requester } nicht kennen oder diese E-Mail nicht erwartet haben, können Sie sie einfach ignorieren.
requester-writes = { $requester } schreibt:
fingerprint = Sein Fingerabdruck (SHA-256):
read-first = Sie lesen zuerst; nichts ist unterschrieben, bevor Sie es mit einem Einmalcode bestätigen. Sie können dort auch ablehnen.
read-first-approve = Sie lesen zuerst; nichts ist genehmigt, bevor Sie es mit einem Einmalcode bestätigen. Sie können dort auch ablehnen.
read-first-read = Durch Lesen wird nichts unterschrieben, und ein Code ist nicht nötig. Sie können dort auch ablehnen.
read-and-sign = Lesen und unterschreiben
read-and-sign-approve = Lesen und genehmigen
read-and-sign-read = Dokument lesen
kept-1 = Es wird dort einen Monat lang aufbewahrt; bitte speichern Sie eine Kopie.
kept-2 = Es wird dort zwei Monate lang aufbewahrt; bitte speichern Sie eine Kopie.
kept-3 = Es wird dort drei Monate lang aufbewahrt; bitte speichern Sie eine Kopie.
download = Unterschriebenes Dokument herunterladen
no-more = Es kann nicht mehr unterschrieben werden, und Sie brauchen nichts weiter zu tun.

invitation-subject = { $requester } bittet Sie zu unterschreiben: { $document }
invitation-title = Ein Dokument zum Unterschreiben
invitation-words = { $requester } bittet Sie, { $document } zu lesen und zu unterschreiben.
invitation-until = Sie haben dafür Zeit bis { $until }.
invitation-approve-subject = { $requester } bittet Sie zu genehmigen: { $document }
invitation-approve-title = Ein Dokument zum Genehmigen
invitation-approve-words = { $requester } bittet Sie, { $document } zu lesen und zu genehmigen.
invitation-approve-until = Sie haben dafür Zeit bis { $until }.
invitation-read-subject = { $requester } bittet Sie zu lesen: { $document }
invitation-read-title = Ein Dokument zum Lesen
invitation-read-words = { $requester } bittet Sie, { $document } zu lesen und das zu bestätigen.
invitation-read-until = Sie haben dafür Zeit bis { $until }.

otp-subject = Ihr Code, um zu unterschreiben: { $document }
otp-title = Ihr Code
otp-words = Hier ist Ihr Code, um { $document } für { $requester } zu unterschreiben:
otp-approve-subject = Ihr Code, um zu genehmigen: { $document }
otp-approve-title = Ihr Code
otp-approve-words = Hier ist Ihr Code, um { $document } für { $requester } zu genehmigen:
otp-once = Er gilt einmal, bis { $until }, und nur für das Dokument, dessen Fingerabdruck (SHA-256) mit { $fingerprint } beginnt. Die Unterschriftsseite zeigt diesen Fingerabdruck ebenfalls.
otp-never = Geben Sie diesen Code niemals weiter.
otp-nobody = Niemand wird Sie je danach fragen, weder { $requester } noch wir. Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese E-Mail: Es wurde nichts unterschrieben.

completion-subject = Von allen unterschrieben: { $document }
completion-title = Von allen unterschrieben
completion-words = Alle haben { $document } für { $requester } unterschrieben. Vielen Dank.

reminder-subject = Erinnerung: { $requester } wartet auf Ihre Unterschrift: { $document }
reminder-title = Ihre Unterschrift fehlt noch
reminder-words = { $requester } hat Sie gebeten, { $document } zu lesen und zu unterschreiben. Ihre Unterschrift fehlt noch.
reminder-until = Sie können noch unterschreiben bis { $until }.
reminder-approve-subject = Erinnerung: { $requester } wartet auf Ihre Genehmigung: { $document }
reminder-approve-title = Ihre Genehmigung fehlt noch
reminder-approve-words = { $requester } hat Sie gebeten, { $document } zu lesen und zu genehmigen. Ihre Genehmigung fehlt noch.
reminder-approve-until = Sie können noch genehmigen bis { $until }.
reminder-read-subject = Erinnerung: { $requester } hat Sie gebeten zu lesen: { $document }
reminder-read-title = Ein Dokument wartet noch darauf, gelesen zu werden
reminder-read-words = { $requester } hat Sie gebeten, { $document } zu lesen. Sie haben es noch nicht bestätigt.
reminder-read-until = Sie haben dafür noch Zeit bis { $until }.

declined-subject = { $who } lehnt die Unterschrift ab: { $document }
declined-title = Eine Unterschrift wurde abgelehnt
declined-words = { $who } hat es abgelehnt, { $document } zu unterschreiben. Die Anfrage kam von { $requester }.
declined-approve-subject = { $who } lehnt die Genehmigung ab: { $document }
declined-approve-title = Eine Genehmigung wurde abgelehnt
declined-approve-words = { $who } hat es abgelehnt, { $document } zu genehmigen. Die Anfrage kam von { $requester }.
declined-read-subject = { $who } lehnt ab: { $document }
declined-read-title = Die Anfrage wurde abgelehnt
declined-read-words = { $who } hat { $document } abgelehnt. Die Anfrage kam von { $requester }.
declined-reason = Die angegebene Begründung:

expired-subject = Die Frist ist abgelaufen: { $document }
expired-title = Die Frist ist abgelaufen
expired-words = Nicht alle haben rechtzeitig getan, worum { $requester } gebeten hatte. Es geht um { $document }; die Frist endete: { $until }.

cancelled-subject = Von { $requester } zurückgezogen: { $document }
cancelled-title = Die Anfrage wurde zurückgezogen
cancelled-words = { $requester } hat { $document } zurückgezogen.

delegation-subject = { $who } bittet Sie, an seiner oder ihrer Stelle zu unterschreiben: { $document }
delegation-title = Ein Dokument, das Sie für jemanden unterschreiben sollen
delegation-words = { $requester } hatte { $who } gebeten, { $document } zu unterschreiben. { $who } überträgt diese Aufgabe an Sie.
delegation-approve-subject = { $who } bittet Sie, an seiner oder ihrer Stelle zu genehmigen: { $document }
delegation-approve-title = Ein Dokument, das Sie für jemanden genehmigen sollen
delegation-approve-words = { $requester } hatte { $who } gebeten, { $document } zu genehmigen. { $who } überträgt diese Aufgabe an Sie.

delegated-subject = { $who } unterschreibt an Ihrer Stelle: { $document }
delegated-title = Sie haben die Unterschrift übertragen
delegated-words = Wie von Ihnen gewünscht, wurde { $who } gebeten, { $document } für { $requester } zu unterschreiben. Sie brauchen nichts mehr zu tun.
delegated-approve-subject = { $who } genehmigt an Ihrer Stelle: { $document }
delegated-approve-title = Sie haben die Genehmigung übertragen
delegated-approve-words = Wie von Ihnen gewünscht, wurde { $who } gebeten, { $document } für { $requester } zu genehmigen. Sie brauchen nichts mehr zu tun.
delegated-unasked = Falls Sie das nicht waren, benachrichtigen Sie bitte umgehend { $requester }.

corrected-subject = Ihr neuer Link: { $document }
corrected-title = Ihre Adresse wurde berichtigt
corrected-words = { $requester } hat Ihre Kontaktdaten berichtigt. Mit diesem neuen Link können Sie { $document } öffnen; der frühere gilt nicht mehr.

attachment-subject = { $requester } bittet Sie um eine Datei: { $document }
attachment-title = Eine Datei wird benötigt
attachment-words = Bevor Sie { $document } unterschreiben, bittet { $requester } Sie um Folgendes:
attachment-button = Datei hinzufügen

rejected-subject = Bitte senden Sie eine andere Datei: { $document }
rejected-title = Eine Datei wurde nicht angenommen
rejected-words = { $requester } kann die Datei nicht verwenden, die Sie hinzugefügt haben. Es geht um { $document }. Benötigt wird:
rejected-reason = Die angegebene Begründung:

copy-subject = Ihre Kopie: { $document }
copy-title = Ihre Kopie
copy-words = Alle haben { $document } unterschrieben. { $requester } möchte, dass Sie eine Kopie erhalten.

unlocked-subject = Sie können fortfahren: { $document }
unlocked-title = Sie können fortfahren
unlocked-words = Nach zu vielen falschen Codes wurde Ihr Zugang gesperrt. { $requester } hat ihn wieder freigegeben: Sie können fortfahren. Es geht um { $document }.
unlocked-unasked = Falls die falschen Codes nicht von Ihnen stammten, benachrichtigen Sie bitte { $requester }.

bounced-subject = Eine E-Mail kam nicht an: { $document }
bounced-title = Eine E-Mail kam nicht an
bounced-words = Die E-Mail an { $who } ({ $address }) kam zurück. Es ging um { $document }. Das Postfach existiert nicht, ist voll oder nimmt keine E-Mails an.
bounced-next = Bitte prüfen Sie die Adresse. Sie können sie berichtigen, solange { $who } nicht unterschrieben hat.
bounced-sender = Diese E-Mail richtet sich an den Absender der Anfrage: { $requester }.

endpoint-subject = Webhooks an { $endpoint } sind angehalten
endpoint-title = Webhooks sind angehalten
endpoint-gone = { $endpoint } antwortete, dass es nicht mehr besteht (410). Seit { $at } wird es nicht mehr aufgerufen.
endpoint-failing = { $endpoint } hat seit fünf Tagen nichts angenommen. Seit { $at } wird es nicht mehr aufgerufen.
endpoint-kept = Nichts ist verloren: GET /events liefert alle Ereignisse der letzten 90 Tage der Reihe nach.
endpoint-next = Sobald das Ziel wieder arbeitet, schalten Sie das Abonnement { $webhook } ein (PATCH /webhooks/{ $webhook } mit "enabled": true) und stellen Sie zu, was fehlschlug (GET /webhooks/{ $webhook }/deliveries?failed=true).
undelivered-subject = Ein Webhook an { $endpoint } wurde nicht zugestellt
undelivered-title = Ein Webhook wurde nicht zugestellt
undelivered-why = { $endpoint } hat ein Ereignis in zehn Versuchen über drei Tage nicht angenommen. Am { $at } wurde es aufgegeben; andere Ereignisse werden weiter gesendet.
undelivered-next = Sobald das Ziel wieder arbeitet, stellen Sie zu, was fehlschlug (GET /webhooks/{ $webhook }/deliveries?failed=true). Es gibt höchstens eine solche Nachricht am Tag.
