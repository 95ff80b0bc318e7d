/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The map of opinions: one mark a person, a shape and a colour for each group, a pale hull, labels outside
 * the cloud. Colours are the variables of the site's style sheet with the light values behind them, so
 * that the drawing stands alone too. At most MARKS people a group are drawn, every n-th by number.
 */
#include "cli/ground.h"

#include <stdio.h>
#include <stdlib.h>

#define WIDE   672
#define HIGH   520
#define LABELS 64 /* above and below the cloud, for labels */
#define SIDE   14
#define MARKS  600

static const char *const colours[LX_GROUPS_MOST] = { "var(--c1,#1B4B84)", "var(--c2,#B05A12)",
	"var(--c3,#2C7A68)", "var(--c4,#7A4B8C)", "var(--c0,#8C8A82)" };

struct point {
	double x, y;
};

/* From the map's coordinates to the drawing's; one scale for both axes. */
struct frame {
	double left, top, scale;
};

static struct frame frame_of(const struct lx_ground *g)
{
	double low[2] = { 0, 0 }, high[2] = { 0, 0 };
	bool some = false;

	for (size_t i = 0; i < g->people; i++)
		for (size_t c = 0; c < 2 && g->group[i] != LX_NO_GROUP; c++) {
			double at = g->xy[i][c];
			low[c] = !some || at < low[c] ? at : low[c];
			high[c] = !some || at > high[c] ? at : high[c];
			some |= c == 1;
		}
	double w = high[0] - low[0], h = high[1] - low[1];
	double across = w > 0 ? (WIDE - 2 * SIDE - 8) / w : 1;
	double down = h > 0 ? (HIGH - 2 * LABELS - 8) / h : 1;
	double scale = across < down ? across : down;
	return (struct frame){ WIDE / 2.0 - scale * (low[0] + high[0]) / 2,
		HIGH / 2.0 + scale * (low[1] + high[1]) / 2, scale };
}

static struct point place(const struct frame *f, const double xy[2])
{
	return (struct point){ f->left + f->scale * xy[0], f->top - f->scale * xy[1] };
}

static int by_place(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	if (x->x != y->x)
		return x->x < y->x ? -1 : 1;
	return (x->y > y->y) - (x->y < y->y);
}

