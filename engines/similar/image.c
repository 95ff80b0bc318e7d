/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Laying out, checking and reading images. Whatever stands in one, nothing outside it is read. */
#include "engines/similar/image.h"

#include "base/tokens.h"
#include "engines/similar/score.h"

#include <assert.h>
#include <string.h>

#define ALIGN 64u

/* Takes `count` things of `size` bytes off the layout; NULL bytes only count. */
static const void *lay(const char *bytes, uint64_t *at, uint64_t count, uint64_t size)
{
	uint64_t from = (*at + ALIGN - 1) / ALIGN * ALIGN;

	*at = from + count * size;
	return bytes == NULL ? NULL : bytes + from;
}

uint64_t lx_image_lay(const struct lx_image_head *head, const char *bytes, struct lx_image *image)
{
	uint64_t n = head->n, terms = head->terms, at = sizeof *head;

	if (n > LX_SIMILAR_TEXTS_MAX || terms > UINT32_MAX || head->gaps > LX_SIMILAR_BYTES_MAX ||
		head->postings > LX_SIMILAR_BYTES_MAX || head->texts > LX_SIMILAR_BYTES_MAX)
		return 0;
	*image = (struct lx_image){ .n = n, .terms = terms, .total = head->total };
	uint64_t blocks = (n + IMAGE_BLOCK - 1) / IMAGE_BLOCK;
	image->firsts = lay(bytes, &at, blocks, sizeof *image->firsts);
	image->gap_starts = lay(bytes, &at, blocks + 1, sizeof *image->gap_starts);
	image->keys = lay(bytes, &at, terms, sizeof *image->keys);
	if (head->flags & IMAGE_LONG)
		image->long_lengths = lay(bytes, &at, n, sizeof *image->long_lengths);
	else
		image->lengths = lay(bytes, &at, n, sizeof *image->lengths);
	image->twins = lay(bytes, &at, n, sizeof *image->twins);
	image->records = lay(bytes, &at, n + 1, sizeof *image->records);
	image->starts = lay(bytes, &at, terms + 1, sizeof *image->starts);
	image->counts = lay(bytes, &at, terms, sizeof *image->counts);
	if (head->flags & IMAGE_CATEGORIES)
		image->categories = lay(bytes, &at, n, sizeof *image->categories);
	if (head->flags & IMAGE_PLACES)
		image->places = lay(bytes, &at, 3 * n, sizeof *image->places);
	image->gaps = lay(bytes, &at, head->gaps, 1);
	image->postings = lay(bytes, &at, head->postings + IMAGE_SLACK, 1);
	image->texts = lay(bytes, &at, head->texts, 1);
	return at;
}

static uint64_t word(const char *at)
{
	uint64_t w;

	memcpy(&w, at, sizeof w);
	return w;
}

uint64_t lx_image_checksum(struct lx_text bytes)
{
	const size_t from = sizeof(struct lx_image_head);
	uint64_t h[4] = { 1, 2, 3, 5 };
	size_t at = from;

	for (; bytes.len - at >= 32; at += 32)
		for (size_t k = 0; k < 4; k++)
			h[k] = (h[k] ^ word(bytes.at + at + 8 * k)) * UINT64_C(0x9e3779b97f4a7c15) +
			       (h[k] >> 31);
	struct lx_text rest = { bytes.at + at, bytes.len - at };
	/* the head itself, without the checksum at its end */
	struct lx_text head = { bytes.at, from - sizeof(uint64_t) };
	uint64_t ends[6] = { h[0], h[1], h[2], h[3], lx_similar_key(rest), lx_similar_key(head) };
	return lx_similar_key((struct lx_text){ (const char *)ends, sizeof ends });
}

static enum lx_code damaged(struct lx_call *call)
{
	return lx_fail(call, LX_INVALID, NULL, "similar.damaged", NULL);
}

