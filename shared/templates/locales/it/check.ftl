# The page on which files are checked. Texts that begin with `check-say-` are said by its script.
check-title = Verificare un documento firmato
check-words = Scelga un file per vedere se le sue firme sono valide e se è stato modificato dopo la firma.
check-noscript = Questa pagina ha bisogno di JavaScript per leggere il file. La preghiamo di attivarlo.
check-file = File firmato
check-hint = Un PDF, un file .p7m o .p7s, o una marca temporale. Può anche trascinarlo qui. Il browser ne calcola prima l’impronta; il file stesso non viene inviato.
check-name = File
check-digest = Impronta (SHA-256)
check-sealed-at = Sigillato il
check-send = Inviare il file e verificarne le firme

check-say-computing = Calcolo dell’impronta…
check-say-unreadable = Non è stato possibile leggere il file.
check-say-no-digest = non calcolata: questa pagina non è stata caricata con una connessione sicura
check-say-not-asked = Non è stato possibile interrogare il servizio. Riprovi.
check-say-known = Questo file è stato sigillato da questo servizio
check-say-complete = È il documento firmato e completo, esattamente come è stato sigillato. Nulla è stato modificato.
check-say-revision = È una delle revisioni fatte durante la firma del documento, esattamente come è stata sigillata. Una successiva contiene altre firme.
check-say-unknown = L’impronta di questo file non è conosciuta
check-say-unknown-words = Non è stato sigillato da questo servizio in questa forma. Le sue firme possono comunque essere verificate.
check-say-fits = Per vedere ogni firma, il file deve essere inviato. Viene esaminato e non conservato.
check-say-too-large = I file oltre { $size } e quelli vuoti non possono essere verificati in questa pagina.
check-say-checking = Verifica delle firme…
check-say-report = Il rapporto è qui sotto. È in inglese.
check-say-failed = Non è stato possibile verificare il file.
check-say-unreached = Il servizio non è raggiungibile. Riprovi.