static double turn(struct point a, struct point b, struct point c)
{
	return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/* Convex hull by Andrew's monotone chain; hull has room for n + 1. */
static size_t hull_of(struct point *points, size_t n, struct point *hull)
{
	size_t kept = 0;

	qsort(points, n, sizeof *points, by_place);
	for (size_t i = 0; i < n; i++) {
		while (kept >= 2 && turn(hull[kept - 2], hull[kept - 1], points[i]) <= 0)
			kept--;
		hull[kept++] = points[i];
	}
	size_t lower = kept + 1;
	for (size_t i = n - 1; i-- > 0;) {
		while (kept >= lower && turn(hull[kept - 2], hull[kept - 1], points[i]) <= 0)
			kept--;
		hull[kept++] = points[i];
	}
	return kept;
}

static void draw_hull(struct lx_buf *out, const struct point *hull, size_t n, unsigned g)
{
	lx_buf_str(out, "<polygon points=\"");
	for (size_t i = 0; i + 1 < n; i++)
		lx_buf_printf(out, "%s%.1f,%.1f", i > 0 ? " " : "", hull[i].x, hull[i].y);
	lx_buf_printf(out, "\" fill=\"%s\" opacity=\".09\"/>\n", colours[g]);
}

/* ● ■ ▲ ◆ and, for a fifth group, ▼. */
static void draw_mark(struct lx_buf *out, struct point p, unsigned g)
{
	static const char *const shapes[LX_GROUPS_MOST] = {
		NULL,
		"h5.6v5.6h-5.6z",
		"l3.7,6.6h-7.4z",
		"l3.9,3.9l-3.9,3.9l-3.9,-3.9z",
		"h7.4l-3.7,6.6z",
	};
	static const double dx[LX_GROUPS_MOST] = { 0, -2.8, 0, 0, -3.7 };
	static const double dy[LX_GROUPS_MOST] = { 0, -2.8, -4.4, -3.9, -2.2 };

	if (g == 0)
		lx_buf_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>", p.x, p.y);
	else
		lx_buf_printf(
			out, "<path d=\"M%.1f,%.1f%s\"/>", p.x + dx[g], p.y + dy[g], shapes[g]);
}

static enum lx_code draw_group(
	struct ground_run *run, struct lx_buf *out, const struct frame *frame, unsigned g)
{
	const struct lx_ground *ground = &run->ground;
	size_t n = ground->split[ground->k].size[g], kept = 0;
	struct point *points = lx_array(&run->cli->call, n + 1, sizeof *points);
	struct point *hull = lx_array(&run->cli->call, 2 * n + 2, sizeof *hull);

	if (points == NULL || hull == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < ground->people; i++)
		if (ground->group[i] == g)
			points[kept++] = place(frame, ground->xy[i]);
	if (kept == 0)
		return LX_OK;
	lx_buf_printf(out, "<g fill=\"%s\" opacity=\".75\">", colours[g]);
	size_t marks = kept < MARKS ? kept : MARKS;
	for (size_t i = 0; i < marks; i++)
		draw_mark(out, points[i * kept / marks], g);
	lx_buf_str(out, "</g>\n");
	if (kept > 2)
		draw_hull(out, hull, hull_of(points, kept, hull), g);
	return LX_OK;
}

/* Labels stand in the corner nearest to their group that is still free. */
static void draw_labels(struct ground_run *run, struct lx_buf *out)
{
	static const struct {
		int x, y;
		const char *anchor;
	} corners[LX_GROUPS_MOST] = { { SIDE, 28, "start" }, { WIDE - SIDE, 28, "end" },
		{ SIDE, HIGH - 30, "start" }, { WIDE - SIDE, HIGH - 30, "end" },
		{ WIDE / 2, HIGH - 30, "middle" } };
	const struct lx_ground *ground = &run->ground;
	double mean[LX_GROUPS_MOST][2] = { { 0 } };
	bool taken[LX_GROUPS_MOST] = { false };
	struct frame frame = frame_of(ground);

	for (size_t i = 0; i < ground->people; i++)
		for (size_t c = 0; c < 2 && ground->group[i] != LX_NO_GROUP; c++)
			mean[ground->group[i]][c] +=
				ground->xy[i][c] /
				(double)ground->split[ground->k].size[ground->group[i]];
	for (unsigned g = 0; g < ground->k; g++) {
		struct point at = place(&frame, mean[g]);
		size_t best = LX_GROUPS_MOST;
		double least = 0;
		for (size_t c = 0; c < LX_GROUPS_MOST; c++) {
			double dx = at.x - corners[c].x, dy = at.y - corners[c].y;
			if (!taken[c] && (best == LX_GROUPS_MOST || dx * dx + dy * dy < least)) {
				best = c;
				least = dx * dx + dy * dy;
			}
		}
		taken[best] = true;
		char size[24];
		(void)snprintf(size, sizeof size, "%u", ground->split[ground->k].size[g]);
		lx_buf_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" fill=\"%s\">",
			corners[best].x, corners[best].y, corners[best].anchor, colours[g]);
		lx_say(out, run->cli->lang, "cli.ground.map_group", lx_cli_ground_group(run, g),
			size);
		lx_buf_str(out, "</text>\n");
	}
}

enum lx_code lx_cli_ground_svg(struct ground_run *run, struct lx_buf *out)
{
	struct frame frame = frame_of(&run->ground);
	unsigned groups = lx_cli_ground_shows_groups(run) ? run->ground.k : 0;
	char number[2][24];

	(void)snprintf(number[0], sizeof number[0], "%zu", run->ground.grouped);
	(void)snprintf(number[1], sizeof number[1], "%u", groups);
	lx_buf_printf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%drem\" "
		"role=\"img\" aria-label=\"",
		WIDE, HIGH, WIDE / 16);
	lx_say(out, run->cli->lang, groups > 0 ? "cli.ground.map" : "cli.ground.map_alone",
		number[0], number[1]);
	lx_buf_printf(out,
		"\" font-family=\"sans-serif\" font-size=\"14\" font-weight=\"600\">\n"
		"<rect width=\"%d\" height=\"%d\" fill=\"var(--wall,#F4F3EF)\"/>\n",
		WIDE, HIGH);
	for (unsigned g = 0; g < groups; g++)
		LX_TRY(draw_group(run, out, &frame, g));
	if (groups > 0)
		draw_labels(run, out);
	for (size_t i = 0, n = 0; groups == 0 && i < run->ground.people; i++)
		if (run->ground.group[i] != LX_NO_GROUP && n++ < MARKS)
			lx_buf_printf(out,
				"<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\" "
				"opacity=\".75\"/>\n",
				place(&frame, run->ground.xy[i]).x,
				place(&frame, run->ground.xy[i]).y, colours[4]);
	lx_buf_printf(out,
		"<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" font-weight=\"400\" "
		"fill=\"var(--ink2,#54575B)\">%s</text>\n</svg>\n",
		WIDE / 2, HIGH - 8, lx_tr(run->cli->lang, "cli.ground.map_caution"));
	return LX_OK;
}
