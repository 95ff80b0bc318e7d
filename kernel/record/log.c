/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Keys, and publishing: a checkpoint is read from a snapshot (what is in it is durable), compared with the last one,
 * signed, written to its file, and only then given to anyone.
 */
#include "kernel/record/log.h"

#include "base/memory.h"
#include "kernel/journal/hash.h"
#include "kernel/record/whole_file.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define NOTE_MOST 16384 /* a name, two lines, a signature, those of 64 witnesses */

static const char key_file[] = "log.key", public_file[] = "log.pub", last_file[] = "checkpoint";
static const char sm2_file[] = "log.sm2", sm2_public_file[] = "log-sm2.pub";

struct lx_log {
	const char *keys;
	struct lx_store *store;
	pthread_mutex_t lock;
	bool has_key, has_last;
	struct lx_note_signer signer;
	bool has_sm2;
	struct lx_note_key sm2_key;
	struct lx_secret_key sm2;
	struct lx_served *served;
	struct lx_fault refusal; /* msgid NULL: none */
	struct lx_checkpoint last;
	char note[NOTE_MOST]; /* of `last` */
	size_t note_n;
	bool fresh; /* checked with the journal at `at` */
	int64_t at;
};

/* --- keys ------------------------------------------------------------------------------------ */

static enum lx_code write_keys(
	struct lx_call *call, const char *keys, const struct lx_note_signer *signer)
{
	char text[LX_NOTE_KEY_TEXT + 1];

	lx_note_signer_write(signer, text);
	size_t n = strlen(text);
	text[n++] = '\n';
	enum lx_code code = lx_whole_write(call, keys, key_file, (struct lx_text){ text, n },
		(struct lx_whole_how){ .secret = true, .fresh = true });
	sodium_memzero(text, sizeof text);
	LX_TRY(code);
	lx_note_key_write(&signer->key, text);
	n = strlen(text);
	text[n++] = '\n';
	return lx_whole_write(call, keys, public_file, (struct lx_text){ text, n },
		(struct lx_whole_how){ .fresh = false });
}

enum lx_code lx_log_keys_make(struct lx_call *call, const char *keys, struct lx_text origin)
{
	unsigned char seed[LX_NOTE_SEED];
	struct lx_note_signer signer;

	lx_hash_random(seed, sizeof seed);
	enum lx_code code = lx_note_signer_make(call, LX_NOTE_ED25519, origin, seed, &signer);
	sodium_memzero(seed, sizeof seed);
	LX_TRY(code);
	if (mkdir(keys, 0700) != 0 && errno != EEXIST)
		code = lx_fail(
			call, LX_BROKEN, NULL, "record.file", "%s: %s", keys, strerror(errno));
	else
		code = write_keys(call, keys, &signer);
	lx_note_forget(&signer);
	return code;
}

static enum lx_code write_sm2(
	struct lx_call *call, const char *keys, const struct lx_secret_key *secret)
{
	struct lx_note_key log_key, key;
	char text[LX_NOTE_KEY_TEXT + 1];

	enum lx_code code = lx_log_key_beside(call, keys, &log_key);
	if (code == LX_NOT_FOUND)
		return lx_fail(call, LX_BUSY, NULL, "record.no_key", "%s", keys);
	LX_TRY(code);
	LX_TRY(lx_note_sm2_key(call, lx_text(log_key.name), &secret->public, &key));
	lx_secret_write(secret, text);
	code = lx_whole_write(call, keys, sm2_file, lx_text(text),
		(struct lx_whole_how){ .secret = true, .fresh = true });
	sodium_memzero(text, sizeof text);
	LX_TRY(code);
	lx_note_key_write(&key, text);
	size_t n = strlen(text);
	text[n++] = '\n';
	return lx_whole_write(call, keys, sm2_public_file, (struct lx_text){ text, n },
		(struct lx_whole_how){ .fresh = false });
}

enum lx_code lx_log_sm2_make(struct lx_call *call, const char *keys)
{
	LX_CLOSE(lx_secret_forget) struct lx_secret_key secret = { .secret = { 0 } };

	LX_TRY(lx_secret_make(call, LX_SIGN_SM2, &secret));
	return write_sm2(call, keys, &secret);
}

enum lx_code lx_log_key_beside(struct lx_call *call, const char *keys, struct lx_note_key *key)
{
	struct lx_text text;

	LX_TRY(lx_whole_read(call, keys, public_file, &text));
	return lx_note_key_read(call, text, key);
}

