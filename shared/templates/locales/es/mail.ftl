# Correos en español. $document es un título entre comillas o «el documento»: solo sujeto o complemento directo.

hello = Hola, { $name }:
hello-requester = Buenos días:
document-titled = «{ $title }»
document-untitled = el documento
date = { $day } de { $month } de { $year }, { $time } ({ $zone })
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre
footer = Solicitud { $request }, en { $host }
footer-service = Enviado por { $host }
button-help = Si el botón no funciona, copie esta dirección en su navegador:
link-private = El enlace es personal: por favor, no reenvíe este correo.
unexpected = Si no conoce a { $requester } o no esperaba este correo, simplemente ignórelo.
requester-writes = { $requester } le escribe:
fingerprint = Su huella digital (SHA-256):
read-first = Primero puede leer; nada queda firmado hasta que lo confirme con un código de un solo uso. Allí también puede rechazar la firma.
read-first-approve = Primero puede leer; nada queda aprobado hasta que lo confirme con un código de un solo uso. Allí también puede rechazarlo.
read-first-read = Al leer no se firma nada, y no hace falta ningún código. Allí también puede rechazarlo.
read-and-sign = Leer y firmar
read-and-sign-approve = Leer y aprobar
read-and-sign-read = Leer el documento
kept-1 = Se conserva allí durante un mes: le recomendamos guardar una copia.
kept-2 = Se conserva allí durante dos meses: le recomendamos guardar una copia.
kept-3 = Se conserva allí durante tres meses: le recomendamos guardar una copia.
download = Descargar el documento firmado
no-more = Ya nadie puede firmarlo y usted no tiene que hacer nada.

invitation-subject = { $requester } le pide que firme { $document }
invitation-title = Un documento para firmar
invitation-words = { $requester } le pide que lea y firme { $document }.
invitation-until = Puede hacerlo hasta el { $until }.
invitation-approve-subject = { $requester } le pide que apruebe { $document }
invitation-approve-title = Un documento para aprobar
invitation-approve-words = { $requester } le pide que lea y apruebe { $document }.
invitation-approve-until = Puede hacerlo hasta el { $until }.
invitation-read-subject = { $requester } le pide que lea { $document }
invitation-read-title = Un documento para leer
invitation-read-words = { $requester } le pide que lea { $document } y que confirme que lo ha hecho.
invitation-read-until = Puede hacerlo hasta el { $until }.

otp-subject = Su código para firmar { $document }
otp-title = Su código
otp-words = Este es su código para firmar { $document } a petición de { $requester }:
otp-approve-subject = Su código para aprobar { $document }
otp-approve-title = Su código
otp-approve-words = Este es su código para aprobar { $document } a petición de { $requester }:
otp-once = Sirve una sola vez, hasta el { $until }, y únicamente para el documento cuya huella digital (SHA-256) empieza por { $fingerprint }. La página de firma también muestra esa huella.
otp-never = No comparta nunca este código.
otp-nobody = Nadie se lo pedirá jamás, ni { $requester } ni nosotros. Si no lo ha solicitado, ignore este correo: no se ha firmado nada.

completion-subject = Firmado por todos: { $document }
completion-title = Firmado por todos
completion-words = Todos han firmado { $document } a petición de { $requester }. Gracias.

reminder-subject = Recordatorio: { $requester } espera su firma: { $document }
reminder-title = Aún falta su firma
reminder-words = { $requester } le pidió que leyera y firmara { $document }. Aún falta su firma.
reminder-until = Todavía puede firmar hasta el { $until }.
reminder-approve-subject = Recordatorio: { $requester } espera su aprobación: { $document }
reminder-approve-title = Aún falta su aprobación
reminder-approve-words = { $requester } le pidió que leyera y aprobara { $document }. Aún falta su aprobación.
reminder-approve-until = Todavía puede aprobar hasta el { $until }.
reminder-read-subject = Recordatorio: { $requester } le pidió que leyera { $document }
reminder-read-title = Un documento espera aún a ser leído
reminder-read-words = { $requester } le pidió que leyera { $document }. Todavía no ha confirmado que lo ha hecho.
reminder-read-until = Todavía puede hacerlo hasta el { $until }.

declined-subject = { $who } ha rechazado firmar { $document }
declined-title = Se ha rechazado una firma
declined-words = { $who } ha rechazado firmar { $document }. La solicitud era de { $requester }.
declined-approve-subject = { $who } ha rechazado aprobar { $document }
declined-approve-title = Se ha rechazado una aprobación
declined-approve-words = { $who } ha rechazado aprobar { $document }. La solicitud era de { $requester }.
declined-read-subject = { $who } ha rechazado { $document }
declined-read-title = Se ha rechazado la solicitud
declined-read-words = { $who } ha rechazado { $document }. La solicitud era de { $requester }.
declined-reason = El motivo indicado:

