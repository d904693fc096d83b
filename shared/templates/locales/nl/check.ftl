# The page on which files are checked. Texts that begin with `check-say-` are said by its script.
check-title = Een ondertekend document controleren
check-words = Kies een bestand om te zien of de handtekeningen geldig zijn en of het daarna is gewijzigd.
check-noscript = Deze pagina heeft JavaScript nodig om uw bestand te lezen. Zet het alstublieft aan.
check-file = Ondertekend bestand
check-hint = Een PDF, een .p7m- of .p7s-bestand, of een tijdstempel. U kunt het ook hier neerzetten. Uw browser berekent eerst de vingerafdruk; het bestand zelf wordt niet verzonden.
check-name = Bestand
check-digest = Vingerafdruk (SHA-256)
check-sealed-at = Verzegeld op
check-send = Bestand verzenden en de handtekeningen controleren

check-say-computing = De vingerafdruk wordt berekend…
check-say-unreadable = Het bestand kon niet worden gelezen.
check-say-no-digest = niet berekend: deze pagina is niet via een veilige verbinding geladen
check-say-not-asked = De dienst kon niet worden geraadpleegd. Probeer het opnieuw.
check-say-known = Dit bestand is door deze dienst verzegeld
check-say-complete = Het is het volledige, ondertekende document, precies zoals het is verzegeld. Er is niets in gewijzigd.
check-say-revision = Het is een van de versies die tijdens het ondertekenen zijn gemaakt, precies zoals die is verzegeld. Een latere bevat meer handtekeningen.
check-say-unknown = De vingerafdruk van dit bestand is niet bekend
check-say-unknown-words = Het is niet in deze vorm door deze dienst verzegeld. De handtekeningen kunnen toch worden gecontroleerd.
check-say-fits = Om elke handtekening te zien, moet het bestand worden verzonden. Het wordt bekeken en niet bewaard.
check-say-too-large = Bestanden groter dan { $size } en lege bestanden kunnen op deze pagina niet worden gecontroleerd.
check-say-checking = De handtekeningen worden gecontroleerd…
check-say-report = Het rapport staat hieronder. Het is in het Engels.
check-say-failed = Het bestand kon niet worden gecontroleerd.
check-say-unreached = De dienst is niet bereikbaar. Probeer het opnieuw.
