# Every target is a task of tools/dev.py, which works without make as well.
#   make test ARGS="tests/test_migrations.py -k foreign"

PYTHON ?= python3
ARGS ?=

.PHONY: help run test check fmt db seed openapi docs picture setup lock soak bench bench-full cluster clean
.DEFAULT_GOAL := help

help run test check fmt db seed openapi docs picture setup lock soak bench bench-full cluster clean:
	@$(PYTHON) tools/dev.py $@ $(ARGS)
