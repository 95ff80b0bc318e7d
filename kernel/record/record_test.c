/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Notes, checkpoints, tiles and proofs against known answers: the key in the examples of Go's package note, and a key and a
 * tree whose signatures and roots were checked with golang.org/x/mod (entry i is {"i":i,"t":"需求"}).
 */
#include "base/memory.h"
#include "kernel/journal/hash.h"
#include "kernel/journal/journal_queries.h"
#include "kernel/record/log.h"
#include "kernel/record/served.h"
#include "kernel/record/tiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define ORIGIN "lianxi.example/log"
#define VKEY   ORIGIN "+fd374cce+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
#define CHECKPOINT_5                                                                               \
	ORIGIN "\n5\n7Sy7ZNKH/a4Cm2IOpxca/Z+dj/pgcL7t/cH+HZmfJFI=\n\n"                             \
	       "\xe2\x80\x94 " ORIGIN " /TdMzh2v/B0FZBsoJDDFmFQukE4Wwt1o4KRyk/"                    \
	       "PshjEfjwj/IzA55qOQNg3ROdVQu1VzyR2Puy1ne0zDbye2L8hqKgQ=\n"
#define COSIGNATURE                                                                                \
	"\xe2\x80\x94 witness.example/w1 "                                                         \
	"ycts0QAAAABpVzWlWTWUa4ZHb0z08LCrwNCXRVoUI+pMpoHKhIWjerQxq"                                \
	"uY4TydZ/V3P8ZRTHqjlMeFZ1o8TP2OPxlLdpu9wc/SUCQ==\n"

struct fixture {
	struct lx_arena arena;
	struct lx_call call;
	struct lx_store *store;
	struct lx_tx *tx;
	struct lx_edge edge;
	struct lx_note_signer signer;
	char folder[64], path[160], keys[96];
};

static void file_of(struct fixture *f, const char *name, char path[160])
{
	(void)snprintf(path, 160, "%s/%s", f->folder, name);
}

static void open_store(struct fixture *f, const char *name)
{
	file_of(f, name, f->path);
	assert_int_equal(
		lx_store_open(&f->call, f->path, LX_STORE_CREATE, lx_journal_tables, &f->store),
		LX_OK);
	f->edge = (struct lx_edge){ .size = 0 };
}

static int open_fixture(void **state)
{
	static struct fixture f;
	unsigned char seed[LX_NOTE_SEED];

	f = (struct fixture){ .arena = { .limit = 256 << 20 } };
	f.call.arena = &f.arena;
	(void)snprintf(f.folder, sizeof f.folder, "record-test-XXXXXX");
	if (mkdtemp(f.folder) == NULL)
		return 1;
	(void)snprintf(f.keys, sizeof f.keys, "%s/keys", f.folder);
	open_store(&f, "a.db");
	for (size_t i = 0; i < sizeof seed; i++)
		seed[i] = (unsigned char)i;
	*state = &f;
	return lx_note_signer_make(&f.call, LX_NOTE_ED25519, LX_TEXT_OF(ORIGIN), seed, &f.signer) !=
	       LX_OK;
}

static int close_fixture(void **state)
{
	struct fixture *f = *state;
	char command[160];

	lx_store_rollback(&f->tx);
	lx_store_close(&f->store);
	lx_arena_close(&f->arena);
	(void)snprintf(command, sizeof command, "rm -r '%s'", f->folder);
	return system(command);
}

