/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Fuzzing the readers: whatever is read without a fault can be computed, proved and written, and what was
 * written reads back to the same matrix.
 */
#include "engines/consensus/consensus.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct lx_text text_of(const struct lx_buf *buf)
{
	return lx_buf_view(buf);
}

static void same_again(
	struct lx_call *call, const struct lx_discussion *d, const struct lx_opinions *o)
{
	LX_CLOSE(lx_buf_close) struct lx_buf votes = { 0 };
	LX_CLOSE(lx_buf_close) struct lx_buf people = { 0 };
	struct lx_discussion log = { 0 }, matrix = { 0 };
	struct lx_opinions a, b;

	lx_write_votes(&votes, d);
	if (lx_write_people(call, &people, d, o, NULL) != LX_OK)
		return;
	assert(lx_discussion_read(call, text_of(&votes), &log) == LX_OK);
	assert(lx_discussion_read(call, text_of(&people), &matrix) == LX_OK);
	assert(lx_discussion_opinions(call, &log, &a) == LX_OK);
	assert(lx_discussion_opinions(call, &matrix, &b) == LX_OK);
	assert(a.people == o->people && b.people == o->people && a.statements == o->statements);
	size_t votes_n = o->from[o->people];
	assert(a.from[a.people] == votes_n && b.from[b.people] == votes_n);
	assert(memcmp(a.cell, o->cell, votes_n * sizeof *a.cell) == 0);
	assert(memcmp(b.cell, o->cell, votes_n * sizeof *b.cell) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 64 << 20 };
	struct lx_call call = { .arena = &arena, .threads = 1 };
	struct lx_discussion d = { 0 };
	struct lx_opinions o;
	struct lx_ground ground;
	struct lx_ground_options how = { .mode = size % 2 == 0 ? LX_PLAIN : LX_POLIS, .reruns = 1 };
	struct lx_text rest = { (const char *)data, size }, file;
	bool holds;

	if (size > 4096 || !lx_utf8_valid(rest.at, rest.len, NULL))
		return 0;
	while (lx_text_split(&rest, '\f', &file))
		if (lx_discussion_read(&call, file, &d) != LX_OK)
			return 0;
	if (lx_discussion_opinions(&call, &d, &o) != LX_OK || o.people == 0)
		return 0;
	same_again(&call, &d, &o);
	if (lx_ground(&call, &o, &how, &ground) != LX_OK)
		return 0;
	if (how.mode == LX_PLAIN && lx_ground_check(&call, &o, &ground, &holds) == LX_OK)
		assert(holds);
	return 0;
}