static enum lx_code check_head(
	struct lx_call *call, struct lx_text bytes, struct lx_image_head *head)
{
	if (bytes.len < sizeof *head || memcmp(bytes.at, "LXSIMIL", 8) != 0)
		return damaged(call);
	memcpy(head, bytes.at, sizeof *head);
	if (head->order != IMAGE_ORDER || head->format != IMAGE_FORMAT ||
		head->method != LX_SIMILAR_METHOD || head->tokens != lx_tokens_version() ||
		head->bits != LX_TOKENS_USUAL)
		return lx_fail(call, LX_CONFLICT, NULL, "similar.version", NULL);
	if (head->flags > (IMAGE_CATEGORIES | IMAGE_PLACES | IMAGE_LONG) || head->size != bytes.len)
		return damaged(call);
	return LX_OK;
}

/* Whether places ascend from 0 to `end`. */
static bool ascends(const uint32_t *places, size_t n, uint64_t end)
{
	bool good = places[0] == 0 && places[n] == end;

	for (size_t i = 0; i < n; i++)
		good &= places[i] <= places[i + 1];
	return good;
}

/* --- ids --- */

/* Reads a gap of at most ten bytes before `end`; 0 where there is none. */
static uint64_t id_gap(const unsigned char **at, const unsigned char *end)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 70 && *at < end; shift += 7) {
		unsigned char byte = *(*at)++;
		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			break;
	}
	return value;
}

int64_t lx_image_id(const struct lx_image *image, size_t number)
{
	size_t block = number / IMAGE_BLOCK;
	const unsigned char *at = image->gaps + image->gap_starts[block];
	const unsigned char *end = image->gaps + image->gap_starts[block + 1];
	uint64_t id = (uint64_t)image->firsts[block];

	for (size_t i = number % IMAGE_BLOCK; i > 0; i--)
		id += id_gap(&at, end) + 1;
	return (int64_t)id;
}

uint64_t lx_image_ids(size_t n, int64_t (*id)(const void *with, size_t i), const void *with,
	struct lx_image *image)
{
	uint64_t bytes = 0;
	int64_t before = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t now = id(with, i);
		if (i % IMAGE_BLOCK == 0) {
			if (image != NULL) {
				((int64_t *)image->firsts)[i / IMAGE_BLOCK] = now;
				((uint32_t *)image->gap_starts)[i / IMAGE_BLOCK] = (uint32_t)bytes;
			}
			before = now;
			continue;
		}
		uint64_t gap = (uint64_t)now - (uint64_t)before - 1;
		before = now;
		do {
			unsigned char byte = (unsigned char)((gap & 0x7f) |
							     (gap > 0x7f ? 0x80 : 0));
			if (image != NULL)
				((unsigned char *)image->gaps)[bytes] = byte;
			bytes++;
			gap >>= 7;
		} while (gap > 0);
	}
	if (image != NULL)
		((uint32_t *)image->gap_starts)[(n + IMAGE_BLOCK - 1) / IMAGE_BLOCK] =
			(uint32_t)bytes;
	return bytes;
}

/* Whether ids ascend all through: each block's gaps end where the block does and before the next first. */
static bool ids_ascend(const struct lx_image *image)
{
	for (size_t b = 0; b * IMAGE_BLOCK < image->n; b++) {
		const unsigned char *at = image->gaps + image->gap_starts[b];
		const unsigned char *end = image->gaps + image->gap_starts[b + 1];
		size_t left = image->n - b * IMAGE_BLOCK;
		int64_t id = image->firsts[b];
		for (size_t i = 1; i < IMAGE_BLOCK && i < left; i++) {
			uint64_t gap = at < end ? id_gap(&at, end) : UINT64_MAX;
			if (gap >= (uint64_t)INT64_MAX - (uint64_t)id)
				return false;
			id = (int64_t)((uint64_t)id + gap + 1);
		}
		if (at != end || (left > IMAGE_BLOCK && image->firsts[b + 1] <= id))
			return false;
	}
	return true;
}

