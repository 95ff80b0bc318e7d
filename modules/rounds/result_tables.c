/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The tables of a result: projects with what their supporters had, and rules beside each other. */
#include "modules/rounds/result.h"

#include "kernel/view/svg.h"

#include <stdio.h>
#include <string.h>

/* A bar of a project's money, in hundredths of a unit; the price stands at PRICE. */
#define BAR_WIDE  224
#define BAR_HIGH  14
#define PRICE     13400
#define BAR_LEAST 200

static struct lx_words tr(const struct lx_result *r, const char *id)
{
	return lx_words_str(lx_tr(r->reader->request->lang, id));
}
#define SAY(r, id, ...) lx_result_say((r), (id), (const char *const[]){ __VA_ARGS__, NULL })

static struct lx_text number(const struct lx_result *r, uint64_t n)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { .limit = 64 };
	struct lx_view view = lx_show_view(r->reader);

	lx_view_number(&out, &view, (int64_t)n);
	return lx_show_text(r->reader, "%s", lx_buf_failed(&out) ? "" : out.at);
}

static bool by_shares(const struct lx_result *r)
{
	return r->report.setting.rule == LX_RULE_MES && r->report.result.share_den > 0;
}

/* What the supporters of a project had before anything was bought, for reading. */
static double had(const struct lx_result *r, uint16_t project)
{
	const struct lx_tally_result *result = &r->report.result;

	return (double)r->projects[project].votes * (double)result->share_num /
	       (double)result->share_den;
}

static int64_t scaled(double amount, int64_t cost)
{
	double x = amount * PRICE / (double)cost;

	return x > BAR_WIDE * 100.0 ? BAR_WIDE * 100 : (int64_t)x;
}

/* Green what was paid, pale what they had besides; grey what a loser's supporters had left, and a line up to the price. */
static enum lx_code bar(const struct lx_result *r, uint16_t project, struct lx_html *html)
{
	const struct lx_result_project *p = &r->projects[project];
	int64_t cost = r->report.pb.election.cost[project], top = 200, high = 900;
	struct lx_svg svg;

	lx_svg_open(&svg, BAR_WIDE, BAR_HIGH, p->name.text);
	if (p->in) {
		int64_t end = scaled(had(r, project), cost);
		lx_svg_rect(&svg, "f-done", 0, top, PRICE, high);
		if (end > PRICE)
			lx_svg_rect(&svg, "f-bar", PRICE, top, end - PRICE, high);
	} else {
		int64_t end = p->lost == NULL ? 0 : scaled(p->lost->left, cost);
		lx_svg_rect(&svg, "f-rest", 0, top, end < BAR_LEAST ? BAR_LEAST : end, high);
		if (end < PRICE)
			lx_svg_line(&svg, "ax", end, top + high / 2, PRICE, top + high / 2);
	}
	lx_svg_line(&svg, "base", PRICE, 0, PRICE, BAR_HIGH * 100);
	return lx_svg_done(r->reader->call, &svg, html);
}

/* A winner's sentence: what its supporters had, and paid. */
static struct lx_words paid(const struct lx_result *r, uint16_t project)
{
	int64_t cost = r->report.pb.election.cost[project];

	if (!by_shares(r))
		return lx_words_str("");
	return SAY(r, "result.paid", lx_result_money(r, (int64_t)(had(r, project) + 0.5), true).at,
		lx_result_money(r, cost, false).at);
}

/* Whether a rule funds it; phones, which have no heads of columns, say by which rule. */
static struct lx_cell dot(const struct lx_result *r, bool in, struct lx_words rule)
{
	return (struct lx_cell){ .kind = LX_CELL_DATE,
		.words = in ? tr(r, "result.in") : lx_words_str("—"),
		.phone = SAY(r, "result.by_rule", rule.text.at) };
}

static enum lx_code project_row(
	const struct lx_result *r, size_t place, uint16_t project, struct lx_grid_row *row)
{
	const struct lx_result_project *p = &r->projects[project];
	struct lx_cell *cells = lx_array(r->reader->call, 6 + LX_RESULT_RIVALS, sizeof *cells);
	size_t n = 0;

	if (cells == NULL)
		return LX_BROKEN;
	cells[n++] = (struct lx_cell){ .kind = LX_CELL_REF,
		.words = lx_words(p->in ? number(r, place + 1) : LX_TEXT_OF("")) };
	cells[n++] = (struct lx_cell){
		.kind = LX_CELL_TITLE, .words = p->name, .link = p->link, .under = p->under
	};
	cells[n++] = (struct lx_cell){ .kind = LX_CELL_NUMBER,
		.words = lx_words(lx_result_money(r, r->report.pb.election.cost[project], false)) };
	cells[n++] = (struct lx_cell){ .kind = LX_CELL_NUMBER,
		.words = lx_words(number(r, p->votes)),
		.phone = tr(r, "result.votes_short") };
	cells[n] = (struct lx_cell){ .kind = LX_CELL_TEXT,
		.under = p->in ? paid(r, project) : lx_result_why(r, project) };
	if (by_shares(r) && !p->struck)
		LX_TRY(bar(r, project, &cells[n].bar));
	n++;
	cells[n++] = dot(r, p->in, tr(r, "result.this_rule"));
	for (size_t i = 0; i < r->rivals_n; i++)
		cells[n++] = dot(r, p->rivals[i],
			lx_result_rule(r, r->rivals[i]->rule, r->rivals[i]->utility,
				r->rivals[i]->completion));
	*row = (struct lx_grid_row){ .cells = cells, .cells_n = n, .current = false };
	return LX_OK;
}

