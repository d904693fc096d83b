# The page on which files are checked. Texts that begin with `check-say-` are said by its script.
check-title = Sprawdź podpisany dokument
check-words = Wybierz plik, aby zobaczyć, czy jego podpisy są ważne i czy nie został zmieniony po podpisaniu.
check-noscript = Ta strona potrzebuje JavaScriptu, aby odczytać plik. Prosimy go włączyć.
check-file = Podpisany plik
check-hint = PDF, plik .p7m lub .p7s albo znacznik czasu. Można go też upuścić tutaj. Przeglądarka najpierw oblicza jego skrót; sam plik nie jest wysyłany.
check-name = Plik
check-digest = Skrót (SHA-256)
check-sealed-at = Opatrzono pieczęcią
check-send = Wyślij plik i sprawdź jego podpisy

check-say-computing = Obliczanie skrótu…
check-say-unreadable = Nie udało się odczytać pliku.
check-say-no-digest = nie obliczono: tej strony nie wczytano przez bezpieczne połączenie
check-say-not-asked = Nie udało się zapytać usługi. Spróbuj ponownie.
check-say-known = Ten plik został opatrzony pieczęcią przez tę usługę
check-say-complete = To kompletny, podpisany dokument, dokładnie taki, jaki opatrzono pieczęcią. Nic w nim nie zmieniono.
check-say-revision = To jedna z wersji powstałych podczas podpisywania dokumentu, dokładnie taka, jaką opatrzono pieczęcią. Późniejsza ma więcej podpisów.
check-say-unknown = Skrót tego pliku nie jest znany
check-say-unknown-words = Ta usługa nie opatrzyła go pieczęcią w tej postaci. Jego podpisy można mimo to sprawdzić.
check-say-fits = Aby zobaczyć każdy podpis, trzeba wysłać plik. Zostanie obejrzany i nie będzie przechowywany.
check-say-too-large = Plików większych niż { $size } oraz pustych nie można sprawdzić na tej stronie.
check-say-checking = Sprawdzanie podpisów…
check-say-report = Raport znajduje się poniżej. Jest w języku angielskim.
check-say-failed = Nie udało się sprawdzić pliku.
check-say-unreached = Usługa jest nieosiągalna. Spróbuj ponownie.
