# The two commands of the README are `make run` and `make test`; each target is one script of .ci/ or integration/.
PREFIX ?= /usr/local
DESTDIR ?=
BINARY = .build/release/runc-swift
SHARE = $(DESTDIR)$(PREFIX)/share

.PHONY: build run test lint gates bench install uninstall clean help

build:
	@.ci/build

$(BINARY):
	@.ci/build

run: build
	@integration/try

test:
	@.ci/test

lint:
	@.ci/lint

gates:
	@.ci/gates

bench: build
	@integration/bench/run

install: $(BINARY)
	install -D -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/sbin/runc-swift
	install -d $(SHARE)/man/man8 $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	$(BINARY) man > $(SHARE)/man/man8/runc-swift.8
	$(BINARY) completion bash > $(SHARE)/bash-completion/completions/runc-swift
	$(BINARY) completion zsh > $(SHARE)/zsh/site-functions/_runc-swift
	$(BINARY) completion fish > $(SHARE)/fish/vendor_completions.d/runc-swift.fish

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/sbin/runc-swift $(SHARE)/man/man8/runc-swift.8
	rm -f $(SHARE)/bash-completion/completions/runc-swift $(SHARE)/zsh/site-functions/_runc-swift
	rm -f $(SHARE)/fish/vendor_completions.d/runc-swift.fish

clean:
	rm -rf .build

help:
	@echo 'make run      build, then run a busybox container in this terminal'
	@echo 'make test     every test: unit tests, then containers as root'
	@echo 'make build    the release executable: $(BINARY)'
	@echo 'make install  into PREFIX=$(PREFIX), below DESTDIR if given'
	@echo 'make lint     formatting, and shellcheck over the scripts'
	@echo 'make gates    layering, binary and size limits'
	@echo 'make bench    against crun and runc on this machine'
	@echo 'make clean    remove .build'
