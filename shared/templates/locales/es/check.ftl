# The page on which files are checked. Texts that begin with `check-say-` are said by its script.
check-title = Comprobar un documento firmado
check-words = Elija un archivo para ver si sus firmas son válidas y si se modificó después de firmarse.
check-noscript = Esta página necesita JavaScript para leer su archivo. Actívelo, por favor.
check-file = Archivo firmado
check-hint = Un PDF, un archivo .p7m o .p7s, o un sello de tiempo. También puede soltarlo aquí. Su navegador calcula primero la huella; el archivo en sí no se envía.
check-name = Archivo
check-digest = Huella (SHA-256)
check-sealed-at = Sellado el
check-send = Enviar el archivo y comprobar sus firmas

check-say-computing = Calculando la huella…
check-say-unreadable = No se pudo leer el archivo.
check-say-no-digest = no calculada: esta página no se cargó por una conexión segura
check-say-not-asked = No se pudo consultar el servicio. Inténtelo de nuevo.
check-say-known = Este archivo fue sellado por este servicio
check-say-complete = Es el documento firmado y completo, exactamente como se selló. No se ha modificado nada.
check-say-revision = Es una de las revisiones hechas mientras se firmaba el documento, exactamente como se selló. Una posterior tiene más firmas.
check-say-unknown = La huella de este archivo no es conocida
check-say-unknown-words = No fue sellado por este servicio en esta forma. Sus firmas se pueden comprobar de todos modos.
check-say-fits = Para ver cada firma hay que enviar el archivo. Se examina y no se conserva.
check-say-too-large = Los archivos de más de { $size } y los vacíos no se pueden comprobar en esta página.
check-say-checking = Comprobando las firmas…
check-say-report = El informe está más abajo. Está en inglés.
check-say-failed = No se pudo comprobar el archivo.
check-say-unreached = No se pudo acceder al servicio. Inténtelo de nuevo.
