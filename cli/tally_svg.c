/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Whose money went to which project: groups of voters at the left, funded projects at the right, ribbons as wide as
 * the money. Colours are the variables of the site's style sheet with the light values behind them, so that the
 * drawing stands alone too. Beyond SOURCES groups the smaller ones are drawn as one.
 */
#include "cli/tally.h"

#include "base/decimal.h"
#include "kernel/view/view.h"

#define WIDE     672
#define LEFT     150 /* where money leaves, */
#define RIGHT    372 /* and arrives */
#define BAR      6
#define TOP      34
#define MONEY    420.0 /* height of all money together */
#define GAP      16.0  /* between bars; two lines of a label stand beside even a thin one */
#define SOURCES  5
#define NAME_MAX 24 /* letters of a name; a wide one counts twice */

static const char *const colours[SOURCES] = { "var(--c1,#1B4B84)", "var(--c3,#2C7A68)",
	"var(--c2,#B05A12)", "var(--c4,#7A4B8C)", "var(--c0,#8C8A82)" };

/* What is drawn. `source[g]`: the place of a group; `paid[i * SOURCES + s]`: money of source s for winner i. */
struct drawing {
	struct lx_cli *cli;
	const struct lx_tally_report *tally;
	const struct lx_tally_money *money;
	size_t sources_n, targets_n;
	size_t *source;
	double *paid, *target, of[SOURCES], from[SOURCES], scale;
	struct lx_text name[SOURCES];
};

static bool more_voters(const struct lx_tally_money *money, size_t g, size_t h)
{
	return money->voters[g] != money->voters[h] ? money->voters[g] > money->voters[h] : g < h;
}

/* The largest groups get places of their own, the others share the last. */
static void place_groups(struct drawing *drawing)
{
	const struct lx_tally_money *money = drawing->money;
	size_t n = money->groups_n;

	drawing->sources_n = n < SOURCES ? n : SOURCES;
	for (size_t g = 0; g < n; g++) {
		size_t before = 0;
		for (size_t h = 0; h < n; h++)
			before += h != g && more_voters(money, h, g);
		drawing->source[g] = before < SOURCES ? before : SOURCES - 1;
		bool alone = before < SOURCES - 1 || n <= SOURCES;
		if (alone)
			drawing->name[before] =
				drawing->tally->pb.voter_groups_n == 0
					? lx_text(lx_tr(drawing->cli->lang, "cli.tally_svg_all"))
					: drawing->tally->pb.voter_groups[g];
	}
	if (n > SOURCES)
		drawing->name[SOURCES - 1] = lx_text(
			lx_tr(drawing->cli->lang, "cli.tally_svg_others"));
}

static enum lx_code sum_up(struct drawing *drawing)
{
	const struct lx_tally_money *money = drawing->money;
	size_t n = drawing->targets_n;
	double all = 0;

	drawing->source = lx_array(&drawing->cli->call, money->groups_n, sizeof(size_t));
	drawing->paid = lx_array(&drawing->cli->call, n, SOURCES * sizeof(double));
	drawing->target = lx_array(&drawing->cli->call, n, sizeof(double));
	if (drawing->source == NULL || drawing->paid == NULL || drawing->target == NULL)
		return LX_BROKEN;
	place_groups(drawing);
	for (size_t i = 0; i < n; i++)
		for (size_t g = 0; g < money->groups_n; g++) {
			double paid = money->paid[i * money->groups_n + g];
			drawing->paid[i * SOURCES + drawing->source[g]] += paid;
			drawing->of[drawing->source[g]] += paid;
			drawing->target[i] += paid;
			all += paid;
		}
	drawing->scale = all > 0 ? MONEY / all : 0;
	return LX_OK;
}

/* A name cut to what fits beside the drawing. */
static void write_name(struct lx_buf *out, struct lx_text name)
{
	size_t at = 0, wide = 0, end = 0;

	while (at < name.len && wide < NAME_MAX) {
		uint32_t code = lx_utf8_next(name.at, name.len, &at);
		wide += code >= 0x2e80 ? 2 : 1;
		end = at;
	}
	lx_view_text(out, NULL, (struct lx_text){ name.at, end });
	if (end < name.len)
		lx_buf_str(out, "…");
}

static void write_money(struct drawing *drawing, struct lx_buf *out, double amount)
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };

	lx_money_write(&text, (struct lx_money){ .minor = (int64_t)(amount + 0.5),
				      .places = drawing->tally->pb.election.places });
	lx_view_text(out, NULL, lx_buf_view(&text));
}

/* The bar of a source with its label left of it. */
static void draw_source(struct drawing *drawing, struct lx_buf *out, size_t s, double top)
{
	double high = drawing->of[s] * drawing->scale;

	drawing->from[s] = top;
	lx_buf_printf(out, "<rect x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" fill=\"%s\"/>\n",
		LEFT, top, BAR, high, colours[s]);
	lx_buf_printf(out,
		"<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" font-weight=\"600\" "
		"fill=\"var(--ink,#1A1C1E)\">",
		LEFT - 8, top + high / 2 - 3);
	write_name(out, drawing->name[s]);
	lx_buf_printf(out,
		"</text>\n<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" "
		"fill=\"var(--ink2,#54575B)\">",
		LEFT - 8, top + high / 2 + 14);
	write_money(drawing, out, drawing->of[s]);
	lx_buf_str(out, "</text>\n");
}

