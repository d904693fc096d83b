# Wiadomości po polsku. $document to tytuł w cudzysłowie lub „dokument”: tylko mianownik albo biernik.

hello = Dzień dobry, { $name },
hello-requester = Dzień dobry,
document-titled = „{ $title }”
document-untitled = dokument
date = { $day } { $month } { $year } r., godz. { $time } ({ $zone })
month-1 = stycznia
month-2 = lutego
month-3 = marca
month-4 = kwietnia
month-5 = maja
month-6 = czerwca
month-7 = lipca
month-8 = sierpnia
month-9 = września
month-10 = października
month-11 = listopada
month-12 = grudnia
footer = Sprawa { $request }, na { $host }
footer-service = Wysłano przez { $host }
button-help = Jeśli przycisk nie działa, prosimy skopiować ten adres do przeglądarki:
link-private = Ten link jest przeznaczony tylko dla Państwa: prosimy nie przekazywać tej wiadomości dalej.
unexpected = Jeśli nadawca ({ $requester }) nie jest Państwu znany lub ta wiadomość jest nieoczekiwana, prosimy ją zignorować.
requester-writes = { $requester } pisze:
fingerprint = Jego odcisk (SHA-256):
read-first = Najpierw można spokojnie przeczytać; nic nie zostanie podpisane przed potwierdzeniem jednorazowym kodem. Można tam także odmówić podpisu.
read-first-approve = Najpierw można spokojnie przeczytać; nic nie zostanie zatwierdzone przed potwierdzeniem jednorazowym kodem. Można tam także odmówić.
read-first-read = Czytanie niczego nie podpisuje i nie wymaga kodu. Można tam także odmówić.
read-and-sign = Przeczytaj i podpisz
read-and-sign-approve = Przeczytaj i zatwierdź
read-and-sign-read = Przeczytaj dokument
kept-1 = Dokument będzie tam dostępny przez miesiąc, prosimy więc zapisać kopię.
kept-2 = Dokument będzie tam dostępny przez dwa miesiące, prosimy więc zapisać kopię.
kept-3 = Dokument będzie tam dostępny przez trzy miesiące, prosimy więc zapisać kopię.
download = Pobierz podpisany dokument
no-more = Nikt nie może go już podpisać i nie muszą Państwo nic robić.

invitation-subject = { $requester } prosi o podpis: { $document }
invitation-title = Dokument do podpisania
invitation-words = { $requester } prosi o przeczytanie i podpisanie. Dokument do podpisu: { $document }.
invitation-until = Można to zrobić do { $until }.
invitation-approve-subject = { $requester } prosi o zatwierdzenie: { $document }
invitation-approve-title = Dokument do zatwierdzenia
invitation-approve-words = { $requester } prosi o przeczytanie i zatwierdzenie. Dokument do zatwierdzenia: { $document }.
invitation-approve-until = Można to zrobić do { $until }.
invitation-read-subject = { $requester } prosi o przeczytanie: { $document }
invitation-read-title = Dokument do przeczytania
invitation-read-words = { $requester } prosi o przeczytanie i potwierdzenie tego. Dokument do przeczytania: { $document }.
invitation-read-until = Można to zrobić do { $until }.

otp-subject = Kod do podpisu: { $document }
otp-title = Kod do podpisu
otp-words = Oto kod, którym można podpisać { $document }. O podpis prosi { $requester }.
otp-approve-subject = Kod do zatwierdzenia: { $document }
otp-approve-title = Kod do podpisu
otp-approve-words = Oto kod, którym można zatwierdzić { $document }. O zatwierdzenie prosi { $requester }.
otp-once = Kod działa jeden raz, do { $until }, i tylko dla dokumentu, którego odcisk (SHA-256) zaczyna się od { $fingerprint }. Strona podpisywania także pokazuje ten odcisk.
otp-never = Prosimy nigdy nikomu nie podawać tego kodu.
otp-nobody = Nikt o niego nigdy nie zapyta: ani { $requester }, ani my. Jeśli nie prosili Państwo o kod, prosimy zignorować tę wiadomość: nic nie zostało podpisane.

completion-subject = Podpisane przez wszystkich: { $document }
completion-title = Podpisane przez wszystkich
completion-words = Wszyscy podpisali { $document }. O podpisy prosi { $requester }. Dziękujemy.

reminder-subject = Przypomnienie: { $requester } czeka na podpis: { $document }
reminder-title = Wciąż brakuje Państwa podpisu
reminder-words = { $requester } prosi o przeczytanie i podpisanie. Dokument do podpisu: { $document }. Wciąż brakuje Państwa podpisu.
reminder-until = Nadal można podpisać do { $until }.
reminder-approve-subject = Przypomnienie: { $requester } czeka na zatwierdzenie: { $document }
reminder-approve-title = Wciąż brakuje Państwa zatwierdzenia
reminder-approve-words = { $requester } prosi o przeczytanie i zatwierdzenie. Dokument do zatwierdzenia: { $document }. Wciąż brakuje Państwa zatwierdzenia.
reminder-approve-until = Nadal można zatwierdzić do { $until }.
reminder-read-subject = Przypomnienie: { $requester } prosi o przeczytanie: { $document }
reminder-read-title = Dokument wciąż czeka na przeczytanie
reminder-read-words = { $requester } prosi o przeczytanie. Dokument do przeczytania: { $document }. Nie ma jeszcze potwierdzenia.
reminder-read-until = Nadal można to zrobić do { $until }.