static enum lx_code read_signer(
	struct lx_call *call, const char *keys, struct lx_note_signer *signer)
{
	struct lx_text text;
	enum lx_code code = lx_whole_read(call, keys, key_file, &text);

	if (code == LX_NOT_FOUND)
		return lx_fail(call, LX_BUSY, NULL, "record.no_key", "%s", keys);
	LX_TRY(code);
	code = lx_note_signer_read(call, text, signer);
	sodium_memzero((void *)(uintptr_t)text.at, text.len);
	return code;
}

/* "suzhou.example/log" may be followed by "suzhou.example/log/2027". */
static bool names_the_old(struct lx_text origin, const char *old)
{
	size_t n = strlen(old);

	return lx_text_starts(origin, old) && origin.len > n + 1 && origin.at[n] == '/';
}

enum lx_code lx_log_keys_anew(struct lx_call *call, const char *keys, struct lx_text origin)
{
	struct lx_note_signer signer;
	char aside[4096];

	LX_TRY(read_signer(call, keys, &signer));
	struct lx_note_key old = signer.key;
	lx_note_forget(&signer);
	if (!lx_note_name_fits(origin))
		return lx_fail(
			call, LX_INVALID, NULL, "record.name", "%.*s", (int)origin.len, origin.at);
	if (!names_the_old(origin, old.name))
		return lx_fail(call, LX_INVALID, NULL, "record.origin_names", "%s", old.name);
	int n = snprintf(aside, sizeof aside, "%s-%02x%02x%02x%02x", keys, old.id[0], old.id[1],
		old.id[2], old.id[3]);
	if (n >= (int)sizeof aside || rename(keys, aside) != 0)
		return lx_fail(
			call, LX_BROKEN, NULL, "record.file", "%s: %s", keys, strerror(errno));
	return lx_log_keys_make(call, keys, origin);
}

/* --- opening --------------------------------------------------------------------------------- */

static enum lx_code keep_note(struct lx_call *call, struct lx_log *log, struct lx_text note,
	const struct lx_checkpoint *checkpoint)
{
	if (note.len > sizeof log->note)
		return lx_fail(call, LX_BUSY, NULL, "record.last_bad", "%s", log->keys);
	memcpy(log->note, note.at, note.len);
	log->note_n = note.len;
	log->last = *checkpoint;
	log->has_last = true;
	return LX_OK;
}

static enum lx_code read_last(struct lx_call *call, struct lx_log *log)
{
	struct lx_checkpoint checkpoint;
	struct lx_text note;
	enum lx_code code = lx_whole_read(call, log->keys, last_file, &note);

	if (code == LX_NOT_FOUND) /* nothing has been published yet */
		return LX_OK;
	LX_TRY(code);
	if (lx_checkpoint_verify(call, note, &log->signer.key, &checkpoint) != LX_OK) {
		lx_fault_clear(&call->fault);
		return lx_fail(call, LX_BUSY, NULL, "record.last_bad", "%s", log->keys);
	}
	return keep_note(call, log, note, &checkpoint);
}

static enum lx_code read_sm2(struct lx_call *call, struct lx_log *log)
{
	struct lx_text text;
	enum lx_code code = lx_whole_read(call, log->keys, sm2_file, &text);

	if (code == LX_NOT_FOUND) /* it is optional */
		return LX_OK;
	LX_TRY(code);
	code = lx_secret_read(call, text, &log->sm2);
	sodium_memzero((void *)(uintptr_t)text.at, text.len);
	LX_TRY(code);
	LX_TRY(lx_note_sm2_key(
		call, lx_text(log->signer.key.name), &log->sm2.public, &log->sm2_key));
	log->has_sm2 = true;
	return LX_OK;
}

static enum lx_code read_keys(struct lx_call *call, struct lx_log *log)
{
	LX_TRY(read_signer(call, log->keys, &log->signer));
	log->has_key = true;
	LX_TRY(read_sm2(call, log));
	return read_last(call, log);
}

enum lx_code lx_log_open(
	struct lx_call *call, const char *keys, struct lx_store *store, struct lx_log **log)
{
	struct lx_log *made = lx_memory_new(sizeof *made);

