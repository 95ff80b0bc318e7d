/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The walk through the postings: all terms side by side through windows of the texts, so that the
 * sums of a window stay in the processor's cache; the best of a window are kept.
 */
#include "engines/similar/query.h"
#include "engines/similar/score.h"

#include "base/vector.h"

#include <string.h>

#define WINDOW ((size_t)1 << 13)
#define STRIDE ((size_t)32)
#define NORMS  256u /* lengths whose norm is computed beforehand */

/* A term's place in its list: of the image (bytes) or of the delta (numbers). `next`: the text it
 * stands at, UINT64_MAX at the end. */
struct cursor {
	uint64_t next;
	uint32_t weight;
	const unsigned char *at, *end;
	const uint32_t *number, *numbers_end;
};

struct walk {
	const struct lx_similar *index;
	const struct lx_question *question;
	struct lx_best *best;
	enum lx_where where;
	size_t texts;
	struct cursor *cursors;
	size_t n;
	uint32_t *sums; /* WINDOW of them, all 0 between windows */
	uint16_t *list; /* WINDOW of them: places of a window to look at */
	double norms[NORMS];
};

/* What category and place of a text make of its score. */
static void weigh_text(const struct lx_similar_query *query, const struct lx_similar_text *text,
	struct lx_candidate *c)
{
	if (query->category != 0 && text->category != query->category)
		c->same = query->other_category > 0 && query->other_category <= 1
				  ? query->other_category
				  : 0.5;
	if (query->place.known && text->place.known) {
		double half = query->half_km > 0 ? query->half_km : 20;
		c->near = half / (half + lx_similar_km(query->place, text->place));
	}
}

static uint32_t length_of(const struct lx_similar *index, enum lx_where where, size_t number)
{
	return where == WHERE_IMAGE ? lx_image_length(&index->image, number)
				    : index->delta.texts[number].length;
}

struct lx_candidate lx_candidate_of(const struct lx_similar *index,
	const struct lx_similar_query *query, enum lx_where where, size_t number, uint32_t sum)
{
	struct lx_candidate c = {
		.sum = sum, .where = where, .number = number, .near = 1, .same = 1
	};
	struct lx_similar_text text = where == WHERE_IMAGE ? lx_image_text(&index->image, number)
							   : index->delta.texts[number].text;
	double norm = lx_similar_norm(length_of(index, where, number), lx_similar_average(index));

	c.id = text.id;
	weigh_text(query, &text, &c);
	c.score = (double)sum / LX_WEIGHT_ONE * norm * c.near * c.same;
	return c;
}

static bool better(const struct lx_candidate *a, const struct lx_candidate *b)
{
	return a->score != b->score ? a->score > b->score : a->id < b->id;
}

void lx_best_take(struct lx_best *best, struct lx_candidate candidate)
{
	size_t i = best->n;

	if (best->n == best->most) {
		if (!better(&candidate, &best->at[best->n - 1]))
			return;
		i--;
	} else {
		best->n++;
	}
	for (; i > 0 && better(&candidate, &best->at[i - 1]); i--)
		best->at[i] = best->at[i - 1];
	best->at[i] = candidate;
}

/* The smallest sum that can still be among the best, whatever the length of its text. */
static uint32_t least_sum(const struct lx_best *best)
{
	if (best->n < best->most)
		return 1;
	double sum = best->at[best->n - 1].score * LX_WEIGHT_ONE / LX_NORM_MOST;
	return sum < 2 ? 1 : (uint32_t)(sum * (1 - 1e-9));
}

static bool gone(const struct walk *w, size_t number)
{
	if (w->where == WHERE_IMAGE)
		return lx_delta_dead(&w->index->delta, number);
	return w->index->delta.texts[number].dead;
}

/* Whether the best may have changed. */
static bool consider(struct walk *w, size_t number, uint32_t sum)
{
	const struct lx_similar_query *query = w->question->query;

	uint32_t length = length_of(w->index, w->where, number);
	/* most fail here: factors of place and category only make less of it */
	if (w->best->n == w->best->most && length < NORMS &&
		(double)sum / LX_WEIGHT_ONE * w->norms[length] <
			w->best->at[w->best->n - 1].score * (1 - 1e-9))
		return false;
	if (gone(w, number))
		return false;
	struct lx_candidate c = lx_candidate_of(w->index, query, w->where, number, sum);
	if (!query->excepting || c.id != query->except)
		lx_best_take(w->best, c);
	return true;
}

/* The first stride from `i` on that holds a sum of at least `least`, or WINDOW. */
LX_VECTOR static size_t next_stride(const uint32_t *sums, size_t i, uint32_t least)
{
	for (; i < WINDOW; i += STRIDE) {
		uint32_t some = 0;
		for (size_t k = 0; k < STRIDE; k++)
			some |= sums[i + k] >= least;
		if (some != 0)
			break;
	}
	return i;
}

