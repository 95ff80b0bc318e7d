/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What DEA and Malmquist tell. */
#include "engines/appraise/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Computed once for all methods that ask. */
static enum lx_code frontiers(struct report_builder *b)
{
	struct lx_dea *dea = lx_alloc(b->call, sizeof *dea);

	if (b->dea != NULL)
		return LX_OK;
	if (dea == NULL)
		return LX_BROKEN;
	LX_TRY(lx_dea(b->call, &b->asked->table, b->asked->inputs, dea));
	b->dea = dea;
	return LX_OK;
}

static void rows_of(struct report_builder *b, const char *key, const double *at)
{
	lx_report_rows(b, key, b->asked->table.rows, b->asked->table.row_names, at);
}

/* Few units for many inputs and outputs: nearly everybody looks efficient. */
static void rule_of_thumb(struct report_builder *b)
{
	size_t in = b->asked->inputs, made = b->asked->table.columns - in;
	size_t least = in * made > 3 * (in + made) ? in * made : 3 * (in + made);

	if (b->asked->table.rows < least)
		lx_report_remark(b, "appraise.dea_few",
			lx_report_figure(b, (double)b->asked->table.rows),
			lx_report_figure(b, (double)least));
}

static enum lx_code run_ccr(struct report_builder *b)
{
	LX_TRY(frontiers(b));
	rows_of(b, "ccr_in", b->dea->ccr.score);
	rule_of_thumb(b);
	return LX_OK;
}

static enum lx_code run_bcc(struct report_builder *b)
{
	LX_TRY(frontiers(b));
	rows_of(b, "bcc_in", b->dea->bcc.score);
	return LX_OK;
}

static enum lx_code run_scale(struct report_builder *b)
{
	static const char *const names[] = { [LX_IRS] = "irs", [LX_CRS] = "crs", [LX_DRS] = "drs" };
	const struct lx_grid *t = &b->asked->table;

	LX_TRY(frontiers(b));
	const char **words = lx_array(b->call, t->rows, sizeof *words);
	if (words == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < t->rows; i++)
		words[i] = names[b->dea->returns[i]];
	rows_of(b, "scale", b->dea->scale);
	lx_report_words(b, "returns", t->rows, t->row_names, words);
	return LX_OK;
}

static bool any_undefined(size_t n, const double *at)
{
	for (size_t i = 0; i < n; i++)
		if (isnan(at[i]))
			return true;
	return false;
}

static enum lx_code run_super(struct report_builder *b)
{
	size_t n = b->asked->table.rows;

	LX_TRY(frontiers(b));
	rows_of(b, "super_ccr_in", b->dea->ccr.super);
	rows_of(b, "super_bcc_in", b->dea->bcc.super);
	if (any_undefined(n, b->dea->ccr.super) || any_undefined(n, b->dea->bcc.super))
		lx_report_remark(b, "appraise.dea_infeasible");
	return LX_OK;
}

static void explain(
	struct report_builder *b, const struct lx_frontier *f, const char *const keys[3])
{
	struct lx_grid table = b->asked->table;

	table.at = f->slack;
	lx_report_table(b, keys[0], table);
	table.at = f->target;
	lx_report_table(b, keys[1], table);
	lx_report_add(b, (struct lx_appraise_finding){ .key = keys[2],
				 .shape = LX_SHAPE_LINKS,
				 .rows = table.rows,
				 .links = &f->peers,
				 .names = table.row_names });
}

static enum lx_code run_targets(struct report_builder *b)
{
	LX_TRY(frontiers(b));
	explain(b, &b->dea->ccr, (const char *const[]){ "ccr_slacks", "ccr_targets", "ccr_peers" });
	explain(b, &b->dea->bcc, (const char *const[]){ "bcc_slacks", "bcc_targets", "bcc_peers" });
	return LX_OK;
}

/* "2005–2006" */
static struct lx_text *spans(struct lx_call *call, size_t n, const struct lx_text *period)
{
	struct lx_text *names = lx_array(call, n, sizeof *names);

	for (size_t p = 0; names != NULL && p < n; p++) {
		size_t len = period[p].len + period[p + 1].len + 3;
		char *name = lx_alloc(call, len + 1);
		if (name == NULL)
			return NULL;
		memcpy(name, period[p].at, period[p].len);
		memcpy(name + period[p].len, "\xe2\x80\x93", 3);
		memcpy(name + period[p].len + 3, period[p + 1].at, period[p + 1].len);
		names[p] = (struct lx_text){ name, len };
	}
	return names;
}

static enum lx_code run_malmquist(struct report_builder *b)
{
	const struct lx_appraisal *a = b->asked;
	struct lx_malmquist index;

	LX_TRY(lx_malmquist(b->call, a->period, a->periods, a->inputs, &index));
	struct lx_text *names = spans(b->call, a->periods - 1, a->period_names);
	if (names == NULL)
		return LX_BROKEN;
	struct lx_grid table = { a->periods - 1, a->table.rows, NULL, names, a->table.row_names };
	table.at = index.mi;
	lx_report_table(b, "MI", table);
	table.at = index.ec;
	lx_report_table(b, "EC", table);
	table.at = index.tc;
	lx_report_table(b, "TC", table);
	if (any_undefined(table.rows * table.columns, index.mi))
		lx_report_remark(b, "appraise.dea_infeasible");
	return LX_OK;
}

const struct report_method lx_frontier_methods[] = {
	{ "ccr", LX_KIND_DEA, run_ccr },
	{ "bcc", LX_KIND_DEA, run_bcc },
	{ "scale", LX_KIND_DEA, run_scale },
	{ "super", LX_KIND_DEA, run_super },
	{ "targets", LX_KIND_DEA, run_targets },
	{ "malmquist", LX_KIND_MALMQUIST, run_malmquist },
	{ 0 },
};