	if (made == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	made->keys = keys;
	made->store = store;
	made->served = lx_served_open();
	if (made->served == NULL) {
		lx_memory_free(made);
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	}
	(void)pthread_mutex_init(&made->lock, NULL);
	if (read_keys(call, made) != LX_OK) {
		made->refusal = call->fault;
		lx_fault_clear(&call->fault);
	}
	*log = made;
	return LX_OK;
}

void lx_log_close(struct lx_log **log)
{
	if (*log == NULL)
		return;
	(void)pthread_mutex_destroy(&(*log)->lock);
	lx_note_forget(&(*log)->signer);
	lx_secret_forget(&(*log)->sm2);
	lx_served_close(&(*log)->served);
	lx_memory_free(*log);
	*log = NULL;
}

const struct lx_note_key *lx_log_key(const struct lx_log *log)
{
	return log->has_key ? &log->signer.key : NULL;
}

const struct lx_note_key *lx_log_sm2_key(const struct lx_log *log)
{
	return log->has_sm2 ? &log->sm2_key : NULL;
}

/* --- publishing ------------------------------------------------------------------------------ */

/* Never backward: what was published must still be what the journal says. */
static enum lx_code compare_last(
	struct lx_call *call, const struct lx_log *log, struct lx_tx *tx, int64_t size)
{
	unsigned char root[LX_HASH_BYTES];

	if (!log->has_last || log->last.size == 0)
		return LX_OK;
	if (size < log->last.size)
		return lx_fail(call, LX_BUSY, NULL, "record.behind", "%lld < %lld", (long long)size,
			(long long)log->last.size);
	LX_TRY(lx_root_of(tx, 0, log->last.size, root));
	if (memcmp(root, log->last.root, sizeof root) != 0)
		return lx_fail(
			call, LX_BUSY, NULL, "record.differs", "%lld", (long long)log->last.size);
	return LX_OK;
}

/* The size and root of the journal now, in agreement with what was published. */
static enum lx_code look(
	struct lx_call *call, const struct lx_log *log, struct lx_checkpoint *checkpoint)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_edge edge;

	LX_TRY(lx_store_read(log->store, call, &tx));
	LX_TRY(lx_edge_load(tx, &edge));
	LX_TRY(compare_last(call, log, tx, edge.size));
	memcpy(checkpoint->origin, log->signer.key.name, sizeof checkpoint->origin);
	checkpoint->size = edge.size;
	lx_edge_root(&edge, checkpoint->root);
	return LX_OK;
}

/* Whether the last checkpoint has the lines of all keys: the second one may have come after it. */
static bool signed_by_all(struct lx_call *call, const struct lx_log *log)
{
	struct lx_text text, note = { log->note, log->note_n };
	bool yes = !log->has_sm2 || lx_note_verify(call, note, &log->sm2_key, &text) == LX_OK;

	lx_fault_clear(&call->fault);
	return yes;
}

/* The additional line, for the text of the note that stands in `note`. */
static enum lx_code add_sm2(struct lx_call *call, const struct lx_log *log, struct lx_buf *note)
{
	struct lx_text text;

	if (!log->has_sm2 || lx_buf_failed(note))
		return LX_OK;
	LX_TRY(lx_note_verify(call, lx_buf_view(note), &log->signer.key, &text));
	LX_CLOSE(lx_buf_close) struct lx_buf line = { 0 };
	LX_TRY(lx_note_sm2_line(call, &log->sm2_key, &log->sm2, text, &line));
	lx_buf_text(note, lx_buf_view(&line));
	return LX_OK;
}

static enum lx_code publish(struct lx_call *call, struct lx_log *log)
{
	LX_CLOSE(lx_buf_close) struct lx_buf note = { .limit = NOTE_MOST };
	struct lx_checkpoint now;

	LX_TRY(look(call, log, &now));
	if (log->has_last && now.size == log->last.size && signed_by_all(call, log))
		return LX_OK;
	lx_checkpoint_sign(&log->signer, now.size, now.root, &note);
	LX_TRY(add_sm2(call, log, &note));
	if (lx_buf_failed(&note))
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	LX_TRY(lx_whole_write(call, log->keys, last_file, lx_buf_view(&note),
		(struct lx_whole_how){ .fresh = false }));
	return keep_note(call, log, lx_buf_view(&note), &now);
}

static enum lx_code bring_up(struct lx_call *call, struct lx_log *log, int64_t now)
{
	if (log->refusal.msgid != NULL) {
		call->fault = log->refusal;
		return log->refusal.code;
	}
	if (log->fresh && now >= log->at && now - log->at < LX_LOG_EVERY)
		return LX_OK;
	log->fresh = false;
	LX_TRY(publish(call, log));
	log->fresh = true;
	log->at = now;
	return LX_OK;
}