/* Entries up to n, in one transaction; those from `other` on have another text. */
static void grow(struct fixture *f, int64_t n, int64_t other)
{
	struct lx_tiles_done done;
	unsigned char leaf[LX_HASH_BYTES];
	char text[160];

	assert_int_equal(lx_store_begin(f->store, &f->call, &f->tx), LX_OK);
	while (f->edge.size < n) {
		/* the form of entries, of which the vectors know nothing, is asked for the last one only */
		bool last = f->edge.size == n - 1 && other > 0;
		(void)snprintf(text, sizeof text, "{\"i\":%lld,\"t\":\"需%s\"}",
			(long long)f->edge.size,
			f->edge.size + 1 >= other && other > 0 ? "" : "求");
		if (last)
			(void)snprintf(text, sizeof text,
				"{\"at\":0,\"format\":0,\"inner\":"
				"\"BhNwJYiNg9wK/onRkaJfY/s6bRRndD5Mq/LMVHXu7gk=\",\"n\":%lld,"
				"\"shut\":\"need\"}",
				(long long)n);
		lx_hash_leaf(lx_text(text), leaf);
		struct lx_value binds[] = { LX_I(f->edge.size + 1),
			LX_B(((struct lx_text){ (char *)leaf, sizeof leaf })),
			LX_B(lx_text(text)) };
		assert_int_equal(lx_run(f->tx, &lx_journal_queries[Q_ENTRY_INSERT], binds), LX_OK);
		lx_edge_add(&f->edge, leaf, &done);
		assert_int_equal(lx_tree_store(f->tx, &f->edge, &done), LX_OK);
	}
	assert_int_equal(lx_store_commit(&f->tx), LX_OK);
}

static void a_key_of_others_is_read(void **state)
{
	struct fixture *f = *state;
	struct lx_note_key key;
	char text[LX_NOTE_KEY_TEXT];

	assert_int_equal(
		lx_note_key_read(&f->call,
			LX_TEXT_OF("example.com/"
				   "foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"),
			&key),
		LX_OK);
	assert_string_equal(key.name, "example.com/foo");
	lx_note_key_write(&key, text);
	assert_string_equal(
		text, "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
}

static void a_note_is_signed_as_go_signs_it(void **state)
{
	LX_CLOSE(lx_buf_close) struct lx_buf note = { 0 };
	struct fixture *f = *state;
	unsigned char root[LX_HASH_BYTES];
	struct lx_checkpoint read;
	char text[LX_NOTE_KEY_TEXT];

	lx_note_key_write(&f->signer.key, text);
	assert_string_equal(text, VKEY);
	assert_true(lx_hash_read(LX_TEXT_OF("7Sy7ZNKH/a4Cm2IOpxca/Z+dj/pgcL7t/cH+HZmfJFI="), root));
	lx_checkpoint_sign(&f->signer, 5, root, &note);
	assert_string_equal(note.at, CHECKPOINT_5);
	lx_buf_str(&note, COSIGNATURE); /* of a key that we do not know */
	assert_int_equal(
		lx_checkpoint_verify(&f->call, lx_buf_view(&note), &f->signer.key, &read), LX_OK);
	assert_int_equal(read.size, 5);
	assert_memory_equal(read.root, root, sizeof root);
}

static void a_changed_note_is_refused(void **state)
{
	struct fixture *f = *state;
	char note[] = CHECKPOINT_5;
	struct lx_checkpoint read;

	/* each byte of text, name, id or signature; the note is then malformed, of nobody we know, or does not hold */
	for (size_t i = 0; i < sizeof note - 1; i++) {
		char before = note[i];
		note[i] = before == 'A' ? 'B' : 'A';
		assert_int_not_equal(
			lx_checkpoint_verify(&f->call, lx_text(note), &f->signer.key, &read),
			LX_OK);
		lx_fault_clear(&f->call.fault);
		note[i] = before;
	}
	assert_int_equal(
		lx_checkpoint_verify(&f->call, lx_text(note), &f->signer.key, &read), LX_OK);
}

static void malformed_notes_and_keys_are_named(void **state)
{
	static const char *const notes[] = { "", "\n", "a\n", "a\n\n", "a\n\n\xe2\x80\x94 x\n",
		"a\n\n\xe2\x80\x94 x AAAA\n", "a\r\n\n\xe2\x80\x94 x AAAAAAA=\n",
		"a\n\n\xe2\x80\x94 x AAAAAAA=", "a\n\nx AAAAAAA=\n",
		"a\n\n\xe2\x80\x94 a+b AAAAAAA=\n" };
	static const char *const keys[] = { "", "a", "a+b", "+00000000+AAAA", VKEY "A",
		ORIGIN "+fd374ccf+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
		ORIGIN "+fd374cce+AgOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4" };
	struct fixture *f = *state;
	struct lx_note_key key;
	struct lx_text text;

	for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
		assert_int_equal(lx_note_verify(&f->call, lx_text(notes[i]), &f->signer.key, &text),
			LX_INVALID);
		assert_string_equal(f->call.fault.msgid, "record.note");
		lx_fault_clear(&f->call.fault);
	}
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		assert_int_equal(lx_note_key_read(&f->call, lx_text(keys[i]), &key), LX_INVALID);
		assert_string_equal(f->call.fault.msgid, "record.key");
		lx_fault_clear(&f->call.fault);
	}
	assert_false(lx_note_name_fits(LX_TEXT_OF("a b")));
	assert_false(lx_note_name_fits(LX_TEXT_OF("a\xe3\x80\x80"
						  "b")));
	assert_true(lx_note_name_fits(LX_TEXT_OF("苏州.example/log")));
}

