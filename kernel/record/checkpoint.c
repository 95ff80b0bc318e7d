/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Checkpoints written, signed and read. */
#include "kernel/record/checkpoint.h"

#include "kernel/journal/hash.h"

#include <string.h>

void lx_checkpoint_write(const struct lx_checkpoint *checkpoint, struct lx_buf *out)
{
	char root[LX_HASH_TEXT];

	lx_hash_write(checkpoint->root, root);
	lx_buf_printf(out, "%s\n%lld\n%s\n", checkpoint->origin, (long long)checkpoint->size, root);
}

void lx_checkpoint_sign(const struct lx_note_signer *signer, int64_t size,
	const unsigned char root[LX_HASH_BYTES], struct lx_buf *out)
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };
	struct lx_checkpoint checkpoint = { .size = size };

	memcpy(checkpoint.origin, signer->key.name, sizeof checkpoint.origin);
	memcpy(checkpoint.root, root, LX_HASH_BYTES);
	lx_checkpoint_write(&checkpoint, &text);
	if (lx_buf_failed(&text))
		out->broken = true;
	else
		lx_note_sign(signer, lx_buf_view(&text), out);
}

/* A size in decimal without leading zeros. */
static bool read_size(struct lx_text text, int64_t *size)
{
	return text.len > 0 && text.at[0] != '-' && (text.at[0] != '0' || text.len == 1) &&
	       lx_text_int(text, size);
}

bool lx_checkpoint_read(struct lx_text text, struct lx_checkpoint *checkpoint)
{
	struct lx_text origin, size, root;

	if (!lx_text_split(&text, '\n', &origin) || !lx_text_split(&text, '\n', &size) ||
		!lx_text_split(&text, '\n', &root))
		return false;
	if (origin.len == 0 || origin.len >= sizeof checkpoint->origin)
		return false;
	memcpy(checkpoint->origin, origin.at, origin.len);
	checkpoint->origin[origin.len] = '\0';
	return read_size(size, &checkpoint->size) && lx_hash_read(root, checkpoint->root);
}

enum lx_code lx_checkpoint_verify(struct lx_call *call, struct lx_text note,
	const struct lx_note_key *key, struct lx_checkpoint *checkpoint)
{
	struct lx_checkpoint read = { .size = 0 };
	struct lx_text text;

	/* a witness says when it saw a checkpoint; it does not make one */
	if (key->type == LX_NOTE_COSIGNATURE)
		return lx_fail(call, LX_INVALID, NULL, "record.key", NULL);
	LX_TRY(lx_note_verify(call, note, key, &text));
	if (!lx_checkpoint_read(text, &read))
		return lx_fail(call, LX_INVALID, NULL, "record.checkpoint", NULL);
	if (strcmp(read.origin, key->name) != 0)
		return lx_fail(call, LX_CONFLICT, NULL, "record.origin", "%s", read.origin);
	*checkpoint = read;
	return LX_OK;
}
