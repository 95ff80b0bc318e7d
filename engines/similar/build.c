/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Building an image: order, parts, the joined dictionary, and the bytes. */
#include "engines/similar/build.h"

#include "base/parallel.h"
#include "base/tokens.h"

#include <stdlib.h>
#include <string.h>

#define PARTS_MAX  LX_THREADS_MAX
#define PART_LEAST 2000 /* texts for which a thread is worth its while */

/* A build under way: scratch memory, what the parts share, the parts, the image being written. */
struct work {
	struct lx_call *call;
	struct lx_call scratch;
	struct lx_build build;
	struct lx_part *parts;
	size_t parts_n;
	struct lx_image_head head;
	char *bytes;
	struct lx_image image;
};

struct place {
	int64_t id;
	uint32_t at;
};

static int by_id(const void *a, const void *b)
{
	const struct place *p = a, *q = b;

	return (p->id > q->id) - (p->id < q->id);
}

static enum lx_code sort_texts(struct work *w)
{
	size_t n = w->build.n;
	struct place *places = lx_array(&w->scratch, n, sizeof *places);
	uint32_t *order = lx_array(&w->scratch, n, sizeof *order);

	if (places == NULL || order == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++)
		places[i] = (struct place){ w->build.texts[i].id, (uint32_t)i };
	qsort(places, n, sizeof *places, by_id);
	for (size_t i = 0; i < n; i++) {
		order[i] = places[i].at;
		if (i > 0 && places[i].id == places[i - 1].id)
			return lx_fail(&w->scratch, LX_CONFLICT, NULL, "similar.twice", "%lld",
				(long long)places[i].id);
	}
	w->build.order = order;
	return LX_OK;
}

static uint32_t record_size(const struct lx_similar_text *text)
{
	return (uint32_t)(lx_image_gap_size((uint32_t)text->text.len) + text->text.len +
			  text->kept.len);
}

/* Sums up what the texts take and whether they have categories and places; sees whether they stand
 * in the order of their ids. */
static enum lx_code survey(struct work *w, bool *ordered)
{
	const struct lx_similar_text *texts = w->build.texts;

	*ordered = true;
	if (w->build.n > LX_SIMILAR_TEXTS_MAX)
		return lx_fail(&w->scratch, LX_INVALID, NULL, "similar.large", NULL);
	for (size_t i = 0; i < w->build.n; i++) {
		if (texts[i].text.len > INT32_MAX || texts[i].kept.len > LX_SIMILAR_KEPT_MAX)
			return lx_fail(&w->scratch, LX_INVALID, NULL, "similar.large", NULL);
		w->head.texts += record_size(&texts[i]);
		*ordered &= i == 0 || texts[i - 1].id < texts[i].id;
		if (texts[i].category != 0)
			w->head.flags |= IMAGE_CATEGORIES;
		if (texts[i].place.known)
			w->head.flags |= IMAGE_PLACES;
	}
	if (w->head.texts > LX_SIMILAR_BYTES_MAX)
		return lx_fail(&w->scratch, LX_INVALID, NULL, "similar.large", NULL);
	return LX_OK;
}

/* Cuts the texts into parts of about the same number of bytes. */
static enum lx_code cut(struct work *w)
{
	size_t n = w->build.n, at = 0;
	unsigned workers = lx_workers(w->call, n / PART_LEAST + 1);
	uint64_t bytes = 0;

	w->parts = lx_array(&w->scratch, workers, sizeof *w->parts);
	w->build.lengths = lx_array(&w->scratch, n, sizeof *w->build.lengths);
	w->build.twins = lx_array(&w->scratch, n, sizeof *w->build.twins);
	if (w->parts == NULL || w->build.lengths == NULL || w->build.twins == NULL)
		return LX_BROKEN;
	size_t left = w->scratch.arena->limit - w->scratch.arena->taken;
	for (w->parts_n = 0; w->parts_n < workers; w->parts_n++) {
		struct lx_part *part = &w->parts[w->parts_n];
		*part = (struct lx_part){ .build = &w->build, .from = at };
		part->arena.limit = left / workers;
		while (at < n && (w->parts_n + 1 == workers ||
					 bytes * workers < (w->parts_n + 1) * w->head.texts))
			bytes += record_size(lx_build_text(&w->build, at++));
		part->to = at;
	}
	return LX_OK;
}

