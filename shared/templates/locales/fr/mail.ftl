# Courriels en français. $document est un titre entre guillemets ou « le document » : sujet ou complément direct seulement.

hello = Bonjour { $name },
hello-requester = Bonjour,
document-titled = « { $title } »
document-untitled = le document
date = { $day ->
        [1] 1er
       *[other] { $day }
    } { $month } { $year } à { $time } ({ $zone })
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
footer = Demande { $request }, sur { $host }
footer-service = Envoyé par { $host }
button-help = Si le bouton ne fonctionne pas, copiez cette adresse dans votre navigateur :
link-private = Ce lien vous est personnel : merci de ne pas transférer ce courriel.
unexpected = Si vous ne connaissez pas { $requester } ou n’attendiez pas ce courriel, ignorez-le simplement.
requester-writes = { $requester } vous écrit :
fingerprint = Son empreinte (SHA-256) :
read-first = Vous lisez d’abord ; rien n’est signé avant que vous ne le confirmiez par un code à usage unique. Vous pouvez aussi y refuser de signer.
read-first-approve = Vous lisez d’abord ; rien n’est approuvé avant que vous ne le confirmiez par un code à usage unique. Vous pouvez aussi y refuser.
read-first-read = Rien n’est signé par la lecture, et aucun code n’est nécessaire. Vous pouvez aussi y refuser.
read-and-sign = Lire et signer
read-and-sign-approve = Lire et approuver
read-and-sign-read = Lire le document
kept-1 = Il y est conservé un mois : pensez à en enregistrer une copie.
kept-2 = Il y est conservé deux mois : pensez à en enregistrer une copie.
kept-3 = Il y est conservé trois mois : pensez à en enregistrer une copie.
download = Télécharger le document signé
no-more = Plus personne ne peut le signer, et vous n’avez rien à faire.

invitation-subject = { $requester } vous demande de signer { $document }
invitation-title = Un document à signer
invitation-words = { $requester } vous demande de lire et de signer { $document }.
invitation-until = Vous pouvez le faire jusqu’au { $until }.
invitation-approve-subject = { $requester } vous demande d’approuver { $document }
invitation-approve-title = Un document à approuver
invitation-approve-words = { $requester } vous demande de lire et d’approuver { $document }.
invitation-approve-until = Vous pouvez le faire jusqu’au { $until }.
invitation-read-subject = { $requester } vous demande de lire { $document }
invitation-read-title = Un document à lire
invitation-read-words = { $requester } vous demande de lire { $document } et de confirmer que vous l’avez fait.
invitation-read-until = Vous pouvez le faire jusqu’au { $until }.

otp-subject = Votre code pour signer { $document }
otp-title = Votre code
otp-words = Voici votre code pour signer { $document } pour { $requester } :
otp-approve-subject = Votre code pour approuver { $document }
otp-approve-title = Votre code
otp-approve-words = Voici votre code pour approuver { $document } pour { $requester } :
otp-once = Il est valable une seule fois, jusqu’au { $until }, et uniquement pour le document dont l’empreinte (SHA-256) commence par { $fingerprint }. La page de signature affiche aussi cette empreinte.
otp-never = Ne communiquez jamais ce code.
otp-nobody = Personne ne vous le demandera jamais, ni { $requester } ni nous. Si vous ne l’avez pas demandé, ignorez ce courriel : rien n’a été signé.

completion-subject = Signé par tous : { $document }
completion-title = Signé par tous
completion-words = Tout le monde a signé { $document } pour { $requester }. Merci.

reminder-subject = Rappel : { $requester } attend votre signature : { $document }
reminder-title = Votre signature manque encore
reminder-words = { $requester } vous a demandé de lire et de signer { $document }. Votre signature manque encore.
reminder-until = Vous pouvez encore signer jusqu’au { $until }.
reminder-approve-subject = Rappel : { $requester } attend votre approbation : { $document }
reminder-approve-title = Votre approbation manque encore
reminder-approve-words = { $requester } vous a demandé de lire et d’approuver { $document }. Votre approbation manque encore.
reminder-approve-until = Vous pouvez encore approuver jusqu’au { $until }.
reminder-read-subject = Rappel : { $requester } vous a demandé de lire { $document }
reminder-read-title = Un document attend encore d’être lu
reminder-read-words = { $requester } vous a demandé de lire { $document }. Vous n’avez pas encore confirmé l’avoir fait.
reminder-read-until = Vous pouvez encore le faire jusqu’au { $until }.

declined-subject = { $who } a refusé de signer { $document }
declined-title = Une signature a été refusée
declined-words = { $who } a refusé de signer { $document }. Auteur de la demande : { $requester }.
declined-approve-subject = { $who } a refusé d’approuver { $document }
declined-approve-title = Une approbation a été refusée
declined-approve-words = { $who } a refusé d’approuver { $document }. Auteur de la demande : { $requester }.
declined-read-subject = { $who } a refusé { $document }
declined-read-title = La demande a été refusée
declined-read-words = { $who } a refusé { $document }. Auteur de la demande : { $requester }.
declined-reason = Le motif indiqué :

