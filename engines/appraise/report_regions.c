/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What inequality, structure, links and neighbourhood of regions tell. */
#include "engines/appraise/report.h"

#include <math.h>
#include <stdio.h>

/* ---- Inequality: one table, or one a period ---- */

#define MEASURES 9
static const char *const measures[MEASURES] = { "theil_T", "theil_between", "theil_within",
	"theil_L", "theil_L_between", "theil_L_within", "gini_weighted", "sigma_cv_population_sd",
	"sigma_sd_log_population" };

static void measure(const struct lx_inequality *x, double out[MEASURES])
{
	const double all[MEASURES] = { x->theil_t, x->theil_t_between, x->theil_t_within,
		x->theil_l, x->theil_l_between, x->theil_l_within, x->gini, x->sigma_cv,
		x->sigma_sd_log };

	for (size_t i = 0; i < MEASURES; i++)
		out[i] = isfinite(all[i]) ? all[i] : NAN;
}

/* The measures from `from` up to `to`, each over the periods. */
static enum lx_code over_time(struct report_builder *b, size_t from, size_t to)
{
	const struct lx_appraisal *a = b->asked;
	double *at = lx_doubles(b->call, MEASURES * a->periods), one[MEASURES];
	struct lx_inequality found;

	if (at == NULL)
		return LX_BROKEN;
	for (size_t p = 0; p < a->periods; p++) {
		LX_TRY(lx_inequality(b->call, &a->period[p], a->group, a->groups, &found));
		measure(&found, one);
		for (size_t m = 0; m < MEASURES; m++)
			at[m * a->periods + p] = one[m];
	}
	for (size_t m = from; m < to; m++)
		lx_report_rows(b, measures[m], a->periods, a->period_names, at + m * a->periods);
	const double *sigma = at + 7 * a->periods;
	if (from == 7 && a->periods > 1)
		lx_report_remark(b,
			sigma[a->periods - 1] < sigma[0] ? "appraise.sigma_falls"
							 : "appraise.sigma_rises",
			lx_report_figure(b, sigma[0]), lx_report_figure(b, sigma[a->periods - 1]));
	return LX_OK;
}

static enum lx_code inequality(
	struct report_builder *b, size_t from, size_t to, struct lx_inequality *found)
{
	const struct lx_appraisal *a = b->asked;
	double one[MEASURES];

	*found = (struct lx_inequality){ 0 };
	if (a->periods > 0)
		return over_time(b, from, to);
	LX_TRY(lx_inequality(b->call, &a->table, a->group, a->groups, found));
	measure(found, one);
	for (size_t m = from; m < to; m++)
		lx_report_number(b, measures[m], one[m]);
	return LX_OK;
}

static enum lx_code run_theil(struct report_builder *b)
{
	struct lx_inequality found;

	LX_TRY(inequality(b, 0, 6, &found));
	if (b->asked->group_unknown != NULL)
		lx_report_remark(b, "appraise.group_unknown", b->asked->group_unknown);
	if (isinf(found.theil_l))
		lx_report_remark(b, "appraise.theil_zero");
	if (found.theil_t > 0 && b->asked->groups > 1)
		lx_report_remark(b, "appraise.theil_parts",
			lx_report_figure(b, 100 * found.theil_t_between / found.theil_t));
	if (found.group_t != NULL && b->asked->group_names != NULL) {
		const struct lx_text *names = b->asked->group_names;
		lx_report_rows(b, "group_share", b->asked->groups, names, found.group_y_share);
		lx_report_rows(b, "group_theil_T", b->asked->groups, names, found.group_t);
	}
	return LX_OK;
}

static enum lx_code run_gini(struct report_builder *b)
{
	struct lx_inequality found;

	return inequality(b, 6, 7, &found);
}

static enum lx_code run_sigma(struct report_builder *b)
{
	struct lx_inequality found;

	LX_TRY(inequality(b, 7, 9, &found));
	lx_report_remark(b, "appraise.sigma_divisor");
	return LX_OK;
}

/* ---- Structure and links ---- */

static enum lx_code run_krugman(struct report_builder *b)
{
	const struct lx_grid *t = &b->asked->table;
	struct lx_krugman krugman;

	LX_TRY(lx_krugman(b->call, t, &krugman));
	lx_report_rows(b, "against_rest", t->rows, t->row_names, krugman.against_rest);
	lx_report_table(b, "pairwise",
		(struct lx_grid){ t->rows, t->rows, krugman.pairwise, t->row_names, t->row_names });
	return LX_OK;
}

static enum lx_code run_quotient(struct report_builder *b)
{
	struct lx_grid t = b->asked->table;
	struct lx_krugman krugman;

	LX_TRY(lx_krugman(b->call, &t, &krugman));
	t.at = krugman.quotient;
	lx_report_table(b, "location_quotient", t);
	return LX_OK;
}

static enum lx_code run_gravity(struct report_builder *b)
{
	const struct lx_appraisal *a = b->asked;
	const struct lx_grid *t = &a->table;
	struct lx_gravity gravity;