declined-subject = { $who } odmawia podpisu: { $document }
declined-title = Odmowa podpisu
declined-words = { $who } odmawia podpisu. Dokument: { $document }. O podpis prosi { $requester }.
declined-approve-subject = { $who } odmawia zatwierdzenia: { $document }
declined-approve-title = Odmowa zatwierdzenia
declined-approve-words = { $who } odmawia zatwierdzenia. Dokument: { $document }. O zatwierdzenie prosi { $requester }.
declined-read-subject = { $who } odmawia: { $document }
declined-read-title = Prośba została odrzucona
declined-read-words = { $who } odmawia. Dokument: { $document }. Prośbę wysyła { $requester }.
declined-reason = Podany powód:

expired-subject = Minął termin: { $document }
expired-title = Minął termin
expired-words = Nie wszyscy zrobili na czas to, o co prosi { $requester }. Dokument: { $document }. Termin upłynął: { $until }.

cancelled-subject = { $requester } wycofuje { $document }
cancelled-title = Prośba o podpis została wycofana
cancelled-words = { $requester } wycofuje { $document }.

delegation-subject = { $who } prosi o podpis w zastępstwie: { $document }
delegation-title = Dokument do podpisania w zastępstwie
delegation-words = { $requester } prosi o podpis: { $document }. { $who } przekazuje to zadanie Państwu.
delegation-approve-subject = { $who } prosi o zatwierdzenie w zastępstwie: { $document }
delegation-approve-title = Dokument do zatwierdzenia w zastępstwie
delegation-approve-words = { $requester } prosi o zatwierdzenie: { $document }. { $who } przekazuje to zadanie Państwu.

delegated-subject = { $who } podpisze w zastępstwie: { $document }
delegated-title = Podpis został przekazany
delegated-words = Zgodnie z Państwa życzeniem { $document } podpisze { $who }. O podpis prosi { $requester }. Nie trzeba już nic robić.
delegated-approve-subject = { $who } zatwierdzi w zastępstwie: { $document }
delegated-approve-title = Zatwierdzenie zostało przekazane
delegated-approve-words = Zgodnie z Państwa życzeniem { $document } zatwierdzi { $who }. O zatwierdzenie prosi { $requester }. Nie trzeba już nic robić.
delegated-unasked = Jeśli to nie była Państwa decyzja, prosimy natychmiast zawiadomić nadawcę: { $requester }.

corrected-subject = Nowy link: { $document }
corrected-title = Adres został poprawiony
corrected-words = { $requester } poprawia Państwa dane kontaktowe. Pod tym nowym linkiem można otworzyć { $document }; poprzedni już nie działa.

attachment-subject = { $requester } prosi o plik: { $document }
attachment-title = Potrzebny jest plik
attachment-words = Zanim podpiszą Państwo { $document }, { $requester } prosi o:
attachment-button = Dodaj plik

rejected-subject = Prosimy przesłać inny plik: { $document }
rejected-title = Plik nie został przyjęty
rejected-words = { $requester } nie może użyć dodanego przez Państwa pliku. Dokument: { $document }. Potrzebne jest:
rejected-reason = Podany powód:

copy-subject = Kopia dla Państwa: { $document }
copy-title = Kopia dla Państwa
copy-words = Wszyscy podpisali { $document }. { $requester } udostępnia Państwu kopię.

unlocked-subject = Można kontynuować: { $document }
unlocked-title = Można kontynuować
unlocked-words = Po zbyt wielu błędnych kodach dostęp został zablokowany. { $requester } przywraca go: można kontynuować. Dokument: { $document }.
unlocked-unasked = Jeśli błędne kody nie pochodziły od Państwa, prosimy zawiadomić nadawcę: { $requester }.

bounced-subject = Wiadomość nie dotarła: { $document }
bounced-title = Wiadomość nie dotarła
bounced-words = Wiadomość do: { $who } ({ $address }) została zwrócona. Dokument: { $document }. Skrzynka nie istnieje, jest pełna lub nie przyjmuje wiadomości.
bounced-next = Prosimy sprawdzić adres. Można go poprawić, dopóki brakuje podpisu: { $who }.
bounced-sender = Ta wiadomość jest dla nadawcy prośby: { $requester }.

endpoint-subject = Webhooki do { $endpoint } zostały wstrzymane
endpoint-title = Webhooki zostały wstrzymane
endpoint-gone = Adres { $endpoint } odpowiedział, że już nie istnieje (410). Nie jest wywoływany od: { $at }.
endpoint-failing = Adres { $endpoint } niczego nie przyjął od pięciu dni. Nie jest wywoływany od: { $at }.
endpoint-kept = Nic nie zginęło: GET /events podaje po kolei wszystkie zdarzenia z ostatnich 90 dni.
endpoint-next = Gdy adres znów będzie działać, proszę włączyć subskrypcję { $webhook } (PATCH /webhooks/{ $webhook } z "enabled": true) i dostarczyć ponownie to, co się nie powiodło (GET /webhooks/{ $webhook }/deliveries?failed=true).
undelivered-subject = Webhook do { $endpoint } nie został dostarczony
undelivered-title = Webhook nie został dostarczony
undelivered-why = Adres { $endpoint } nie przyjął zdarzenia w dziesięciu próbach w ciągu trzech dni. Zaniechano go: { $at }; inne zdarzenia są nadal wysyłane.
undelivered-next = Gdy adres znów będzie działać, proszę dostarczyć ponownie to, co się nie powiodło (GET /webhooks/{ $webhook }/deliveries?failed=true). Taka wiadomość przychodzi najwyżej raz dziennie.