static enum lx_code read_part(void *with, size_t i, unsigned worker, struct lx_fault *fault)
{
	struct work *w = with;

	(void)worker;
	return lx_part_read(&w->parts[i], fault);
}

/* The smallest key that a part has at or behind its place in `at`; false when all are at their end. */
static bool smallest(const struct work *w, const size_t *at, uint64_t *key)
{
	bool some = false;

	for (size_t p = 0; p < w->parts_n; p++) {
		const struct lx_part *part = &w->parts[p];
		if (at[p] == part->terms_n)
			continue;
		uint64_t k = part->terms[part->sorted[at[p]]].key;
		if (!some || k < *key)
			*key = k;
		some = true;
	}
	return some;
}

/* Walks the joined dictionary. Without an image only counts terms and bytes; with one, writes keys,
 * starts and counts and tells each part where its gaps go. */
static void join(struct work *w)
{
	size_t at[PARTS_MAX] = { 0 };
	uint64_t key = 0, bytes = 0, terms = 0;
	bool write = w->bytes != NULL;

	for (; smallest(w, at, &key); terms++) {
		uint32_t last = 0, count = 0;
		uint64_t start = bytes;
		for (size_t p = 0; p < w->parts_n; p++) {
			struct lx_part *part = &w->parts[p];
			struct lx_part_term *term = at[p] == part->terms_n
							    ? NULL
							    : &part->terms[part->sorted[at[p]]];
			if (term == NULL || term->key != key)
				continue;
			at[p]++;
			uint64_t here = bytes;
			bytes += lx_image_gap_size(term->first - last - 1) + term->bytes;
			count += term->count;
			uint32_t before = last;
			last = term->last;
			if (write) {
				term->bytes = (uint32_t)here;
				term->last = before;
			}
		}
		if (write) {
			((uint64_t *)w->image.keys)[terms] = key;
			((uint32_t *)w->image.starts)[terms] = (uint32_t)start;
			((uint32_t *)w->image.counts)[terms] = count;
		}
	}
	w->head.terms = terms;
	w->head.postings = bytes;
	if (write)
		((uint32_t *)w->image.starts)[terms] = (uint32_t)bytes;
}

static int64_t id_of(const void *with, size_t i)
{
	return lx_build_text(with, i)->id;
}

static enum lx_code allocate(struct work *w)
{
	for (size_t i = 0; i < w->build.n; i++) {
		w->head.total += w->build.lengths[i];
		if (w->build.lengths[i] > UINT16_MAX)
			w->head.flags |= IMAGE_LONG;
	}
	w->head.n = w->build.n;
	w->head.gaps = lx_image_ids(w->build.n, id_of, &w->build, NULL);
	w->head.size = lx_image_lay(&w->head, NULL, &w->image);
	if (w->head.size == 0)
		return lx_fail(&w->scratch, LX_INVALID, NULL, "similar.large", NULL);
	char *bytes = lx_alloc(w->call, w->head.size + 64);
	if (bytes == NULL)
		return LX_BROKEN;
	w->bytes = bytes + (64 - (uintptr_t)bytes % 64) % 64;
	(void)lx_image_lay(&w->head, w->bytes, &w->image);
	return LX_OK;
}

static void write_places(struct lx_image *image, const struct lx_similar_text *text, size_t i)
{
	if (image->categories != NULL)
		((uint32_t *)image->categories)[i] = text->category;
	if (image->places != NULL && text->place.known) {
		int32_t *place = (int32_t *)image->places + 3 * i;
		place[0] = 1;
		place[1] = text->place.north;
		place[2] = text->place.east;
	}
}

static void write_record(struct work *w, const struct lx_similar_text *text, size_t i)
{
	unsigned char *at = (unsigned char *)w->image.texts + w->image.records[i];

	at = lx_image_put_gap(at, (uint32_t)text->text.len);
	if (text->text.len > 0)
		memcpy(at, text->text.at, text->text.len);
	if (text->kept.len > 0)
		memcpy(at + text->text.len, text->kept.at, text->kept.len);
}

