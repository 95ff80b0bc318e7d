/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Cosigning other logs: a log that once showed more, or something else, is not cosigned again. */
#include "kernel/record/witness.h"

#include "base/memory.h"
#include "kernel/journal/hash.h"
#include "kernel/record/whole_file.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define HEX_HASH 65

static const char key_file[] = "witness.key", public_file[] = "witness.pub",
		  logs_file[] = "witnessed";

struct lx_witness {
	const char *keys;
	struct lx_note_signer signer;
	struct lx_policy logs;
	pthread_mutex_t lock; /* a check and its new state are one step */
};

/* --- requests -------------------------------------------------------------------------------- */

bool lx_add_checkpoint_read(struct lx_text body, struct lx_add_checkpoint *request)
{
	struct lx_text line, rest = body;

	*request = (struct lx_add_checkpoint){ .old = 0 };
	if (!lx_text_split(&rest, '\n', &line) || !lx_text_starts(line, "old "))
		return false;
	line = (struct lx_text){ line.at + 4, line.len - 4 };
	if (line.len == 0 || (line.at[0] == '0' && line.len > 1) || line.at[0] == '-' ||
		!lx_text_int(line, &request->old))
		return false;
	while (lx_text_split(&rest, '\n', &line) && line.len > 0) {
		if (request->proof.n == LX_PROOF_HASHES ||
			!lx_hash_read(line, request->proof.hashes[request->proof.n]))
			return false;
		request->proof.n++;
	}
	request->note = rest;
	return line.len == 0 && rest.len > 0;
}

void lx_add_checkpoint_write(
	int64_t old, const struct lx_proof *proof, struct lx_text note, struct lx_buf *out)
{
	char hash[LX_HASH_TEXT];

	lx_buf_printf(out, "old %lld\n", (long long)old);
	for (size_t i = 0; i < proof->n; i++) {
		lx_hash_write(proof->hashes[i], hash);
		lx_buf_printf(out, "%s\n", hash);
	}
	lx_buf_char(out, '\n');
	lx_buf_text(out, note);
}

/* --- key and state --------------------------------------------------------------------------- */

static void end_line(char text[LX_NOTE_KEY_TEXT + 1])
{
	size_t n = strlen(text);

	text[n] = '\n';
	text[n + 1] = '\0';
}

enum lx_code lx_witness_key_make(struct lx_call *call, const char *keys, struct lx_text name)
{
	unsigned char seed[LX_NOTE_SEED];
	struct lx_note_signer signer;
	char text[LX_NOTE_KEY_TEXT + 1];

	lx_hash_random(seed, sizeof seed);
	enum lx_code code = lx_note_signer_make(call, LX_NOTE_COSIGNATURE, name, seed, &signer);
	sodium_memzero(seed, sizeof seed);
	LX_TRY(code);
	lx_note_signer_write(&signer, text);
	end_line(text);
	code = lx_whole_write(call, keys, key_file, lx_text(text),
		(struct lx_whole_how){ .secret = true, .fresh = true });
	sodium_memzero(text, sizeof text);
	lx_note_key_write(&signer.key, text);
	end_line(text);
	lx_note_forget(&signer);
	LX_TRY(code);
	return lx_whole_write(
		call, keys, public_file, lx_text(text), (struct lx_whole_how){ .fresh = false });
}

static enum lx_code read_logs(struct lx_call *call, struct lx_witness *witness)
{
	struct lx_text text;
	enum lx_code code = lx_whole_read(call, witness->keys, logs_file, &text);

	if (code == LX_NOT_FOUND) /* a witness of nobody yet */
		return LX_OK;
	LX_TRY(code);
	return lx_policy_read(call, text, &witness->logs);
}

enum lx_code lx_witness_open(struct lx_call *call, const char *keys, struct lx_witness **witness)
{
	struct lx_text text;
	enum lx_code code = lx_whole_read(call, keys, key_file, &text);

