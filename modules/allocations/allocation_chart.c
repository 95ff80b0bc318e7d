/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The picture of an allocation: a band for each member that ends at standing alone, a dot for each method. */
#include "modules/allocations/pages.h"

#include "base/wide.h"
#include "kernel/view/svg.h"

#define WIDE  672
#define RIGHT 640
#define STEP  46 /* from one member to the next */
#define TOP   22
#define TICKS 5

/* The picture's scale: where bands begin, and what its right end stands for. */
struct scale {
	int64_t left, most;
};

/* Minor units to hundredths of a drawing unit. */
static int64_t across(int64_t minor, const struct scale *s)
{
	return s->left * 100 + (int64_t)((lx_int128)minor * (RIGHT - s->left) * 100 / s->most);
}

/* Room for the longest name: a Han character is as wide as the type is high, a Latin letter about half. */
static int64_t room_for_names(const struct lx_told *told)
{
	int64_t most = 84;

	for (size_t i = 0; i < told->n; i++) {
		struct lx_text name = told->names[i].text;
		int64_t wide = 24;
		for (size_t at = 0; at < name.len;)
			wide += lx_utf8_next(name.at, name.len, &at) < 0x2E80 ? 8 : 15;
		most = wide > most ? wide : most;
	}
	return most < 240 ? most : 240;
}

static int64_t largest(const struct lx_told *told)
{
	int64_t most = 1;

	for (size_t i = 0; i < told->n; i++) {
		most = told->alone[i] > most ? told->alone[i] : most;
		for (size_t m = 0; m < told->methods_n; m++)
			if (told->methods[m].error == NULL && told->methods[m].amounts[i] > most)
				most = told->methods[m].amounts[i];
	}
	return most;
}

/* 1, 2 or 5 times a power of ten, so that at most TICKS steps fit. */
static int64_t tick_of(int64_t most)
{
	static const int factors[] = { 1, 2, 5 };

	for (int64_t power = 1; power <= INT64_MAX / 50; power *= 10)
		for (size_t i = 0; i < 3; i++)
			if (most / (power * factors[i]) < TICKS)
				return power * factors[i];
	return most;
}

static void draw_grid(const struct lx_reader *reader, const struct lx_told *told,
	const struct scale *scale, struct lx_svg *svg)
{
	int64_t bottom = (TOP + (int64_t)told->n * STEP) * 100, step = tick_of(scale->most);

	for (int64_t at = 0; at <= scale->most; at += step) {
		int64_t x = across(at, scale);
		lx_svg_line(svg, "ax", x, 800, x, bottom);
		lx_svg_text(svg, "c m", x, bottom + 1800, lx_told_amount(reader, at).text);
	}
}

static bool is_worse(const struct lx_told *told, const struct lx_told_method *m, size_t i)
{
	return told->cost ? m->amounts[i] > told->alone[i] : m->amounts[i] < told->alone[i];
}

static void draw_member(const struct lx_reader *reader, const struct lx_told *told, size_t i,
	const struct scale *scale, struct lx_svg *svg)
{
	int64_t y = (TOP + (int64_t)i * STEP + 16) * 100, end = across(told->alone[i], scale);

	lx_svg_text(svg, "e", (scale->left - 12) * 100, y + 500, told->names[i].text);
	lx_svg_rect(svg, "f-bar", scale->left * 100, y - 900, end - scale->left * 100, 1800);
	lx_svg_line(svg, "base", end, y - 1300, end, y + 1300);
	for (size_t m = told->methods_n; m-- > 0;) { /* the adopted one last, over the others */
		const struct lx_told_method *method = &told->methods[m];
		if (method->error != NULL)
			continue;
		int64_t x = across(method->amounts[i], scale);
		bool worse = is_worse(told, method, i);
		if (method->adopted) {
			lx_svg_dot(svg, worse ? "f-late" : "f-work", x, y, 700);
			lx_svg_text(svg, "b c", x, y - 1400,
				lx_told_amount(reader, method->amounts[i]).text);
		} else {
			lx_svg_dot(svg, worse ? "dot out" : "dot", x, y, 450);
		}
	}
}

enum lx_code lx_told_chart(
	const struct lx_reader *reader, const struct lx_told *told, struct lx_html *html)
{
	struct scale scale = { room_for_names(told), largest(told) };
	struct lx_svg svg;

	lx_svg_open(&svg, WIDE, TOP + (int)told->n * STEP + 28,
		lx_text(lx_tr(reader->request->lang, "allocation.picture")));
	draw_grid(reader, told, &scale, &svg);
	for (size_t i = 0; i < told->n; i++)
		draw_member(reader, told, i, &scale, &svg);
	return lx_svg_done(reader->call, &svg, html);
}
