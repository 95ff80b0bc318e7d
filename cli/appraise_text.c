/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The report of lianxi appraise as text. Findings by row with the same rows stand side by side in one
 * table; a table of findings that is wider than it is high is turned.
 */
#include "cli/appraise.h"
#include "cli/columns.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WIDE_MOST 12 /* a table with more columns than this is not for a terminal */

static const char *label(const struct lx_cli *cli, const struct lx_appraise_finding *f)
{
	char id[96];

	(void)snprintf(id, sizeof id, "appraise.key.%s", f->label);
	return lx_has(id) ? lx_tr(cli->lang, id) : f->label;
}

static void put_number(struct lx_cli *cli, struct lx_columns *table, double x, bool whole)
{
	if (isnan(x))
		lx_columns_cell(table, lx_text(lx_tr(cli->lang, "appraise.undefined")));
	else if (whole)
		lx_columns_printf(table, "%.0f", x);
	else if (x == 0 || (fabs(x) >= 1e-3 && fabs(x) < 1e6))
		lx_columns_printf(table, "%.4f", x);
	else
		lx_columns_printf(table, "%.4g", x);
}

static void put_word(struct lx_cli *cli, struct lx_columns *table, const char *word)
{
	char id[96];

	(void)snprintf(id, sizeof id, "appraise.word.%s", word);
	lx_columns_cell(table, lx_text(lx_tr(cli->lang, id)));
}

static void put_links(struct lx_columns *table, const struct lx_appraise_finding *f, size_t row)
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };

	for (size_t k = f->links->first[row]; k < f->links->first[row + 1]; k++) {
		lx_buf_str(&text, text.len > 0 ? ", " : "");
		lx_buf_text(&text, f->names[f->links->unit[k]]);
		lx_buf_printf(&text, " × %.4g", f->links->multiplier[k]);
	}
	lx_columns_cell(table, lx_buf_view(&text));
}

static bool by_row(const struct lx_appraise_finding *f)
{
	return f->shape == LX_SHAPE_ROWS || f->shape == LX_SHAPE_WORDS ||
	       f->shape == LX_SHAPE_LINKS;
}

/* One table of n findings that share their rows. */
static enum lx_code write_rows(struct lx_cli *cli, const struct lx_appraise_finding *f, size_t n)
{
	char align[LX_COLUMNS_MAX + 1] = "l";
	struct lx_columns table = { .call = &cli->call, .align = align };

	lx_columns_cell(&table, lx_text(""));
	for (size_t k = 0; k < n; k++) {
		align[k + 1] = f[k].shape == LX_SHAPE_ROWS ? 'r' : 'l';
		lx_columns_cell(&table, lx_text(label(cli, &f[k])));
	}
	for (size_t r = 0; r < f[0].rows; r++) {
		lx_columns_cell(&table, f[0].names[r]);
		for (size_t k = 0; k < n; k++) {
			if (f[k].shape == LX_SHAPE_ROWS)
				put_number(cli, &table, f[k].at[r], f[k].whole);
			else if (f[k].shape == LX_SHAPE_WORDS)
				put_word(cli, &table, f[k].words[r]);
			else
				put_links(&table, &f[k], r);
		}
	}
	return lx_columns_write(&table, &cli->out);
}

static enum lx_code write_table(struct lx_cli *cli, const struct lx_appraise_finding *f)
{
	bool turn = f->columns > WIDE_MOST && f->rows <= WIDE_MOST;
	size_t rows = turn ? f->columns : f->rows, columns = turn ? f->rows : f->columns;
	const struct lx_text *down = turn ? f->across : f->names,
			     *across = turn ? f->names : f->across;
	char align[WIDE_MOST + 2] = "lrrrrrrrrrrrr";
	struct lx_columns table = { .call = &cli->call, .align = align };