static void a_signer_comes_back_as_it_was_written(void **state)
{
	struct fixture *f = *state;
	struct lx_note_signer again;
	char text[LX_NOTE_KEY_TEXT];

	lx_note_signer_write(&f->signer, text);
	assert_int_equal(lx_note_signer_read(&f->call, lx_text(text), &again), LX_OK);
	assert_memory_equal(&again, &f->signer, sizeof again);
}

static void addresses_of_tiles(void **state)
{
	static const struct {
		const char *path;
		struct lx_log_tile tile;
	} good[] = {
		{ "0/005", { 0, 5, 256 } },
		{ "0/000.p/1", { 0, 0, 1 } },
		{ "1/x001/x234/067", { 1, 1234067, 256 } },
		{ "63/x001/000.p/255", { 63, 1000, 255 } },
		{ "entries/x001/x000/000", { LX_TILE_ENTRIES, 1000000, 256 } },
	};
	static const char *const bad[] = { "", "/", "0", "0/", "0/5", "0/0005", "00/005", "64/005",
		"-1/005", "0/005/", "0/005.p", "0/005.p/", "0/005.p/0", "0/005.p/256", "0/005.p/01",
		"0/x000/005", "0/x001", "0/x001/", "0/001/002", "0/x01/002", "0/005.p/1/2",
		"0/x999/x999/x999/x999/x999/x999/x999/999", "Entries/000", "0/00a", "0//005" };
	(void)state;

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		LX_CLOSE(lx_buf_close) struct lx_buf again = { 0 };
		struct lx_log_tile tile;
		assert_true(lx_tile_parse(lx_text(good[i].path), &tile));
		assert_int_equal(tile.level, good[i].tile.level);
		assert_int_equal(tile.number, good[i].tile.number);
		assert_int_equal(tile.width, good[i].tile.width);
		lx_tile_path(&tile, &again);
		assert_string_equal(again.at, good[i].path);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct lx_log_tile tile;
		if (lx_tile_parse(lx_text(bad[i]), &tile))
			fail_msg("%s", bad[i]);
	}
}

static size_t tile_bytes(struct fixture *f, int64_t size, int level, int64_t number, unsigned width)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	const struct lx_log_tile tile = { level, number, width };
	enum lx_code code = lx_tile_read(f->tx, size, &tile, &out);

	assert_true(code == LX_OK || code == LX_NOT_FOUND);
	assert_true((code == LX_OK) == (out.len > 0));
	return out.len;
}