static bool consistent(const struct lx_image *image, const struct lx_image_head *head)
{
	uint64_t total = 0;
	bool good = ascends(image->records, image->n, head->texts) &&
		    ascends(image->starts, image->terms, head->postings) &&
		    ascends(image->gap_starts, (image->n + IMAGE_BLOCK - 1) / IMAGE_BLOCK,
			    head->gaps) &&
		    ids_ascend(image);

	assert(image->lengths != NULL || image->long_lengths != NULL);
	for (size_t i = 0; i < image->n; i++)
		total += lx_image_length(image, i);
	for (size_t i = 1; i < image->terms; i++)
		good &= image->keys[i - 1] < image->keys[i];
	for (size_t i = 0; i < image->terms; i++)
		good &= image->counts[i] <= image->n;
	for (size_t i = 0; i < IMAGE_SLACK; i++)
		good &= image->postings[head->postings + i] == 0;
	return good && total == head->total;
}

enum lx_code lx_image_open(struct lx_call *call, struct lx_text bytes, struct lx_image *image)
{
	struct lx_image_head head;
	struct lx_image laid;

	LX_TRY(check_head(call, bytes, &head));
	if ((uintptr_t)bytes.at % 16 != 0 || lx_image_lay(&head, bytes.at, &laid) != bytes.len ||
		lx_image_checksum(bytes) != head.checksum || !consistent(&laid, &head))
		return damaged(call);
	*image = laid;
	return LX_OK;
}

struct lx_similar_text lx_image_text(const struct lx_image *image, size_t number)
{
	struct lx_similar_text text = { .id = lx_image_id(image, number) };
	const char *at = image->texts + image->records[number];
	size_t len = image->records[number + 1] - image->records[number], digits = 0, n = 0;

	while (digits < len && digits < 5) {
		n |= (size_t)(at[digits] & 0x7f) << 7 * digits;
		if ((at[digits++] & 0x80) == 0)
			break;
	}
	if (n <= len - digits) {
		text.text = (struct lx_text){ at + digits, n };
		text.kept = (struct lx_text){ at + digits + n, len - digits - n };
	}
	if (image->categories != NULL)
		text.category = image->categories[number];
	if (image->places != NULL) {
		const int32_t *p = image->places + 3 * number;
		text.place = (struct lx_similar_place){ p[0] != 0, p[1], p[2] };
	}
	return text;
}

size_t lx_image_find(const struct lx_image *image, int64_t id)
{
	size_t low = 0, high = image->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (lx_image_id(image, middle) < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < image->n && lx_image_id(image, low) == id ? low : image->n;
}

/* Keys are spread evenly: the share of the range says about where one stands. */
size_t lx_image_term(const struct lx_image *image, uint64_t key)
{
	size_t low = 0, high = image->terms;

	for (unsigned tries = 0; tries < 8 && high - low > 16; tries++) {
		uint64_t first = image->keys[low], last = image->keys[high - 1];
		if (key < first || key > last)
			return image->terms;
		double share = (double)(key - first) / ((double)(last - first) + 1);
		size_t guess = low + (size_t)(share * (double)(high - 1 - low));
		if (image->keys[guess] <= key)
			low = guess;
		else
			high = guess;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (image->keys[middle] < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low < image->terms && image->keys[low] == key ? low : image->terms;
}

enum lx_code lx_similar_check(struct lx_call *call, struct lx_text image)
{
	struct lx_image opened;

	return lx_image_open(call, image, &opened);
}

enum lx_code lx_similar_texts(
	struct lx_call *call, struct lx_text image, struct lx_similar_text **texts, size_t *n)
{
	struct lx_image opened;

	LX_TRY(lx_image_open(call, image, &opened));
	struct lx_similar_text *all = lx_array(call, opened.n, sizeof *all);
	if (all == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < opened.n; i++)
		all[i] = lx_image_text(&opened, i);
	*texts = all;
	*n = opened.n;
	return LX_OK;
}
