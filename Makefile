# SPDX-License-Identifier: AGPL-3.0-or-later
# The front door. meson builds, tools/need installs what is missing, tools/stages.py runs the tests.
#
#	make            the binary build/release/cli/lianxi
#	make run        a demonstration region on this machine, http://127.0.0.1:8080
#	make test       everything that must pass, in under an hour on two cores
#	make test-long  what takes longer: full products, long fuzzing
#	make bench      speed beside peers       make fuzz     an hour of fuzzing
#	make lint       what compilers miss      make format   the form of C files
#	make screenshots  every page of the demonstration, both languages and widths, in build/screenshots (PAGES="home need": some)
#	make docs       docs/types.md            make install   (DESTDIR is heeded)
#	make clean

SHELL = /bin/sh
BUILD = build/release
LIANXI = $(BUILD)/cli/lianxi
REGION = region
LISTEN = 127.0.0.1:8080
PYTHON = /usr/bin/python3
# folders whose files are listed when the build is configured
LISTED = web/messages kernel/view/templates
FILES = git ls-files -co --exclude-standard '*.c' '*.h'

.PHONY: build run test test-long bench fuzz lint format docs screenshots install clean
build:
	@tools/need build
	@[ -f $(BUILD)/build.ninja ] || CC=$${CC:-gcc} meson setup $(BUILD) -Dbuildtype=release -Dtests=false
	@[ -z "$$(find $(LISTED) -type d -newer $(BUILD)/build.ninja)" ] || meson setup --reconfigure $(BUILD)
	@ninja -C $(BUILD) cli/lianxi

run: build
	@[ -e $(REGION) ] || $(LIANXI) demo $(REGION) || { rm -rf $(REGION); exit 1; }
	@exec $(LIANXI) serve $(REGION) --listen $(LISTEN)

test:
	@started=$$(date +%s) && tools/need test && LIANXI_STARTED=$$started $(PYTHON) tools/stages.py test

test-long:
	@started=$$(date +%s) && tools/need test && LIANXI_STARTED=$$started $(PYTHON) tools/stages.py test-long

fuzz:
	@tools/need test
	@$(PYTHON) tools/stages.py fuzz

bench:
	@tools/need bench
	@$(PYTHON) tools/stages.py bench $(BENCH)

docs: build
	@{ sed '/^## /,$$d' docs/types.md; $(LIANXI) types; } >build/types.md
	@mv build/types.md docs/types.md
	@$(LIANXI) types --format charter-schema | $(PYTHON) -m json.tool --indent 1 >docs/charter.schema.json

screenshots: build
	@tools/need test
	@$(PYTHON) tools/screenshots.py $(LIANXI) build/screenshots $(PAGES)

lint:
	@tools/need build
	@tools/need lint
	@$(PYTHON) tools/stages.py lint

format:
	@tools/need lint
	@$(FILES) | xargs -d '\n' clang-format -i

install: build
	@ninja -C $(BUILD) deploy/liblianxi-engines.a
	meson install -C $(BUILD) --no-rebuild

clean:
	rm -rf build