static void tiles_of_seventy_thousand(void **state)
{
	struct fixture *f = *state;

	grow(f, 70000, 0);
	assert_int_equal(lx_store_read(f->store, &f->call, &f->tx), LX_OK);
	assert_int_equal(tile_bytes(f, 70000, 0, 272, 256), 8192);
	assert_int_equal(tile_bytes(f, 70000, 0, 273, 112), 112 * 32);
	assert_int_equal(tile_bytes(f, 70000, 0, 273, 113), 0);
	assert_int_equal(tile_bytes(f, 70000, 0, 273, 256), 0);
	assert_int_equal(tile_bytes(f, 70000, 0, 274, 1), 0);
	assert_int_equal(tile_bytes(f, 70000, 0, 3, 17), 17 * 32); /* cut from a full one */
	assert_int_equal(tile_bytes(f, 70000, 1, 0, 256), 8192);
	assert_int_equal(tile_bytes(f, 70000, 1, 1, 17), 17 * 32);
	assert_int_equal(tile_bytes(f, 70000, 1, 1, 18), 0);
	assert_int_equal(tile_bytes(f, 70000, 2, 0, 1), 32);
	assert_int_equal(tile_bytes(f, 70000, 2, 0, 2), 0);
	assert_int_equal(tile_bytes(f, 70000, 3, 0, 1), 0);
	assert_int_equal(tile_bytes(f, 70000, 63, 0, 1), 0);
	assert_int_equal(tile_bytes(f, 5, LX_TILE_ENTRIES, 0, 5), 5 * (2 + 20));
	assert_int_equal(tile_bytes(f, 5, LX_TILE_ENTRIES, 0, 6), 0);
	assert_int_equal(tile_bytes(f, 256, LX_TILE_ENTRIES, 0, 256), 256 * 22 + 246 + 156);
	lx_store_release(&f->tx);
}

/* Every path of some trees holds, and does not hold for a neighbour, another size or a changed hash. */
static void paths_lead_to_the_root(void **state)
{
	static const int64_t sizes[] = { 1, 2, 3, 5, 8, 255, 256, 257, 513, 65537, 70000 };
	struct fixture *f = *state;

	assert_int_equal(lx_store_read(f->store, &f->call, &f->tx), LX_OK);
	for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
		int64_t n = sizes[s], step = n > 600 ? n / 13 : n > 100 ? 17 : 1;
		unsigned char root[LX_HASH_BYTES], leaf[LX_HASH_BYTES];
		struct lx_proof proof;
		assert_int_equal(lx_root_of(f->tx, 0, n, root), LX_OK);
		for (int64_t i = 0; i < n; i += step) {
			assert_int_equal(lx_tree_hashes(f->tx, 0, i, i + 1, leaf), LX_OK);
			assert_int_equal(lx_proof_make(f->tx, i, n, &proof), LX_OK);
			assert_true(lx_proof_holds(&proof, leaf, i, n, root));
			assert_false(lx_proof_holds(&proof, leaf, i + 1, n, root));
			assert_false(lx_proof_holds(&proof, leaf, i, 2 * n, root));
			if (proof.n == 0)
				continue;
			proof.hashes[(size_t)i % proof.n][5] ^= 1;
			assert_false(lx_proof_holds(&proof, leaf, i, n, root));
		}
	}
	lx_store_release(&f->tx);
}

static void roots_of_spans_are_the_known_ones(void **state)
{
	static const struct {
		int64_t n;
		const char *root;
	} known[] = {
		{ 1, "cc35MzMhkj1PNA07S3wylalxJllCNrEODvbmcSkIJ50=" },
		{ 3, "BqR1i2Af3sx2pQQfRE0E70fAnyCYuPIjo7147NRhXf8=" },
		{ 256, "ctUJht/15+WoOhL+Wm1hY+gfJrPchg9SMQkiVwDhwrw=" },
		{ 257, "Qa6KwXXbfnxnuYz2vrUYnL41sCH71vpec1dG9vAFQI8=" },
		{ 70000, "svF3gq6GdY+NoSUDdlkqamrVnE9kTHAXoYER7bmMAas=" },
	};
	struct fixture *f = *state;
	unsigned char root[LX_HASH_BYTES];
	char text[LX_HASH_TEXT];

	assert_int_equal(lx_store_read(f->store, &f->call, &f->tx), LX_OK);
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		assert_int_equal(lx_root_of(f->tx, 0, known[i].n, root), LX_OK);
		lx_hash_write(root, text);
		assert_string_equal(text, known[i].root);
	}
	lx_store_release(&f->tx);
}