static const void *length_at(const struct lx_image *image, size_t number)
{
	return image->lengths != NULL ? (const void *)(image->lengths + number)
				      : (const void *)(image->long_lengths + number);
}

/* Lists the places of a window whose sums are at least `least`; asks for their lengths ahead, which lie
 * far apart in memory. */
static size_t list_window(struct walk *w, size_t base, uint32_t least)
{
	size_t n = 0;

	for (size_t i = next_stride(w->sums, 0, least); i < WINDOW;
		i = next_stride(w->sums, i + STRIDE, least))
		for (size_t k = 0; k < STRIDE; k++) {
			if (w->sums[i + k] < least)
				continue;
			w->list[n++] = (uint16_t)(i + k);
			if (w->where == WHERE_IMAGE)
				__builtin_prefetch(length_at(&w->index->image, base + i + k));
		}
	return n;
}

/* Looks through the sums of a window and leaves them 0. */
static void harvest(struct walk *w, size_t base)
{
	uint32_t least = least_sum(w->best);
	size_t n = list_window(w, base, least);

	for (size_t k = 0; k < n; k++) {
		uint32_t sum = w->sums[w->list[k]];
		if (sum < least)
			continue;
		if (consider(w, base + w->list[k], sum))
			least = least_sum(w->best);
	}
	memset(w->sums, 0, WINDOW * sizeof *w->sums);
}

static void step_image(struct cursor *c, uint64_t limit, size_t base, uint32_t *sums)
{
	uint64_t next = c->next;
	const unsigned char *at = c->at;

	while (next < limit) {
		sums[next - base] += c->weight;
		if (at >= c->end) {
			next = UINT64_MAX;
			break;
		}
		if (*at < 0x80)
			next += *at++ + UINT64_C(1);
		else
			next += lx_image_gap(&at) + UINT64_C(1);
	}
	c->next = next;
	c->at = at;
}

static void step_delta(struct cursor *c, uint64_t limit, size_t base, uint32_t *sums)
{
	while (c->next < limit) {
		sums[c->next - base] += c->weight;
		c->number++;
		c->next = c->number == c->numbers_end ? UINT64_MAX : *c->number;
	}
}

static void walk_windows(struct walk *w)
{
	for (;;) {
		uint64_t next = UINT64_MAX;
		for (size_t i = 0; i < w->n; i++)
			if (w->cursors[i].next < next)
				next = w->cursors[i].next;
		if (next >= w->texts)
			return;
		size_t base = next / WINDOW * WINDOW;
		uint64_t limit = base + WINDOW < w->texts ? base + WINDOW : w->texts;
		for (size_t i = 0; i < w->n; i++)
			if (w->where == WHERE_IMAGE)
				step_image(&w->cursors[i], limit, base, w->sums);
			else
				step_delta(&w->cursors[i], limit, base, w->sums);
		harvest(w, base);
	}
}

static void start_image(struct walk *w)
{
	const struct lx_image *image = &w->index->image;

	w->where = WHERE_IMAGE;
	w->texts = image->n;
	w->n = 0;
	for (size_t i = 0; i < w->question->n; i++) {
		const struct lx_asked *term = &w->question->terms[i];
		if (term->of_image >= image->terms)
			continue;
		struct cursor c = { .weight = term->weight };
		c.at = image->postings + image->starts[term->of_image];
		c.end = image->postings + image->starts[term->of_image + 1];
		if (c.at == c.end)
			continue;
		c.next = lx_image_gap(&c.at);
		w->cursors[w->n++] = c;
	}
}

static void start_delta(struct walk *w)
{
	w->where = WHERE_DELTA;
	w->texts = w->index->delta.n;
	w->n = 0;
	for (size_t i = 0; i < w->question->n; i++) {
		const struct lx_delta_term *term = w->question->terms[i].of_delta;
		if (term == NULL || term->n == 0)
			continue;
		w->cursors[w->n++] = (struct cursor){ .weight = w->question->terms[i].weight,
			.next = term->texts[0],
			.number = term->texts,
			.numbers_end = term->texts + term->n };
	}
}

enum lx_code lx_walk(struct lx_call *call, const struct lx_similar *index,
	const struct lx_question *question, struct lx_best *best)
{
	struct walk w = { .index = index, .question = question, .best = best };

	w.cursors = lx_array(call, question->n, sizeof *w.cursors);
	w.sums = lx_array(call, WINDOW, sizeof *w.sums);
	w.list = lx_array(call, WINDOW, sizeof *w.list);
	if (w.cursors == NULL || w.sums == NULL || w.list == NULL)
		return LX_BROKEN;
	for (uint32_t i = 0; i < NORMS; i++)
		w.norms[i] = lx_similar_norm(i, lx_similar_average(index));
	start_image(&w);
	walk_windows(&w);
	start_delta(&w);
	walk_windows(&w);
	return LX_OK;
}