	LX_TRY(lx_gravity(b->call, t, a->distance, a->exponent, a->constant, &gravity));
	lx_report_rows(b, "total", t->rows, t->row_names, gravity.total);
	lx_report_rows(b, "share", t->rows, t->row_names, gravity.share);
	lx_report_table(b, "F",
		(struct lx_grid){ t->rows, t->rows, gravity.links, t->row_names, t->row_names });
	lx_report_remark(b, "appraise.gravity_exponent", lx_report_figure(b, a->exponent));
	return LX_OK;
}

static const struct lx_text ctd[] = { { "C", 1 }, { "T", 1 }, { "D", 1 } };

static enum lx_code run_coupling(struct report_builder *b)
{
	const struct lx_appraisal *a = b->asked;
	const struct lx_grid *t = &a->table;
	double *at = lx_doubles(b->call, 3 * t->rows);
	bool undefined = false;

	if (at == NULL)
		return LX_BROKEN;
	for (size_t r = 0; r < t->rows; r++) {
		size_t parts = a->parts == NULL ? t->columns : a->parts[r];
		struct lx_coupling one;
		enum lx_code code = lx_coupling(b->call, parts, t->at + r * t->columns,
			a->part_weights + r * t->columns, &one);
		if (code != LX_OK) {
			struct lx_fault fault = b->call->fault;
			lx_fault_clear(&b->call->fault);
			return lx_cell_fault(b->call, t, r, NOWHERE, fault.msgid);
		}
		at[3 * r] = one.c;
		at[3 * r + 1] = one.t;
		at[3 * r + 2] = one.d;
		undefined |= isnan(one.c);
	}
	if (a->several)
		lx_report_add(b, (struct lx_appraise_finding){ .key = "cases",
					 .label = "CTD",
					 .shape = LX_SHAPE_LINES,
					 .rows = t->rows,
					 .columns = 3,
					 .at = at,
					 .names = t->row_names,
					 .across = ctd });
	else
		lx_report_rows(b, "CTD", 3, ctd, at);
	if (undefined)
		lx_report_remark(b, "appraise.coupling_zero");
	return LX_OK;
}

/* ---- Neighbourhood ---- */

static const char *seed_text(struct report_builder *b)
{
	char *seed = lx_alloc(b->call, 24);

	if (seed == NULL)
		return "";
	(void)snprintf(seed, 24, "%llu", (unsigned long long)b->asked->composite.seed);
	return seed;
}

static enum lx_code run_moran(struct report_builder *b)
{
	const struct lx_appraisal *a = b->asked;
	struct lx_moran moran;

	LX_TRY(lx_moran(
		b->call, &a->table, &a->neighbours, a->permutations, a->composite.seed, &moran));
	lx_report_number(b, "I", moran.i);
	lx_report_number(b, "E", moran.expected);
	lx_report_number(b, "var_normality", moran.var_normality);
	lx_report_number(b, "var_randomisation", moran.var_randomisation);
	lx_report_number(b, "z_normality", moran.z_normality);
	lx_report_number(b, "z_randomisation", moran.z_randomisation);
	lx_report_number(b, "geary_c", moran.geary_c);
	lx_report_number(b, "p_permutation", moran.p);
	if (a->permutations > 0)
		lx_report_remark(b, "appraise.moran_draws",
			lx_report_figure(b, (double)a->permutations), seed_text(b));
	size_t alone = 0;
	for (size_t i = 0; i < a->neighbours.n; i++)
		alone += a->neighbours.first[i] == a->neighbours.first[i + 1];
	if (alone > 0)
		lx_report_remark(b, "appraise.moran_alone", lx_report_figure(b, (double)alone));
	return LX_OK;
}

static enum lx_code run_local(struct report_builder *b)
{
	static const char *const names[] = { [LX_HIGH_HIGH] = "high-high",
		[LX_LOW_HIGH] = "low-high",
		[LX_LOW_LOW] = "low-low",
		[LX_HIGH_LOW] = "high-low",
		[LX_ALONE] = "alone" };
	const struct lx_appraisal *a = b->asked;
	const struct lx_grid *t = &a->table;
	struct lx_moran_local local;

	LX_TRY(lx_moran_local(
		b->call, t, &a->neighbours, a->permutations, a->composite.seed, &local));
	const char **words = lx_array(b->call, t->rows, sizeof *words);
	if (words == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < t->rows; i++)
		words[i] = names[local.quadrant[i]];
	lx_report_rows(b, "local_I", t->rows, t->row_names, local.i);
	lx_report_rows(b, "local_p", t->rows, t->row_names, local.p);
	lx_report_words(b, "quadrant", t->rows, t->row_names, words);
	lx_report_remark(b, "appraise.local_many");
	return LX_OK;
}

const struct report_method lx_region_methods[] = {
	{ "theil", LX_KIND_INEQUALITY, run_theil },
	{ "gini", LX_KIND_INEQUALITY, run_gini },
	{ "sigma", LX_KIND_INEQUALITY, run_sigma },
	{ "krugman", LX_KIND_KRUGMAN, run_krugman },
	{ "quotient", LX_KIND_KRUGMAN, run_quotient },
	{ "gravity", LX_KIND_GRAVITY, run_gravity },
	{ "coupling", LX_KIND_COUPLING, run_coupling },
	{ "moran", LX_KIND_MORAN, run_moran },
	{ "local", LX_KIND_MORAN, run_local },
	{ 0 },
};