	*witness = NULL;
	if (code == LX_NOT_FOUND)
		return LX_OK;
	LX_TRY(code);
	struct lx_witness *made = lx_memory_new(sizeof *made);
	if (made == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	made->keys = keys;
	(void)pthread_mutex_init(&made->lock, NULL);
	code = lx_note_signer_read(call, text, &made->signer);
	sodium_memzero((void *)(uintptr_t)text.at, text.len);
	if (code == LX_OK && made->signer.key.type != LX_NOTE_COSIGNATURE)
		code = lx_fail(call, LX_INVALID, NULL, "record.private_key", NULL);
	if (code == LX_OK)
		code = read_logs(call, made);
	*witness = made;
	if (code != LX_OK)
		lx_witness_close(witness);
	return code;
}

void lx_witness_close(struct lx_witness **witness)
{
	if (*witness == NULL)
		return;
	(void)pthread_mutex_destroy(&(*witness)->lock);
	lx_note_forget(&(*witness)->signer);
	lx_memory_free(*witness);
	*witness = NULL;
}

const struct lx_note_key *lx_witness_key(const struct lx_witness *witness)
{
	return &witness->signer.key;
}

/* The folder of states, and the file of an origin in it. */
static enum lx_code seen_folder(
	struct lx_call *call, const struct lx_witness *witness, char folder[4096])
{
	if (snprintf(folder, 4096, "%s/seen", witness->keys) >= 4096 ||
		(mkdir(folder, 0700) != 0 && errno != EEXIST))
		return lx_fail(call, LX_BROKEN, NULL, "record.file", "%s: %s", witness->keys,
			strerror(errno));
	return LX_OK;
}

static void file_of(struct lx_text origin, char name[HEX_HASH])
{
	unsigned char hash[LX_HASH_BYTES];
	struct lx_hashing hashing;

	lx_hash_begin(&hashing);
	lx_hash_add(&hashing, origin.at, origin.len);
	lx_hash_end(&hashing, hash);
	(void)sodium_bin2hex(name, HEX_HASH, hash, sizeof hash);
}

static enum lx_code read_seen(struct lx_call *call, struct lx_witness *witness, const char *name,
	const struct lx_note_key *key, struct lx_checkpoint *seen)
{
	char folder[4096];
	struct lx_text note;

	*seen = (struct lx_checkpoint){ .size = 0 };
	LX_TRY(seen_folder(call, witness, folder));
	enum lx_code code = lx_whole_read(call, folder, name, &note);
	if (code == LX_NOT_FOUND)
		return LX_OK;
	LX_TRY(code);
	return lx_checkpoint_verify(call, note, key, seen);
}

enum lx_code lx_witness_seen(
	struct lx_witness *witness, struct lx_call *call, struct lx_text hash, struct lx_text *note)
{
	char folder[4096], name[HEX_HASH];

	if (hash.len != HEX_HASH - 1)
		return LX_NOT_FOUND;
	for (size_t i = 0; i < hash.len; i++)
		if (memchr("0123456789abcdef", hash.at[i], 16) == NULL)
			return LX_NOT_FOUND;
	memcpy(name, hash.at, hash.len);
	name[hash.len] = '\0';
	LX_TRY(seen_folder(call, witness, folder));
	return lx_whole_read(call, folder, name, note);
}

/* --- cosigning ------------------------------------------------------------------------------- */

/* Everything that is answered without a cosignature; 200 when it may be given. */
static unsigned judge(const struct lx_add_checkpoint *request,
	const struct lx_checkpoint *checkpoint, const struct lx_checkpoint *seen)
{
	unsigned char empty[LX_HASH_BYTES];
	struct lx_edge none = { .size = 0 };

	lx_edge_root(&none, empty);
	if (request->old > checkpoint->size)
		return 400;
	if (request->old != seen->size)
		return 409;
	if (checkpoint->size == 0 && memcmp(checkpoint->root, empty, sizeof empty) != 0)
		return 422;
	if (!lx_consistency_holds(
		    &request->proof, request->old, seen->root, checkpoint->size, checkpoint->root))
		return 422;
	return 200;
}

static enum lx_code cosign(struct lx_witness *witness, struct lx_call *call, const char *name,
	struct lx_text note, int64_t seconds, struct lx_buf *answer)
{
	LX_CLOSE(lx_buf_close) struct lx_buf kept = { 0 };
	char folder[4096];
	const char *end = memmem(note.at, note.len, "\n\n", 2);

	if (end == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "record.note", NULL);
	lx_note_cosign(&witness->signer, (struct lx_text){ note.at, (size_t)(end - note.at) + 1 },
		seconds, answer);
	lx_buf_text(&kept, note);
	lx_buf_text(&kept, lx_buf_view(answer));
	if (lx_buf_failed(answer) || lx_buf_failed(&kept))
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	LX_TRY(seen_folder(call, witness, folder));
	return lx_whole_write(
		call, folder, name, lx_buf_view(&kept), (struct lx_whole_how){ .fresh = false });
}

static enum lx_code add(struct lx_witness *witness, struct lx_call *call,
	const struct lx_add_checkpoint *request, int64_t seconds, unsigned *status,
	struct lx_buf *answer)
{
	struct lx_text origin, rest = request->note;
	struct lx_checkpoint checkpoint, seen;
	char name[HEX_HASH];

	(void)lx_text_split(&rest, '\n', &origin);
	const struct lx_policy_log *log = lx_policy_log_of(&witness->logs, origin);
	*status = 404;
	if (log == NULL)
		return LX_OK;
	*status = 403;
	if (lx_checkpoint_verify(call, request->note, &log->key, &checkpoint) != LX_OK) {
		lx_fault_clear(&call->fault);
		return LX_OK;
	}
	file_of(origin, name);
	LX_TRY(read_seen(call, witness, name, &log->key, &seen));
	*status = judge(request, &checkpoint, &seen);
	if (*status == 409)
		lx_buf_printf(answer, "%lld\n", (long long)seen.size);
	return *status == 200 ? cosign(witness, call, name, request->note, seconds, answer) : LX_OK;
}

enum lx_code lx_witness_add(struct lx_witness *witness, struct lx_call *call, struct lx_text body,
	int64_t seconds, unsigned *status, struct lx_buf *answer)
{
	struct lx_add_checkpoint request;

	*status = 400;
	if (!lx_add_checkpoint_read(body, &request))
		return LX_OK;
	(void)pthread_mutex_lock(&witness->lock);
	enum lx_code code = add(witness, call, &request, seconds, status, answer);
	(void)pthread_mutex_unlock(&witness->lock);
	return code;
}
