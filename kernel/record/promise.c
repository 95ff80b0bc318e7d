/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Promises written, signed and read. */
#include "kernel/record/promise.h"

#include "kernel/journal/hash.h"

#include <string.h>

#define BEGINS "lianxi receipt 1\n"

void lx_promise_sign(
	const struct lx_note_signer *signer, struct lx_promise *promise, struct lx_buf *out)
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };
	char leaf[LX_HASH_TEXT];

	memcpy(promise->origin, signer->key.name, sizeof promise->origin);
	lx_hash_write(promise->leaf, leaf);
	lx_buf_printf(&text, BEGINS "%s\n%lld\n%s\n", promise->origin, (long long)promise->n, leaf);
	if (lx_buf_failed(&text))
		out->broken = true;
	else
		lx_note_sign(signer, lx_buf_view(&text), out);
}

bool lx_promise_is(struct lx_text note)
{
	return lx_text_starts(note, BEGINS);
}

static bool read_lines(struct lx_text text, struct lx_promise *promise)
{
	struct lx_text first, origin, n, leaf;

	if (!lx_promise_is(text) || !lx_text_split(&text, '\n', &first) ||
		!lx_text_split(&text, '\n', &origin) || !lx_text_split(&text, '\n', &n) ||
		!lx_text_split(&text, '\n', &leaf) || text.len > 0 || origin.len == 0 ||
		origin.len >= sizeof promise->origin)
		return false;
	memcpy(promise->origin, origin.at, origin.len);
	promise->origin[origin.len] = '\0';
	return lx_text_int(n, &promise->n) && promise->n > 0 && n.at[0] != '0' &&
	       lx_hash_read(leaf, promise->leaf);
}

enum lx_code lx_promise_verify(struct lx_call *call, struct lx_text note,
	const struct lx_note_key *key, struct lx_promise *promise)
{
	struct lx_promise read = { .n = 0 };
	struct lx_text text;

	if (key->type == LX_NOTE_COSIGNATURE)
		return lx_fail(call, LX_INVALID, NULL, "record.key", NULL);
	LX_TRY(lx_note_verify(call, note, key, &text));
	if (!read_lines(text, &read))
		return lx_fail(call, LX_INVALID, NULL, "record.promise", NULL);
	if (strcmp(read.origin, key->name) != 0)
		return lx_fail(call, LX_CONFLICT, NULL, "record.origin", "%s", read.origin);
	*promise = read;
	return LX_OK;
}
