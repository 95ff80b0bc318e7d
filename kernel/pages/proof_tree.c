/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The path from an entry to the root, drawn as steps down a tree: every level half as wide as the one above, but never too narrow to see. */
#include "kernel/pages/proof_tree.h"

#include "kernel/journal/hash.h"
#include "kernel/view/svg.h"

/* Hundredths of a unit. */
#define NODE   1800
#define STEP   4000
#define WIDEST 5200
#define LEAST  1900
#define EDGE   1400
#define LABEL  8000 /* room at the right for digits */

/* A level of the path: where its node and the needed one stand, and whether that is the left one. */
struct level {
	int64_t own, other, y;
	bool left;
};

/* Whether the sibling stands at the left, leaf first (RFC 9162, 2.1.3.2). */
static void find_sides(struct level *levels, size_t n, int64_t index, int64_t last)
{
	for (size_t i = 0; i < n; i++) {
		bool left = index % 2 == 1 || index == last;
		levels[n - 1 - i].left = left;
		while (left && index % 2 == 0 && index > 0) {
			index /= 2;
			last /= 2;
		}
		index /= 2;
		last /= 2;
	}
}

/* From the root down; the leftmost node at the edge. Gives the width that is taken. */
static int64_t place(struct level *levels, size_t n)
{
	int64_t x = 0, wide = WIDEST, least = 0, most = 0;

	for (size_t i = 0; i < n; i++) {
		levels[i].own = levels[i].left ? x + wide : x - wide;
		levels[i].other = levels[i].left ? x - wide : x + wide;
		levels[i].y = EDGE + (int64_t)(i + 1) * STEP;
		least = x - wide < least ? x - wide : least;
		most = x + wide > most ? x + wide : most;
		x = levels[i].own;
		wide = wide / 2 < LEAST ? LEAST : wide / 2;
	}
	for (size_t i = 0; i < n; i++) {
		levels[i].own += EDGE - least;
		levels[i].other += EDGE - least;
	}
	return most - least + 2 * EDGE;
}

static void node(struct lx_svg *svg, const char *class, int64_t x, int64_t y)
{
	lx_svg_rect(svg, class, x - NODE / 2, y - NODE / 2, NODE, NODE);
}

static void draw_level(const struct lx_reader *reader, struct lx_svg *svg,
	const struct level *level, int64_t above_x, int64_t width, const unsigned char *hash)
{
	char text[LX_HASH_TEXT];

	lx_hash_write(hash, text);
	lx_svg_line(svg, "link", above_x, level->y - STEP + NODE / 2, level->other,
		level->y - NODE / 2);
	lx_svg_line(
		svg, "way", above_x, level->y - STEP + NODE / 2, level->own, level->y - NODE / 2);
	node(svg, "needed", level->other, level->y);
	node(svg, "f-c1", level->own, level->y);
	lx_svg_text(svg, "m", width, level->y + 500, lx_show_text(reader, "%.8s", text));
}

static struct lx_text said(const struct lx_reader *reader, const char *id)
{
	return lx_words_str(lx_tr(reader->request->lang, id)).text;
}

enum lx_code lx_proof_draw(const struct lx_reader *reader, const struct lx_proof *proof,
	int64_t index, int64_t size, struct lx_html *html)
{
	struct level *levels = lx_array(reader->call, proof->n, sizeof *levels);
	struct lx_svg svg;

	if (levels == NULL)
		return LX_BROKEN;
	if (proof->n == 0)
		return LX_OK;
	find_sides(levels, proof->n, index, size - 1);
	int64_t width = place(levels, proof->n);
	int64_t root = (levels[0].own + levels[0].other) / 2;
	struct lx_words label = lx_show_say(reader, "record.drawn",
		lx_show_text(reader, "%lld", (long long)index + 1).at,
		lx_show_text(reader, "%zu", proof->n).at);
	lx_svg_open(&svg, (int)((width + LABEL) / 100),
		(int)((levels[proof->n - 1].y + STEP) / 100), label.text);
	for (size_t i = 0; i < proof->n; i++)
		draw_level(reader, &svg, &levels[i], i == 0 ? root : levels[i - 1].own, width,
			proof->hashes[proof->n - 1 - i]);
	node(&svg, "f-c1", root, EDGE);
	lx_svg_text(&svg, "b", root + NODE, EDGE + 500, said(reader, "record.root_signed"));
	lx_svg_text(&svg, "b c", levels[proof->n - 1].own, levels[proof->n - 1].y + 2700,
		lx_show_text(reader, "№ %lld", (long long)index + 1));
	return lx_svg_done(reader->call, &svg, html);
}
