# Messaggi in italiano. $document è un titolo tra virgolette o «il documento»: solo soggetto o complemento oggetto.

hello = Gentile { $name },
hello-requester = Buongiorno,
document-titled = «{ $title }»
document-untitled = il documento
date = { $day ->
        [1] 1º
       *[other] { $day }
    } { $month } { $year }, ore { $time } ({ $zone })
month-1 = gennaio
month-2 = febbraio
month-3 = marzo
month-4 = aprile
month-5 = maggio
month-6 = giugno
month-7 = luglio
month-8 = agosto
month-9 = settembre
month-10 = ottobre
month-11 = novembre
month-12 = dicembre
footer = Richiesta { $request }, su { $host }
footer-service = Inviato da { $host }
button-help = Se il pulsante non funziona, copi questo indirizzo nel Suo browser:
link-private = Il link è personale: La preghiamo di non inoltrare questo messaggio.
unexpected = Se non conosce { $requester } o non si aspettava questo messaggio, può semplicemente ignorarlo.
requester-writes = { $requester } scrive:
fingerprint = La sua impronta (SHA-256):
read-first = Prima può leggere con calma; nulla viene firmato finché non lo conferma con un codice monouso. Nella stessa pagina può anche rifiutare.
read-first-approve = Prima può leggere con calma; nulla viene approvato finché non lo conferma con un codice monouso. Nella stessa pagina può anche rifiutare.
read-first-read = Leggendo non si firma nulla, e non serve alcun codice. Nella stessa pagina può anche rifiutare.
read-and-sign = Leggi e firma
read-and-sign-approve = Leggi e approva
read-and-sign-read = Leggi il documento
kept-1 = Vi resta disponibile per un mese: La invitiamo a salvarne una copia.
kept-2 = Vi resta disponibile per due mesi: La invitiamo a salvarne una copia.
kept-3 = Vi resta disponibile per tre mesi: La invitiamo a salvarne una copia.
download = Scarica il documento firmato
no-more = Nessuno può più firmarlo e da parte Sua non occorre fare nulla.

invitation-subject = { $requester } Le chiede di firmare { $document }
invitation-title = Un documento da firmare
invitation-words = { $requester } Le chiede di leggere e firmare { $document }.
invitation-until = Termine per firmare: { $until }.
invitation-approve-subject = { $requester } Le chiede di approvare { $document }
invitation-approve-title = Un documento da approvare
invitation-approve-words = { $requester } Le chiede di leggere e approvare { $document }.
invitation-approve-until = Termine per approvare: { $until }.
invitation-read-subject = { $requester } Le chiede di leggere { $document }
invitation-read-title = Un documento da leggere
invitation-read-words = { $requester } Le chiede di leggere { $document } e di confermare di averlo fatto.
invitation-read-until = Termine per leggere: { $until }.

otp-subject = Il Suo codice per firmare { $document }
otp-title = Il Suo codice
otp-words = Ecco il Suo codice per firmare { $document } su richiesta di { $requester }:
otp-approve-subject = Il Suo codice per approvare { $document }
otp-approve-title = Il Suo codice
otp-approve-words = Ecco il Suo codice per approvare { $document } su richiesta di { $requester }:
otp-once = È valido una sola volta, fino a questa scadenza: { $until }, e soltanto per il documento la cui impronta (SHA-256) inizia con { $fingerprint }. Anche la pagina di firma mostra questa impronta.
otp-never = Non comunichi mai questo codice.
otp-nobody = Nessuno glielo chiederà mai, né { $requester } né noi. Se non lo ha richiesto, ignori questo messaggio: non è stato firmato nulla.

completion-subject = Firmato da tutti: { $document }
completion-title = Firmato da tutti
completion-words = Tutti hanno firmato { $document } su richiesta di { $requester }. Grazie.

reminder-subject = Promemoria: { $requester } attende la Sua firma: { $document }
reminder-title = Manca ancora la Sua firma
reminder-words = { $requester } Le ha chiesto di leggere e firmare { $document }. Manca ancora la Sua firma.
reminder-until = Termine per firmare: { $until }.
reminder-approve-subject = Promemoria: { $requester } attende la Sua approvazione: { $document }
reminder-approve-title = Manca ancora la Sua approvazione
reminder-approve-words = { $requester } Le ha chiesto di leggere e approvare { $document }. Manca ancora la Sua approvazione.
reminder-approve-until = Termine per approvare: { $until }.
reminder-read-subject = Promemoria: { $requester } Le ha chiesto di leggere { $document }
reminder-read-title = Un documento attende ancora di essere letto
reminder-read-words = { $requester } Le ha chiesto di leggere { $document }. Non ha ancora confermato di averlo fatto.
reminder-read-until = Termine per leggere: { $until }.

