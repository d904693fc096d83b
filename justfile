# Every gate, as CI runs them.
check:
    bash .ci/run

# The service on this machine.
run *arguments:
    cargo run -- {{arguments}}

# A whole request, from its creation to a signed PDF.
demo *arguments:
    cargo run -- demo {{arguments}}
