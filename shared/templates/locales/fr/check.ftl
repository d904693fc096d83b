# The page on which files are checked. Texts that begin with `check-say-` are said by its script.
check-title = Vérifier un document signé
check-words = Choisissez un fichier pour voir si ses signatures sont valides et s’il a été modifié après avoir été signé.
check-noscript = Cette page a besoin de JavaScript pour lire votre fichier. Veuillez l’activer.
check-file = Fichier signé
check-hint = Un PDF, un fichier .p7m ou .p7s, ou un jeton d’horodatage. Vous pouvez aussi le déposer ici. Votre navigateur calcule d’abord son empreinte ; le fichier lui-même n’est pas envoyé.
check-name = Fichier
check-digest = Empreinte (SHA-256)
check-sealed-at = Scellé le
check-send = Envoyer le fichier et vérifier ses signatures

check-say-computing = Calcul de l’empreinte…
check-say-unreadable = Le fichier n’a pas pu être lu.
check-say-no-digest = non calculée : cette page n’a pas été chargée par une connexion sûre
check-say-not-asked = Le service n’a pas pu être interrogé. Veuillez réessayer.
check-say-known = Ce fichier a été scellé par ce service
check-say-complete = C’est le document signé et complet, exactement tel qu’il a été scellé. Rien n’y a été modifié.
check-say-revision = C’est l’une des révisions faites pendant la signature du document, exactement telle qu’elle a été scellée. Une révision plus récente porte davantage de signatures.
check-say-unknown = L’empreinte de ce fichier n’est pas connue
check-say-unknown-words = Il n’a pas été scellé par ce service sous cette forme. Ses signatures peuvent tout de même être vérifiées.
check-say-fits = Pour voir chaque signature, le fichier doit être envoyé. Il est examiné et n’est pas conservé.
check-say-too-large = Les fichiers de plus de { $size } et les fichiers vides ne peuvent pas être vérifiés sur cette page.
check-say-checking = Vérification des signatures…
check-say-report = Le rapport est ci-dessous. Il est en anglais.
check-say-failed = Le fichier n’a pas pu être vérifié.
check-say-unreached = Le service est injoignable. Veuillez réessayer.