declined-subject = { $who } ha rifiutato di firmare { $document }
declined-title = Una firma è stata rifiutata
declined-words = { $who } ha rifiutato di firmare { $document }. La richiesta proveniva da { $requester }.
declined-approve-subject = { $who } ha rifiutato di approvare { $document }
declined-approve-title = Un’approvazione è stata rifiutata
declined-approve-words = { $who } ha rifiutato di approvare { $document }. La richiesta proveniva da { $requester }.
declined-read-subject = { $who } ha rifiutato { $document }
declined-read-title = La richiesta è stata rifiutata
declined-read-words = { $who } ha rifiutato { $document }. La richiesta proveniva da { $requester }.
declined-reason = Il motivo indicato:

expired-subject = Il termine è scaduto: { $document }
expired-title = Il termine è scaduto
expired-words = Non tutti hanno fatto in tempo ciò che { $requester } aveva chiesto. Il documento interessato: { $document }. Il termine era: { $until }.

cancelled-subject = Ritirato da { $requester }: { $document }
cancelled-title = La richiesta è stata ritirata
cancelled-words = { $requester } ha ritirato { $document }.

delegation-subject = { $who } Le chiede di firmare al suo posto: { $document }
delegation-title = Un documento da firmare per qualcuno
delegation-words = { $requester } aveva chiesto a { $who } di firmare { $document }. { $who } affida a Lei questo compito.
delegation-approve-subject = { $who } Le chiede di approvare al suo posto: { $document }
delegation-approve-title = Un documento da approvare per qualcuno
delegation-approve-words = { $requester } aveva chiesto a { $who } di approvare { $document }. { $who } affida a Lei questo compito.

delegated-subject = { $who } firmerà al Suo posto: { $document }
delegated-title = Ha delegato la firma
delegated-words = Come da Lei richiesto, abbiamo chiesto a { $who } di firmare { $document } per { $requester }. Non deve fare altro.
delegated-approve-subject = { $who } approverà al Suo posto: { $document }
delegated-approve-title = Ha delegato l’approvazione
delegated-approve-words = Come da Lei richiesto, abbiamo chiesto a { $who } di approvare { $document } per { $requester }. Non deve fare altro.
delegated-unasked = Se non è stato Lei a chiederlo, avvisi subito { $requester }.

corrected-subject = Il Suo nuovo link: { $document }
corrected-title = Il Suo indirizzo è stato corretto
corrected-words = { $requester } ha corretto i Suoi recapiti. Con questo nuovo link può aprire { $document }; quello precedente non è più valido.

attachment-subject = { $requester } Le chiede un file: { $document }
attachment-title = Serve un file
attachment-words = Prima che Lei firmi { $document }, { $requester } Le chiede quanto segue:
attachment-button = Aggiungi il file

rejected-subject = La preghiamo di inviare un altro file: { $document }
rejected-title = Un file non è stato accettato
rejected-words = { $requester } non può utilizzare il file che ha aggiunto. Il documento interessato: { $document }. Che cosa viene richiesto:
rejected-reason = Il motivo indicato:

copy-subject = La Sua copia: { $document }
copy-title = La Sua copia
copy-words = Tutti hanno firmato { $document }. { $requester } desidera che Lei ne abbia una copia.

unlocked-subject = Può proseguire: { $document }
unlocked-title = Può proseguire
unlocked-words = Dopo troppi codici errati il Suo accesso è stato bloccato. { $requester } lo ha riaperto: può proseguire. Il documento interessato: { $document }.
unlocked-unasked = Se i codici errati non erano Suoi, avvisi { $requester }.

bounced-subject = Un messaggio non è arrivato: { $document }
bounced-title = Un messaggio non è arrivato
bounced-words = Il messaggio per { $who } ({ $address }) è tornato indietro. Il documento interessato: { $document }. La casella non esiste, è piena o rifiuta i messaggi.
bounced-next = La preghiamo di verificare l’indirizzo. Può correggerlo finché manca la firma di { $who }.
bounced-sender = Questo messaggio è destinato al mittente della richiesta: { $requester }.

endpoint-subject = I webhook verso { $endpoint } sono fermi
endpoint-title = I webhook sono fermi
endpoint-gone = { $endpoint } ha risposto che non esiste più (410). Da { $at } non viene più chiamato.
endpoint-failing = { $endpoint } non ha accettato nulla da cinque giorni. Da { $at } non viene più chiamato.
endpoint-kept = Nulla è andato perso: GET /events restituisce in ordine tutti gli eventi degli ultimi 90 giorni.
endpoint-next = Quando la destinazione funzionerà di nuovo, attivi la sottoscrizione { $webhook } (PATCH /webhooks/{ $webhook } con "enabled": true) e consegni di nuovo ciò che è fallito (GET /webhooks/{ $webhook }/deliveries?failed=true).
undelivered-subject = Un webhook verso { $endpoint } non è stato consegnato
undelivered-title = Un webhook non è stato consegnato
undelivered-why = { $endpoint } non ha accettato un evento in dieci tentativi nell’arco di tre giorni. Il { $at } è stato abbandonato; gli altri eventi vengono ancora inviati.
undelivered-next = Quando la destinazione funzionerà di nuovo, consegni di nuovo ciò che è fallito (GET /webhooks/{ $webhook }/deliveries?failed=true). C’è al massimo un messaggio di questo tipo al giorno.
