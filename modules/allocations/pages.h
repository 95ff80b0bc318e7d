/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of the page share: the kept report read into numbers. */
#ifndef LX_MODULES_ALLOCATIONS_PAGES_H
#define LX_MODULES_ALLOCATIONS_PAGES_H

#include "modules/allocations/allocation_view.h"
#include "modules/allocations/inner.h"

#include "kernel/pages/pages.h"

#define LX_SHARE_METHODS 6

/* One method of a report. `error`: it has no answer; then nothing else. */
struct lx_told_method {
	const char *name, *error;
	bool adopted, core;
	int64_t objecting;
	int64_t amounts[LX_ALLOCATION_PLAYERS], gains[LX_ALLOCATION_PLAYERS];
	size_t tightest_n;
	struct {
		const char *coalition;
		int64_t excess;
	} tightest[LX_CERTIFICATE_TIGHTEST];
};

/* A report as numbers; texts are borrowed from its JSON. The adopted method comes first. */
struct lx_told {
	bool cost;
	size_t n;
	struct lx_words names[LX_ALLOCATION_PLAYERS];
	int64_t numbers[LX_ALLOCATION_PLAYERS];
	int64_t alone[LX_ALLOCATION_PLAYERS], total, filled, apart;
	size_t methods_n;
	struct lx_told_method methods[LX_SHARE_METHODS];
};

/* Reads the report of a reduced allocation; false when nothing has been computed. */
bool lx_told_read(const struct lx_reader *reader, const json_t *json, struct lx_told *told);

/* The names of a group: "Wuxi, Suzhou". */
struct lx_words lx_told_group(
	const struct lx_reader *reader, const struct lx_told *told, const char *coalition);

/* An amount in figures of a table, without its unit: whole units, decimals only where there are any. */
struct lx_words lx_told_amount(const struct lx_reader *reader, int64_t minor);

/* Bands ending at standing alone, a dot a method. */
LX_CHECK enum lx_code lx_told_chart(
	const struct lx_reader *reader, const struct lx_told *told, struct lx_html *html);

#endif