expired-subject = Ha terminado el plazo: { $document }
expired-title = Ha terminado el plazo
expired-words = No todos han hecho a tiempo lo que { $requester } había pedido. El documento en cuestión: { $document }. El plazo terminaba el { $until }.

cancelled-subject = Retirado por { $requester }: { $document }
cancelled-title = La solicitud se ha retirado
cancelled-words = { $requester } ha retirado { $document }.

delegation-subject = { $who } le pide que firme en su lugar: { $document }
delegation-title = Un documento para firmar en lugar de otra persona
delegation-words = { $requester } había pedido a { $who } que firmara { $document }. { $who } le encarga a usted esta tarea.
delegation-approve-subject = { $who } le pide que apruebe en su lugar: { $document }
delegation-approve-title = Un documento para aprobar en lugar de otra persona
delegation-approve-words = { $requester } había pedido a { $who } que aprobara { $document }. { $who } le encarga a usted esta tarea.

delegated-subject = { $who } firmará en su lugar: { $document }
delegated-title = Ha delegado la firma
delegated-words = Tal como usted deseaba, hemos pedido a { $who } que firme { $document } para { $requester }. Ya no tiene que hacer nada más.
delegated-approve-subject = { $who } aprobará en su lugar: { $document }
delegated-approve-title = Ha delegado la aprobación
delegated-approve-words = Tal como usted deseaba, hemos pedido a { $who } que apruebe { $document } para { $requester }. Ya no tiene que hacer nada más.
delegated-unasked = Si no ha sido usted, avise cuanto antes a { $requester }.

corrected-subject = Su nuevo enlace: { $document }
corrected-title = Se ha corregido su dirección
corrected-words = { $requester } ha corregido sus datos de contacto. Con este nuevo enlace puede abrir { $document }; el anterior ya no es válido.

attachment-subject = { $requester } le pide un archivo: { $document }
attachment-title = Se necesita un archivo
attachment-words = Antes de que firme { $document }, { $requester } le pide lo siguiente:
attachment-button = Añadir el archivo

rejected-subject = Envíe otro archivo, por favor: { $document }
rejected-title = No se ha aceptado un archivo
rejected-words = { $requester } no puede utilizar el archivo que usted añadió. El documento en cuestión: { $document }. Lo que se pide:
rejected-reason = El motivo indicado:

copy-subject = Su copia: { $document }
copy-title = Su copia
copy-words = Todos han firmado { $document }. { $requester } desea que usted tenga una copia.

unlocked-subject = Ya puede continuar: { $document }
unlocked-title = Ya puede continuar
unlocked-words = Tras demasiados códigos erróneos, su acceso quedó bloqueado. { $requester } lo ha restablecido: puede continuar. El documento en cuestión: { $document }.
unlocked-unasked = Si los códigos erróneos no eran suyos, avise a { $requester }.

bounced-subject = Un correo no ha llegado: { $document }
bounced-title = Un correo no ha llegado
bounced-words = El correo para { $who } ({ $address }) ha sido devuelto. El documento en cuestión: { $document }. El buzón no existe, está lleno o rechaza correos.
bounced-next = Compruebe la dirección, por favor. Puede corregirla mientras { $who } no haya firmado.
bounced-sender = Este correo es para el remitente de la solicitud: { $requester }.

endpoint-subject = Los webhooks a { $endpoint } se han detenido
endpoint-title = Los webhooks se han detenido
endpoint-gone = { $endpoint } respondió que ya no existe (410). Desde el { $at } no se le llama más.
endpoint-failing = { $endpoint } no ha aceptado nada en cinco días. Desde el { $at } no se le llama más.
endpoint-kept = No se ha perdido nada: GET /events devuelve en orden todos los eventos de los últimos 90 días.
endpoint-next = Cuando el destino vuelva a funcionar, active la suscripción { $webhook } (PATCH /webhooks/{ $webhook } con "enabled": true) y entregue de nuevo lo que falló (GET /webhooks/{ $webhook }/deliveries?failed=true).
undelivered-subject = Un webhook a { $endpoint } no se ha entregado
undelivered-title = Un webhook no se ha entregado
undelivered-why = { $endpoint } no aceptó un evento en diez intentos a lo largo de tres días. El { $at } se abandonó; los demás eventos se siguen enviando.
undelivered-next = Cuando el destino vuelva a funcionar, entregue de nuevo lo que falló (GET /webhooks/{ $webhook }/deliveries?failed=true). Hay como máximo un mensaje de este tipo al día.
