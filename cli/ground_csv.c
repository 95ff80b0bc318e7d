/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* `lianxi ground --format csv`: one row a statement, the counts of all and of each group. */
#include "cli/ground.h"

#include "base/csv.h"

#include <stdio.h>

static void real(struct lx_buf *out, double number)
{
	lx_buf_printf(out, ",%.6f", number);
}

static void others(struct lx_buf *out, struct lx_count c)
{
	lx_buf_printf(out, ",%u,%u,%u", c.agree, c.disagree, c.votes - c.agree - c.disagree);
}

static void count(struct lx_buf *out, struct lx_count c)
{
	struct lx_interval between = lx_wilson(c.agree, c.votes);

	others(out, c);
	real(out, between.low);
	real(out, between.high);
}

static void head(const struct ground_run *run, unsigned groups)
{
	struct lx_buf *out = &run->cli->out;

	lx_buf_str(
		out, "statement,analysed,common-ground,gac-agree,gac-disagree,priority,extremity");
	for (unsigned g = 0; g <= groups; g++) {
		char of[24] = "all";
		if (g > 0)
			(void)snprintf(of, sizeof of, "group-%u", g - 1);
		lx_buf_printf(out, ",%s-agree,%s-disagree,%s-pass,%s-agree-low,%s-agree-high", of,
			of, of, of, of);
	}
	for (size_t kind = 0; kind < LX_VOTERS; kind++)
		if (run->others[kind] != NULL)
			lx_buf_printf(out, ",%s-agree,%s-disagree,%s-pass", lx_voter_names[kind],
				lx_voter_names[kind], lx_voter_names[kind]);
	lx_buf_str(out, ",text\n");
}

void lx_cli_ground_csv(struct ground_run *run)
{
	const struct lx_ground *g = &run->ground;
	unsigned groups = lx_cli_ground_shows_groups(run) ? g->k : 0;
	struct lx_buf *out = &run->cli->out;

	head(run, groups);
	for (size_t j = 0; j < g->statements; j++) {
		bool common = false;
		for (size_t i = 0; i < run->common_n; i++)
			common |= run->common[i].statement == j;
		lx_buf_printf(out, "%lld,%d,%d", (long long)g->statement[j], !g->out[j], common);
		real(out, g->common_agree[j]);
		real(out, g->common_disagree[j]);
		real(out, g->priority[j]);
		real(out, g->extremity[j]);
		count(out, g->all[j]);
		for (size_t h = 0; h < groups; h++)
			count(out, g->count[h * g->statements + j]);
		for (size_t kind = 0; kind < LX_VOTERS; kind++)
			if (run->others[kind] != NULL)
				others(out, run->others[kind][j]);
		lx_buf_char(out, ',');
		lx_csv_write(out, lx_cli_ground_says(run, j), ',');
		lx_buf_char(out, '\n');
	}
}
