# Mensagens em português. $document é um título entre aspas ou «o documento»: só sujeito ou complemento direto.

hello = Olá, { $name },
hello-requester = Bom dia,
document-titled = «{ $title }»
document-untitled = o documento
date = { $day } de { $month } de { $year }, { $time } ({ $zone })
month-1 = janeiro
month-2 = fevereiro
month-3 = março
month-4 = abril
month-5 = maio
month-6 = junho
month-7 = julho
month-8 = agosto
month-9 = setembro
month-10 = outubro
month-11 = novembro
month-12 = dezembro
footer = Pedido { $request }, em { $host }
footer-service = Enviado por { $host }
button-help = Se o botão não funcionar, copie este endereço para o seu navegador:
link-private = A ligação é pessoal: por favor, não reencaminhe esta mensagem.
unexpected = Se não conhece { $requester } ou não esperava esta mensagem, pode simplesmente ignorá-la.
requester-writes = { $requester } escreve:
fingerprint = A sua impressão digital (SHA-256):
read-first = Primeiro pode ler; nada fica assinado antes de o confirmar com um código de utilização única. Também aí pode recusar.
read-first-approve = Primeiro pode ler; nada fica aprovado antes de o confirmar com um código de utilização única. Também aí pode recusar.
read-first-read = Ao ler nada fica assinado, e não é preciso nenhum código. Também aí pode recusar.
read-and-sign = Ler e assinar
read-and-sign-approve = Ler e aprovar
read-and-sign-read = Ler o documento
kept-1 = Fica aí disponível durante um mês: guarde uma cópia, por favor.
kept-2 = Fica aí disponível durante dois meses: guarde uma cópia, por favor.
kept-3 = Fica aí disponível durante três meses: guarde uma cópia, por favor.
download = Transferir o documento assinado
no-more = Já ninguém o pode assinar, e não precisa de fazer nada.

invitation-subject = { $requester } pede-lhe que assine { $document }
invitation-title = Um documento para assinar
invitation-words = { $requester } pede-lhe que leia e assine { $document }.
invitation-until = Pode fazê-lo até { $until }.
invitation-approve-subject = { $requester } pede-lhe que aprove { $document }
invitation-approve-title = Um documento para aprovar
invitation-approve-words = { $requester } pede-lhe que leia e aprove { $document }.
invitation-approve-until = Pode fazê-lo até { $until }.
invitation-read-subject = { $requester } pede-lhe que leia { $document }
invitation-read-title = Um documento para ler
invitation-read-words = { $requester } pede-lhe que leia { $document } e confirme que o fez.
invitation-read-until = Pode fazê-lo até { $until }.

otp-subject = O seu código para assinar { $document }
otp-title = O seu código
otp-words = Este é o seu código para assinar { $document } a pedido de { $requester }:
otp-approve-subject = O seu código para aprovar { $document }
otp-approve-title = O seu código
otp-approve-words = Este é o seu código para aprovar { $document } a pedido de { $requester }:
otp-once = Funciona uma só vez, até { $until }, e apenas para o documento cuja impressão digital (SHA-256) começa por { $fingerprint }. A página de assinatura também mostra essa impressão digital.
otp-never = Nunca partilhe este código.
otp-nobody = Ninguém lho pedirá, nem { $requester } nem nós. Se não o pediu, ignore esta mensagem: nada foi assinado.

completion-subject = Assinado por todos: { $document }
completion-title = Assinado por todos
completion-words = Todos assinaram { $document } a pedido de { $requester }. Obrigado.

reminder-subject = Lembrete: { $requester } aguarda a sua assinatura: { $document }
reminder-title = Ainda falta a sua assinatura
reminder-words = { $requester } pediu-lhe que lesse e assinasse { $document }. Ainda falta a sua assinatura.
reminder-until = Ainda pode assinar até { $until }.
reminder-approve-subject = Lembrete: { $requester } aguarda a sua aprovação: { $document }
reminder-approve-title = Ainda falta a sua aprovação
reminder-approve-words = { $requester } pediu-lhe que lesse e aprovasse { $document }. Ainda falta a sua aprovação.
reminder-approve-until = Ainda pode aprovar até { $until }.
reminder-read-subject = Lembrete: { $requester } pediu-lhe que lesse { $document }
reminder-read-title = Um documento ainda espera ser lido
reminder-read-words = { $requester } pediu-lhe que lesse { $document }. Ainda não confirmou que o fez.
reminder-read-until = Ainda o pode fazer até { $until }.

declined-subject = { $who } recusou assinar { $document }
declined-title = Uma assinatura foi recusada
declined-words = { $who } recusou assinar { $document }. O pedido foi feito por { $requester }.
declined-approve-subject = { $who } recusou aprovar { $document }
declined-approve-title = Uma aprovação foi recusada
declined-approve-words = { $who } recusou aprovar { $document }. O pedido foi feito por { $requester }.
declined-read-subject = { $who } recusou { $document }
declined-read-title = O pedido foi recusado
declined-read-words = { $who } recusou { $document }. O pedido foi feito por { $requester }.
declined-reason = O motivo indicado:

