# The two commands of the README are `make run` and `make test`; each target is one script of .ci/ or integration/.
PREFIX ?= /usr/local
DESTDIR ?=
BINARY = .build/release/runc-swift
SHIM = .build/release/shim
SHARE = $(DESTDIR)$(PREFIX)/share

.PHONY: build run test lint gates bench bench-shim kills install uninstall clean help

build:
	@.ci/build

$(BINARY) $(SHIM):
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

bench-shim: build
	@integration/bench/run-shim

# Kills at every place of each operation, where the tests take eight of each: about an hour.
kills: build
	@SHIM_PLACES=all SHIM_KILL_TIMEOUT=36000 integration/run-bats shim-kill.bats

install: $(BINARY) $(SHIM)
	install -d $(SHARE)/man/man8 $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	for program in $(BINARY) $(SHIM); do \
	    name=$${program##*/} && \
	    install -D -m 755 $$program $(DESTDIR)$(PREFIX)/sbin/$$name && \
	    $$program man > $(SHARE)/man/man8/$$name.8 && \
	    $$program completion bash > $(SHARE)/bash-completion/completions/$$name && \
	    $$program completion zsh > $(SHARE)/zsh/site-functions/_$$name && \
	    $$program completion fish > $(SHARE)/fish/vendor_completions.d/$$name.fish || exit 1; \
	done

uninstall:
	for name in runc-swift shim; do \
	    rm -f $(DESTDIR)$(PREFIX)/sbin/$$name $(SHARE)/man/man8/$$name.8 \
	        $(SHARE)/bash-completion/completions/$$name $(SHARE)/zsh/site-functions/_$$name \
	        $(SHARE)/fish/vendor_completions.d/$$name.fish || exit 1; \
	done

clean:
	rm -rf .build

help:
	@echo 'make run      build, then run a busybox container in this terminal'
	@echo 'make test     every test: unit tests, then containers as root'
	@echo 'make build    the release executables: $(BINARY) and $(SHIM)'
	@echo 'make install  into PREFIX=$(PREFIX), below DESTDIR if given'
	@echo 'make lint     formatting, and shellcheck over the scripts'
	@echo 'make gates    layering, binary and size limits'
	@echo 'make bench    against crun and runc on this machine'
	@echo 'make bench-shim  the shim against conmon and containerd-shim'
	@echo 'make kills    kill the shim and those around it at every system call'
	@echo 'make clean    remove .build'
