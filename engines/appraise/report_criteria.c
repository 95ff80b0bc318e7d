/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What AHP, entropy, TOPSIS, VIKOR and the composite index tell. */
#include "engines/appraise/report.h"

#include <math.h>
#include <stdio.h>

#define CR_MOST 0.1 /* Saaty's limit of tolerable inconsistency */

static enum lx_code run_ahp(struct report_builder *b)
{
	const struct lx_appraisal *a = b->asked;
	const struct lx_text *names = a->table.row_names;
	struct lx_ahp ahp;

	LX_TRY(lx_ahp(b->call, a->table.rows, a->judgement, names, &ahp));
	lx_report_rows(b, "eigenvector", ahp.n, names, ahp.eigenvector);
	lx_report_rows(b, "geometric_mean", ahp.n, names, ahp.geometric_mean);
	lx_report_number(b, "lambda_max", ahp.lambda_max);
	lx_report_number(b, "CI", ahp.ci);
	lx_report_number(b, "CR_RI1.32", ahp.cr);
	lx_report_number(b, "CR_RI1.35", ahp.cr_later);
	if (ahp.n > 10)
		lx_report_remark(b, "appraise.ahp_no_index");
	else if (ahp.cr > CR_MOST)
		lx_report_remark(b, "appraise.ahp_inconsistent", lx_report_figure(b, ahp.cr));
	else
		lx_report_remark(b, "appraise.ahp_consistent", lx_report_figure(b, ahp.cr));
	if (fabs(log(ahp.triad_ratio)) > 1e-9) {
		size_t i = ahp.triad[0], j = ahp.triad[1], k = ahp.triad[2];
		struct lx_judgement ij = a->judgement[i * ahp.n + j],
				    jk = a->judgement[j * ahp.n + k];
		double follows = (double)ij.up / (double)ij.down *
				 ((double)jk.up / (double)jk.down);
		lx_report_number(b, "triad_ratio", ahp.triad_ratio);
		lx_report_remark(b, "appraise.ahp_triad", lx_row_name(b->call, &a->table, i),
			lx_row_name(b->call, &a->table, j), lx_row_name(b->call, &a->table, k),
			lx_report_figure(b, follows),
			lx_report_figure(b, follows / ahp.triad_ratio));
	}
	return LX_OK;
}

static enum lx_code run_entropy(struct report_builder *b)
{
	const struct lx_grid *t = &b->asked->table;
	struct lx_entropy entropy;

	LX_TRY(lx_entropy(b->call, t, &entropy));
	lx_report_rows(b, "entropy_e", t->columns, t->column_names, entropy.e);
	lx_report_rows(b, "entropy_weights", t->columns, t->column_names, entropy.weights);
	lx_report_remark(b, "appraise.entropy_scale");
	return LX_OK;
}

static void found_swaps(
	struct report_builder *b, const char *key, const struct lx_weight_swap *swaps)
{
	const struct lx_grid *t = &b->asked->table;

	lx_report_add(b, (struct lx_appraise_finding){ .key = key,
				 .shape = LX_SHAPE_SWAPS,
				 .rows = t->rows - 1,
				 .swaps = swaps,
				 .names = t->row_names,
				 .across = t->column_names });
}

/* Median and range of ranks under `prefix`; the labels are those of the composite index. */
static void found_ranges(
	struct report_builder *b, const char *const *keys, const struct lx_rank_ranges *range)
{
	static const char *const labels[] = { "rank_median", "rank_low", "rank_high" };
	const double *points[] = { range->median, range->low, range->high };
	const struct lx_grid *t = &b->asked->table;

	for (size_t k = 0; k < 3; k++)
		lx_report_add(b, (struct lx_appraise_finding){ .key = keys[k],
					 .label = labels[k],
					 .shape = LX_SHAPE_ROWS,
					 .whole = true,
					 .rows = t->rows,
					 .at = points[k],
					 .names = t->row_names });
}

/* "Ranks of 1000 draws from seed 1 …" */
static enum lx_code say_draws(struct report_builder *b, const char *id)
{
	const struct lx_composite_choice *choice = &b->asked->composite;
	char *seed = lx_alloc(b->call, 24);

	if (seed == NULL)
		return LX_BROKEN;
	(void)snprintf(seed, 24, "%llu", (unsigned long long)choice->seed);
	lx_report_remark(b, id, lx_report_figure(b, (double)choice->draws), seed,
		lx_report_figure(b, 100 * choice->spread));
	return LX_OK;
}

/* How far the ranks of TOPSIS or VIKOR hold under other weights. */
static enum lx_code run_ranges(struct report_builder *b, bool vikor)
{
	static const char *const keys[2][3] = {
		{ "topsis_rank_median", "topsis_rank_low", "topsis_rank_high" },
		{ "vikor_rank_median", "vikor_rank_low", "vikor_rank_high" },
	};
	const struct lx_composite_choice *given = &b->asked->composite;
	struct lx_rank_choice choice = { vikor, b->asked->v, given->spread, given->seed,
		given->draws };
	struct lx_rank_ranges range;

