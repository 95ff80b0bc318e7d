/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What outsiders hand to this room: addresses of tiles, keys, notes, proof files, policies, requests to witness. The first byte chooses. What is
 * accepted must come back the same when written again.
 */
#include "kernel/record/proof.h"
#include "kernel/record/tiles.h"
#include "kernel/record/witness.h"

#include <stdlib.h>
#include <string.h>

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static void try_tile(struct lx_text text)
{
	LX_CLOSE(lx_buf_close) struct lx_buf again = { 0 };
	struct lx_log_tile tile;

	if (!lx_tile_parse(text, &tile))
		return;
	lx_tile_path(&tile, &again);
	must(lx_text_equal(lx_buf_view(&again), text));
}

static void try_keys(struct lx_call *call, struct lx_text text)
{
	char again[LX_NOTE_KEY_TEXT];
	struct lx_note_signer signer;
	struct lx_note_key key;

	if (lx_note_key_read(call, text, &key) == LX_OK) {
		lx_note_key_write(&key, again);
		must(lx_note_key_read(call, lx_text(again), &key) == LX_OK);
	}
	if (lx_note_signer_read(call, text, &signer) == LX_OK) {
		lx_note_signer_write(&signer, again);
		must(lx_note_signer_read(call, lx_text(again), &signer) == LX_OK);
	}
}

static void try_receipt(struct lx_call *call, struct lx_text text)
{
	static const unsigned char seed[LX_NOTE_SEED] = { 1 };
	LX_CLOSE(lx_buf_close) struct lx_buf again = { 0 };
	struct lx_note_signer signer;
	struct lx_receipt receipt, twice;
	struct lx_checkpoint checkpoint;

	must(lx_note_signer_make(call, LX_NOTE_ED25519, LX_TEXT_OF("fuzz"), seed, &signer) ==
		LX_OK);
	if (lx_checkpoint_verify(call, text, &signer.key, &checkpoint) == LX_OK)
		must(checkpoint.size >= 0);
	if (lx_receipt_read(call, text, &receipt) != LX_OK)
		return;
	(void)!lx_receipt_verify(call, &receipt, &signer.key, &checkpoint);
	lx_receipt_write(receipt.entry, receipt.index, &receipt.proof, receipt.checkpoint, &again);
	must(lx_receipt_read(call, lx_buf_view(&again), &twice) == LX_OK);
	must(twice.index == receipt.index && twice.proof.n == receipt.proof.n &&
		lx_text_equal(twice.entry, receipt.entry) &&
		lx_text_equal(twice.checkpoint, receipt.checkpoint));
}

static void try_witness(struct lx_call *call, struct lx_text text)
{
	LX_CLOSE(lx_buf_close) struct lx_buf again = { 0 };
	struct lx_add_checkpoint request, twice;
	struct lx_policy policy;
	size_t held;

	if (lx_policy_read(call, text, &policy) == LX_OK)
		(void)lx_policy_met(&policy, text, &held);
	if (!lx_add_checkpoint_read(text, &request))
		return;
	lx_add_checkpoint_write(request.old, &request.proof, request.note, &again);
	must(lx_add_checkpoint_read(lx_buf_view(&again), &twice));
	must(twice.old == request.old && twice.proof.n == request.proof.n &&
		lx_text_equal(twice.note, request.note));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = (size_t)16 << 20 };
	struct lx_call call = { .arena = &arena };

	if (size == 0)
		return 0;
	struct lx_text text = { (const char *)data + 1, size - 1 };
	if (data[0] == 't')
		try_tile(text);
	else if (data[0] == 'k')
		try_keys(&call, text);
	else if (data[0] == 'w')
		try_witness(&call, text);
	else
		try_receipt(&call, text);
	return 0;
}
