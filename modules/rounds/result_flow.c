/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the supporters of losers paid to winners, under Equal Shares: as a picture, as its table, as separated values. One voter may
 * support several losers, so what two losers' supporters paid is not to be added up.
 */
#include "modules/rounds/result.h"

#include "base/csv.h"
#include "kernel/view/svg.h"

#include <stdio.h>
#include <string.h>

#define WIDE  860 /* units of the picture */
#define LEFT  285
#define RIGHT 575
#define GAP   14
#define PER   300 /* units of height for all the money together */
#define LABEL 26  /* characters of a name beside the picture */

/* The losers and winners that are shown by themselves. `paid[i][k]`, k = winners_n for the other winners. */
struct flow {
	uint16_t losers[LX_RESULT_FLOWS];
	size_t losers_n, winners[LX_RESULT_FLOWS], winners_n;
	double paid[LX_RESULT_FLOWS][LX_RESULT_FLOWS + 1], sum;
};

static double received(const struct lx_result *r, const struct flow *f, size_t winner)
{
	double sum = 0;

	for (size_t i = 0; i < f->losers_n; i++)
		sum += r->projects[f->losers[i]].lost->paid[winner];
	return sum;
}

/* The winners that took most from the losers shown, most first. */
static void choose_winners(const struct lx_result *r, struct flow *f)
{
	for (size_t w = 0; w < r->report.result.winners_n; w++) {
		double own = received(r, f, w);
		size_t at = f->winners_n;
		while (at > 0 && received(r, f, f->winners[at - 1]) < own)
			at--;
		if (own <= 0 || at == LX_RESULT_FLOWS)
			continue;
		size_t kept = f->winners_n < LX_RESULT_FLOWS ? f->winners_n : LX_RESULT_FLOWS - 1;
		memmove(&f->winners[at + 1], &f->winners[at], (kept - at) * sizeof f->winners[0]);
		f->winners[at] = w;
		f->winners_n = kept + 1;
	}
}

static void fill(const struct lx_result *r, struct flow *f)
{
	for (size_t i = 0; i < f->losers_n; i++) {
		const struct lx_tally_loser *lost = r->projects[f->losers[i]].lost;
		double all = 0, named = 0;
		for (size_t w = 0; w < r->report.result.winners_n; w++)
			all += lost->paid[w];
		for (size_t k = 0; k < f->winners_n; k++)
			named += f->paid[i][k] = lost->paid[f->winners[k]];
		f->paid[i][f->winners_n] = all - named > 0.5 ? all - named : 0;
		f->sum += all;
	}
}

static bool flow_of(const struct lx_result *r, struct flow *f)
{
	*f = (struct flow){ 0 };
	if (r->report.setting.rule != LX_RULE_MES)
		return false;
	for (size_t i = r->report.result.winners_n;
		i < r->report.pb.election.projects_n && f->losers_n < LX_RESULT_FLOWS; i++) {
		const struct lx_tally_loser *lost = r->projects[r->order[i]].lost;
		if (lost != NULL && lost->paid != NULL && lost->had > lost->left)
			f->losers[f->losers_n++] = r->order[i];
	}
	choose_winners(r, f);
	fill(r, f);
	return f->sum > 0;
}

static uint16_t winner(const struct lx_result *r, const struct flow *f, size_t k)
{
	return r->report.result.rounds[f->winners[k]].project;
}

static bool has_others(const struct flow *f)
{
	bool any = false;

	for (size_t i = 0; i < f->losers_n; i++)
		any = any || f->paid[i][f->winners_n] > 0;
	return any;
}

static struct lx_text money(const struct lx_result *r, double minor)
{
	return lx_result_money(r, (int64_t)(minor + 0.5), true);
}

static struct lx_text short_name(const struct lx_result *r, struct lx_text name)
{
	size_t at = 0, characters = 0, most = r->reader->request->lang == LX_ZH ? LABEL / 2 : LABEL;

	while (at < name.len && characters++ < most)
		(void)lx_utf8_next(name.at, name.len, &at);
	return at == name.len ? name : lx_show_text(r->reader, "%.*s…", (int)at, name.at);
}

static struct lx_words other(const struct lx_result *r)
{
	return lx_words_str(lx_tr(r->reader->request->lang, "result.other_winners"));
}

/* --- the picture ------------------------------------------------------------------------------ */

static int64_t height(const struct flow *f, double amount)
{
	return (int64_t)(amount / f->sum * PER * 100);
}

static void label(struct lx_svg *svg, const struct lx_result *r, bool left, int64_t y,
	struct lx_text name, double amount)
{
	struct lx_text words = lx_show_text(
		r->reader, "%.*s %s", (int)name.len, name.at, money(r, amount).at);

	lx_svg_text(svg, left ? "e" : "m", (left ? LEFT - 10 : RIGHT + 14) * INT64_C(100), y + 500,
		words);
}

