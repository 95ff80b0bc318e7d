/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sets and bands, and the sort that brings texts with the same band together. */
#include "engines/similar/minhash.h"

#include "base/parallel.h"
#include "engines/similar/score.h"

#include <string.h>

#define PIECE   4096 /* texts a thread takes at a time */
#define DIGITS  16
#define BUCKETS (1u << DIGITS)

static enum lx_code turn_round(
	struct lx_call *call, const struct lx_image *image, const uint64_t *start, uint32_t *terms)
{
	LX_CLOSE(lx_arena_close)
	struct lx_arena arena = { .limit = call->arena->limit - call->arena->taken };
	struct lx_call scratch = { .arena = &arena };
	uint32_t *filled = lx_array(&scratch, image->n, sizeof *filled);

	if (filled == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	for (size_t t = 0; t < image->terms; t++) {
		const unsigned char *at = image->postings + image->starts[t];
		const unsigned char *end = image->postings + image->starts[t + 1];
		for (uint64_t text = UINT64_MAX; at < end;) {
			text += lx_image_gap(&at) + UINT64_C(1);
			if (text >= image->n || filled[text] == lx_image_length(image, text))
				return lx_fail(call, LX_INVALID, NULL, "similar.damaged", NULL);
			terms[start[text] + filled[text]++] = (uint32_t)t;
		}
	}
	for (size_t i = 0; i < image->n; i++)
		if (filled[i] != lx_image_length(image, i))
			return lx_fail(call, LX_INVALID, NULL, "similar.damaged", NULL);
	return LX_OK;
}

/* What the threads that compute bands share. */
struct banding {
	const struct lx_sets *sets;
	uint32_t (*bands)[MINHASH_BANDS];
	uint32_t factors[MINHASH_VALUES], addends[MINHASH_VALUES];
};

static void band_text(const struct banding *b, size_t text)
{
	const struct lx_sets *sets = b->sets;
	uint32_t least[MINHASH_VALUES];

	memset(least, 0xff, sizeof least);
	for (uint64_t k = sets->start[text]; k < sets->start[text + 1]; k++) {
		uint64_t key = sets->image->keys[sets->terms[k]];
		uint32_t x = (uint32_t)(key >> 32 ^ key);
		for (size_t i = 0; i < MINHASH_VALUES; i++) {
			uint32_t value = x * b->factors[i] + b->addends[i];
			least[i] = value < least[i] ? value : least[i];
		}
	}
	for (size_t i = 0; i < MINHASH_BANDS; i++) {
		struct lx_text pair = { (const char *)&least[2 * i], 2 * sizeof *least };
		b->bands[text][i] = (uint32_t)lx_similar_key(pair);
	}
}

static enum lx_code band_piece(void *with, size_t i, unsigned worker, struct lx_fault *fault)
{
	struct banding *b = with;
	size_t from = i * PIECE, to = from + PIECE;

	(void)worker;
	(void)fault;
	if (to > b->sets->image->n)
		to = b->sets->image->n;
	for (size_t text = from; text < to; text++)
		band_text(b, text);
	return LX_OK;
}

static void choose_functions(struct banding *b)
{
	for (uint32_t i = 0; i < MINHASH_VALUES; i++) {
		struct lx_text number = { (const char *)&i, sizeof i };
		uint64_t h = lx_similar_key(number);
		b->factors[i] = (uint32_t)h | 1;
		b->addends[i] = (uint32_t)(h >> 32);
	}
}

enum lx_code lx_sets_make(struct lx_call *call, const struct lx_image *image, struct lx_sets *sets)
{
	uint64_t *start = lx_array(call, image->n + 1, sizeof *start);
	uint32_t *terms = lx_array(call, image->total, sizeof *terms);
	struct banding banding = { .sets = sets };

	banding.bands = lx_array(call, image->n, sizeof *banding.bands);
	if (start == NULL || terms == NULL || banding.bands == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < image->n; i++)
		start[i + 1] = start[i] + lx_image_length(image, i);
	LX_TRY(turn_round(call, image, start, terms));
	*sets = (struct lx_sets){ image, terms, start,
		(const uint32_t(*)[MINHASH_BANDS])banding.bands };
	choose_functions(&banding);
	return lx_parallel(call, (image->n + PIECE - 1) / PIECE, band_piece, &banding);
}

uint32_t lx_sets_common(const struct lx_sets *sets, uint32_t a, uint32_t b)
{
	uint64_t i = sets->start[a], k = sets->start[b];
	uint32_t n = 0;

	while (i < sets->start[a + 1] && k < sets->start[b + 1]) {
		uint32_t p = sets->terms[i], q = sets->terms[k];
		n += p == q;
		i += p <= q;
		k += q <= p;
	}
	return n;
}

unsigned lx_bands_common(const struct lx_sets *sets, uint32_t a, uint32_t b)
{
	unsigned n = 0;

	for (size_t i = 0; i < MINHASH_BANDS; i++)
		n += sets->bands[a][i] == sets->bands[b][i];
	return n;
}

static void sort_digit(const struct lx_banded *from, struct lx_banded *to, size_t n, unsigned shift)
{
	uint32_t count[BUCKETS] = { 0 }, sum = 0;

	for (size_t i = 0; i < n; i++)
		count[from[i].band >> shift & (BUCKETS - 1)]++;
	for (size_t i = 0; i < BUCKETS; i++) {
		uint32_t here = count[i];
		count[i] = sum;
		sum += here;
	}
	for (size_t i = 0; i < n; i++)
		to[count[from[i].band >> shift & (BUCKETS - 1)]++] = from[i];
}

/* Few are sorted where they are; counting BUCKETS would cost more. */
static void sort_few(struct lx_banded *at, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct lx_banded one = at[i];
		size_t k = i;
		for (; k > 0 && at[k - 1].band > one.band; k--)
			at[k] = at[k - 1];
		at[k] = one;
	}
}

void lx_banded_sort(struct lx_banded *at, struct lx_banded *spare, size_t n)
{
	if (n < 512) {
		sort_few(at, n);
		return;
	}
	sort_digit(at, spare, n, 0);
	sort_digit(spare, at, n, DIGITS);
}

size_t lx_bands_sort(
	const struct lx_sets *sets, unsigned band, struct lx_banded *room, struct lx_banded *spare)
{
	size_t n = 0;

	for (size_t i = 0; i < sets->image->n; i++)
		if (lx_image_length(sets->image, i) > 0)
			room[n++] = (struct lx_banded){ sets->bands[i][band], (uint32_t)i };
	lx_banded_sort(room, spare, n);
	return n;
}