	LX_TRY(lx_rank_ranges(b->call, &b->asked->table, b->asked->criteria, &choice, &range));
	found_ranges(b, keys[vikor], &range);
	return say_draws(b, "appraise.weight_draws");
}

static enum lx_code need_criteria(struct report_builder *b)
{
	const char *missing = b->asked->criteria.weights == NULL   ? "weights"
			      : b->asked->criteria.benefit == NULL ? "benefit"
								   : NULL;

	if (missing == NULL)
		return LX_OK;
	return lx_fail(b->call, LX_INVALID, missing, "appraise.field_missing", NULL);
}

static enum lx_code run_topsis(struct report_builder *b)
{
	const struct lx_grid *t = &b->asked->table;
	struct lx_topsis topsis;
	struct lx_weight_swap *swaps;

	LX_TRY(need_criteria(b));
	LX_TRY(lx_topsis(b->call, t, b->asked->criteria, &topsis));
	LX_TRY(lx_topsis_swaps(b->call, t, b->asked->criteria, &topsis, &swaps));
	lx_report_rows(b, "topsis_closeness", t->rows, t->row_names, topsis.closeness);
	lx_report_rows(b, "d_plus", t->rows, t->row_names, topsis.d_plus);
	lx_report_rows(b, "d_minus", t->rows, t->row_names, topsis.d_minus);
	lx_report_ranks(b, "topsis_rank", t->rows, t->row_names, topsis.rank);
	LX_TRY(run_ranges(b, false));
	found_swaps(b, "topsis_swaps", swaps);
	if (topsis.alike)
		lx_report_remark(b, "appraise.topsis_alike");
	return LX_OK;
}

static enum lx_code run_vikor(struct report_builder *b)
{
	const struct lx_grid *t = &b->asked->table;
	struct lx_vikor vikor;
	struct lx_weight_swap *swaps;
	char *key = lx_alloc(b->call, 48);

	if (key == NULL)
		return LX_BROKEN;
	LX_TRY(need_criteria(b));
	LX_TRY(lx_vikor(b->call, t, b->asked->criteria, b->asked->v, &vikor));
	(void)snprintf(key, 48, "vikor_Q_v%g", b->asked->v);
	lx_report_rows(b, "vikor_S", t->rows, t->row_names, vikor.s);
	lx_report_rows(b, "vikor_R", t->rows, t->row_names, vikor.r);
	lx_report_add(b, (struct lx_appraise_finding){ .key = key,
				 .label = "vikor_Q",
				 .shape = LX_SHAPE_ROWS,
				 .rows = t->rows,
				 .at = vikor.q,
				 .names = t->row_names });
	lx_report_ranks(b, "vikor_rank", t->rows, t->row_names, vikor.rank);
	LX_TRY(run_ranges(b, true));
	LX_TRY(lx_vikor_swaps(b->call, t, b->asked->criteria, b->asked->v, &vikor, &swaps));
	if (swaps != NULL)
		found_swaps(b, "vikor_swaps", swaps);
	const char *best = lx_row_name(b->call, t, vikor.best);
	if (t->rows > 1)
		lx_report_remark(b,
			vikor.advantage ? "appraise.vikor_advantage"
					: "appraise.vikor_no_advantage",
			best, lx_report_figure(b, vikor.lead),
			lx_report_figure(b, 1 / (double)(t->rows - 1)));
	lx_report_remark(
		b, vikor.stable ? "appraise.vikor_stable" : "appraise.vikor_unstable", best);
	return LX_OK;
}

static enum lx_code run_composite(struct report_builder *b)
{
	static const char *const keys[3] = { "rank_median", "rank_low", "rank_high" };
	const struct lx_grid *t = &b->asked->table;
	struct lx_composite index;

	LX_TRY(need_criteria(b));
	LX_TRY(lx_composite(b->call, t, b->asked->criteria, &b->asked->composite, &index));
	lx_report_rows(b, "score", t->rows, t->row_names, index.score);
	lx_report_ranks(b, "rank", t->rows, t->row_names, index.rank);
	found_ranges(b, keys, &index.range);
	found_swaps(b, "swaps", index.swaps);
	LX_TRY(say_draws(b, "appraise.composite_draws"));
	if (index.filled > 0)
		lx_report_remark(
			b, "appraise.composite_filled", lx_report_figure(b, (double)index.filled));
	return LX_OK;
}

const struct report_method lx_criteria_methods[] = {
	{ "ahp", LX_KIND_AHP, run_ahp },
	{ "topsis", LX_KIND_MCDM, run_topsis },
	{ "vikor", LX_KIND_MCDM, run_vikor },
	{ "entropy", LX_KIND_MCDM, run_entropy },
	{ "entropy", LX_KIND_ENTROPY, run_entropy },
	{ "composite", LX_KIND_COMPOSITE, run_composite },
	{ 0 },
};