static void a_receipt_stands_alone_and_no_byte_of_it_can_change(void **state)
{
	LX_CLOSE(lx_buf_close) struct lx_buf file = { 0 };
	struct fixture *f = *state;
	struct lx_receipt receipt;
	struct lx_checkpoint checkpoint;
	struct lx_proof proof;

	assert_int_equal(lx_store_read(f->store, &f->call, &f->tx), LX_OK);
	assert_int_equal(lx_proof_make(f->tx, 3, 5, &proof), LX_OK);
	lx_store_release(&f->tx);
	lx_receipt_write(
		LX_TEXT_OF("{\"i\":3,\"t\":\"需求\"}"), 3, &proof, lx_text(CHECKPOINT_5), &file);
	assert_int_equal(lx_receipt_read(&f->call, lx_buf_view(&file), &receipt), LX_OK);
	assert_int_equal(lx_receipt_verify(&f->call, &receipt, &f->signer.key, &checkpoint), LX_OK);
	assert_int_equal(checkpoint.size, 5);
	for (size_t i = 0; i < file.len; i++) {
		char before = file.at[i];
		file.at[i] = before == 'A' ? 'B' : 'A';
		bool holds = lx_receipt_read(&f->call, lx_buf_view(&file), &receipt) == LX_OK &&
			     lx_receipt_verify(&f->call, &receipt, &f->signer.key, &checkpoint) ==
				     LX_OK;
		lx_fault_clear(&f->call.fault);
		file.at[i] = before;
		assert_false(holds);
	}
}

static enum lx_code checkpoint_now(
	struct fixture *f, struct lx_log *log, int64_t now, struct lx_published *published)
{
	lx_fault_clear(&f->call.fault);
	return lx_log_checkpoint(log, &f->call, now, published);
}

static void another_store(struct fixture *f, const char *name)
{
	lx_store_close(&f->store);
	open_store(f, name);
}

static void the_log_never_goes_back(void **state)
{
	struct fixture *f = *state;
	struct lx_log *log = NULL;
	struct lx_published published;
	struct stat about;
	char path[160];

	another_store(f, "b.db");
	grow(f, 3, 3);
	assert_int_equal(lx_log_open(&f->call, f->keys, f->store, &log), LX_OK);
	assert_int_equal(checkpoint_now(f, log, 0, &published), LX_BUSY);
	assert_string_equal(f->call.fault.msgid, "record.no_key");
	lx_log_close(&log);
	lx_fault_clear(&f->call.fault);

	assert_int_equal(lx_log_keys_make(&f->call, f->keys, LX_TEXT_OF(ORIGIN)), LX_OK);
	assert_int_equal(lx_log_keys_make(&f->call, f->keys, LX_TEXT_OF(ORIGIN)), LX_CONFLICT);
	file_of(f, "keys/log.key", path);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);

	assert_int_equal(lx_log_open(&f->call, f->keys, f->store, &log), LX_OK);
	assert_int_equal(checkpoint_now(f, log, 0, &published), LX_OK);
	assert_int_equal(published.size, 3);
	grow(f, 7, 7);
	assert_int_equal(checkpoint_now(f, log, LX_LOG_EVERY - 1, &published), LX_OK);
	assert_int_equal(published.size, 3);
	assert_int_equal(checkpoint_now(f, log, LX_LOG_EVERY, &published), LX_OK);
	assert_int_equal(published.size, 7);
	lx_log_close(&log);

	/* an older state, then one as long that differs, then one that is longer and differs */
	static const struct {
		const char *name, *msgid;
		int64_t size, other;
	} wrong[] = { { "c.db", "record.behind", 5, 5 }, { "d.db", "record.differs", 7, 2 },
		{ "e.db", "record.differs", 9, 2 } };
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		another_store(f, wrong[i].name);
		grow(f, wrong[i].size, wrong[i].other);
		assert_int_equal(lx_log_open(&f->call, f->keys, f->store, &log), LX_OK);
		assert_int_equal(checkpoint_now(f, log, 0, &published), LX_BUSY);
		assert_string_equal(f->call.fault.msgid, wrong[i].msgid);
		lx_log_close(&log);
		lx_fault_clear(&f->call.fault);
	}

	/* on again under a name that names the old */
	assert_int_equal(
		lx_log_keys_anew(&f->call, f->keys, LX_TEXT_OF("another.example/log")), LX_INVALID);
	assert_string_equal(f->call.fault.msgid, "record.origin_names");
	lx_fault_clear(&f->call.fault);
	assert_int_equal(lx_log_keys_anew(&f->call, f->keys, LX_TEXT_OF(ORIGIN "/2")), LX_OK);
	assert_int_equal(lx_log_open(&f->call, f->keys, f->store, &log), LX_OK);
	assert_int_equal(checkpoint_now(f, log, 0, &published), LX_OK);
	assert_true(lx_text_starts(published.note, ORIGIN "/2\n9\n"));
	lx_log_close(&log);
}

