/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* `lianxi ground` for a person to read: the finding first, then the lists with the counts behind them. */
#include "cli/columns.h"
#include "cli/ground.h"

#include <stdio.h>

#define SAYS_WIDTH 72 /* columns of a terminal a statement may take */

static const char *const group_names[LX_LANGS][LX_GROUPS_MOST] = {
	[LX_ZH] = { "甲", "乙", "丙", "丁", "戊" },
	[LX_EN] = { "A", "B", "C", "D", "E" },
};

const char *lx_cli_ground_group(const struct ground_run *run, unsigned g)
{
	return group_names[run->cli->lang][g];
}

static const char *tr(const struct ground_run *run, const char *id)
{
	return lx_tr(run->cli->lang, id);
}

static void heading(struct ground_run *run, const char *id)
{
	lx_buf_printf(&run->cli->out, "\n%s\n\n", tr(run, id));
}

/* A statement on one line, cut where the line would be too long. */
static void says(struct ground_run *run, struct lx_columns *table, size_t statement)
{
	struct lx_text text = lx_cli_ground_says(run, statement);
	char line[4 * SAYS_WIDTH + 8];
	size_t n = 0, at = 0, width = 0;

	while (at < text.len) {
		size_t from = at;
		uint32_t code = lx_utf8_next(text.at, text.len, &at);
		bool blank = code == ' ' || (code >= '\t' && code <= '\r');
		struct lx_text letter = { text.at + from, at - from };
		if (code < ' ' && !blank)
			continue;
		if (blank && (n == 0 || line[n - 1] == ' '))
			continue;
		width += blank ? 1 : lx_display_width(letter);
		if (width > SAYS_WIDTH || n + letter.len + 4 > sizeof line) {
			lx_columns_printf(table, "%.*s…", (int)n, line);
			return;
		}
		for (size_t i = 0; i < letter.len; i++)
			line[n++] = blank ? ' ' : letter.at[i];
	}
	lx_columns_cell(table, (struct lx_text){ line, n });
}

/* "94 %  312/331" */
static void share(struct lx_columns *table, uint32_t of, uint32_t votes)
{
	if (votes == 0)
		lx_columns_printf(table, "–");
	else
		lx_columns_printf(table, "%.0f %%  %u/%u", 100.0 * of / votes, of, votes);
}

static const char *const kinds[LX_VOTERS] = { "cli.ground.citizen", "cli.ground.organisation",
	"cli.ground.government" };

static void head_groups(struct ground_run *run, struct lx_columns *table)
{
	lx_columns_printf(table, "#");
	for (unsigned g = 0; g < run->ground.k; g++)
		lx_columns_printf(table, "%s", lx_cli_ground_group(run, g));
	for (size_t kind = 0; kind < LX_VOTERS; kind++)
		if (run->others[kind] != NULL)
			lx_columns_printf(table, "%s", tr(run, kinds[kind]));
	lx_columns_printf(table, "%s", tr(run, "cli.ground.statement"));
}

static void row_groups(struct ground_run *run, struct lx_columns *table, size_t j, bool agree)
{
	const struct lx_ground *g = &run->ground;

	lx_columns_printf(table, "%lld", (long long)g->statement[j]);
	for (size_t h = 0; h < g->k; h++) {
		struct lx_count count = g->count[h * g->statements + j];
		share(table, agree ? count.agree : count.disagree, count.votes);
	}
	for (size_t kind = 0; kind < LX_VOTERS; kind++)
		if (run->others[kind] != NULL)
			share(table,
				agree ? run->others[kind][j].agree : run->others[kind][j].disagree,
				run->others[kind][j].votes);
	says(run, table, j);
}

static const char align[] = "rrrrrrrr";

/* Shares of agreement, group by group. */
static enum lx_code list_groups(
	struct ground_run *run, const char *title, const struct lx_found *list, size_t n)
{
	char columns[LX_GROUPS_MOST + LX_VOTERS + 3];
	int others = 0;
	struct lx_columns table = { .call = &run->cli->call, .align = columns };

