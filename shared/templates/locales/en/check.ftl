# The page on which files are checked. Texts that begin with `check-say-` are said by its script.
check-title = Check a signed document
check-words = Choose a file to see whether its signatures are valid and whether it was changed after it was signed.
check-noscript = This page needs JavaScript to read your file. Please switch it on.
check-file = Signed file
check-hint = A PDF, a .p7m or .p7s file, or a time-stamp. You can also drop it here. Your browser first computes its fingerprint; the file itself is not sent.
check-name = File
check-digest = Fingerprint (SHA-256)
check-sealed-at = Sealed at
check-send = Send the file and check its signatures

check-say-computing = Computing the fingerprint…
check-say-unreadable = The file could not be read.
check-say-no-digest = not computed: this page was not loaded over a safe connection
check-say-not-asked = The service could not be asked. Please try again.
check-say-known = This file was sealed by this service
check-say-complete = It is the complete, signed document, exactly as it was sealed. Nothing in it was changed.
check-say-revision = It is one of the revisions made while the document was being signed, exactly as it was sealed. A later one has more signatures.
check-say-unknown = This file is not known by its fingerprint
check-say-unknown-words = It was not sealed by this service in this form. Its signatures can still be checked.
check-say-fits = To see each signature, the file has to be sent. It is looked at and not kept.
check-say-too-large = Files over { $size }, and empty ones, cannot be checked on this page.
check-say-checking = Checking the signatures…
check-say-report = The report is below. It is in English.
check-say-failed = The file could not be checked.
check-say-unreached = The service could not be reached. Please try again.
