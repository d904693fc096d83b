# The page on which files are checked. Texts that begin with `check-say-` are said by its script.
check-title = Ein signiertes Dokument prüfen
check-words = Wählen Sie eine Datei, um zu sehen, ob ihre Signaturen gültig sind und ob sie danach verändert wurde.
check-noscript = Diese Seite braucht JavaScript, um Ihre Datei zu lesen. Bitte schalten Sie es ein.
check-file = Signierte Datei
check-hint = Ein PDF, eine .p7m- oder .p7s-Datei oder ein Zeitstempel. Sie können sie auch hier ablegen. Ihr Browser berechnet zuerst den Fingerabdruck; die Datei selbst wird nicht gesendet.
check-name = Datei
check-digest = Fingerabdruck (SHA-256)
check-sealed-at = Versiegelt am
check-send = Datei senden und ihre Signaturen prüfen

check-say-computing = Der Fingerabdruck wird berechnet …
check-say-unreadable = Die Datei konnte nicht gelesen werden.
check-say-no-digest = nicht berechnet: Diese Seite wurde nicht über eine sichere Verbindung geladen
check-say-not-asked = Der Dienst konnte nicht gefragt werden. Bitte versuchen Sie es noch einmal.
check-say-known = Diese Datei wurde von diesem Dienst versiegelt
check-say-complete = Es ist das vollständige, signierte Dokument, genau so, wie es versiegelt wurde. Nichts darin wurde verändert.
check-say-revision = Es ist eine der Fassungen, die während des Unterzeichnens entstanden, genau so, wie sie versiegelt wurde. Eine spätere trägt weitere Signaturen.
check-say-unknown = Der Fingerabdruck dieser Datei ist nicht bekannt
check-say-unknown-words = Sie wurde in dieser Form nicht von diesem Dienst versiegelt. Ihre Signaturen lassen sich trotzdem prüfen.
check-say-fits = Um jede Signatur zu sehen, muss die Datei gesendet werden. Sie wird geprüft und nicht aufbewahrt.
check-say-too-large = Dateien über { $size } und leere Dateien können auf dieser Seite nicht geprüft werden.
check-say-checking = Die Signaturen werden geprüft …
check-say-report = Der Bericht steht unten. Er ist auf Englisch.
check-say-failed = Die Datei konnte nicht geprüft werden.
check-say-unreached = Der Dienst ist nicht erreichbar. Bitte versuchen Sie es noch einmal.