static void draw_ribbon(
	struct drawing *drawing, struct lx_buf *out, size_t s, double from, double to, double high)
{
	double left = LEFT + BAR, right = RIGHT, middle = (LEFT + BAR + RIGHT) / 2.0;

	(void)drawing;
	lx_buf_printf(out,
		"<path d=\"M%.1f,%.1fC%.1f,%.1f %.1f,%.1f %.1f,%.1fV%.1fC%.1f,%.1f %.1f,%.1f "
		"%.1f,%.1fZ\" fill=\"%s\" opacity=\".38\"/>\n",
		left, from, middle, from, middle, to, right, to, to + high, middle, to + high,
		middle, from + high, left, from + high, colours[s]);
}

/* The bar of a project, its ribbons and its label. */
static void draw_target(struct drawing *drawing, struct lx_buf *out, size_t i, double top)
{
	const struct lx_tally_report *tally = drawing->tally;
	uint16_t p = tally->result.rounds[i].project;
	struct lx_text name = lx_pb_cell(&tally->pb, p, "name");
	double high = drawing->target[i] * drawing->scale, at = top;

	for (size_t s = 0; s < drawing->sources_n; s++) {
		double wide = drawing->paid[i * SOURCES + s] * drawing->scale;
		if (wide <= 0)
			continue;
		draw_ribbon(drawing, out, s, drawing->from[s], at, wide);
		drawing->from[s] += wide;
		at += wide;
	}
	lx_buf_printf(out,
		"<rect x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" "
		"fill=\"var(--ink,#1A1C1E)\"/>\n<text x=\"%d\" y=\"%.1f\" "
		"fill=\"var(--ink,#1A1C1E)\">",
		RIGHT, top, BAR, high, RIGHT + BAR + 8, top + high / 2 + 5);
	write_name(out, name.len > 0 ? name : tally->pb.election.id[p]);
	lx_buf_char(out, ' ');
	write_money(drawing, out, drawing->target[i]);
	lx_buf_str(out, "</text>\n");
}

/* Bars stand so far apart that both sides are equally high. */
static double gap_of(size_t n, double height)
{
	return n > 1 ? (height - MONEY) / (double)(n - 1) : 0;
}

static void draw(struct drawing *drawing, struct lx_buf *out)
{
	size_t n = drawing->targets_n, most = n > drawing->sources_n ? n : drawing->sources_n;
	double height = MONEY + GAP * (double)(most > 0 ? most - 1 : 0), top = TOP;

	lx_buf_printf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" "
		"width=\"%drem\" role=\"img\" aria-label=\"",
		WIDE, height + TOP + 12, WIDE / 16);
	lx_view_text(out, NULL, lx_text(lx_tr(drawing->cli->lang, "cli.tally_svg")));
	lx_buf_printf(out,
		"\" font-family=\"sans-serif\" font-size=\"14\">\n<rect width=\"%d\" "
		"height=\"%.0f\" fill=\"var(--paper,#FFFFFF)\"/>\n<text x=\"0\" y=\"18\" "
		"font-weight=\"600\" fill=\"var(--ink,#1A1C1E)\">",
		WIDE, height + TOP + 12);
	lx_view_text(out, NULL, lx_text(lx_tr(drawing->cli->lang, "cli.tally_svg")));
	if (drawing->tally->pb.currency.len > 0) {
		lx_buf_str(out, " · ");
		lx_view_text(out, NULL, drawing->tally->pb.currency);
	}
	lx_buf_str(out, "</text>\n");
	for (size_t s = 0; s < drawing->sources_n; s++) {
		draw_source(drawing, out, s, top);
		top += drawing->of[s] * drawing->scale + gap_of(drawing->sources_n, height);
	}
	top = TOP;
	for (size_t i = 0; i < n; i++) {
		draw_target(drawing, out, i, top);
		top += drawing->target[i] * drawing->scale + gap_of(n, height);
	}
	lx_buf_str(out, "</svg>\n");
}

enum lx_code lx_cli_tally_svg(
	struct lx_cli *cli, const struct lx_tally_report *tally, const char *path)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	struct lx_tally_money money = tally->money;

	if (money.groups_n == 0)
		LX_TRY(lx_tally_follow_money(
			&cli->call, &tally->pb.election, &tally->setting, &tally->result, &money));
	struct drawing drawing = {
		.cli = cli, .tally = tally, .money = &money, .targets_n = tally->result.winners_n
	};
	LX_TRY(sum_up(&drawing));
	draw(&drawing, &out);
	return lx_cli_write(cli, path, lx_buf_view(&out));
}
