/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Fuzzing the loader: any bytes as an image, and images that were sound before they were changed; the
 * checksum is made good so that the changes reach what lies behind it. All that reads an image is run.
 */
#include "engines/similar/image.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(struct lx_call *call, enum lx_code code)
{
	if (code != LX_OK)
		lx_fault_clear(&call->fault);
}

static void read_all(struct lx_call *call, struct lx_text image)
{
	struct lx_similar_query query = { .text = LX_TEXT_OF("苏州公交卡 night buses libary"),
		.most = 50,
		.category = 1,
		.place = { true, 31000000, 121000000 } };
	struct lx_similar_text one = { .id = 3, .text = LX_TEXT_OF("公交卡 bus") }, *texts;
	struct lx_similar_topics topics;
	struct lx_similar_groups groups;
	struct lx_similar_hits hits;
	struct lx_similar *index;
	struct lx_text again;
	size_t n;

	if (lx_similar_open(call, 16 << 20, &index) != LX_OK)
		return;
	if (lx_similar_load(call, index, image) == LX_OK) {
		ignore(call, lx_similar_query(call, index, &query, &hits));
		ignore(call, lx_similar_put(call, index, &one));
		ignore(call, lx_similar_remove(call, index, 1));
		ignore(call, lx_similar_remove(call, index, 2));
		query.whole = true;
		ignore(call, lx_similar_query(call, index, &query, &hits));
		ignore(call, lx_similar_image(call, index, &again));
		ignore(call, lx_similar_texts(call, image, &texts, &n));
		ignore(call, lx_similar_twins(call, image, &groups));
		ignore(call, lx_similar_near(call, image, &groups));
		ignore(call, lx_similar_cluster(call, image, 0, &topics));
	}
	lx_similar_close(&index);
}

/* A sound image to start from. */
static struct lx_text sound(struct lx_call *call)
{
	static const char *const rows[] = { "苏州公交卡在上海不能用", "苏州公交卡在上海不能用！",
		"night bus", "夜班公交 night buses", "", "😀", "苏州公交卡在上海地铁不能用" };
	struct lx_similar_text texts[sizeof rows / sizeof rows[0]];
	struct lx_text image = { NULL, 0 };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		texts[i] = (struct lx_similar_text){ .id = (int64_t)i,
			.text = lx_text(rows[i]),
			.kept = LX_TEXT_OF("{}"),
			.category = (uint32_t)i % 2,
			.place = { i % 2 == 0, 31000000, 121000000 } };
	enum lx_code code = lx_similar_build(call, texts, sizeof rows / sizeof rows[0], &image);
	assert(code == LX_OK);
	(void)code;
	return image;
}

/* Changes bytes of `image` as the input says: three bytes of place, one of value. */
static void change(struct lx_text image, const uint8_t *data, size_t size)
{
	char *bytes = (char *)image.at;
	struct lx_image_head head;

	for (; size >= 4; data += 4, size -= 4) {
		size_t at = ((size_t)data[0] << 16 | (size_t)data[1] << 8 | data[2]) % image.len;
		bytes[at] = (char)(bytes[at] ^ data[3]);
	}
	memcpy(&head, image.at, sizeof head);
	head.checksum = lx_image_checksum(image);
	memcpy(bytes, &head, sizeof head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 256 << 20 };
	struct lx_call call = { .arena = &arena };

	if (size == 0)
		return 0;
	if (data[0] % 2 == 0) {
		char *copy = lx_arena_alloc(&arena, size);
		memcpy(copy, data, size);
		read_all(&call, (struct lx_text){ copy, size });
		return 0;
	}
	struct lx_text image = sound(&call);
	change(image, data + 1, size - 1);
	read_all(&call, image);
	return 0;
}