	lx_buf_printf(&cli->out, "%s\n", label(cli, f));
	if (columns > WIDE_MOST) {
		lx_say(&cli->out, cli->lang, "cli.appraise_wide", NULL);
		lx_buf_char(&cli->out, '\n');
		return LX_OK;
	}
	align[columns + 1] = '\0';
	lx_columns_cell(&table, lx_text(""));
	for (size_t c = 0; c < columns; c++)
		lx_columns_cell(&table, across[c]);
	for (size_t r = 0; r < rows; r++) {
		lx_columns_cell(&table, down[r]);
		for (size_t c = 0; c < columns; c++)
			put_number(cli, &table,
				turn ? f->at[c * f->columns + r] : f->at[r * f->columns + c],
				f->whole);
	}
	return lx_columns_write(&table, &cli->out);
}

static const char *name_copy(struct lx_cli *cli, struct lx_text name)
{
	const char *copy = lx_arena_copy(cli->call.arena, name.at, name.len);

	return copy == NULL ? "" : copy;
}

/* "A is 0.12 ahead of B; they would swap if the weight of C fell from 0.3 to 0.1." */
static void write_swaps(struct lx_cli *cli, const struct lx_appraise_finding *f)
{
	for (size_t i = 0; i < f->rows; i++) {
		const struct lx_weight_swap *s = &f->swaps[i];
		char margin[32], from[32], to[32];
		(void)snprintf(margin, sizeof margin, "%.4g", s->margin);
		(void)snprintf(from, sizeof from, "%.4g", s->weight_from);
		(void)snprintf(to, sizeof to, "%.4g", s->weight_to);
		const char *above = name_copy(cli, f->names[s->above]);
		const char *below = name_copy(cli, f->names[s->below]);
		if (s->column == SIZE_MAX)
			lx_say(&cli->out, cli->lang, "appraise.swap_never", above, margin, below);
		else
			lx_say(&cli->out, cli->lang, "appraise.swap", above, margin, below,
				name_copy(cli, f->across[s->column]), from, to);
		lx_buf_char(&cli->out, '\n');
	}
}

static void write_number(struct lx_cli *cli, const struct lx_appraise_finding *f)
{
	if (isnan(f->at[0]))
		lx_buf_printf(&cli->out, "%s: %s\n", label(cli, f),
			lx_tr(cli->lang, "appraise.undefined"));
	else
		lx_buf_printf(&cli->out, "%s: %.6g\n", label(cli, f), f->at[0]);
}

static enum lx_code write_findings(struct lx_cli *cli, const struct lx_appraise_section *section)
{
	for (size_t i = 0; i < section->findings;) {
		const struct lx_appraise_finding *f = &section->finding[i++];
		size_t n = 1;
		while (by_row(f) && i < section->findings && by_row(&f[n]) &&
			f[n].names == f->names && f[n].rows == f->rows) {
			i++;
			n++;
		}
		if (by_row(f))
			LX_TRY(write_rows(cli, f, n));
		else if (f->shape == LX_SHAPE_NUMBER)
			write_number(cli, f);
		else if (f->shape == LX_SHAPE_SWAPS)
			write_swaps(cli, f);
		else
			LX_TRY(write_table(cli, f));
		if (f->shape != LX_SHAPE_NUMBER)
			lx_buf_char(&cli->out, '\n');
	}
	return LX_OK;
}

enum lx_code lx_appraise_text(struct lx_cli *cli, const struct lx_appraise_report *report)
{
	for (size_t s = 0; s < report->sections; s++) {
		const struct lx_appraise_section *section = &report->section[s];
		char id[96];
		(void)snprintf(id, sizeof id, "appraise.method.%s", section->method);
		lx_buf_printf(&cli->out, "%s%s\n\n", s > 0 ? "\n" : "", lx_tr(cli->lang, id));
		LX_TRY(write_findings(cli, section));
		for (size_t i = 0; i < section->remarks; i++) {
			lx_buf_str(&cli->out, "• ");
			lx_appraise_say(&cli->out, cli->lang, &section->remark[i]);
			lx_buf_char(&cli->out, '\n');
		}
		(void)snprintf(id, sizeof id, "appraise.method.%s?", section->method);
		lx_buf_printf(&cli->out, "%s\n", lx_tr(cli->lang, id));
	}
	return LX_OK;
}
