# What `sam build` runs for each function of infra/template.yaml (BuildMethod: makefile):
# `make build-<LogicalId>` here, with ARTIFACTS_DIR set. CreateRequestFunction is the crate create-request.
#
# All functions are built by one cargo invocation, so that whatever they share is compiled once; the calls for
# the other functions then find their binary ready. The build is the host's: to deploy for another processor,
# build on a machine that has it (parameter Architecture of the template). A binary that Lambda could not load
# stops the build.

FUNCTIONS := $(notdir $(patsubst %/,%,$(wildcard functions/*/)))
RELEASE := $(or $(CARGO_TARGET_DIR),target)/release

# CreateRequest -> create-request
kebab = $(shell printf '%s' '$(1)' | sed 's/[A-Z]/-&/g; s/^-//' | tr '[:upper:]' '[:lower:]')

build-%Function:
	cargo build --release --locked --bins $(addprefix --package ,$(FUNCTIONS))
	infra/check-glibc '$(RELEASE)/$(call kebab,$*)'
	cp '$(RELEASE)/$(call kebab,$*)' '$(ARTIFACTS_DIR)/bootstrap'
