# The page on which files are checked. Texts that begin with `check-say-` are said by its script.
check-title = Verificar um documento assinado
check-words = Escolha um ficheiro para ver se as suas assinaturas são válidas e se foi alterado depois de assinado.
check-noscript = Esta página precisa de JavaScript para ler o seu ficheiro. Ative-o, por favor.
check-file = Ficheiro assinado
check-hint = Um PDF, um ficheiro .p7m ou .p7s, ou um selo temporal. Também o pode largar aqui. O seu navegador calcula primeiro a impressão digital; o ficheiro em si não é enviado.
check-name = Ficheiro
check-digest = Impressão digital (SHA-256)
check-sealed-at = Selado em
check-send = Enviar o ficheiro e verificar as suas assinaturas

check-say-computing = A calcular a impressão digital…
check-say-unreadable = Não foi possível ler o ficheiro.
check-say-no-digest = não calculada: esta página não foi carregada por uma ligação segura
check-say-not-asked = Não foi possível consultar o serviço. Tente de novo.
check-say-known = Este ficheiro foi selado por este serviço
check-say-complete = É o documento assinado e completo, exatamente como foi selado. Nada nele foi alterado.
check-say-revision = É uma das revisões feitas durante a assinatura do documento, exatamente como foi selada. Uma posterior tem mais assinaturas.
check-say-unknown = A impressão digital deste ficheiro não é conhecida
check-say-unknown-words = Não foi selado por este serviço nesta forma. As suas assinaturas podem mesmo assim ser verificadas.
check-say-fits = Para ver cada assinatura, é preciso enviar o ficheiro. É examinado e não é guardado.
check-say-too-large = Os ficheiros com mais de { $size } e os vazios não podem ser verificados nesta página.
check-say-checking = A verificar as assinaturas…
check-say-report = O relatório está em baixo. Está em inglês.
check-say-failed = Não foi possível verificar o ficheiro.
check-say-unreached = Não foi possível contactar o serviço. Tente de novo.