	for (size_t kind = 0; kind < LX_VOTERS; kind++)
		others += run->others[kind] != NULL;
	(void)snprintf(columns, sizeof columns, "%.*sl", (int)run->ground.k + 1 + others, align);
	heading(run, title);
	if (n == 0) {
		lx_buf_printf(&run->cli->out, "%s\n", tr(run, "cli.ground.none"));
		return LX_OK;
	}
	head_groups(run, &table);
	for (size_t i = 0; i < n && i < 2 * GROUND_LISTED; i++)
		row_groups(run, &table, list[i].statement, true);
	return lx_columns_write(&table, &run->cli->out);
}

static enum lx_code list_voices(struct ground_run *run, const struct lx_voice *voices, size_t n)
{
	struct lx_columns table = { .call = &run->cli->call, .align = "rlrl" };

	if (n == 0) {
		lx_buf_printf(&run->cli->out, "%s\n", tr(run, "cli.ground.none"));
		return LX_OK;
	}
	lx_columns_printf(&table, "#");
	lx_columns_printf(&table, "%s", tr(run, "cli.ground.side"));
	lx_columns_printf(&table, "%s", tr(run, "cli.ground.share"));
	lx_columns_printf(&table, "%s", tr(run, "cli.ground.statement"));
	for (size_t i = 0; i < n; i++) {
		lx_columns_printf(
			&table, "%lld", (long long)run->ground.statement[voices[i].statement]);
		lx_columns_printf(&table, "%s",
			tr(run, voices[i].agree ? "cli.ground.agree" : "cli.ground.disagree"));
		share(&table, voices[i].successes, voices[i].trials);
		says(run, &table, voices[i].statement);
	}
	return lx_columns_write(&table, &run->cli->out);
}

static enum lx_code majority(struct ground_run *run)
{
	struct lx_voice voices[2 * LX_LISTED];
	size_t n = lx_ground_majority(&run->ground, true, voices);

	n += lx_ground_majority(&run->ground, false, voices + n);
	heading(run, "cli.ground.majority");
	return list_voices(run, voices, n);
}

/* "In the reruns it had 40 to 52 people; 93 % of its members came back." */
static void group_returned(struct ground_run *run, const struct lx_returned *returned)
{
	char least[24], most[24], kept[24];

	(void)snprintf(least, sizeof least, "%.0f", returned->least);
	(void)snprintf(most, sizeof most, "%.0f", returned->most);
	(void)snprintf(kept, sizeof kept, "%.0f", 100 * returned->kept);
	lx_say(&run->cli->out, run->cli->lang, "cli.ground.returned", least, most, kept);
	lx_buf_char(&run->cli->out, '\n');
}

static enum lx_code group_voices(struct ground_run *run)
{
	for (unsigned g = 0; g < run->ground.k; g++) {
		struct lx_voice voices[LX_LISTED + 1];
		size_t n = lx_ground_speaks(&run->ground, g, voices);
		char size[24];
		(void)snprintf(size, sizeof size, "%u", run->ground.split[run->ground.k].size[g]);
		lx_buf_char(&run->cli->out, '\n');
		lx_say(&run->cli->out, run->cli->lang, "cli.ground.speaks",
			lx_cli_ground_group(run, g), size);
		lx_buf_char(&run->cli->out, '\n');
		if (run->ground.reruns > 0)
			group_returned(run, &run->ground.returned[g]);
		lx_buf_char(&run->cli->out, '\n');
		LX_TRY(list_voices(run, voices, n));
	}
	return LX_OK;
}

static enum lx_code short_list(struct ground_run *run)
{
	struct lx_columns table = { .call = &run->cli->call, .align = "rrl" };