/* Bands begin under each other at the left and end under each other at the right. */
static void bands(struct lx_svg *svg, const struct lx_result *r, const struct flow *f)
{
	static const char *const classes[] = { "band s-c1", "band s-c2", "band s-c3", "band s-c4" };
	int64_t right[LX_RESULT_FLOWS + 1], from = GAP * 100, to = GAP * 100;
	size_t ends = f->winners_n + (has_others(f) ? 1 : 0);
	double taken[LX_RESULT_FLOWS + 1] = { 0 };

	for (size_t k = 0; k < ends; k++) {
		for (size_t i = 0; i < f->losers_n; i++)
			taken[k] += f->paid[i][k];
		right[k] = to;
		lx_svg_rect(svg, "f-ink", RIGHT * 100, to, 600, height(f, taken[k]) + 100);
		label(svg, r, false, to + height(f, taken[k]) / 2,
			k < f->winners_n ? short_name(r, r->projects[winner(r, f, k)].name.text)
					 : other(r).text,
			taken[k]);
		to += height(f, taken[k]) + 2 * GAP * 100;
	}
	for (size_t i = 0; i < f->losers_n; i++) {
		double sum = 0;
		for (size_t k = 0; k < ends; k++)
			sum += f->paid[i][k];
		lx_svg_rect(svg, "f-rest", (LEFT - 6) * 100, from, 600, height(f, sum) + 100);
		label(svg, r, true, from + height(f, sum) / 2,
			short_name(r, r->projects[f->losers[i]].name.text), sum);
		int64_t begin = from;
		for (size_t k = 0; k < ends; k++) {
			int64_t wide = height(f, f->paid[i][k]);
			if (wide > 0)
				lx_svg_band(svg, classes[i % 4], LEFT * 100, begin + wide / 2,
					RIGHT * 100, right[k] + wide / 2, wide);
			begin += wide;
			right[k] += wide;
		}
		from += height(f, sum) + 2 * GAP * 100;
	}
}

enum lx_code lx_result_picture(const struct lx_result *r, struct lx_html *html)
{
	struct lx_svg svg;
	struct flow f;

	*html = (struct lx_html){ 0 };
	if (!flow_of(r, &f))
		return LX_OK;
	size_t ends = f.winners_n + (has_others(&f) ? 1 : 0);
	size_t most = ends > f.losers_n ? ends : f.losers_n;
	lx_svg_open(&svg, WIDE, PER + GAP * 2 * (int)(most + 1),
		lx_text(lx_tr(r->reader->request->lang, "result.picture")));
	bands(&svg, r, &f);
	return lx_svg_done(r->reader->call, &svg, html);
}

/* --- the table -------------------------------------------------------------------------------- */

static const struct lx_column *columns_of(
	const struct lx_result *r, const struct flow *f, size_t ends, size_t *n)
{
	struct lx_column *columns = lx_array(r->reader->call, LX_RESULT_FLOWS + 3, sizeof *columns);

	*n = 0;
	if (columns == NULL)
		return NULL;
	columns[(*n)++] = (struct lx_column){ LX_CELL_TITLE,
		lx_words_str(lx_tr(r->reader->request->lang, "result.supporters_of")) };
	for (size_t k = 0; k < ends; k++)
		columns[(*n)++] = (struct lx_column){ LX_CELL_NUMBER,
			k < f->winners_n
				? lx_words(short_name(r, r->projects[winner(r, f, k)].name.text))
				: other(r) };
	columns[(*n)++] = (struct lx_column){ LX_CELL_NUMBER,
		lx_words_str(lx_tr(r->reader->request->lang, "result.left")) };
	return columns;
}

enum lx_code lx_result_flows(const struct lx_result *r, struct lx_grid *grid)
{
	struct flow f;
	size_t n;

	*grid = (struct lx_grid){ 0 };
	if (!flow_of(r, &f))
		return LX_OK;
	size_t ends = f.winners_n + (has_others(&f) ? 1 : 0);
	const struct lx_column *columns = columns_of(r, &f, ends, &n);
	struct lx_grid_row *rows = lx_array(r->reader->call, f.losers_n, sizeof *rows);
	if (columns == NULL || rows == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < f.losers_n; i++) {
		const struct lx_result_project *p = &r->projects[f.losers[i]];
		struct lx_cell *cells = lx_array(r->reader->call, n, sizeof *cells);
		if (cells == NULL)
			return LX_BROKEN;
		cells[0] = (struct lx_cell){ .kind = LX_CELL_TITLE, .words = p->name };
		for (size_t k = 0; k < ends; k++)
			cells[1 + k] = (struct lx_cell){ .kind = LX_CELL_NUMBER,
				.words = lx_words(f.paid[i][k] > 0 ? money(r, f.paid[i][k])
								   : LX_TEXT_OF("—")) };
		cells[1 + ends] = (struct lx_cell){ .kind = LX_CELL_NUMBER,
			.words = lx_words(money(r, p->lost->left)) };
		rows[i] = (struct lx_grid_row){ .cells = cells, .cells_n = n };
	}
	*grid = (struct lx_grid){ .columns = columns,
		.columns_n = n,
		.rows = rows,
		.rows_n = f.losers_n,
		.compare = true };
	return LX_OK;
}

/* --- separated values ------------------------------------------------------------------------- */

static void csv_amount(struct lx_buf *out, const struct lx_result *r, double minor)
{
	lx_buf_char(out, ',');
	lx_decimal_write(out, (int64_t)(minor + 0.5), r->unit.places);
}

void lx_result_flows_csv(const struct lx_result *r, struct lx_buf *out)
{
	const struct lx_tally_election *e = &r->report.pb.election;

	lx_buf_str(out, "loser,supporters,had,left,winner,paid\r\n");
	for (size_t i = r->report.result.winners_n; i < e->projects_n; i++) {
		const struct lx_tally_loser *lost = r->projects[r->order[i]].lost;
		for (size_t w = 0;
			lost != NULL && lost->paid != NULL && w < r->report.result.winners_n; w++) {
			if (lost->paid[w] <= 0)
				continue;
			lx_csv_write(out, e->id[lost->project], ',');
			lx_buf_printf(out, ",%llu", (unsigned long long)lost->supporters);
			csv_amount(out, r, lost->had);
			csv_amount(out, r, lost->left);
			lx_buf_char(out, ',');
			lx_csv_write(out, e->id[r->report.result.rounds[w].project], ',');
			csv_amount(out, r, lost->paid[w]);
			lx_buf_str(out, "\r\n");
		}
	}
}