expired-subject = Terminou o prazo: { $document }
expired-title = Terminou o prazo
expired-words = Nem todos fizeram a tempo o que { $requester } pediu. O documento em causa: { $document }. O prazo terminou: { $until }.

cancelled-subject = Retirado por { $requester }: { $document }
cancelled-title = O pedido foi retirado
cancelled-words = { $requester } retirou { $document }.

delegation-subject = { $who } pede-lhe que assine em seu lugar: { $document }
delegation-title = Um documento para assinar em lugar de alguém
delegation-words = { $requester } tinha pedido a { $who } que assinasse { $document }. { $who } confia-lhe esta tarefa.
delegation-approve-subject = { $who } pede-lhe que aprove em seu lugar: { $document }
delegation-approve-title = Um documento para aprovar em lugar de alguém
delegation-approve-words = { $requester } tinha pedido a { $who } que aprovasse { $document }. { $who } confia-lhe esta tarefa.

delegated-subject = { $who } assinará em seu lugar: { $document }
delegated-title = Delegou a assinatura
delegated-words = Tal como desejou, pedimos a { $who } que assine { $document } para { $requester }. Não precisa de fazer mais nada.
delegated-approve-subject = { $who } aprovará em seu lugar: { $document }
delegated-approve-title = Delegou a aprovação
delegated-approve-words = Tal como desejou, pedimos a { $who } que aprove { $document } para { $requester }. Não precisa de fazer mais nada.
delegated-unasked = Se não fez este pedido, avise imediatamente { $requester }.

corrected-subject = A sua nova ligação: { $document }
corrected-title = O seu endereço foi corrigido
corrected-words = { $requester } corrigiu os seus dados de contacto. Com esta nova ligação pode abrir { $document }; a anterior já não é válida.

attachment-subject = { $requester } pede-lhe um ficheiro: { $document }
attachment-title = É necessário um ficheiro
attachment-words = Antes de assinar { $document }, { $requester } pede-lhe o seguinte:
attachment-button = Adicionar o ficheiro

rejected-subject = Envie outro ficheiro, por favor: { $document }
rejected-title = Um ficheiro não foi aceite
rejected-words = { $requester } não pode utilizar o ficheiro que adicionou. O documento em causa: { $document }. O que é pedido:
rejected-reason = O motivo indicado:

copy-subject = A sua cópia: { $document }
copy-title = A sua cópia
copy-words = Todos assinaram { $document }. { $requester } deseja que tenha uma cópia.

unlocked-subject = Já pode continuar: { $document }
unlocked-title = Já pode continuar
unlocked-words = Após demasiados códigos errados, o seu acesso foi bloqueado. { $requester } voltou a abri-lo: pode continuar. O documento em causa: { $document }.
unlocked-unasked = Se os códigos errados não eram seus, avise { $requester }.

bounced-subject = Uma mensagem não chegou: { $document }
bounced-title = Uma mensagem não chegou
bounced-words = A mensagem para { $who } ({ $address }) foi devolvida. O documento em causa: { $document }. A caixa de correio não existe, está cheia ou recusa mensagens.
bounced-next = Verifique o endereço, por favor. Pode corrigi-lo enquanto { $who } não tiver assinado.
bounced-sender = Esta mensagem destina-se ao remetente do pedido: { $requester }.

endpoint-subject = Os webhooks para { $endpoint } foram interrompidos
endpoint-title = Os webhooks foram interrompidos
endpoint-gone = { $endpoint } respondeu que já não existe (410). Desde { $at } deixou de ser chamado.
endpoint-failing = { $endpoint } não aceitou nada durante cinco dias. Desde { $at } deixou de ser chamado.
endpoint-kept = Nada se perdeu: GET /events dá por ordem todos os eventos dos últimos 90 dias.
endpoint-next = Quando o destino voltar a funcionar, ative a subscrição { $webhook } (PATCH /webhooks/{ $webhook } com "enabled": true) e entregue de novo o que falhou (GET /webhooks/{ $webhook }/deliveries?failed=true).
undelivered-subject = Um webhook para { $endpoint } não foi entregue
undelivered-title = Um webhook não foi entregue
undelivered-why = { $endpoint } não aceitou um evento em dez tentativas ao longo de três dias. Em { $at } desistiu-se dele; os outros eventos continuam a ser enviados.
undelivered-next = Quando o destino voltar a funcionar, entregue de novo o que falhou (GET /webhooks/{ $webhook }/deliveries?failed=true). Há no máximo uma mensagem deste tipo por dia.