	heading(run, "cli.ground.shortlist");
	lx_columns_printf(&table, "#");
	lx_columns_printf(&table, "%s", tr(run, "cli.ground.share"));
	lx_columns_printf(&table, "%s", tr(run, "cli.ground.statement"));
	for (size_t i = 0; i < run->list_n; i++) {
		size_t j = run->list[i].statement;
		lx_columns_printf(&table, "%lld", (long long)run->ground.statement[j]);
		share(&table, run->ground.all[j].agree, run->ground.all[j].votes);
		says(run, &table, j);
	}
	return lx_columns_write(&table, &run->cli->out);
}

/* Organisations and governments beside those who are grouped, one row each. */
static enum lx_code other_voices(struct ground_run *run)
{
	const struct lx_opinions *o = &run->everybody;
	struct lx_columns table = { .call = &run->cli->call, .align = "rlrrr" };
	size_t n = 0;

	lx_columns_printf(&table, "#");
	lx_columns_printf(&table, "%s", tr(run, "cli.ground.kind_head"));
	lx_columns_printf(&table, "%s", tr(run, "cli.ground.agree"));
	lx_columns_printf(&table, "%s", tr(run, "cli.ground.pass"));
	lx_columns_printf(&table, "%s", tr(run, "cli.ground.disagree"));
	for (size_t i = 0; i < o->people; i++) {
		size_t said[3] = { 0 };
		if (o->kind[i] == run->kind || o->kind[i] == LX_CITIZEN)
			continue;
		for (size_t v = o->from[i]; v < o->from[i + 1]; v++)
			said[o->cell[v] & 3]++;
		lx_columns_printf(&table, "%lld", (long long)o->person[i]);
		lx_columns_printf(&table, "%s", tr(run, kinds[o->kind[i]]));
		for (int s = 2; s >= 0; s--)
			lx_columns_printf(&table, "%zu", said[s]);
		n++;
	}
	if (n == 0)
		return LX_OK;
	heading(run, "cli.ground.others");
	return lx_columns_write(&table, &run->cli->out);
}

static void say_number(struct ground_run *run, const char *id, const char *format, double number)
{
	char digits[32];

	(void)snprintf(digits, sizeof digits, format, number);
	lx_say(&run->cli->out, run->cli->lang, id, digits);
	lx_buf_char(&run->cli->out, '\n');
}

static void say_count(struct ground_run *run, const char *id, size_t n)
{
	lx_say_count(&run->cli->out, run->cli->lang, id, (int64_t)n);
	lx_buf_char(&run->cli->out, '\n');
}

static void finding(struct ground_run *run)
{
	const struct lx_ground *g = &run->ground;
	struct lx_buf *out = &run->cli->out;

	say_count(run, "cli.ground.people", g->people);
	say_count(run, "cli.ground.votes", g->votes);
	say_count(run, "cli.ground.considered", g->kept);
	say_count(run, "cli.ground.placed", g->grouped);
	if (g->k < 2) {
		lx_buf_printf(out, "%s\n", tr(run, "cli.ground.no_groups"));
		return;
	}
	if (!lx_cli_ground_shows_groups(run)) {
		say_number(run, "cli.ground.unstable", "%.2f", g->stability);
		return;
	}
	say_count(run, "cli.ground.groups", g->k);
	if (g->reruns > 0)
		say_number(run, g->stable ? "cli.ground.stable" : "cli.ground.unstable_forced",
			"%.2f", g->stability);
	if (!g->determined)
		lx_buf_printf(out, "%s\n", tr(run, "cli.ground.no_axes"));
}

enum lx_code lx_cli_ground_text(struct ground_run *run)
{
	finding(run);
	if (lx_cli_ground_shows_groups(run)) {
		LX_TRY(list_groups(run, "cli.ground.common", run->common, run->common_n));
		LX_TRY(list_groups(run, "cli.ground.divides", run->divides, run->divides_n));
		LX_TRY(group_voices(run));
	}
	LX_TRY(majority(run));
	if (run->list_n > 0)
		LX_TRY(short_list(run));
	return other_voices(run);
}