static void write_postings(struct work *w, struct lx_part *part)
{
	struct lx_block *block = part->first;
	size_t at = 0;

	for (size_t i = part->from; i < part->to; i++)
		for (uint32_t k = 0; k < w->build.lengths[i]; k++) {
			if (at == block->n) {
				block = block->next;
				at = 0;
			}
			struct lx_part_term *term = &part->terms[block->terms[at++]];
			unsigned char *to = (unsigned char *)w->image.postings + term->bytes;
			unsigned char *end = lx_image_put_gap(to, (uint32_t)i - term->last);
			term->bytes += (uint32_t)(end - to);
			term->last = (uint32_t)i + 1;
		}
}

static enum lx_code write_part(void *with, size_t p, unsigned worker, struct lx_fault *fault)
{
	struct work *w = with;
	struct lx_part *part = &w->parts[p];

	(void)worker;
	(void)fault;
	for (size_t i = part->from; i < part->to; i++) {
		const struct lx_similar_text *text = lx_build_text(&w->build, i);
		if (w->image.lengths != NULL)
			((uint16_t *)w->image.lengths)[i] = (uint16_t)w->build.lengths[i];
		else
			((uint32_t *)w->image.long_lengths)[i] = w->build.lengths[i];
		((uint32_t *)w->image.twins)[i] = w->build.twins[i];
		write_places(&w->image, text, i);
		write_record(w, text, i);
	}
	write_postings(w, part);
	return LX_OK;
}

static void write_head(struct work *w)
{
	uint32_t *records = (uint32_t *)w->image.records;

	memcpy(w->head.magic, "LXSIMIL", sizeof w->head.magic);
	w->head.format = IMAGE_FORMAT;
	w->head.order = IMAGE_ORDER;
	w->head.method = LX_SIMILAR_METHOD;
	w->head.tokens = lx_tokens_version();
	w->head.bits = LX_TOKENS_USUAL;
	memcpy(w->bytes, &w->head, sizeof w->head);
	(void)lx_image_ids(w->build.n, id_of, &w->build, &w->image);
	for (size_t i = 0; i < w->build.n; i++)
		records[i + 1] = records[i] + record_size(lx_build_text(&w->build, i));
}

static enum lx_code run(struct work *w)
{
	struct lx_call quiet = *w->call; /* the parts tell the progress themselves */
	bool ordered;

	quiet.progress = NULL;
	LX_TRY(survey(w, &ordered));
	if (!ordered)
		LX_TRY(sort_texts(w));
	LX_TRY(cut(w));
	enum lx_code code = lx_parallel(&quiet, w->parts_n, read_part, w);
	if (code == LX_OK) {
		join(w);
		code = allocate(w);
	}
	if (code == LX_OK) {
		join(w);
		write_head(w);
		code = lx_parallel(&quiet, w->parts_n, write_part, w);
	}
	if (w->call->fault.code == LX_OK)
		w->call->fault = quiet.fault;
	return code;
}

enum lx_code lx_similar_build(
	struct lx_call *call, const struct lx_similar_text *texts, size_t n, struct lx_text *image)
{
	LX_CLOSE(lx_arena_close)
	struct lx_arena arena = { .limit = call->arena->limit - call->arena->taken };
	struct work w = { .call = call, .scratch = { .arena = &arena } };

	w.build = (struct lx_build){ .texts = texts, .n = n, .progress = call->progress };
	enum lx_code code = run(&w);
	for (size_t p = 0; p < w.parts_n; p++)
		lx_arena_close(&w.parts[p].arena);
	if (code != LX_OK) {
		if (call->fault.code == LX_OK)
			call->fault = w.scratch.fault;
		return code;
	}
	struct lx_text bytes = { w.bytes, w.head.size };
	w.head.checksum = lx_image_checksum(bytes);
	memcpy(w.bytes, &w.head, sizeof w.head);
	*image = bytes;
	return LX_OK;
}