static const struct lx_column *project_columns(const struct lx_result *r, size_t *n)
{
	struct lx_column *columns = lx_array(
		r->reader->call, 6 + LX_RESULT_RIVALS, sizeof *columns);

	*n = 0;
	if (columns == NULL)
		return NULL;
	columns[(*n)++] = (struct lx_column){ LX_CELL_REF, tr(r, "result.place") };
	columns[(*n)++] = (struct lx_column){ LX_CELL_TITLE, tr(r, "result.project") };
	columns[(*n)++] = (struct lx_column){ LX_CELL_NUMBER, tr(r, "result.price") };
	columns[(*n)++] = (struct lx_column){ LX_CELL_NUMBER, tr(r, "result.votes") };
	columns[(*n)++] = (struct lx_column){ LX_CELL_TEXT, tr(r, "result.why") };
	columns[(*n)++] = (struct lx_column){ LX_CELL_DATE, tr(r, "result.this_rule") };
	for (size_t i = 0; i < r->rivals_n; i++)
		columns[(*n)++] = (struct lx_column){ LX_CELL_DATE,
			lx_result_rule(r, r->rivals[i]->rule, r->rivals[i]->utility,
				r->rivals[i]->completion) };
	return columns;
}

enum lx_code lx_result_projects(const struct lx_result *r, struct lx_grid *grid)
{
	size_t all = r->report.pb.election.projects_n, from = (r->page - 1) * LX_RESULT_ROWS, n;
	size_t shown = all - from < LX_RESULT_ROWS ? all - from : LX_RESULT_ROWS;
	struct lx_grid_row *rows = lx_array(r->reader->call, shown, sizeof *rows);
	const struct lx_column *columns = project_columns(r, &n);

	if (rows == NULL || columns == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < shown; i++)
		LX_TRY(project_row(r, from + i, r->order[from + i], &rows[i]));
	*grid = (struct lx_grid){
		.columns = columns, .columns_n = n, .rows = rows, .rows_n = shown
	};
	return LX_OK;
}

/* --- rules beside each other ----------------------------------------------------------------- */

/* How many voters have at least one project that they named. */
static enum lx_code served(
	const struct lx_result *r, const struct lx_tally_result *result, struct lx_text *words)
{
	uint64_t by[LX_TALLY_SERVED];
	bool *in = lx_tally_report_funded(r->reader->call, &r->report, result);

	if (in == NULL)
		return LX_BROKEN;
	lx_tally_served(&r->report.pb.election, in, by);
	*words = result->voters == 0 ? LX_TEXT_OF("—")
				     : lx_show_text(r->reader, "%.1f %%",
					       100.0 * (double)(result->voters - by[0]) /
						       (double)result->voters);
	return LX_OK;
}

static enum lx_code rule_row(const struct lx_result *r, struct lx_words name,
	const struct lx_tally_result *result, const struct lx_tally_rival *rival,
	struct lx_grid_row *row)
{
	struct lx_cell *cells = lx_array(r->reader->call, 6, sizeof *cells);
	struct lx_text share;

	if (cells == NULL)
		return LX_BROKEN;
	LX_TRY(served(r, result, &share));
	cells[0] = (struct lx_cell){ .kind = LX_CELL_TITLE, .words = name };
	cells[1] = (struct lx_cell){ .words = lx_words(number(r, result->winners_n)) };
	cells[2] = (struct lx_cell){ .words = lx_words(
					     lx_result_money(r, result->total_cost, false)) };
	cells[3] = (struct lx_cell){ .words = lx_words(share) };
	cells[4] = (struct lx_cell){
		.words = lx_words(rival == NULL ? LX_TEXT_OF("—") : number(r, rival->prefer_it))
	};
	cells[5] = (struct lx_cell){
		.words = lx_words(rival == NULL ? LX_TEXT_OF("—") : number(r, rival->prefer_this))
	};
	for (size_t i = 1; i < 6; i++)
		cells[i].kind = LX_CELL_NUMBER;
	*row = (struct lx_grid_row){ .cells = cells, .cells_n = 6, .current = rival == NULL };
	return LX_OK;
}

enum lx_code lx_result_rules(const struct lx_result *r, struct lx_grid *grid)
{
	static const char *const heads[] = { "result.rule", "result.funded", "result.spent",
		"result.served", "result.prefer_it", "result.prefer_this" };
	struct lx_column *columns = lx_array(r->reader->call, 6, sizeof *columns);
	struct lx_grid_row *rows = lx_array(r->reader->call, 1 + r->report.rivals_n, sizeof *rows);

	if (columns == NULL || rows == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < 6; i++)
		columns[i] = (struct lx_column){ i == 0 ? LX_CELL_TITLE : LX_CELL_NUMBER,
			tr(r, heads[i]) };
	LX_TRY(rule_row(r,
		lx_result_rule(r, r->report.rule, r->report.utility, r->report.completion),
		&r->report.result, NULL, &rows[0]));
	for (size_t i = 0; i < r->report.rivals_n; i++) {
		const struct lx_tally_rival *rival = &r->report.rivals[i];
		LX_TRY(rule_row(r,
			lx_result_rule(r, rival->rule, rival->utility, rival->completion),
			&rival->result, rival, &rows[1 + i]));
	}
	*grid = (struct lx_grid){ .caption = tr(r, "result.rules"),
		.columns = columns,
		.columns_n = 6,
		.rows = rows,
		.rows_n = 1 + r->report.rivals_n,
		.compare = true };
	return LX_OK;
}