/* --- served tiles ---------------------------------------------------------------------------- */

#define SERVED 600

/* The store opened anew, so that nothing of it is in memory; and its checkpoint. */
static void fresh_store(struct fixture *f, struct lx_checkpoint *checkpoint)
{
	lx_store_close(&f->store);
	assert_int_equal(
		lx_store_open(&f->call, f->path, LX_STORE_WRITE, lx_journal_tables, &f->store),
		LX_OK);
	*checkpoint = (struct lx_checkpoint){ .size = f->edge.size };
	lx_edge_root(&f->edge, checkpoint->root);
}

/* One tile from a store that has just been opened, with a fault on its way. */
static enum lx_code serve(struct fixture *f, const struct lx_log_tile *tile, uint64_t read,
	uint64_t memory, struct lx_buf *out)
{
	struct lx_checkpoint checkpoint;
	struct lx_tx *tx = NULL;

	fresh_store(f, &checkpoint);
	lx_fault_clear(&f->call.fault);
	struct lx_served *served = lx_served_open();
	assert_non_null(served);
	lx_store_fail_read_at(f->store, read);
	lx_memory_fail_at(memory);
	enum lx_code code = lx_store_read(f->store, &f->call, &tx);
	if (code == LX_OK)
		code = lx_served_read(served, tx, &checkpoint, tile, out);
	lx_store_release(&tx);
	lx_memory_fail_at(0);
	lx_store_fail_read_at(f->store, 0);
	lx_served_close(&served);
	return code;
}

/* Whichever read or request for memory fails: the tile's own bytes, or none and a fault. */
static void a_tile_is_whole_or_not_served_when_reading_fails(void **state)
{
	static const struct lx_log_tile tiles[] = { { 0, 1, 256 }, { 0, 2, 88 }, { 1, 0, 2 },
		{ LX_TILE_ENTRIES, 0, 256 }, { LX_TILE_ENTRIES, 2, 88 } };
	struct fixture *f = *state;
	size_t failed = 0;

	another_store(f, "served.db");
	grow(f, SERVED, 0);
	for (size_t t = 0; t < sizeof tiles / sizeof tiles[0]; t++) {
		LX_CLOSE(lx_buf_close) struct lx_buf whole = { 0 };
		assert_int_equal(serve(f, &tiles[t], 0, 0, &whole), LX_OK);
		for (uint64_t n = 1; n <= 40; n++) {
			LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
			bool reads = n % 2 == 0;
			enum lx_code code = serve(
				f, &tiles[t], reads ? n / 2 : 0, reads ? 0 : (n + 1) / 2, &out);
			failed += code != LX_OK;
			if (code == LX_OK) {
				assert_int_equal(out.len, whole.len);
				assert_memory_equal(out.at, whole.at, whole.len);
			}
		}
	}
	assert_true(failed > 20);
	print_message("%zu of 200 readings failed, none gave other bytes\n", failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_of_others_is_read),
		cmocka_unit_test(a_note_is_signed_as_go_signs_it),
		cmocka_unit_test(a_changed_note_is_refused),
		cmocka_unit_test(malformed_notes_and_keys_are_named),
		cmocka_unit_test(a_signer_comes_back_as_it_was_written),
		cmocka_unit_test(addresses_of_tiles),
		cmocka_unit_test(tiles_of_seventy_thousand),
		cmocka_unit_test(roots_of_spans_are_the_known_ones),
		cmocka_unit_test(paths_lead_to_the_root),
		cmocka_unit_test(a_receipt_stands_alone_and_no_byte_of_it_can_change),
		cmocka_unit_test(the_log_never_goes_back),
		cmocka_unit_test(a_tile_is_whole_or_not_served_when_reading_fails),
	};

	return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