static enum lx_code copy_note(
	struct lx_call *call, const struct lx_log *log, struct lx_published *published)
{
	char *note = lx_alloc(call, log->note_n + 1);

	if (note == NULL)
		return LX_BROKEN;
	memcpy(note, log->note, log->note_n);
	*published = (struct lx_published){ log->last.size, { note, log->note_n } };
	return LX_OK;
}

enum lx_code lx_log_checkpoint(
	struct lx_log *log, struct lx_call *call, int64_t now, struct lx_published *published)
{
	(void)pthread_mutex_lock(&log->lock);
	enum lx_code code = bring_up(call, log, now);
	if (code == LX_OK)
		code = copy_note(call, log, published);
	(void)pthread_mutex_unlock(&log->lock);
	return code;
}

/* --- tiles, promises -------------------------------------------------------------------------- */

enum lx_code lx_log_tile(struct lx_log *log, struct lx_call *call, int64_t now,
	const struct lx_log_tile *tile, struct lx_buf *out)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_checkpoint last;

	(void)pthread_mutex_lock(&log->lock);
	enum lx_code code = bring_up(call, log, now);
	last = log->last;
	(void)pthread_mutex_unlock(&log->lock);
	LX_TRY(code);
	if (lx_served_kept(log->served, &last, tile, out))
		return LX_OK;
	LX_TRY(lx_store_read(log->store, call, &tx));
	return lx_served_read(log->served, tx, &last, tile, out);
}

enum lx_code lx_log_promise(struct lx_log *log, struct lx_call *call, int64_t now, int64_t n,
	const unsigned char leaf[LX_HASH_BYTES], struct lx_buf *out)
{
	struct lx_promise said = { .n = n };

	(void)pthread_mutex_lock(&log->lock);
	/* a log that may not publish may not promise either */
	enum lx_code code = log->fresh ? LX_OK : bring_up(call, log, now);
	(void)pthread_mutex_unlock(&log->lock);
	LX_TRY(code);
	memcpy(said.leaf, leaf, sizeof said.leaf);
	lx_promise_sign(&log->signer, &said, out);
	return lx_buf_failed(out) ? lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL) : LX_OK;
}

enum lx_code lx_log_test(struct lx_log *log, struct lx_tx *tx)
{
	int64_t size;

	LX_TRY(lx_journal_size(tx, &size));
	return compare_last(lx_tx_call(tx), log, tx, size);
}

/* --- cosignatures ---------------------------------------------------------------------------- */

/* The note without the lines of a key's name, and with the new one. */
static void put_line(const struct lx_log *log, struct lx_text line,
	const struct lx_note_key *witness, struct lx_buf *out)
{
	struct lx_text rest = { log->note, log->note_n }, one;
	char begins[LX_NOTE_NAME + 8];

	(void)snprintf(begins, sizeof begins, "\xe2\x80\x94 %s ", witness->name);
	while (rest.len > 0 && lx_text_split(&rest, '\n', &one))
		if (!lx_text_starts(one, begins))
			lx_buf_printf(out, "%.*s\n", (int)one.len, one.at);
	lx_buf_text(out, line);
}

static enum lx_code add_line(struct lx_log *log, struct lx_call *call, struct lx_text line,
	const struct lx_note_key *witness)
{
	LX_CLOSE(lx_buf_close) struct lx_buf note = { .limit = NOTE_MOST };
	struct lx_checkpoint last = log->last;
	struct lx_text text;

	put_line(log, line, witness, &note);
	if (lx_buf_failed(&note))
		return lx_fail(call, LX_INVALID, NULL, "record.note", NULL);
	LX_TRY(lx_note_verify(call, lx_buf_view(&note), witness, &text));
	LX_TRY(lx_whole_write(call, log->keys, last_file, lx_buf_view(&note),
		(struct lx_whole_how){ .fresh = false }));
	return keep_note(call, log, lx_buf_view(&note), &last);
}

enum lx_code lx_log_cosigned(struct lx_log *log, struct lx_call *call, int64_t size,
	struct lx_text line, const struct lx_note_key *witness)
{
	(void)pthread_mutex_lock(&log->lock);
	enum lx_code code = log->has_last && log->last.size == size
				    ? add_line(log, call, line, witness)
				    : LX_NOT_FOUND;
	(void)pthread_mutex_unlock(&log->lock);
	return code;
}