expired-subject = Le délai est écoulé : { $document }
expired-title = Le délai est écoulé
expired-words = Tout le monde n’a pas fait à temps ce que { $requester } demandait. Le document concerné : { $document }. L’échéance était fixée au { $until }.

cancelled-subject = Retiré par { $requester } : { $document }
cancelled-title = La demande a été retirée
cancelled-words = { $requester } a retiré { $document }.

delegation-subject = { $who } vous demande de signer { $document } à sa place
delegation-title = Un document à signer pour quelqu’un
delegation-words = { $requester } avait demandé à { $who } de signer { $document }. { $who } vous confie cette tâche.
delegation-approve-subject = { $who } vous demande d’approuver { $document } à sa place
delegation-approve-title = Un document à approuver pour quelqu’un
delegation-approve-words = { $requester } avait demandé à { $who } d’approuver { $document }. { $who } vous confie cette tâche.

delegated-subject = { $who } signera { $document } à votre place
delegated-title = Vous avez délégué la signature
delegated-words = Comme vous l’avez souhaité, nous avons demandé à { $who } de signer { $document } pour { $requester }. Vous n’avez plus rien à faire.
delegated-approve-subject = { $who } approuvera { $document } à votre place
delegated-approve-title = Vous avez délégué l’approbation
delegated-approve-words = Comme vous l’avez souhaité, nous avons demandé à { $who } d’approuver { $document } pour { $requester }. Vous n’avez plus rien à faire.
delegated-unasked = Si cela ne vient pas de vous, prévenez { $requester } sans attendre.

corrected-subject = Votre nouveau lien : { $document }
corrected-title = Votre adresse a été corrigée
corrected-words = { $requester } a corrigé vos coordonnées. Ce nouveau lien vous permet d’ouvrir { $document } ; le précédent n’est plus valable.

attachment-subject = { $requester } vous demande un fichier : { $document }
attachment-title = Un fichier est nécessaire
attachment-words = Avant que vous ne signiez { $document }, { $requester } vous demande ceci :
attachment-button = Ajouter le fichier

rejected-subject = Merci d’envoyer un autre fichier : { $document }
rejected-title = Un fichier n’a pas été accepté
rejected-words = { $requester } ne peut pas utiliser le fichier que vous avez ajouté. Le document concerné : { $document }. Ce qui est demandé :
rejected-reason = Le motif indiqué :

copy-subject = Votre copie : { $document }
copy-title = Votre copie
copy-words = Tout le monde a signé { $document }. { $requester } souhaite que vous en ayez une copie.

unlocked-subject = Vous pouvez continuer : { $document }
unlocked-title = Vous pouvez continuer
unlocked-words = Après trop de codes erronés, votre accès a été bloqué. { $requester } l’a rétabli : vous pouvez continuer. Le document concerné : { $document }.
unlocked-unasked = Si ces codes erronés ne venaient pas de vous, prévenez { $requester }.

bounced-subject = Un courriel n’est pas arrivé : { $document }
bounced-title = Un courriel n’est pas arrivé
bounced-words = Le courriel adressé à { $who } ({ $address }) est revenu. Le document concerné : { $document }. La boîte n’existe pas, est pleine ou refuse les courriels.
bounced-next = Vérifiez l’adresse. Vous pouvez la corriger tant que { $who } n’a pas signé.
bounced-sender = Ce courriel s’adresse à l’expéditeur de la demande : { $requester }.

endpoint-subject = Les webhooks vers { $endpoint } sont arrêtés
endpoint-title = Les webhooks sont arrêtés
endpoint-gone = { $endpoint } a répondu qu’il n’existe plus (410). Depuis le { $at }, il n’est plus appelé.
endpoint-failing = { $endpoint } n’a rien accepté depuis cinq jours. Depuis le { $at }, il n’est plus appelé.
endpoint-kept = Rien n’est perdu : GET /events donne dans l’ordre tous les événements des 90 derniers jours.
endpoint-next = Quand la destination fonctionnera de nouveau, activez l’abonnement { $webhook } (PATCH /webhooks/{ $webhook } avec "enabled": true) et livrez à nouveau ce qui a échoué (GET /webhooks/{ $webhook }/deliveries?failed=true).
undelivered-subject = Un webhook vers { $endpoint } n’a pas été livré
undelivered-title = Un webhook n’a pas été livré
undelivered-why = { $endpoint } n’a pas accepté un événement en dix tentatives sur trois jours. Le { $at }, il a été abandonné ; les autres événements sont toujours envoyés.
undelivered-next = Quand la destination fonctionnera de nouveau, livrez à nouveau ce qui a échoué (GET /webhooks/{ $webhook }/deliveries?failed=true). Il y a au plus un message de ce genre par jour.
